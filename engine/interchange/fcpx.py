"""FCPXML, as Final Cut Pro and DaVinci Resolve write and read it.

Written as version 1.8, which later readers take; newer versions are read too. Apple documents the format ("FCPXML
Reference").
Positions of connected clips count in the time of what they are connected to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.cutlist import Segment
from engine.interchange.edit import Edit, Note, Sound
from engine.interchange.media import url_of
from engine.rates import exact_rate

VERSION: Final = "1.8"
_STORY: Final = frozenset("clip asset-clip video audio ref-clip sync-clip mc-clip title gap audition".split())
_NESTED: Final = frozenset("ref-clip sync-clip mc-clip".split())
_ZERO: Final = Fraction(0)


# Reading


def to_otio(root: Element) -> tuple[Any, bool]:
    """The timeline of a file, and whether its timecode drops frames.

    Raises:
        ValueError: if the file holds no project, or more than one.
    """
    import opentimelineio as otio

    projects = list(root.iter("project"))
    if len(projects) != 1:
        raise ValueError(f"it holds {len(projects)} projects instead of one")
    sequence = projects[0].find("sequence")
    if sequence is None:
        raise ValueError("its project has no sequence")
    reader = _Reader.of(root, sequence)
    timeline = otio.schema.Timeline(projects[0].get("name", ""))
    timeline.global_start_time = reader.time(_seconds(sequence.get("tcStart")))
    timeline.tracks = reader.stack(sequence)
    return timeline, sequence.get("tcFormat", "") == "DF"


def _seconds(text: str | None, default: Fraction = _ZERO) -> Fraction:
    """ "1001/30000s" as exact seconds."""
    return default if not text else Fraction(text.rstrip("s"))


@dataclass(frozen=True, slots=True)
class _Laid:
    """An item at its place: `start_s` in the time of the sequence, lanes above the story positive."""

    lane: int
    is_sound: bool
    start_s: Fraction
    item: Any
    softly: bool = False


@dataclass(frozen=True, slots=True)
class _Reader:
    rate: Fraction
    by_id: dict[str, Element] = field(repr=False)

    @classmethod
    def of(cls, root: Element, sequence: Element) -> _Reader:
        by_id = {name: element for element in root.iterfind("resources/*") if (name := element.get("id"))}
        frame = by_id.get(sequence.get("format", ""))
        text = None if frame is None else frame.get("frameDuration")
        return cls(exact_rate(1 / _seconds(text)) if text else Fraction(25), by_id)

    def time(self, time_s: Fraction) -> Any:
        import opentimelineio as otio

        return otio.opentime.RationalTime(float(time_s * self.rate), float(self.rate))

    def span(self, start_s: Fraction, duration_s: Fraction) -> Any:
        import opentimelineio as otio

        return otio.opentime.TimeRange(self.time(start_s), self.time(duration_s))

    def stack(self, sequence: Element) -> Any:
        """All tracks of a sequence, sounds below the pictures."""
        spine = sequence.find("spine")
        origin_s = _seconds(sequence.get("tcStart"))
        laid = [] if spine is None else list(self._row(spine, -origin_s, 0, origin_s))
        return self._stacked(laid)

    def _stacked(self, laid: list[_Laid]) -> Any:
        import opentimelineio as otio

        stack = otio.schema.Stack()
        lanes = {(not each.is_sound, each.lane) for each in laid}
        for shows, lane in sorted(lanes, key=lambda pair: (pair[0], pair[1] if pair[0] else abs(pair[1]))):
            mine = [each for each in laid if each.lane == lane and each.is_sound is not shows]
            kind = otio.schema.TrackKind.Video if shows else otio.schema.TrackKind.Audio
            for row in _without_overlap(sorted(mine, key=lambda each: each.start_s)):
                name = row[0].item.name if len(row) == 1 and not shows else f"lane {lane}"
                stack.append(self._track(row, kind, name))
        return stack

    def _track(self, row: list[_Laid], kind: str, name: str) -> Any:
        import opentimelineio as otio

        track = otio.schema.Track(name, kind=kind)
        at_s = _ZERO
        for each in row:
            if each.start_s > at_s:
                track.append(otio.schema.Gap(duration=self.time(each.start_s - at_s)))
            if each.softly and len(track):
                track.append(otio.schema.Transition(transition_type="SMPTE_Dissolve"))
            track.append(each.item)
            at_s = each.start_s + _exact(each.item.trimmed_range().duration, self.rate)
        return track

    def _row(self, spine: Element, shift_s: Fraction, lane: int, cursor_s: Fraction) -> Iterator[_Laid]:
        """What a storyline holds; `shift_s` leads from offsets in it to the time of the sequence."""
        softly = False
        for element in spine:
            if element.tag == "transition":
                softly = True
                continue
            if element.tag not in _STORY:
                continue
            element = _active(element)
            offset_s = _seconds(element.get("offset"), cursor_s)
            yield from self._placed(element, offset_s + shift_s, lane, softly)
            cursor_s = offset_s + _seconds(element.get("duration"), self._asset_span(element)[1])
            softly = False

    def _placed(self, element: Element, start_s: Fraction, lane: int, softly: bool) -> Iterator[_Laid]:
        """An item and everything connected to it."""
        local_s = self._local_start(element)
        item = self._item(element)
        if element.tag != "gap" or item.markers:
            yield _Laid(lane, self._is_sound(element), start_s, item, softly)
        for child in element:
            if child.get("lane") is None:
                continue
            at_s = start_s + _seconds(child.get("offset")) - local_s
            number = lane + int(child.get("lane", "0"))
            if child.tag == "spine":
                yield from self._row(child, at_s, number, _ZERO)
            elif child.tag in _STORY:
                yield from self._placed(_active(child), at_s, number, softly=False)

    def _item(self, element: Element) -> Any:
        import opentimelineio as otio

        _, asset_duration_s = self._asset_span(element)
        start_s = self._local_start(element)
        duration_s = _seconds(element.get("duration"), asset_duration_s)
        source_s, speed = _through_map(element, start_s)
        item: Any
        if element.tag == "gap":
            item = otio.schema.Gap(duration=self.time(duration_s))
        elif element.tag in _NESTED:
            item = self._nested(element)
            item.source_range = self.span(source_s, duration_s)
        else:
            media = self._media(element)
            item = otio.schema.Clip(element.get("name", ""), media, self.span(source_s, duration_s))
            inner = element.find("video") if element.tag == "clip" else None
            if inner is not None:
                into_s = source_s - _seconds(inner.get("offset"))
                inner_start_s, _ = self._asset_span(inner)
                source_s = _seconds(inner.get("start"), inner_start_s) + into_s
                item.source_range = self.span(source_s, duration_s)
        played_s = source_s
        if speed < 0:
            source_s -= duration_s
            item.source_range = self.span(source_s, duration_s)
        if speed != 1:
            item.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
        item.enabled = element.get("enabled", "1") != "0"
        volume = element.find("adjust-volume")
        if volume is not None:
            item.metadata["diffbgm"] = {"gain_db": float(volume.get("amount", "0").removesuffix("dB") or 0)}
        self._mark(item, element, start_s, played_s, speed)
        return item

    def _mark(self, item: Any, element: Element, start_s: Fraction, played_s: Fraction, speed: Fraction) -> None:
        """Markers lie in the time of the clip as it plays; OTIO wants the time of what it shows."""
        import opentimelineio as otio

        for marker in (*element.iterfind("marker"), *element.iterfind("chapter-marker")):
            at_s = played_s + (_seconds(marker.get("start")) - start_s) * (speed or 1)
            item.markers.append(
                otio.schema.Marker(marker.get("value", ""), self.span(at_s, _ZERO), comment=marker.get("note", ""))
            )

    def _nested(self, element: Element) -> Any:
        """A compound clip, a synchronised clip, or the angle of a multicam clip that shows."""
        target = self.by_id.get(element.get("ref", ""), element)
        sequence = target.find("sequence")
        if sequence is not None:
            return self.stack(sequence)
        shown = element.find("mc-source")
        angles = list(target.iterfind("multicam/mc-angle"))
        wanted = None if shown is None else shown.get("angleID")
        story = target.find("spine")
        if story is not None:
            return self._stacked(list(self._row(story, _ZERO, 0, _ZERO)))
        holder = next((angle for angle in angles if angle.get("angleID") == wanted), angles[0] if angles else target)
        return self._stacked(list(self._row(holder, _ZERO, 0, _ZERO)))

    def _media(self, element: Element) -> Any:
        import opentimelineio as otio

        inner = element
        if element.tag == "clip":
            inner = next((child for child in element if child.tag in ("video", "audio")), element)
        asset = self.by_id.get(inner.get("ref", ""))
        if element.tag == "title" or (asset is not None and asset.tag == "effect"):
            return otio.schema.GeneratorReference(generator_kind=element.get("name", "title"))
        if asset is None:
            return otio.schema.MissingReference(element.get("name", ""))
        rep = asset.find("media-rep")
        source = asset.get("src") or ("" if rep is None else rep.get("src", ""))
        start_s, duration_s = _seconds(asset.get("start")), _seconds(asset.get("duration"))
        return otio.schema.ExternalReference(source, self.span(start_s, duration_s))

    def _asset_span(self, element: Element) -> tuple[Fraction, Fraction]:
        asset = self.by_id.get(element.get("ref", ""))
        if asset is None:
            return _ZERO, _ZERO
        return _seconds(asset.get("start")), _seconds(asset.get("duration"))

    def _local_start(self, element: Element) -> Fraction:
        return _seconds(element.get("start"), self._asset_span(element)[0])

    def _is_sound(self, element: Element) -> bool:
        if element.tag == "audio" or element.get("srcEnable") == "audio":
            return True
        if element.tag not in ("asset-clip", "clip"):
            return False
        if element.tag == "clip":
            return element.find("video") is None and element.find("audio") is not None
        asset = self.by_id.get(element.get("ref", ""))
        return asset is not None and asset.get("hasVideo") != "1"


def _active(element: Element) -> Element:
    """The pick of an audition; else the element."""
    if element.tag != "audition" or not len(element):
        return element
    pick = element[0]
    for name in ("offset", "lane"):
        if element.get(name) and not pick.get(name):
            pick.set(name, element.get(name, ""))
    return pick


def _through_map(element: Element, start_s: Fraction) -> tuple[Fraction, Fraction]:
    """Where in its media a clip begins, and its speed: a time map runs straight from its first point to its last."""
    points = [(_seconds(p.get("time")), _seconds(p.get("value"))) for p in element.iterfind("timeMap/timept")]
    if len(points) < 2 or points[-1][0] == points[0][0]:
        return start_s, Fraction(1)
    speed = (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
    return points[0][1] + (start_s - points[0][0]) * speed, speed


def _exact(time: Any, rate: Fraction) -> Fraction:
    return Fraction(time.value).limit_denominator(100_000) / rate


def _without_overlap(laid: list[_Laid]) -> list[list[_Laid]]:
    """Rows in which nothing lies over anything else: connected clips of one lane may overlap in sound."""
    rows: list[tuple[Fraction, list[_Laid]]] = []
    for each in laid:
        length = each.item.trimmed_range().duration
        end_s = each.start_s + _exact(length, exact_rate(length.rate))
        for i, (free_s, row) in enumerate(rows):
            if free_s <= each.start_s:
                row.append(each)
                rows[i] = (end_s, row)
                break
        else:
            rows.append((end_s, [each]))
    return [row for _, row in rows]


# Writing


def fcpxml(edit: Edit) -> str:
    """A project with the picture in its story, sounds connected below it, and markers in its clips."""
    return _Writer(edit).text()


class _Writer:
    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._frame_s = 1 / edit.cuts.frame_rate
        self._root = Element("fcpxml", version=VERSION)
        self._resources = SubElement(self._root, "resources")
        self._assets: dict[Path, str] = {}

    def text(self) -> str:
        edit, cuts = self._edit, self._edit.cuts
        SubElement(
            self._resources,
            "format",
            id="r1",
            frameDuration=_text(self._frame_s),
            width=str(edit.width),
            height=str(edit.height),
        )
        for segment in cuts.segments:
            if segment.media is not None:
                self._asset(segment.media, segment.name, segment.origin_s, edit.reach_s(segment.media), picture=True)
        for sound in edit.sounds:
            reach_s = sound.source_s + sound.duration_s
            self._asset(sound.path, sound.name, sound.origin_s, reach_s, picture=False, channels=sound.channels)
        event = SubElement(SubElement(self._root, "library"), "event", name=cuts.name)
        project = SubElement(event, "project", name=cuts.name)
        origin_s = cuts.start_frame * self._frame_s
        sequence = SubElement(
            project,
            "sequence",
            format="r1",
            duration=_text(cuts.duration_s),
            tcStart=_text(origin_s),
            tcFormat="DF" if cuts.drop_frame else "NDF",
            audioLayout="stereo",
            audioRate=f"{edit.sample_rate // 1000}k",
        )
        spine = SubElement(sequence, "spine")
        for number, segment in enumerate(cuts.segments):
            self._clip(spine, segment, origin_s, edit.sounds if number == 0 else ())
        ElementTree.indent(self._root, "  ")
        body = ElementTree.tostring(self._root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{body}\n'

    def _asset(
        self, path: Path, name: str, origin_s: Fraction, reach_s: Fraction, *, picture: bool, channels: int = 2
    ) -> None:
        if path in self._assets:
            return
        self._assets[path] = f"r{len(self._assets) + 2}"
        asset = SubElement(
            self._resources,
            "asset",
            id=self._assets[path],
            name=name or path.stem,
            src=url_of(path),
            start=_text(origin_s),
            duration=_text(reach_s),
        )
        if picture:
            asset.set("hasVideo", "1")
            asset.set("format", "r1")
        else:
            asset.set("hasAudio", "1")
            asset.set("audioSources", "1")
            asset.set("audioChannels", str(channels))
            asset.set("audioRate", str(self._edit.sample_rate))

    def _clip(self, spine: Element, segment: Segment, origin_s: Fraction, sounds: tuple[Sound, ...]) -> None:
        place = {"offset": _text(origin_s + segment.start_s), "duration": _text(segment.duration_s)}
        local_s = _ZERO
        if segment.media is None:
            clip = SubElement(spine, "gap", {"name": segment.name or "Gap", "start": "0s", **place})
        else:
            local_s = segment.origin_s + (segment.source_s / segment.speed if segment.speed > 0 else _ZERO)
            told = {"name": segment.name or segment.media.stem, "ref": self._assets[segment.media]}
            clip = SubElement(spine, "asset-clip", {**told, "start": _text(local_s), "srcEnable": "video", **place})
            self._retime(clip, segment, local_s)
        for lane, sound in enumerate(sounds, start=1):
            self._sound(clip, sound, -lane, local_s - segment.start_s)
        for note in self._edit.notes:
            if segment.start_s <= note.time_s < segment.end_s:
                self._note(clip, note, local_s + note.time_s - segment.start_s)

    def _retime(self, clip: Element, segment: Segment, local_s: Fraction) -> None:
        if segment.speed == 1:
            return
        points = ((local_s, segment.source_s), (local_s + segment.duration_s, _end_of(segment)))
        time_map = SubElement(clip, "timeMap")
        for time_s, value_s in points:
            value = _text(segment.origin_s + value_s)
            SubElement(time_map, "timept", time=_text(time_s), value=value, interp="linear")

    def _sound(self, clip: Element, sound: Sound, lane: int, shift_s: Fraction) -> None:
        element = SubElement(
            clip,
            "asset-clip",
            lane=str(lane),
            ref=self._assets[sound.path],
            name=sound.name,
            offset=_text(shift_s + sound.start_s),
            start=_text(sound.origin_s + sound.source_s),
            duration=_text(sound.duration_s),
            srcEnable="audio",
            audioRole="music",
        )
        if sound.gain_db:
            SubElement(element, "adjust-volume", amount=f"{sound.gain_db:g}dB")

    def _note(self, clip: Element, note: Note, at_s: Fraction) -> None:
        marker = SubElement(clip, "marker", start=_text(at_s), duration=_text(self._frame_s), value=note.name)
        if note.comment:
            marker.set("note", note.comment)


def _end_of(segment: Segment) -> Fraction:
    return segment.source_s + segment.duration_s * segment.speed


def _text(time_s: Fraction) -> str:
    return f"{time_s.numerator}s" if time_s.denominator == 1 else f"{time_s.numerator}/{time_s.denominator}s"
