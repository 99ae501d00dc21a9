"""The chain of chords: smoothing, exact sampling under constraints, and the file."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BundleError
from engine.music.chords import Key
from engine.music.progression_model import (
    POSITIONS,
    START,
    Chain,
    ModeModel,
    Token,
    load_progression_model,
    model_from_json,
    model_to_json,
    parse_token,
)

TOKENS = (Token(0, "maj"), Token(5, "maj"), Token(7, "maj"))
COUNTS = {
    (): {0: 40.0, 1: 30.0, 2: 30.0},
    (START,): {0: 9.0, 1: 1.0},
    (0,): {1: 30.0, 2: 10.0},
    (1,): {2: 25.0, 0: 5.0},
    (2,): {0: 29.0, 1: 1.0},
    (0, 1): {2: 30.0},
    (1, 2): {0: 4.0, 1: 16.0},
}


@pytest.fixture
def mode() -> ModeModel:
    return ModeModel(
        tokens=TOKENS,
        counts=COUNTS,
        position=np.ones((POSITIONS, 3)),
        rhythms={0b0101010: 3.0},
        held=np.array([0.5, 0.1, 0.1]),
        qualities=({"maj": 1.0}, {"maj": 1.0}, {"maj": 0.8, "7": 0.2}),
        basses={(-1, i, -1): {0: 1.0} for i in range(3)},
    )


def test_a_context_backs_off_to_the_shorter_one(mode: ModeModel) -> None:
    chain = Chain(mode, strength=20.0)
    row = chain.probability[chain.state([0, 1])]
    shorter = chain.probability[chain.state([1])]
    assert row[2] == pytest.approx((30 + 20 * shorter[2]) / 50)
    assert row[0] == pytest.approx(20 * shorter[0] / 50)


def test_every_row_is_a_distribution_and_no_chord_follows_itself(mode: ModeModel) -> None:
    chain = Chain(mode, strength=20.0, temperature=0.7)
    assert chain.probability.sum(1) == pytest.approx(1.0)
    for token in range(3):
        assert chain.probability[chain.state([token]), token] == 0


def test_an_unknown_context_is_read_by_its_longest_known_end(mode: ModeModel) -> None:
    chain = Chain(mode, strength=20.0)
    assert chain.state([1, 0, 1]) == chain.state([0, 1])
    assert chain.following[chain.state([2, 0]), 1] == chain.state([0, 1])


def test_a_lower_temperature_sharpens(mode: ModeModel) -> None:
    warm, cold = (Chain(mode, strength=20.0, temperature=t) for t in (1.0, 0.5))
    state = warm.state([0])
    assert cold.probability[state].max() > warm.probability[state].max()


def test_a_floor_thins_out_what_is_rare_and_little_else(mode: ModeModel) -> None:
    plain, thinned = Chain(mode, strength=20.0), Chain(mode, strength=20.0, floor=0.2)
    state = plain.state([0, 1])
    rare, usual = 0, 2
    assert thinned.probability[state, rare] < 0.6 * plain.probability[state, rare]
    assert thinned.probability[state, usual] > plain.probability[state, usual]


def _exact(chain: Chain, start: int, weights: np.ndarray) -> dict[tuple[int, ...], float]:
    mass = {}
    for path in itertools.product(range(3), repeat=len(weights)):
        state, p = start, 1.0
        for token, weight in zip(path, weights, strict=True):
            p *= chain.probability[state, token] * weight[token]
            state = int(chain.following[state, token])
        mass[path] = p
    total = sum(mass.values())
    return {path: p / total for path, p in mass.items() if p}


def test_samples_follow_the_exact_distribution_given_the_end(mode: ModeModel) -> None:
    chain = Chain(mode, strength=20.0)
    start = chain.state([START])
    weights = np.array([[1, 1, 1], [1, 0.2, 3], [1, 1, 1], [0, 1, 0.5], [1, 0, 0]], float)
    wanted = _exact(chain, start, weights)
    rng = np.random.Generator(np.random.PCG64(0))
    n = 6000
    seen = Counter(tuple(chain.sample(start, weights, list(rng.random(5)))) for _ in range(n))
    assert set(seen) <= set(wanted)
    assert all(path[-1] == 0 and path[-2] != 0 for path in seen)
    distance = sum(abs(seen[path] / n - p) for path, p in wanted.items()) / 2
    assert distance < 0.03


def test_an_impossible_wish_is_obeyed_where_it_is_asked(mode: ModeModel) -> None:
    chain = Chain(mode, strength=20.0)
    tonic_twice = np.array([[1, 0, 0], [1, 0, 0]], float)
    assert chain.sample(chain.state([0]), tonic_twice, [0.5, 0.5]) == [0, 0]


def test_tokens_read_back_and_become_chords() -> None:
    assert parse_token("10:maj") == Token(10, "maj")
    chord = Token(7, "maj").chord(Key(2, False), quality="7", bass_interval=4)
    assert chord.label == "A:7/C#"
    with pytest.raises(ValueError):
        Token(12, "maj")


def test_the_shipped_model_is_small_and_reads_back_the_same() -> None:
    model = load_progression_model()
    data = model_to_json(model)
    assert len(json.dumps(data)) < 300_000
    again = model_from_json(json.loads(json.dumps(data)))
    assert model_to_json(again) == data
    for minor in (False, True):
        first, second = model.chain(minor), again.chain(minor)
        np.testing.assert_array_equal(first.probability, second.probability)


def test_the_shipped_model_knows_what_songs_do() -> None:
    model = load_progression_model()
    major = model.major
    chain = model.chain(False)
    one, four, five, six = (major.index(*t) for t in ((0, "maj"), (5, "maj"), (7, "maj"), (9, "min")))
    assert None not in (one, four, five, six)
    after = chain.probability[chain.state([four, five])]
    assert after[one] > 0.3
    assert after[one] > chain.probability[chain.state([six, four])][one]


@pytest.mark.parametrize("text", ["", "[1", "{}", '{"schema": 99}', '{"schema": 1, "major": 3}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "model.json"
    file.write_text(text)
    with pytest.raises(BundleError):
        load_progression_model(file)
