"""Reading CMX 3600 edit decision lists.

The list does not tell its frame rate, names files by their clips, and counts from a timecode. Dissolves and wipes
become soft cuts at their middle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from engine.interchange.edit import ListedSound
from engine.interchange.flatten import Flat, Piece, filled, over, read_marker
from engine.rates import can_drop, frame_of_timecode
from engine.timebase import Transition

_TC: Final = r"(\d\d:\d\d:\d\d[:;.,]\d\d\d?)"
_EVENT: Final = re.compile(rf"^(\d+)\s+(\S+)\s+(\S+)\s+([CDWK]\S*)\s+(?:(\d+)\s+)?{_TC}\s+{_TC}\s+{_TC}\s+{_TC}")
_SPEED: Final = re.compile(rf"^M2\s+.*?\s(-?[\d.]+)\s+{_TC}\s*$")
_LOCATOR: Final = re.compile(rf"^\*\s*LOC:\s*{_TC}\s+(\S+)\s*(.*)$")
_CLIP: Final = re.compile(r"^\*\s*(FROM CLIP NAME|TO CLIP NAME|FROM CLIP|SOURCE FILE)\s*:?\s*(.+)$")
_BLACK: Final = ("BL", "BLACK", "BARS")
_DROP_RATE: Final = Fraction(30000, 1001)


@dataclass(frozen=True, slots=True)
class EdlContents:
    """What a list holds. `start_frame`: of the earliest event."""

    title: str
    rate: Fraction
    start_frame: int
    drops: bool
    flat: Flat
    sounds: tuple[ListedSound, ...]


@dataclass(slots=True)
class _Event:
    """One event in frames: `[record, end)` shows the source from `source` on."""

    reel: str
    channel: str
    softened: int
    source: int
    source_end: int
    record: int
    end: int
    soft: bool
    names: dict[str, str] = field(default_factory=dict)
    speed: float | None = None
    frozen: bool = False

    @property
    def url(self) -> str:
        incoming = self.names.get("TO CLIP NAME") if self.soft else None
        told = None if self.soft else self.names.get("FROM CLIP") or self.names.get("SOURCE FILE")
        return told or incoming or self.names.get("FROM CLIP NAME") or self.reel

    @property
    def name(self) -> str:
        incoming = self.names.get("TO CLIP NAME") if self.soft else None
        return incoming or self.names.get("FROM CLIP NAME") or self.url

    def exact_speed(self, rate: Fraction) -> Fraction:
        """Frames of the source a frame: the list rounds it, the timecodes of the event tell it."""
        if self.frozen or self.speed == 0:
            return Fraction(0)
        if self.speed is None:
            return Fraction(1)
        told = abs(Fraction(self.speed) / rate)
        seen = Fraction(abs(self.source_end - self.source), max(1, self.end - self.record))
        size = seen if abs(seen - told) <= Fraction(1, 50) * max(told, Fraction(1)) else told.limit_denominator(1000)
        return -size if self.speed < 0 else size


def read_edl(text: str, rate: Fraction | None = None) -> EdlContents:
    """The contents of a list.

    Args:
        rate: frames per second; when None 29.97 where the list drops frames, else 24.

    Raises:
        ValueError: if it holds no event with picture.
    """
    lines = text.splitlines()
    drops = any(";" in line for line in lines if _EVENT.match(line))
    if rate is None:
        rate = _DROP_RATE if drops else Fraction(24)
    events, locators, title = _events(lines, rate)
    pictures = [event for event in events if "V" in event.channel.upper() or event.channel.upper() == "B"]
    if not pictures:
        raise ValueError("it has no event with picture")
    start = min(event.record for event in events)
    markers = [read_marker(Fraction(frame - start) / rate, words) for frame, words in locators]
    flat = _flat(pictures, start, rate)
    return EdlContents(
        title,
        rate,
        start,
        drops and can_drop(rate),
        replace(flat, markers=tuple(marker for marker in markers if marker is not None)),
        tuple(_sound(event, start, rate) for event in events if event.channel.upper().startswith(("A", "B"))),
    )


def _events(lines: list[str], rate: Fraction) -> tuple[list[_Event], list[tuple[int, str]], str]:
    """Events that last, (frame, words) of locators, and the title."""
    events: list[_Event] = []
    locators: list[tuple[int, str]] = []
    title = ""
    for line in lines:
        if line.startswith("TITLE:"):
            title = line[6:].strip()
        elif event := _EVENT.match(line):
            events.append(_event(event, rate))
        elif locator := _LOCATOR.match(line):
            locators.append((frame_of_timecode(locator[1], rate), locator[3].strip()))
        elif events:
            _note(events, line)
    return [event for event in events if event.end > event.record], locators, title


def _event(match: re.Match[str], rate: Fraction) -> _Event:
    source, source_end, record, end = (frame_of_timecode(match[i], rate) for i in range(6, 10))
    soft = match[4][0] != "C"
    return _Event(match[2], match[3], int(match[5] or 0) if soft else 0, source, source_end, record, end, soft)


def _note(events: list[_Event], line: str) -> None:
    """A line that says more about the last event."""
    last = events[-1]
    if speed := _SPEED.match(line):
        last.speed = float(speed[1])
    elif line.startswith("* FREEZE FRAME"):
        last.frozen = True
    elif clip := _CLIP.match(line):
        last.names[clip[1]] = clip[2].strip()


def _flat(events: list[_Event], start: int, rate: Fraction) -> Flat:
    """The picture: of several channels the one with the highest number above."""
    total_s = Fraction(max(event.end for event in events) - start) / rate
    pieces: tuple[Piece, ...] = filled((), total_s)
    for channel in sorted({event.channel.upper() for event in events}):
        row: list[Piece] = []
        for event in sorted((e for e in events if e.channel.upper() == channel), key=lambda e: e.record):
            piece = _piece(event, start, rate)
            if row and (row[-1].end_s > piece.start_s or piece.begins == "dissolve"):
                row[-1] = replace(row[-1], end_s=piece.start_s)
            row.append(piece)
        pieces = over(pieces, tuple(piece for piece in row if piece.end_s > piece.start_s), total_s)
    return Flat(total_s, pieces)


def _piece(event: _Event, start: int, rate: Fraction) -> Piece:
    speed = event.exact_speed(rate)
    late = event.softened // 2
    begin_s, end_s = Fraction(event.record + late - start) / rate, Fraction(event.end - start) / rate
    if event.reel.upper() in _BLACK:
        return Piece(begin_s, end_s, name=event.name)
    source = event.source_end if speed < 0 else event.source
    source_s = (source + late * speed) / rate
    begins: Transition = "dissolve" if event.soft else "cut"
    return Piece(begin_s, end_s, event.url, source_s, speed, event.name, begins, None, fills=True)


def _sound(event: _Event, start: int, rate: Fraction) -> ListedSound:
    times = (Fraction(event.record - start) / rate, Fraction(event.end - event.record) / rate)
    return ListedSound(event.name, event.url, *times, Fraction(event.source) / rate)
