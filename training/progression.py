"""Fits the model of progressions on POP909's chords: `python -m training.progression CORPUS -o FILE`.

Prints the perplexity of held-out songs and figures of written plans. Songs are read by `training.progression_reading`.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from engine.errors import InputError
from engine.music.progression_model import (
    MAX_ORDER,
    POSITION_EXPONENT,
    POSITIONS,
    START,
    Chain,
    Context,
    ModeModel,
    ProgressionModel,
    Token,
    Weights,
    model_to_json,
)
from training.data.corpus import SPLITS, Corpus, load_corpus, song_indices
from training.progression_figures import plan_figures
from training.progression_reading import Change, Harmony, changes, read_harmony, units

STRENGTH: Final = 20.0
MIN_TOKEN_SHARE: Final = 5e-4
MIN_CONTEXT_SONGS: Final = 6
MIN_BASS_COUNT: Final = 12
POSITION_SMOOTHING: Final = 50.0


def count_contexts(songs: Sequence[Sequence[Sequence[int]]], max_order: int = MAX_ORDER) -> dict[Context, Counter[int]]:
    """How often each token follows each context; beyond one predecessor a song counts once.

    Contexts of two or more that fewer than MIN_CONTEXT_SONGS songs have are left out, with all that extend them.
    """
    counts: dict[Context, Counter[int]] = defaultdict(Counter)
    for song in songs:
        seen: set[tuple[Context, int]] = set()
        for run in song:
            for i, token in enumerate(run):
                for order in range(min(i, max_order) + 1):
                    context = tuple(run[i - order : i])
                    if token == START or (order > 1 and (context, token) in seen):
                        continue
                    seen.add((context, token))
                    counts[context][token] += 1
    kept = {c for c in counts if len(c) < 2 or counts[c].total() >= MIN_CONTEXT_SONGS}
    return {c: counts[c] for c in kept if all(c[i:] in kept for i in range(len(c)))}


def fit(corpus: Corpus, songs: Sequence[int]) -> ProgressionModel:
    """The model of these songs of a corpus; see `engine.music.progression_model`."""
    model = fit_harmonies([read_harmony(corpus, song) for song in songs])
    return replace(model, about={**model.about, "data_hash": corpus.data_hash()})


def fit_harmonies(harmonies: Sequence[Harmony]) -> ProgressionModel:
    """The model of songs that have been read.

    Raises:
        InputError: if one of the modes is missing.
    """
    by_mode = [[h for h in harmonies if h.minor == minor] for minor in (False, True)]
    if not all(by_mode):
        raise InputError("The songs are all in one mode.", "Fit on songs in major and in minor.")
    repeat, repeat_bars = _repeat_shares(harmonies)
    return ProgressionModel(
        major=fit_mode(by_mode[0]),
        minor=fit_mode(by_mode[1]),
        strength=STRENGTH,
        minor_share=len(by_mode[1]) / len(harmonies),
        repeat=repeat,
        repeat_bars=repeat_bars,
        about={
            "source": "chords of POP909's training songs",
            "songs": len(harmonies),
            "key_agreement": round(float(np.mean([h.agrees for h in harmonies])), 4),
        },
    )


def fit_mode(harmonies: Sequence[Harmony]) -> ModeModel:
    """The model of songs of one mode."""
    total = Counter(cell.token for h in harmonies for cell in h.cells if cell.token is not None)
    needed = MIN_TOKEN_SHARE * total.total()
    vocabulary = tuple(token for token, n in total.most_common() if n >= needed)
    songs = [changes(h, vocabulary) for h in harmonies]
    runs = [[[START] * (i == 0) + [c.token for c in run] for i, run in enumerate(song)] for song in songs]
    flat = [change for song in songs for run in song for change in run]
    return ModeModel(
        tokens=vocabulary,
        counts=count_contexts(runs),
        position=_position_factors(flat, len(vocabulary)),
        rhythms=_rhythms(harmonies),
        held=_held(harmonies, vocabulary),
        qualities=_qualities(harmonies, vocabulary),
        basses=_basses(harmonies, songs, len(vocabulary)),
    )


def _position_factors(flat: Sequence[Change], n_tokens: int) -> Weights:
    counts = np.zeros((POSITIONS, n_tokens))
    for change in flat:
        if change.position is not None:
            counts[change.position, change.token] += 1
    overall = counts.sum(0) / counts.sum()
    smoothed = counts + POSITION_SMOOTHING * overall
    factors: Weights = smoothed / smoothed.sum(1, keepdims=True) / np.maximum(overall, 1e-9)
    return factors


def _rhythms(harmonies: Sequence[Harmony]) -> dict[int, float]:
    patterns: Counter[int] = Counter()
    for harmony in harmonies:
        for cells in units(harmony):
            bits = [a.token != b.token for a, b in pairwise(cells)]
            patterns[int("".join("1" if bit else "0" for bit in bits), 2)] += 1
    return {pattern: float(n) for pattern, n in patterns.items()}


def _held(harmonies: Sequence[Harmony], vocabulary: Sequence[Token]) -> Weights:
    share = np.zeros((2, len(vocabulary)))
    numbers = {token: i for i, token in enumerate(vocabulary)}
    for harmony in harmonies:
        for bar in harmony.unit_bars[1:]:
            at = harmony.bar_starts[bar]
            before, now = harmony.cells[at - 1].token, harmony.cells[at].token
            if before in numbers and now is not None:
                share[:, numbers[before]] += (before == now, 1)
    held: Weights = (share[0] + 0.5) / (share[1] + 5)
    return held


def _qualities(harmonies: Sequence[Harmony], vocabulary: Sequence[Token]) -> tuple[dict[str, float], ...]:
    counts = {token: Counter({token.triad: 1}) for token in vocabulary}
    for harmony in harmonies:
        for cell in harmony.cells:
            if cell.token in counts:
                counts[cell.token][cell.quality] += 1
    rows = []
    for token in vocabulary:
        total = counts[token].total()
        rows.append({quality: n / total for quality, n in counts[token].items() if n / total >= 0.002})
    return tuple(rows)


def _basses(
    harmonies: Sequence[Harmony], songs: Sequence[list[list[Change]]], n_tokens: int
) -> dict[Context, Counter[int]]:
    """Bass intervals by neighbours; only those with MIN_BASS_COUNT, and not the always-root."""
    counts: dict[Context, Counter[int]] = defaultdict(Counter)
    for harmony, song in zip(harmonies, songs, strict=True):
        for run in song:
            for before, now, after in zip(run, run[1:], run[2:], strict=False):
                interval = harmony.cells[now.cell].bass_interval
                counts[-1, now.token, -1][interval] += 1
                counts[before.token, now.token, after.token][interval] += 1
    kept = {c: n for c, n in counts.items() if n.total() >= MIN_BASS_COUNT and (c[0] < 0 or set(n) != {0})}
    return kept | {(-1, i, -1): Counter({0: 1}) for i in range(n_tokens) if (-1, i, -1) not in kept}


def _repeat_shares(harmonies: Sequence[Harmony]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """How often a unit takes up two bars or more of the one before, else of the one before that, else its rhythm; and
    how often 2, 3 and 4 bars are taken up."""
    near = far = rhythm = asked = 0
    bars: Counter[int] = Counter({2: 0, 3: 0, 4: 0})
    for harmony in harmonies:
        tokens = [[cell.token for cell in cells] for cells in units(harmony)]
        for two_before, before, now in zip(tokens, tokens[1:], tokens[2:], strict=False):
            asked += 1
            if (same := _same_bars(before, now)) >= 2:
                near += 1
                bars[same] += 1
            elif (same := _same_bars(two_before, now)) >= 2:
                far += 1
                bars[same] += 1
            else:
                rhythm += [a != b for a, b in pairwise(now)] == [a != b for a, b in pairwise(before)]
    total = max(bars.total(), 1)
    shares = (near / max(asked, 1), far / max(asked - near, 1), rhythm / max(asked - near - far, 1))
    return shares, (bars[2] / total, bars[3] / total, bars[4] / total)


def _same_bars(a: Sequence[Token | None], b: Sequence[Token | None]) -> int:
    """How many bars from the beginning are the same."""
    different = (i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    return next(different, len(a)) // 2


def chance_of_change(mode: ModeModel, strength: float, *, max_order: int) -> Callable[[Sequence[int]], Weights]:
    """P(next | tokens so far) `[V]`, contexts no longer than `max_order`."""
    kept = {c: n for c, n in mode.counts.items() if len(c) <= max_order}
    chain = Chain(replace(mode, counts=kept), strength=strength)

    def chance(tokens: Sequence[int]) -> Weights:
        row: Weights = chain.probability[chain.state(tokens[len(tokens) - max_order :] if max_order else [])]
        return row

    return chance


def perplexities(model: ProgressionModel, harmonies: Sequence[Harmony]) -> dict[str, float]:
    """Perplexity of each change of chord, given the song's changes before; tokens that the model lacks are left out.

    "uniform" over the tokens of the mode, "unigram", "bigram", "contexts" (all orders) and "model" (with the position).
    """
    names = ("uniform", "unigram", "bigram", "contexts", "model")
    total = dict.fromkeys(names, 0.0)
    n = 0
    for minor in (False, True):
        mode = model.mode(minor)
        chances = [chance_of_change(mode, model.strength, max_order=order) for order in (0, 1, MAX_ORDER)]
        for run in (r for h in harmonies if h.minor == minor for r in _started(changes(h, mode.tokens))):
            for i, change in enumerate(run[1]):
                before = [*run[0], *(c.token for c in run[1][:i])]
                rows = [chance(before) for chance in chances]
                placed = rows[2]
                if change.position is not None:
                    placed = placed * mode.position[change.position] ** POSITION_EXPONENT
                rows = [np.full(len(mode.tokens), 1.0), *rows, placed]
                for name, row in zip(names, rows, strict=True):
                    total[name] -= math.log(row[change.token] / row.sum())
                n += 1
    return {name: round(math.exp(value / max(n, 1)), 3) for name, value in total.items()}


def _started(runs: Sequence[list[Change]]) -> Iterator[tuple[list[int], list[Change]]]:
    for i, run in enumerate(runs):
        yield [START] * (i == 0), run


def main() -> None:
    """Fit on the training songs, print perplexities of the others and figures of written plans, and save."""
    parser = argparse.ArgumentParser(prog="python -m training.progression", description=__doc__)
    parser.add_argument("corpus", type=Path, help="file made by diffbgm-train prepare")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the model is written, as JSON")
    parser.add_argument("--plans", type=int, default=200, help="how many written plans are measured")
    arguments = parser.parse_args()
    corpus = load_corpus(arguments.corpus)
    songs = {split: [read_harmony(corpus, s) for s in song_indices(corpus, split)] for split in SPLITS}
    model = fit_harmonies(songs["train"])
    figures = {f"{split}_perplexity": perplexities(model, songs[split]) for split in SPLITS[1:]}
    model = replace(model, about={**model.about, "data_hash": corpus.data_hash(), **figures})
    text = json.dumps(model_to_json(model), separators=(",", ":"))
    aside = arguments.output.with_name(arguments.output.name + ".part")
    aside.write_text(text + "\n", encoding="utf-8")
    aside.replace(arguments.output)
    print(json.dumps({**model.about, "bytes": len(text)}, indent=1))
    print(json.dumps(plan_figures(model, songs, n_plans=arguments.plans), indent=1))


if __name__ == "__main__":
    main()
