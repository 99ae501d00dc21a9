"""FCP7 XML (xmeml version 4), as Premiere and Resolve import it. Read by `engine.interchange.reading`.

Apple documented the format ("Final Cut Pro XML Interchange Format"). Stereo sounds lie on two tracks, one a channel, as
Premiere writes them. In and out of a retimed clip count the frames of the retimed clip.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.cutlist import Segment
from engine.interchange.edit import Edit, Note, Sound
from engine.interchange.media import url_of
from engine.rates import counting_rate, timecode


def gain_of_level(level: float) -> float:
    """Decibels of the format's linear level."""
    return round(20 * math.log10(level), 3) if level > 0 else -96.0


def level_of_gain(gain_db: float) -> float:
    """The format's linear level of decibels."""
    return float(10 ** (gain_db / 20))


def fcp7_xml(edit: Edit) -> str:
    """A sequence with picture and sounds on tracks, and markers."""
    return _Writer(edit).text()


class _Writer:
    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._rate = edit.cuts.frame_rate
        self._files: dict[Path, str] = {}
        self._clips = 0

    def text(self) -> str:
        edit, cuts = self._edit, self._edit.cuts
        root = Element("xmeml", version="4")
        sequence = SubElement(root, "sequence", id="sequence-1")
        _put(sequence, "name", cuts.name)
        _put(sequence, "duration", edit.frames(cuts.duration_s))
        self._put_rate(sequence)
        self._put_timecode(sequence, cuts.start_frame, drop=cuts.drop_frame)
        media = SubElement(sequence, "media")
        self._picture(SubElement(media, "video"))
        self._sound_tracks(SubElement(media, "audio"))
        for note in edit.notes:
            self._marker(sequence, note)
        ElementTree.indent(root, "  ")
        body = ElementTree.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'

    def _picture(self, video: Element) -> None:
        shape = SubElement(SubElement(video, "format"), "samplecharacteristics")
        self._put_rate(shape)
        _put(shape, "width", self._edit.width)
        _put(shape, "height", self._edit.height)
        _put(shape, "pixelaspectratio", "square")
        track = SubElement(video, "track")
        for segment in self._edit.cuts.segments:
            if segment.media is not None:
                self._clip(track, segment, segment.media)

    def _clip(self, track: Element, segment: Segment, media: Path) -> None:
        clip = self._clipitem(track, segment.name or media.stem)
        speed = abs(segment.speed)
        source_s = segment.source_s - (segment.duration_s * speed if segment.speed < 0 else 0)
        into = round(source_s / speed * self._rate) if speed else round(source_s * self._rate)
        self._place(clip, segment.start_s, segment.duration_s, into)
        self._file(clip, media, self._edit.reach_s(media), segment.origin_s, picture=True)
        if segment.speed != 1:
            self._retime(clip, segment.speed)

    def _retime(self, clip: Element, speed: Fraction) -> None:
        effect = SubElement(SubElement(clip, "filter"), "effect")
        for name, value in (
            ("name", "Time Remap"),
            ("effectid", "timeremap"),
            ("effectcategory", "motion"),
            ("effecttype", "motion"),
            ("mediatype", "video"),
        ):
            _put(effect, name, value)
        _parameter(effect, "variablespeed", "0")
        _parameter(effect, "speed", f"{float(abs(speed)) * 100:.10g}")
        _parameter(effect, "reverse", "TRUE" if speed < 0 else "FALSE")
        _parameter(effect, "frameblending", "FALSE")

    def _sound_tracks(self, audio: Element) -> None:
        _put(audio, "numOutputChannels", 2)
        shape = SubElement(SubElement(audio, "format"), "samplecharacteristics")
        _put(shape, "depth", 16)
        _put(shape, "samplerate", self._edit.sample_rate)
        number = 1
        for sound in self._edit.sounds:
            channels = min(2, max(1, sound.channels))
            names = [f"clipitem-{self._clips + 1 + channel}" for channel in range(channels)]
            for channel in range(channels):
                stereo = {
                    "currentExplodedTrackIndex": str(channel),
                    "totalExplodedTrackCount": "2",
                    "premiereTrackType": "Stereo",
                }
                track = SubElement(audio, "track", stereo if channels == 2 else {"premiereTrackType": "Mono"})
                self._sound(track, sound, channel, number, names)
                _put(track, "outputchannelindex", channel + 1)
            number += channels

    def _sound(self, track: Element, sound: Sound, channel: int, number: int, names: list[str]) -> None:
        clip = self._clipitem(track, sound.name, premiereChannelType="stereo" if len(names) == 2 else "mono")
        self._place(clip, sound.start_s, sound.duration_s, round(sound.source_s * self._rate))
        self._file(clip, sound.path, sound.source_s + sound.duration_s, sound.origin_s, channels=sound.channels)
        source = SubElement(clip, "sourcetrack")
        _put(source, "mediatype", "audio")
        _put(source, "trackindex", channel + 1)
        if sound.gain_db:
            effect = SubElement(SubElement(clip, "filter"), "effect")
            _put(effect, "name", "Audio Levels")
            _put(effect, "effectid", "audiolevels")
            _put(effect, "effectcategory", "audiolevels")
            _put(effect, "effecttype", "audiolevels")
            _put(effect, "mediatype", "audio")
            _parameter(effect, "level", f"{level_of_gain(sound.gain_db):.6f}", name="Level")
        if len(names) == 2:
            for i, name in enumerate(names):
                link = SubElement(clip, "link")
                _put(link, "linkclipref", name)
                _put(link, "mediatype", "audio")
                _put(link, "trackindex", number + i)
                _put(link, "clipindex", 1)
                _put(link, "groupindex", 1)

    def _clipitem(self, track: Element, name: str, **more: str) -> Element:
        self._clips += 1
        clip = SubElement(track, "clipitem", {"id": f"clipitem-{self._clips}", **more})
        _put(clip, "name", name)
        _put(clip, "enabled", "TRUE")
        return clip

    def _place(self, clip: Element, start_s: Fraction, duration_s: Fraction, into: int) -> None:
        start, end = self._edit.frames(start_s), self._edit.frames(start_s + duration_s)
        _put(clip, "duration", into + end - start)
        self._put_rate(clip)
        _put(clip, "start", start)
        _put(clip, "end", end)
        _put(clip, "in", into)
        _put(clip, "out", into + end - start)

    def _file(
        self,
        clip: Element,
        path: Path,
        reach_s: Fraction,
        origin_s: Fraction,
        *,
        picture: bool = False,
        channels: int = 2,
    ) -> None:
        known = self._files.get(path)
        if known is not None:
            SubElement(clip, "file", id=known)
            return
        self._files[path] = f"file-{len(self._files) + 1}"
        file = SubElement(clip, "file", id=self._files[path])
        _put(file, "name", path.name)
        _put(file, "pathurl", url_of(path))
        self._put_rate(file)
        _put(file, "duration", math.ceil(reach_s * self._rate))
        self._put_timecode(file, round(origin_s * self._rate), drop=False)
        media = SubElement(file, "media")
        if picture:
            shape = SubElement(SubElement(media, "video"), "samplecharacteristics")
            _put(shape, "width", self._edit.width)
            _put(shape, "height", self._edit.height)
        else:
            audio = SubElement(media, "audio")
            shape = SubElement(audio, "samplecharacteristics")
            _put(shape, "samplerate", self._edit.sample_rate)
            _put(audio, "channelcount", channels)

    def _marker(self, sequence: Element, note: Note) -> None:
        marker = SubElement(sequence, "marker")
        _put(marker, "name", note.name)
        _put(marker, "comment", note.comment)
        _put(marker, "in", self._edit.frames(note.time_s))
        _put(marker, "out", -1)

    def _put_rate(self, parent: Element) -> None:
        rate = SubElement(parent, "rate")
        _put(rate, "timebase", counting_rate(self._rate))
        _put(rate, "ntsc", "TRUE" if self._rate.denominator == 1001 else "FALSE")

    def _put_timecode(self, parent: Element, frame: int, *, drop: bool) -> None:
        element = SubElement(parent, "timecode")
        self._put_rate(element)
        _put(element, "string", timecode(frame, self._rate, drop=drop))
        _put(element, "frame", frame)
        _put(element, "displayformat", "DF" if drop else "NDF")


def _put(parent: Element, name: str, value: str | int) -> None:
    SubElement(parent, name).text = str(value)


def _parameter(effect: Element, key: str, value: str, *, name: str = "") -> None:
    parameter = SubElement(effect, "parameter")
    _put(parameter, "parameterid", key)
    _put(parameter, "name", name or key)
    _put(parameter, "value", value)
