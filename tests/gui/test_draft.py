"""A draft is heard while the full take is made: its first bars early, and no jump when the full one is there."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffbgm_gui.document import is_draft
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.passes import Passes
from diffbgm_gui.run_state import DraftBegun, Phase
from diffbgm_gui.sound.recordings import RATE_HZ, open_wav
from diffbgm_gui.studio_events import TakeAudible
from diffbgm_gui.studio_hearing import OPENING_S, opening, played
from engine import CancelToken, FinishReason, RunFinished, RunStarted, Stage, StageProgressed, StageStarted
from engine.music.notes import Note, Voice
from tests.gui.fakes import FakeEngine, fake_take
from tests.helpers.video import TinyVideo


def tone(name: str, folder: Path, seconds: float, level: int) -> TakeAudible:
    """A take that sounds as one steady level."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{level}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.full((round(seconds * RATE_HZ), 2), level, np.int16).tobytes())
    return TakeAudible(name, {Voice.MELODY: path}, -14.0)


def test_playing_goes_on_from_the_draft_to_the_full_take(
    make_window: Callable[..., MainWindow], video: TinyVideo, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, heard = FakeEngine(), []
    compose = engine.compose

    def held(request: Any, observer: Any, cancel: Any) -> Any:
        if request.settings.steps == 24:
            engine.gate.clear()
        return compose(request, observer, cancel)

    def play(take: Any, name: str, folder: Path, _cancel: CancelToken) -> TakeAudible:
        heard.append(name)
        return tone(name, folder, 4.5, 2000 if is_draft(take) else 8000)

    monkeypatch.setattr(engine, "compose", held)
    monkeypatch.setattr("diffbgm_gui.studio_hearing.played", play)
    window = make_window(lambda: engine)
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    assert window.studio.document.draft_first, "it is the default"
    window.generate()
    mixer, player = window.player.mixer, window.player
    qtbot.waitUntil(lambda: mixer.take_id is not None, timeout=20_000)
    draft = window.studio.document.take
    assert draft is not None and is_draft(draft) and mixer.take_id == draft.id and window.state.is_busy
    assert "Refining the draft" in window.status_label.text() and window.takes.forming.isVisible()
    qtbot.waitUntil(lambda: (window.state.progress or 0) > 0.2, timeout=20_000)

    player.set_loop(True)
    player.play()
    takes, places = [], []
    desk = mixer._desk
    original = desk.set_material
    monkeypatch.setattr(desk, "set_material", lambda m: (takes.append(mixer.take_id), original(m))[1])
    engine.gate.set()
    qtbot.waitUntil(
        lambda: (places.append(player.position_s), mixer.take_id not in (None, draft.id))[1], timeout=20_000
    )
    full = window.studio.document.take
    assert full is not None and not is_draft(full) and mixer.take_id == full.id and player.is_playing
    assert set(takes) <= {draft.id, full.id}, "nothing else is heard in between, and no silence"
    assert heard == [draft.id, full.id]
    steps = np.diff(places) % 4.5
    assert steps.max(initial=0.0) < 1.0, "the same moment goes on"
    assert [entry.id for entry in window.studio.document.takes] == [full.id] and not window.takes.forming.isVisible()


def test_the_first_bars_of_a_long_draft_come_first(
    make_window: Callable[..., MainWindow], qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[TakeAudible] = []
    monkeypatch.setattr(
        "diffbgm_gui.studio_hearing.opening",
        lambda take, folder, _c: replace(tone(f"{take.id}", folder, 12.0, 100), is_opening=True),
    )
    monkeypatch.setattr("diffbgm_gui.studio_hearing.played", lambda _t, name, folder, _c: tone(name, folder, 40.0, 200))
    window = make_window(FakeEngine)
    studio = window.studio
    studio.event.connect(lambda e: told.append(e) if isinstance(e, TakeAudible) else None)
    for details in ({"draft": True}, {}):
        take = fake_take(tmp_path / "a.mp4")
        take = replace(
            take, details=details, plan=replace(take.plan, info=replace(take.plan.info, duration_s=Fraction(40)))
        )
        told.clear()
        studio.make_audible(take)
        qtbot.waitUntil(
            lambda t=take: bool(told) and not told[-1].is_opening and t.id not in studio._asked, timeout=20_000
        )
        assert [event.is_opening for event in told] == ([True, False] if details else [False])
        assert studio.audible(take.id) is told[-1]
        mixer = window.player.mixer
        mixer.set_duration(40.0)
        for event in told:
            mixer.set_take(take.id, event.voices)
        assert mixer._desk.material.voices[int(Voice.MELODY)].n == 40 * RATE_HZ, (
            "the whole takes the place of its opening"
        )


def test_the_opening_is_the_beginning_of_the_take(tmp_path: Path) -> None:
    take = fake_take(tmp_path / "a.mp4", n_beats=64)
    info = replace(take.plan.info, duration_s=Fraction(32))
    notes = tuple(Note(4 * beat, Voice.MELODY, 60 + beat % 12, 4, 80) for beat in range(56))
    take = replace(take, notes=notes, plan=replace(take.plan, info=info))
    first = opening(take, tmp_path / "s", CancelToken())
    whole = played(take, take.id, tmp_path / "s", CancelToken())
    assert first.is_opening and not whole.is_opening and first.voices.keys() == whole.voices.keys()
    a, b = (open_wav(event.voices[Voice.MELODY]) for event in (first, whole))
    assert a.n == OPENING_S * RATE_HZ and b.n == 32 * RATE_HZ
    one, other = (recording.between(RATE_HZ, 11 * RATE_HZ)[:, 0] for recording in (a, b))
    assert np.corrcoef(one, other)[0, 1] > 0.95, "the same music, whatever its level"


def test_two_passes_are_told_as_one_run() -> None:
    told: list[Any] = []
    passes = Passes(told.append, 6, 24)
    passes.draft(RunStarted(3))
    passes.draft(StageStarted(Stage.ANALYSE, 1, "seconds"))
    passes.draft(StageProgressed(Stage.ANALYSE, 1, 1, None))
    passes.draft(StageStarted(Stage.DENOISE, 6, "steps"))
    for i in range(6):
        passes.draft(StageProgressed(Stage.DENOISE, i + 1, 6, 1.0))
    passes.draft(RunFinished(FinishReason.COMPLETED))
    passes.full(RunStarted(3))
    passes.full(StageStarted(Stage.ANALYSE, 1, "seconds"))
    passes.full(StageProgressed(Stage.ANALYSE, 1, 1, None))
    passes.full(StageStarted(Stage.DENOISE, 24, "steps"))
    for i in range(24):
        passes.full(StageProgressed(Stage.DENOISE, i + 1, 24, 1.0))
    end = RunFinished(FinishReason.COMPLETED)
    passes.full(end)
    steps = [event for event in told if isinstance(event, StageProgressed) and event.stage is Stage.DENOISE]
    assert [event.done for event in steps] == list(range(1, 31)) and {event.total for event in steps} == {30.0}
    assert steps[-1].eta_s == 0.0 and all(event.eta_s is not None for event in steps)
    kinds = [type(event) for event in told]
    assert kinds.count(RunStarted) == 1 and kinds.count(StageStarted) == 2 and kinds.count(DraftBegun) == 1
    assert [event for event in told if isinstance(event, RunFinished)] == [end]
    failed = RunFinished(FinishReason.FAILED, message="no")
    passes.draft(failed)
    assert told[-1] is failed, "a draft that fails ends the run"
