"""Frozen dataclasses to bytes and back, exactly: rationals stay rationals, arrays keep every bit, NaN included.

The bytes are a compressed pair of JSON and raw arrays. Nothing in them is ever run, so that a project from elsewhere
can be opened without fear: types come from the program's own annotations, never from the file.
"""

from __future__ import annotations

import json
import re
import struct
import types
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from string import Formatter
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import Note, Voice
from engine.wording import Told

T = TypeVar("T")

_MAX_BYTES: Final = 1 << 30
"""More than any piece takes: a file that claims more is damaged or hostile."""
_KINDS: Final = "biuf"
_NOTE_FIELDS: Final = 5
_ROUNDED: Final = re.compile(r"(\.\d)?[fg%]?")


class Damaged(ValueError):  # noqa: N818 - a state of the bytes; people see an InputError
    """The bytes are not what was written, or were written by a version that knows more."""


def pack(value: Any) -> bytes:
    """A dataclass as compressed bytes; `unpack` reads it back.

    Raises:
        TypeError: if it holds something else than dataclasses, containers, numbers, strings, rationals and arrays.
    """
    arrays: list[NDArray[Any]] = []
    head = json.dumps(_plain(value, arrays), separators=(",", ":")).encode()
    raw = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return zlib.compress(struct.pack("<I", len(head)) + head + raw)


def unpack(kind: type[T], data: bytes) -> T:
    """The dataclass of a kind that `pack` wrote.

    Raises:
        Damaged: if the bytes are not such a dataclass.
    """
    try:
        raw = _inflate(data)
        (length,) = struct.unpack_from("<I", raw)
        head = json.loads(raw[4 : 4 + length])
        value: T = _Reader(raw, 4 + length).read(kind, head)
    except Damaged:
        raise
    except (zlib.error, struct.error, ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        raise Damaged(f"not a {kind.__name__}: {error}") from error
    return value


def pack_notes(notes: Sequence[Note]) -> bytes:
    """Notes in their order, 5 numbers each."""
    rows = [(n.onset, int(n.voice), n.pitch, n.duration, n.velocity) for n in notes]
    return zlib.compress(np.array(rows, "<i4").tobytes())


def unpack_notes(data: bytes) -> tuple[Note, ...]:
    """The notes that `pack_notes` wrote.

    Raises:
        Damaged: if the bytes are no notes.
    """
    try:
        rows = np.frombuffer(_inflate(data), "<i4").reshape(-1, _NOTE_FIELDS).tolist()
        return tuple(Note(onset, Voice(voice), *rest) for onset, voice, *rest in rows)
    except (zlib.error, ValueError) as error:
        raise Damaged(f"no notes: {error}") from error


def pack_array(array: NDArray[np.float32]) -> bytes:
    """Every bit of an array of f32; its shape is kept elsewhere.

    Bytes of equal weight are put side by side first: signs and exponents compress, mantissas hardly.
    """
    planes = np.ascontiguousarray(array, "<f4").reshape(-1, 1).view(np.uint8).T
    return zlib.compress(np.ascontiguousarray(planes).tobytes(), 1)


def unpack_array(data: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The array of a shape that `pack_array` wrote.

    Raises:
        Damaged: if the bytes are no such array.
    """
    try:
        planes = np.frombuffer(_inflate(data), np.uint8).reshape(4, -1)
        return np.ascontiguousarray(planes.T).view("<f4").reshape(shape).astype(np.float32, copy=False)
    except (zlib.error, ValueError) as error:
        raise Damaged(f"no array: {error}") from error


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    raw = inflater.decompress(data, _MAX_BYTES)
    if not inflater.eof:
        raise Damaged("cut short, or larger than any piece")
    return raw


def _plain(value: Any, arrays: list[NDArray[Any]]) -> Any:
    """As JSON knows it; arrays are put aside and stand as their number, type and shape."""
    if isinstance(value, Told) and value.values:
        return {"template": value.template, "values": _plain(value.values, arrays)}
    if value is None or isinstance(value, bool | str | float) or type(value) is int:
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Enum):
        return _plain(value.value, arrays)
    if isinstance(value, np.ndarray):
        array = value.astype(value.dtype.newbyteorder("<"), copy=False)
        arrays.append(array)
        return [array.dtype.str, list(array.shape)]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), arrays) for f in fields(value) if f.init}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, arrays) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, arrays) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a project file")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


class _Reader:
    """Reads values by their annotations, arrays in the order in which they were put aside."""

    def __init__(self, raw: bytes, start: int) -> None:
        self._raw, self._at = raw, start

    def read(self, kind: Any, data: Any) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._optional(kind, data)
        if origin is Literal:
            return _one_of(data, get_args(kind))
        if origin is tuple:
            return self._tuple(get_args(kind), data)
        if origin is np.ndarray:
            return self._array(data)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            names, values = get_args(kind)
            return {_key(names, key): self.read(values, item) for key, item in data.items()}
        if is_dataclass(kind):
            return self._dataclass(kind, data)
        return _told(data) if kind is str and isinstance(data, Mapping) else _scalar(kind, data)

    def _optional(self, kind: Any, data: Any) -> Any:
        kinds = [k for k in get_args(kind) if k is not type(None)]
        if data is None and len(kinds) < len(get_args(kind)):
            return None
        if len(kinds) != 1:
            raise TypeError(f"{kind} leaves open what was written")
        return self.read(kinds[0], data)

    def _tuple(self, kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(self.read(kinds[0], item) for item in data)
        return tuple(self.read(kind, item) for kind, item in zip(kinds, data, strict=True))

    def _dataclass(self, kind: Any, data: Mapping[str, Any]) -> Any:
        known = [field for field in fields(kind) if field.init]
        unknown = set(data) - {field.name for field in known}
        missing = {field.name for field in known if field.name not in data and _required(field)}
        if unknown or missing:
            raise Damaged(f"{kind.__name__} with unknown {sorted(unknown)}, without {sorted(missing)}")
        # in the order of writing, which is that of the arrays
        return kind(**{name: self.read(_hints(kind)[name], item) for name, item in data.items()})

    def _array(self, data: Any) -> NDArray[Any]:
        name, shape = data
        dtype = np.dtype(str(name))
        if dtype.kind not in _KINDS:
            raise Damaged(f"an array of {name}")
        count = int(np.prod([int(n) for n in shape], dtype=np.int64))
        if count < 0 or self._at + count * dtype.itemsize > len(self._raw):
            raise Damaged("an array that is longer than its file")
        array = np.frombuffer(self._raw, dtype, count, self._at).reshape(shape)
        self._at += count * dtype.itemsize
        return array.astype(dtype.newbyteorder("="))


def _told(data: Mapping[str, Any]) -> Told:
    """A sentence from its template, which may do no more than name its values and round numbers."""
    values = {name: _told(value) if isinstance(value, Mapping) else value for name, value in data["values"].items()}
    for _, name, form, conversion in Formatter().parse(data["template"]):
        if name is not None and (name not in values or conversion or not _ROUNDED.fullmatch(form or "")):
            raise Damaged(f"a sentence with {name}")
    return Told(data["template"], **values)


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _one_of(data: Any, allowed: tuple[Any, ...]) -> Any:
    if data not in allowed:
        raise Damaged(f"{data!r} is none of {allowed}")
    return data


def _scalar(kind: Any, data: Any) -> Any:
    if kind is Any:
        return data
    if kind is Fraction:
        return Fraction(_typed(data, str))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is float:
        return float(_typed(data, (int, float)))
    if kind in (int, str, bool):
        return _typed(data, kind)
    raise TypeError(f"no way to read {kind}")


def _key(kind: Any, text: str) -> Any:
    """JSON knows only text as keys."""
    return text if kind is str else _scalar(kind, text if kind is Fraction else int(text))


def _typed(data: Any, kind: Any) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise Damaged(f"{data!r} where another type was written")
    return data
