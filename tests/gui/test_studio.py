"""The window on the real engine, with a small random model: open, generate, watch, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase, RunViewState
from engine import PreviewReady
from tests.helpers.video import TinyVideo


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from engine.diffusion.model import save_bundle
    from tests.helpers.tiny_model import tiny_model

    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture
def studio(make_window: Callable[..., MainWindow], bundle: Path, qtbot: Any, video: TinyVideo) -> MainWindow:
    """A window with a video open and three steps asked for."""
    window = make_window(bundle=bundle)
    window.panel.steps.setValue(3)
    window.panel.seed.setText("5")
    window.open_video(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=30_000)
    return window


def generate(window: MainWindow, qtbot: Any) -> list[RunViewState]:
    """Generate to the end; the states on the way."""
    states: list[RunViewState] = []
    window.state_changed.connect(states.append)
    window.generate_button.click()
    qtbot.waitUntil(lambda: not window.state.is_busy, timeout=60_000)
    assert window.state.take is not None, window.state.notice
    return states


def test_open_generate_watch_export(studio: MainWindow, qtbot: Any, video: TinyVideo, tmp_path: Path) -> None:
    previews: list[Any] = []

    def watch(event: Any) -> None:
        if isinstance(event, PreviewReady):
            previews.append(event)

    studio.bridge.event_arrived.connect(watch)
    studio.panel.steps.setValue(16)  # a tiny model's steps take milliseconds; of several in one tick the last is shown
    states = generate(studio, qtbot)
    assert len(previews) >= 2
    assert all(preview.roll.shape[0] == 3 and preview.roll.shape[2] == 128 for preview in previews)
    assert len({id(state.roll) for state in states if state.roll is not None}) >= 2
    assert studio.state.seed == 5 and len(studio.state.plan["beat_s"]) == studio.state.plan["n_beats"] + 1
    take = studio.state.take
    assert take is not None
    assert take.result.output.is_file() and take.result.wav.is_file() and take.result.midi.is_file()
    for suffix in (".mp4", ".mkv", ".wav", ".mid"):
        output = tmp_path / f"music{suffix}"
        studio.export(output)
        qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=30_000)
        assert studio.state.notice is not None and studio.state.notice.kind == "good", studio.state.notice
        assert output.stat().st_size > 100
    assert (tmp_path / "music.mp4").read_bytes() == take.result.output.read_bytes()
    assert (tmp_path / "music.mid").read_bytes() == take.result.midi.read_bytes()
    with av.open(str(tmp_path / "music.mkv")) as made, av.open(str(video.path)) as source:
        pictures = [[bytes(p) for p in f.demux(f.streams.video[0]) if p.size] for f in (made, source)]
        assert len(pictures[0]) == video.n_frames and len(made.streams.audio) == 1
        assert "Music generated" in made.metadata.get("COMMENT", made.metadata.get("comment", ""))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"music.{s}" for s in ("mid", "mkv", "mp4", "wav")]


@pytest.mark.parametrize("how", ["mix", "keep"])
def test_another_container_holds_the_sound_that_was_asked_for(
    how: str, studio: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    studio.panel.original.setCurrentIndex(studio.panel.original.findData(how))
    generate(studio, qtbot)
    output = tmp_path / "music.mkv"
    studio.export(output)
    qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=30_000)
    take = studio.state.take
    assert take is not None and output.is_file()
    tracks, levels = [], []
    for path in (take.result.output, output):
        with av.open(str(path)) as file:
            tracks.append(len(file.streams.audio))
            samples = [frame.to_ndarray() for frame in file.decode(file.streams.audio[0])]
            levels.append(sum(float((block**2).sum()) for block in samples) ** 0.5)
    assert tracks == [2, 2] if how == "keep" else tracks == [1, 1]
    assert levels[1] == pytest.approx(levels[0], rel=0.05)


def test_cancel_stops_the_engine(studio: MainWindow, qtbot: Any) -> None:
    studio.panel.steps.setValue(1000)
    studio.generate_button.click()
    qtbot.waitUntil(lambda: studio.state.step >= 1, timeout=60_000)
    studio.cancel_action.trigger()
    qtbot.waitUntil(lambda: studio.state.phase is Phase.READY, timeout=10_000)
    assert studio.state.take is None and list(Path(studio._folder.name).iterdir()) == []


def test_cancel_during_the_first_look_looks_again(
    make_window: Callable[..., MainWindow], bundle: Path, qtbot: Any, video: TinyVideo
) -> None:
    window = make_window(bundle=bundle)
    window.open_video(video.path)
    qtbot.waitUntil(lambda: window.state.info is not None, timeout=30_000)
    if window.state.signals is None:
        window.generate()
        window.cancel()
    qtbot.waitUntil(lambda: window.state.signals is not None and not window.state.is_busy, timeout=30_000)
    assert window.state.phase is Phase.READY and len(window.state.shots) == 3


def test_the_same_seed_gives_the_same_take(studio: MainWindow, qtbot: Any) -> None:
    generate(studio, qtbot)
    first = studio.state.take
    generate(studio, qtbot)
    second = studio.state.take
    assert first is not None and second is not None and first is not second
    assert first.result.notes == second.result.notes
