"""Condition rows for the music of a video (the `studio` profile): what the picture asks for, in the corpus' terms.

The rows are those that training measures on notes (`engine.music.controls`). Each is an absolute judgement of the
picture (`engine.features.appraisal`), placed in the corpus (`engine.features.transfer`). Rows that the control space
ties to others are computed as there, never chosen apart: flow and loudness are the smoothed density and intensity,
arousal is the mean of flow, loudness and tempo. A mood moves the positions and keeps the video's own variation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.features.appraisal import Appraisal, appraise, smooth_known
from engine.features.hits import Event, find_hits
from engine.features.picture import Picture, measure_picture
from engine.features.rows import PictureRows
from engine.features.transfer import Placement, place, require_quantiles, shift, to_positions, to_values
from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC
from engine.music.curves import CONTROLS_OF
from engine.music.moods import Mood, mood_of
from engine.signals import FrameSignals
from engine.timebase import MICROSECONDS, STEPS_PER_BEAT, Shot, TempoMap

__all__ = ["PictureRows", "estimate_conditions", "pace_of"]

FloatArray = NDArray[np.float32]

DYNAMIC_PLACEMENT: Final = Placement()
SEMANTIC_PLACEMENT: Final = Placement(relative=0.35, full_spread=0.3, reach=0.7, low=0.06, high=0.94)
"""What it feels like is judged more by what is there than by how it compares with the rest of the video."""

MOOD_STRENGTH: Final = 0.75
REFERENCE_BPM: Final = 80.0

_CLEAR_DIFFERENCE: Final = {
    "brightness": 0.12,
    "contrast": 0.1,
    "saturation": 0.12,
    "colourfulness": 0.15,
    "warmth": 0.15,
    "detail": 0.06,
}
"""Differences between shots that are plainly seen; two halves of one scene stay well below."""

_VALENCE, _AROUSAL, _TENSION = (SEMANTIC.index(name) for name in ("valence", "arousal", "tension"))


def estimate_conditions(
    signals: FrameSignals,
    shots: Sequence[Shot],
    tempo: TempoMap,
    n_beats: int,
    *,
    mood: str,
    quantiles: Mapping[str, FloatArray],
    overrides: Mapping[str, FloatArray] | None = None,
    mood_strength: float = MOOD_STRENGTH,
    moods: Sequence[str] | None = None,
    stars: Sequence[int] = (),
) -> PictureRows:
    """What a video asks of its music, one row a beat.

    Args:
        n_beats: T, at least 1; beats beyond the end of the video go on as it ended.
        mood: a name of `engine.music.moods`; "auto" leaves the picture alone.
        quantiles: 101 percentiles of every control over the corpus, as the model's bundle holds them.
        overrides: control -> values in its own unit, f32 `[T]`; NaN where the picture keeps its say. Values are
            brought within the corpus' range. Rows that follow from others follow an override, unless overridden.
        mood_strength: how far a mood moves the picture's positions, 0..1.
        moods: one a beat, in place of `mood`, where shots have moods of their own.
        stars: steps of hits that must be heard.

    Raises:
        InputError: for an unknown mood, or overrides of an unknown name or another length.
        ValueError: if there is no beat, or a control's percentiles are missing.
    """
    if n_beats < 1:
        raise ValueError("music needs a beat at least")
    require_quantiles(quantiles)
    drawn = _Overrides.of(overrides or {}, n_beats=n_beats, quantiles=quantiles)
    picture = measure_picture(signals, shots, tempo, n_beats)
    appraisal = appraise(picture)
    positions = _positions(appraisal)
    _follow_moods(positions, [mood] * n_beats if moods is None else moods, mood_strength, quantiles)
    hits = find_hits(signals, shots, tempo, n_beats, stars=stars)
    dynamic = _dynamic_rows(positions, hits, quantiles, drawn)
    semantic = _semantic_rows(positions, dynamic, _tempo_row(tempo, n_beats), quantiles, drawn)
    return PictureRows(
        dynamic=dynamic,
        semantic=semantic,
        activity=appraisal.density,
        valence=2 * to_positions(semantic[:, _VALENCE], quantiles["valence"]) - 1,
        tension=to_positions(semantic[:, _TENSION], quantiles["tension"]),
        cut_beats=_cut_beats(shots, tempo, n_beats),
        hits=hits,
        picture=picture,
    )


def look_rows(picture: Picture) -> FloatArray:
    """What each beat looks like, every measure in units of a clear difference, f32 `[T, F]`; NaN unknown."""
    return np.stack([getattr(picture, name) / unit for name, unit in _CLEAR_DIFFERENCE.items()], 1).astype(np.float32)


def asked_positions(
    signals: FrameSignals,
    shots: Sequence[Shot],
    *,
    mood: str,
    moods: Sequence[tuple[Fraction, str]] = (),
    quantiles: Mapping[str, FloatArray],
) -> dict[str, FloatArray]:
    """What picture and moods ask for before any tempo is chosen, second by second, as positions 0..1 in the corpus.

    Args:
        moods: (a time within a shot, its mood), where shots have moods of their own.

    Returns:
        control -> f32, one value for each second of the video; NaN where the model decides.

    Raises:
        InputError: for an unknown mood.
    """
    require_quantiles(quantiles)
    seconds = TempoMap.constant(60)
    n_seconds = max(1, round(signals.info.duration_s))
    positions = _positions(appraise(measure_picture(signals, shots, seconds, n_seconds)))
    by_second = beat_moods(moods, shots, seconds, n_seconds, otherwise=mood)
    _follow_moods(positions, by_second, MOOD_STRENGTH, quantiles)
    return positions


def pace_of(signals: FrameSignals, shots: Sequence[Shot]) -> float:
    """How much happens in a video on the whole, absolute, 0..1: what a tempo can be chosen by. 0 where unknown."""
    seconds = TempoMap.constant(60)
    n_seconds = max(1, round(signals.info.duration_s))
    density = appraise(measure_picture(signals, shots, seconds, n_seconds)).density
    known = density[np.isfinite(density)]
    return float(known.mean()) if known.size else 0.0


def arousal_of(flow: FloatArray, loudness: FloatArray, tempo: FloatArray) -> FloatArray:
    """Arousal as `engine.music.controls.measure_semantic` defines it."""
    return ((flow + loudness + np.clip(0.5 + tempo / 2, 0, 1)) / 3).astype(np.float32)


def _positions(appraisal: Appraisal) -> dict[str, FloatArray]:
    """Positions 0..1 in the corpus of every control that the picture decides."""
    lively = place(appraisal.density, DYNAMIC_PLACEMENT)
    busy = smooth_known(lively)
    rich = place(appraisal.richness, SEMANTIC_PLACEMENT)
    long = place(appraisal.shot_length, SEMANTIC_PLACEMENT)
    return {
        "density": lively,
        "rhythm": place(appraisal.rhythm, DYNAMIC_PLACEMENT),
        "intensity": place(appraisal.intensity, DYNAMIC_PLACEMENT),
        "valence": place(appraisal.pleasantness, SEMANTIC_PLACEMENT),
        "register": place(appraisal.register, SEMANTIC_PLACEMENT),
        "polyphony": np.asarray((busy + rich) / 2, np.float32),
        "articulation": np.asarray(0.75 * (1 - busy) + 0.25 * long, np.float32),
        "tension": place(appraisal.tension, SEMANTIC_PLACEMENT),
        # Whether a melody sounds is not seen: the model decides, unless a mood or the user does. Nor is novelty asked
        # for: the row was measured to move nothing (docs/evaluation, control response).
        "melody": np.full(len(lively), np.nan, np.float32),
        "novelty": np.full(len(lively), np.nan, np.float32),
    }


def beat_moods(
    asked: Sequence[tuple[Fraction, str]], shots: Sequence[Shot], tempo: TempoMap, n_beats: int, *, otherwise: str
) -> tuple[str, ...]:
    """The mood of each beat, where shots have moods of their own.

    Args:
        asked: (a time within a shot, its mood).
        otherwise: the mood of all other shots.
    """
    names = [otherwise] * len(shots)
    for time_s, mood in asked:
        for shot in shots:
            if shot.start_s <= time_s < shot.end_s:
                names[shot.index] = mood
    ends_s = np.array([float(shot.end_s) for shot in shots])
    middles_s = np.array([float(tempo.seconds(beat) + tempo.seconds(beat + 1)) / 2 for beat in range(n_beats)])
    return tuple(names[min(int(np.searchsorted(ends_s, time_s, "right")), len(shots) - 1)] for time_s in middles_s)


def curve_overrides(curves: Mapping[str, FloatArray], quantiles: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Overrides for drawn curves: each curve's place 0..1 in the corpus as values of the rows that it speaks to."""
    return {
        control: to_values(position, quantiles[control])
        for name, position in curves.items()
        for control in CONTROLS_OF[name]
    }


def _follow_moods(
    positions: dict[str, FloatArray], moods: Sequence[str], strength: float, quantiles: Mapping[str, FloatArray]
) -> None:
    """Each beat follows its own mood; beats of one mood are moved together."""
    for name in dict.fromkeys(moods):
        here = np.array([mood == name for mood in moods])
        part = {control: values[here] for control, values in positions.items()}
        _follow_mood(part, mood_of(name), strength, quantiles)
        for control, values in part.items():
            positions[control] = np.array(positions[control], np.float32)
            positions[control][here] = values


def _follow_mood(
    positions: dict[str, FloatArray], mood: Mood, strength: float, quantiles: Mapping[str, FloatArray]
) -> None:
    """Move positions towards a mood's targets. Flow and loudness act on what they are the smoothed form of.

    A mood that names arousal alone means both.
    """
    targets = dict(mood.semantic)
    arousal = targets.pop("arousal", None)
    targets.pop("tempo", None)
    for whole, parts in (("flow", ("density", "rhythm")), ("loudness", ("intensity",))):
        wish = targets.pop(whole, arousal)
        if wish is None:
            continue
        value = to_values(np.array([wish], np.float32), quantiles[whole])
        target = float(to_positions(value, quantiles[parts[0]])[0])
        for part in parts:
            positions[part] = shift(positions[part], target, strength)
    for name, target in targets.items():
        positions[name] = shift(positions[name], target, strength)


@dataclass(frozen=True, slots=True)
class _Overrides:
    """Curves that the user drew, checked."""

    curves: Mapping[str, FloatArray]

    @classmethod
    def of(
        cls, overrides: Mapping[str, FloatArray], *, n_beats: int, quantiles: Mapping[str, FloatArray]
    ) -> _Overrides:
        curves = {}
        for name, values in overrides.items():
            if name not in (*DYNAMIC, *SEMANTIC):
                raise InputError(
                    "There is no control '{name}'.",
                    "Choose one of: {known}.",
                    name=name,
                    known=", ".join((*DYNAMIC, *SEMANTIC)),
                )
            curve = np.asarray(values, np.float32)
            if curve.shape != (n_beats,):
                raise InputError(
                    "The curve drawn for {name} has {size} values; the music has {n_beats} beats.",
                    "Give one value for each beat.",
                    name=name,
                    size=curve.size,
                    n_beats=n_beats,
                )
            low, high = (0.0, 1.0) if name in DYNAMIC[HIT_COLUMNS] else (quantiles[name][0], quantiles[name][-1])
            curves[name] = np.clip(curve, low, high)
        return cls(curves)

    def apply(self, name: str, row: FloatArray) -> FloatArray:
        """A row with what was drawn over it."""
        drawn = self.curves.get(name)
        return row if drawn is None else np.where(np.isfinite(drawn), drawn, row).astype(np.float32)


def _dynamic_rows(
    positions: Mapping[str, FloatArray], hits: Sequence[Event], quantiles: Mapping[str, FloatArray], drawn: _Overrides
) -> FloatArray:
    n_beats = len(positions["density"])
    rows = np.zeros((n_beats, len(DYNAMIC)), np.float32)
    for event in hits:
        rows[event.step // STEPS_PER_BEAT, HIT_COLUMNS.start + event.step % STEPS_PER_BEAT] = 1
    for i, name in enumerate(DYNAMIC):
        row = rows[:, i] if name in DYNAMIC[HIT_COLUMNS] else to_values(positions[name], quantiles[name])
        rows[:, i] = drawn.apply(name, row)
    return rows


def _semantic_rows(
    positions: Mapping[str, FloatArray],
    dynamic: FloatArray,
    tempo_row: FloatArray,
    quantiles: Mapping[str, FloatArray],
    drawn: _Overrides,
) -> FloatArray:
    flow = drawn.apply("flow", smooth_known(dynamic[:, DYNAMIC.index("density")]))
    loudness = drawn.apply("loudness", smooth_known(dynamic[:, DYNAMIC.index("intensity")]))
    tied = {
        "flow": flow,
        "loudness": loudness,
        "tempo": tempo_row,
        "arousal": arousal_of(flow, loudness, tempo_row),
    }
    rows = [
        drawn.apply(name, tied[name] if name in tied else to_values(positions[name], quantiles[name]))
        for name in SEMANTIC
    ]
    return np.stack(rows, axis=1).astype(np.float32)


def _tempo_row(tempo: TempoMap, n_beats: int) -> FloatArray:
    """log2(BPM / 80) at each beat, from whole microseconds per quarter."""
    starts = [float(change.beat) for change in tempo.changes]
    us_per_quarter = np.array([change.us_per_quarter for change in tempo.changes], np.float64)
    now = np.searchsorted(starts, np.arange(n_beats), "right") - 1
    return np.log2(60 * MICROSECONDS / us_per_quarter[now] / REFERENCE_BPM).astype(np.float32)


def _cut_beats(shots: Sequence[Shot], tempo: TempoMap, n_beats: int) -> tuple[tuple[int, float], ...]:
    strongest: dict[int, float] = {}
    for shot in shots[1:]:
        beat = round(tempo.beat(shot.start_s))
        if 0 <= beat < n_beats:
            strongest[beat] = max(strongest.get(beat, 0.0), float(shot.salience))
    return tuple(sorted(strongest.items()))
