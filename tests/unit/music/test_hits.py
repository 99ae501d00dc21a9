"""What music should land on."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

from engine.direction import OPEN, Direction, Marker
from engine.music.hits import HitPoint, gather_hits, playable, playable_times
from engine.timebase import Shot, Transition


def _shots(*cuts_s: float, end_s: float = 60, kind: Transition = "cut", salience: float = 0.8) -> list[Shot]:
    edges = [Fraction(0), *(Fraction(str(cut)) for cut in cuts_s), Fraction(str(end_s))]
    return [Shot(i, a, b, kind if i else "start", salience if i else 1.0) for i, (a, b) in enumerate(pairwise(edges))]


def _starred(hits: tuple[HitPoint, ...]) -> list[float]:
    return [float(hit.time_s) for hit in hits if hit.starred]


def test_the_stars_are_the_same_whether_or_not_the_hits_are_made() -> None:
    rng = random.Random(1)
    for _ in range(60):
        end_s = rng.randint(2, 90)
        edges = sorted({Fraction(rng.randint(1, 25 * end_s - 1), 25) for _ in range(rng.randint(0, 60))})
        shots = [
            Shot(i, a, b, rng.choice(("cut", "flash", "dissolve", "fade")), rng.choice((0.2, 0.6, rng.random())))
            for i, (a, b) in enumerate(pairwise([Fraction(0), *edges, Fraction(end_s)]))
        ]
        near = rng.choice(edges or [Fraction(1)]) + rng.choice((Fraction(0), Fraction(1, 200)))
        places = sorted({near, *(Fraction(rng.randint(-9, 10 * end_s + 9), 10) for _ in range(rng.randint(0, 4)))})
        markers = tuple(Marker(place, "") for place in places)
        hits = gather_hits(shots, Direction(markers=markers), "balanced", duration_s=Fraction(end_s))
        stars = playable_times(shots, markers, "balanced", duration_s=Fraction(end_s))
        assert stars == tuple(hit.time_s for hit in hits if hit.starred)
        assert (
            playable_times(
                shots, markers, "balanced", duration_s=Fraction(end_s), starts_s=[float(shot.start_s) for shot in shots]
            )
            == stars
        )


def test_every_cut_but_the_start_is_a_hit() -> None:
    hits = gather_hits(_shots(4, 9, 20), OPEN, "balanced", duration_s=Fraction(60))
    assert [float(hit.time_s) for hit in hits] == [4, 9, 20]
    assert _starred(hits) == [4, 9, 20]
    assert all(hit.kind == "cut" for hit in hits)


def test_cuts_between_long_shots_and_strong_ones_weigh_more() -> None:
    quick, slow = gather_hits(_shots(10, 10.5, 20), OPEN, "balanced", duration_s=Fraction(60))[0::2]
    assert slow.salience > quick.salience
    faint = gather_hits(_shots(10, salience=0.3), OPEN, "balanced", duration_s=Fraction(60))[0]
    strong = gather_hits(_shots(10, salience=0.9), OPEN, "balanced", duration_s=Fraction(60))[0]
    assert strong.salience > 2 * faint.salience


def test_a_flurry_of_cuts_does_not_become_a_flurry_of_stars() -> None:
    cuts = [10 + 0.25 * i for i in range(24)]
    stars = _starred(gather_hits(_shots(*cuts), OPEN, "balanced", duration_s=Fraction(60)))
    assert 3 <= len(stars) <= 5
    assert all(b - a >= 1.45 for a, b in pairwise(stars))


def test_cuts_a_second_and_a_half_apart_are_all_starred() -> None:
    cuts = [3 + 1.5 * i for i in range(12)]
    assert _starred(gather_hits(_shots(*cuts), OPEN, "balanced", duration_s=Fraction(60))) == cuts


def test_strictness_decides_how_many_are_starred() -> None:
    cuts = [3 + 1.1 * i for i in range(30)]
    counts = [
        len(_starred(gather_hits(_shots(*cuts), OPEN, strictness, duration_s=Fraction(60))))
        for strictness in ("strict", "balanced", "free")
    ]
    assert counts[0] == 30 and counts[0] > counts[1] > counts[2]


def test_dissolves_are_soft_and_the_poster_frame_is_no_star() -> None:
    hits = gather_hits(_shots(0.04, 5, kind="dissolve"), OPEN, "strict", duration_s=Fraction(60))
    assert all(hit.soft for hit in hits) and _starred(hits) == []
    assert _starred(gather_hits(_shots(0.04, 5), OPEN, "strict", duration_s=Fraction(60))) == [5]


def test_markers_are_hits_and_take_the_place_of_cuts_under_them() -> None:
    direction = Direction(markers=(Marker(Fraction(5), "door"), Marker(Fraction(12), "scream")))
    hits = gather_hits(_shots(5.005, 9), direction, "free", duration_s=Fraction(60))
    assert [(float(hit.time_s), hit.kind, hit.label) for hit in hits if hit.kind == "marker"] == [
        (5, "marker", "door"),
        (12, "marker", "scream"),
    ]
    assert _starred(hits) == [5, 12]
    assert len(hits) == 3


def test_the_users_stars_replace_the_programs() -> None:
    direction = Direction(stars=(Fraction("9.004"), Fraction(30), Fraction(99)))
    hits = gather_hits(_shots(5, 9, 20), direction, "balanced", duration_s=Fraction(60))
    assert _starred(hits) == [9, 30]
    assert [hit.kind for hit in hits if hit.starred] == ["cut", "marker"]
    assert _starred(gather_hits(_shots(5, 9), Direction(stars=()), "strict", duration_s=Fraction(60))) == []


def test_a_starred_dissolve_has_an_instant() -> None:
    direction = Direction(stars=(Fraction(5),))
    (hit,) = gather_hits(_shots(5, kind="dissolve"), direction, "balanced", duration_s=Fraction(60))
    assert hit.starred and not hit.soft


def test_of_near_hits_the_weightier_is_starred() -> None:
    hits = playable([HitPoint(Fraction(5), 0.4), HitPoint(Fraction(6), 0.9)], "balanced", duration_s=Fraction(60))
    assert _starred(hits) == [6]


def test_a_cut_in_the_last_second_is_starred_by_the_user_alone() -> None:
    cuts = _shots(5, 59.5)
    assert _starred(gather_hits(cuts, OPEN, "balanced", duration_s=Fraction(60))) == [5]
    asked = Direction(stars=(Fraction("59.5"),))
    assert _starred(gather_hits(cuts, asked, "balanced", duration_s=Fraction(60))) == [59.5]
