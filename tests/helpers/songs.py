"""A small dataset in POP909's layout: songs made by rule, with MIDI, beats, chords and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pretty_midi

PROGRESSION = (("C:maj", 0), ("G:maj", 7), ("A:min", 9), ("F:maj", 5))
BEAT_S = 0.5


def write_songs(folder: Path, *, n_songs: int = 10, n_bars: int = 20) -> Path:
    """Write `n_songs` folders 001, 002, ... of `n_bars` bars each; returns `folder`."""
    for number in range(1, n_songs + 1):
        _write_song(folder / f"{number:03d}", np.random.default_rng(number), n_bars)
    return folder


def _write_song(folder: Path, rng: np.random.Generator, n_bars: int) -> None:
    folder.mkdir(parents=True)
    n_beats = 4 * n_bars + 1
    beats = np.stack([np.arange(n_beats) * BEAT_S, np.arange(n_beats) % 2 == 0, np.arange(n_beats) % 4 == 0], 1)
    np.savetxt(folder / "beat_midi.txt", beats, fmt="%.6f")
    chords, tracks = [], {name: pretty_midi.Instrument(0, name=name) for name in ("MELODY", "BRIDGE", "PIANO")}
    for bar in range(n_bars):
        label, root = PROGRESSION[bar % 4]
        start = bar * 4 * BEAT_S
        chords.append(f"{start:.6f}\t{start + 4 * BEAT_S:.6f}\t{label}")
        third = 3 if label.endswith("min") else 4
        for beat in range(4):
            at = start + beat * BEAT_S
            _add(tracks["PIANO"], 36 + root, at, BEAT_S, 70 + beat)
            for interval in (0, third, 7):
                _add(tracks["PIANO"], 60 + root + interval - 12 * (root > 6), at, BEAT_S, 60 + beat)
            pitch = 72 + root % 12 + int(rng.choice((0, third, 7)))
            _add(tracks["MELODY"], pitch, at + int(rng.integers(2)) * BEAT_S / 2, BEAT_S / 2, 90)
    (folder / "chord_midi.txt").write_text("\n".join(chords) + "\n")
    (folder / "key_audio.txt").write_text(f"0.0\t{n_bars * 4 * BEAT_S}\tC:maj\n")
    midi = pretty_midi.PrettyMIDI(initial_tempo=60 / BEAT_S)
    midi.instruments.extend(tracks.values())
    midi.write(str(folder / f"{folder.name}.mid"))


def _add(track: pretty_midi.Instrument, pitch: int, start: float, length: float, velocity: int) -> None:
    track.notes.append(pretty_midi.Note(velocity, pitch, start, start + length))
