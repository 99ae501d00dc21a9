"""MIDI files."""

from __future__ import annotations

import io
import tempfile
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError, OutputError
from engine.music.hits import HitPoint
from engine.music.midi import TICKS_PER_BEAT, midi_bytes, read_markers, read_midi, write_midi
from engine.music.notes import Note, Voice
from engine.music.score import Marker, Score, perform
from engine.music.tempo_map import solve_tempo
from engine.timebase import TempoChange, TempoMap

NOTES = [
    Note(step, voice, pitch + step % 5, 3, 70)
    for step in range(0, 96, 4)
    for voice, pitch in ((Voice.MELODY, 72), (Voice.INNER, 60), (Voice.BASS, 40))
]


def _score(tempo: TempoMap, notes: list[Note] | None = None, **options: object) -> Score:
    given_options: dict[str, object] = {"palette": "piano", "end_s": Fraction(30), "seed": 3, **options}
    return perform(NOTES if notes is None else notes, tempo, **given_options)  # type: ignore[arg-type]


def _tempi(data: bytes) -> list[tuple[int, int]]:
    file = mido.MidiFile(file=io.BytesIO(data))
    found, tick = [], 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            found.append((tick, message.tempo))
    return found


@settings(max_examples=40)
@given(
    st.integers(250_000, 1_500_000),
    st.lists(st.integers(250_000, 1_500_000), max_size=3),
    st.integers(0, 249_999),
)
def test_tempi_are_exact_and_read_back(first: int, later: list[int], start_us: int) -> None:
    changes = (TempoChange(Fraction(0), first), *(TempoChange(Fraction(4 * i + 4), us) for i, us in enumerate(later)))
    start_us -= start_us % 4
    tempo = TempoMap(Fraction(start_us, 1_000_000), changes)
    data = midi_bytes(_score(tempo))
    written = _tempi(data)[1 if start_us else 0 :]
    assert [us for _, us in written] == [change.us_per_quarter for change in changes]
    origin = written[0][0]
    assert [tick - origin for tick, _ in written] == [change.beat * TICKS_PER_BEAT for change in changes]


def test_the_same_score_is_the_same_bytes() -> None:
    tempo = TempoMap.constant(97.3, Fraction(1, 4))
    assert midi_bytes(_score(tempo)) == midi_bytes(_score(tempo))
    assert midi_bytes(_score(tempo)) != midi_bytes(_score(tempo, seed=4))


@settings(max_examples=30)
@given(st.integers(400_000, 1_000_000), st.integers(0, 90_000), st.integers(0, 2**32 - 1))
def test_notes_and_tempo_survive_the_file(us: int, start: int, seed: int) -> None:
    tempo = TempoMap(Fraction(4 * start, 1_000_000), (TempoChange(Fraction(0), us),))
    data = midi_bytes(_score(tempo, seed=seed, end_s=Fraction(80), accents=[0]))
    notes, read = _read(data)
    assert read.changes == tempo.changes and read.elided == tempo.elided
    # the lead-in is a number of 16ths at a whole number of microseconds a quarter
    assert abs(read.start_s - tempo.start_s) <= Fraction(1, 1_000_000)
    wanted = {(note.onset, note.voice, note.pitch) for note in NOTES}
    assert {(note.onset, note.voice, note.pitch) for note in notes} == wanted


def _read(data: bytes) -> tuple[tuple[Note, ...], TempoMap]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mid"
        path.write_bytes(data)
        return read_midi(path)


def test_other_readers_hear_the_same_times(tmp_path: Path) -> None:
    tempo = TempoMap.constant(83.1, Fraction(2, 5))
    score = _score(tempo, palette="strings-and-piano")
    write_midi(score, tmp_path / "a.mid")
    other = pretty_midi.PrettyMIDI(str(tmp_path / "a.mid"))
    assert [track.name for track in other.instruments] == [part.name for part in score.parts]
    assert [track.program for track in other.instruments] == [part.program for part in score.parts]
    for track, part in zip(other.instruments, score.parts, strict=True):
        ours = sorted((note.start_s, note.pitch, note.end_s, note.velocity) for note in part.notes)
        theirs = sorted((note.start, note.pitch, note.end, note.velocity) for note in track.notes)
        assert np.allclose(np.array(ours), np.array(theirs), atol=0.002)
        assert bool([c for c in track.control_changes if c.number == 64]) == bool(
            [c for c in part.controls if c.number == 64]
        )


def test_markers_lie_at_the_cuts(tmp_path: Path) -> None:
    cuts = [Fraction(1, 10), Fraction(77, 24), Fraction(1001, 90)]
    tempo = TempoMap.constant(101.7, Fraction(3, 10))
    score = _score(tempo, markers=[Marker(cut, f"Cut {i}") for i, cut in enumerate(cuts)])
    write_midi(score, tmp_path / "a.mid")
    read = read_markers(tmp_path / "a.mid")
    assert [marker.text for marker in read] == ["Cut 0", "Cut 1", "Cut 2"]
    assert all(abs(marker.time_s - cut) < Fraction(1, 1000) for marker, cut in zip(read, cuts, strict=True))
    write_midi(score, tmp_path / "b.mid", markers=[Marker(Fraction(4), "été → α")])
    assert [marker.text for marker in read_markers(tmp_path / "b.mid")] == ["été ? ?"]


def test_bar_lines_fall_where_the_music_has_them() -> None:
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(_score(TempoMap.constant(90, Fraction(1, 3))))))
    metres = [message for message in file.tracks[0] if message.type == "time_signature"]
    assert [(m.numerator, m.denominator) for m in metres] == [(2, 16), (4, 4)]
    lead_s = Fraction(metres[1].time * next(m.tempo for m in file.tracks[0] if m.type == "set_tempo"), 960 * 10**6)
    assert abs(lead_s - Fraction(1, 3)) < Fraction(1, 10**6)


def test_every_note_on_has_its_off_before_the_next() -> None:
    dense = [Note(step, Voice.INNER, 60 + step % 2, 6) for step in range(80)]
    data = midi_bytes(_score(TempoMap.constant(120), dense, palette="synth-pads"))
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks[1:]:
        sounding: set[int] = set()
        for message in track:
            if message.type == "note_on":
                assert message.note not in sounding
                sounding.add(message.note)
            elif message.type == "note_off":
                sounding.remove(message.note)
        assert not sounding


def test_drums_are_nobodys_channel() -> None:
    data = midi_bytes(_score(TempoMap.constant(120), palette="orchestral"))
    channels = {
        m.channel for track in mido.MidiFile(file=io.BytesIO(data)).tracks for m in track if hasattr(m, "channel")
    }
    assert 9 not in channels
    assert len(channels) >= 6


def test_tracks_without_names_are_sorted_by_height(tmp_path: Path) -> None:
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    for pitch in (60, 40, 80):
        track = pretty_midi.Instrument(0)
        track.notes.append(pretty_midi.Note(80, pitch, 0.5, 1.0))
        midi.instruments.append(track)
    drums = pretty_midi.Instrument(0, is_drum=True)
    drums.notes.append(pretty_midi.Note(80, 36, 0.5, 1.0))
    midi.instruments.append(drums)
    midi.write(str(tmp_path / "a.mid"))
    notes, tempo = read_midi(tmp_path / "a.mid")
    assert tempo == TempoMap.constant(120)
    assert notes == (
        Note(4, Voice.MELODY, 80, 4, 80),
        Note(4, Voice.INNER, 60, 4, 80),
        Note(4, Voice.BASS, 40, 4, 80),
    )


def test_a_single_track_is_split_by_height(tmp_path: Path) -> None:
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    track = pretty_midi.Instrument(0)
    track.notes += [pretty_midi.Note(80, pitch, 0.0, 0.5) for pitch in (40, 55, 60, 72)]
    midi.instruments.append(track)
    midi.write(str(tmp_path / "a.mid"))
    notes, _ = read_midi(tmp_path / "a.mid")
    voices = {note.pitch: note.voice for note in notes}
    assert voices == {40: Voice.BASS, 55: Voice.INNER, 60: Voice.INNER, 72: Voice.MELODY}


def test_a_pop909_song_has_three_voices(shared_pop909: Path) -> None:
    notes, _ = read_midi(shared_pop909 / "001" / "001.mid")
    counts = {voice: sum(note.voice is voice for note in notes) for voice in Voice}
    assert min(counts.values()) > 100
    mean = {voice: np.mean([note.pitch for note in notes if note.voice is voice]) for voice in Voice}
    assert mean[Voice.MELODY] > mean[Voice.INNER] > mean[Voice.BASS]


@pytest.mark.parametrize(
    "content", [b"", b"not midi at all", b"MThd\x00\x00\x00\x06\x00\x01\x00\x02\x01\xe0MTrk\x00\x00\xff\xff"]
)
def test_what_is_no_midi_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_midi(path)
    assert "a.mid" in error.value.message


def test_a_file_in_film_frames_is_refused(tmp_path: Path) -> None:
    data = bytearray(midi_bytes(_score(TempoMap.constant(120))))
    data[12:14] = b"\xe7\x28"
    path = tmp_path / "frames.mid"
    path.write_bytes(bytes(data))
    with pytest.raises(InputError):
        read_midi(path)


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_midi(tmp_path / "none.mid")
    with pytest.raises(OutputError):
        write_midi(_score(TempoMap.constant(120)), tmp_path / "none" / "a.mid")
    assert list(tmp_path.iterdir()) == []


def test_a_tempo_that_bends_for_hits_is_exact_and_reads_back(tmp_path: Path) -> None:
    hits = [HitPoint(Fraction(1201 + 3137 * i, 1000), starred=True) for i in range(18)]
    solution = solve_tempo(hits, duration_s=Fraction(60), bpm_min=70, bpm_max=120, preferred_bpm=90)
    tempo = solution.tempo
    assert len(tempo.changes) > 20
    write_midi(_score(tempo, end_s=Fraction(60)), tmp_path / "a.mid")
    _, read = read_midi(tmp_path / "a.mid")
    assert read.changes == tempo.changes
    assert abs(read.start_s - tempo.start_s) < Fraction(1, 10**6)
    stars = [placement for placement in solution.placements if placement.starred]
    assert len(stars) > 12
    assert all(abs(read.seconds(Fraction(p.step, 4)) - p.time_s) < Fraction(5, 10**5) for p in stars)
