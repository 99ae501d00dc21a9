"""A timeline as an editor cut it: what shows when, and what was marked. Plain data, with exact times.

`engine.interchange` reads and writes it, `engine.video.assembly` makes one continuous picture of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from engine.direction import OPEN, Direction, Marker
from engine.errors import InputError
from engine.timebase import Shot, Transition

SCHEMA_VERSION: Final = 1
DISSOLVE_SALIENCE: Final = 0.5
"""A dissolve shows less sharply than a cut."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a timeline, `[start_s, end_s)`, in which one clip shows, or nothing.

    Attributes:
        start_s, end_s: seconds from the timeline's first frame.
        media: the file; None where nothing shows (black).
        source_s: what of the file shows at `start_s`, in seconds from its first frame.
        speed: seconds of the file a second: 1 as recorded, 0 a frozen frame, negative backwards.
        name: of the clip, for people.
        begins: how it begins: "start" for the first, else "cut" or "dissolve".
        origin_s: the timecode of the file's first frame, in seconds.
    """

    start_s: Fraction
    end_s: Fraction
    media: Path | None = None
    source_s: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    name: str = ""
    begins: Transition = "cut"
    origin_s: Fraction = Fraction(0)

    @property
    def duration_s(self) -> Fraction:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class CutMarker:
    """A marker of the timeline. `starred`: music must land on it."""

    time_s: Fraction
    label: str = ""
    starred: bool = False


@dataclass(frozen=True, slots=True)
class CutList:
    """A flat timeline: segments without gaps between them, and markers.

    Attributes:
        name: of the timeline.
        frame_rate: of the timeline, exact.
        segments: at least one; the first begins at 0, each where the one before ends.
        markers: in the order of time.
        start_frame: frame number that the timecode of the first frame stands for.
        drop_frame: whether timecodes leave numbers out to keep up with the clock (29.97 and 59.94 only).
        source: the timeline's file; None for one that was made here.
    """

    name: str
    frame_rate: Fraction
    segments: tuple[Segment, ...]
    markers: tuple[CutMarker, ...] = ()
    start_frame: int = 0
    drop_frame: bool = False
    source: Path | None = None

    def __post_init__(self) -> None:
        if not self.segments or self.segments[0].start_s != 0:
            raise ValueError("a cut list begins at 0")
        if any(b.start_s != a.end_s for a, b in pairwise(self.segments)):
            raise ValueError("segments must follow each other")

    @property
    def duration_s(self) -> Fraction:
        return self.segments[-1].end_s

    @property
    def media(self) -> tuple[Path, ...]:
        """The files, each once, in the order in which they show first."""
        return tuple(dict.fromkeys(segment.media for segment in self.segments if segment.media is not None))

    def shots(self, duration_s: Fraction | None = None) -> tuple[Shot, ...]:
        """The editor's cuts as shots; of a picture of another length the last one gives or takes what differs."""
        end_s = self.duration_s if duration_s is None else duration_s
        kept = [segment for segment in self.segments if segment.start_s < end_s]
        edges = [*(segment.start_s for segment in kept), end_s]
        shots = [Shot(0, edges[0], edges[1], "start")]
        for i, segment in enumerate(kept[1:], start=1):
            soft = segment.begins == "dissolve"
            shots.append(Shot(i, edges[i], edges[i + 1], segment.begins, DISSOLVE_SALIENCE if soft else 1.0))
        return tuple(shots)

    def direction(self, duration_s: Fraction | None = None, base: Direction = OPEN) -> Direction:
        """Cuts, markers and stars laid over a direction. Without a starred marker the program chooses the stars."""
        end_s = self.duration_s if duration_s is None else duration_s
        markers = [marker for marker in self.markers if marker.time_s < end_s]
        stars = tuple(sorted({marker.time_s for marker in markers if marker.starred}))
        return replace(
            base,
            shots=self.shots(end_s),
            markers=tuple(Marker(marker.time_s, marker.label) for marker in markers) or base.markers,
            stars=stars or base.stars,
        )

    def shows_the_same(self, other: CutList) -> bool:
        """Whether both show the same parts of files of the same names at the same times."""
        ours, theirs = ([_shown(segment) for segment in cuts.segments] for cuts in (self, other))
        return self.frame_rate == other.frame_rate and ours == theirs

    def to_json(self) -> dict[str, Any]:
        """Plain data with a schema version; exact times as "numerator/denominator", files as absolute paths."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "frame_rate": str(self.frame_rate),
            "start_frame": self.start_frame,
            "drop_frame": self.drop_frame,
            "source": None if self.source is None else str(self.source),
            "segments": [_segment_json(segment) for segment in self.segments],
            "markers": [[str(marker.time_s), marker.label, marker.starred] for marker in self.markers],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> CutList:
        """Read what `to_json` wrote.

        Raises:
            InputError: if it is no such list, or a newer one.
        """
        try:
            values = json.loads(data) if isinstance(data, str) else data
            if values["schema_version"] > SCHEMA_VERSION:
                raise InputError("The cut list was written by a newer version of this program.", "Update this one.")
            return cls(
                name=str(values["name"]),
                frame_rate=Fraction(values["frame_rate"]),
                segments=tuple(_segment_from(row) for row in values["segments"]),
                markers=tuple(CutMarker(Fraction(t), str(label), bool(star)) for t, label, star in values["markers"]),
                start_frame=int(values["start_frame"]),
                drop_frame=bool(values["drop_frame"]),
                source=None if values.get("source") is None else Path(values["source"]),
            )
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise InputError("The cut list of the picture cannot be read.", "Give the timeline again.") from error

    def picture_key(self) -> str:
        """A short name for what shows: the same segments of the same unchanged files have the same one."""
        digest = hashlib.sha256(str(self.frame_rate).encode())
        for segment in self.segments:
            digest.update(json.dumps(_segment_json(segment)[:5]).encode())
        for path in self.media:
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}".encode())
        return digest.hexdigest()[:12]


def _shown(segment: Segment) -> tuple[Any, ...]:
    name = None if segment.media is None else segment.media.name
    return (segment.start_s, segment.end_s, name, segment.source_s, segment.speed)


def _segment_json(segment: Segment) -> list[Any]:
    times = [str(segment.start_s), str(segment.end_s)]
    media = None if segment.media is None else str(segment.media)
    shown = [media, str(segment.source_s), str(segment.speed)]
    return [*times, *shown, segment.name, segment.begins, str(segment.origin_s)]


def _segment_from(row: Any) -> Segment:
    start, end, media, source, speed, name, begins, origin = row
    return Segment(
        Fraction(start),
        Fraction(end),
        None if media is None else Path(media),
        Fraction(source),
        Fraction(speed),
        str(name),
        begins,
        Fraction(origin),
    )


def whole_file(cuts: CutList, durations_s: Mapping[Path, Fraction]) -> Path | None:
    """The file that a timeline shows from its first frame to its last, cut or not; None where it shows anything else.

    Args:
        durations_s: how long each file is.
    """
    media = cuts.media
    if len(media) != 1 or any(segment.media is None or segment.speed != 1 for segment in cuts.segments):
        return None
    frame_s = 1 / cuts.frame_rate
    runs_on = all(abs(segment.source_s - segment.start_s) < frame_s / 2 for segment in cuts.segments)
    whole = abs(durations_s[media[0]] - cuts.duration_s) <= frame_s
    return media[0] if runs_on and whole else None
