"""Options that lay something on the timeline."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import pytest

from engine.cancel import NEVER
from engine.cli.directing import add_direction_options, direction_from, read_chords, read_curve, read_curves
from engine.direction import OPEN, Curve
from engine.errors import InputError


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_direction_options(parser)
    return parser.parse_args(words)


def test_nothing_given_lays_nothing() -> None:
    assert direction_from(options(), Path("none.mp4"), NEVER) == OPEN


def test_a_curve_is_read_exactly() -> None:
    curve = read_curve("density:0=0.2,10.1=0.9")
    assert curve == Curve("density", ((Fraction(0), 0.2), (Fraction(101, 10), 0.9)))


@pytest.mark.parametrize(
    "text", ["density", "density:0", "density:a=1", "colour:0=1", "density:0=2", "density:3=1,2=1"]
)
def test_what_is_no_curve_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_curve(text)


def test_curves_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text('{"tension": [[0, 0.1], [2.5, 1]]}')
    direction = direction_from(options("--curves", str(file), "--curve", "energy:0=0.5"), Path("none.mp4"), NEVER)
    assert {curve.name for curve in direction.curves} == {"tension", "energy"}
    assert direction.curve("tension").points[1] == (Fraction(5, 2), 1.0)  # type: ignore[union-attr]
    file.write_text("[1]")
    with pytest.raises(InputError):
        read_curves((), str(file))
    with pytest.raises(InputError):
        read_curves((), str(tmp_path / "missing.json"))


def test_bars_share_their_beats(tmp_path: Path) -> None:
    file = tmp_path / "chords.txt"
    file.write_text("C | Am | F G | % |\n N | C Dm Em F")
    c, am, fg = ("C",) * 4, ("Am",) * 4, ("F", "F", "G", "G")
    assert read_chords(file) == (*c, *am, *fg, *fg, None, None, None, None, "C", "Dm", "Em", "F")


def test_without_bar_lines_each_chord_is_a_beat(tmp_path: Path) -> None:
    file = tmp_path / "chords.txt"
    file.write_text("C\nC\n\nAm\n")
    assert read_chords(file) == ("C", "C", "Am")


@pytest.mark.parametrize("text", ["", "|", "C | Hm", "C D E F G | C"])
def test_what_is_no_chord_sheet_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chords.txt"
    file.write_text(text)
    with pytest.raises(InputError):
        read_chords(file)


def test_a_key_is_checked(tmp_path: Path) -> None:
    assert direction_from(options("--key", "A minor"), tmp_path, NEVER).key == "A minor"
    with pytest.raises(InputError):
        direction_from(options("--key", "H major"), tmp_path, NEVER)


@pytest.mark.parametrize("text", ["calm", "x=calm", "2=nosuchmood"])
def test_a_shot_s_mood_is_checked_before_the_video_is_read(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        direction_from(options("--shot-mood", text), tmp_path / "none.mp4", NEVER)
