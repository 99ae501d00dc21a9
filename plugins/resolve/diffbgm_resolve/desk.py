"""Resolve's objects, each write read back: many of its setters say True and do nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...blender.diffbgm_studio.client.faults import Fault
from ...blender.diffbgm_studio.client.takes import free_name
from .timecode import frame_of_timecode, rate_of_setting

OWN_MARK = "♪"
STAR_MARKS = ("*", "★")
OWN_DATA = "diffbgm"
"""How the custom data of our markers begins."""
MARKER_COLOUR, STAR_COLOUR = "Mint", "Lemon"
BIN = "Diff-BGM"
EXPORTS = (
    ("EXPORT_OTIO", ".otio"),
    ("EXPORT_FCPXML_1_10", ".fcpxml"),
    ("EXPORT_FCPXML_1_9", ".fcpxml"),
    ("EXPORT_FCP_7_XML", ".xml"),
    ("EXPORT_EDL", ".edl"),
)
"""The formats that the engine reads, best first: OTIO came with 18.5."""


@dataclass
class Report:
    """What was set and read back, and what came out otherwise."""

    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self, as_asked: bool, done: str, problem: str) -> bool:
        """Note one or the other; returns whether it is as asked."""
        (self.done if as_asked else self.problems).append(done if as_asked else problem)
        return as_asked

    def lines(self) -> list[str]:
        """For people."""
        return [*self.done, *(f"Note: {problem}" for problem in self.problems)]


@dataclass(frozen=True)
class Desk:
    """The current timeline and what belongs to it.

    Attributes:
        resolve, project, pool, timeline: Resolve's objects.
        rate: frames a second; start: the frame number of the timeline's first frame.
    """

    resolve: Any
    project: Any
    pool: Any
    timeline: Any
    rate: Fraction
    start: int

    @classmethod
    def open(cls, resolve: Any) -> Desk:
        """The desk of the current timeline.

        Raises:
            Fault: if there is no project or no timeline.
        """
        manager = resolve.GetProjectManager()
        project = manager.GetCurrentProject() if manager else None
        if not project:
            raise Fault("No project is open.", "Open one, and a timeline in it.")
        timeline = project.GetCurrentTimeline()
        if not timeline:
            raise Fault("No timeline is open.", "Open the timeline that shall get music.")
        rate = rate_of_setting(timeline.GetSetting("timelineFrameRate"))
        return cls(resolve, project, project.GetMediaPool(), timeline, rate, int(timeline.GetStartFrame()))

    @property
    def name(self) -> str:
        """Of the timeline."""
        return str(self.timeline.GetName())

    @property
    def frames(self) -> int:
        """Length of the timeline."""
        return int(self.timeline.GetEndFrame()) - self.start

    def playhead_s(self) -> Fraction:
        """Where the playhead is, in seconds from the timeline's beginning."""
        now = frame_of_timecode(self.timeline.GetCurrentTimecode(), self.rate)
        begin = frame_of_timecode(self.timeline.GetStartTimecode(), self.rate)
        return Fraction(now - begin) / self.rate

    # ---- out of Resolve --------------------------------------------------------------------------------------------

    def export(self, folder: Path, stem: str) -> Path:
        """Write the timeline in the best format that this Resolve and the engine share, under a name that is free.

        Raises:
            Fault: if none was written.
        """
        for constant, suffix in EXPORTS:
            kind = getattr(self.resolve, constant, None)
            if kind is None:
                continue
            path = free_name(folder, f"{stem}{suffix}")
            words = (str(path), kind)
            if constant == "EXPORT_EDL":
                words = (*words, self.resolve.EXPORT_NONE)
            if self.timeline.Export(*words) and path.is_file() and path.stat().st_size:
                return path
        raise Fault("Resolve could not export the timeline.", f"Check that '{folder}' can be written.")

    def markers(self) -> dict[int, dict[str, Any]]:
        """All markers of the timeline by frame, counted from its beginning."""
        return {round(frame): dict(marker) for frame, marker in (self.timeline.GetMarkers() or {}).items()}

    def moments(self) -> tuple[tuple[tuple[Fraction, str], ...], tuple[Fraction, ...] | None]:
        """(second, name) of the user's own markers, and the stars among them: names that begin or end with *."""
        moments, stars = [], []
        for frame, marker in sorted(self.markers().items()):
            if str(marker.get("customData", "")).startswith(OWN_DATA):
                continue
            second, name = Fraction(frame) / self.rate, str(marker.get("name", "")).strip()
            if name.startswith(STAR_MARKS) or name.endswith(STAR_MARKS):
                stars.append(second)
                name = name.strip("".join(STAR_MARKS)).strip()
            moments.append((second, name))
        return tuple(moments), tuple(stars) if stars else None

    # ---- into Resolve ----------------------------------------------------------------------------------------------

    def without_own_markers(self, work: Callable[[], Any]) -> Any:
        """Do some work while our markers are away; they are back afterwards."""
        own = {f: m for f, m in self.markers().items() if str(m.get("customData", "")).startswith(OWN_DATA)}
        for frame in own:
            self.timeline.DeleteMarkerAtFrame(frame)
        try:
            return work()
        finally:
            for frame, marker in own.items():
                names = ("color", "name", "note", "duration", "customData")
                self.timeline.AddMarker(frame, *(marker[name] for name in names))

    def remove_own_markers(self) -> None:
        """Take our markers out."""
        for frame, marker in self.markers().items():
            if str(marker.get("customData", "")).startswith(OWN_DATA):
                self.timeline.DeleteMarkerAtFrame(frame)

    def import_sounds(self, paths: Sequence[Path], report: Report) -> list[Any]:
        """Import files into our bin; one item a file, in their order.

        Raises:
            Fault: if one is not there afterwards.
        """
        before = self.pool.GetCurrentFolder()
        self.pool.SetCurrentFolder(self._bin())
        try:
            items = self.pool.ImportMedia([str(path) for path in paths]) or []
        finally:
            if before:
                self.pool.SetCurrentFolder(before)
        by_path = {_normal(item.GetClipProperty("File Path")): item for item in items if item}
        missing = [path.name for path in paths if _normal(path) not in by_path]
        if missing:
            raise Fault(f"Resolve did not import {', '.join(missing)}.", f"The files lie in {paths[0].parent}.")
        report.done.append(f"Imported into the bin '{BIN}': {', '.join(path.name for path in paths)}.")
        return [by_path[_normal(path)] for path in paths]

    def _bin(self) -> Any:
        root = self.pool.GetRootFolder()
        for folder in root.GetSubFolderList() or []:
            if folder.GetName() == BIN:
                return folder
        made = self.pool.AddSubFolder(root, BIN)
        if not made:
            raise Fault(f"Resolve made no bin '{BIN}'.", "Unlock the project, or make the bin by hand.")
        return made

    def quiet_own_tracks(self, report: Report) -> None:
        """Disable the audio tracks of earlier music."""
        for index in range(1, int(self.timeline.GetTrackCount("audio")) + 1):
            name = str(self.timeline.GetTrackName("audio", index))
            if name.startswith(OWN_MARK) and self.timeline.GetIsTrackEnabled("audio", index):
                self.timeline.SetTrackEnable("audio", index, False)
                quiet = not self.timeline.GetIsTrackEnabled("audio", index)
                report.check(quiet, f"Disabled the earlier track '{name}'.", f"The track '{name}' is still enabled.")

    def place(self, item: Any, name: str, frames: int, report: Report, *, enabled: bool) -> bool:
        """Put a sound on an audio track of its own, from the timeline's first frame on; returns whether it lies there.

        Args:
            frames: its length; name: of the track.
        """
        before = int(self.timeline.GetTrackCount("audio"))
        self.timeline.AddTrack("audio", "stereo")
        index = int(self.timeline.GetTrackCount("audio"))
        if index != before + 1:
            report.problems.append(f"Resolve added no audio track for '{name}'; the sound is in the bin '{BIN}'.")
            return False
        self.timeline.SetTrackName("audio", index, name)
        told = str(self.timeline.GetTrackName("audio", index))
        report.check(told == name, f"Track A{index} '{name}'.", f"Track A{index} is called '{told}', not '{name}'.")
        asked = {"mediaPoolItem": item, "mediaType": 2, "trackIndex": index, "recordFrame": self.start}
        self.pool.AppendToTimeline([asked])
        if not self._check_place(item, index, frames, report):
            return False
        if not enabled:
            self.timeline.SetTrackEnable("audio", index, False)
            off = not self.timeline.GetIsTrackEnabled("audio", index)
            report.check(
                off, f"Track A{index} is off.", f"Track A{index} is still on: turn it off to hear the first take."
            )
        return True

    def _check_place(self, item: Any, index: int, frames: int, report: Report) -> bool:
        """Whether the sound lies where it was asked for, at its full length."""
        here = [found for found in self.timeline.GetItemListInTrack("audio", index) or [] if _is_of(found, item)]
        if not here:
            return report.check(
                False,
                "",
                f"'{item.GetName()}' is not on track A{index}; it is in the bin '{BIN}': drag it to the start.",
            )
        at, length = round(here[0].GetStart()), round(here[0].GetDuration())
        right = at == self.start and abs(length - frames) <= 1
        asked = f"not from {self.start} for {frames}"
        return report.check(
            right,
            f"'{item.GetName()}' lies on A{index} from frame {at}, {length} frames.",
            f"'{item.GetName()}' lies on A{index} from frame {at} for {length} frames, {asked}.",
        )

    def add_hits(self, hits: Sequence[Any], record_id: str, report: Report) -> None:
        """Set a marker at each hit. Resolve keeps one marker a frame: the user's own stay."""
        taken, set_frames = self.markers(), {}
        for number, hit in enumerate(hits):
            frame = round(Fraction(hit.time_s) * self.rate)
            if frame in taken or frame in set_frames or frame >= self.frames:
                continue
            note = f"bar {hit.bar} beat {hit.beat}, {hit.error_ms:+.1f} ms"
            colour = STAR_COLOUR if hit.starred else MARKER_COLOUR
            data = f"{OWN_DATA}:{record_id}:{number}"
            self.timeline.AddMarker(frame, colour, f"{OWN_MARK} {hit.label}", note, 1, data)
            set_frames[frame] = data
        there = self.markers()
        kept = [frame for frame, data in set_frames.items() if there.get(frame, {}).get("customData") == data]
        report.check(
            len(kept) == len(set_frames),
            f"{len(kept)} markers at hits.",
            f"Resolve kept {len(kept)} of {len(set_frames)} markers.",
        )


def _normal(path: object) -> str:
    text = str(path)
    with contextlib.suppress(OSError):
        text = str(Path(text).resolve())
    return text.replace("\\", "/").casefold()


def _is_of(timeline_item: Any, item: Any) -> bool:
    """Whether a timeline item shows an item of the media pool."""
    shown = timeline_item.GetMediaPoolItem()
    return bool(shown) and shown.GetUniqueId() == item.GetUniqueId()
