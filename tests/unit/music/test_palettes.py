"""Palettes and moods as tables."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.music.controls import SEMANTIC
from engine.music.moods import MOODS, Mood, mood_of
from engine.music.notes import Voice
from engine.music.palettes import PALETTES, palette_of


def test_the_promised_palettes_are_there() -> None:
    promised = {
        "piano",
        "felt-piano",
        "strings-and-piano",
        "chamber",
        "guitar",
        "synth-pads",
        "lo-fi-keys",
        "orchestral",
    }
    assert promised <= set(PALETTES)


@pytest.mark.parametrize("name", PALETTES)
def test_every_voice_has_an_instrument_that_can_play_it(name: str) -> None:
    palette = palette_of(name)
    for voice in Voice:
        first, *doubles = palette.layers[voice]
        assert first.lowest_velocity == 0, "the voice itself plays everything"
        for layer in (first, *doubles):
            assert 0 <= layer.program <= 127
            assert layer.high - layer.low >= 23 or layer.name == "Timpani"
            assert layer.high - layer.low >= 12
            assert -1 <= layer.pan <= 1
        assert all(layer.level_lu < first.level_lu for layer in doubles), "doubles stay behind the voice"


@pytest.mark.parametrize("name", PALETTES)
def test_the_melody_is_in_front(name: str) -> None:
    layers = palette_of(name).layers
    melody = layers[Voice.MELODY][0].level_lu
    assert layers[Voice.INNER][0].level_lu <= melody - 3
    assert layers[Voice.BASS][0].level_lu <= melody - 3


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError) as palette_error:
        palette_of("kazoo")
    assert "lo-fi-keys" in palette_error.value.hint
    with pytest.raises(InputError) as mood_error:
        mood_of("hungry")
    assert "romantic" in mood_error.value.hint


def test_moods_speak_of_controls_and_palettes_that_exist() -> None:
    assert {
        "auto",
        "calm",
        "happy",
        "sad",
        "tense",
        "epic",
        "romantic",
        "playful",
        "dreamy",
        "dark",
        "energetic",
    } <= set(MOODS)
    for mood in MOODS.values():
        assert set(mood.semantic) <= set(SEMANTIC)
        assert mood.palette in PALETTES
        assert mood.bpm[0] < mood.bpm[1]
    assert not MOODS["auto"].semantic


def test_moods_differ_where_listeners_say_they_do() -> None:
    semantic = {name: mood.semantic for name, mood in MOODS.items()}
    assert semantic["happy"]["valence"] > 0.5 > semantic["sad"]["valence"]
    assert semantic["energetic"]["arousal"] > 0.5 > semantic["calm"]["arousal"]
    assert semantic["tense"]["tension"] > semantic["calm"]["tension"]
    pairs = [(a, b) for a in semantic for b in semantic if a < b and "auto" not in (a, b)]
    for a, b in pairs:
        shared = set(semantic[a]) & set(semantic[b])
        assert max(abs(semantic[a][name] - semantic[b][name]) for name in shared) >= 0.2, (a, b)


@pytest.mark.parametrize("semantic", [{"spice": 0.5}, {"valence": 1.0}, {"valence": -0.2}])
def test_a_mood_outside_the_corpus_is_refused(semantic: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Mood("odd", "Odd", semantic)
