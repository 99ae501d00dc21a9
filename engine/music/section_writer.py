"""Writes the chords of one section: units of four bars, a cadence at the end, and the colours of the chords."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal, TypeVar

import numpy as np

from engine.music.chords import QUALITIES, Chord, Key
from engine.music.progression_model import (
    LAST_POSITION,
    POSITION_EXPONENT,
    START,
    Chain,
    ModeModel,
    ProgressionModel,
    Token,
    Weights,
)
from engine.timebase import BEATS_PER_BAR

TEMPERATURE: Final = 0.9
NOISE_FLOOR: Final = 0.02
"""With these, written plans stay nearer to the key than the annotations of songs do (96 % of chords against 94 %) while
the shares of their degrees differ from the validation songs' little more than the test songs' do."""
HALF_BAR_BEATS: Final = 2
UNIT_BARS: Final = 4
_REPEAT_FACTOR: Final = 1.6
"""Units of other lengths than four bars also repeat and are not counted in the model; with this factor written plans
repeat about as many bars at a distance of four as songs do."""
_CONTRAST_WEIGHT: Final = 0.15
_PLAGAL_WEIGHT: Final = 0.3
_BASS_PRIOR: Final = 5.0

_UNIT_BAR_ROLES: Final[Mapping[int, tuple[int, ...]]] = {
    1: (3,),
    2: (0, 3),
    3: (0, 2, 3),
    4: (0, 1, 2, 3),
    5: (0, 1, 2, 3, 3),
    6: (0, 1, 2, 3, 2, 3),
    7: (0, 1, 2, 3, 1, 2, 3),
}
"""Which bar of a four-bar unit each bar of another unit is like."""

_TENSENESS: Final[Mapping[bool, Mapping[tuple[int, str], float]]] = {
    False: {
        (0, "maj"): 0.0,
        (5, "maj"): 0.0,
        (7, "maj"): 0.0,
        (9, "min"): 0.0,
        (2, "min"): 0.5,
        (4, "min"): 0.5,
        (5, "min"): 1.5,
        (8, "maj"): 1.2,
    },
    True: {
        (0, "min"): 0.0,
        (8, "maj"): 0.0,
        (3, "maj"): 0.0,
        (5, "min"): 0.0,
        (10, "maj"): 0.2,
        (7, "min"): 0.3,
        (7, "maj"): 0.3,
        (2, "dim"): 1.5,
        (1, "maj"): 1.2,
    },
}
"""How tense a chord is in major and minor, 0 to 1.5: the stable ones, the minor subdominant and its kin in major, what
leads to the dominant in minor; what is not named is 1."""
_DOMINANT_PULL: Final = 1.5
_CALM_SLOPE: Final = 8.0
_TENSE_SLOPE: Final = 3.0
_COLOUR_SLOPE: Final = 0.7
_SEVENTH_SLOPE: Final = 3.0
_SUSPENDED: Final = ("sus4", "sus4(b7)")
_FINAL_SEVENTH: Final = 6.0

Ending = Literal["half", "authentic", "final"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What all sections of a piece share.

    Attributes:
        bar_valence, bar_tension: one value a bar; 0 and 0.5 where unknown.
        marked: half bars, counted from the beginning of the piece, that bring a new chord.
    """

    model: ProgressionModel
    seed: int
    bar_valence: Sequence[float]
    bar_tension: Sequence[float]
    marked: frozenset[int] = frozenset()

    def uniforms(self, count: int, *purpose: object) -> list[float]:
        """Numbers in [0, 1) that depend on the seed and the purpose only."""
        digest = hashlib.shake_128(repr((self.seed, *purpose)).encode()).digest(8 * count)
        return [(word >> 11) / 2**53 for word in struct.unpack(f">{count}Q", digest)]


@dataclass(frozen=True, slots=True)
class Frame:
    """A section to be written.

    Attributes:
        bars: first bar and end.
        unit_bars: length of each unit.
        letter, key: see `Section`; here the key is always there.
        ending: how it closes.
    """

    bars: tuple[int, int]
    unit_bars: tuple[int, ...]
    letter: str
    key: Key
    ending: Ending


@dataclass(frozen=True, slots=True)
class Written:
    """Token numbers of each unit's half bars, the units' rhythms, and how the last one closes."""

    units: tuple[tuple[int, ...], ...]
    rhythms: tuple[int, ...]
    ending: Ending | None = None

    def has(self, i: int, n_bars: int, ending: Ending | None) -> bool:
        """Whether unit i is there with this length and this ending."""
        own = self.ending if i == len(self.units) - 1 else None
        return i < len(self.units) and len(self.units[i]) == 2 * n_bars and own == ending


def unit_lengths(phrase_bars: Sequence[int]) -> tuple[int, ...]:
    """Units of the phrases: a phrase of eight bars is two of four."""
    lengths: list[int] = []
    for first, end in pairwise(phrase_bars):
        lengths.extend((UNIT_BARS, UNIT_BARS) if end - first == 2 * UNIT_BARS else (end - first,))
    return tuple(lengths)


class SectionWriter:
    """Writes one section.

    Args:
        last: root and triad of the chord before, None at the beginning of the piece.
        avoid: tokens that a new letter had better not begin with.
    """

    def __init__(self, draft: Draft, frame: Frame, *, last: tuple[int, str] | None, avoid: frozenset[int]) -> None:
        self.draft, self.frame = draft, frame
        self.mode: ModeModel = draft.model.mode(frame.key.minor)
        self.chain: Chain = draft.model.chain(frame.key.minor, temperature=TEMPERATURE, floor=NOISE_FLOOR)
        self.avoid = avoid
        self.history: list[int] = [START]
        if last is not None:
            token = Token((last[0] - frame.key.tonic) % 12, last[1])
            self.history = [self.mode.tokens.index(token)] if token in self.mode.tokens else []
        self.tonic = self._required(0, "min" if frame.key.minor else "maj")
        self.dominant = self._required(7, "maj")
        self.subdominant = self._required(5, "min" if frame.key.minor else "maj")
        stable = _TENSENESS[frame.key.minor]
        self.tenseness = np.array([stable.get((token.degree, token.triad), 1.0) for token in self.mode.tokens])
        self.brightness = np.array([1.0 if token.triad == "maj" else -1.0 for token in self.mode.tokens])

    def _required(self, degree: int, triad: str) -> int:
        number = self.mode.index(degree, triad)
        if number is None:
            raise ValueError(f"a model of progressions must know {degree}:{triad}")
        return number

    def write(self, base: Written | None) -> Written:
        """The section's units; `base` is what was written for its letter before."""
        units: list[tuple[int, ...]] = []
        rhythms: list[int] = []
        for i, n_bars in enumerate(self.frame.unit_bars):
            ending = self.frame.ending if i == len(self.frame.unit_bars) - 1 else None
            if base is not None and base.has(i, n_bars, ending):
                unit, rhythm = base.units[i], base.rhythms[i]
                self._remember(unit)
            else:
                prefix, rhythm = self._model_of(i, n_bars, ending, Written(tuple(units), tuple(rhythms)), base)
                unit = self._write_unit(i, n_bars, prefix, rhythm, ending)
            units.append(unit)
            rhythms.append(rhythm)
        return Written(tuple(units), tuple(rhythms), self.frame.ending)

    def _remember(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            if not self.history or self.history[-1] != token:
                self.history.append(token)

    def _model_of(
        self, i: int, n_bars: int, ending: Ending | None, here: Written, base: Written | None
    ) -> tuple[tuple[int, ...], int]:
        """The half bars that unit i takes over from another, and its rhythm."""
        near, far, alike, draw, bars = self.draft.uniforms(5, "unit", self.frame.letter[0], i)
        repeat_near, repeat_far, same_rhythm = self.draft.model.repeat
        taken_bars = _pick((2, 3, 4), self.draft.model.repeat_bars, bars)
        if base is not None and i < len(base.units):
            model, rhythm, taken_bars = base.units[i], base.rhythms[i], n_bars - 2
        elif i >= 1 and near < _REPEAT_FACTOR * repeat_near:
            model, rhythm = here.units[i - 1], here.rhythms[i - 1]
        elif i >= 2 and far < _REPEAT_FACTOR * repeat_far:
            model, rhythm = here.units[i - 2], here.rhythms[i - 2]
        elif i >= 1 and alike < same_rhythm:
            model, rhythm = (), here.rhythms[0]
        else:
            model, rhythm = (), self._draw_rhythm(draw)
        taken_bars = min(taken_bars, n_bars - 2 if ending else n_bars, len(model) // 2)
        return model[: 2 * max(taken_bars, 0)], rhythm

    def _draw_rhythm(self, uniform: float) -> int:
        patterns = sorted(pattern for pattern in self.mode.rhythms if pattern)
        return _pick(patterns, [self.mode.rhythms[pattern] for pattern in patterns], uniform)

    def _write_unit(
        self, i: int, n_bars: int, prefix: tuple[int, ...], rhythm: int, ending: Ending | None
    ) -> tuple[int, ...]:
        """Token numbers of the half bars of a unit that begins with `prefix`."""
        opening = self.history == [START]
        uniforms = self.draft.uniforms(2 * n_bars + 1, "chords", self.frame.letter, i)
        self._remember(prefix)
        new = self._changes(n_bars, rhythm, held=uniforms[-1])
        first_cell = 2 * (self.frame.bars[0] + sum(self.frame.unit_bars[:i]))
        new = [change or first_cell + cell in self.draft.marked for cell, change in enumerate(new)]
        if ending is not None:
            _make_room(new, ending, opening=opening)
        onsets = [cell for cell in range(len(prefix), 2 * n_bars) if new[cell]]
        weights = self._weights(i, n_bars, onsets, ending)
        drawn = self.chain.sample(self.chain.state(self.history), weights, uniforms) if onsets else []
        chosen = dict(zip(onsets, drawn, strict=True))
        cells = list(prefix)
        for cell in range(len(prefix), 2 * n_bars):
            cells.append(chosen[cell] if cell in chosen else cells[-1] if cells else self.history[-1])
        self._remember(cells)
        return tuple(cells)

    def _changes(self, n_bars: int, rhythm: int, *, held: float) -> list[bool]:
        """Which half bars bring a new chord."""
        last = self.history[-1] if self.history else START
        first = last == START or held >= self.mode.held[last]
        slots = [2 * role + half for role in _UNIT_BAR_ROLES[n_bars] for half in (0, 1)]
        return [first, *(slot == 0 or bool(rhythm >> (7 - slot) & 1) for slot in slots[1:])]

    def _weights(self, i: int, n_bars: int, onsets: Sequence[int], ending: Ending | None) -> Weights:
        """Weights of tokens at each onset, `[N, V]`: position, tension, valence, and the cadence."""
        first_bar = self.frame.bars[0] + sum(self.frame.unit_bars[:i])
        roles = _UNIT_BAR_ROLES[n_bars]
        weights = np.empty((len(onsets), len(self.mode.tokens)))
        for n, cell in enumerate(onsets):
            position = 2 * roles[cell // 2] + cell % 2 if n < len(onsets) - 1 else LAST_POSITION
            weights[n] = self.mode.position[position] ** POSITION_EXPONENT * self._tilt(first_bar + cell // 2)
        if i == 0 and onsets[:1] == [0] and self.avoid:
            weights[0, list(self.avoid)] *= _CONTRAST_WEIGHT
        if ending is not None and onsets:
            only = np.zeros_like(weights[0])
            only[self.dominant if ending == "half" else self.tonic] = 1.0
            weights[-1] = only
            if ending != "half" and len(onsets) > 1:
                weights[-2] = 0.0
                weights[-2, [self.dominant, self.subdominant]] = (1.0, _PLAGAL_WEIGHT)
        return weights

    def _tilt(self, bar: int) -> Weights:
        tension = self.draft.bar_tension[bar] - 0.5
        slope = _CALM_SLOPE if tension < 0 else _TENSE_SLOPE
        log_weight = slope * tension * self.tenseness + _COLOUR_SLOPE * self.draft.bar_valence[bar] * self.brightness
        log_weight[self.dominant] += _DOMINANT_PULL * tension
        return np.asarray(np.exp(log_weight))

    def colour(self, cells: Sequence[int]) -> list[Chord]:
        """One chord a beat for the section's half bars: sevenths, suspensions and inversions as in the corpus."""
        runs = [(token, len(list(group))) for token, group in groupby(cells)]
        uniforms = iter(self.draft.uniforms(2 * len(runs), "colour", self.frame.letter[0]))
        chords: list[Chord] = []
        for n, (token, length) in enumerate(runs):
            before = runs[n - 1][0] if n else -1
            after = runs[n + 1][0] if n + 1 < len(runs) else -1
            to_end = len(runs) - 1 - n if self.frame.ending == "final" else len(runs)
            tension = self.draft.bar_tension[self.frame.bars[0] + len(chords) // BEATS_PER_BAR]
            quality = self._quality(token, tension, to_end, next(uniforms))
            bass = self._bass(before, token, after, next(uniforms))
            bass = bass if 0 < n < len(runs) - 1 and to_end > 1 else 0
            chords.extend(self._sounding(token, quality, bass, length * HALF_BAR_BEATS))
        return chords

    def _quality(self, token: int, tension: float, to_end: int, uniform: float) -> str:
        """A quality of the token; `to_end` counts the chords that follow in the piece."""
        plain = self.mode.tokens[token].triad
        if to_end == 0:
            return plain
        shares = dict(self.mode.qualities[token])
        more = math.exp(_SEVENTH_SLOPE * (tension - 0.5))
        for name in shares:
            if len(QUALITIES[name]) > 3:
                shares[name] *= more
        if to_end == 1 and token == self.dominant:
            shares["7"] = shares.get("7", 0.0) * _FINAL_SEVENTH
            shares.pop("sus2", None)
        return _pick(list(shares), list(shares.values()), uniform)

    def _bass(self, before: int, token: int, after: int, uniform: float) -> int:
        """Bass interval above the root, from the neighbours where the corpus has them often enough."""
        general = self.mode.basses[-1, token, -1]
        special = self.mode.basses.get((before, token, after), {})
        intervals = sorted({0, *general, *special})
        prior = _BASS_PRIOR / sum(general.values())
        shares = [special.get(i, 0.0) + prior * general.get(i, 0.0) for i in intervals]
        return _pick(intervals, shares, uniform)

    def _sounding(self, token: int, quality: str, bass: int, n_beats: int) -> list[Chord]:
        """The chord on each of its beats; a fourth resolves on the way."""
        chord, key = self.mode.tokens[token], self.frame.key
        if quality not in _SUSPENDED:
            inside = bass if bass in QUALITIES[quality] else 0
            return [chord.chord(key, quality=quality, bass_interval=inside)] * n_beats
        resolved = "7" if quality == "sus4(b7)" and chord.triad == "maj" and token == self.dominant else chord.triad
        held = chord.chord(key, quality=quality)
        n_held = min(n_beats // 2, HALF_BAR_BEATS)
        return [held] * n_held + [chord.chord(key, quality=resolved)] * (n_beats - n_held)


def _make_room(new: list[bool], ending: Ending, *, opening: bool) -> None:
    """Rhythm of a cadence: on the tonic for the whole last bar with a change in the bar before, or a change to the
    dominant within the last bar."""
    if ending == "half":
        new[-2] = new[-2] or not new[-1]
        return
    new[-2:] = [True, False]
    if len(new) >= 4 and not (new[-4] or new[-3]):
        new[-4 if len(new) > 4 else -3] = True
    if opening and len(new) == 4:
        new[-3] = True


def _pick(names: Sequence[_T], shares: Sequence[float], uniform: float) -> _T:
    """One of the names, drawn in proportion to the shares; lists are short here, and numpy slower than this."""
    left = uniform * sum(shares)
    for name, share in zip(names, shares, strict=True):
        left -= share
        if left < 0:
            return name
    return names[-1]
