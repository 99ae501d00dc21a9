"""The sample timelines of the documentation are those that the program writes today, of the edit that they hold."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from docs.samples.make_samples import FILES, FOLDER, HOME, sample_texts
from engine.interchange.edit import Edit, Note
from engine.interchange.reading import read_edit


@pytest.fixture(scope="module")
def edit() -> Edit:
    """The edit of the samples, as the OTIO sample holds it; to plan it anew the demo clip would have to be watched."""
    path = FOLDER / "kdenlive.otio"
    read = read_edit(path, need_media=False)
    markers = otio.adapters.read_from_file(str(path)).tracks.markers
    rate = read.cuts.frame_rate
    notes = tuple(
        Note(Fraction(round(m.marked_range.start_time.value)) / rate, m.name, m.comment, m.color) for m in markers
    )
    return replace(read, cuts=replace(read.cuts, source=None), notes=notes, width=1280, height=720)


@pytest.mark.parametrize("name", FILES)
def test_the_sample_is_what_is_written_today(name: str, edit: Edit) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")
    assert kept == sample_texts(edit)[name], "run: python -m docs.samples.make_samples"


def test_the_markers_are_hits_with_their_errors(edit: Edit) -> None:
    assert len(edit.notes) == len(edit.cuts.segments) - 1 > 5
    told = re.compile(r"bgm\*? \d+\.[1-4][+']? [+-]\d+\.\d ms")
    assert all(told.fullmatch(note.name) for note in edit.notes)
    assert {note.time_s for note in edit.notes} == {segment.start_s for segment in edit.cuts.segments[1:]}


@pytest.mark.parametrize("name", ["kdenlive.otio", "premiere.xml", "final-cut.fcpxml", "cuts.edl"])
def test_the_samples_show_the_demo_from_end_to_end_with_its_music(name: str) -> None:
    edit = read_edit(FOLDER / name, need_media=False)
    assert edit.cuts.media == (HOME / "demo.mp4",)
    assert [s.source_s for s in edit.cuts.segments] == [s.start_s for s in edit.cuts.segments]
    (music,) = edit.sounds
    assert (music.path, music.start_s, music.duration_s) == (HOME / "demo.wav", 0, edit.cuts.duration_s)


def test_the_page_links_every_sample(repository: Path) -> None:
    page = (repository / "docs" / "editors.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\(samples/([^)]+)\)", page))
    assert linked == set(FILES)
