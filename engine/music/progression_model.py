"""The learnt part of progressions: what follows what, in which rhythm and in which colours; and exact sampling.

A chord is a **token**: its root above the tonic and its triad. Tokens are counted at every change of chord, on the
half-bar grid, in contexts of up to `MAX_ORDER` earlier tokens; a context backs off to the one shorter by one:

    P(d | c) = (n(c, d) + s * P(d | c without its first)) / (n(c) + s)

a hierarchical Dirichlet model (MacKay and Peto 1995, "A hierarchical Dirichlet language model", eq. 12, one strength
for all). Beyond single predecessors each song counts once for what it repeats, so that one song's loop is not taken for
a habit of the style. Where in the phrase a chord begins weighs in as a factor P(d | position) / P(d).

Rhythm is drawn first (which half bars bring a new chord), then all chords of a phrase at once: backward messages over
the contexts, then forward sampling. So a phrase that must end in a cadence is drawn from the exact distribution of
phrases that do, without rejection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import BundleError
from engine.music.chords import QUALITIES, Chord, Key
from engine.resources import resource_path

MAX_ORDER: Final = 4
POSITIONS: Final = 9
"""Half bars of a four-bar unit, and the last chord of a unit."""
LAST_POSITION: Final = 8
POSITION_EXPONENT: Final = 0.75
"""How much the position weighs; lowest perplexity on validation songs among 0, 0.5, 0.75, 1, 1.25."""
START: Final = -1
"""In a context: the beginning of the piece."""
MODEL_SCHEMA: Final = 1
_TRIADS: Final = ("maj", "min", "dim")

Context = tuple[int, ...]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Token:
    """A chord without its colours: degree in semitones above the tonic, and "maj", "min" or "dim"."""

    degree: int
    triad: str

    def __post_init__(self) -> None:
        if not 0 <= self.degree < 12 or self.triad not in _TRIADS:
            raise ValueError(f"no such token: {self.degree} {self.triad}")

    @property
    def label(self) -> str:
        return f"{self.degree}:{self.triad}"

    def chord(self, key: Key, *, quality: str | None = None, bass_interval: int = 0) -> Chord:
        """The chord in a key; `bass_interval` is counted from its root."""
        root = (key.tonic + self.degree) % 12
        return Chord(root, QUALITIES[quality or self.triad], (root + bass_interval) % 12)


def parse_token(label: str) -> Token:
    """`"7:maj"` -> the dominant triad."""
    degree, triad = label.split(":")
    return Token(int(degree), triad)


@dataclass(frozen=True, slots=True, eq=False)
class ModeModel:
    """Progressions of one mode; V tokens, numbered.

    Attributes:
        tokens: `V`.
        counts: context -> token -> how often (or in how many songs) it followed.
        position: factor by which a token is likelier at a position than anywhere, `[POSITIONS, V]`.
        rhythms: changes of chord in a four-bar unit after its first half bar, as the 7 bits of a number (the first
            half bar's is the highest) -> how often.
        held: how probable it is that a unit begins with the chord that the one before ended with, `[V]`.
        qualities: per token, quality -> share.
        basses: (previous, token, next) -> bass interval above the root -> count; (-1, token, -1) for any neighbours.
    """

    tokens: tuple[Token, ...]
    counts: Mapping[Context, Mapping[int, float]]
    position: Weights
    rhythms: Mapping[int, float]
    held: Weights
    qualities: tuple[Mapping[str, float], ...]
    basses: Mapping[Context, Mapping[int, float]]

    def index(self, degree: int, triad: str) -> int | None:
        """The number of a token, None when the model does not have it."""
        token = Token(degree, triad)
        return self.tokens.index(token) if token in self.tokens else None


@dataclass(frozen=True, slots=True, eq=False)
class ProgressionModel:
    """Both modes.

    Attributes:
        strength: s of the formula above.
        minor_share: share of songs in minor.
        repeat: how probable it is that a unit takes up the beginning of the one before, else of the one before that,
            else its rhythm only.
        repeat_bars: how often it then takes up 2, 3, 4 bars; shares.
        about: where it comes from: data hash, songs, figures.
    """

    major: ModeModel
    minor: ModeModel
    strength: float
    minor_share: float
    repeat: tuple[float, float, float]
    repeat_bars: tuple[float, float, float]
    about: Mapping[str, Any] = field(default_factory=dict)
    _chains: dict[tuple[bool, float, float], Chain] = field(default_factory=dict)

    def mode(self, minor: bool) -> ModeModel:
        return self.minor if minor else self.major

    def chain(self, minor: bool, *, temperature: float = 1.0, floor: float = 0.0) -> Chain:
        """The chain of a mode; kept, for building takes longer than using."""
        key = (minor, temperature, floor)
        if key not in self._chains:
            self._chains[key] = Chain(self.mode(minor), strength=self.strength, temperature=temperature, floor=floor)
        return self._chains[key]


class Chain:
    """A variable-order Markov chain as an automaton: one state for each known context, S in all.

    Args:
        temperature: probabilities are raised to 1 / temperature and normalised in each state; 1 leaves them.
        floor: what is rarer than this after a context is mostly noise of annotation: p becomes p * p / (p + floor).

    Attributes:
        probability: `[S, V]`.
        following: the state after each token, intp `[S, V]`.
    """

    def __init__(self, model: ModeModel, *, strength: float, temperature: float = 1.0, floor: float = 0.0) -> None:
        self._states: dict[Context, int] = {}
        v = len(model.tokens)
        known = {(), (START,), *((i,) for i in range(v)), *model.counts}
        ordered = sorted(known, key=lambda c: (len(c), c))
        self._states = {context: i for i, context in enumerate(ordered)}
        raw = np.empty((len(ordered), v))
        for i, context in enumerate(ordered):
            shorter = raw[self._states[context[1:]]] if context else np.full(v, 1 / v)
            row = np.zeros(v)
            for token, count in model.counts.get(context, {}).items():
                row[token] = count
            prior = shorter.copy()
            if context and context[-1] != START:
                prior[context[-1]] = 0.0
            prior /= prior.sum()
            raw[i] = (row + strength * prior) / (row.sum() + strength)
        tempered = raw ** (1 / temperature) * raw / np.maximum(raw + floor, 1e-12)
        self.probability = tempered / tempered.sum(1, keepdims=True)
        self.following = np.array([[self._after(c, d) for d in range(v)] for c in ordered], np.intp)

    def _after(self, context: Context, token: int) -> int:
        longer = (*context, token)
        while longer not in self._states:
            longer = longer[1:]
        return self._states[longer]

    def state(self, tokens: Sequence[int]) -> int:
        """The state after these tokens, which may begin with START."""
        longest = tuple(tokens[-MAX_ORDER:])
        while longest not in self._states:
            longest = longest[1:]
        return self._states[longest]

    def sample(self, start: int, weights: Weights, uniforms: Sequence[float]) -> list[int]:
        """N tokens from state `start` on, drawn in proportion to the chain's probability times the weights.

        Args:
            weights: `[N, V]`, >= 0; 0 forbids. Where nothing is left possible the weights of that step are obeyed and
                the chain is not.
            uniforms: in [0, 1), at least N.
        """
        messages = self._messages(weights)
        tokens = []
        for i in range(len(weights)):
            mass = self.probability[start] * weights[i] * messages[i][self.following[start]]
            if mass.sum() <= 0:
                mass = np.asarray(weights[i], np.float64)
            edges = np.cumsum(mass)
            token = int(np.searchsorted(edges, uniforms[i] * edges[-1], "right"))
            token = min(token, int(np.flatnonzero(mass)[-1]))
            tokens.append(token)
            start = int(self.following[start, token])
        return tokens

    def _messages(self, weights: Weights) -> list[Weights]:
        """How much lies ahead of each state after step i, up to a factor, N times `[S]`."""
        message = np.ones(len(self.probability))
        messages = [message]
        for i in range(len(weights) - 1, 0, -1):
            message = (self.probability * message.take(self.following)) @ weights[i]
            message /= message.max() or 1.0
            messages.append(message)
        return messages[::-1]


def model_to_json(model: ProgressionModel) -> dict[str, Any]:
    """As plain lists; contexts as `"a b c": "d n d n"`."""
    return {
        "schema": MODEL_SCHEMA,
        "about": dict(model.about),
        "strength": model.strength,
        "minor_share": round(model.minor_share, 4),
        "repeat": [round(p, 4) for p in model.repeat],
        "repeat_bars": [round(p, 4) for p in model.repeat_bars],
        "major": _mode_to_json(model.major),
        "minor": _mode_to_json(model.minor),
    }


def _table(counts: Mapping[Context, Mapping[int, float]]) -> dict[str, str]:
    return {
        " ".join(map(str, context)): " ".join(f"{d} {n:g}" for d, n in sorted(row.items()))
        for context, row in sorted(counts.items())
    }


def _read_table(data: Mapping[str, str]) -> dict[Context, dict[int, float]]:
    table = {}
    for context, row in data.items():
        parts = row.split()
        table[tuple(map(int, context.split()))] = {
            int(d): float(n) for d, n in zip(parts[::2], parts[1::2], strict=True)
        }
    return table


def _mode_to_json(mode: ModeModel) -> dict[str, Any]:
    return {
        "tokens": [token.label for token in mode.tokens],
        "counts": _table(mode.counts),
        "position": [[round(float(x), 4) for x in row] for row in mode.position],
        "rhythms": {str(pattern): n for pattern, n in sorted(mode.rhythms.items())},
        "held": [round(float(x), 4) for x in mode.held],
        "qualities": [{q: round(share, 4) for q, share in sorted(row.items())} for row in mode.qualities],
        "basses": _table(mode.basses),
    }


def _mode_from_json(data: Mapping[str, Any]) -> ModeModel:
    return ModeModel(
        tokens=tuple(parse_token(label) for label in data["tokens"]),
        counts=_read_table(data["counts"]),
        position=np.array(data["position"], np.float64),
        rhythms={int(pattern): float(n) for pattern, n in data["rhythms"].items()},
        held=np.array(data["held"], np.float64),
        qualities=tuple({str(q): float(share) for q, share in row.items()} for row in data["qualities"]),
        basses=_read_table(data["basses"]),
    )


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    a, b, c = (float(value) for value in values)
    return a, b, c


def model_from_json(data: Mapping[str, Any]) -> ProgressionModel:
    """The model that `model_to_json` wrote.

    Raises:
        BundleError: if it is none, or one of another version.
    """
    damaged = BundleError(
        "The model of progressions is damaged or of another version.", "Install again, or fit it again."
    )
    if data.get("schema") != MODEL_SCHEMA:
        raise damaged
    try:
        return ProgressionModel(
            major=_mode_from_json(data["major"]),
            minor=_mode_from_json(data["minor"]),
            strength=float(data["strength"]),
            minor_share=float(data["minor_share"]),
            repeat=_three(data["repeat"]),
            repeat_bars=_three(data["repeat_bars"]),
            about=dict(data["about"]),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise damaged from error


@lru_cache(maxsize=4)
def load_progression_model(file: Path | None = None) -> ProgressionModel:
    """The model of a file, by default the one that comes with the program; read once.

    Raises:
        EngineError: if the file is missing or damaged.
    """
    path = file if file is not None else resource_path("model", "progression.json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError("'{path}' cannot be read as a model of progressions.", "Install again.", path=path) from error
    return model_from_json(data)
