"""Cutting WAV files to whole frames of an editor's timeline, at the sample, without decoding them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from .faults import Fault

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Layout:
    """Where things lie in a WAV file: chunks as (id, offset of the content, length); what one sample frame takes."""

    chunks: tuple[tuple[bytes, int, int], ...]
    sample_rate: int
    frame_bytes: int

    def data(self) -> tuple[int, int]:
        """Offset and length of the samples."""
        return next((offset, size) for name, offset, size in self.chunks if name == b"data")

    @property
    def n_samples(self) -> int:
        """How many sample frames there are."""
        return self.data()[1] // self.frame_bytes


def layout_of(file: BinaryIO, name: str) -> Layout:
    """Read the layout.

    Raises:
        Fault: if it is no WAV file.
    """
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise Fault(f"'{name}' is not a WAV file.")
    chunks = tuple(_chunks(file))
    formats = [offset for kind, offset, size in chunks if kind == b"fmt " and size >= 16]
    if not formats or not any(kind == b"data" for kind, _, _ in chunks):
        raise Fault(f"'{name}' is not a whole WAV file.")
    file.seek(formats[0])
    _, _, rate, _, frame_bytes, _ = struct.unpack("<HHIIHH", file.read(16))
    if not rate or not frame_bytes:
        raise Fault(f"'{name}' is not a whole WAV file.")
    return Layout(chunks, rate, frame_bytes)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    end = os.fstat(file.fileno()).st_size
    while True:
        head = file.read(8)
        if len(head) < 8:
            return
        kind, size = struct.unpack("<4sI", head)
        offset = file.tell()
        size = min(size, end - offset)
        yield kind, offset, size
        file.seek(offset + size + size % 2)


def duration_of(path: Path) -> Fraction:
    """Length of a WAV file in exact seconds."""
    with path.open("rb") as file:
        layout = layout_of(file, path.name)
    return Fraction(layout.n_samples, layout.sample_rate)


def cut_wav(source: Path, target: Path, start_s: Fraction, duration_s: Fraction) -> None:
    """Write `duration_s` from `start_s` on into a file of its own, at the nearest samples; what the source has not is
    silence. All other chunks (how the music was made) are kept.

    Raises:
        Fault: if the source is no WAV file, or a file cannot be read or written.
    """
    try:
        with source.open("rb") as file, target.open("wb") as out:
            layout = layout_of(file, source.name)
            first, count = _samples(start_s, layout), _samples(duration_s, layout)
            out.write(b"RIFF\0\0\0\0WAVE")
            for kind, offset, size in layout.chunks:
                if kind == b"data":
                    _write_samples(file, out, layout, first, count)
                else:
                    file.seek(offset)
                    out.write(struct.pack("<4sI", kind, size) + file.read(size) + b"\0" * (size % 2))
            length = out.tell()
            out.seek(4)
            out.write(struct.pack("<I", length - 8))
    except OSError as error:
        raise Fault(f"'{target.name}' cannot be written: {(error.strerror or str(error)).lower()}.") from error


def _samples(seconds: Fraction, layout: Layout) -> int:
    return round(seconds * layout.sample_rate)


def _write_samples(file: BinaryIO, out: BinaryIO, layout: Layout, first: int, count: int) -> None:
    offset, _ = layout.data()
    there = max(0, min(count, layout.n_samples - first))
    size = count * layout.frame_bytes
    out.write(struct.pack("<4sI", b"data", size))
    file.seek(offset + first * layout.frame_bytes)
    left = there * layout.frame_bytes
    while left:
        block = file.read(min(left, _BLOCK))
        if not block:
            break
        out.write(block)
        left -= len(block)
    missing = (count - there) * layout.frame_bytes + left
    while missing:
        block = b"\0" * min(missing, _BLOCK)
        out.write(block)
        missing -= len(block)
    if size % 2:
        out.write(b"\0")
