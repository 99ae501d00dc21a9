"""From grid notes to a score."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.music.midi import read_midi
from engine.music.notes import Note, Voice
from engine.music.palettes import PALETTES, palette_of
from engine.music.score import (
    EXPRESSION,
    PEDAL,
    Control,
    Marker,
    Part,
    Score,
    ScoreNote,
    describe,
    pedalled_notes,
    perform,
    without_collisions,
)
from engine.timebase import TempoChange, TempoMap

TEMPO = TempoMap.constant(100, Fraction(3, 10))
STEP_S = 0.15


def song(bars: int = 8) -> list[Note]:
    """A tune over broken chords and a bass, all equally loud."""
    roots = (48, 55, 57, 53)
    notes = []
    for bar in range(bars):
        root, start = roots[bar % 4], 16 * bar
        notes += [Note(start, Voice.BASS, root - 12, 8), Note(start + 8, Voice.BASS, root - 12, 8)]
        notes += [Note(start + 2 * i, Voice.INNER, root + (0, 7, 12, 16)[i % 4], 2) for i in range(8)]
        notes += [Note(start + 4 * i, Voice.MELODY, root + 24 + (0, 4, 7, 4)[i], 4) for i in range(4)]
    return notes


def played(notes: list[Note] | None = None, **options: object) -> Score:
    given_options: dict[str, object] = {"palette": "piano", "end_s": Fraction(20), "seed": 7, **options}
    return perform(song() if notes is None else notes, TEMPO, **given_options)  # type: ignore[arg-type]


@pytest.mark.parametrize("palette", PALETTES)
def test_every_palette_plays_all_voices_in_range(palette: str) -> None:
    score = played(palette=palette)
    layers = {(voice, layer.name): layer for voice, group in palette_of(palette).layers.items() for layer in group}
    assert {part.voice for part in score.parts if not part.doubles} == set(Voice)
    for part in score.parts:
        layer = layers[part.voice, part.name.split(": ")[-1].split(" + ")[-1]]
        pitches = [note.pitch for note in part.notes]
        assert layer.low <= min(pitches)
        assert max(pitches) <= layer.high
        velocities = np.array([note.velocity for note in part.notes])
        assert velocities.min() >= 1
        assert velocities.max() <= 127
        assert len(set(velocities.tolist())) > 3, "no constant velocity"


@pytest.mark.parametrize("palette", PALETTES)
def test_no_two_successive_attacks_are_equally_loud(palette: str) -> None:
    for part in played(palette=palette).parts:
        by_attack = sorted(part.notes)
        velocities = np.array([note.velocity for note in by_attack])
        assert np.mean(np.diff(velocities) == 0) == 0 or part.voice is Voice.INNER
        assert np.mean(np.diff(velocities) == 0) < 0.1


@pytest.mark.parametrize("palette", PALETTES)
def test_hits_sound_exactly_where_they_are_written(palette: str) -> None:
    accents = [16, 40, 64]
    score = played(palette=palette, accents=accents)
    exact = [float(TEMPO.seconds(Fraction(step, 4))) for step in accents]
    for part in score.parts:
        onsets = np.array([note.start_s for note in part.notes])
        for step, time_s in zip(accents, exact, strict=True):
            near = onsets[np.abs(onsets - time_s) < STEP_S / 2]
            assert np.all(np.abs(near - time_s) < 1e-9), (part.name, step)
    melody = score.parts[0]
    grid = [float(TEMPO.seconds(Fraction(4 * i, 4))) for i in range(32)]
    away = [min(abs(note.start_s - time_s) for time_s in grid) for note in melody.notes]
    assert max(away) > 0.0005, "elsewhere a hand is loose"


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Note,
            st.integers(0, 150),
            st.sampled_from(Voice),
            st.integers(21, 108),
            st.integers(1, 40),
            st.integers(1, 127),
        ),
        max_size=40,
    ),
    st.sampled_from(sorted(PALETTES)),
    st.fractions(Fraction(1, 2), 24, max_denominator=50),
    st.integers(0, 2**32 - 1),
)
def test_any_notes_become_a_sound_score(notes: list[Note], palette: str, end_s: Fraction, seed: int) -> None:
    score = played(notes, palette=palette, end_s=end_s, seed=seed, accents=[0, 32])
    assert score == played(notes, palette=palette, end_s=end_s, seed=seed, accents=[0, 32])
    for part in score.parts:
        assert list(part.notes) == sorted(part.notes)
        ends: dict[int, float] = {}
        for note in part.notes:
            assert 0 <= note.start_s < note.end_s <= float(end_s) + 1e-9
            assert note.start_s >= ends.get(note.pitch, -1.0), "notes of one pitch never overlap"
            ends[note.pitch] = note.end_s
        assert all(0 <= control.time_s <= float(end_s) and 0 <= control.value <= 127 for control in part.controls)


def test_another_seed_is_another_performance_of_the_same_notes() -> None:
    one, other = played(seed=1), played(seed=2)
    assert one != other
    for a, b in zip(one.parts, other.parts, strict=True):
        assert [note.pitch for note in sorted(a.notes)] != [] and len(a.notes) == len(b.notes)


def test_the_ending_rings_to_the_last_frame_and_stops() -> None:
    score = played(end_s=Fraction(61, 3))
    for part in score.parts:
        assert part.notes[-1].end_s == float(Fraction(61, 3))
        assert max(note.end_s for note in part.notes) == float(Fraction(61, 3))
    pedal = [control for part in score.parts for control in part.controls if control.number == PEDAL]
    assert pedal
    assert max(pedal).value == 0


def test_music_longer_than_the_film_is_cut() -> None:
    score = played(end_s=Fraction(9))
    assert all(note.start_s <= 8.9 and note.end_s <= 9 for part in score.parts for note in part.notes)
    assert {part.voice for part in score.parts} == set(Voice)


def test_a_part_that_fell_silent_does_not_return_for_the_ending() -> None:
    notes = [note for note in song() if note.voice is not Voice.MELODY or note.onset < 32]
    melody = next(part for part in played(notes).parts if part.voice is Voice.MELODY)
    assert max(note.end_s for note in melody.notes) < 8


def test_the_pedal_goes_down_after_each_new_harmony() -> None:
    inner = next(part for part in played().parts if part.voice is Voice.INNER)
    ups = [c.time_s for c in inner.controls if c.number == PEDAL and c.value == 0]
    downs = [c.time_s for c in inner.controls if c.number == PEDAL and c.value == 127]
    bars = [float(TEMPO.seconds(4 * bar)) for bar in range(1, 8)]
    assert np.allclose(ups[:7], bars)
    assert all(any(0.02 < down - up < 0.12 for down in downs) for up in ups[:7])


def test_pedalled_notes_sound_until_the_pedal_comes_up() -> None:
    notes = (
        ScoreNote(0.0, 60, 0.4, 80),
        ScoreNote(0.6, 64, 0.9, 80),
        ScoreNote(1.0, 60, 1.2, 80),
        ScoreNote(2.5, 67, 2.8, 80),
    )
    controls = (Control(0.1, PEDAL, 127), Control(2.0, PEDAL, 0))
    part = Part("Piano", Voice.INNER, 0, notes, controls)
    sounding = pedalled_notes(part)
    assert [note.end_s for note in sounding] == [1.0, 2.0, 2.0, 2.8]
    assert pedalled_notes(replace(part, controls=())) == notes


def test_bows_swell_with_the_picture() -> None:
    rising = np.linspace(0, 1, 32).astype(np.float32)
    part = next(part for part in played(palette="orchestral", intensity=rising).parts if part.voice is Voice.INNER)
    swell = [(c.time_s, c.value) for c in part.controls if c.number == EXPRESSION]
    times, values = np.array(swell).T
    assert np.corrcoef(times, values)[0, 1] > 0.7
    assert not [c for c in played(palette="piano").parts[0].controls if c.number == EXPRESSION]


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(60, 63), st.floats(0.01, 3), st.integers(1, 127)), max_size=30))
def test_collisions_are_resolved(rows: list[tuple[float, int, float, int]]) -> None:
    notes = [ScoreNote(start, pitch, start + length, velocity) for start, pitch, length, velocity in rows]
    clean = without_collisions(notes)
    assert {note.pitch for note in clean} == {note.pitch for note in notes}
    for pitch in {note.pitch for note in clean}:
        line = [note for note in clean if note.pitch == pitch]
        assert all(a.end_s <= b.start_s for a, b in pairwise(line))
        assert all(note.end_s > note.start_s for note in line)


def test_the_bass_stays_below_the_melody() -> None:
    rng = np.random.default_rng(3)
    notes = []
    for step in range(0, 128, 4):
        low = int(rng.integers(21, 80))
        notes += [Note(step, Voice.BASS, low, 4), Note(step, Voice.MELODY, int(rng.integers(low, 109)), 4)]
    for palette in PALETTES:
        score = played(notes, palette=palette, accents=list(range(0, 128, 4)))
        bass, melody = (
            {
                note.start_s: note.pitch
                for part in score.parts
                if part.voice is v and not part.doubles
                for note in part.notes
            }
            for v in (Voice.BASS, Voice.MELODY)
        )
        shared = set(bass) & set(melody)
        assert len(shared) > 25
        assert all(bass[at] <= melody[at] for at in shared), palette


def test_a_tempo_that_changes_is_followed() -> None:
    tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(8), 1_000_000)))
    score = perform([Note(48, Voice.MELODY, 70, 4)], tempo, palette="piano", end_s=Fraction(20), accents=[48])
    assert score.parts[0].notes[0].start_s == pytest.approx(8.0)


def test_markers_and_facts_are_carried() -> None:
    score = played(markers=[Marker(Fraction(5), "b"), Marker(Fraction(2), "a")])
    assert [marker.text for marker in score.markers] == ["a", "b"]
    facts = describe(score)
    assert facts["palette"] == "piano"
    assert facts["notes"] == score.n_notes


def test_nothing_to_play_is_a_score_too() -> None:
    assert played([]).parts == ()
    with pytest.raises(InputError):
        played(palette="kazoo")


def test_a_real_song_is_playable_on_every_palette(shared_pop909: Path) -> None:
    notes, tempo = read_midi(shared_pop909 / "001" / "001.mid")
    for palette in PALETTES:
        score = perform(notes, tempo, palette=palette, end_s=Fraction(180), accents=[0, 64], seed=1)
        assert sum(len(part.notes) for part in score.parts if not part.doubles) > 0.8 * len(notes)
        for part in score.parts:
            velocities = np.array([note.velocity for note in sorted(part.notes)])
            assert velocities.std() > 3 or part.doubles
            lengths = np.array([note.end_s - note.start_s for note in part.notes])
            assert lengths.min() > 0


@pytest.mark.parametrize("palette", PALETTES)
@given(seed=st.integers(0, 2**31), hits=st.sets(st.sampled_from([0, 16, 20, 24, 36, 40, 64, 90]), max_size=4))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hand_never_moves_a_hit(palette: str, seed: int, hits: set[int]) -> None:
    score = played(palette=palette, accents=tuple(hits), seed=seed)
    struck = {note.onset for note in song()}
    for step in hits & struck:
        at_s = 0.3 + step * STEP_S
        onsets = [note.start_s for part in score.parts for note in part.notes if abs(note.start_s - at_s) < STEP_S / 2]
        assert onsets
        assert all(abs(start_s - at_s) < 1e-9 for start_s in onsets)


def test_a_hit_off_the_grid_is_met_by_a_pull_and_a_far_one_is_not() -> None:
    near_s, far_s = 0.3 + 16 * STEP_S + 0.041, 0.3 + 32 * STEP_S + 0.2
    score = played(accents=(16, 32), pulls={16: near_s, 32: far_s})
    starts_s = np.array([note.start_s for part in score.parts for note in part.notes])
    assert np.abs(starts_s - near_s).min() < 1e-9
    assert np.abs(starts_s - (0.3 + 16 * STEP_S)).min() > 0.03
    assert np.abs(starts_s - (0.3 + 32 * STEP_S)).min() < 1e-9


def test_a_loop_is_not_held_out_and_may_ring_beyond_its_end() -> None:
    notes = [*song(4), Note(60, Voice.MELODY, 79, 12)]
    end_s = Fraction(3, 10) + Fraction(64 * 15, 100)
    ring, loop = (played(notes, end_s=end_s, loops=loops) for loops in (False, True))
    assert max(n.end_s for p in ring.parts for n in p.notes) == pytest.approx(float(end_s))
    assert max(n.end_s for p in loop.parts for n in p.notes) > float(end_s) + 0.5
