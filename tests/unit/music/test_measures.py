"""A take beside real music, window by window."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine.errors import BundleError
from engine.music.measures import (
    MEASURES,
    REFERENCE,
    Range,
    Reference,
    findings,
    measure_reference,
    read_reference,
    reference_to_json,
    windows_of,
)
from engine.music.notes import Note, Voice
from engine.music.piece import Piece
from engine.resources import resource_path
from engine.timebase import STEPS_PER_WINDOW


def scale(first: int, n_steps: int) -> list[Note]:
    """A quarter note of C major on every beat."""
    steps = (60, 62, 64, 65, 67, 69, 71, 72)
    return [Note(first + i, Voice.MELODY, steps[i // 4 % 8], 4) for i in range(0, n_steps, 4)]


def test_windows_hold_every_note_once_and_a_short_rest_joins_the_one_before() -> None:
    notes = scale(0, 2 * STEPS_PER_WINDOW + 40)
    windows = list(windows_of(notes, 2 * STEPS_PER_WINDOW + 40))
    assert [window.n_steps for window in windows] == [STEPS_PER_WINDOW, STEPS_PER_WINDOW + 40]
    assert sum(len(window) for window in windows) == len(notes)
    assert [window.n_steps for window in windows_of(notes[:4], 16)] == [16]


def test_a_take_is_held_against_real_windows() -> None:
    reference = Reference("made up", 3, {"density": Range(2.0, 4.0, 6.0), "scale consistency": Range(0.9, 1.0, 1.0)})
    found = {finding.name: finding for finding in findings(scale(0, 256), 256, reference)}
    assert found["density"].value == 1.0 and found["density"].place == "below"
    assert found["scale consistency"].place == "within" and found["polyphony"].place is None
    assert list(found) == [measure.name for measure in MEASURES]


def test_silence_defines_no_entropy() -> None:
    found = {finding.name: finding for finding in findings((), 256)}
    assert math.isnan(found["pitch class entropy"].value) and found["silent bars"].value == 1


def test_a_reference_reads_back(tmp_path: Path) -> None:
    reference = measure_reference([Piece.from_notes(scale(0, 128), 128)], source="one window")
    (tmp_path / REFERENCE).write_text(json.dumps(reference_to_json(reference)))
    again = read_reference(tmp_path)
    assert again is not None and again.source == "one window" and again.ranges["density"] == Range(1.0, 1.0, 1.0)
    assert read_reference(tmp_path / "elsewhere") is None
    (tmp_path / REFERENCE).write_text('{"schema_version": 1}')
    with pytest.raises(BundleError):
        read_reference(tmp_path)


def test_the_bundle_that_comes_along_knows_real_music() -> None:
    reference = read_reference(resource_path("model", "compact"))
    assert reference is not None and set(reference.ranges) == {measure.name for measure in MEASURES}
    assert reference.ranges["scale consistency"].low > 0.8
