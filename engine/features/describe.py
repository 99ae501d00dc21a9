"""Condition rows as plain data and as a picture, for people who want to see what the music was asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutputError
from engine.features.beats import beat_times_s
from engine.features.picture import UNITS
from engine.features.rows import PictureRows
from engine.features.transfer import to_positions
from engine.music.controls import DYNAMIC, HIT_COLUMNS
from engine.signals import FrameSignals
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT, Shot, TempoMap
from engine.wording import reason_of

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ControlInfo:
    """A control's unit, its meaning, and the range within which music mostly lies (the least that a plot shows)."""

    unit: str
    meaning: str
    usual: tuple[float, float]


CONTROLS: Final = MappingProxyType(
    {
        "density": ControlInfo("log(1 + onsets) / log 17", "how many notes begin on the beat", (0.2, 0.9)),
        "rhythm": ControlInfo("share of 16ths", "on how many 16ths of the beat something begins", (0.0, 1.0)),
        "intensity": ControlInfo("velocity / 127", "how hard notes are struck", (0.5, 0.85)),
        "novelty": ControlInfo("0..1", "how much the next bar differs from the last", (0.0, 0.35)),
        "valence": ControlInfo("-1 minor .. +1 major", "dark or bright colour of the harmony", (-1.0, 1.0)),
        "arousal": ControlInfo("0..1", "mean of flow, loudness and tempo", (0.45, 0.8)),
        "register": ControlInfo("octaves above middle C", "mean pitch", (-0.6, 0.8)),
        "polyphony": ControlInfo("notes sounding / 6", "how thick it sounds", (0.4, 0.9)),
        "articulation": ControlInfo("log2(16ths per note) / 4", "how long notes last", (0.15, 0.65)),
        "tension": ControlInfo("share of notes", "notes outside the chord", (0.0, 0.3)),
        "tempo": ControlInfo("log2(BPM / 80)", "as the tempo map has it", (-0.6, 0.9)),
        "melody": ControlInfo("share of time", "how much of the time a melody sounds", (0.0, 1.0)),
        "flow": ControlInfo("as density", "density over two bars", (0.3, 0.8)),
        "loudness": ControlInfo("as intensity", "intensity over two bars", (0.5, 0.85)),
    }
)
"""What each control means."""

DIGITS: Final = 4


def describe_rows(
    rows: PictureRows, tempo: TempoMap, *, quantiles: Mapping[str, FloatArray] | None = None
) -> dict[str, Any]:
    """Everything that the picture asks for, ready for JSON; unknown values are None.

    Args:
        quantiles: when given, each control also tells its position in the corpus, 0..1.
    """
    beat_s = beat_times_s(tempo, rows.n_beats)
    return {
        "beats": rows.n_beats,
        "beat_s": _plain(beat_s),
        "activity": _plain(rows.activity),
        "controls": [_control(name, curve, quantiles) for name, curve in rows.asked().items()],
        "hits": [
            {
                "beat": event.step // STEPS_PER_BEAT,
                "sixteenth": event.step % STEPS_PER_BEAT,
                "time_s": round(float(_step_s(beat_s, event.step)), DIGITS),
                "kind": event.kind,
                "strength": round(event.strength, DIGITS),
            }
            for event in rows.hits
        ],
        "cut_beats": [{"beat": beat, "salience": round(salience, DIGITS)} for beat, salience in rows.cut_beats],
        "picture": [
            {"name": name, "unit": UNITS[name], "values": _plain(values)}
            for name, values in rows.picture.by_name().items()
        ],
    }


def _control(name: str, curve: FloatArray, quantiles: Mapping[str, FloatArray] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": name,
        "group": "dynamic" if name in DYNAMIC else "semantic",
        "unit": CONTROLS[name].unit,
        "meaning": CONTROLS[name].meaning,
        "asked": _plain(curve),
    }
    if quantiles is not None:
        told["position"] = _plain(to_positions(curve, quantiles[name]))
    return told


def _plain(values: NDArray[np.floating]) -> list[float | None]:
    return [round(float(value), DIGITS) if np.isfinite(value) else None for value in values]


def _step_s(beat_s: NDArray[np.float64], step: int) -> float:
    return float(np.interp(step / STEPS_PER_BEAT, np.arange(len(beat_s)), beat_s))


# ---- the picture ---------------------------------------------------------------------------------------------------

_INK: Final = "#2b2f3a"
_FAINT: Final = "#8b91a1"
_GRID: Final = "#e6e8ee"
_CUT: Final = "#d6336c"
_SEEN: Final = "#4263eb"
_DYNAMIC: Final = "#0b7285"
_SEMANTIC: Final = "#b35c00"
_WIDTH_IN: Final = 13.0
_PANEL_IN: Final = 0.85
_HEAD_IN: Final = 0.55
_FOOT_IN: Final = 0.5
_LABEL_X: Final = -0.042


def plot_rows(rows: PictureRows, signals: FrameSignals, shots: Sequence[Shot], tempo: TempoMap, file: Path) -> None:
    """Draw what was seen and what is asked for over time, cuts and hits marked, into a PNG.

    Raises:
        OutputError: if Matplotlib is not installed or the file cannot be written.
    """
    try:
        figure_type = import_module("matplotlib.figure").Figure
    except ImportError as error:
        raise OutputError("Plots of the rows need Matplotlib.", "Install it: pip install matplotlib") from error
    asked = [name for name, curve in rows.asked().items() if np.isfinite(curve).any()]
    n_panels = 4 + len(asked)
    height_in = _HEAD_IN + _PANEL_IN * n_panels + _FOOT_IN
    figure = figure_type(figsize=(_WIDTH_IN, height_in), facecolor="white")
    axes = figure.subplots(n_panels, 1, sharex=True)
    figure.subplots_adjust(
        left=0.185, right=0.985, top=1 - _HEAD_IN / height_in, bottom=_FOOT_IN / height_in, hspace=0.32
    )
    _plot_seen(axes[:4], rows, signals, tempo)
    edges_s = beat_times_s(tempo, rows.n_beats)
    for axis, name in zip(axes[4:], asked, strict=True):
        _plot_asked(axis, name, rows.asked()[name], edges_s)
    _plot_hits(axes[4], rows, edges_s)
    for axis in axes:
        _dress(axis, shots, edges_s)
    axes[0].set_xlim(0, max(float(signals.info.duration_s), float(edges_s[1])))
    axes[-1].set_xlabel("seconds", color=_FAINT, fontsize=9)
    _title(figure, rows, signals, shots, tempo)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110)
    try:
        file.write_bytes(data.getvalue())
    except OSError as error:
        raise OutputError(
            "'{path}' cannot be written: {reason}.", "Choose another place.", path=file, reason=reason_of(error)
        ) from error


def _title(figure: Any, rows: PictureRows, signals: FrameSignals, shots: Sequence[Shot], tempo: TempoMap) -> None:
    name = Path(signals.info.path).name
    facts = f"{rows.n_beats} beats at {tempo.bpm():.1f} BPM, {len(shots)} shots, {len(rows.hits)} hits"
    top = 1 - 0.18 / float(figure.get_size_inches()[1])
    figure.suptitle(f"{name}: {facts}", x=0.01, y=top, ha="left", va="top", color=_INK, fontsize=12, fontweight="bold")


def _plot_seen(axes: Sequence[Any], rows: PictureRows, signals: FrameSignals, tempo: TempoMap) -> None:
    """Four panels of what was seen: motion by frame and by beat, onsets and cutting, novelty, light and colour."""
    edges_s, picture = beat_times_s(tempo, rows.n_beats), rows.picture
    motion, onsets, novelty, colour = axes
    if "motion" in signals.curves:
        motion.plot(signals.times_s, signals.curves["motion"], color=_SEEN, alpha=0.3, linewidth=0.8)
    _steps(motion, picture.motion, edges_s, _SEEN)
    motion.set_yscale("symlog", linthresh=0.01)
    motion.set_ylim(0, None)
    _steps(onsets, picture.onset, edges_s, _SEEN, "onset")
    _steps(onsets, picture.cut_rate, edges_s, "#7048e8", "cuts/s")
    _steps(novelty, picture.novelty, edges_s, _SEEN, "histograms")
    _steps(novelty, picture.cut, edges_s, "#7048e8", "cut nearby")
    for name, shade in (("brightness", "#f08c00"), ("saturation", "#e64980"), ("warmth", "#868e96")):
        _steps(colour, getattr(picture, name), edges_s, shade, name)
    for axis, label in zip(axes, ("motion\nwidths/s", "onsets", "novelty", "light"), strict=True):
        _label(axis, f"seen: {label}", _SEEN)
    for axis, highest in ((onsets, 1.0), (novelty, 1.5), (colour, 1.0)):
        axis.set_ylim(min(0.0, axis.get_ylim()[0]), max(highest, axis.get_ylim()[1]))
        legend = axis.legend(
            loc="lower right", bbox_to_anchor=(1, 0.9), fontsize=7, frameon=False, ncols=3, borderpad=0.1
        )
        for text in legend.get_texts():
            text.set_color(_FAINT)


def _plot_asked(axis: Any, name: str, curve: FloatArray, edges_s: NDArray[np.float64]) -> None:
    shade = _DYNAMIC if name in DYNAMIC else _SEMANTIC
    low, high = CONTROLS[name].usual
    known = curve[np.isfinite(curve)]
    low, high = min(low, float(known.min())), max(high, float(known.max()))
    values = np.append(curve, curve[-1])
    axis.fill_between(edges_s, values, low, step="post", color=shade, alpha=0.18, linewidth=0)
    _steps(axis, curve, edges_s, shade)
    axis.set_ylim(low, high)
    _label(axis, f"{name}\n{CONTROLS[name].unit}", shade)


def _plot_hits(axis: Any, rows: PictureRows, edges_s: NDArray[np.float64]) -> None:
    """Triangles at the top of a panel; the steps are read from the rows, so that drawn hits show too."""
    asked = np.flatnonzero(rows.dynamic[:, HIT_COLUMNS].reshape(-1) > 0)
    times_s = [_step_s(edges_s, int(step)) for step in asked]
    axis.plot(
        times_s,
        np.full(len(times_s), 0.9),
        "v",
        color=_CUT,
        markersize=6,
        transform=axis.get_xaxis_transform(),
        clip_on=False,
    )


def _steps(axis: Any, values: FloatArray, edges_s: NDArray[np.float64], colour: str, label: str | None = None) -> None:
    closed = np.append(values, values[-1])
    axis.step(edges_s, closed, where="post", color=colour, linewidth=1.4, label=label)


def _label(axis: Any, text: str, colour: str) -> None:
    axis.set_ylabel(text, rotation=0, ha="right", va="center", color=colour, fontsize=8.5)
    axis.yaxis.set_label_coords(_LABEL_X, 0.5)


def _dress(axis: Any, shots: Sequence[Shot], edges_s: NDArray[np.float64]) -> None:
    """Bars in grey, cuts in red (gradual ones dashed), no box."""
    for bar_s in edges_s[::BEATS_PER_BAR]:
        axis.axvline(bar_s, color=_GRID, linewidth=0.8, zorder=0)
    for shot in shots[1:]:
        style = "--" if shot.transition in ("dissolve", "fade") else "-"
        alpha = 0.35 + 0.5 * float(shot.salience)
        axis.axvline(float(shot.start_s), color=_CUT, linewidth=1, linestyle=style, alpha=alpha, zorder=1)
    axis.tick_params(colors=_FAINT, labelsize=7.5, length=2)
    axis.margins(x=0)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.spines["bottom"].set_color(_GRID)
