"""Near copies: the longest run of the tune that some song of a corpus has too.

A tune is read as tokens (interval to the next note in semitones, steps to the next note), so that neither key nor
place in the song matters. The longest shared n-gram of tokens is found exactly, for every length at once, by a suffix
array of the corpus (Manber and Myers 1993). n tokens are n + 1 notes.

Pop melodies share runs by nature (repeated notes, scales), so a rate means something beside the rate of held-out real
songs against the same corpus only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.metrics.bootstrap import Interval, difference_interval, mean_interval
from training.metrics.piece import FloatArray, IntArray, Piece, groups_of, melody_line, top_line

NEAR_COPY_NOTES: Final = 12
"""A shared run of so many notes counts as a near copy: a phrase. Of held-out POP909 windows of 8 bars, about one in a
hundred shares that much with the training songs; the median shares 7 notes."""

_WIDEST: Final = 24
_LONGEST_GAP: Final = 16
_GAPS: Final = _LONGEST_GAP + 1
_LONGEST_MATCH: Final = 512


def tune_tokens(onset: IntArray, pitch: IntArray) -> IntArray:
    """Tokens of a line of n notes, int64 `[n - 1]`, >= 0.

    Intervals beyond two octaves and gaps beyond a bar count as two octaves and a bar.
    """
    interval = np.clip(np.diff(pitch), -_WIDEST, _WIDEST) + _WIDEST
    return np.asarray(interval * _GAPS + np.minimum(np.diff(onset), _LONGEST_GAP), np.int64)


def tunes_of(piece: Piece) -> list[tuple[IntArray, IntArray]]:
    """Lines in which a copy would be heard: the melody voice, and the skyline of all voices where it differs."""
    lines = [line for line in (melody_line(piece), top_line(piece)) if len(line[0]) > 1]
    if len(lines) == 2 and all(np.array_equal(a, b) for a, b in zip(*lines, strict=True)):
        return lines[:1]
    return lines


@dataclass(frozen=True, slots=True)
class Match:
    """The longest run that a piece shares with the corpus.

    Attributes:
        notes: its length in notes; 0 where there is none of two notes or more.
        song: name of the corpus piece that has it.
        at_step: step of the piece on which it begins.
        share: notes / notes of the line.
    """

    notes: int = 0
    song: str = ""
    at_step: int = 0
    share: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class CopyIndex:
    """A corpus of tunes, ready to be searched. Built by `build_index`; an npz of its arrays would restore it.

    Attributes:
        tokens: all tunes one after another, each closed by a negative token of its own, so that no run spans two.
        order: suffix array, start of each suffix of `tokens` in sorted order.
        starts: where each tune begins in `tokens`.
        songs: name of each tune's song.
    """

    tokens: list[int]
    order: list[int]
    starts: IntArray
    songs: tuple[str, ...]

    def longest(self, query: Sequence[int]) -> tuple[int, int, int]:
        """Longest run of `query` in the corpus: (tokens, start in the query, in the corpus); (0, 0, 0) if none."""
        best = (0, 0, 0)
        for begin in range(len(query)):
            if len(query) - begin <= best[0]:
                break
            length, where = self._longest_prefix(list(query[begin : begin + _LONGEST_MATCH]))
            if length > best[0]:
                best = (length, begin, where)
        return best

    def _longest_prefix(self, suffix: list[int]) -> tuple[int, int]:
        """A sorted list holds the best match beside the place where the query would stand."""
        low, high = 0, len(self.order)
        while low < high:
            middle = (low + high) // 2
            at = self.order[middle]
            if self.tokens[at : at + len(suffix)] < suffix:
                low = middle + 1
            else:
                high = middle
        best = (0, 0)
        for place in (low - 1, low):
            if 0 <= place < len(self.order):
                shared = _shared_prefix(self.tokens, self.order[place], suffix)
                best = max(best, (shared, self.order[place]), key=lambda found: found[0])
        return best

    def match(self, piece: Piece) -> Match:
        """The longest run that any tune of the piece shares with any tune of the corpus."""
        best = Match()
        for onset, pitch in tunes_of(piece):
            length, begin, where = self.longest(tune_tokens(onset, pitch).tolist())
            if length and length + 1 > best.notes:
                song = self.songs[int(np.searchsorted(self.starts, where, side="right")) - 1]
                best = Match(length + 1, song, int(onset[begin]), (length + 1) / len(onset))
        return best


def _shared_prefix(tokens: list[int], at: int, suffix: list[int]) -> int:
    shared = 0
    for a, b in zip(tokens[at : at + len(suffix)], suffix, strict=False):
        if a != b:
            break
        shared += 1
    return shared


def build_index(corpus: Iterable[Piece]) -> CopyIndex:
    """Index the tunes of a corpus of songs; a second or two for 700 songs.

    Raises:
        ValueError: if no piece has a tune.
    """
    tokens: list[int] = []
    starts: list[int] = []
    songs: list[str] = []
    for piece in corpus:
        for onset, pitch in tunes_of(piece):
            starts.append(len(tokens))
            songs.append(piece.name)
            tokens.extend(tune_tokens(onset, pitch).tolist())
            tokens.append(-len(starts))
    if not tokens:
        raise ValueError("a corpus without a tune")
    order = _suffix_array(np.array(tokens, np.int64))
    return CopyIndex(tokens, order.tolist(), np.array(starts, np.int64), tuple(songs))


def _suffix_array(tokens: IntArray) -> IntArray:
    """Starts of the suffixes in sorted order, by prefix doubling."""
    n = len(tokens)
    rank = np.unique(tokens, return_inverse=True)[1].astype(np.int64)
    width = 1
    while True:
        follows = np.zeros(n, np.int64)
        follows[: n - width] = rank[width:] + 1
        key = rank * (n + 1) + follows
        order = np.argsort(key, kind="stable")
        rises = np.concatenate([[0], np.cumsum(key[order][1:] != key[order][:-1])])
        rank = np.empty(n, np.int64)
        rank[order] = rises
        width *= 2
        if int(rises[-1]) == n - 1 or width >= n:
            return np.asarray(order, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class CopyReport:
    """Near copies in a set of pieces, beside held-out real music against the same corpus.

    Attributes:
        near_copy_notes: the length that counts.
        rate, heldout_rate: share of pieces with a run of that length or more.
        delta: rate - heldout_rate.
        notes, heldout_notes: mean length of the longest run.
        longest: notes of each piece, float64 `[W]`.
        worst: the piece's name and its match, the longest first, five at most.
    """

    near_copy_notes: int
    rate: Interval
    heldout_rate: Interval
    delta: Interval
    notes: Interval
    heldout_notes: Interval
    longest: FloatArray
    worst: tuple[tuple[str, Match], ...]


def copy_report(
    generated: Sequence[Piece],
    heldout: Sequence[Piece],
    index: CopyIndex,
    *,
    near_copy_notes: int = NEAR_COPY_NOTES,
    seed: int = 0,
) -> CopyReport:
    """Near-copy rate of generated music beside that of held-out real music of like length."""
    matches = [index.match(piece) for piece in generated]
    ours = np.array([match.notes for match in matches], np.float64)
    theirs = np.array([index.match(piece).notes for piece in heldout], np.float64)
    our_groups, their_groups = groups_of(generated), groups_of(heldout)
    near, near_heldout = (ours >= near_copy_notes) * 1.0, (theirs >= near_copy_notes) * 1.0
    ranked = sorted(zip(generated, matches, strict=True), key=lambda pair: -pair[1].notes)[:5]
    return CopyReport(
        near_copy_notes=near_copy_notes,
        rate=mean_interval(near, our_groups, seed=seed),
        heldout_rate=mean_interval(near_heldout, their_groups, seed=seed),
        delta=difference_interval(near, near_heldout, our_groups, their_groups, seed=seed),
        notes=mean_interval(ours, our_groups, seed=seed),
        heldout_notes=mean_interval(theirs, their_groups, seed=seed),
        longest=ours,
        worst=tuple((piece.name, match) for piece, match in ranked),
    )
