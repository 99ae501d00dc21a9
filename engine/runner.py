"""One run from video to files: life cycle, events, cancellation, timing, manifest.

`GenerationRunner.run` blocks; threads belong to the caller. It always ends with exactly one `RunFinished`, and leaves
either all outputs or none.

    IDLE --run()--> RUNNING --> COMPLETED | CANCELLED | FAILED --> IDLE
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from engine.artifacts import AnalysisCache
from engine.cancel import NEVER, CancelToken
from engine.delivery import SAMPLE_RATE_HZ, Delivered, deliver
from engine.direction import OPEN, Direction
from engine.errors import EngineError, InputError, RunCancelled
from engine.events import (
    ConditionsReady,
    FinishReason,
    Observer,
    PreviewReady,
    Report,
    RunFinished,
    RunStarted,
    Stage,
    Warned,
    ignore,
)
from engine.interchange.export import TimelineFile
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.music.score import Score
from engine.music.take import Take, Trajectory
from engine.outputs import VIDEO_SUFFIXES, Outputs, all_or_none, check_outputs
from engine.pipeline import analyse_video, find_film_speech, finish_notes, plan_music, shots_of_bars
from engine.previews import previewing, reporting
from engine.resources import resource_path
from engine.revise import Change, trajectory_of
from engine.settings import GenerationSettings, resolve_seed
from engine.shelf import Shelf
from engine.signals import FrameSignals, VideoInfo
from engine.stages import Reporter, Stages
from engine.timebase import BEATS_PER_BAR, Span
from engine.wording import Told

if TYPE_CHECKING:
    from engine.diffusion.model import Bundle
    from engine.diffusion.sampling import DenoiseStep
    from engine.encoding import EncoderOptions
    from engine.music.encoded import EncodedRows

__all__ = [
    "SAMPLE_RATE_HZ",
    "VIDEO_SUFFIXES",
    "GenerationRequest",
    "GenerationResult",
    "GenerationRunner",
    "Known",
    "with_settings",
]

logger = logging.getLogger(__name__)

T = TypeVar("T")

_POLL_S: Final = 0.05

MOST_TRAJECTORY_BYTES: Final = 256_000_000
"""Longer ways of sampling are not kept: a thousand steps of the paper's network over minutes are gigabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What was measured of a video: the picture, and where people speak (None where that was not asked for)."""

    signals: FrameSignals
    speech: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to make.

    Attributes:
        video: the film.
        output: .mp4, .mov, .mkv or .webm for the film with its music; .wav or .mid for the music alone; None for
            `GenerationRunner.compose`, which writes no files.
        direction: what the user laid on the timeline.
        bundle: model bundle folder; None for the one that comes with the program.
        midi, wav, manifest: further files to write.
        stems: folder for one WAV per part.
        timelines: timelines and lists of markers for editors.
        project: file that the take is added to; made where it is not there.
        encoders: folder with image and text encoders, for a bundle of the paper profile.
        captions: file of captions that such a bundle follows, instead of the direction's or new ones.
        previews: whether to send `PreviewReady` at each denoising step.
        use_cache: whether measurements of the picture may be kept and reused.
        known: what an earlier run measured of the same video, with settings that ask for the same.
    """

    video: Path
    output: Path | None
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    direction: Direction = OPEN
    bundle: Path | None = None
    midi: Path | None = None
    wav: Path | None = None
    manifest: Path | None = None
    stems: Path | None = None
    timelines: tuple[TimelineFile, ...] = ()
    project: Path | None = None
    encoders: Path | None = None
    captions: Path | None = None
    previews: bool = True
    use_cache: bool = True
    known: Known | None = None

    @property
    def outputs(self) -> Outputs:
        """The files to write.

        Raises:
            ValueError: for a request that names no output, which can be composed alone.
        """
        if self.output is None:
            raise ValueError("a run that writes files needs an output")
        return Outputs(self.output, self.midi, self.wav, self.manifest, self.stems, self.timelines)


@dataclass(frozen=True, slots=True, eq=False)
class GenerationResult:
    """What was made. `manifest` says how (settings, seed, model, versions, timings, hits); `take` is all of it; `known`
    serves further takes of the same video."""

    output: Path
    midi: Path | None
    wav: Path | None
    notes: tuple[Note, ...]
    score: Score
    plan: MusicPlan
    manifest: dict[str, Any]
    take: Take
    known: Known


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """A take that no file was written of; `known` serves further takes of the same video."""

    take: Take
    known: Known


class GenerationRunner:
    """Runs requests one at a time and keeps the last loaded model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bundle: tuple[tuple[Path, str], Bundle] | None = None

    def run(
        self, request: GenerationRequest, observer: Observer = ignore, cancel: CancelToken = NEVER
    ) -> GenerationResult:
        """Make what the request asks for.

        Raises:
            EngineError: for what a person can mend; RunCancelled after `cancel`. Both after `RunFinished` was sent.
            RuntimeError: when a run is already under way.
        """
        return self._guarded(lambda tell: _Run(self, request, tell, cancel).result(), observer)

    def compose(self, request: GenerationRequest, observer: Observer = ignore, cancel: CancelToken = NEVER) -> Composed:
        """Compose without writing files; of the request's outputs only `project` counts.

        Raises:
            EngineError, RunCancelled, RuntimeError: as `run`.
        """
        return self._guarded(lambda tell: _Run(self, request, tell, cancel).composed(), observer)

    def export(
        self, take: Take, outputs: Outputs, observer: Observer = ignore, cancel: CancelToken = NEVER
    ) -> Delivered:
        """Write files of a take that is there; nothing is composed. The film lies at `take.plan.info.path`.

        Raises:
            EngineError, RunCancelled, RuntimeError: as `run`.
        """
        return self._guarded(lambda tell: _export(take, outputs, Stages(tell, cancel)), observer)

    def revise(
        self,
        take: Take,
        change: Change,
        observer: Observer = ignore,
        cancel: CancelToken = NEVER,
        *,
        bundle: Path | None = None,
        previews: bool = True,
    ) -> Take:
        """A new take from an old one: a re-roll, a fork. `RunFinished.result` is the new take.

        Raises:
            EngineError, RunCancelled, RuntimeError: as `run`.
        """

        from engine.device import explaining_memory

        def job(tell: Reporter) -> Take:
            settings = change.settings or take.settings
            stages = Stages(tell, cancel, denoise_steps=settings.steps)
            tell(RunStarted(change.seed))
            loaded = self.ready_bundle(bundle, settings)
            with (
                stages.stage(Stage.DENOISE, settings.steps, "steps") as report,
                explaining_memory(settings.device),
            ):
                watch = previewing(loaded, take, tell, report) if previews else reporting(report)
                return change.apply(loaded, take, watch=watch, cancel=cancel)

        return self._guarded(job, observer)

    def ready_bundle(self, bundle: Path | None, settings: GenerationSettings) -> Bundle:
        """The bundle on the device that the settings name, with the sampler's library imported."""
        from engine.device import apply_thread_policy, choose_device, load_library

        load_library()
        device, message = choose_device(settings.device)
        logger.info("%s", message)
        apply_thread_policy()
        loaded = self.load(bundle or resource_path("model", "compact"), device)
        loaded.model.scheduler(settings)
        return loaded

    def _guarded(self, job: Callable[[Reporter], T], observer: Observer) -> T:
        """One job at a time, ending with exactly one `RunFinished`."""
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("a run is already under way")
        try:
            return self._finish(job, Reporter(observer))
        finally:
            self._lock.release()

    def _finish(self, job: Callable[[Reporter], T], tell: Reporter) -> T:
        try:
            result = job(tell)
        except RunCancelled:
            tell(RunFinished(FinishReason.CANCELLED))
            raise
        except EngineError as error:
            tell(RunFinished(FinishReason.FAILED, message=error.message, hint=error.hint))
            raise
        except BaseException as error:
            tell(
                RunFinished(
                    FinishReason.FAILED, message=Told("Something went wrong inside the program: {error}.", error=error)
                )
            )
            raise
        tell(RunFinished(FinishReason.COMPLETED, result=result))
        return result

    def load(self, folder: Path, device: str) -> Bundle:
        """The bundle, loaded now or kept from the last run."""
        from engine.diffusion.model import load_bundle

        if self._bundle is None or self._bundle[0] != (folder, device):
            self._bundle = ((folder, device), load_bundle(folder, device))
        return self._bundle[1]


def _export(take: Take, outputs: Outputs, stages: Stages) -> Delivered:
    assert take.settings.seed is not None
    stages.tell(RunStarted(take.settings.seed))
    stages.duration_s = float(take.plan.info.duration_s)
    with all_or_none(outputs.output, stages) as aside:
        with stages.stage(Stage.PROBE, 1, "file") as report:
            check_outputs(take.plan.info, outputs)
            report(1, 1)
        return deliver(take, outputs, aside=aside, stages=stages)


class _Run:
    """State of one run: settings with a seed, stages, the loading model."""

    def __init__(
        self, runner: GenerationRunner, request: GenerationRequest, tell: Reporter, cancel: CancelToken
    ) -> None:
        self.runner, self.request, self.tell, self.cancel = runner, request, tell, cancel
        self.settings = resolve_seed(request.settings)
        self.stages = Stages(tell, cancel, denoise_steps=self.settings.steps)

    def result(self) -> GenerationResult:
        assert self.settings.seed is not None
        request, outputs = self.request, self.request.outputs
        self.tell(RunStarted(self.settings.seed))
        with (
            self._loader() as loading,
            Shelf(request.project, request.video, self.stages) as shelf,
            all_or_none(outputs.output, self.stages) as aside,
        ):
            self._probe()
            signals, speech = self._analyse(shelf)
            bundle = self._wait(loading)
            plan = self._plan(signals, speech, bundle)
            take = self._compose(bundle, plan)
            done = deliver(take, outputs, aside=aside, stages=self.stages)
            take = shelf.put(take, signals, aside)
        files = (outputs.output, outputs.midi, outputs.wav)
        return GenerationResult(*files, take.notes, done.score, plan, done.manifest, take, Known(signals, speech))

    def composed(self) -> Composed:
        """The take alone."""
        assert self.settings.seed is not None
        request = self.request
        self.tell(RunStarted(self.settings.seed))
        with (
            self._loader() as loading,
            Shelf(request.project, request.video, self.stages) as shelf,
            all_or_none(request.project or request.video, self.stages) as aside,
        ):
            self._probe()
            signals, speech = self._analyse(shelf)
            bundle = self._wait(loading)
            take = self._compose(bundle, self._plan(signals, speech, bundle))
            take = shelf.put(take, signals, aside)
        return Composed(take, Known(signals, speech))

    @contextmanager
    def _loader(self) -> Iterator[Future[Bundle]]:
        """Import torch and load the model beside the decoding of the video."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="diffbgm-load")
        try:
            yield pool.submit(self._load)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _load(self) -> Bundle:
        bundle = self.runner.ready_bundle(self.request.bundle, self.settings)
        if bundle.model.profile == "paper":
            from engine.encoding import check_encoders

            check_encoders(self._encoder_options(bundle))
        return bundle

    def _wait(self, loading: Future[Bundle]) -> Bundle:
        while True:
            self.cancel.raise_if_cancelled()
            with suppress(NotYet):
                return loading.result(timeout=_POLL_S)

    def _probe(self) -> None:
        from engine.video.probe import probe

        with self.stages.stage(Stage.PROBE, 1, "file") as report:
            info = probe(self.request.video)
            if self.request.output is not None:
                check_outputs(info, self.request.outputs)
            self.stages.duration_s = float(info.duration_s)
            report(1, 1)

    def _analyse(self, shelf: Shelf) -> tuple[FrameSignals, tuple[Span, ...] | None]:
        """The picture; and where people speak, when that is asked for."""
        cache = AnalysisCache() if self.request.use_cache else None
        known = self.request.known
        with self.stages.stage(Stage.ANALYSE, self.stages.duration_s, "seconds of video") as report:
            if known is None:
                signals = shelf.signals() or analyse_video(
                    self.request.video, cache=cache, report=report, cancel=self.cancel
                )
                known = Known(signals, self._find_speech(signals.info))
            report(1, 1)
        self.stages.duration_s = float(known.signals.info.duration_s)
        return known.signals, known.speech

    def _find_speech(self, info: VideoInfo) -> tuple[Span, ...] | None:
        s = self.settings
        if not s.duck_notes and not (s.duck and s.original_audio == "mix" and self.request.outputs.is_video):
            return None
        try:
            return find_film_speech(info, cancel=self.cancel)
        except InputError as error:
            self.tell(Warned(Told("{problem} The music does not give way to speech.", problem=error.message)))
            return ()

    def _plan(self, signals: FrameSignals, speech: tuple[Span, ...] | None, bundle: Bundle) -> MusicPlan:
        with self.stages.stage(Stage.CONDITIONS, 1, "plan") as report:
            plan = plan_music(
                signals,
                self.settings,
                quantiles=bundle.config.quantiles,
                direction=self.request.direction,
                speech=speech,
            )
            if bundle.model.profile == "paper":
                plan = replace(plan, encoded=self._encode(plan, self._encoder_options(bundle), report))
            elif self.request.captions is not None:
                self.tell(Warned(Told("This bundle does not read captions; the file of captions changes nothing.")))
            self.tell(ConditionsReady(plan.describe()))
            report(1, 1)
        return plan

    def _encoder_options(self, bundle: Bundle) -> EncoderOptions:
        from engine.encoding import EncoderOptions
        from engine.features.captions import read_captions
        from engine.music.encoded import Caption

        request = self.request
        captions = read_captions(request.captions) if request.captions is not None else None
        if captions is None and request.direction.captions:
            captions = tuple(Caption(float(c.start_s), float(c.end_s), c.texts) for c in request.direction.captions)
        device = str(bundle.model.device)
        return EncoderOptions(request.encoders, captions, device=device, use_cache=request.use_cache)

    def _encode(self, plan: MusicPlan, options: EncoderOptions, report: Report) -> EncodedRows:
        from engine.encoding import encode_picture

        beat_s = [float(plan.tempo.seconds(beat) + plan.offset_s) for beat in range(plan.n_beats + 1)]

        def notice(text: str) -> None:
            self.tell(Warned(text))

        return encode_picture(
            self.request.video,
            plan.info,
            beat_s,
            options,
            cuts_s=[float(cut + plan.offset_s) for cut in plan.cuts_s],
            notice=notice,
            report=report,
            cancel=self.cancel,
        )

    def _compose(self, bundle: Bundle, plan: MusicPlan) -> Take:
        """Denoise, and keep all that made the result."""
        notes, trajectory = self._denoise(bundle, plan)
        return Take(
            id=secrets.token_hex(8),
            name="",
            origin="score",
            parent=None,
            settings=self.settings,
            direction=self.request.direction,
            plan=plan,
            notes=finish_notes(notes, plan, self.settings),
            trajectory=trajectory,
            model=bundle.hash,
            created_s=time.time(),
            details={"model_version": bundle.config.version},
        )

    def _denoise(self, bundle: Bundle, plan: MusicPlan) -> tuple[tuple[Note, ...], Trajectory | None]:
        from engine.device import explaining_memory
        from engine.diffusion.schedule import timestep_to_paper_t
        from engine.pipeline import denoise, final_notes, preview_roll

        steps: list[DenoiseStep] = []
        with (
            self.stages.stage(Stage.DENOISE, self.settings.steps, "steps") as report,
            explaining_memory(self.settings.device),
        ):
            for step in denoise(bundle, plan, self.settings, direction=self.request.direction, cancel=self.cancel):
                if step.total * step.v.nbytes > MOST_TRAJECTORY_BYTES:
                    steps.clear()
                steps.append(step)
                if self.request.previews:
                    paper_t = timestep_to_paper_t(step.timestep, bundle.config.settled)
                    roll = preview_roll(bundle, step, plan.n_beats)
                    self.tell(PreviewReady(step.index, step.total, step.timestep, paper_t, roll))
                report(step.index + 1, step.total)
            notes = final_notes(bundle, steps[-1], plan.n_beats, loops=self.settings.ending == "loop")
        assert self.settings.seed is not None
        bars = shots_of_bars(plan, -(-len(steps[-1].v) // BEATS_PER_BAR))
        if len(steps) < steps[-1].total:
            self.tell(Warned(Told("The way of so many steps is too long to be kept; this take cannot be forked.")))
            return notes, None
        return notes, trajectory_of(steps, first_beat=0, seed=self.settings.seed, bars=bars)


def with_settings(request: GenerationRequest, **changes: Any) -> GenerationRequest:
    """The same request with other settings."""
    return replace(request, settings=replace(request.settings, **changes))
