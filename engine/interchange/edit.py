"""What an edit holds for us, whatever its format: the cut list of its picture, sounds on tracks, notes at instants."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from engine.cutlist import CutList


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound on a track of its own.

    Attributes:
        name: of the track.
        path: the file.
        start_s: when it begins, in seconds of the timeline.
        duration_s: how long it sounds.
        source_s: where in the file it begins.
        gain_db: how loud.
        channels: of the file.
        origin_s: the timecode of the file's first frame, in seconds.
    """

    name: str
    path: Path
    start_s: Fraction
    duration_s: Fraction
    source_s: Fraction = Fraction(0)
    gain_db: float = 0.0
    channels: int = 2
    origin_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class ListedSound:
    """A sound as a timeline lists it, its file not looked for yet.

    Attributes:
        url: as the timeline names the file.
        source_s: on the file's own timecode where `origin_s` is None, else from its first frame.
    """

    name: str
    url: str
    start_s: Fraction
    duration_s: Fraction
    source_s: Fraction
    origin_s: Fraction | None = None
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """A marker that is written: an instant, what it says, more about it, and a colour as OTIO names colours."""

    time_s: Fraction
    name: str
    comment: str = ""
    colour: str = "GREEN"


@dataclass(frozen=True, slots=True)
class Edit:
    """A timeline to write, or one that was read.

    Attributes:
        cuts: the picture.
        sounds: one track each.
        notes: markers.
        width, height: of the picture, in pixels.
        sample_rate: of the sounds, in Hz.
    """

    cuts: CutList
    sounds: tuple[Sound, ...] = ()
    notes: tuple[Note, ...] = ()
    width: int = 1920
    height: int = 1080
    sample_rate: int = 48_000

    def reach_s(self, media: Path) -> Fraction:
        """How much of a file the picture needs, in seconds from its first frame."""
        ends = [s.source_s + s.duration_s * max(s.speed, Fraction(1)) for s in self.cuts.segments if s.media == media]
        return max(ends, default=Fraction(0))

    def frames(self, time_s: Fraction) -> int:
        """The timeline's frame nearest to a time, counted from 0."""
        return round(time_s * self.cuts.frame_rate)
