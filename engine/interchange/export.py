"""From a take to the files that editors open: the picture with its cuts, the music on tracks, markers at the hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, get_args

from engine.cutlist import CutList, Segment
from engine.interchange.edit import Edit, Note, Sound
from engine.music.music_plan import MusicPlan
from engine.music.tempo_solution import Placement
from engine.rates import can_drop, timeline_rate

TimelineKind = Literal["otio", "fcp7", "fcpxml", "edl", "mlt", "marker_csv", "marker_edl", "audacity"]
TIMELINE_KINDS: Final = get_args(TimelineKind)
WITH_SOUND: Final = frozenset({"otio", "fcp7", "fcpxml", "edl", "mlt"})
"""Kinds that name the music's file; the others hold markers alone."""

SUFFIXES: Final[Mapping[str, TimelineKind]] = {
    ".otio": "otio",
    ".xml": "fcp7",
    ".fcpxml": "fcpxml",
    ".edl": "edl",
    ".mlt": "mlt",
}
"""Kinds of timelines that a name tells."""
ENDINGS: Final[Mapping[TimelineKind, tuple[str, ...]]] = {
    "otio": (".otio",),
    "fcp7": (".xml",),
    "fcpxml": (".fcpxml",),
    "edl": (".edl",),
    "mlt": (".mlt", ".xml"),
    "marker_csv": (".csv",),
    "marker_edl": (".edl",),
    "audacity": (".txt",),
}
_STAR_MET, _MET, _MISSED = "GREEN", "CYAN", "YELLOW"


@dataclass(frozen=True, slots=True)
class TimelineFile:
    """A timeline to write: one of `TIMELINE_KINDS`, and where."""

    kind: TimelineKind
    path: Path


def timeline_text(kind: TimelineKind, edit: Edit) -> str:
    """The contents of a file of a kind."""
    return _writers()[kind](edit)


def _writers() -> dict[str, Callable[[Edit], str]]:
    from engine.interchange import fcp7, fcpx, lists, mlt, otio_file

    return {
        "otio": otio_file.otio_json,
        "fcp7": fcp7.fcp7_xml,
        "fcpxml": fcpx.fcpxml,
        "edl": lists.edl,
        "mlt": mlt.mlt_xml,
        "marker_csv": lists.marker_csv,
        "marker_edl": lists.marker_edl,
        "audacity": lists.audacity_labels,
    }


def edit_of(
    plan: MusicPlan,
    sounds: Sequence[Sound],
    *,
    name: str,
    cuts: CutList | None = None,
    origin_s: Fraction = Fraction(0),
    sample_rate: int = 48_000,
) -> Edit:
    """The edit of a take: its picture on whole frames, its sounds, a marker at each cut and marker of the plan.

    Args:
        plan: of the take; its film lies at `plan.info.path`.
        cuts: the timeline that the picture was put together from; None for a film, which is cut at its shots.
        origin_s: the timecode of the film's first frame.
    """
    cuts = cuts if cuts is not None else _film(plan, name, origin_s)
    edit = Edit(cuts, (), (), plan.info.width, plan.info.height, sample_rate)
    on_frames = tuple(_sound_on_frames(sound, edit) for sound in sounds)
    notes = tuple(_note(p, plan.offset_s, edit) for p in plan.hits() if p.hit.kind != "end")
    within = tuple(note for note in notes if note.time_s < cuts.duration_s)
    return replace(edit, cuts=replace(cuts, name=name, markers=()), sounds=on_frames, notes=within)


def _film(plan: MusicPlan, name: str, origin_s: Fraction) -> CutList:
    """A film from its first frame to its last, cut at its shots."""
    info, rate = plan.info, timeline_rate(plan.info.frame_rate)
    film = Path(info.path)
    inner = {plan.offset_s + time_s for time_s in (Fraction(0), *plan.cuts_s, plan.duration_s)}
    edges = sorted({round(t * rate) for t in (Fraction(0), *inner, info.duration_s) if 0 <= t <= info.duration_s})
    segments = tuple(
        Segment(
            a / rate,
            b / rate,
            film,
            a / rate,
            name=film.name,
            begins="start" if a == 0 else "cut",
            origin_s=origin_s,
        )
        for a, b in pairwise(map(Fraction, edges))
    )
    drops = can_drop(rate)
    return CutList(name, rate, segments, (), round(origin_s * rate), drops)


def _sound_on_frames(sound: Sound, edit: Edit) -> Sound:
    """A sound from frame to frame, within the picture."""
    rate, end_s = edit.cuts.frame_rate, edit.cuts.duration_s
    start_s = Fraction(edit.frames(sound.start_s)) / rate
    stop_s = min(end_s, Fraction(edit.frames(sound.start_s + sound.duration_s)) / rate)
    return replace(sound, start_s=start_s, duration_s=max(stop_s - start_s, 1 / rate))


def _note(placement: Placement, offset_s: Fraction, edit: Edit) -> Note:
    """`bgm* 5.1 +0.0 ms: label`: a star that is met falls on beat 1 of bar 5."""
    rate = edit.cuts.frame_rate
    time_s = Fraction(round((placement.time_s + offset_s) * rate)) / rate
    hit, starred = placement.hit, placement.starred
    place = f"{placement.bar}.{placement.beat}" + {1: "", 3: "+"}.get(placement.sixteenth, "'")
    error_ms = round(placement.error_ms, 1) + 0.0  # no minus before nothing
    name = f"bgm{'*' if starred else ''} {place} {error_ms:+.1f} ms"
    if hit.kind == "marker":
        name += f": {hit.label or 'marker'}"
    colour = _STAR_MET if starred else _MET if placement.on_grid else _MISSED
    comment = f"{hit.label or hit.kind}, {'starred, ' if starred else ''}{placement.bpm:.1f} BPM"
    return Note(time_s, name, comment, colour)


def describe_kinds() -> dict[str, Any]:
    """Kinds and the endings of their names, as plain data."""
    return {kind: list(endings) for kind, endings in ENDINGS.items()}
