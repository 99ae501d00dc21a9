"""The built-in synthesiser: plays a soundfont with numpy alone, the same on every machine.

One part at a time. Notes that share sample, key and brightness share one tone (resampled, filtered, enveloped as if
held for ever), so a part costs one resampling a pitch and one multiply-add a note: tens of times faster than real time.
The model is SoundFont 2.04's: volume and modulation envelopes, two low-frequency oscillators, a resonant low-pass, key
and velocity zones. Simpler than in a full player: the filter follows velocity in steps of eight, and a note that is let
go keeps the pitch and filter that it would have had if held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from engine.audio.soundfont import Envelope, Lfo, SoundFont, Zone
from engine.cancel import NEVER, CancelToken
from engine.events import Report, no_report
from engine.music.score import EXPRESSION, Part, pedalled_notes

Wave = NDArray[np.float32]
Array = NDArray[np.float64]

CONTROL_POINTS: Final = 64
"""Modulation is computed once in so many points."""
SOFT_CUTOFF_CENTS: Final = 1400.0
FULL_BRIGHTNESS_VELOCITY: Final = 112
"""How much darker the softest notes are, and the velocity from which a note has its full tone. The specification says
2400 cents from 127 down, common players nothing."""
LONGEST_RELEASE_S: Final = 4.0
SHORTEST_RELEASE_S: Final = 0.02
_SILENT_DB: Final = 90.0
_OPEN_CENTS: Final = 13400.0
_CUTOFF_STEP_CENTS: Final = 25.0
_VELOCITY_STEPS: Final = 8
_BLOCK: Final = 1 << 13


@dataclass(frozen=True, slots=True)
class _Strike:
    """One sounding of a tone: first point, points held, linear gain."""

    start: int
    held: int
    gain: float


def render_part(
    font: SoundFont,
    part: Part,
    *,
    points: int,
    sample_rate: int,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> Wave:
    """One part, dry, at the soundfont's own level.

    Args:
        points: length of the result.

    Returns:
        f32 `[2, points]`.
    """
    groups = _groups(font, part, points=points, sample_rate=sample_rate)
    lanes: dict[float, Wave] = {}
    for done, ((zone, key), by_bucket) in enumerate(groups.items()):
        cancel.raise_if_cancelled()
        if zone.pan not in lanes:
            lanes[zone.pan] = np.zeros(points, np.float32)
        _play(font, zone, key, by_bucket, lanes[zone.pan], sample_rate, cancel)
        report(done + 1, len(groups))
    out = np.zeros((2, points), np.float32)
    for pan, lane in lanes.items():
        cancel.raise_if_cancelled()
        angle = (pan + 0.5) * np.pi / 2
        out[0] += np.float32(np.cos(angle)) * lane
        out[1] += np.float32(np.sin(angle)) * lane
    return _with_expression(out, part, sample_rate)


def _groups(
    font: SoundFont, part: Part, *, points: int, sample_rate: int
) -> dict[tuple[Zone, int], dict[int, list[_Strike]]]:
    """Strikes by zone and key, then by step of brightness: -1 where the zone does not follow velocity."""
    zones = font.zones(part.program)
    groups: dict[tuple[Zone, int], dict[int, list[_Strike]]] = {}
    for note in pedalled_notes(part):
        start = round(note.start_s * sample_rate)
        held = max(1, round(min(note.end_s, points / sample_rate) * sample_rate) - start)
        if start >= points:
            continue
        for zone in zones:
            in_keys = zone.keys[0] <= note.pitch <= zone.keys[1]
            if not in_keys or not zone.velocities[0] <= note.velocity <= zone.velocities[1]:
                continue
            bucket = note.velocity // _VELOCITY_STEPS if zone.bright_with_velocity else -1
            strike = _Strike(start, held, zone.gain * (note.velocity / 127) ** 2)
            groups.setdefault((zone, note.pitch), {}).setdefault(bucket, []).append(strike)
    return groups


def _play(
    font: SoundFont,
    zone: Zone,
    key: int,
    by_bucket: Mapping[int, Sequence[_Strike]],
    lane: Wave,
    sample_rate: int,
    cancel: CancelToken,
) -> None:
    """Add all strikes of one zone at one key."""
    release = _release(zone.volume, sample_rate)
    longest = max(
        min(strike.held + len(release), len(lane) - strike.start)
        for strikes in by_bucket.values()
        for strike in strikes
    )
    raw, modulation = _raw_tone(font, zone, key, longest, sample_rate, cancel)
    level = _held_level(zone, key, len(raw), sample_rate)
    for bucket, strikes in by_bucket.items():
        cancel.raise_if_cancelled()
        length = min(len(raw), max(strike.held for strike in strikes) + len(release))
        cutoff = _cutoff(zone, bucket, modulation, length, sample_rate)
        tone = _filtered(raw[:length], cutoff, zone.resonance_db, sample_rate)
        held_tone = tone * level[:length]
        for strike in strikes:
            cancel.raise_if_cancelled()
            _strike(strike, tone, held_tone, level, release, lane)


def _strike(strike: _Strike, tone: Wave, held_tone: Wave, level: Wave, release: Wave, lane: Wave) -> None:
    """Add one sounding: the tone as held, then from its level there the release."""
    held = min(strike.held, len(tone), len(lane) - strike.start)
    let_go = strike.start + held
    lane[strike.start : let_go] += held_tone[:held] * np.float32(strike.gain)
    tail = min(len(release), len(tone) - held, len(lane) - let_go)
    if tail > 0:
        gain = np.float32(strike.gain * level[held - 1])
        lane[let_go : let_go + tail] += tone[held : held + tail] * release[:tail] * gain


def _raw_tone(
    font: SoundFont, zone: Zone, key: int, points: int, sample_rate: int, cancel: CancelToken
) -> tuple[Wave, Array]:
    """The sample at a key, looped, with pitch modulation, as long as it lasts, at most `points`; and its envelope."""
    source = _Source.of(font.sample(zone.sample), zone)
    cents = (key - zone.root) * zone.cents_per_key + zone.tune_cents
    step = zone.rate_hz / sample_rate * 2 ** (cents / 1200)
    if not source.loops:
        points = min(points, max(1, int((source.length - 1) / step)))
    modulation = _modulation_level(zone.modulation, key, points, sample_rate)
    knots = _positions(zone, modulation, step, points, sample_rate)
    tone = np.empty(points, np.float32)
    for low in range(0, points, _BLOCK):
        cancel.raise_if_cancelled()
        index = np.arange(low, min(low + _BLOCK, points))
        positions = index * step if knots is None else np.interp(index, *knots)
        tone[low : low + _BLOCK] = source.read(np.asarray(positions, np.float64))
    return tone, modulation


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """A sample ready to be read at any position.

    Attributes:
        cubics: f32 `[length, 4]`, the curve from each point to the next (Hermite with Catmull-Rom tangents).
        loop_start, loop_length: in points; length 0 for none.
    """

    cubics: Wave
    loop_start: int
    loop_length: int

    @classmethod
    def of(cls, sample: Wave, zone: Zone) -> _Source:
        loop_length = zone.loop_end - zone.loop_start
        if zone.loops and loop_length >= 2 and zone.loop_start >= zone.start:
            body = sample[zone.start : zone.loop_end]
            after = np.resize(sample[zone.loop_start : zone.loop_end], 2)
            return cls(_cubics(body, after), zone.loop_start - zone.start, loop_length)
        body = sample[zone.start : max(zone.end, zone.start + 1)]
        return cls(_cubics(body, np.zeros(2, np.float32)), 0, 0)

    @property
    def loops(self) -> bool:
        return self.loop_length > 0

    @property
    def length(self) -> int:
        return len(self.cubics)

    def read(self, positions: Array) -> Wave:
        """Values at increasing positions, f32."""
        if self.loops and positions[-1] >= self.length:
            rounds = np.floor((positions - self.loop_start) * (1 / self.loop_length))
            positions = positions - np.maximum(rounds, 0) * self.loop_length
        whole = positions.astype(np.intp)
        f = (positions - whole).astype(np.float32)
        a, b, c, d = self.cubics.take(whole, axis=0, mode="clip").T
        return np.asarray(((a * f + b) * f + c) * f + d, np.float32)


def _cubics(body: Wave, after: Wave) -> Wave:
    padded = np.concatenate([body[:1], body, after]).astype(np.float32)
    before, here, following, beyond = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    a = 0.5 * (beyond - before) + 1.5 * (here - following)
    b = before - 2.5 * here + 2 * following - 0.5 * beyond
    c = 0.5 * (following - before)
    return np.ascontiguousarray(np.stack([a, b, c, here], axis=1), np.float32)


def _positions(zone: Zone, modulation: Array, step: float, points: int, sample_rate: int) -> tuple[Array, Array] | None:
    """Where in the sample the points are read, as knots (point, position); None for a steady step."""
    cents = zone.modulation_pitch_cents * modulation
    for lfo in (zone.vibrato, zone.lfo):
        if lfo.pitch_cents:
            cents = cents + lfo.pitch_cents * _triangle(lfo, points, sample_rate)
    if not np.any(cents):
        return None
    passed = np.concatenate([[0.0], np.cumsum(step * CONTROL_POINTS * 2 ** (cents / 1200))])
    return np.arange(len(passed), dtype=np.float64) * CONTROL_POINTS, passed


def _control_times(points: int, sample_rate: int) -> Array:
    return np.asarray(np.arange(-(-points // CONTROL_POINTS)) * (CONTROL_POINTS / sample_rate), np.float64)


def _triangle(lfo: Lfo, points: int, sample_rate: int) -> Array:
    """-1..1 from 0 upwards, once in `CONTROL_POINTS`."""
    phase = np.maximum(_control_times(points, sample_rate) - lfo.delay_s, 0) * lfo.rate_hz
    return np.asarray(1 - np.abs((phase + 0.25) % 1 * 4 - 2))


def _modulation_level(envelope: Envelope, key: int, points: int, sample_rate: int) -> Array:
    """The modulation envelope of a held note, 0..1, once in `CONTROL_POINTS`: convex rise, straight fall."""
    hold_s, decay_s = envelope.at_key(key)
    t = _control_times(points, sample_rate) - envelope.delay_s
    attack_s = max(envelope.attack_s, 1e-3)
    rise = np.clip(t / attack_s, 0, 1)
    rise = np.where(rise < 1, np.clip(1 + 20 / 48 * np.log10(np.maximum(rise, 1e-6)), 0, 1), 1.0)
    fall = np.clip((t - attack_s - hold_s) / max(decay_s, 1e-3), 0, None)
    return np.asarray(np.where(t < attack_s + hold_s, rise, np.maximum(1 - fall, envelope.sustain)))


def _held_level(zone: Zone, key: int, points: int, sample_rate: int) -> Wave:
    """Linear gain of a held note: volume envelope (straight rise, then straight in dB to the sustain) and tremolo."""
    envelope = zone.volume
    hold_s, decay_s = envelope.at_key(key)
    t = np.arange(points, dtype=np.float32) * np.float32(1 / sample_rate) - np.float32(envelope.delay_s)
    attack_s = max(envelope.attack_s, 1e-3)
    fallen_db = (t - np.float32(attack_s + hold_s)) * np.float32(100 / max(decay_s, 1e-3))
    np.clip(fallen_db, 0, min(envelope.sustain, 144.0), out=fallen_db)
    if zone.lfo.volume_db:
        wobble = zone.lfo.volume_db * _triangle(zone.lfo, points, sample_rate)
        fallen_db -= np.interp(np.arange(points), np.arange(len(wobble)) * CONTROL_POINTS, wobble).astype(np.float32)
    level = np.exp(fallen_db * np.float32(-np.log(10) / 20))
    rising = slice(0, min(points, int((attack_s + envelope.delay_s) * sample_rate) + 1))
    level[rising] *= np.clip(t[rising] * np.float32(1 / attack_s), 0, 1)
    return np.asarray(level, np.float32)


def _release(envelope: Envelope, sample_rate: int) -> Wave:
    """Gain after a note is let go: straight down in dB, its last part bent to nothing."""
    per_second_db = 100 / max(envelope.release_s, SHORTEST_RELEASE_S)
    points = int(min(_SILENT_DB / per_second_db, LONGEST_RELEASE_S) * sample_rate) + 1
    fall = np.exp(np.arange(points) / sample_rate * per_second_db * (-np.log(10) / 20))
    return np.asarray(fall * np.minimum(1, (points - np.arange(points)) / (0.2 * points)), np.float32)


def _cutoff(zone: Zone, bucket: int, modulation: Array, points: int, sample_rate: int) -> Array:
    """Cut-off in cents above 8.176 Hz, once in `CONTROL_POINTS`."""
    cents = zone.cutoff_cents + zone.modulation_cutoff_cents * modulation[: -(-points // CONTROL_POINTS)]
    if zone.lfo.cutoff_cents:
        cents = cents + zone.lfo.cutoff_cents * _triangle(zone.lfo, points, sample_rate)
    if bucket >= 0:
        cents = cents - SOFT_CUTOFF_CENTS * (1 - min((bucket + 0.5) * _VELOCITY_STEPS / FULL_BRIGHTNESS_VELOCITY, 1))
    return np.asarray(cents)


def _filtered(tone: Wave, cents: Array, resonance_db: float, sample_rate: int) -> Wave:
    """The tone through a low-pass whose cut-off moves; coefficients change in steps that nobody hears."""
    if len(cents) == 0 or cents.min() >= _OPEN_CENTS:
        return tone
    steps = np.rint(cents / _CUTOFF_STEP_CENTS).astype(np.int64)
    edges = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(steps)]
    out = np.empty_like(tone)
    state = np.zeros(2, np.float32)
    for first, last in pairwise(edges):
        span = slice(first * CONTROL_POINTS, min(last * CONTROL_POINTS, len(tone)))
        b, a = _low_pass(float(steps[first]) * _CUTOFF_STEP_CENTS, resonance_db, sample_rate)
        out[span], state = lfilter(b, a, tone[span], zi=state)
    return out


def _low_pass(cents: float, resonance_db: float, sample_rate: int) -> tuple[Wave, Wave]:
    """Second-order low-pass (Bristow-Johnson's audio EQ cookbook), its passband lowered by half the resonance."""
    hz = min(8.176 * 2 ** (min(cents, _OPEN_CENTS) / 1200), 0.45 * sample_rate)
    q = 10 ** (max(resonance_db - 3.01, -3.01) / 20)
    w = 2 * np.pi * hz / sample_rate
    alpha = np.sin(w) / (2 * q)
    gain = 10 ** (-resonance_db / 40)
    b = np.array([0.5, 1.0, 0.5]) * (1 - np.cos(w)) * gain
    a = np.array([1 + alpha, -2 * np.cos(w), 1 - alpha])
    return (b / a[0]).astype(np.float32), (a / a[0]).astype(np.float32)


def _with_expression(out: Wave, part: Part, sample_rate: int) -> Wave:
    """CC11 as players read it (the square of its share), in a line from one value to the next."""
    curve = [(control.time_s, (control.value / 127) ** 2) for control in part.controls if control.number == EXPRESSION]
    if curve:
        times_s, levels = np.array(curve).T
        for low in range(0, out.shape[1], _BLOCK):
            span = np.arange(low, min(low + _BLOCK, out.shape[1])) / sample_rate
            out[:, low : low + _BLOCK] *= np.interp(span, times_s, levels).astype(np.float32)
    return out
