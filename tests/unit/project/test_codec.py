"""What a project file keeps comes back to the last bit, and damaged bytes are told from whole ones."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, Voice
from engine.project.codec import Damaged, pack, pack_array, pack_notes, unpack, unpack_array, unpack_notes
from engine.signals import FrameSignals
from engine.wording import Told
from tests.helpers.takes import assert_same, notes_of, plan_of, signals_of


@pytest.mark.parametrize("n_beats", [1, 40, 333])
def test_a_plan_comes_back_exactly(tmp_path: Path, n_beats: int) -> None:
    plan = plan_of(tmp_path / "film.mp4", n_beats=max(n_beats, 2))
    assert_same(unpack(MusicPlan, pack(plan)), plan)


def test_signals_come_back_exactly(tmp_path: Path) -> None:
    signals = signals_of(tmp_path / "film.mp4")
    assert_same(unpack(FrameSignals, pack(signals)), signals)


@settings(max_examples=60)
@given(hnp.arrays(np.uint32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)))
def test_arrays_keep_every_bit(bits: NDArray[np.uint32]) -> None:
    array = bits.view(np.float32)
    assert_same(unpack_array(pack_array(array), array.shape), array)


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Note,
            st.integers(0, 2**30),
            st.sampled_from(Voice),
            st.integers(0, 127),
            st.integers(1, 2**20),
            st.integers(1, 127),
        )
    )
)
def test_notes_keep_their_order(notes: list[Note]) -> None:
    assert unpack_notes(pack_notes(notes)) == tuple(notes)


@dataclass(frozen=True)
class _Old:
    a: int


@dataclass(frozen=True)
class _New:
    a: int
    b: Fraction = Fraction(1, 3)
    c: tuple[float, str] | None = None
    d: tuple[dict[int, Fraction], dict[str, Voice]] = ({}, {})


def test_a_later_field_has_its_default_and_an_unknown_one_is_refused() -> None:
    assert unpack(_New, pack(_Old(4))) == _New(4)
    full = _New(4, Fraction(-2, 7), (0.1, "x"), ({-3: Fraction(1)}, {"a": Voice.BASS}))
    assert_same(unpack(_New, pack(full)), full)
    with pytest.raises(Damaged, match="unknown"):
        unpack(_Old, pack(_New(4)))
    with pytest.raises(Damaged):
        unpack(_New, pack(_New("4")))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["cut", "flip", "empty", "bomb", "type"])
def test_damaged_bytes_are_refused(tmp_path: Path, change: str) -> None:
    data = pack(plan_of(tmp_path / "film.mp4"))
    middle = len(data) // 2
    changed = {
        "cut": data[:-3],
        "flip": data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :],
        "empty": b"",
        "bomb": zlib.compress(b"\xff" * 100),
        "type": pack_notes(notes_of()),
    }[change]
    with pytest.raises(Damaged):
        unpack(MusicPlan, changed)


def test_what_has_no_place_is_an_error() -> None:
    with pytest.raises(TypeError, match="no place"):
        pack(object())


def test_an_array_of_objects_is_refused() -> None:
    head = b'{"info":null,"pts":["|O",[1]],"time_base":"1/2","curves":{}}'
    forged = zlib.compress(len(head).to_bytes(4, "little") + head + b"\0" * 8)
    with pytest.raises(Damaged):
        unpack(FrameSignals, forged)


@dataclass(frozen=True)
class _Lost:
    reason: str


def test_sentences_come_back_with_their_templates() -> None:
    inner = Told("within {low:.4g} to {high:.4g} BPM", low=70.0, high=120)
    told = _Lost(Told("no tempo {bounds} comes nearer than {off_ms:.0f} ms", bounds=inner, off_ms=12.6))
    back = unpack(_Lost, pack(told))
    assert back == told and isinstance(back.reason, Told)
    assert back.reason.template == told.reason.template and back.reason.values["bounds"].template == inner.template
    assert unpack(_Lost, pack(_Lost("as it was given"))) == _Lost("as it was given")


@pytest.mark.parametrize("template", ["{a.__class__}", "{a[0]}", "{b}", "{a!r}", "{a:>999999999}", "{a:{a}}"])
def test_a_template_from_a_file_does_no_more_than_round(template: str) -> None:
    head = json.dumps({"reason": {"template": template, "values": {"a": 1.5}}}).encode()
    with pytest.raises(Damaged):
        unpack(_Lost, zlib.compress(struct.pack("<I", len(head)) + head))
