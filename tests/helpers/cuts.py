"""Timelines of one small film for tests, as an editor would save them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from engine.cutlist import CutList, Segment
from engine.interchange.edit import Edit, Note
from engine.interchange.otio_file import otio_json

Clip = tuple[float, float]
"""A part of the film: from, to, in seconds."""


def save_timeline(
    path: Path,
    film: Path,
    clips: Sequence[Clip],
    *,
    rate: Fraction = Fraction(12),
    markers: Sequence[tuple[float, str]] = (),
) -> Path:
    """Write an OTIO timeline that shows these parts of a film one after the other."""
    lengths = [Fraction(end - begin) for begin, end in clips]
    starts = [Fraction(0), *accumulate(lengths)]
    segments = tuple(
        Segment(starts[i], starts[i + 1], film, Fraction(begin), name=f"clip {i + 1}", begins="cut" if i else "start")
        for i, (begin, _) in enumerate(clips)
    )
    notes = tuple(Note(Fraction(at), name) for at, name in markers)
    path.write_text(otio_json(Edit(CutList(path.stem, rate, segments), (), notes)), encoding="utf-8")
    return path
