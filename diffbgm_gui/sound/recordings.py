"""Sound that lies in files and is read where it is needed: 16 bits, stereo, memory-mapped."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]

RATE_HZ: Final = 48_000
"""Everything is mixed at this rate."""
_SCALE: Final = np.float32(1 / 32768)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Stereo sound at `RATE_HZ`. `samples`: int16 `[n, 2]`."""

    samples: NDArray[np.int16]

    @property
    def n(self) -> int:
        return int(self.samples.shape[0])

    def between(self, first: int, last: int) -> Wave:
        """Samples `[first, last)` as f32 `[last - first, 2]`, silent outside the recording."""
        low, high = min(max(first, 0), self.n), min(max(last, 0), self.n)
        part = self.samples[low:high].astype(np.float32) * _SCALE
        if high - low == last - first:
            return part
        out = np.zeros((last - first, 2), np.float32)
        if high > low:
            out[low - first : high - first] = part
        return out


def open_wav(path: Path) -> Recording:
    """A recording from a WAV file of 16 bits, stereo, at `RATE_HZ`.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is another kind of file.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            raise ValueError(f"{path.name} is not a WAV file")
        right = False
        while len(chunk := file.read(8)) == 8:
            name, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"fmt ":
                kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", file.read(16))
                right = kind in (1, 0xFFFE) and (channels, rate, bits) == (2, RATE_HZ, 16)
                file.seek(size - 16 + size % 2, 1)
            elif name == b"data":
                begin, room = file.tell(), path.stat().st_size - file.tell()
                size = min(size, room)
                break
            else:
                file.seek(size + size % 2, 1)
        else:
            raise ValueError(f"{path.name} holds no sound")
    if not right:
        raise ValueError(f"{path.name} is not 16 bits, stereo, {RATE_HZ} Hz")
    return mapped(path, begin, size // 4)


def mapped(path: Path, begin: int, n: int, *, mode: Any = "r") -> Recording:
    """`n` samples of a file from a byte on; "w+" makes the file, silent."""
    if n == 0:
        return Recording(np.zeros((0, 2), np.int16))
    return Recording(np.memmap(path, np.int16, mode, offset=begin, shape=(n, 2)))


def to_int16(wave: Wave) -> NDArray[np.int16]:
    """f32 of any shape, full scale 1, as 16 bits; more is cut."""
    return np.asarray(np.clip(np.rint(wave * 32767), -32768, 32767), np.int16)
