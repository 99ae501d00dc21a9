"""What is shipped, as a user meets it: the demo clip scored with the bundle that comes along."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.cli.main import main
from engine.music.notes import Note
from engine.resources import resource_path
from engine.runner import GenerationRequest, GenerationRunner
from engine.settings import GenerationSettings

LIMIT_BYTES = 32 * 2**20


@pytest.fixture(scope="module")
def demo() -> Path:
    return resource_path("demo", "demo.mp4")


@pytest.fixture(scope="module")
def compose(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[GenerationSettings], tuple[Note, ...]]:
    runner, folder = GenerationRunner(), tmp_path_factory.mktemp("takes")

    def notes(settings: GenerationSettings) -> tuple[Note, ...]:
        request = GenerationRequest(demo, folder / "take.mid", settings, previews=False)
        return runner.run(request).notes

    return notes


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def sound(path: Path) -> tuple[np.ndarray, int]:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray() for frame in container.decode(stream)]
        return np.concatenate(blocks, axis=1), stream.rate


def test_demo_becomes_a_film_with_music(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scored.mp4"
    assert main(["score", str(demo), "-o", str(out), "--seed", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] and said["seed"] == 1
    assert packets(out) == packets(demo)
    samples, rate = sound(out)
    length = Fraction(said["manifest"]["video"]["duration_s"]).limit_denominator(10**6)
    assert abs(samples.shape[1] / rate - float(length)) < 1 / 24
    assert np.abs(samples).max() < 1.0
    seconds = samples[:, : samples.shape[1] // rate * rate].reshape(2, -1, rate)
    level_db = 20 * np.log10(np.sqrt((seconds**2).mean((0, 2))) + 1e-9)
    assert (level_db[:-2] > -45).all(), level_db
    assert np.abs(samples[:, -rate // 100 :]).max() < 0.01


def test_shipped_weights_are_small_and_say_what_they_are() -> None:
    folder = resource_path("model", "compact")
    assert sum(file.stat().st_size for file in folder.iterdir()) <= LIMIT_BYTES
    card = (folder / "card.md").read_text()
    assert "data hash" in card and "steps" in card


@pytest.mark.parametrize(("name", "values"), [("t0", (0, 200, 500, 1000)), ("k", (1, 4, 8, 32)), ("seed", (1, 2))])
def test_each_position_of_a_slider_gives_other_notes(
    compose: Callable[[GenerationSettings], tuple[Note, ...]], name: str, values: tuple[int, ...]
) -> None:
    base = GenerationSettings(seed=11, steps=6)
    takes = [compose(replace(base, **{name: value})) for value in values]
    assert len(set(takes)) == len(values)


def test_music_is_in_a_key_and_moves(compose: Callable[[GenerationSettings], tuple[Note, ...]]) -> None:
    notes = compose(GenerationSettings(seed=3))
    classes = np.bincount([note.pitch % 12 for note in notes], minlength=12)
    scale = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1])
    in_scale = max(float(classes @ np.roll(scale, shift)) for shift in range(12)) / len(notes)
    assert in_scale > 0.85
    assert len({note.velocity for note in notes}) > 10
    assert {note.voice for note in notes} == {0, 1, 2}
