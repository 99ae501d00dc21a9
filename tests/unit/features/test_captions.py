"""The file of captions, and features on beats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.features.aligning import encoded_rows
from engine.features.captions import captions_from_json, captions_to_json, read_captions
from engine.music.encoded import Caption, EncodedRows

GIVEN = (Caption(0.0, 4.0, ("a dog",)), Caption(4.0, 7.5, ("a boat", "the sea")))


def test_captions_come_back_from_json(tmp_path: Path) -> None:
    table = captions_to_json(GIVEN, video="film.mp4")
    assert [entry["text"] for entry in table["captions"]] == ["a dog", ["a boat", "the sea"]]
    (tmp_path / "c.json").write_text("\ufeff" + json.dumps(table), encoding="utf-8")
    assert read_captions(tmp_path / "c.json") == GIVEN


def test_edited_captions_are_tidied_and_sorted() -> None:
    table = captions_to_json(GIVEN, video="film.mp4")
    table["captions"].reverse()
    table["captions"][1]["text"] = "  a  red\n dog "
    assert captions_from_json(table) == (Caption(0.0, 4.0, ("a red dog",)), GIVEN[1])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("a dog", "must be a table"),
        ({"start_s": 0, "end_s": 4}, "must be a sentence"),
        ({"start_s": 0, "end_s": 4, "text": " "}, "must be a sentence"),
        ({"start_s": 0, "end_s": 4, "text": []}, "must be a sentence"),
        ({"start_s": 0, "end_s": 4, "text": ["a", 5]}, "must be a sentence"),
        ({"start_s": 0, "end_s": 4, "text": "x" * 501}, "at most 500"),
        ({"start_s": 4, "end_s": 4, "text": "a"}, "before end_s"),
        ({"start_s": -1, "end_s": 4, "text": "a"}, "below 0"),
        ({"start_s": "0", "end_s": 4, "text": "a"}, "numbers of seconds"),
        ({"start_s": 0, "end_s": float("inf"), "text": "a"}, "numbers of seconds"),
        ({"start_s": True, "end_s": 4, "text": "a"}, "numbers of seconds"),
    ],
)
def test_a_wrong_entry_is_named(entry: Any, words: str) -> None:
    table = captions_to_json(GIVEN, video="film.mp4")
    table["captions"][1] = entry
    with pytest.raises(InputError, match=rf"captions\[1\].*{words}"):
        captions_from_json(table)


@pytest.mark.parametrize("data", [[], {}, {"schema": "other", "captions": []}, None, {"schema": "diffbgm captions"}])
def test_other_tables_are_refused(data: Any) -> None:
    with pytest.raises(InputError, match="not a file of captions"):
        captions_from_json(data)


def test_unreadable_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match="not a JSON file"):
        read_captions(tmp_path / "bad.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_captions(tmp_path / "none.json")
    newer = captions_to_json(GIVEN, video="") | {"version": 2}
    with pytest.raises(InputError, match="version 2"):
        captions_from_json(newer)
    with pytest.raises(InputError, match="holds none"):
        captions_from_json(captions_to_json((), video=""))


def test_rows_follow_time_not_index() -> None:
    """Twice as many frames in the second half of the beats' time: the tempo halves there."""
    beat_s = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]
    frames = np.arange(8, dtype=np.float32)[:, None]  # at 0, 0.5, ... 3.5 s
    captions = [Caption(0.0, 1.75, ("a",)), Caption(1.75, 4.0, ("b", "c"))]
    said = {"a": np.float32([1]), "b": np.float32([2]), "c": np.float32([6])}
    rows = encoded_rows(beat_s, frames=frames, rate_hz=2.0, captions=captions, sentences=said)
    # middles 0.25 0.75 1.25 1.75 2.5 3.5 s; of two frames equally near, the earlier one
    assert rows.dynamic[:, 0].tolist() == [0, 1, 2, 3, 5, 7]
    assert rows.semantic[:, 0].tolist() == [1, 1, 1, 4, 4, 4]
    assert rows.captions == tuple(captions) and rows.n_beats == 6


def test_no_beat_looks_across_a_cut() -> None:
    beat_s = [0.0, 0.5, 1.0, 1.5, 1.9, 2.1]
    frames = np.arange(5, dtype=np.float32)[:, None]  # at 0 .. 2 s
    said = {"a": np.float32([1])}
    rows = encoded_rows(
        beat_s, frames=frames, rate_hz=2.0, captions=[Caption(0, 2, ("a",))], sentences=said, cuts_s=(0.7, 1.55, 1.99)
    )
    # middles 0.25 0.75 1.25 1.7 2.0 s in shots 0 1 1 2 3; frames in shots 0 0 1 1 3: shot 2 has none
    assert rows.dynamic[:, 0].tolist() == [0, 2, 2, 3, 4]


def test_gaps_and_ends_take_what_is_nearest() -> None:
    captions = [Caption(1.0, 2.0, ("a",)), Caption(5.0, 6.0, ("b",))]
    said = {"a": np.float32([1]), "b": np.float32([2])}
    beat_s = [0.0, 1.0, 3.0, 4.0, 9.0, 12.0]
    rows = encoded_rows(beat_s, frames=np.ones((3, 2), np.float32), rate_hz=2.0, captions=captions, sentences=said)
    assert rows.semantic[:, 0].tolist() == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("shapes", [((3, 4), (2, 4)), ((0, 4), (0, 4)), ((3,), (3, 4))])
def test_rows_that_do_not_fit_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="encoded rows"):
        EncodedRows(*(np.zeros(shape, np.float32) for shape in shapes))
    with pytest.raises(ValueError, match="not finite"):
        EncodedRows(np.full((2, 3), np.nan, np.float32), np.zeros((2, 3), np.float32))
