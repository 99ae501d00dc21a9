"""What is written reads back, exact to the frame at every usual rate; the documented table says what does not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from engine.cutlist import CutList, Segment
from engine.interchange.edit import Edit, Note
from engine.interchange.export import ENDINGS, SUFFIXES, TIMELINE_KINDS, timeline_text
from engine.interchange.reading import read_edit
from tests.helpers.edits import COLUMNS, RATES, TITLES, documented, edit_at, seen_of, table


def test_the_documented_table_is_what_the_formats_keep(tmp_path: Path) -> None:
    made = table(tmp_path)
    assert documented() == made, "run: python -m tests.helpers.edits"
    rows = {line.split(" | ")[0]: line for line in made.splitlines()[2:]}
    assert len(rows) == len(TIMELINE_KINDS) == len(TITLES)
    for kind in ("otio", "fcp7", "fcpxml"):
        assert rows[f"| {TITLES[kind]}"].count("yes") == len(COLUMNS)


@pytest.mark.parametrize("kind", ["otio", "fcp7", "fcpxml", "edl"])
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_second_round_changes_nothing(kind: str, rate: Fraction, tmp_path: Path) -> None:
    edit = edit_at(rate, tmp_path, retimed=True)
    path = tmp_path / f"a{next(e for e, k in SUFFIXES.items() if k == kind)}"
    path.write_text(timeline_text(kind, edit), encoding="utf-8")  # type: ignore[arg-type]
    once = read_edit(path, rate=rate)
    path.write_text(timeline_text(kind, replace(once, notes=edit.notes)), encoding="utf-8")  # type: ignore[arg-type]
    again = read_edit(path, rate=rate)
    assert again.cuts.segments == once.cuts.segments
    assert seen_of(again).places == seen_of(once).places == seen_of(edit).places


def test_otio_is_what_the_library_itself_reads(tmp_path: Path) -> None:
    edit = edit_at(Fraction(30000, 1001), tmp_path)
    path = tmp_path / "a.otio"
    path.write_text(timeline_text("otio", edit), encoding="utf-8")
    timeline = otio.adapters.read_from_file(str(path))
    assert timeline.duration() == otio.opentime.RationalTime(300, 30000 / 1001)
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio", "Audio", "Audio"]
    assert [marker.marked_range.start_time.value for marker in timeline.tracks.markers] == [0, 131, 299]
    assert timeline.tracks[0][0].media_reference.target_url.endswith("film%20a.mp4")
    assert timeline.global_start_time.value == 108000


def test_fcp7_is_what_its_adapter_reads_without_our_help(tmp_path: Path) -> None:
    edit = edit_at(Fraction(25), tmp_path)
    path = tmp_path / "a.xml"
    path.write_text(timeline_text("fcp7", edit), encoding="utf-8")
    timeline = otio.adapters.read_from_file(str(path), "fcp_xml")
    picture, *sounds = timeline.tracks
    starts = [
        picture.trimmed_range_of_child(clip).start_time.value for clip in picture if isinstance(clip, otio.schema.Clip)
    ]
    assert starts == [0, 130, 180, 240, 270]
    assert [track.kind for track in sounds] == ["Audio"] * 3  # both channels of a stereo sound are one
    assert [marker.name for marker in timeline.tracks.markers] == [note.name for note in edit.notes]


def test_the_editors_own_otio_keeps_its_tracks_and_gets_the_music_once(tmp_path: Path) -> None:
    edit = edit_at(Fraction(25), tmp_path)
    own = otio.adapters.read_from_string(timeline_text("otio", replace(edit, sounds=())), "otio_json")
    titles = otio.schema.Track("titles")
    shown = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(50, 25))
    titles.append(otio.schema.Clip("title", otio.schema.GeneratorReference(generator_kind="Text"), shown))
    own.tracks.append(titles)
    path, out = tmp_path / "own.otio", tmp_path / "out.otio"
    otio.adapters.write_to_file(own, str(path))
    cuts = read_edit(path).cuts
    hits = (Note(Fraction(1), "bgm 1.1 +0.0 ms"),)
    for _ in range(2):  # the second time on what was written the first time
        out.write_text(timeline_text("otio", replace(edit, cuts=cuts, notes=hits)), encoding="utf-8")
        made = otio.adapters.read_from_file(str(out))
        assert [track.name for track in made.tracks] == ["V1", "titles", "Music", "Original", "Strings"]
        names = [marker.name for marker in made.tracks.markers]
        assert names == [*(note.name for note in edit.notes), "bgm 1.1 +0.0 ms"]
        cuts = read_edit(out).cuts
    (tmp_path / "own.otio").unlink()
    flat = timeline_text("otio", replace(edit, cuts=replace(cuts, source=path), notes=hits))
    assert "titles" not in flat  # it is gone: the picture alone


def test_every_kind_has_an_ending_and_a_writer(tmp_path: Path) -> None:
    edit = edit_at(Fraction(24), tmp_path)
    assert set(ENDINGS) == set(TIMELINE_KINDS)
    assert all(timeline_text(kind, edit).endswith("\n") for kind in TIMELINE_KINDS)


def test_a_cell_of_the_table_is_no_formula(tmp_path: Path) -> None:
    edit = edit_at(Fraction(24), tmp_path)
    edit = replace(edit, notes=tuple(replace(note, name="=1+1") for note in edit.notes))
    assert "'=1+1" in timeline_text("marker_csv", edit)


def test_names_with_markup_stay_names(tmp_path: Path) -> None:
    edit = edit_at(Fraction(24), tmp_path)
    edit = replace(edit, cuts=replace(edit.cuts, name='<a> & "b"'))
    for kind, ending in (("fcp7", ".xml"), ("fcpxml", ".fcpxml"), ("otio", ".otio")):
        path = tmp_path / f"n{ending}"
        path.write_text(timeline_text(kind, edit), encoding="utf-8")  # type: ignore[arg-type]
        assert read_edit(path).cuts.name == '<a> & "b"'


@pytest.mark.parametrize("kind", ["otio", "fcp7", "fcpxml", "edl"])
def test_awkward_names_of_files_come_back(kind: str, tmp_path: Path) -> None:
    names = ("file+with+data&streams=works.mp4", "50% off #1.mov", "“ü” it's.mp4", "-dash & <tag>.mkv", "100%25.mp4")
    segments = tuple(
        Segment(Fraction(i), Fraction(i + 1), tmp_path / name, name=name, begins="cut" if i else "start")
        for i, name in enumerate(names)
    )
    for name in names:
        (tmp_path / name).touch()
    path = tmp_path / f"a{next(e for e, k in SUFFIXES.items() if k == kind)}"
    edit = Edit(CutList("names", Fraction(25), segments))
    path.write_text(timeline_text(kind, edit), encoding="utf-8")  # type: ignore[arg-type]
    assert [segment.media for segment in read_edit(path, rate=Fraction(25)).cuts.segments] == [
        tmp_path / name for name in names
    ]
