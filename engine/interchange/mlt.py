"""MLT XML, as `melt` plays it and Shotcut opens it. Written only.

Whole frames throughout. Markers are written as Shotcut keeps them.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.cutlist import Segment
from engine.interchange.edit import Edit, Note, Sound

_COLOURS = {"GREEN": "#00a000", "CYAN": "#00a0a0", "YELLOW": "#e0c000"}


def mlt_xml(edit: Edit) -> str:
    """A tractor with a black background, the picture, and one track a sound, all mixed."""
    return _Writer(edit).text()


class _Writer:
    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._total = edit.frames(edit.cuts.duration_s)
        self._root = Element("mlt", LC_NUMERIC="C", version="7.0.0", producer="main_bin")
        self._producers = 0

    def text(self) -> str:
        self._profile()
        bin_list = Element("playlist", id="main_bin")
        _put(bin_list, "xml_retain", "1")
        black = SubElement(self._root, "producer", {"id": "black", "in": "0", "out": str(self._total - 1)})
        for name, value in (
            ("length", str(self._total)),
            ("eof", "pause"),
            ("resource", "black"),
            ("mlt_service", "color"),
            ("mlt_image_format", "rgba"),
        ):
            _put(black, name, value)
        self._root.append(bin_list)
        background = SubElement(self._root, "playlist", id="background")
        SubElement(background, "entry", {"producer": "black", "in": "0", "out": str(self._total - 1)})
        rows = [self._picture(), *(self._sound(sound, i) for i, sound in enumerate(self._edit.sounds, start=1))]
        self._root.extend(rows)
        self._tractor(len(rows))
        ElementTree.indent(self._root, "  ")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(self._root, encoding="unicode")}\n'

    def _profile(self) -> None:
        edit, rate = self._edit, self._edit.cuts.frame_rate
        divisor = math.gcd(edit.width, edit.height)
        SubElement(
            self._root,
            "profile",
            description="automatic",
            width=str(edit.width),
            height=str(edit.height),
            progressive="1",
            sample_aspect_num="1",
            sample_aspect_den="1",
            display_aspect_num=str(edit.width // divisor),
            display_aspect_den=str(edit.height // divisor),
            frame_rate_num=str(rate.numerator),
            frame_rate_den=str(rate.denominator),
            colorspace="709",
        )

    def _picture(self) -> Element:
        playlist = Element("playlist", id="playlist0")
        _put(playlist, "shotcut:video", "1")
        _put(playlist, "shotcut:name", "V1")
        at = 0
        for segment in self._edit.cuts.segments:
            start, end = self._edit.frames(segment.start_s), self._edit.frames(segment.end_s)
            if segment.media is None or end <= start:
                continue
            if start > at:
                SubElement(playlist, "blank", length=str(start - at))
            producer, into = self._shown(segment, segment.media, end - start)
            SubElement(playlist, "entry", {"producer": producer, "in": str(into), "out": str(into + end - start - 1)})
            at = end
        return playlist

    def _shown(self, segment: Segment, media: Path, length: int) -> tuple[str, int]:
        """A producer of a segment's picture, and its frame to begin with. Retimes are those of `timewarp`."""
        speed, rate = segment.speed, self._edit.cuts.frame_rate
        path = str(media.absolute())
        if speed == 0:
            producer = self._producer(path, length, picture=True)
            frozen = SubElement(producer, "filter")
            _put(frozen, "mlt_service", "freeze")
            _put(frozen, "frame", str(round(segment.source_s * rate)))
            return producer.get("id", ""), 0
        into = round(segment.source_s / abs(speed) * rate)
        if speed < 0:
            reach = max(s.source_s for s in self._edit.cuts.segments if s.media == media)
            into = round((reach - segment.source_s) / abs(speed) * rate)
        resource = path if speed == 1 else f"{float(speed):.9g}:{path}"
        producer = self._producer(resource, into + length, picture=True, service="" if speed == 1 else "timewarp")
        return producer.get("id", ""), into

    def _sound(self, sound: Sound, number: int) -> Element:
        playlist = Element("playlist", id=f"playlist{number}")
        _put(playlist, "shotcut:audio", "1")
        _put(playlist, "shotcut:name", f"A{number}")
        start, length = self._edit.frames(sound.start_s), self._edit.frames(sound.duration_s)
        into = round(sound.source_s * self._edit.cuts.frame_rate)
        producer = self._producer(str(sound.path.absolute()), into + length, picture=False, caption=sound.name)
        if sound.gain_db:
            volume = SubElement(producer, "filter")
            _put(volume, "mlt_service", "volume")
            _put(volume, "level", f"{sound.gain_db:g}")
            _put(volume, "shotcut:filter", "audioGain")
        if start:
            SubElement(playlist, "blank", length=str(start))
        SubElement(
            playlist, "entry", {"producer": producer.get("id", ""), "in": str(into), "out": str(into + length - 1)}
        )
        return playlist

    def _producer(self, resource: str, length: int, *, picture: bool, service: str = "", caption: str = "") -> Element:
        name = f"producer{self._producers}"
        self._producers += 1
        producer = SubElement(self._root, "producer", {"id": name, "in": "0", "out": str(length - 1)})
        _put(producer, "length", str(length))
        _put(producer, "eof", "pause")
        _put(producer, "resource", resource)
        _put(producer, "mlt_service", service or "avformat-novalidate")
        _put(producer, "audio_index" if picture else "video_index", "-1")
        if caption:
            _put(producer, "shotcut:caption", caption)
        return producer

    def _tractor(self, rows: int) -> None:
        tractor = SubElement(
            self._root,
            "tractor",
            {"id": "tractor0", "title": self._edit.cuts.name, "in": "0", "out": str(self._total - 1)},
        )
        _put(tractor, "shotcut", "1")
        _put(tractor, "shotcut:projectAudioChannels", "2")
        if self._edit.notes:
            markers = SubElement(tractor, "properties", name="shotcut:markers")
            for number, note in enumerate(self._edit.notes):
                self._marker(SubElement(markers, "properties", name=str(number)), note)
        SubElement(tractor, "track", producer="background")
        for row in range(rows):
            SubElement(tractor, "track", {"producer": f"playlist{row}", **({"hide": "video"} if row else {})})
        for row in range(1, rows + 1):
            _join(tractor, row, "mix", always_active="1", sum="1")

    def _marker(self, properties: Element, note: Note) -> None:
        at = clock(Fraction(self._edit.frames(note.time_s)) / self._edit.cuts.frame_rate)
        _put(properties, "text", note.name)
        _put(properties, "start", at)
        _put(properties, "end", at)
        _put(properties, "color", _COLOURS.get(note.colour, "#008080"))


def clock(time_s: Fraction) -> str:
    """A time as MLT writes it: 00:00:01.234."""
    milliseconds = round(time_s * 1000)
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _join(tractor: Element, row: int, service: str, **properties: str) -> None:
    transition = SubElement(tractor, "transition")
    _put(transition, "a_track", "0")
    _put(transition, "b_track", str(row))
    _put(transition, "mlt_service", service)
    for name, value in properties.items():
        _put(transition, name, value)


def _put(parent: Element, name: str, value: str) -> None:
    SubElement(parent, "property", name=name).text = value
