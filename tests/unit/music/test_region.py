"""Regions: from text and from JSON, and what they say of input that is none."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.music.notes import Note, Voice
from engine.music.region import Region, Selection, parse_region
from tests.helpers.made_up import made_up_plan

PLAN = made_up_plan(32, seed=1)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("bars=2:3", Region(steps=(16, 48))),
        ("bars=2", Region(steps=(16, 32))),
        ("beats=5:6,voice=melody+bass", Region(steps=(16, 24), voices=frozenset({Voice.MELODY, Voice.BASS}))),
        ("pitch=60:72", Region(pitches=(60, 72))),
        ("bars=2:3,beats=6:40", Region(steps=(20, 48))),
    ],
)
def test_limits_narrow_one_region(text: str, region: Region) -> None:
    assert parse_region(text, PLAN) == region


@pytest.mark.parametrize(
    "text", ["bars", "bars=", "bars=0:2", "bars=3:2", "bars=99", "shot=99", "voice=tuba", "key=3", "bars=1,beats=9"]
)
def test_what_is_no_region_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_region(text, PLAN)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        {"steps": [1]},
        {"steps": [1, 2, 3]},
        {"steps": 4},
        {"pitches": ["low", "high"]},
        {"voices": ["tuba"]},
        {"cells": [[3, 0, 60]]},
        {"cells": [[0, -1, 60]]},
        {"cells": [[0, 0, 128]]},
        {"cells": [[0, 0]]},
        {"cells": [7]},
        {"bars": [1, 2]},
    ],
)
def test_json_that_is_no_region_is_told_in_a_sentence(data: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        Region.from_json(data)
    assert caught.value.message.endswith(".")


def test_a_selection_reads_back_and_holds_notes_that_begin_in_it() -> None:
    cells = Region(cells=frozenset({(0, 3, 60), (1, 4, 48)}))
    selection = Selection((cells, Region(steps=(16, 32), voices=frozenset({Voice.BASS}))))
    assert Selection.from_json(selection.to_json()) == selection
    assert selection.holds(Note(3, Voice.MELODY, 60, 8)) and not selection.holds(Note(2, Voice.MELODY, 60, 8))
    assert selection.mask(32).sum() == 2 + 16 * 128
