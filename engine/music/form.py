"""The form of a piece: phrases, sections and their letters, from the bars there are and the cuts of the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.timebase import BEATS_PER_BAR

_PHRASE_COST: Final[Mapping[int, float]] = {2: 1.2, 3: 1.2, 4: 0.2, 5: 1.0, 6: 0.5, 7: 1.1, 8: 0.3}
_SECTION_COST: Final[Mapping[int, float]] = {8: 0.0, 10: 0.4, 12: 0.3, 14: 0.6, 16: 0.1}
_LONG_PIECE_BARS: Final = 64
_LONG_PIECE_COST: Final = 0.5
"""What every section of a long piece costs more, so that it has fewer and longer ones."""
_LONGEST_SECTION_BARS: Final = 16
_ODD_SECTION_COST: Final = 1.0
_SHORT_SECTION_COST: Final = 2.5
_CUT_REWARD: Final = 1.0
_CUT_REACH: Final = ((0.5, 1.0), (1.0, 0.6), (2.0, 0.25))
"""A cut within so many beats of a bar line counts so much for it."""

_FORMS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("A",),
    2: ("A A'", "A B"),
    3: ("A B A", "A A' B"),
    4: ("A A' B A", "A B A B"),
    5: ("A A' B A B", "A B A C A"),
    6: ("A B A B C B", "A A' B A A' B"),
    7: ("A B A B C B B'", "A A' B A C A B"),
    8: ("A A' B A A' B C B", "A B A B C A B A"),
}
_COMMON: Final = tuple(form.split() for forms in _FORMS.values() for form in forms)
_COMMON_FORM_GAIN: Final = 0.1
_RETURNS_ABOVE: Final = 0.25
_LONG_FORM: Final = ("A", "A'", "B", "A", "B", "C", "B", "A'")


def bar_salience(n_bars: int, cut_beats: Sequence[tuple[int, float]]) -> NDArray[np.float64]:
    """How strongly the picture asks for a boundary at each bar line, 0..1, `[n_bars + 1]`."""
    salience = np.zeros(n_bars + 1)
    for beat, weight in cut_beats:
        for bar in {beat // BEATS_PER_BAR, -(-beat // BEATS_PER_BAR)}:
            distance = abs(beat - bar * BEATS_PER_BAR)
            near = next((value for reach, value in _CUT_REACH if distance <= reach), 0.0)
            if 0 <= bar <= n_bars:
                salience[bar] = max(salience[bar], near * min(max(weight, 0.0), 1.0))
    return salience


def _split(n: int, longest: int, step_cost: Callable[[int, int], float]) -> list[int]:
    """Boundaries 0 .. n of the cheapest way to cut `[0, n)` in pieces of up to `longest`; `step_cost(a, b)` is the
    price of the piece `[a, b)`."""
    best = [0.0] + [math.inf] * n
    came_from = [0] * (n + 1)
    for end in range(1, n + 1):
        for start in range(max(0, end - longest), end):
            cost = best[start] + step_cost(start, end)
            if cost < best[end]:
                best[end], came_from[end] = cost, start
    edges = [n]
    while edges[-1]:
        edges.append(came_from[edges[-1]])
    return edges[::-1]


def split_phrases(n_bars: int, salience: NDArray[np.float64]) -> list[int]:
    """Bars on which phrases begin, and `n_bars`: phrases of 4 or 8 bars, others where the length or a cut asks for
    them, never one of a single bar but in a piece of one bar."""
    if n_bars <= 1:
        return [0, n_bars]

    def cost(start: int, end: int) -> float:
        return _PHRASE_COST.get(end - start, math.inf) - (_CUT_REWARD * float(salience[end]) if end < n_bars else 0.0)

    return _split(n_bars, max(_PHRASE_COST), cost)


def split_sections(phrase_bars: Sequence[int], salience: NDArray[np.float64]) -> list[int]:
    """Bars on which sections begin, and the end: runs of phrases, of 8 to 16 bars where that can be."""
    total = phrase_bars[-1]
    each = _LONG_PIECE_COST if total > _LONG_PIECE_BARS else 0.0

    def cost(start: int, end: int) -> float:
        a, b = phrase_bars[start], phrase_bars[end]
        if b - a > _LONGEST_SECTION_BARS:
            return math.inf
        odd = _SHORT_SECTION_COST if b - a < 8 else _ODD_SECTION_COST
        return each + _SECTION_COST.get(b - a, odd) - (_CUT_REWARD * float(salience[b]) if b < total else 0.0)

    return [phrase_bars[i] for i in _split(len(phrase_bars) - 1, _LONGEST_SECTION_BARS // 2, cost)]


def name_sections(groups: Sequence[int], uniform: float, likeness: NDArray[np.float32] | None = None) -> list[str]:
    """Letters of sections: a common form of that many sections.

    Args:
        groups: sections with different numbers (keys) never share a letter.
        uniform: in [0, 1), chooses among the forms.
        likeness: how alike the pictures of sections are, -1/2 .. 1/2, `[n, n]`: of the forms the one whose returns look
            most like returns; where none fits, a section returns to what it looks like.
    """
    asked = _asked_letters(len(groups), uniform)
    if likeness is not None and len(groups) > 1:
        asked = _seen_letters(likeness, uniform)
    names: dict[tuple[str, int], str] = {}
    letters = []
    for letter, group in zip(asked, groups, strict=True):
        known = (letter[0], group) in names
        name = names.setdefault((letter[0], group), chr(ord("A") + len(names) % 26))
        letters.append(name + ("'" if known and letter.endswith("'") else ""))
    return letters


def _asked_letters(n: int, uniform: float) -> list[str]:
    """A common form of n sections."""
    if n in _FORMS:
        forms = _FORMS[n]
        return forms[int(uniform * len(forms))].split()
    # Each round of a long piece has a middle of its own: C, D, E ...
    asked = [_LONG_FORM[i % 8] for i in range(n)]
    return [chr(ord("C") + (i // 8) % 20) if letter == "C" else letter for i, letter in enumerate(asked)]


def _seen_letters(likeness: NDArray[np.float32], uniform: float) -> list[str]:
    """The form that the picture suggests: a common one whose returns look alike, else letters by look alone."""
    n = len(likeness)
    common = _asked_letters(n, uniform)
    forms = [form.split() for form in _FORMS.get(n, ())] or [common]
    forms.append(_letters_by_look(likeness))
    forms.sort(key=lambda form: (-round(_agreement(form, likeness), 3), form != common))
    return forms[0]


def _agreement(letters: Sequence[str], likeness: NDArray[np.float32]) -> float:
    """Mean likeness of pairs that share a letter, less that of pairs that do not."""
    pairs = [(i, j) for j in range(len(letters)) for i in range(j)]
    signed = [float(likeness[i, j]) * (1 if letters[i][0] == letters[j][0] else -1) for i, j in pairs]
    return sum(signed) / len(signed) + (_COMMON_FORM_GAIN if letters in _COMMON else 0.0)


def _letters_by_look(likeness: NDArray[np.float32]) -> list[str]:
    """Each section returns to the earlier one that it looks most like, or brings something new."""
    letters: list[str] = []
    for i, row in enumerate(likeness):
        best = int(np.argmax(row[:i])) if i else -1
        if best < 0 or row[best] < _RETURNS_ABOVE:
            letters.append(chr(ord("A") + len({letter[0] for letter in letters}) % 26))
        else:
            known = letters[best][0]
            letters.append(known + ("'" if letters[-1][0] == known else ""))
    return letters
