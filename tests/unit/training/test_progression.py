"""Fitting the model of progressions on a small made corpus."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.music.chords import Key, parse_chord
from engine.music.progression import write_plan
from engine.music.progression_model import Token, model_from_json, model_to_json
from training.data.corpus import Corpus
from training.progression import count_contexts, fit, perplexities
from training.progression_figures import cadence_is_right, divergence
from training.progression_reading import changes, read_harmony, units

MAJOR_LOOP = "C Am F G"
MINOR_LOOP = "Am F Dm E"


def _corpus(songs: list[tuple[str, int]], bars: int = 32) -> Corpus:
    """Songs of one chord a bar in a loop, each transposed."""
    n = bars * 4 * len(songs)
    roots, chroma = np.zeros(n, np.int8), np.zeros((n, 12), np.uint8)
    tonic, minor = np.zeros(n, np.int8), np.zeros(n, bool)
    phrase = np.arange(n) % 16 == 0
    for s, (loop, shift) in enumerate(songs):
        chords = [parse_chord(label) for label in loop.split()]
        part = slice(s * bars * 4, (s + 1) * bars * 4)
        minor[part] = loop.startswith("Am")
        tonic[part] = ((9 if loop.startswith("Am") else 0) + shift) % 12
        for i in range(part.start, part.stop):
            chord = chords[(i - part.start) // 4 % len(chords)]
            assert chord is not None
            chord = chord.transposed(shift)
            roots[i] = chord.root
            chroma[i, list(chord.chroma)] = 1
    empty = np.zeros(0, np.int8)
    return Corpus(
        names=np.array([f"{s:03}" for s in range(len(songs))]),
        note_start=np.zeros(len(songs) + 1, np.int64),
        beat_start=np.arange(len(songs) + 1) * bars * 4,
        onset=empty.astype(np.int32),
        voice=empty,
        pitch=empty,
        duration=empty,
        velocity=empty,
        beat_s=np.arange(n, dtype=np.float32) / 2,
        downbeat=np.arange(n) % 4 == 0,
        tonic=tonic,
        minor=minor,
        chord_root=roots,
        chord_bass=roots.copy(),
        chord_chroma=chroma,
        phrase_start=phrase,
        dynamic=np.zeros((n, 8), np.float16),
        semantic=np.zeros((n, 10), np.float16),
        bpm=np.full(len(songs), 120, np.float32),
    )


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return _corpus([(loop, shift) for shift in range(8) for loop in (MAJOR_LOOP, MINOR_LOOP)])


def test_a_song_is_read_above_its_tonic_in_units_of_four_bars(corpus: Corpus) -> None:
    for song in range(corpus.n_songs):
        harmony = read_harmony(corpus, song)
        assert harmony.minor == bool(song % 2)
        assert harmony.agrees == 1.0
        assert harmony.unit_bars == tuple(range(0, 32, 4))
        first = next(units(harmony))
        degrees = [cell.token.degree for cell in first if cell.token]
        assert degrees == ([0, 0, 8, 8, 5, 5, 7, 7] if harmony.minor else [0, 0, 9, 9, 5, 5, 7, 7])


def test_changes_leave_out_what_the_vocabulary_lacks(corpus: Corpus) -> None:
    harmony = read_harmony(corpus, 0)
    runs = changes(harmony, [Token(0, "maj"), Token(9, "min"), Token(5, "maj")])
    assert [change.token for change in runs[0]] == [0, 1, 2]
    assert len(runs) == 8


def test_a_song_counts_once_for_what_it_repeats() -> None:
    counts = count_contexts([[[0, 1, 2] * 50]] * 7)
    assert counts[0,][1] == 7 * 50
    assert counts[0, 1][2] == 7
    assert not [c for c in count_contexts([[[0, 1, 2] * 50]] * 3) if len(c) > 1]


def test_the_fitted_model_continues_the_loops_and_writes_plans(corpus: Corpus) -> None:
    model = fit(corpus, list(range(corpus.n_songs)))
    assert model.minor_share == 0.5
    chain = model.chain(False)
    six, four = model.major.index(9, "min"), model.major.index(5, "maj")
    assert six is not None
    assert four is not None
    assert chain.probability[chain.state([six])].argmax() == four
    again = model_from_json(model_to_json(model))
    plan = write_plan(64, seed=1, key=Key(0, False), model=again)
    assert cadence_is_right(plan)
    assert {chord.root for chord in plan.chords if chord} <= {0, 9, 5, 7}


def test_longer_contexts_predict_better(corpus: Corpus) -> None:
    # The fifth chord of this loop depends on the one before the last, which single predecessors cannot tell.
    mixed = _corpus([("C F G F C G", s) for s in range(8)] + [(MINOR_LOOP, s) for s in range(8)])
    model = fit(mixed, list(range(16)))
    figures = perplexities(model, [read_harmony(mixed, song) for song in range(8)])
    assert figures["uniform"] >= figures["unigram"] > figures["bigram"] > figures["contexts"] >= 1


def test_one_mode_alone_is_refused() -> None:
    with pytest.raises(InputError):
        fit(_corpus([(MAJOR_LOOP, shift) for shift in range(3)]), [0, 1, 2])


def test_divergence_is_zero_for_equals_and_one_for_strangers() -> None:
    p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert divergence(p, p) == 0
    assert divergence(p, q) == pytest.approx(1.0)
