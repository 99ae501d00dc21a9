"""What the window says about a state, in words."""

from __future__ import annotations

from diffbgm_gui.run_state import Phase, RunViewState
from diffbgm_gui.widgets.timeline import clock


def facts(state: RunViewState) -> str:
    """The video and its music in one line."""
    if state.info is None:
        return ""
    info = state.info
    parts = [clock(state.duration_s), f"{info.width} × {info.height}", f"{float(info.frame_rate):.4g} fps"]
    if state.shots:
        parts.append(f"{len(state.shots)} shot{'s' if len(state.shots) > 1 else ''}")
    if state.plan:
        parts.append(f"{state.plan['bpm']:.1f} BPM")
        parts.append(key_name(str(state.plan.get("key", ""))))
    return "  ·  ".join(part for part in parts if part)


def key_name(label: str) -> str:
    """A key label, `A:min`, as people say it."""
    tonic, _, mode = label.partition(":")
    return f"{tonic} {'minor' if mode == 'min' else 'major'}" if tonic else ""


def status_words(state: RunViewState, explanation: str = "") -> str:
    """The line at the bottom."""
    if state.task:
        parts = [state.task]
        if state.phase is Phase.RUNNING and state.step and state.step < state.n_steps:
            parts.append(f"step {state.step} of {state.n_steps}")
        if state.eta_s is not None:
            parts.append(time_left(state.eta_s))
        return "  ·  ".join(parts)
    if state.info is None:
        return "No video open"
    if state.take is not None:
        words = f"Take finished in {_seconds(state)} s  ·  {len(state.take.result.notes)} notes  ·  seed {state.seed}"
    else:
        words = "Ready"
    return f"{words}  ·  {explanation}" if explanation else words


def time_left(seconds: float) -> str:
    """An estimate, no finer than it can be."""
    if seconds < 1.5:
        return "almost done"
    if seconds < 90:
        return f"about {round(seconds)} s left"
    return f"about {round(seconds / 60)} min left"


def _seconds(state: RunViewState) -> str:
    assert state.take is not None
    return f"{sum(state.take.result.manifest.get('timings_s', {}).values()):.0f}"
