"""A palette to hear: a few bars of a take, or of a phrase of our own, as a short sound file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from engine.audio.loudness import loudness_lufs
from engine.audio.mix import fade_out, write_wav
from engine.audio.synth import choose_synthesizer
from engine.cancel import NEVER, CancelToken
from engine.music.notes import Note, Voice
from engine.music.score import perform
from engine.music.take import Take
from engine.timebase import STEPS_PER_BAR, TempoChange, TempoMap

BARS: Final = 4
LUFS: Final = -18.0
SAMPLE_RATE_HZ: Final = 44_100
_LOUDEST: Final = 0.89
_BPM: Final = 92


def own_phrase() -> tuple[Note, ...]:
    """Four bars that show an instrument's voice: Am, F, C, G, and a line over them."""
    notes: list[Note] = []
    chords = ((45, (57, 60, 64)), (41, (57, 60, 65)), (48, (55, 60, 64)), (43, (55, 59, 62)))
    for bar, (bass, chord) in enumerate(chords):
        first = bar * STEPS_PER_BAR
        notes.append(Note(first, Voice.BASS, bass, 16, 72))
        notes += [Note(first + 2 * i, Voice.INNER, chord[(0, 1, 2, 1)[i % 4]], 2, 60) for i in range(8)]
    line = ((0, 76, 6), (6, 74, 2), (8, 72, 8), (16, 69, 6), (22, 72, 2), (24, 77, 8), (32, 76, 12), (44, 79, 4))
    notes += [Note(step, Voice.MELODY, pitch, length, 84) for step, pitch, length in (*line, (48, 74, 16))]
    return tuple(sorted(notes))


def taste(palette: str, path: Path, *, take: Take | None = None, seed: int = 0, cancel: CancelToken = NEVER) -> None:
    """Play four bars with a palette into a WAV file.

    Args:
        take: whose first bars are played, if it has notes there; else our own phrase.

    Raises:
        EngineError: for an unknown palette, no soundfont, or a file that cannot be written.
        RunCancelled: when cancelled.
    """
    notes = own_phrase() if take is None else _first_bars(take.notes)
    tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), round(60_000_000 / _BPM)),))
    if take is not None and notes:
        tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), round(60_000_000 / take.plan.tempo.bpm())),))
    end_s = tempo.seconds(4 * BARS)
    score = perform(notes or own_phrase(), tempo, palette=palette, end_s=end_s, seed=seed)
    clip = choose_synthesizer().render(score, sample_rate=SAMPLE_RATE_HZ, cancel=cancel)
    heard = loudness_lufs(clip, cancel=cancel)
    peak = float(abs(clip.samples).max(initial=0.0))
    if peak > 0:
        clip = replace(clip, samples=clip.samples * np.float32(min(10 ** ((LUFS - heard) / 20), _LOUDEST / peak)))
    write_wav(fade_out(clip, 0.4), path, cancel=cancel)


def _first_bars(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The first four bars in which all is begun, moved to the beginning."""
    if not notes:
        return ()
    first = min(note.onset for note in notes) // STEPS_PER_BAR * STEPS_PER_BAR
    inside = [note for note in notes if first <= note.onset < first + BARS * STEPS_PER_BAR]
    return tuple(sorted(Note(n.onset - first, n.voice, n.pitch, n.duration, n.velocity) for n in inside))
