"""Each control changes what is made: notes, tempo, chords, instruments, or the sound that is written.

The engine is the real one, with a small random model and three steps; one film, watched once, and one take to compare
with. What acts on the sound alone is written from that take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import mido
import numpy as np
import pytest

from diffbgm_gui.document import with_shot_mood
from engine.audio.decode import read_audio
from engine.audio.loudness import loudness_lufs, true_peak_db
from engine.music.take import Take
from engine.timebase import Span
from tests.gui.panel.making import composed, made, reset, wait_until
from tests.gui.panel.test_controls import CASES
from tests.gui.panel.using import use

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

SPEECH = (Span(4.0, 9.0),)


@pytest.fixture(scope="module", autouse=True)
def _speech() -> Any:
    """Where people speak in the film, whose sound is a tone; the detector has tests of its own, on real speech."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.audio.speech.find_speech", lambda *_args, **_options: SPEECH)
        yield


@pytest.fixture(scope="module")
def first(real: MainWindow) -> Take:
    """The take that others are compared with."""
    return made(real, {})


@pytest.fixture(scope="module")
def short(real: MainWindow) -> Take:
    """Five seconds of music, quickly written as sound."""
    span = (Fraction(3), Fraction(8))
    take = made(real, {}, edit=lambda d: replace(d, direction=replace(d.direction, range_s=span)))
    assert take.notes
    return take


@dataclass(frozen=True)
class Effect:
    """What a control changes. `value`: where the one of the request test is not enough; `first`: other settings."""

    of: Callable[[Take], Any]
    value: Any = None
    first: dict[str, Any] | None = None


def notes(take: Take) -> Any:
    return take.notes


def tempo(take: Take) -> Any:
    return take.plan.tempo


def key(take: Take) -> Any:
    return take.plan.harmony.key


def chords(take: Take) -> Any:
    return take.plan.harmony.chords


EFFECTS: dict[str, Effect] = {
    "mood": Effect(notes),
    "energy": Effect(notes),
    "tempo": Effect(tempo, (80, 90)),
    "strictness": Effect(tempo),
    "hit_onsets": Effect(notes),
    "max_tempo_change": Effect(tempo, 0),
    "short_bars": Effect(
        tempo, first={"strictness": "strict", "tempo_min": 90.0, "tempo_max": 96.0, "max_tempo_change": 0.01}
    ),
    "ending": Effect(notes),
    "sensitivity": Effect(lambda take: len(take.plan.shots), 0),
    "key": Effect(key, "F#:min"),
    "chords": Effect(chords, "Eb | Bbm"),
    "duck_notes": Effect(notes),
    "t0": Effect(notes, 900),
    "k": Effect(notes),
    "guidance": Effect(notes, 7),
    "plan_guidance": Effect(notes, 6),
    "steps": Effect(notes),
    "sampler": Effect(notes),
    "windows": Effect(notes),
    "seed": Effect(notes),
}


@pytest.mark.parametrize("name", list(EFFECTS))
def test_each_control_changes_the_music(name: str, real: MainWindow, first: Take, qtbot: Any) -> None:
    effect = EFFECTS[name]
    before = first if effect.first is None else made(real, effect.first)
    reset(real, effect.first or {})
    control = real.panel.controls[name]
    use(qtbot, control, CASES[name].value if effect.value is None else effect.value)
    after = composed(real)
    assert effect.of(after) != effect.of(before)


def test_the_same_settings_make_the_same_music(real: MainWindow, first: Take) -> None:
    assert made(real, {}).notes == first.notes


def test_as_many_takes_as_asked_for(real: MainWindow, qtbot: Any) -> None:
    reset(real, {})
    use(qtbot, real.panel.controls["n_takes"], 3)
    composed(real)
    takes = [entry.take for entry in real.studio.document.takes]
    assert [take.settings.seed for take in takes] == [5, 6, 7]
    assert len({take.notes for take in takes}) == 3


def test_a_draft_can_be_heard_before_the_whole(real: MainWindow, qtbot: Any) -> None:
    from diffbgm_gui.document import is_draft

    reset(real, {"steps": 14})
    use(qtbot, real.panel.controls["draft_first"], True)
    seen: list[bool] = []
    watch = real.studio.document_changed.connect(lambda d: seen.append(d.take is not None and is_draft(d.take)))
    take = composed(real)
    real.studio.document_changed.disconnect(watch)
    assert seen[0] and not seen[-1] and take.settings.steps == 14 and len(real.studio.document.takes) == 1


def test_the_palette_plays_other_instruments(real: MainWindow, first: Take, qtbot: Any, tmp_path: Path) -> None:
    programs = []
    for palette in ("piano", "chamber"):
        reset(real, {})
        if palette != "piano":
            use(qtbot, real.panel.controls["palette"], palette)
        assert composed(real).notes == first.notes
        exported(real, tmp_path / f"{palette}.mid")
        tracks = mido.MidiFile(tmp_path / f"{palette}.mid").tracks
        programs.append({m.program for track in tracks for m in track if m.type == "program_change"})
    assert programs[0] != programs[1]


def test_the_device_is_the_one_that_was_asked_for(real: MainWindow, qtbot: Any) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    reset(real, {})
    use(qtbot, real.panel.controls["device"], "cuda")
    real.generate()
    wait_until(lambda: not real.state.is_busy)
    assert real.studio.document.take is None and "CUDA" in real.state.notice.message.upper()


def test_a_mood_of_a_shot_changes_its_rows_alone(real: MainWindow, first: Take) -> None:
    shot = real.studio.shots[3]
    take = made(real, {}, edit=lambda d: with_shot_mood(d, shot.start_s, "tense"))
    assert take.plan.tempo == first.plan.tempo and take.notes != first.notes
    beats = range(take.plan.n_beats)
    moved = np.abs(take.plan.conditions.semantic - first.plan.conditions.semantic)
    change = np.nanmean(moved, axis=1)
    inside = np.array([shot.start_s <= take.plan.tempo.seconds(Fraction(beat)) < shot.end_s for beat in beats])
    near = np.convolve(inside, np.ones(5), "same") > 0  # beats lie across cuts, and rows are smooth
    assert change[inside].mean() > 0.05
    assert change[~near].max() < change[inside].mean() / 10


def test_a_shot_is_written_anew_with_its_mood_and_no_other_note_changes(real: MainWindow, first: Take) -> None:
    shot = real.studio.shots[3]
    reset(real, {}, (first,))
    real.studio.edit("mood", lambda d: with_shot_mood(d, shot.start_s, "tense"))
    real.studio.reroll_time(shot.start_s, shot.end_s)
    wait_until(lambda: not real.state.is_busy, 600_000)
    take = real.studio.document.take
    assert take.parent == first.id and take.direction.moods == ((shot.start_s, "tense"),)

    def outside(notes: Any) -> list[Any]:
        tempo = first.plan.tempo
        begin, end = (4 * tempo.beat(time_s) for time_s in (shot.start_s, shot.end_s))
        return [note for note in notes if not begin <= note.onset + 0.01 < end]  # a cut lies on a beat, nearly

    assert outside(take.notes) == outside(first.notes) and take.notes != first.notes
    real.studio.undo()
    assert real.studio.document.take.notes == first.notes


# -- the sound -----------------------------------------------------------------------------------------------------


def exported(real: MainWindow, path: Path) -> Path:
    """A file of the present take."""
    real.studio.export({"output": path})
    wait_until(lambda: not real.state.is_busy)
    assert path.exists(), real.state.notice
    return path


def sound(path: Path) -> Any:
    return read_audio(path, sample_rate=48_000)


def samples(path: Path) -> Any:
    return np.asarray(sound(path).samples)


def n_tracks(path: Path) -> Any:
    with av.open(str(path)) as container:
        return len(container.streams.audio)


def heard(path: Path) -> float:
    return round(float(np.abs(samples(path)).mean()), 4)


def edge(path: Path) -> float:
    """Loudness of the first and last half second of the music, which lies in the middle of the film."""
    wave = samples(path)
    music = wave[..., 3 * 48_000 : 8 * 48_000]
    return round(float(np.abs(np.concatenate([music[..., :24_000], music[..., -24_000:]], axis=-1)).mean()), 5)


MIX = {"original_audio": "mix"}
SOUNDS: dict[str, Effect] = {
    "original_audio": Effect(n_tracks),
    "original_gain_db": Effect(heard, first={**MIX, "loudness_lufs": None}),
    "music_gain_db": Effect(heard, -12, first={**MIX, "loudness_lufs": None}),
    "duck": Effect(heard, first={**MIX, "loudness_lufs": None}),
    "duck_db": Effect(heard, -30, first={**MIX, "loudness_lufs": None}),
    "loudness_lufs": Effect(lambda path: round(loudness_lufs(sound(path)))),
    "true_peak_db": Effect(lambda path: round(true_peak_db(sound(path))), -9),
    "fade_in_s": Effect(edge),
    "fade_out_s": Effect(edge),
}


@pytest.fixture(scope="module")
def untouched() -> dict[str, Path]:
    """Films that were written before a control was touched, by the settings they were written with."""
    return {}


@pytest.mark.parametrize("name", list(SOUNDS))
def test_each_control_changes_the_sound(
    name: str, real: MainWindow, short: Take, untouched: dict[str, Path], qtbot: Any, tmp_path: Path
) -> None:
    effect = SOUNDS[name]
    reset(real, effect.first or {}, (short,))
    key = repr(effect.first)
    if key not in untouched:
        untouched[key] = exported(real, tmp_path / "before.mp4")
    use(qtbot, real.panel.controls[name], CASES[name].value if effect.value is None else effect.value)
    after = exported(real, tmp_path / "after.mp4")
    assert effect.of(after) != effect.of(untouched[key])


def test_no_control_is_left_out() -> None:
    others = {"n_takes", "draft_first", "palette", "device"}
    assert set(EFFECTS) | set(SOUNDS) | others == set(CASES)
