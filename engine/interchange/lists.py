"""Lists in plain text: EDL of the cuts, markers as Resolve imports them, a table, labels for Audacity."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

from engine.cutlist import Segment
from engine.interchange.edit import Edit, Note
from engine.rates import can_drop, timecode

_RESOLVE_COLOURS: Final = {"GREEN": "ResolveColorGreen", "CYAN": "ResolveColorCyan", "YELLOW": "ResolveColorYellow"}
_LONGEST_NAME: Final = 60


def edl(edit: Edit) -> str:
    """A CMX 3600 list: the cuts, the sounds on channels A, A2, ..., locators at the markers.

    Timecodes drop frames at 29.97 and 59.94 where the timeline does.
    """
    return "\n".join([*_head(edit, edit.cuts.name), *_events(edit), ""])


def marker_edl(edit: Edit) -> str:
    """Markers as an EDL that Resolve takes (Timelines > Import > Timeline Markers from EDL)."""
    lines = _head(edit, f"{edit.cuts.name} markers")
    for number, note in enumerate(edit.notes, start=1):
        frame = edit.cuts.start_frame + edit.frames(note.time_s)
        begin, end = _timecode(edit, frame), _timecode(edit, frame + 1)
        name = note.name.replace("|", "/")
        colour = _RESOLVE_COLOURS.get(note.colour, "ResolveColorBlue")
        lines.append(f"{number:03d}  001      V     C        {begin} {end} {begin} {end}")
        lines += [f" |C:{colour} |M:{name} |D:1", ""]
    return "\n".join(lines) + "\n"


def marker_csv(edit: Edit) -> str:
    """A table: number, name, timecode, seconds, frame, colour, comment; one row a marker."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("#", "Name", "Timecode", "Seconds", "Frame", "Colour", "Comment"))
    for number, note in enumerate(edit.notes, start=1):
        frame = edit.frames(note.time_s)
        at = _timecode(edit, edit.cuts.start_frame + frame)
        seconds = f"{float(note.time_s):.6f}"
        rows.writerow((number, _plain(note.name), at, seconds, frame, note.colour, _plain(note.comment)))
    return out.getvalue()


def audacity_labels(edit: Edit) -> str:
    """A label track: begin, end and text of each marker, separated by tabs."""
    rows = ((f"{float(note.time_s):.6f}", note.name.replace("\t", " ")) for note in edit.notes)
    return "".join(f"{at}\t{at}\t{name}\n" for at, name in rows)


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "@") else text


def _head(edit: Edit, title: str) -> list[str]:
    mode = "DROP FRAME" if _drops(edit) else "NON-DROP FRAME"
    return [f"TITLE: {title}", f"FCM: {mode}", ""]


def _drops(edit: Edit) -> bool:
    return edit.cuts.drop_frame and can_drop(edit.cuts.frame_rate)


def _timecode(edit: Edit, frame: int) -> str:
    return timecode(frame, edit.cuts.frame_rate, drop=_drops(edit))


def _events(edit: Edit) -> Iterator[str]:
    number = 0
    for segment in edit.cuts.segments:
        if segment.media is None:
            continue
        number += 1
        yield from _picture_event(edit, number, segment, segment.media)
    for index, sound in enumerate(edit.sounds):
        number += 1
        channel = "A" if index == 0 else f"A{index + 1}"
        source_s = sound.origin_s + sound.source_s
        yield _event(edit, number, channel, source_s, sound.start_s, sound.duration_s, sound.duration_s)
        yield from _clip_comments(sound.name, sound.path)


def _picture_event(edit: Edit, number: int, segment: Segment, media: Path) -> Iterator[str]:
    speed, rate = segment.speed, edit.cuts.frame_rate
    played_s = segment.duration_s * abs(speed)
    source_s = segment.origin_s + segment.source_s - (played_s if speed < 0 else 0)
    yield _event(edit, number, "V", source_s, segment.start_s, played_s or 1 / rate, segment.duration_s)
    if speed != 1:
        at = _timecode(edit, round(source_s * rate))
        yield f"M2   AX             {float(speed * rate):05.1f}                {at}"
    yield from _clip_comments(segment.name or media.name, media)
    if speed == 0:
        yield "* FREEZE FRAME"
    for note in edit.notes:
        if segment.start_s <= note.time_s < segment.end_s:
            yield _locator(edit, note)


def _locator(edit: Edit, note: Note) -> str:
    at = _timecode(edit, edit.cuts.start_frame + edit.frames(note.time_s))
    return f"* LOC: {at} {note.colour:<7} {note.name[:_LONGEST_NAME]}"


def _clip_comments(name: str, path: Path) -> list[str]:
    return [f"* FROM CLIP NAME: {name}", f"* FROM CLIP: {path.absolute()}"]


def _event(
    edit: Edit,
    number: int,
    channel: str,
    source_s: Fraction,
    start_s: Fraction,
    played_s: Fraction,
    duration_s: Fraction,
) -> str:
    rate, first = edit.cuts.frame_rate, edit.cuts.start_frame
    begin = round(source_s * rate)
    start, end = first + edit.frames(start_s), first + edit.frames(start_s + duration_s)
    frames = (begin, begin + round(played_s * rate), start, end)
    times = " ".join(_timecode(edit, frame) for frame in frames)
    return f"{number:03d}  AX       {channel:<5} C        {times}"
