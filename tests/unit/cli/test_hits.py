"""`diffbgm hits`, and the options that say what music lands on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.cli.draw_tempo import draw_tempo
from engine.cli.hits import Landings, of_manifest
from engine.cli.landing import add_landing_options, marker, share, time_of, with_landings
from engine.cli.main import main
from engine.direction import OPEN, Marker
from engine.errors import InputError
from engine.music.midi import write_midi
from engine.music.notes import Note, Voice
from engine.music.score import perform
from engine.timebase import TempoMap
from tests.helpers.video import TinyVideo


@pytest.fixture
def video(tiny_video: Callable[..., TinyVideo]) -> Path:
    return tiny_video(shots_s=(2.0, 2.5, 2.0, 2.0)).path


def _told(capsys: pytest.CaptureFixture[str], *args: object) -> dict[str, Any]:
    assert main(["hits", *(str(arg) for arg in args), "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_cuts_of_a_video_are_told(video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, video)
    assert [hit["time_s"] for hit in told["hits"]] == pytest.approx([2.0, 4.5, 6.5])
    assert all(hit["starred"] and abs(hit["error_ms"]) < 0.05 for hit in told["hits"])
    assert all(hit["audible"] is None for hit in told["hits"])
    assert 70 <= told["bpm"]["lowest"] <= told["bpm"]["highest"] <= 120
    assert told["dropped"] == [] and told["relaxations"] == []


def test_stars_and_markers_come_from_the_options(video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, video, "--star", "4.5", "--star", "0:05.5", "--marker", "7.4=the door")
    assert [hit["time_s"] for hit in told["hits"] if hit["starred"]] == pytest.approx([4.5, 5.5])
    assert [hit["label"] for hit in told["hits"] if hit["kind"] == "marker"] == ["", "the door"]
    told = _told(capsys, video, "--star", "none")
    assert not any(hit["starred"] for hit in told["hits"])


def test_what_is_dropped_is_told_with_a_reason(video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _told(capsys, video, "--star", "4.5", "--star", "4.6", "--tempo", "90:100")
    assert len(told["dropped"]) >= 1 and told["relaxations"]
    assert any(drop["starred"] and drop["reason"] for drop in told["dropped"])


def test_notes_tell_which_hits_are_heard(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tempo = TempoMap.constant(60)
    notes = [Note(step, Voice.MELODY, 72, 2, 80) for step in (0, 8, 16)]  # at 0, 2 and 4 s
    score = perform(notes, tempo, palette="piano", end_s=Fraction(8), accents=(0, 8, 16))
    write_midi(score, tmp_path / "a.mid")
    told = _told(capsys, video, "--midi", tmp_path / "a.mid")
    assert [hit["audible"] for hit in told["hits"]] == [True, False, False]


def test_a_picture_and_a_table_are_made(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hits", str(video), "--picture", str(tmp_path / "a.png")]) == 0
    out = capsys.readouterr().out
    assert "3 hits, 3 starred" in out and "a.png" in out
    with Image.open(tmp_path / "a.png") as image:
        assert image.size[0] == 1400


def test_a_manifest_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hit = {"time_s": 2.0, "kind": "cut", "label": "cut 1", "salience": 0.8, "starred": True, "step": 16, "bar": 2,
           "beat": 1, "sixteenth": 1, "error_ms": 0.0, "bpm": 120.0, "on_grid": True}  # fmt: skip
    data = {
        "video": {"name": "film.mp4", "duration_s": 10.0, "frame_rate": 25.0},
        "music": {"tempo": [[0.0, 120.0]]},
        "hits": [hit],
        "dropped": [{"time_s": 3.0, "starred": False, "reason": "why"}],
        "relaxations": [],
    }
    (tmp_path / "m.json").write_text(json.dumps(data))
    told = _told(capsys, tmp_path / "m.json")
    assert told["hits"][0]["bar"] == 2 and told["dropped"][0]["reason"] == "why"
    (tmp_path / "n.json").write_text("{}")
    with pytest.raises(InputError):
        of_manifest(tmp_path / "n.json")
    assert main(["hits", str(tmp_path / "n.json")]) == 1


def test_starred_hits_stand_out_in_the_picture() -> None:
    row = {"time_s": 5.0, "starred": False, "on_grid": True, "bar": 1, "beat": 1}
    plain = Landings("a", 10.0, 0.04, [(0.0, 90.0), (5.0, 96.0)], [row], [])
    starred = Landings("a", 10.0, 0.04, [(0.0, 90.0), (5.0, 96.0)], [{**row, "starred": True}], [])
    assert draw_tempo(plain).tobytes() != draw_tempo(starred).tobytes()


@pytest.mark.parametrize(
    ("text", "seconds"), [("62.5", "62.5"), ("1:02.5", "62.5"), ("1:00:01", "3601"), ("5/2", "2.5")]
)
def test_times_are_exact(text: str, seconds: str) -> None:
    assert time_of(text) == Fraction(seconds)


@pytest.mark.parametrize("text", ["", "x", "-3", "1:x", "1/0"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        time_of(text)


def test_shares_and_markers() -> None:
    assert share("8%") == share("0.08") == 0.08
    assert marker("1:00=door") == Marker(Fraction(60), "door")
    assert marker("7") == Marker(Fraction(7), "")
    for text in ("x", "120%", "-1"):
        with pytest.raises(argparse.ArgumentTypeError):
            share(text)


def test_without_options_a_direction_stays() -> None:
    parser = argparse.ArgumentParser()
    add_landing_options(parser)
    assert with_landings(parser.parse_args([]), OPEN) == OPEN
    direction = with_landings(parser.parse_args(["--star", "9", "--star", "4", "--marker", "3=a"]), OPEN)
    assert direction.stars == (Fraction(4), Fraction(9)) and direction.markers == (Marker(Fraction(3), "a"),)
