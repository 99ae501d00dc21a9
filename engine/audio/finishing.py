"""From rendered music to what is delivered: fades, place in the film, ducking, the mix, loudness and true peak.

All of it is gain over time (`engine.audio.curve`), found on the mix and applied to every stem, so that the stems add
up to what was written. In order:

1. the music, cut to its range, faded, put at its place in the film, of which a part may be all that is wanted;
2. with "mix": its own loudness is brought to the target by one gain, the user's gain and the ducking follow, the
   film's own sound joins with its gain;
3. one gain and the limiter bring what is delivered to the target, below the true-peak ceiling.

What is delivered, and so measured, is the music alone for "replace" and "keep" (there the film's own sound is another
track, untouched), and the mixture for "mix". In the first case the user's gain moves the music away from the target;
in the second it shifts the balance, and the mixture meets the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from engine.audio.clip import AudioClip, db_to_gain, points_of
from engine.audio.curve import GainCurve
from engine.audio.ducking import duck_curve, ducked_by_db
from engine.audio.loudness import SILENCE, levelling, loudness_lufs, true_peak_db
from engine.audio.mix import fade_in, fade_out, fit_length, fold_over
from engine.cancel import NEVER, CancelToken
from engine.settings import GenerationSettings
from engine.timebase import Span, spans_within

MISSED_LU: Final = 0.5
"""Further than this from the target is told to the user."""
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where the music lies in the film, in seconds from the first frame.

    Attributes:
        start_s: where it begins.
        duration_s: its length.
        film_s: the film's length.
        part_s: [in, out) of the film that is delivered; None for all of it.
    """

    start_s: Fraction
    duration_s: Fraction
    film_s: Fraction
    part_s: tuple[Fraction, Fraction] | None = None

    @classmethod
    def whole(cls, film_s: Fraction) -> Place:
        """All of a film."""
        return cls(Fraction(0), film_s, film_s)

    def cut(self, clip: AudioClip) -> AudioClip:
        """What is delivered of sound as long as the film; where it is cut off, nothing clicks."""
        if self.part_s is None:
            return clip
        first, last = (points_of(time_s, clip.sample_rate) for time_s in self.part_s)
        part = AudioClip(clip.samples[:, first:last], clip.sample_rate)
        if first > 0:
            part = fade_in(part, 0.0)
        return fade_out(part, 0.0) if last < clip.n else part

    def heard(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Spans of the film, as far as they are delivered, counted from where that begins."""
        return tuple(spans) if self.part_s is None else spans_within(spans, *(float(time_s) for time_s in self.part_s))


@dataclass(frozen=True, slots=True)
class MixFacts:
    """What was measured on the sound as delivered.

    Attributes:
        measured: "music", or "mixture" with the film's own sound in it.
        loudness_lufs: integrated, BS.1770; None for silence and what is shorter than 0.4 s.
        true_peak_db: dBTP; None for silence.
        target_lufs: what was asked for, the music's own gain included; None for none.
        ceiling_db: the true-peak ceiling.
        limiting_db: by how much the limiter turns down at its deepest, 0 or negative.
        speech: where people speak, when it was asked for.
        ducking_db: by how much the music is softer there, by its energy; None where it is not.
    """

    measured: str
    loudness_lufs: float | None
    true_peak_db: float | None
    target_lufs: float | None
    ceiling_db: float
    limiting_db: float
    speech: tuple[Span, ...] = ()
    ducking_db: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the loudness is the one asked for, where there is one."""
        if self.target_lufs is None or self.loudness_lufs is None:
            return True
        return abs(self.loudness_lufs - self.target_lufs) <= MISSED_LU

    def to_json(self) -> dict[str, Any]:
        """Plain data, rounded."""
        return {
            "measured": self.measured,
            "loudness_lufs": _rounded(self.loudness_lufs),
            "target_lufs": _rounded(self.target_lufs),
            "true_peak_db": _rounded(self.true_peak_db),
            "ceiling_db": _rounded(self.ceiling_db),
            "limiting_db": _rounded(self.limiting_db),
            "speech_s": [[round(span.start_s, 3), round(span.end_s, 3)] for span in self.speech],
            "ducking_db": _rounded(self.ducking_db),
        }


@dataclass(frozen=True, slots=True, eq=False)
class FinishedSound:
    """Sound ready for files.

    Attributes:
        sound: what the film gets.
        place: where the music lies.
        fade_in_s, fade_out_s: of the music.
        music_curve: from faded and placed music to its share of `sound`.
        original_curve: the same for the film's own sound; None where it is not in `sound`.
        facts: measurements.
        loops: whether the music's end sounds on in its beginning.
    """

    sound: AudioClip
    place: Place
    fade_in_s: float
    fade_out_s: float
    music_curve: GainCurve
    original_curve: GainCurve | None
    facts: MixFacts
    loops: bool = False

    def share_of(self, rendered: AudioClip, *, cancel: CancelToken = NEVER) -> AudioClip:
        """The share that rendered music, all of it or one part, has in the sound."""
        placed = placed_music(
            rendered, self.place, fade_in_s=self.fade_in_s, fade_out_s=self.fade_out_s, loops=self.loops
        )
        return self.music_curve.applied(placed, cancel=cancel)

    def share_of_original(self, original: AudioClip, *, cancel: CancelToken = NEVER) -> AudioClip | None:
        """The share that the film's own sound has."""
        if self.original_curve is None:
            return None
        placed = self.place.cut(fit_length(original, self.place.film_s))
        return self.original_curve.applied(placed, cancel=cancel)


def finish(
    rendered: AudioClip,
    place: Place,
    settings: GenerationSettings,
    *,
    original: AudioClip | None = None,
    speech: Sequence[Span] = (),
    headroom_db: float = 0.0,
    cancel: CancelToken = NEVER,
) -> FinishedSound:
    """Make of rendered music what is delivered.

    Args:
        rendered: the music from its beginning, its echo included.
        place: where it lies in the film.
        settings: loudness, true peak, gains, fades, ducking.
        original: the film's own sound, to be mixed in; None to leave it out.
        speech: where people speak in it, in the film's time; the music gives way there when the settings say so.
        headroom_db: how much lower than the settings' the true-peak ceiling lies, for the sake of an encoder.

    Raises:
        ValueError: when the sample rates differ.
    """
    ceiling_db = settings.true_peak_db - headroom_db
    if settings.ending == "loop":
        settings = replace(settings, fade_in_s=0.0, fade_out_s=0.0)
    music = placed_music(
        rendered, place, fade_in_s=settings.fade_in_s, fade_out_s=settings.fade_out_s, loops=settings.ending == "loop"
    )
    if original is None:
        return _alone(music, place, settings, ceiling_db, speech, cancel)
    if original.sample_rate != music.sample_rate:
        raise ValueError("both clips must have one sample rate")
    music_gain = _music_gain(music, settings, cancel)
    curve = GainCurve.flat(music.n, music_gain)
    ducking = None
    heard = place.heard(speech)
    if settings.duck and heard:
        duck = duck_curve(heard, points=music.n, sample_rate=music.sample_rate, depth_db=settings.duck_db)
        ducking = ducked_by_db(music, duck, heard)
        curve = curve.times(duck)
    both = curve.applied(music, in_place=True, cancel=cancel)
    gain = db_to_gain(settings.original_gain_db)
    _add(both, place.cut(fit_length(original, place.film_s)), gain, cancel)
    level = levelling(both, target_lufs=settings.loudness_lufs, ceiling_db=ceiling_db, cancel=cancel)
    sound = level.applied(both, in_place=True, cancel=cancel)
    facts = _measured(sound, "mixture", settings.loudness_lufs, settings, level, speech, ducking, cancel)
    loops = settings.ending == "loop"
    return FinishedSound(
        sound, place, settings.fade_in_s, settings.fade_out_s, curve.times(level), level.scaled(gain), facts, loops
    )


def _alone(
    music: AudioClip,
    place: Place,
    settings: GenerationSettings,
    ceiling_db: float,
    speech: Sequence[Span],
    cancel: CancelToken,
) -> FinishedSound:
    """The music is all there is: the user's gain moves it away from the target."""
    asked, target = settings.loudness_lufs, None
    shift = GainCurve.flat(music.n)
    if asked is None:
        shift = GainCurve.flat(music.n, db_to_gain(settings.music_gain_db))
        music = shift.applied(music, in_place=True, cancel=cancel)
    else:
        target = asked + settings.music_gain_db
    level = levelling(music, target_lufs=target, ceiling_db=ceiling_db, cancel=cancel)
    sound = level.applied(music, in_place=True, cancel=cancel)
    facts = _measured(sound, "music", target, settings, level, speech, None, cancel)
    loops = settings.ending == "loop"
    return FinishedSound(sound, place, settings.fade_in_s, settings.fade_out_s, shift.times(level), None, facts, loops)


def _add(clip: AudioClip, other: AudioClip, gain: float, cancel: CancelToken) -> None:
    """Add another clip of the same length to a clip's own samples."""
    for low in range(0, clip.n, _BLOCK):
        cancel.raise_if_cancelled()
        clip.samples[:, low : low + _BLOCK] += np.float32(gain) * other.samples[:, low : low + _BLOCK]


def placed_music(
    rendered: AudioClip, place: Place, *, fade_in_s: float, fade_out_s: float, loops: bool = False
) -> AudioClip:
    """Rendered music cut to its length, faded, and silent wherever else the film goes on, as far as it is delivered;
    always a copy.

    Music that loops is not faded: what still sounds after its end sounds at its beginning.
    """
    if loops:
        clip = fold_over(rendered, place.duration_s)
    else:
        clip = fade_out(fit_length(rendered, place.duration_s), fade_out_s)
        if fade_in_s > 0:
            clip = fade_in(clip, fade_in_s)
    points = points_of(place.film_s, clip.sample_rate)
    if points == clip.n:
        return place.cut(clip)
    out = np.zeros((2, points), np.float32)
    first = points_of(place.start_s, clip.sample_rate)
    heard = clip.samples[:, : max(0, points - first)]
    out[:, first : first + heard.shape[1]] = heard
    return place.cut(AudioClip(out, clip.sample_rate))


def _music_gain(music: AudioClip, settings: GenerationSettings, cancel: CancelToken) -> float:
    """One gain that gives the music its own loudness before anything is mixed; the limiter waits for the mixture."""
    gain_db = settings.music_gain_db
    if settings.loudness_lufs is not None:
        loudness = loudness_lufs(music, cancel=cancel)
        if loudness != SILENCE:
            gain_db += settings.loudness_lufs - loudness
    return db_to_gain(gain_db)


def _measured(
    sound: AudioClip,
    what: str,
    target: float | None,
    settings: GenerationSettings,
    level: GainCurve,
    speech: Sequence[Span],
    ducking_db: float | None,
    cancel: CancelToken,
) -> MixFacts:
    loudness, peak = loudness_lufs(sound, cancel=cancel), true_peak_db(sound, cancel=cancel)
    deepest = level.values.min(initial=np.inf) / max(level.values.max(initial=0.0), 1e-12) if level.points else 1.0
    return MixFacts(
        measured=what,
        loudness_lufs=None if loudness == SILENCE else loudness,
        true_peak_db=None if peak == SILENCE else peak,
        target_lufs=target,
        ceiling_db=settings.true_peak_db,
        limiting_db=float(20 * np.log10(max(deepest, 1e-6))),
        speech=tuple(speech),
        ducking_db=ducking_db,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
