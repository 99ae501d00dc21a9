"""Any system's MIDI as pieces."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from engine.errors import InputError
from tests.helpers.pieces import piece_of
from training.midi_folder import pair_up, read_system

TICKS = 480


def write(file: Path, notes: list[tuple[float, float, int]], *, tempos: tuple[tuple[float, int], ...] = ()) -> None:
    """A type 1 file: tempi (beat, microseconds) on a track of their own, notes (beat, beats, pitch) on a second one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    midi = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    tempo_events = [(beat, mido.MetaMessage("set_tempo", tempo=us)) for beat, us in tempos]
    events = [(start, mido.Message("note_on", note=pitch, velocity=70)) for start, _, pitch in notes]
    events += [(start + length, mido.Message("note_off", note=pitch)) for start, length, pitch in notes]
    for timed in (tempo_events, sorted(events, key=lambda e: (e[0], e[1].type == "note_on"))):
        track, last = mido.MidiTrack(), 0
        for beat, message in timed:
            tick = round(beat * TICKS)
            track.append(message.copy(time=tick - last))
            last = tick
        midi.tracks.append(track)
    midi.save(file)


def scale(n_beats: int, first: int = 0) -> list[tuple[float, float, int]]:
    return [(first + beat, 1.0, 60 + beat % 12) for beat in range(n_beats)]


def test_ticks_count_beats_whatever_the_tempo(tmp_path: Path) -> None:
    write(tmp_path / "plain" / "a.mid", scale(64))
    write(tmp_path / "bent" / "a.mid", scale(64), tempos=((0, 400_000), (3.5, 900_000), (20, 250_000)))
    plain, bent = (read_system(tmp_path / name) for name in ("plain", "bent"))
    assert [p.name for p in bent.pieces] == ["a/0", "a/1"]
    assert {p.group for p in bent.pieces} == {"a"}
    for one, other in zip(plain.pieces, bent.pieces, strict=True):
        assert one.onset.tolist() == other.onset.tolist() == list(range(0, 128, 4))
        assert one.pitch.tolist() == other.pitch.tolist()
    assert bent.off_grid == 0.0


def test_silent_bars_at_the_start_are_left_out_and_drums_too(tmp_path: Path) -> None:
    write(tmp_path / "a.midi", scale(40, first=8))
    midi = mido.MidiFile(tmp_path / "a.midi")
    drums = mido.MidiTrack()
    drums.append(mido.Message("note_on", channel=9, note=36, velocity=90))
    drums.append(mido.Message("note_off", channel=9, note=36, time=60))
    midi.tracks.append(drums)
    midi.save(tmp_path / "a.midi")
    (piece,) = read_system(tmp_path).pieces
    assert piece.n_steps == 128
    assert piece.onset[0] == 0 and 36 not in piece.pitch


def test_a_transcription_is_off_the_grid_until_its_tempo_is_told(tmp_path: Path) -> None:
    at_93 = [(beat * 120 / 93, 120 / 93, pitch) for beat, _, pitch in scale(64)]  # beats of 93 BPM on ticks of 120
    write(tmp_path / "a.mid", at_93)
    assert read_system(tmp_path).off_grid > 0.3
    told = read_system(tmp_path, bpm=93)
    assert told.off_grid < 0.01
    assert told.pieces[0].onset.tolist() == list(range(0, 128, 4))


def test_what_cannot_be_read_is_named_and_skipped(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "b.mid", scale(8))
    (tmp_path / "bad.mid").write_bytes(b"MThd no")
    system = read_system(tmp_path, "Other")
    assert system.name == "Other"
    assert [p.name for p in system.pieces] == ["deep/b/0"]
    assert system.pieces[0].n_steps == 32
    assert len(system.skipped) == 1 and "bad.mid" in system.skipped[0]


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_nothing_to_read(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        read_system(tmp_path / folder)


def test_pieces_of_the_same_names_are_pairs() -> None:
    ours = [piece_of([(0, 60, 1)], name=name) for name in ("b/0", "a/0", "c/0")]
    theirs = [piece_of([(0, 62, 1)], name=name) for name in ("a/0", "b/0")]
    pairs = pair_up(ours, theirs)
    assert pairs is not None
    assert [p.name for p in pairs[0]] == [p.name for p in pairs[1]] == ["b/0", "a/0"]
    assert pair_up(ours, [piece_of([(0, 62, 1)], name="z/0")]) is None
