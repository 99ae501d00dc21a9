"""A part of a film as files: picture, sound, stems and notes hold that part, and fit each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import mido
import numpy as np
import pytest

from engine.audio.decode import read_audio
from engine.cli.main import main
from engine.diffusion.model import save_bundle
from engine.errors import InputError
from engine.events import Event, Warned
from engine.music.take import Take
from engine.outputs import Outputs
from engine.runner import GenerationRequest, GenerationRunner
from engine.settings import GenerationSettings
from engine.video.probe import probe
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

PART = (Fraction(2), Fraction(5))
RATE = 48_000


@pytest.fixture(scope="module")
def take(tiny_video: Callable[..., TinyVideo], tmp_path_factory: pytest.TempPathFactory) -> Take:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    video = tiny_video(shots_s=(1.5, 1.0, 2.0, 3.0), audio_hz=440.0)
    settings = GenerationSettings(seed=5, steps=3, loudness_lufs=None, fade_out_s=0.0)
    return GenerationRunner().compose(GenerationRequest(video.path, None, settings, bundle=folder)).take


@pytest.fixture(scope="module")
def wholes(take: Take, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    outputs = Outputs(folder / "a.mp4", folder / "a.mid", folder / "a.wav", stems=folder / "stems")
    GenerationRunner().export(take, outputs)
    return folder


def frames_of(path: Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as source:
        return [(float(f.time), f.to_ndarray(format="rgb24")) for f in source.decode(video=0)]


def test_all_kinds_hold_the_part_and_fit_each_other(take: Take, wholes: Path, tmp_path: Path) -> None:
    outputs = Outputs(
        tmp_path / "a.mp4", tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "a.json", tmp_path / "stems", part_s=PART
    )
    GenerationRunner().export(take, outputs)
    rate = float(take.plan.info.frame_rate)

    info = probe(outputs.output)
    assert float(info.duration_s) == pytest.approx(3.0, abs=2 / rate)
    shown, film = frames_of(outputs.output), frames_of(Path(take.plan.info.path))
    first = next(picture for time_s, picture in film if time_s >= 2 - 1e-6)
    assert np.array_equal(shown[0][1], first), "the picture begins exactly at the in point, copied as it is"
    assert shown[0][0] == pytest.approx(0.0, abs=1 / rate)
    with av.open(str(outputs.output)) as source:
        sound = source.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(3.0, abs=0.05)

    part = read_audio(tmp_path / "a.wav", sample_rate=RATE).samples
    whole = read_audio(wholes / "a.wav", sample_rate=RATE).samples
    assert part.shape[1] == 3 * RATE
    inside = slice(RATE // 50, 3 * RATE - RATE // 50)  # at the edges nothing clicks
    assert np.abs(part[:, inside] - whole[:, 2 * RATE : 5 * RATE][:, inside]).max() < 1e-3, "what is heard there"
    assert abs(part[:, 0]).max() < 1e-3 and abs(part[:, -1]).max() < 1e-3

    stems = sorted((tmp_path / "stems").iterdir())
    assert [path.name for path in stems] == sorted(path.name for path in (wholes / "stems").iterdir())
    total = sum(read_audio(path, sample_rate=RATE).samples for path in stems)
    assert total.shape[1] == 3 * RATE and np.abs(total - part).max() < 1e-3, "stems add up to the part"
    assert json.loads((tmp_path / "a.json").read_text())["part_s"] == [2.0, 5.0]


def test_notes_begin_with_the_part_where_they_sound(take: Take, wholes: Path, tmp_path: Path) -> None:
    GenerationRunner().export(take, Outputs(tmp_path / "a.mid", part_s=PART))
    part, whole = played(tmp_path / "a.mid"), played(wholes / "a.mid")
    assert part and mido.MidiFile(tmp_path / "a.mid").length == pytest.approx(3.0, abs=0.01)
    begun = {(round(start - 2, 2), pitch) for start, _, pitch in whole if 2 <= start < 5}
    assert begun <= {(round(start + d, 2), pitch) for start, _, pitch in part for d in (-0.01, 0.0, 0.01)}
    held = {pitch for start, end, pitch in whole if start < 2 and end > 2.1}
    assert held <= {pitch for start, _, pitch in part if start < 0.01}, "what sounds already is struck at the beginning"
    assert len(part) < len(whole) and all(0 <= start < end <= 3.01 for start, end, _ in part)


def played(path: Path) -> list[tuple[float, float, int]]:
    """(start, end, pitch) of the notes of a MIDI file, in seconds, as mido counts them."""
    notes, now, sounding = [], 0.0, {}
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on" and message.velocity:
            sounding[message.channel, message.note] = now
        elif message.type in ("note_on", "note_off") and (message.channel, message.note) in sounding:
            notes.append((sounding.pop((message.channel, message.note)), now, message.note))
    return sorted(notes)


def test_matroska_begins_at_a_key_picture_and_says_so(take: Take, tmp_path: Path) -> None:
    told: list[Event] = []
    outputs = Outputs(tmp_path / "a.mkv", wav=tmp_path / "a.wav", part_s=PART)
    done = GenerationRunner().export(take, outputs, told.append)
    begin, end = done.manifest["part_s"]
    assert end == 5.0 and begin < 2.0
    assert any(isinstance(event, Warned) and "MKV can begin at a key picture only" in event.message for event in told)
    rate = float(take.plan.info.frame_rate)
    assert float(probe(outputs.output).duration_s) == pytest.approx(end - begin, abs=2 / rate)
    assert read_audio(tmp_path / "a.wav", sample_rate=RATE).n == pytest.approx((end - begin) * RATE, abs=2)


def test_the_loudness_is_that_of_the_part(take: Take, tmp_path: Path) -> None:
    from engine.audio.loudness import loudness_lufs

    loud = replace(take, settings=replace(take.settings, loudness_lufs=-20.0))
    GenerationRunner().export(loud, Outputs(tmp_path / "a.wav", part_s=PART))
    assert loudness_lufs(read_audio(tmp_path / "a.wav", sample_rate=RATE)) == pytest.approx(-20.0, abs=0.5)


def test_a_part_outside_the_film_is_refused_and_all_of_it_is_the_whole(take: Take, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No picture lies between 90 s and 95 s"):
        GenerationRunner().export(take, Outputs(tmp_path / "a.wav", part_s=(Fraction(90), Fraction(95))))
    assert not list(tmp_path.iterdir())
    GenerationRunner().export(take, Outputs(tmp_path / "a.wav"))
    GenerationRunner().export(take, Outputs(tmp_path / "b.wav", part_s=(Fraction(0), Fraction(90))))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_the_command_takes_a_range(take: Take, tmp_path: Path) -> None:
    from engine.project import Project
    from engine.video.analyse import analyse

    with Project.create(tmp_path / "p.dbgm", analyse(Path(take.plan.info.path))) as project:
        project.add_take(take)
    assert main(["export", str(tmp_path / "p.dbgm"), "-o", str(tmp_path / "a.wav"), "--range", "2:5", "-q"]) == 0
    assert read_audio(tmp_path / "a.wav", sample_rate=RATE).n == 3 * RATE
