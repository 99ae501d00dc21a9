"""What the window says about a state, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from diffbgm_gui.document import TakeEntry
from diffbgm_gui.languages import in_words
from diffbgm_gui.run_state import Phase, RunViewState
from diffbgm_gui.widgets.timeline import clock

TASKS: Final = (
    QT_TRANSLATE_NOOP("Words", "Opening the video"),
    QT_TRANSLATE_NOOP("Words", "Watching the video"),
    QT_TRANSLATE_NOOP("Words", "Planning the music"),
    QT_TRANSLATE_NOOP("Words", "Composing"),
    QT_TRANSLATE_NOOP("Words", "Writing the score"),
    QT_TRANSLATE_NOOP("Words", "Playing the instruments"),
    QT_TRANSLATE_NOOP("Words", "Joining picture and music"),
    QT_TRANSLATE_NOOP("Words", "Starting"),
    QT_TRANSLATE_NOOP("Words", "Stopping"),
    QT_TRANSLATE_NOOP("Words", "Writing files"),
    QT_TRANSLATE_NOOP("Words", "Reading the timeline"),
    QT_TRANSLATE_NOOP("Words", "Making a draft"),
    QT_TRANSLATE_NOOP("Words", "Refining the draft"),
)
"""What `RunViewState.task` may be; written out, so that translators find it."""


def tr(text: str, n: int = -1) -> str:
    """A text of this module in the user's language."""
    return QCoreApplication.translate("Words", text, "", n)


def facts(state: RunViewState, n_shots: int, plan: Mapping[str, Any]) -> str:
    """The video and its music in one line."""
    if state.info is None:
        return ""
    info = state.info
    rate = tr("{} fps").format(f"{float(info.frame_rate):.4g}")
    parts = [clock(state.duration_s), f"{info.width} × {info.height}", rate]
    if n_shots:
        parts.append(tr("1 shot") if n_shots == 1 else tr("{} shots").format(n_shots))
    if plan:
        parts.append(f"{plan['bpm']:.1f} BPM")
        parts.append(key_name(str(plan.get("key", ""))))
    return "  ·  ".join(part for part in parts if part)


def key_name(label: str) -> str:
    """A key label, `A:min`, as people say it."""
    tonic, _, mode = label.partition(":")
    if not tonic:
        return ""
    return (tr("{} minor") if mode == "min" else tr("{} major")).format(tonic)


def status_words(state: RunViewState, entry: TakeEntry | None = None, explanation: str = "") -> str:
    """The line at the bottom."""
    if state.task:
        parts = [tr(state.task)]
        if state.phase is Phase.RUNNING and state.step and state.step < state.n_steps:
            parts.append(tr("step {} of {}").format(state.step, state.n_steps))
        if state.eta_s is not None:
            parts.append(time_left(state.eta_s))
        return "  ·  ".join(parts)
    if state.info is None:
        return tr("No video open")
    parts = [tr("Ready")]
    if entry is not None:
        seed = tr("seed {}").format(entry.take.settings.seed)
        parts = [entry.name, tr("{} notes").format(len(entry.take.notes)), seed]
    return "  ·  ".join(part for part in (*parts, in_words(explanation)) if part)


def time_left(seconds: float) -> str:
    """An estimate, no finer than it can be."""
    if seconds < 1.5:
        return tr("almost done")
    if seconds < 90:
        return tr("about {} s left").format(round(seconds))
    return tr("about {} min left").format(round(seconds / 60))
