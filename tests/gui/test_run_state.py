"""The reducer: which state each event leads to."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from diffbgm_gui.run_state import (
    CancelAsked,
    ExportFinished,
    ExportProgressed,
    ExportStarted,
    LookFailed,
    LookProgressed,
    Notice,
    NoticeAsked,
    NoticeClosed,
    Phase,
    PictureMeasured,
    RunAsked,
    RunViewState,
    ShotsFound,
    StudioEvent,
    ThumbReady,
    VideoChosen,
    VideoOpened,
    reduce,
)
from diffbgm_gui.words import facts, key_name, status_words, time_left
from engine import (
    ConditionsReady,
    FinishReason,
    PreviewReady,
    RunFinished,
    RunStarted,
    Stage,
    StageProgressed,
    StageStarted,
    Warned,
)
from engine.timebase import Shot
from tests.gui.fakes import plan_data, some_roll

A, B = Path("a.mp4"), Path("b.mp4")
INFO = SimpleNamespace(duration_s=Fraction(9, 2), width=160, height=96, frame_rate=Fraction(24))
SIGNALS = SimpleNamespace(info=INFO)
SHOTS = (Shot(0, Fraction(0), Fraction(3, 2), "start"), Shot(1, Fraction(3, 2), Fraction(9, 2)))


def after(*events: StudioEvent, state: RunViewState | None = None) -> RunViewState:
    state = state if state is not None else RunViewState()
    for event in events:
        state = reduce(state, event)
    return state


def ready() -> RunViewState:
    return after(VideoChosen(A), VideoOpened(A, INFO, (".mp4", ".mkv")), PictureMeasured(A, SIGNALS, SHOTS))


def running() -> RunViewState:
    preview = PreviewReady(1, 4, 500, 480.0, some_roll())
    return after(RunAsked(), RunStarted(7), ConditionsReady(plan_data()), preview, state=ready())


def finished() -> RunViewState:
    return after(RunFinished(FinishReason.COMPLETED), state=running())


def test_a_video_is_opened_step_by_step() -> None:
    state = after(VideoChosen(A))
    assert state.phase is Phase.LOOKING and not state.can_generate
    state = after(VideoOpened(A, INFO, (".mp4",)), state=state)
    assert state.can_generate and state.duration_s == 4.5
    state = after(ThumbReady(A, 2.0, None), ThumbReady(A, 1.0, None), state=state)
    assert [thumb.time_s for thumb in state.thumbs] == [1.0, 2.0]
    assert after(LookProgressed(A, 1.0, 4.0), state=state).progress == 0.25
    state = after(PictureMeasured(A, SIGNALS, SHOTS), state=state)
    assert state.phase is Phase.READY and state.shots == SHOTS and state.task == ""


def test_news_of_another_video_change_nothing() -> None:
    state = ready()
    for event in (ThumbReady(B, 1.0, None), LookProgressed(B, 1, 2), LookFailed(B, "no"), VideoOpened(B, None, ())):
        assert reduce(state, event) is state


def test_a_file_that_is_no_video_leaves_an_empty_window_and_a_sentence() -> None:
    state = after(VideoChosen(A), LookFailed(A, "It is no video.", "Choose another."))
    assert state.phase is Phase.EMPTY and state.path is None
    assert state.notice == Notice("error", "It is no video.", "Choose another.")


def test_the_roll_follows_the_previews() -> None:
    state = running()
    assert state.phase is Phase.RUNNING and not state.can_generate
    assert (state.step, state.n_steps, state.paper_t, state.seed) == (2, 4, 480.0, 7)
    assert state.roll is not None and state.shots is SHOTS, "what the run follows is not what was detected"


def test_progress_names_the_stage() -> None:
    state = after(StageStarted(Stage.DENOISE, 4, "steps"), StageProgressed(Stage.DENOISE, 1, 4, 12.0), state=running())
    assert state.progress == 0.25
    assert status_words(state) == "Composing  ·  step 2 of 4  ·  about 12 s left"


@pytest.mark.parametrize("reason", list(FinishReason))
def test_a_run_leaves_nothing_behind(reason: FinishReason) -> None:
    state = after(RunFinished(reason, message="Oh."), state=running())
    assert state.phase is Phase.READY and state.can_generate and state.seed == 7
    assert state.roll is None and state.plan == {} and state.step == 0
    assert (state.notice is not None) == (reason is FinishReason.FAILED)


def test_the_studio_can_be_empty_again() -> None:
    state = after(VideoChosen(None), state=ready())
    assert state.phase is Phase.EMPTY and state.info is None and state.shots == ()


def test_a_first_run_that_is_cancelled_leaves_nothing() -> None:
    state = after(CancelAsked(), state=running())
    assert state.phase is Phase.CANCELLING and state.task == "Stopping"
    state = after(StageStarted(Stage.SCORE, 1, "score"), RunFinished(FinishReason.CANCELLED), state=state)
    assert state.phase is Phase.READY and state.roll is None and state.notice is None and state.plan == {}


def test_cancel_without_work_changes_nothing() -> None:
    state = ready()
    assert reduce(state, CancelAsked()) is state


def test_last_words_of_a_run_on_a_closed_video_are_not_heard() -> None:
    state = after(VideoChosen(B), state=running())
    preview = PreviewReady(2, 4, 200, 200.0, some_roll())
    for event in (preview, RunFinished(FinishReason.CANCELLED), StageProgressed(Stage.SYNTH, 1, 2)):
        assert reduce(state, event) is state


def test_export_tells_how_it_went() -> None:
    state = after(ExportStarted(Path("d/out.webm")), ExportProgressed(1, 2), state=finished())
    assert state.phase is Phase.EXPORTING and state.progress == 0.5 and state.task == "Writing files"
    good = reduce(state, ExportFinished(Path("d/out.webm")))
    assert good.notice is None and good.can_generate
    synth = reduce(state, ExportProgressed(1, 4, Stage.SYNTH, 12.0))
    assert synth.task == "Playing the instruments" and synth.progress == 0.25 and synth.eta_s == 12.0
    bad = reduce(state, ExportFinished(None, "Disk full.", "Free some."))
    assert bad.notice == Notice("error", "Disk full.", "Free some.")
    assert reduce(state, ExportFinished(None)).notice is None


def test_notices_come_and_go() -> None:
    state = after(Warned("No sound."), state=running())
    assert state.notice == Notice("warning", "No sound.")
    assert reduce(state, NoticeClosed()).notice is None
    assert reduce(state, NoticeAsked(Notice("good", "Hello."))).notice == Notice("good", "Hello.")


def test_shots_at_another_sensitivity() -> None:
    assert reduce(ready(), ShotsFound(SHOTS[:1])).shots == SHOTS[:1]


def test_words() -> None:
    assert key_name("A:min") == "A minor" and key_name("Eb:maj") == "Eb major" and key_name("") == ""
    assert facts(ready(), 2, plan_data()) == "0:04  ·  160 × 96  ·  24 fps  ·  2 shots  ·  100.0 BPM  ·  A minor"
    assert [time_left(s) for s in (0.4, 30.2, 200)] == ["almost done", "about 30 s left", "about 3 min left"]
    assert status_words(RunViewState()) == "No video open"
