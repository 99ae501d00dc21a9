"""From an OTIO timeline with tracks, nesting, retimes and transitions to what is seen: one flat row of pieces.

The uppermost enabled thing shows. Retimes are linear (also freezes and backwards); a transition is a cut at its middle
that begins softly. Titles, generators and still pictures above a film are overlays: the film goes on below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from engine.cutlist import CutMarker
from engine.rates import exact_rate
from engine.timebase import Transition

STILLS: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".psd", ".svg", ".exr", ".tga")
_OURS: Final = re.compile(r"bgm(\*?) \d+\.\d+\S* [+-]?[\d.]+ ms(?:: (.*))?$", re.IGNORECASE)
_STAR: Final = "*"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch `[start_s, end_s)` that shows one thing; see `engine.cutlist.Segment`.

    Attributes:
        url: where the file is, as the timeline has it; None where nothing shows.
        source_s: on the file's own timecode where `origin_s` is None, else from its first frame.
        fills: whether it hides what lies below.
    """

    start_s: Fraction
    end_s: Fraction
    url: str | None = None
    source_s: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    name: str = ""
    begins: Transition = "cut"
    origin_s: Fraction | None = Fraction(0)
    fills: bool = False

    def within(self, start_s: Fraction, end_s: Fraction) -> Piece:
        """The part of it in `[start_s, end_s)`."""
        begin_s, stop_s = max(start_s, self.start_s), min(end_s, self.end_s)
        begins: Transition = self.begins if begin_s == self.start_s else "cut"
        source_s = self.source_s + (begin_s - self.start_s) * self.speed
        return replace(self, start_s=begin_s, end_s=stop_s, source_s=source_s, begins=begins)

    def moved(self, by_s: Fraction) -> Piece:
        """The same, later."""
        return replace(self, start_s=self.start_s + by_s, end_s=self.end_s + by_s)


@dataclass(frozen=True, slots=True)
class Flat:
    """Pieces that cover `[0, duration_s)` and the markers on them, in the time of one item."""

    duration_s: Fraction
    pieces: tuple[Piece, ...]
    markers: tuple[CutMarker, ...] = ()

    def within(self, start_s: Fraction, duration_s: Fraction) -> Flat:
        """A part of it, counted from its beginning; what lies outside is empty."""
        end_s = start_s + duration_s
        kept = [
            p.within(start_s, end_s).moved(-start_s) for p in self.pieces if p.start_s < end_s and p.end_s > start_s
        ]
        markers = tuple(replace(m, time_s=m.time_s - start_s) for m in self.markers if start_s <= m.time_s < end_s)
        return Flat(duration_s, filled(kept, duration_s), markers)

    def retimed(self, speed: Fraction, duration_s: Fraction) -> Flat:
        """What shows in `duration_s` at a speed other than 0; backwards from its end where that is negative."""
        factor = abs(speed)
        run = self.within(Fraction(0), duration_s * factor)
        if speed < 0:
            run = replace(run, pieces=tuple(_reversed(p, run.duration_s) for p in reversed(run.pieces)))
        pieces = tuple(
            replace(p, start_s=p.start_s / factor, end_s=p.end_s / factor, speed=p.speed * factor) for p in run.pieces
        )
        turned = [run.duration_s - m.time_s if speed < 0 else m.time_s for m in run.markers]
        markers = (replace(m, time_s=t / factor) for m, t in zip(run.markers, turned, strict=True))
        return Flat(duration_s, pieces, tuple(sorted(markers, key=lambda m: m.time_s)))


def flatten(timeline: Any) -> Flat:
    """The picture of an `opentimelineio.schema.Timeline`, and all markers on it.

    Black after the last clip is left out.

    Raises:
        ValueError: if it holds no video track or shows no clip.
    """
    tracks = timeline.tracks
    if not any(track.kind == "Video" for track in tracks if hasattr(track, "kind")):
        raise ValueError("it has no video track")
    flat = _item(tracks)
    shown = [piece for piece in flat.pieces if piece.url is not None]
    if not shown:
        raise ValueError("it shows no clip")
    flat = replace(flat.within(Fraction(0), shown[-1].end_s), markers=flat.markers)
    origin = timeline.global_start_time
    return replace(flat, markers=_sensible(flat, seconds(origin) if origin is not None else Fraction(0)))


def seconds(time: Any) -> Fraction:
    """An OTIO time in exact seconds: its rate is the one that is meant, its value whole where it nearly is."""
    value = Fraction(time.value).limit_denominator(100_000)
    return value / exact_rate(time.rate)


def is_ours(name: str) -> bool:
    """Whether this program wrote a marker of this name."""
    return _OURS.match(name.strip()) is not None


def read_marker(time_s: Fraction, name: str, comment: str = "") -> CutMarker | None:
    """A marker from its texts: `*` at either end of its name or its comment stars it.

    Those that this program wrote at cuts are no wishes and give None; those that it wrote at the user's markers give
    these back.
    """
    ours = _OURS.match(name.strip())
    if ours is not None:
        star, label = ours.groups()
        return CutMarker(time_s, label.strip(), bool(star)) if label else None
    texts = [text.strip() for text in (name, comment)]
    starred = any(text.startswith(_STAR) or text.endswith(_STAR) for text in texts)
    label = next((text for text in (text.strip("* ") for text in texts) if text), "")
    return CutMarker(time_s, label, starred)


def _item(item: Any) -> Flat:
    """An item as it lies on its track: trimmed, retimed, with its markers, in its own time from 0."""
    duration_s = seconds(item.trimmed_range().duration)
    speed = _speed(item)
    begin_s = seconds(item.trimmed_range().start_time)
    if hasattr(item, "media_reference"):
        inner = Flat(duration_s, _clip(item, begin_s, duration_s, speed))
    elif not hasattr(item, "find_children"):
        inner = Flat(duration_s, filled((), duration_s))
    else:
        inner = _track(item) if hasattr(item, "kind") else _stack(item)
        if speed == 0:
            shown = inner.within(begin_s, Fraction(1)).pieces[0]
            inner = Flat(duration_s, (replace(shown, start_s=Fraction(0), end_s=duration_s, speed=Fraction(0)),))
        elif speed == 1:
            inner = inner.within(begin_s, duration_s)
        else:
            inner = inner.within(begin_s, duration_s * abs(speed)).retimed(speed, duration_s)
    own = _markers(item, begin_s, speed, duration_s)
    return replace(inner, markers=tuple(sorted((*inner.markers, *own), key=lambda m: m.time_s)))


def _speed(item: Any) -> Fraction:
    """The product of an item's linear time warps."""
    speed = Fraction(1)
    for effect in item.effects:
        scalar = getattr(effect, "time_scalar", None)
        if scalar is not None and getattr(effect, "enabled", True):
            speed *= Fraction(scalar).limit_denominator(10_000)
    return speed


def _clip(clip: Any, begin_s: Fraction, duration_s: Fraction, speed: Fraction) -> tuple[Piece, ...]:
    url, origin_s = _reference(clip)
    still = url is not None and url.lower().endswith(STILLS)
    source_s = begin_s - (origin_s or Fraction(0))
    if speed < 0:
        source_s += duration_s
    name = clip.name or (url or "").rpartition("/")[2]
    fills = url is not None and not still
    return (Piece(Fraction(0), duration_s, url, source_s, speed, name, "cut", origin_s, fills),)


def _reference(clip: Any) -> tuple[str | None, Fraction | None]:
    """Where a clip's file is, and the timecode of its first frame, where the timeline tells them.

    A clip whose file is not told goes by its name; a generator has no file.
    """
    reference = clip.media_reference
    if hasattr(reference, "generator_kind"):
        return None, None
    url = getattr(reference, "target_url", "") or getattr(reference, "name", "") or clip.name or "a clip without a name"
    known = getattr(reference, "available_range", None)
    return url, None if known is None else seconds(known.start_time)


def _track(track: Any) -> Flat:
    """Items one after the other; an empty stretch for what is disabled."""
    at_s, softly = Fraction(0), False
    pieces: list[Piece] = []
    markers: list[CutMarker] = []
    for child in track:
        if hasattr(child, "in_offset"):
            softly = True
            continue
        flat = _item(child) if child.enabled else Flat(seconds(child.trimmed_range().duration), ())
        shown = filled(flat.pieces, flat.duration_s)
        if softly and shown:
            shown = (replace(shown[0], begins="dissolve"), *shown[1:])
        softly = False
        pieces += [piece.moved(at_s) for piece in shown]
        markers += [replace(marker, time_s=marker.time_s + at_s) for marker in flat.markers]
        at_s += flat.duration_s
    return Flat(at_s, tuple(pieces), tuple(markers))


def _stack(stack: Any) -> Flat:
    """Video tracks, the upper ones over the lower ones."""
    layers = [_item(child) for child in stack if child.enabled and getattr(child, "kind", "Video") == "Video"]
    duration_s = max((layer.duration_s for layer in layers), default=Fraction(0))
    pieces: tuple[Piece, ...] = ()
    for layer in layers:
        pieces = over(pieces, layer.pieces, duration_s)
    return Flat(duration_s, pieces, tuple(marker for layer in layers for marker in layer.markers))


def over(below: Sequence[Piece], above: Sequence[Piece], duration_s: Fraction) -> tuple[Piece, ...]:
    """Pieces where those above hide what is below, if they fill the picture or nothing is below."""
    ground = filled(below, duration_s)
    hiding = [p for p in above if p.fills or (p.url is not None and not _shows(ground, p))]
    kept: list[Piece] = list(hiding)
    for piece in ground:
        at_s = piece.start_s
        for top in hiding:
            if top.start_s < piece.end_s and top.end_s > at_s:
                if top.start_s > at_s:
                    kept.append(piece.within(at_s, top.start_s))
                at_s = max(at_s, top.end_s)
        if at_s < piece.end_s:
            kept.append(piece.within(at_s, piece.end_s))
    return tuple(sorted(kept, key=lambda p: p.start_s))


def _shows(ground: Sequence[Piece], piece: Piece) -> bool:
    return any(p.url is not None and p.start_s < piece.end_s and p.end_s > piece.start_s for p in ground)


def filled(pieces: Iterable[Piece], duration_s: Fraction) -> tuple[Piece, ...]:
    """The pieces, with empty ones where nothing is; neighbouring empty ones are one."""
    row: list[Piece] = []
    at_s = Fraction(0)
    for piece in sorted(pieces, key=lambda p: p.start_s):
        if piece.start_s > at_s:
            row.append(Piece(at_s, piece.start_s))
        if piece.end_s > piece.start_s:
            row.append(piece)
        at_s = max(at_s, piece.end_s)
    if at_s < duration_s:
        row.append(Piece(at_s, duration_s))
    joined: list[Piece] = []
    for piece in row:
        if joined and piece.url is None and joined[-1].url is None and piece.name == joined[-1].name:
            joined[-1] = replace(joined[-1], end_s=piece.end_s)
        else:
            joined.append(piece)
    return tuple(joined)


def _reversed(piece: Piece, duration_s: Fraction) -> Piece:
    return replace(
        piece,
        start_s=duration_s - piece.end_s,
        end_s=duration_s - piece.start_s,
        source_s=piece.source_s + (piece.end_s - piece.start_s) * piece.speed,
        speed=-piece.speed,
        begins="cut",
    )


def _markers(item: Any, begin_s: Fraction, speed: Fraction, duration_s: Fraction) -> list[CutMarker]:
    found = []
    for marker in getattr(item, "markers", ()):
        at_s = seconds(marker.marked_range.start_time) - begin_s
        if speed not in (0, 1):
            at_s = at_s / speed if speed > 0 else (at_s - duration_s) / speed
        comment = getattr(marker, "comment", "") or str(marker.metadata.get("fcp_xml", {}).get("comment", ""))
        read = read_marker(at_s, marker.name, comment)
        if read is not None:
            found.append(read)
    return found


def _sensible(flat: Flat, origin_s: Fraction) -> tuple[CutMarker, ...]:
    """Markers inside the timeline, each once; those that count from its timecode instead of from 0 are mended."""
    found: dict[tuple[Fraction, str], CutMarker] = {}
    for marker in flat.markers:
        late = marker.time_s >= flat.duration_s and 0 <= marker.time_s - origin_s < flat.duration_s
        placed = replace(marker, time_s=marker.time_s - origin_s) if late else marker
        if 0 <= placed.time_s < flat.duration_s:
            found.setdefault((placed.time_s, placed.label), placed)
    return tuple(sorted(found.values(), key=lambda m: m.time_s))
