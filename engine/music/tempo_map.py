"""A tempo map locked to the picture: starred hits exact, the others as near as tempo bends, all within limits.

Three steps. A graph of all ways from hit to hit (`engine.music.tempo_graph`), the cheapest walk through it
(`engine.music.tempo_walk`), and the smoothest tempo along that walk (`engine.music.tempo_curve`). Where the last finds
that a walk cannot be played, its worst turns are made dearer and another walk is tried. When none can be played the
smallest wish is given up, and said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from engine.errors import InputError
from engine.music.hits import HitPoint
from engine.music.tempo import choose_tempo
from engine.music.tempo_graph import Limits, limits_of, range_us
from engine.music.tempo_search import Attempt, NoWalkError, Request, search_tempo
from engine.music.tempo_solution import (
    EXACT_MS,
    Dropped,
    Placement,
    TempoSolution,
    is_near_enough,
    largest_change,
    place_hits,
    told_of_lost,
)
from engine.settings import Strictness
from engine.timebase import TempoMap, as_float
from engine.wording import Told

WIDEST: Final = 1.5
"""Under "strict" the largest change may be widened up to this factor to save a star."""

MOST_SAVED: Final = 8
"""Where more stars than this are lost, a wider change would not be the smaller thing to give up."""

FREE_CHANGE: Final = 0.25
"""Under "free" this share of the largest change is used."""

_STEADY_CHANGE: Final = 0.002


def solve_tempo(
    hits: Sequence[HitPoint],
    *,
    duration_s: Fraction,
    bpm_min: float,
    bpm_max: float,
    preferred_bpm: float,
    max_change: float = 0.08,
    strictness: Strictness = "balanced",
    short_bars: bool = False,
    may_widen: bool = True,
    frame_s: float = 1 / 24,
    entry_bpm: float | None = None,
    exit_bpm: float | None = None,
) -> TempoSolution:
    """A tempo map that lands on the hits.

    Args:
        hits: any order. One of kind "end" is the end of what is solved: nothing follows it.
        duration_s: length of the film; the last downbeat is wanted 1.5 to 4 s before its end.
        bpm_min, bpm_max: the tempo never leaves this range.
        preferred_bpm: gently preferred.
        max_change: the tempo at two instants less than a bar apart differs by at most this share of the earlier one.
        strictness: "strict" lets tempo move freely for hits, "free" keeps it nearly constant.
        short_bars: whether bars of 2/4 may occur.
        may_widen: whether, under "strict", the largest change may be widened (up to 1.5 times) to save stars.
        frame_s: length of a video frame; an unstarred hit counts as met within one.
        entry_bpm, exit_bpm: tempo before and after, when only a stretch is solved; it then begins without a rest.

    Raises:
        InputError: when the range is empty or not positive.
    """
    if not 0 < bpm_min <= bpm_max:
        raise InputError(
            "The tempo range {low:g}:{high:g} is empty.", "Give MIN:MAX, as in 80:110.", low=bpm_min, high=bpm_max
        )
    change = max_change * FREE_CHANGE if strictness == "free" else max_change
    limits = limits_of(bpm_min, bpm_max, change)
    duration_s = max([duration_s, *(hit.time_s for hit in hits if hit.kind == "end")])
    times_s = [as_float(hit.time_s) for hit in hits]
    until_s = as_float(duration_s)
    inside = sorted((i for i, time_s in enumerate(times_s) if 0 <= time_s <= until_s), key=times_s.__getitem__)
    request = Request(
        hits=tuple(hits[i] for i in inside),
        duration_s=duration_s,
        limits=limits,
        range_us=range_us(bpm_min, bpm_max),
        preferred=_log_quarter(min(max(preferred_bpm, bpm_min), bpm_max)),
        entry=None if entry_bpm is None else _log_quarter(entry_bpm),
        exit=None if exit_bpm is None else _log_quarter(exit_bpm),
        strictness=strictness,
        short_bars=short_bars,
        frame_s=frame_s,
        times_s=[times_s[i] for i in inside],
    )
    if change < _STEADY_CHANGE or limits.longest_s < limits.shortest_s * (1 + _STEADY_CHANGE):
        return _told(request, Attempt(_steady(request, bpm_min, bpm_max, preferred_bpm)))
    try:
        attempt = search_tempo(request)
    except NoWalkError:
        return _told(request, Attempt(_steady(request, bpm_min, bpm_max, preferred_bpm)))
    could_be_saved = attempt.n_lost > len(attempt.crowded)  # what is crowded is so under any change
    if could_be_saved and attempt.n_lost <= MOST_SAVED and strictness == "strict" and may_widen:
        wider = replace(request, limits=replace(limits, change=min(0.9, change * WIDEST)))
        second = search_tempo(wider)
        if second.n_lost < attempt.n_lost:
            return _told(wider, second, widened_from=change)
    return _told(request, attempt)


def _log_quarter(bpm: float) -> float:
    return math.log(60 / bpm)


def _steady(request: Request, bpm_min: float, bpm_max: float, preferred_bpm: float) -> TempoMap:
    """One tempo throughout, for limits that allow no other."""
    return choose_tempo(
        [hit.time_s for hit in request.hits],
        weights=[hit.salience * (4 if hit.starred else 1) for hit in request.hits],
        duration_s=request.duration_s,
        bpm_min=bpm_min,
        bpm_max=bpm_max,
        preferred_bpm=preferred_bpm,
        tolerance_s=request.frame_s,
    )


def _told(request: Request, attempt: Attempt, *, widened_from: float | None = None) -> TempoSolution:
    """The solution with its hits placed and its losses named."""
    tempo = attempt.tempo
    sentences: list[str] = []
    if widened_from is not None:
        now = largest_change(tempo, request.duration_s)
        sentences.append(
            Told("Tempo changes by up to {now:.1%} within a bar instead of {asked:.1%}.", now=now, asked=widened_from)
        )
    bounds = _bounds_text(request.limits)
    told: list[Placement] = []
    dropped: list[Dropped] = []
    for i, placement in enumerate(place_hits(request.hits, tempo, frame_s=request.frame_s)):
        exact = abs(placement.error_ms) <= EXACT_MS
        if placement.starred and not exact:
            dropped.append(Dropped(placement.hit, _reason(i, placement, request, attempt, bounds)))
            sentences.append(told_of_lost(dropped[-1]))
            placement = placement.unstarred()
        elif not placement.on_grid and not is_near_enough(placement, request.frame_s):
            dropped.append(Dropped(placement.hit, _reason(i, placement, request, attempt, bounds)))
        told.append(placement)
    return TempoSolution(tempo, tuple(told), tuple(dropped), tuple(sentences))


def _bounds_text(limits: Limits) -> Told:
    return Told(
        "within {low:.4g} to {high:.4g} BPM that changes by up to {change:.1%} a bar",
        low=60 / limits.longest_s,
        high=60 / limits.shortest_s,
        change=limits.change,
    )


def _reason(index: int, placement: Placement, request: Request, attempt: Attempt, bounds: Told) -> Told:
    """Why a hit, the one of this index, is not met."""
    rival = attempt.crowded.get(index)
    if rival is not None:
        rival_s = request.times_s[rival]
        apart_ms = 1000 * abs(rival_s - request.times_s[index])
        return Told("it lies only {apart_ms:.0f} ms from the star at {star_s:.3f} s", apart_ms=apart_ms, star_s=rival_s)
    if placement.on_grid:
        off_ms = abs(placement.error_ms)
        return Told("no tempo {bounds} comes nearer than {off_ms:.0f} ms", bounds=bounds, off_ms=off_ms)
    near = None if placement.starred else request.weightier_near(index)
    if near is not None:
        return Told("it lies too near to the hit at {hit_s:.3f} s", hit_s=near)
    return _out_of_reach(bounds)


@lru_cache(maxsize=8)
def _out_of_reach(bounds: Told) -> Told:
    """The commonest reason, made once."""
    return Told("no tempo {bounds} brings an eighth note here and to the weightier hits", bounds=bounds)
