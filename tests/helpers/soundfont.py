"""A soundfont made for tests: sine waves whose pitch, loops, envelopes and zones are known."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44100
PERIOD = 168
"""Points of one period: 262.5 Hz, 5.6 cents above middle C's 261.6."""
PITCH_CENTS = 1200 * np.log2(RATE_HZ / PERIOD / 261.6255653)

KEYS, VELOCITIES, SAMPLE, MODE, ROOT, INSTRUMENT = 43, 44, 53, 54, 58, 41


@dataclass(frozen=True, slots=True)
class TinyZone:
    """One zone; `generators` maps SoundFont operators to signed amounts, ranges as (low, high)."""

    generators: Mapping[int, int | tuple[int, int]] = field(default_factory=dict)
    loops: bool = True


def write_soundfont(
    path: Path,
    zones: Sequence[TinyZone],
    *,
    preset: Mapping[int, int] | None = None,
    program: int = 0,
    vorbis: bool = False,
) -> Path:
    """Write a soundfont of one preset with one instrument; returns `path`. `vorbis`: as version 3 does."""
    wave = np.rint(16000 * np.sin(2 * np.pi * np.arange(PERIOD * 200) / PERIOD)).astype("<i2")
    samples = _vorbis(wave) if vorbis else wave.tobytes() + bytes(92)
    points, kind = (len(samples), 0x11) if vorbis else (len(wave), 1)
    bags = [_pack({**zone.generators, MODE: int(zone.loops), SAMPLE: 0}) for zone in zones]
    preset_gens = _pack({**(preset or {}), INSTRUMENT: 0})
    counts = np.cumsum([0, *(len(bag) // 4 for bag in bags)])
    header = struct.pack(
        "<20sIIIIIBbHH", b"sine", 0, points, PERIOD * 2, PERIOD * 198, RATE_HZ, 60, -round(PITCH_CENTS), 0, kind
    )
    pdta = {
        b"phdr": struct.pack("<20sHHHIII", b"Test", program, 0, 0, 0, 0, 0)
        + struct.pack("<20sHHHIII", b"EOP", 0, 0, 1, 0, 0, 0),
        b"pbag": struct.pack("<HHHH", 0, 0, len(preset_gens) // 4, 0),
        b"pmod": bytes(10),
        b"pgen": preset_gens + bytes(4),
        b"inst": struct.pack("<20sH", b"Sines", 0) + struct.pack("<20sH", b"EOI", len(zones)),
        b"ibag": b"".join(struct.pack("<HH", count, 0) for count in counts),
        b"imod": bytes(10),
        b"igen": b"".join(bags) + bytes(4),
        b"shdr": header + struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    body = (
        _list(b"INFO", {b"ifil": struct.pack("<HH", 2, 4)}) + _list(b"sdta", {b"smpl": samples}) + _list(b"pdta", pdta)
    )
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + 4) + b"sfbk" + body)
    return path


def _vorbis(wave: NDArray[np.int16]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("vorbis", rate=RATE_HZ, layout="stereo", options={"strict": "-2"})
        points = np.tile((wave / 32768).astype(np.float32), (2, 1))  # FFmpeg's own encoder knows stereo only
        for low in range(0, len(wave), 64):
            frame = av.AudioFrame.from_ndarray(points[:, low : low + 64].copy(), format="fltp", layout="stereo")
            frame.rate, frame.pts = RATE_HZ, low
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _pack(generators: Mapping[int, int | tuple[int, int]]) -> bytes:
    """Ranges first, the sample or instrument last, as the format wants them."""

    def place(operator: int) -> tuple[int, int]:
        return (0 if operator in (KEYS, VELOCITIES) else 2 if operator in (SAMPLE, INSTRUMENT) else 1, operator)

    packed = b""
    for operator in sorted(generators, key=place):
        amount = generators[operator]
        value = amount[0] | amount[1] << 8 if isinstance(amount, tuple) else amount & 0xFFFF
        packed += struct.pack("<HH", operator, value)
    return packed


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _list(name: bytes, chunks: Mapping[bytes, bytes]) -> bytes:
    body = name + b"".join(_chunk(key, data) for key, data in chunks.items())
    return b"LIST" + struct.pack("<I", len(body)) + body
