"""Commands that look at a video without composing, on generated and on damaged files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli import main as cli
from tests.helpers.video import TinyVideo

MakeVideo = Callable[..., TinyVideo]


def _json(argv: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    status = cli.main([*argv, "--json"])
    streams = capsys.readouterr()
    assert streams.err == ""
    return status, json.loads(streams.out)


def test_shots_are_those_of_the_film(tiny_video: MakeVideo, capsys: pytest.CaptureFixture[str]) -> None:
    film = tiny_video(shots_s=(1.0, 1.5, 1.0))
    status, answer = _json(["shots", str(film.path)], capsys)
    assert status == 0
    shots = answer["shots"]
    assert isinstance(shots, list)
    assert [shot["start_s"] for shot in shots] == [0.0, *(float(cut) for cut in film.cuts_s)]
    assert [shot["start_frame"] for shot in shots] == [0, 24, 60]
    assert shots[-1]["end_s"] == answer["duration_s"] == float(film.duration_s)


def test_the_shot_table_is_readable(tiny_video: MakeVideo, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["shots", str(tiny_video(shots_s=(1.0, 1.5)).path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["shot", "start", "end", "length", "begins", "with"]
    assert lines[2].split()[:3] == ["2", "0:01.000", "0:02.500"]


def test_a_second_look_needs_no_decoding(
    tiny_video: MakeVideo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tiny_video()
    _, first = _json(["shots", str(film.path)], capsys)

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr("engine.pipeline.analyse", refuse)
    _, second = _json(["shots", str(film.path)], capsys)
    assert second == first


def test_a_roll_shows_the_cuts_of_its_film(
    tiny_video: MakeVideo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tiny_video()
    midi, png = tmp_path / "music.mid", tmp_path / "roll.png"
    _write_scale(midi)
    status, answer = _json(["roll", str(midi), "--png", str(png), "--video", str(film.path)], capsys)
    assert status == 0
    assert answer["cuts_s"] == [float(cut) for cut in film.cuts_s]
    assert answer["notes"] == 8
    with Image.open(png) as image:
        assert image.width == 1600
        assert np.asarray(image).std() > 5


def _write_scale(path: Path) -> None:
    import mido

    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
    for step in (0, 2, 4, 5, 7, 9, 11, 12):
        track.append(mido.Message("note_on", note=60 + step, velocity=90, time=0))
        track.append(mido.Message("note_off", note=60 + step, velocity=0, time=480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(str(path))


def test_what_is_no_midi_file_is_said(
    tiny_video: MakeVideo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tiny_video()
    assert cli.main(["roll", str(film.path), "--png", str(tmp_path / "x.png")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("diffbgm: ")
    assert "MIDI" in said
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_end_in_a_list_or_a_sentence(
    shared_media: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    outcomes: dict[str, int] = {}
    for path in sorted((shared_media / "broken").iterdir()):
        status, answer = _json(["shots", str(path)], capsys)
        outcomes[path.name] = status
        if status == 1:
            error = answer["error"]
            assert isinstance(error, dict)
            assert "unexpected" not in error["message"], (path.name, error)
            assert error["message"].endswith("."), (path.name, error)
        else:
            assert status == 0, path.name
            assert answer["shots"], path.name
    assert set(outcomes.values()) == {0, 1}
    assert list(tmp_path.iterdir()) == []
