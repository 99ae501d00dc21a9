"""Edits of the timeline that a single function of the document does not make, and their names for the history."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from diffbgm_gui.document import SAME_S, Document, toggle_marker, toggle_star, with_curve, without_curve
from engine.direction import Curve


def move_marker(document: Document, from_s: Fraction, to_s: Fraction) -> Document:
    """Move the marker at a time to another one, with its star; nothing where another marker lies already."""
    there = next((m for m in document.direction.markers if abs(m.time_s - from_s) <= SAME_S), None)
    if there is None or to_s == there.time_s:
        return document
    others = [m for m in document.direction.markers if m is not there]
    if any(abs(m.time_s - to_s) <= SAME_S for m in others):
        return document
    stars = document.direction.stars
    if stars is not None:
        stars = tuple(sorted(to_s if abs(star - there.time_s) <= SAME_S else star for star in stars))
    markers = tuple(sorted((*others, replace(there, time_s=to_s)), key=lambda marker: marker.time_s))
    return replace(document, direction=replace(document.direction, markers=markers, stars=stars))


def delete_marker(document: Document, time_s: Fraction) -> Document:
    """Take a marker away, with its star."""
    if not any(abs(marker.time_s - time_s) <= SAME_S for marker in document.direction.markers):
        return document
    stars = document.direction.stars
    if stars is not None and any(abs(star - time_s) <= SAME_S for star in stars):
        document = toggle_star(document, time_s)
    return toggle_marker(document, time_s)


def set_point(document: Document, name: str, at: int | None, time_s: Fraction, value: float) -> Document:
    """Set point number `at` of a drawn curve, or add one (None); a point does not pass its neighbours.

    A new point where one is takes its place.
    """
    curve = document.direction.curve(name)
    points = list(curve.points) if curve is not None else []
    value = min(1.0, max(0.0, value))
    if at is None:
        points = [point for point in points if point[0] != time_s]
        return with_curve(document, Curve(name, tuple(sorted([*points, (time_s, value)]))))
    if at >= len(points):
        return document
    least = points[at - 1][0] + SAME_S if at else Fraction(0)
    most = points[at + 1][0] - SAME_S if at + 1 < len(points) else max(time_s, least)
    points[at] = (min(max(time_s, least), max(least, most)), value)
    return with_curve(document, Curve(name, tuple(points)))


def delete_point(document: Document, name: str, at: int) -> Document:
    """Take a point away; without its last one the curve is left to the picture again."""
    curve = document.direction.curve(name)
    if curve is None or at >= len(curve.points):
        return document
    points = curve.points[:at] + curve.points[at + 1 :]
    return with_curve(document, Curve(name, points)) if points else without_curve(document, name)
