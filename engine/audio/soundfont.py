"""SoundFont 2 files (and version 3, whose samples are Ogg Vorbis): what samples a note plays, with what envelopes.

Written from the SoundFont Technical Specification 2.04 (Creative Technology, 2006): RIFF layout part 4-7, generators
part 8.1, units part 8.1.3, precedence of zones part 9.4. Read once, then answered from memory; presets are put together
when first asked for. Modulators are not run, but for one: whether a zone keeps its filter from following velocity.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.wording import reason_of

_RECORDS: Final = {
    b"phdr": "<20sHHHIII",
    b"pbag": "<HH",
    b"pgen": "<HH",
    b"inst": "<20sH",
    b"ibag": "<HH",
    b"imod": "<HHhHH",
    b"igen": "<HH",
    b"shdr": "<20sIIIIIBbHH",
}
_START, _END, _LOOP_START, _LOOP_END, _START_COARSE = 0, 1, 2, 3, 4
_MOD_LFO_PITCH, _VIB_LFO_PITCH, _MOD_ENV_PITCH, _CUTOFF, _RESONANCE = 5, 6, 7, 8, 9
_MOD_LFO_CUTOFF, _MOD_ENV_CUTOFF, _END_COARSE, _MOD_LFO_VOLUME = 10, 11, 12, 13
_PAN, _MOD_LFO_DELAY, _MOD_LFO_RATE, _VIB_LFO_DELAY, _VIB_LFO_RATE = 17, 21, 22, 23, 24
_MOD_ENV, _VOL_ENV = 25, 33
_INSTRUMENT, _KEYS, _VELOCITIES, _LOOP_START_COARSE, _ATTENUATION = 41, 43, 44, 45, 48
_LOOP_END_COARSE, _COARSE_TUNE, _FINE_TUNE, _SAMPLE, _MODE, _SCALE, _ROOT = 50, 51, 52, 53, 54, 56, 58
_DEFAULTS: Final = {
    _CUTOFF: 13500,
    _SCALE: 100,
    _ROOT: -1,
    **dict.fromkeys((_MOD_LFO_DELAY, _VIB_LFO_DELAY), -12000),
    **dict.fromkeys((25, 26, 27, 28, 30, 33, 34, 35, 36, 38), -12000),
}
_VELOCITY_TO_CUTOFF: Final = (0x0102, _CUTOFF)
_VORBIS: Final = 0x10
_COARSE: Final = 32768
ATTENUATION_SCALE: Final = 0.4
"""The share of the written attenuation that takes effect, as in the hardware that soundfonts are tuned on."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Delay, attack, hold, decay, sustain, release; times in seconds at key 60.

    `sustain` is dB below the peak for volume, a level 0..1 for modulation; decay and release are the times for the
    whole way (100 dB, or 1 to 0). `key_to_hold` and `key_to_decay` are timecents a key below 60.
    """

    delay_s: float
    attack_s: float
    hold_s: float
    decay_s: float
    sustain: float
    release_s: float
    key_to_hold: float
    key_to_decay: float

    def at_key(self, key: int) -> tuple[float, float]:
        """Hold and decay in seconds at a key."""
        below = 60 - key
        return self.hold_s * 2 ** (self.key_to_hold * below / 1200), self.decay_s * 2 ** (
            self.key_to_decay * below / 1200
        )


@dataclass(frozen=True, slots=True)
class Lfo:
    """A triangle: delay in seconds, rate in Hz, depths in cents and dB."""

    delay_s: float
    rate_hz: float
    pitch_cents: float = 0.0
    cutoff_cents: float = 0.0
    volume_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Zone:
    """One sample as a range of keys and velocities plays it.

    Attributes:
        keys, velocities: inclusive ranges.
        sample: number of the sample; start, end, loop_start, loop_end: in its own points, from its beginning.
        loops: whether it is looped while held; loops_released: also after the release.
        rate_hz: of the sample. root: key at which it sounds as recorded. tune_cents, cents_per_key: tuning.
        gain: linear, before velocity. pan: -0.5..+0.5.
        cutoff_cents, resonance_db: of the low-pass; 13500 is open.
        volume, modulation: envelopes; their and the LFOs' depths on pitch and cut-off in cents.
        bright_with_velocity: whether soft notes are darker.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    start: int
    end: int
    loop_start: int
    loop_end: int
    loops: bool
    loops_released: bool
    rate_hz: int
    root: int
    tune_cents: float
    cents_per_key: float
    gain: float
    pan: float
    cutoff_cents: float
    resonance_db: float
    volume: Envelope
    modulation: Envelope
    modulation_pitch_cents: float
    modulation_cutoff_cents: float
    vibrato: Lfo
    lfo: Lfo
    bright_with_velocity: bool


class SoundFont:
    """A soundfont in memory.

    Args:
        path: of an .sf2 or .sf3 file.

    Raises:
        InputError: when it is missing, unreadable or no soundfont.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        chunks = _read_chunks(path)
        try:
            self._table: dict[bytes, list[Any]] = {
                name: list(struct.iter_unpack(layout, chunks[name])) for name, layout in _RECORDS.items()
            }
        except (KeyError, struct.error) as error:
            raise _not_a_soundfont(path) from error
        self._raw = chunks.get(b"smpl", b"")
        self._presets = {
            (int(row[2]), int(row[1])): (int(row[3]), int(after[3]))
            for row, after in zip(self._table[b"phdr"], self._table[b"phdr"][1:], strict=False)
        }
        if not self._presets:
            raise _not_a_soundfont(path)
        self._zones: dict[int, tuple[Zone, ...]] = {}
        self._samples: dict[int, NDArray[np.float32]] = {}

    def zones(self, program: int) -> tuple[Zone, ...]:
        """The zones of a General MIDI program; of its family's first, or of the first preset, where it is missing.

        Raises:
            InputError: when the file is damaged there.
        """
        if program not in self._zones:
            wanted = ((0, program), (0, program - program % 8), (0, 0), min(self._presets))
            bags = next(self._presets[key] for key in wanted if key in self._presets)
            try:
                self._zones[program] = tuple(self._preset_zones(*bags))
            except (IndexError, KeyError, struct.error) as error:
                raise _not_a_soundfont(self.path) from error
        return self._zones[program]

    def sample(self, number: int) -> NDArray[np.float32]:
        """The points of a sample, f32 in -1..1, and a few zeros to read past its end.

        Raises:
            InputError: when its compressed data cannot be decoded.
        """
        if number not in self._samples:
            _, start, end, *_rest, kind = self._table[b"shdr"][number]
            if kind & _VORBIS:
                points = _decode_vorbis(self._raw[start:end], self.path)
            else:
                whole = np.frombuffer(self._raw, "<i2", max(0, end - start), 2 * start)
                points = whole.astype(np.float32) * np.float32(1 / 32768)
            self._samples[number] = np.concatenate([points, np.zeros(8, np.float32)])
        return self._samples[number]

    def _bags(self, bag: bytes, gen: bytes, first: int, last: int) -> list[tuple[int, dict[int, int]]]:
        """(number of the bag, its generators) from `first` up to `last`."""
        bags = self._table[bag]
        return [(i, dict(self._table[gen][bags[i][0] : bags[i + 1][0]])) for i in range(first, last)]

    def _preset_zones(self, first: int, last: int) -> list[Zone]:
        zones = []
        common: dict[int, int] = {}
        for i, (_, generators) in enumerate(self._bags(b"pbag", b"pgen", first, last)):
            if _INSTRUMENT not in generators:
                common = generators if i == 0 else common
                continue
            zones += self._instrument_zones(generators[_INSTRUMENT], {**common, **generators})
        return zones

    def _instrument_zones(self, number: int, preset: Mapping[int, int]) -> list[Zone]:
        zones = []
        common: dict[int, int] = {}
        common_plain = False
        instruments = self._table[b"inst"]
        bags = self._bags(b"ibag", b"igen", instruments[number][1], instruments[number + 1][1])
        for i, (bag, generators) in enumerate(bags):
            plain = self._velocity_filter_off(bag)
            if _SAMPLE not in generators:
                if i == 0:
                    common, common_plain = generators, plain
                continue
            reader = _Reader({**_DEFAULTS, **common, **generators}, preset)
            keys, velocities = reader.span(_KEYS), reader.span(_VELOCITIES)
            if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                zones.append(self._zone(reader, keys, velocities, bright=not (plain or common_plain)))
        return zones

    def _velocity_filter_off(self, bag: int) -> bool:
        bags = self._table[b"ibag"]
        modulators = self._table[b"imod"][bags[bag][1] : bags[bag + 1][1]]
        return any((m[0], m[1]) == _VELOCITY_TO_CUTOFF and m[2] == 0 for m in modulators)

    def _zone(self, g: _Reader, keys: tuple[int, int], velocities: tuple[int, int], *, bright: bool) -> Zone:
        number = g.raw(_SAMPLE)
        _, start, end, loop_start, loop_end, rate, root, correction, _, kind = self._table[b"shdr"][number]
        length = len(self.sample(number)) - 8 if kind & _VORBIS else end - start
        origin = 0 if kind & _VORBIS else start  # a compressed sample's loop is counted from its own beginning
        mode = g.raw(_MODE) & 3
        override = g.signed(_ROOT)
        return Zone(
            keys=keys,
            velocities=velocities,
            sample=number,
            start=max(0, g.offset(_START, _START_COARSE)),
            end=min(length, length + g.offset(_END, _END_COARSE)),
            loop_start=max(0, loop_start - origin + g.offset(_LOOP_START, _LOOP_START_COARSE)),
            loop_end=min(length, loop_end - origin + g.offset(_LOOP_END, _LOOP_END_COARSE)),
            loops=mode in (1, 3),
            loops_released=mode == 1,
            rate_hz=max(rate, 400),
            root=override if 0 <= override <= 127 else (root if root <= 127 else 60),
            tune_cents=100 * g.sum(_COARSE_TUNE) + g.sum(_FINE_TUNE) + correction,
            cents_per_key=g.sum(_SCALE),
            gain=10 ** (-ATTENUATION_SCALE * max(g.sum(_ATTENUATION), 0) / 200),
            pan=float(np.clip(g.sum(_PAN) / 1000, -0.5, 0.5)),
            cutoff_cents=float(np.clip(g.sum(_CUTOFF), 1500, 13500)),
            resonance_db=float(np.clip(g.sum(_RESONANCE) / 10, 0, 96)),
            volume=g.envelope(_VOL_ENV, sustain_scale=0.1),
            modulation=g.envelope(_MOD_ENV, sustain_scale=0.001),
            modulation_pitch_cents=g.sum(_MOD_ENV_PITCH),
            modulation_cutoff_cents=g.sum(_MOD_ENV_CUTOFF),
            vibrato=Lfo(g.seconds(_VIB_LFO_DELAY), g.hertz(_VIB_LFO_RATE), g.sum(_VIB_LFO_PITCH)),
            lfo=Lfo(
                g.seconds(_MOD_LFO_DELAY),
                g.hertz(_MOD_LFO_RATE),
                g.sum(_MOD_LFO_PITCH),
                g.sum(_MOD_LFO_CUTOFF),
                g.sum(_MOD_LFO_VOLUME) / 10,
            ),
            bright_with_velocity=bright,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Generators of one zone: the instrument's values, to which the preset's are added (part 9.4)."""

    own: Mapping[int, int]
    preset: Mapping[int, int]

    def raw(self, operator: int) -> int:
        return self.own.get(operator, 0)

    def signed(self, operator: int) -> int:
        return _signed(self.own.get(operator, 0))

    def sum(self, operator: int) -> float:
        return float(self.signed(operator) + _signed(self.preset.get(operator, 0)))

    def offset(self, fine: int, coarse: int) -> int:
        return self.signed(fine) + _COARSE * self.signed(coarse)

    def span(self, operator: int) -> tuple[int, int]:
        own, preset = self.own.get(operator, 0x7F00), self.preset.get(operator, 0x7F00)
        return max(own & 0xFF, preset & 0xFF), min(own >> 8, preset >> 8)

    def seconds(self, operator: int) -> float:
        cents = self.sum(operator)
        return 0.0 if cents <= -11950 else 2 ** (min(cents, 8000) / 1200)

    def hertz(self, operator: int) -> float:
        return 8.176 * 2 ** (float(np.clip(self.sum(operator), -16000, 4500)) / 1200)

    def envelope(self, first: int, *, sustain_scale: float) -> Envelope:
        """The eight generators from `first` on: delay, attack, hold, decay, sustain, release, key to hold, to decay."""
        delay, attack, hold, decay = (self.seconds(first + i) for i in range(4))
        sustain = max(0.0, self.sum(first + 4) * sustain_scale)
        if sustain_scale < 0.01:  # written as how far the level falls
            sustain = 1 - min(sustain, 1.0)
        release = self.seconds(first + 5)
        return Envelope(delay, attack, hold, decay, sustain, release, self.sum(first + 6), self.sum(first + 7))


def _signed(amount: int) -> int:
    return amount - 0x10000 if amount > 0x7FFF else amount


def _not_a_soundfont(path: Path) -> InputError:
    return InputError("{name} is not a soundfont, or it is damaged.", "Give an .sf2 or .sf3 file.", name=path.name)


def _read_chunks(path: Path) -> dict[bytes, bytes]:
    """The leaves of the RIFF tree by name."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    _check_head(path, data[:12])
    chunks: dict[bytes, bytes] = {}
    _walk(memoryview(data), 12, len(data), chunks)
    return chunks


def check_soundfont(path: Path) -> None:
    """Raise `InputError` unless the file exists and begins as a soundfont does."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise _unreadable(path, error) from error
    _check_head(path, head)


def _check_head(path: Path, head: bytes) -> None:
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        raise _not_a_soundfont(path)


def _unreadable(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("There is no soundfont {path}.", "Check the path, or leave it out.", path=path)
    return InputError(
        "The soundfont {name} cannot be read: {reason}.",
        "Give an .sf2 or .sf3 file.",
        name=path.name,
        reason=reason_of(error),
    )


def _walk(data: memoryview, start: int, end: int, into: dict[bytes, bytes]) -> None:
    while start + 8 <= end:
        name, size = bytes(data[start : start + 4]), int.from_bytes(data[start + 4 : start + 8], "little")
        if name == b"LIST":
            _walk(data, start + 12, min(end, start + 8 + size), into)
        else:
            into[name] = bytes(data[start + 8 : start + 8 + size])
        start += 8 + size + size % 2


def _decode_vorbis(data: bytes, path: Path) -> NDArray[np.float32]:
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise _not_a_soundfont(path) from error
    return np.concatenate([np.asarray(block, np.float32) for block in blocks]) if blocks else np.zeros(0, np.float32)
