"""Timelines as editors write them, made flat: nesting, overlays, retimes, transitions, markers, missing files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from engine.cutlist import CutList
from engine.errors import InputError
from engine.interchange.reading import read_edit

T, S = otio.opentime, otio.schema
RATE = 25.0

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text under a name, beside films a.mp4 and b.mp4."""
    for name in ("a.mp4", "b.mp4", "logo.png", "music.wav"):
        (tmp_path / name).touch()

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def shown(cuts: CutList) -> list[tuple[int, int, str | None, Fraction, Fraction]]:
    """Frames, file, frame of the file and speed of each segment."""
    rate = cuts.frame_rate
    return [
        (
            int(s.start_s * rate),
            int(s.end_s * rate),
            None if s.media is None else s.media.name,
            s.source_s * rate,
            s.speed,
        )
        for s in cuts.segments
    ]


def clip(name: str, begin: int, length: int, **more: Any) -> Any:
    media = S.ExternalReference(name, T.TimeRange(T.RationalTime(0, RATE), T.RationalTime(1000, RATE)))
    return S.Clip(name, media, T.TimeRange(T.RationalTime(begin, RATE), T.RationalTime(length, RATE)), **more)


def gap(length: int) -> Any:
    return S.Gap(duration=T.RationalTime(length, RATE))


def mark(at: int, name: str, comment: str = "") -> Any:
    return S.Marker(name, T.TimeRange(T.RationalTime(at, RATE), T.RationalTime(0, RATE)), comment=comment)


def read(write: Write, *tracks: Any, markers: list[Any] | None = None) -> CutList:
    timeline = S.Timeline("cut")
    timeline.tracks.extend(tracks)
    timeline.tracks.markers.extend(markers or [])
    path = write("cut.otio", otio.adapters.write_to_string(timeline, "otio_json"))
    return read_edit(path).cuts


def track(*children: Any, kind: str = "Video") -> Any:
    made = S.Track(kind=kind)
    made.extend(children)
    return made


def test_upper_clips_hide_lower_ones_and_gaps_do_not(write: Write) -> None:
    cuts = read(write, track(clip("a.mp4", 0, 100)), track(gap(30), clip("b.mp4", 10, 20)))
    assert shown(cuts) == [(0, 30, "a.mp4", 0, 1), (30, 50, "b.mp4", 10, 1), (50, 100, "a.mp4", 50, 1)]


def test_overlays_leave_the_film_and_its_cuts(write: Write) -> None:
    title = S.Clip("title", S.GeneratorReference(generator_kind="Text"), T.TimeRange(duration=T.RationalTime(60, RATE)))
    below = track(clip("a.mp4", 0, 50), clip("b.mp4", 0, 50))
    cuts = read(write, below, track(gap(20), title), track(clip("logo.png", 0, 100)))
    assert shown(cuts) == [(0, 50, "a.mp4", 0, 1), (50, 100, "b.mp4", 0, 1)]


def test_a_still_with_nothing_below_is_shown(write: Write) -> None:
    cuts = read(write, track(clip("logo.png", 0, 50), clip("a.mp4", 0, 50)))
    assert [row[2] for row in shown(cuts)] == ["logo.png", "a.mp4"]


def test_disabled_clips_and_tracks_do_not_show(write: Write) -> None:
    off = clip("b.mp4", 0, 30)
    off.enabled = False
    upper = track(clip("b.mp4", 0, 100))
    upper.enabled = False
    cuts = read(write, track(clip("a.mp4", 0, 50), off, clip("a.mp4", 50, 20)), upper)
    assert shown(cuts) == [(0, 50, "a.mp4", 0, 1), (50, 80, None, 0, 1), (80, 100, "a.mp4", 50, 1)]


def test_nested_timelines_are_opened_trimmed_and_retimed(write: Write) -> None:
    inner = S.Stack("inner")
    inner.append(track(clip("a.mp4", 0, 40), clip("b.mp4", 100, 40)))
    inner.source_range = T.TimeRange(T.RationalTime(20, RATE), T.RationalTime(30, RATE))
    inner.effects.append(S.LinearTimeWarp(time_scalar=2.0))
    cuts = read(write, track(clip("a.mp4", 0, 10), inner))
    assert shown(cuts) == [(0, 10, "a.mp4", 0, 1), (10, 20, "a.mp4", 20, 2), (20, 40, "b.mp4", 100, 2)]


def test_retimes_freezes_and_what_runs_backwards(write: Write) -> None:
    fast, frozen, back = (clip("a.mp4", 100, 20) for _ in range(3))
    fast.effects.append(S.LinearTimeWarp(time_scalar=1.5))
    frozen.effects.append(S.FreezeFrame())
    back.effects.append(S.LinearTimeWarp(time_scalar=-1.0))
    cuts = read(write, track(fast, frozen, back))
    assert [row[3:] for row in shown(cuts)] == [(100, Fraction(3, 2)), (100, 0), (120, -1)]


def test_a_transition_is_a_soft_cut_at_its_middle(write: Write) -> None:
    mix = S.Transition("SMPTE_Dissolve", "SMPTE_Dissolve", T.RationalTime(6, RATE), T.RationalTime(6, RATE))
    cuts = read(write, track(clip("a.mp4", 0, 50), mix, clip("b.mp4", 10, 50)))
    assert [segment.begins for segment in cuts.segments] == ["start", "dissolve"]
    assert [shot.transition for shot in cuts.shots()] == ["start", "dissolve"]
    assert cuts.shots()[1].salience < 1


def test_markers_of_timeline_tracks_and_clips_land_where_they_are_seen(write: Write) -> None:
    first, second = clip("a.mp4", 100, 50, markers=[mark(110, "door*")]), clip("b.mp4", 0, 50)
    second.effects.append(S.LinearTimeWarp(time_scalar=2.0))
    second.markers.append(mark(20, "", "* a comment"))
    hidden = clip("a.mp4", 0, 20, markers=[mark(5, "unseen")])
    hidden.enabled = False
    cuts = read(
        write, track(first, second, hidden, clip("a.mp4", 0, 10)), markers=[mark(80, "Marker 1"), mark(900, "late")]
    )
    told = [(int(m.time_s * 25), m.label, m.starred) for m in cuts.markers]
    assert told == [(10, "door", True), (60, "a comment", True), (80, "Marker 1", False)]
    direction = cuts.direction()
    assert direction.stars == (Fraction(10, 25), Fraction(60, 25))
    assert [marker.label for marker in direction.markers] == ["door", "a comment", "Marker 1"]


def test_without_a_star_the_program_chooses(write: Write) -> None:
    cuts = read(write, track(clip("a.mp4", 0, 50)), markers=[mark(20, "one")])
    assert cuts.direction().stars is None


def test_our_own_markers_come_back_only_where_they_were_the_users(write: Write) -> None:
    names = ["bgm 5.1 +0.4 ms", "bgm* 6.1 +0.0 ms", "bgm* 7.2+ -12.5 ms: the kiss", "bgm night"]
    cuts = read(write, track(clip("a.mp4", 0, 50)), markers=[mark(10 * i, name) for i, name in enumerate(names)])
    assert [(m.label, m.starred) for m in cuts.markers] == [("the kiss", True), ("bgm night", False)]


def test_shots_are_exact_at_odd_rates(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    rate = 29.97  # as many programs write it
    row = S.Track()
    for begin in (0, 101, 333):
        row.append(
            S.Clip(
                "a", S.ExternalReference("a.mp4"), T.TimeRange(T.RationalTime(begin, rate), T.RationalTime(101, rate))
            )
        )
    timeline = S.Timeline("odd")
    timeline.tracks.append(row)
    path = tmp_path / "odd.otio"
    otio.adapters.write_to_file(timeline, str(path))
    cuts = read_edit(path).cuts
    assert cuts.frame_rate == Fraction(30000, 1001)
    assert [shot.start_s for shot in cuts.shots()] == [0, Fraction(101 * 1001, 30000), Fraction(202 * 1001, 30000)]
    assert cuts.duration_s == Fraction(303 * 1001, 30000)


def test_sources_count_from_the_files_own_timecode(write: Write) -> None:
    row = S.Track()
    spans = T.TimeRange(T.RationalTime(90025, RATE), T.RationalTime(50, RATE))
    row.append(S.Clip("a", S.ExternalReference("a.mp4"), spans))
    timeline = S.Timeline("tc")
    timeline.tracks.append(row)
    path = write("tc.otio", otio.adapters.write_to_string(timeline, "otio_json"))
    edit = read_edit(path, timecode_of=lambda _path: Fraction(3600))
    assert edit.cuts.segments[0].source_s == 1 and edit.cuts.segments[0].origin_s == 3600


def test_missing_files_are_named_and_found_in_other_folders(write: Write, tmp_path: Path) -> None:
    timeline = S.Timeline("cut")
    timeline.tracks.append(track(clip("file:///C:/Footage/lost%20one.mp4", 0, 50), clip("/media/lost2.mov", 0, 50)))
    path = write("cut.otio", otio.adapters.write_to_string(timeline, "otio_json"))
    with pytest.raises(
        InputError, match=r"2 files that 'cut.otio' shows are not there: 'lost one.mp4', 'lost2.mov'"
    ) as error:
        read_edit(path)
    assert "--media" in error.value.hint
    assert len(read_edit(path, need_media=False).cuts.segments) == 2
    found = tmp_path / "elsewhere" / "deep"
    found.mkdir(parents=True)
    (found / "LOST one.MP4").touch()
    (found / "lost2.mov").touch()
    cuts = read_edit(path, folders=[tmp_path / "elsewhere"]).cuts
    assert [segment.media for segment in cuts.segments] == [found / "LOST one.MP4", found / "lost2.mov"]


FCP7 = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE xmeml><xmeml version="4"><sequence id="s"><name>Seq</name>
<duration>120</duration>{rate}<timecode>{rate}<string>01:00:00;00</string><frame>107892</frame>
<displayformat>DF</displayformat></timecode>
<marker><name>m1</name><comment>loud *</comment><in>12</in><out>-1</out></marker>
<media><video><format><samplecharacteristics><width>640</width><height>360</height></samplecharacteristics></format><track>
<clipitem id="c1"><name>a</name><enabled>TRUE</enabled><duration>150</duration>{rate}<start>0</start><end>50</end>
<in>10</in><out>60</out><file id="f1"><name>a.mp4</name><pathurl>a.mp4</pathurl>{rate}<duration>300</duration>
<timecode>{rate}<string>00:00:10;00</string><frame>300</frame><displayformat>DF</displayformat></timecode></file>
<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>
<parameter><parameterid>speed</parameterid><value>200</value></parameter>
<parameter><parameterid>reverse</parameterid><value>FALSE</value></parameter></effect></filter></clipitem>
<transitionitem><start>45</start><end>55</end><alignment>center</alignment>{rate}
<effect><name>Cross Dissolve</name></effect></transitionitem>
<clipitem id="c2"><name>a</name><start>-1</start><end>100</end><in>95</in><out>150</out>{rate}<file id="f1"/></clipitem>
<clipitem id="c3"><name>nest</name><start>100</start><end>120</end><in>0</in><out>20</out>{rate}<sequence id="s2">
<name>nested</name><duration>20</duration>{rate}<media><video><track><clipitem id="c9"><name>b</name><start>0</start>
<end>20</end><in>5</in><out>25</out>{rate}<file id="f2"><name>b.mp4</name><pathurl>b.mp4</pathurl>{rate}
<duration>100</duration></file></clipitem></track></video></media></sequence></clipitem></track>
<track><clipitem id="c4"><name>off</name><enabled>FALSE</enabled><start>10</start><end>40</end><in>0</in><out>30</out>
{rate}<file id="f2"/></clipitem></track></video></media></sequence></xmeml>"""


def test_fcp7_with_all_that_its_adapter_leaves_out(write: Write) -> None:
    rate = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
    cuts = read_edit(write("cut.xml", FCP7.format(rate=rate))).cuts
    assert shown(cuts) == [(0, 50, "a.mp4", 20, 2), (50, 100, "a.mp4", 100, 1), (100, 120, "b.mp4", 5, 1)]
    assert [segment.begins for segment in cuts.segments] == ["start", "dissolve", "cut"]
    assert (cuts.frame_rate, cuts.start_frame, cuts.drop_frame) == (Fraction(30000, 1001), 107892, True)
    assert [(m.label, m.starred) for m in cuts.markers] == [("m1", True)]


FCPX = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml><fcpxml version="1.11"><resources>
<format id="r1" frameDuration="1001/30000s" width="640" height="360"/>
<asset id="r2" name="a" start="3600s" duration="3003/100s" hasVideo="1" hasAudio="1" format="r1">
<media-rep kind="original-media" src="./a.mp4"/></asset>
<asset id="r3" name="b" start="0s" duration="3003/100s" hasVideo="1" format="r1"><media-rep src="./b.mp4"/></asset>
<asset id="r4" name="music" start="0s" duration="60s" hasAudio="1"><media-rep src="./music.wav"/></asset>
<effect id="r5" name="Basic Title" uid="x"/>
<media id="r6" name="compound"><sequence format="r1" tcStart="0s"><spine>
<asset-clip ref="r3" offset="0s" duration="2002/1000s" name="b"/><asset-clip ref="r2" offset="2002/1000s" start="3600s"
 duration="2002/1000s" name="a"/></spine></sequence></media></resources>
<library><event name="e"><project name="Film">
<sequence format="r1" tcStart="3600s" tcFormat="DF" duration="12012/1000s">
<spine>
<asset-clip ref="r2" offset="3600s" name="a" start="3602002/1000s" duration="4004/1000s">
 <asset-clip ref="r4" lane="-1" offset="3603003/1000s" name="music" start="1001/1000s" duration="2002/1000s">
  <adjust-volume amount="-9dB"/></asset-clip>
 <video ref="r5" lane="1" offset="3602002/1000s" duration="2002/1000s" name="Title"/>
 <asset-clip ref="r3" lane="2" offset="3604004/1000s" name="over" start="0s" duration="1001/1000s"/>
 <asset-clip ref="r3" lane="3" enabled="0" offset="3602002/1000s" name="off" start="0s" duration="1001/1000s"/>
 <marker start="3603003/1000s" duration="1001/30000s" value="knock*"/></asset-clip>
<gap offset="3604004/1000s" duration="1001/1000s" start="3600s" name="Gap"/>
<transition offset="3604504/1000s" duration="1001/1000s" name="Cross Dissolve"/>
<asset-clip ref="r3" offset="3605005/1000s" name="slow" start="0s" duration="2002/1000s">
 <timeMap><timept time="0s" value="0s" interp="smooth2"/><timept time="20s" value="10s" interp="smooth2"/></timeMap>
</asset-clip>
<ref-clip ref="r6" offset="3607007/1000s" name="compound" start="1001/1000s" duration="2002/1000s"/>
<audition offset="3609009/1000s"><asset-clip ref="r3" name="pick" start="0s" duration="1001/1000s"/>
<asset-clip ref="r2" name="other" start="3600s" duration="1001/1000s"/></audition>
</spine></sequence></project></event></library></fcpxml>"""


def test_fcpxml_with_connected_nested_retimed_and_disabled_clips(write: Write, tmp_path: Path) -> None:
    edit = read_edit(write("cut.fcpxml", FCPX))
    cuts = edit.cuts
    (tmp_path / "bundle.fcpxmld").mkdir()
    bundled = write("bundle.fcpxmld/Info.fcpxml", FCPX.replace("./", "../"))
    assert read_edit(bundled.parent).cuts.shows_the_same(cuts)
    assert (cuts.name, cuts.frame_rate, cuts.drop_frame) == ("Film", Fraction(30000, 1001), True)
    assert shown(cuts) == [
        (0, 60, "a.mp4", 60, 1),
        (60, 90, "b.mp4", 0, 1),
        (90, 120, "a.mp4", 150, 1),
        (120, 150, None, 0, 1),
        (150, 210, "b.mp4", 0, Fraction(1, 2)),
        (210, 240, "b.mp4", 30, 1),
        (240, 270, "a.mp4", 0, 1),
        (270, 300, "b.mp4", 0, 1),
    ]
    assert cuts.segments[4].begins == "dissolve"
    assert [(m.time_s * cuts.frame_rate, m.label, m.starred) for m in cuts.markers] == [(30, "knock", True)]
    (music,) = edit.sounds
    assert (music.path.name, music.gain_db) == ("music.wav", -9.0)
    assert (music.start_s * cuts.frame_rate, music.source_s * cuts.frame_rate) == (30, 30)


EMPTY = otio.adapters.write_to_string(S.Timeline("empty"), "otio_json")

EDL = """TITLE: Reel one
FCM: NON-DROP FRAME

001  AX       V     C        00:00:04:00 00:00:06:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: a.mp4
* LOC: 01:00:01:05 RED     BANG *
002  AX       V     C        00:00:06:00 00:00:06:00 01:00:02:00 01:00:02:00
* FROM CLIP NAME: a.mp4
002  TAPE2    V     D    010 00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
* TO CLIP NAME: b
003  BL       V     C        00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
004  AX       V     C        00:00:00:00 00:00:02:00 01:00:05:00 01:00:06:00
M2   AX             050.0                00:00:00:00
* FROM CLIP NAME: a.mp4
005  AX       A2    C        00:00:02:00 00:00:05:00 01:00:01:00 01:00:04:00
* FROM CLIP NAME: music.wav
"""


def test_edl_with_a_dissolve_black_a_retime_and_sound(write: Write) -> None:
    edit = read_edit(write("cut.edl", EDL), rate=Fraction(25))
    cuts = edit.cuts
    assert shown(cuts) == [
        (0, 55, "a.mp4", 100, 1),
        (55, 100, "b.mp4", 30, 1),
        (100, 125, None, 0, 1),
        (125, 150, "a.mp4", 0, 2),
    ]
    assert cuts.segments[1].begins == "dissolve"
    assert [(int(m.time_s * 25), m.label, m.starred) for m in cuts.markers] == [(30, "BANG", True)]
    assert (cuts.name, cuts.start_frame) == ("Reel one", 90000)
    (sound,) = edit.sounds
    assert (sound.path.name, sound.start_s, sound.duration_s, sound.source_s) == ("music.wav", 1, 3, 2)


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("x.otio", "{", "no timeline that can be read"),
        ("x.otio", EMPTY, "no video track"),
        ("x.xml", "<html/>", "neither FCP7 XML nor FCPXML"),
        ("x.xml", "<xmeml", "no timeline that can be read"),
        ("x.fcpxml", "<fcpxml version='1.8'><resources/></fcpxml>", "0 projects"),
        ("x.edl", "TITLE: nothing\n", "no event"),
        ("x.edl", "\x00\x01", "no event"),
    ],
)
def test_what_is_no_timeline_is_one_sentence(write: Write, name: str, text: str, part: str) -> None:
    with pytest.raises(InputError, match=part) as error:
        read_edit(write(name, text))
    assert "\n" not in error.value.message and error.value.hint


def test_several_timelines_in_one_file_are_named(write: Write) -> None:
    both = S.SerializableCollection("both")
    for name in ("one", "two"):
        timeline = S.Timeline(name)
        timeline.tracks.append(track(clip("a.mp4", 0, 10)))
        both.append(timeline)
    path = write("x.otio", otio.adapters.write_to_string(both, "otio_json"))
    with pytest.raises(InputError, match="2 timelines: 'one', 'two'"):
        read_edit(path)
