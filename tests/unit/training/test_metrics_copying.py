"""Near copies: planted ones are found, in any key and place, and nothing longer is invented."""

from __future__ import annotations

import numpy as np
import pytest

from engine.music.notes import Note, Voice
from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics.copying import build_index, copy_report, tune_tokens, tunes_of
from training.metrics.piece import Piece

PHRASE = [(0, 60), (2, 67), (3, 65), (6, 64), (8, 72), (12, 71), (13, 66), (16, 69), (21, 62), (22, 63)]


def plant(host: Piece, at: int, up: int) -> Piece:
    """The host's first steps, then the phrase `up` semitones higher, beginning at step `at`."""
    rows = [(o, p, 1) for o, p in zip(host.onset.tolist(), host.pitch.tolist(), strict=True) if o < at]
    return piece_of(rows + [(at + o, p + up, 1) for o, p in PHRASE], host.n_steps, name=host.name)


def tune(seed: int, name: str = "") -> Piece:
    """A tune without accompaniment whose leaps and rhythm come from a wide range: little to share by chance."""
    rng = np.random.default_rng(seed)
    onset = np.cumsum(rng.integers(1, 7, 40))
    rows = [(int(o), int(p), 1) for o, p in zip(onset, rng.integers(50, 80, 40), strict=True)]
    return piece_of(rows, 256, name=name or str(seed))


def test_tokens_are_steps_and_leaps() -> None:
    a = tune_tokens(np.array([0, 4, 6]), np.array([60, 64, 62]))
    moved = tune_tokens(np.array([10, 14, 16]), np.array([67, 71, 69]))
    assert a.tolist() == moved.tolist()
    assert len(set(a.tolist())) == 2
    assert a.tolist() != tune_tokens(np.array([0, 4, 7]), np.array([60, 64, 62])).tolist()


def test_very_wide_steps_are_held() -> None:
    assert (
        tune_tokens(np.array([0, 99]), np.array([10, 120])).tolist()
        == tune_tokens(np.array([0, 16]), np.array([0, 24])).tolist()
    )


def test_a_planted_phrase_is_found_in_another_key_and_place() -> None:
    corpus = [tune(i, f"song {i}") for i in range(20)]
    corpus[7] = plant(corpus[7], 60, up=0)
    match = build_index(corpus).match(plant(tune(99), 33, up=-5))
    assert match.song == "song 7"
    assert match.notes in (len(PHRASE), len(PHRASE) + 1)  # the note before may agree by chance
    assert match.at_step in (33, 32, 31, 30, 29, 28, 27)


def longest_by_hand(query: list[int], corpus: list[list[int]]) -> int:
    best = 0
    for song in corpus:
        for i in range(len(query)):
            for j in range(len(song)):
                k = 0
                while i + k < len(query) and j + k < len(song) and query[i + k] == song[j + k]:
                    k += 1
                best = max(best, k)
    return best


@pytest.mark.parametrize("seed", range(5))
def test_the_longest_run_is_the_longest(seed: int) -> None:
    """Against a plain search, on tunes of two intervals and two lengths, full of repeats."""
    rng = np.random.default_rng(seed)

    def monotonous(name: str) -> Piece:
        onset = np.cumsum(rng.integers(1, 3, 30))
        pitch = 60 + np.cumsum(rng.integers(0, 2, 30)) % 12
        return piece_of([(int(o), int(p), 1) for o, p in zip(onset, pitch, strict=True)], 64, name=name)

    corpus = [monotonous(str(i)) for i in range(6)]
    index = build_index(corpus)
    query = monotonous("query")
    tokens = [tune_tokens(*tunes_of(piece)[0]).tolist() for piece in corpus]
    asked = tune_tokens(*tunes_of(query)[0]).tolist()
    length, begin, where = index.longest(asked)
    assert length == longest_by_hand(asked, tokens)
    assert index.tokens[where : where + length] == asked[begin : begin + length]
    song = tokens[int(index.match(query).song)]
    assert longest_by_hand(asked, [song]) == length


def test_a_run_does_not_span_two_songs() -> None:
    half, other = PHRASE[:5], PHRASE[4:]
    corpus = [piece_of([(o, p, 1) for o, p in part], 64, name=str(i)) for i, part in enumerate((half, other))]
    whole = piece_of([(o, p, 1) for o, p in PHRASE], 64)
    assert build_index(corpus).match(whole).notes == len(other)


def test_a_song_of_the_corpus_is_found_whole() -> None:
    corpus = [tune(i) for i in range(10)]
    match = build_index(corpus).match(corpus[3])
    assert (match.notes, match.song, match.at_step) == (40, "3", int(corpus[3].onset[0]))
    assert match.share == 1.0


def test_a_melody_under_a_figure_is_a_tune_too() -> None:
    """The skyline would be the figure's; the melody voice is searched as well."""
    figure = [Note(step, Voice.INNER, 100 + step % 3, 1) for step in range(0, 40)]
    copied = Piece.from_notes([*figure, *(Note(o, Voice.MELODY, p, 1) for o, p in PHRASE)], 64)
    index = build_index([piece_of([(o, p, 1) for o, p in PHRASE], 64, name="song")])
    assert index.match(copied).notes == len(PHRASE)


def test_nothing_is_shared_with_nothing() -> None:
    index = build_index([tune(0)])
    assert index.match(piece_of([])).notes == 0
    assert index.match(piece_of([(0, 60, 1)])).notes == 0
    with pytest.raises(ValueError, match="without a tune"):
        build_index([piece_of([(0, 60, 1)])])


def test_rates_stand_beside_held_out_music() -> None:
    corpus = [tune(i) for i in range(20)]
    copies = [corpus[i] for i in range(5)] + [tune(200 + i) for i in range(15)]
    heldout = [tune(300 + i) for i in range(20)]
    report = copy_report(copies, heldout, build_index(corpus))
    assert report.rate.value == pytest.approx(0.25)
    assert report.heldout_rate.value == 0.0
    assert report.delta.low > 0
    assert report.worst[0][1].notes == 40
    assert report.longest[:5].tolist() == [40] * 5
    assert report.notes.value > report.heldout_notes.value


def test_accompanied_music_can_be_searched() -> None:
    walks = [diatonic_piece(i) for i in range(10)]
    assert build_index(walks).match(walks[4]).share == 1.0
