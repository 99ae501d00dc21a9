"""Parts played by FluidSynth, where its library is installed."""

from __future__ import annotations

import contextlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.soundfont import check_soundfont
from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report
from engine.music.score import Part

Wave = NDArray[np.float32]

_GAINS: Final = (1.0, 0.25, 0.05)
"""Tried in turn until nothing clips: its samples are 16-bit."""
_BLOCK: Final = 1 << 13
_CHANNEL: Final = 0
_LOG_WARNINGS: Final = 2
_ON, _OFF, _CONTROL = 2, 0, 1


@lru_cache(maxsize=1)
def load_fluidsynth() -> Any | None:
    """The pyfluidsynth module, None where it or the FluidSynth library is missing."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints where it looked when CI is set
            import fluidsynth
    except (ImportError, OSError, AttributeError):
        return None
    library = getattr(fluidsynth, "_fl", None)
    if library is not None:  # its warnings about a modulator of its own go to the user's terminal otherwise
        library.fluid_set_log_function(_LOG_WARNINGS, None, None)
    return fluidsynth


class FluidPlayer:
    """Plays one part at a time; each with a fresh FluidSynth, so that parts do not depend on what came before.

    Raises:
        InputError: when the library or the soundfont is missing, or the file is no soundfont.
    """

    def __init__(self, soundfont: Path) -> None:
        module = load_fluidsynth()
        if module is None:
            raise InputError("FluidSynth is not installed here.", "Install libfluidsynth and pyfluidsynth.")
        check_soundfont(soundfont)
        self._module = module
        self._soundfont = soundfont

    def play(
        self,
        part: Part,
        *,
        points: int,
        sample_rate: int,
        report: Report = no_report,
        cancel: CancelToken = NEVER,
    ) -> Wave:
        """One part, dry, f32 `[2, points]`."""
        wave = np.zeros((2, points), np.float32)
        for gain in _GAINS:
            wave = self._once(part, gain, points, sample_rate, report, cancel)
            if float(np.abs(wave).max(initial=0.0)) < 0.999:
                break
        return wave / np.float32(gain)

    def _once(
        self, part: Part, gain: float, points: int, sample_rate: int, report: Report, cancel: CancelToken
    ) -> Wave:
        synth = self._module.Synth(gain=gain, samplerate=float(sample_rate))
        try:
            for name, value in (
                ("synth.reverb.active", 0),
                ("synth.chorus.active", 0),
                ("synth.dynamic-sample-loading", 1),
            ):
                synth.setting(name, value)
            font = synth.sfload(str(self._soundfont))
            if font < 0:
                raise InputError("FluidSynth cannot read the soundfont {name}.", name=self._soundfont.name)
            self._choose(synth, font, part.program)
            return self._run(synth, part, points, sample_rate, report, cancel)
        finally:
            synth.delete()

    @staticmethod
    def _choose(synth: Any, font: int, program: int) -> None:
        """The program, or the first of its family, or the first there is, as the built-in player does."""
        for wanted in (program, program - program % 8, 0):
            if synth.sfpreset_name(font, 0, wanted) is not None:
                synth.program_select(_CHANNEL, font, 0, wanted)
                return

    @staticmethod
    def _run(synth: Any, part: Part, points: int, sample_rate: int, report: Report, cancel: CancelToken) -> Wave:
        out = np.zeros((points, 2), np.int16)
        now = 0
        for at, kind, number, value in [*_events(part, sample_rate), (points, _OFF, 0, 0)]:
            while now < min(at, points):
                cancel.raise_if_cancelled()
                count = min(_BLOCK, min(at, points) - now)
                out[now : now + count] = synth.get_samples(count).reshape(-1, 2)
                now += count
                report(now, points)
            if kind == _ON:
                synth.noteon(_CHANNEL, number, value)
            elif kind == _CONTROL:
                synth.cc(_CHANNEL, number, value)
            else:
                synth.noteoff(_CHANNEL, number)
        return np.ascontiguousarray(out.T, np.float32) * np.float32(1 / 32768)


def _events(part: Part, sample_rate: int) -> list[tuple[int, int, int, int]]:
    """(point, kind, number, value); at one point notes end before controls before notes begin."""
    events = [(round(c.time_s * sample_rate), _CONTROL, c.number, c.value) for c in part.controls]
    for note in part.notes:
        events.append((round(note.start_s * sample_rate), _ON, note.pitch, note.velocity))
        events.append((round(note.end_s * sample_rate), _OFF, note.pitch, 0))
    return sorted(events)
