"""OTIO, written: what every editor that reads OpenTimelineIO finds, and our own facts as metadata."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from engine.cutlist import Segment
from engine.errors import InputError
from engine.interchange.edit import Edit, Note, Sound
from engine.interchange.flatten import is_ours
from engine.interchange.media import url_of
from engine.interchange.reading import read_edit


def otio_json(edit: Edit) -> str:
    """A timeline: one video track, one audio track a sound, markers on the whole. Gains are metadata: OTIO has none.

    Where the picture came from an OTIO file that is still there and shows the same, this is that file with all its
    tracks, effects and markers; music and markers that this program added before give way to the new ones.
    """
    import opentimelineio as otio

    writer, original = _Writer(edit), _original(edit)
    timeline = writer.timeline() if original is None else writer.onto(original)
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
    return text if text.endswith("\n") else text + "\n"


def _original(edit: Edit) -> Any:
    """The timeline that the picture came from; None where it is not OTIO, gone, or another cut by now."""
    import opentimelineio as otio

    source = edit.cuts.source
    if source is None or source.suffix.lower() != ".otio" or not source.is_file():
        return None
    try:
        if not read_edit(source, need_media=False).cuts.shows_the_same(edit.cuts):
            return None
    except InputError:
        return None
    timeline = otio.adapters.read_from_file(str(source), "otio_json")
    return timeline if isinstance(timeline, otio.schema.Timeline) else None


class _Writer:
    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._rate = float(edit.cuts.frame_rate)

    def timeline(self) -> Any:
        import opentimelineio as otio

        edit, cuts = self._edit, self._edit.cuts
        timeline = otio.schema.Timeline(cuts.name)
        timeline.global_start_time = otio.opentime.RationalTime(cuts.start_frame, self._rate)
        picture = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
        for segment in cuts.segments:
            picture.append(self._clip(segment))
        timeline.tracks.append(picture)
        for sound in edit.sounds:
            timeline.tracks.append(self._track(sound))
        for note in edit.notes:
            timeline.tracks.markers.append(self._marker(note))
        timeline.metadata["diffbgm"] = {"frame_rate": str(cuts.frame_rate), "drop_frame": cuts.drop_frame}
        return timeline

    def onto(self, timeline: Any) -> Any:
        """The sounds and markers added to a timeline, in the place of those that were added before."""
        stack = timeline.tracks
        for i in reversed(range(len(stack))):
            if stack[i].metadata.get("diffbgm", {}).get("music"):
                del stack[i]
        for i in reversed(range(len(stack.markers))):
            if is_ours(stack.markers[i].name):
                del stack.markers[i]
        for sound in self._edit.sounds:
            stack.append(self._track(sound))
        for note in self._edit.notes:
            stack.markers.append(self._marker(note))
        return timeline

    def _time(self, time_s: Fraction) -> Any:
        import opentimelineio as otio

        frames = time_s * self._edit.cuts.frame_rate
        return otio.opentime.RationalTime(float(frames), self._rate)

    def _span(self, start_s: Fraction, duration_s: Fraction) -> Any:
        import opentimelineio as otio

        return otio.opentime.TimeRange(self._time(start_s), self._time(duration_s))

    def _clip(self, segment: Segment) -> Any:
        import opentimelineio as otio

        if segment.media is None:
            return otio.schema.Gap(segment.name, duration=self._time(segment.duration_s))
        reach = self._span(segment.origin_s, self._edit.reach_s(segment.media))
        media = otio.schema.ExternalReference(url_of(segment.media), reach)
        begin_s = segment.origin_s + segment.source_s - (segment.duration_s if segment.speed < 0 else 0)
        name = segment.name or segment.media.stem
        clip = otio.schema.Clip(name, media, self._span(begin_s, segment.duration_s))
        if segment.speed == 0:
            clip.effects.append(otio.schema.FreezeFrame())
        elif segment.speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(segment.speed)))
        return clip

    def _track(self, sound: Sound) -> Any:
        import opentimelineio as otio

        track = otio.schema.Track(sound.name, kind=otio.schema.TrackKind.Audio)
        track.metadata["diffbgm"] = {"music": True}
        if sound.start_s > 0:
            track.append(otio.schema.Gap(duration=self._time(sound.start_s)))
        reach = self._span(sound.origin_s, sound.source_s + sound.duration_s)
        media = otio.schema.ExternalReference(url_of(sound.path), reach)
        clip = otio.schema.Clip(sound.name, media, self._span(sound.origin_s + sound.source_s, sound.duration_s))
        clip.metadata["diffbgm"] = {"gain_db": sound.gain_db}
        track.append(clip)
        return track

    def _marker(self, note: Note) -> Any:
        import opentimelineio as otio

        return otio.schema.Marker(note.name, self._span(note.time_s, Fraction(0)), note.colour, comment=note.comment)
