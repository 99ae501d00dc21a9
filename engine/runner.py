"""One run from video to files: life cycle, events, cancellation, timing, manifest.

`GenerationRunner.run` blocks; threads belong to the caller. It always ends with exactly one `RunFinished`, and leaves
either all outputs or none.

    IDLE --run()--> RUNNING --> COMPLETED | CANCELLED | FAILED --> IDLE
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.artifacts import AnalysisCache
from engine.cancel import NEVER, CancelToken
from engine.direction import OPEN, Direction
from engine.errors import EngineError, RunCancelled
from engine.events import (
    ConditionsReady,
    Event,
    FinishReason,
    Observer,
    PreviewReady,
    Report,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageProgressed,
    StageStarted,
    Warned,
    ignore,
)
from engine.manifest import build_manifest
from engine.music.midi import midi_bytes
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.music.score import Score
from engine.pipeline import analyse_video, plan_music, write_score
from engine.resources import resource_path
from engine.settings import GenerationSettings, resolve_seed
from engine.signals import FrameSignals, VideoInfo

if TYPE_CHECKING:
    from engine.audio.mix import AudioClip
    from engine.diffusion.model import Bundle

logger = logging.getLogger(__name__)

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")
SAMPLE_RATE_HZ: Final = 48_000
_POLL_S: Final = 0.05
_PROGRESS_INTERVAL_S: Final = 0.05

STAGE_COST_S: Final = {
    Stage.PROBE: 0.1,
    Stage.ANALYSE: 0.04,
    Stage.CONDITIONS: 0.5,
    Stage.DENOISE: 0.08,
    Stage.SCORE: 0.2,
    Stage.SYNTH: 0.05,
    Stage.MUX: 0.03,
}
"""Rough seconds of each stage: of ANALYSE, DENOISE, SYNTH and MUX per second of video, of the others once. Only the
estimate of the time left uses them, scaled by what the run has shown so far."""

_PER_SECOND: Final = (Stage.ANALYSE, Stage.DENOISE, Stage.SYNTH, Stage.MUX)


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to make.

    Attributes:
        video: the film.
        output: .mp4, .mov, .mkv or .webm for the film with its music; .wav or .mid for the music alone.
        direction: what the user laid on the timeline.
        bundle: model bundle folder; None for the one that comes with the program.
        midi, wav, manifest: further files to write.
        previews: whether to send `PreviewReady` at each denoising step.
        use_cache: whether measurements of the picture may be kept and reused.
    """

    video: Path
    output: Path
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    direction: Direction = OPEN
    bundle: Path | None = None
    midi: Path | None = None
    wav: Path | None = None
    manifest: Path | None = None
    previews: bool = True
    use_cache: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class GenerationResult:
    """What was made. `manifest` says how (settings, seed, model, versions, timings, hits)."""

    output: Path
    midi: Path | None
    wav: Path | None
    notes: tuple[Note, ...]
    score: Score
    plan: MusicPlan
    manifest: dict[str, Any]


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
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("a run is already under way")
        try:
            return self._finish(request, _Reporter(observer), cancel)
        finally:
            self._lock.release()

    def _finish(self, request: GenerationRequest, tell: _Reporter, cancel: CancelToken) -> GenerationResult:
        try:
            result = _Run(self, request, tell, cancel).result()
        except RunCancelled:
            tell(RunFinished(FinishReason.CANCELLED))
            raise
        except EngineError as error:
            tell(RunFinished(FinishReason.FAILED, message=error.message, hint=error.hint))
            raise
        except BaseException as error:
            tell(RunFinished(FinishReason.FAILED, message=f"Something went wrong inside the program: {error}."))
            raise
        tell(RunFinished(FinishReason.COMPLETED, result=result))
        return result

    def load(self, folder: Path, device: str) -> Bundle:
        """The bundle, loaded now or kept from the last run."""
        from engine.diffusion.model import load_bundle

        if self._bundle is None or self._bundle[0] != (folder, device):
            self._bundle = ((folder, device), load_bundle(folder, device))
        return self._bundle[1]


class _Reporter:
    """Passes events on; an observer that raises is logged and heard no more."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def __call__(self, event: Event) -> None:
        try:
            self._observer(event)
        except RunCancelled:
            raise
        except Exception:
            logger.exception("the observer failed and is disconnected")
            self._observer = ignore


class _Run:
    """State of one run: timings, temporary files, the loading model."""

    def __init__(
        self, runner: GenerationRunner, request: GenerationRequest, tell: _Reporter, cancel: CancelToken
    ) -> None:
        self.runner, self.request, self.tell, self.cancel = runner, request, tell, cancel
        self.settings = resolve_seed(request.settings)
        self.timings: dict[str, float] = {}
        self.duration_s = 0.0
        self.written: list[tuple[Path, Path]] = []

    def result(self) -> GenerationResult:
        assert self.settings.seed is not None
        self.tell(RunStarted(self.settings.seed))
        with self._loader() as loading, tempfile.TemporaryDirectory(prefix="diffbgm-") as scratch, self._all_or_none():
            self._probe()
            signals = self._analyse()
            bundle = self._wait(loading)
            plan = self._plan(signals, bundle)
            notes = self._denoise(bundle, plan)
            score = self._score(notes, plan)
            music = self._render(score) if self._needs_sound() else None
            manifest = self._manifest(bundle, plan, notes)
            self._write(signals.info, score, music, manifest, Path(scratch))
            manifest["timings_s"] = {name: round(seconds, 3) for name, seconds in self.timings.items()}
            self._write_manifest(manifest)
        request = self.request
        return GenerationResult(request.output, request.midi, request.wav, notes, score, plan, manifest)

    @contextmanager
    def _loader(self) -> Iterator[Future[Bundle]]:
        """Import torch and load the model beside the decoding of the video."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="diffbgm-load")
        try:
            yield pool.submit(self._load)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _load(self) -> Bundle:
        from engine.device import apply_thread_policy, choose_device

        device, message = choose_device(self.settings.device)
        logger.info("%s", message)
        apply_thread_policy()
        from engine.diffusion.sampling import make_scheduler

        bundle = self.runner.load(self.request.bundle or resource_path("model", "compact"), device)
        make_scheduler(self.settings.sampler, 1, bundle.config.schedule)
        return bundle

    def _wait(self, loading: Future[Bundle]) -> Bundle:
        while True:
            self.cancel.raise_if_cancelled()
            with suppress(NotYet):
                return loading.result(timeout=_POLL_S)

    @contextmanager
    def _stage(self, stage: Stage, total: float, unit: str) -> Iterator[Report]:
        self.cancel.raise_if_cancelled()
        self.tell(StageStarted(stage, total, unit))
        began = time.monotonic()
        last = [0.0]

        def report(done: float, of: float) -> None:
            self.cancel.raise_if_cancelled()
            now = time.monotonic()
            if now - last[0] >= _PROGRESS_INTERVAL_S or done >= of:
                last[0] = now
                self.tell(StageProgressed(stage, done, of, self._eta(stage, done / of if of else 1.0, now - began)))

        yield report
        seconds = time.monotonic() - began
        self.timings[stage.value] = seconds
        self.tell(StageFinished(stage, seconds))

    def _cost(self, stage: Stage) -> float:
        scale = self.duration_s if stage in _PER_SECOND else 1.0
        steps = self.settings.steps / 24 if stage is Stage.DENOISE else 1.0
        return STAGE_COST_S[stage] * scale * steps

    def _eta(self, stage: Stage, share: float, spent: float) -> float | None:
        """Seconds left in the run: this stage by its own pace, later ones by the table scaled to that pace."""
        if share <= 0.02 or self.duration_s <= 0:
            return None
        here = spent / share
        pace = min(4.0, max(0.25, here / max(1e-3, self._cost(stage))))
        order = list(Stage)
        later = sum(self._cost(s) for s in order[order.index(stage) + 1 :])
        return max(0.0, here - spent) + later * pace

    def _probe(self) -> None:
        from engine.video.containers import check_container
        from engine.video.probe import probe

        with self._stage(Stage.PROBE, 1, "file") as report:
            info = probe(self.request.video)
            if self.request.output.suffix.lower() in VIDEO_SUFFIXES:
                check_container(info, self.request.output)
            self.duration_s = float(info.duration_s)
            report(1, 1)

    def _analyse(self) -> FrameSignals:
        cache = AnalysisCache() if self.request.use_cache else None
        with self._stage(Stage.ANALYSE, self.duration_s, "seconds of video") as report:
            signals = analyse_video(self.request.video, cache=cache, report=report, cancel=self.cancel)
        self.duration_s = float(signals.info.duration_s)
        return signals

    def _plan(self, signals: FrameSignals, bundle: Bundle) -> MusicPlan:
        with self._stage(Stage.CONDITIONS, 1, "plan") as report:
            plan = plan_music(
                signals, self.settings, quantiles=bundle.config.quantiles, direction=self.request.direction
            )
            self.tell(ConditionsReady(plan.describe()))
            report(1, 1)
        return plan

    def _denoise(self, bundle: Bundle, plan: MusicPlan) -> tuple[Note, ...]:
        from engine.device import explaining_memory
        from engine.diffusion.schedule import timestep_to_paper_t
        from engine.pipeline import denoise, final_notes, preview_roll

        step = None
        with (
            self._stage(Stage.DENOISE, self.settings.steps, "steps") as report,
            explaining_memory(self.settings.device),
        ):
            for step in denoise(bundle, plan, self.settings, cancel=self.cancel):
                if self.request.previews:
                    paper_t = timestep_to_paper_t(step.timestep, bundle.config.settled)
                    roll = preview_roll(bundle, step, plan.n_beats)
                    self.tell(PreviewReady(step.index, step.total, step.timestep, paper_t, roll))
                report(step.index + 1, step.total)
            assert step is not None
            return final_notes(bundle, step, plan.n_beats)

    def _score(self, notes: tuple[Note, ...], plan: MusicPlan) -> Score:
        with self._stage(Stage.SCORE, 1, "score") as report:
            if not notes:
                self.tell(Warned("The model wrote no notes for this video; the music is silent."))
            score = write_score(notes, plan, self.settings)
            report(1, 1)
        return score

    def _needs_sound(self) -> bool:
        return self.request.output.suffix.lower() not in (".mid", ".midi") or self.request.wav is not None

    def _render(self, score: Score) -> AudioClip:
        from engine.audio.mix import gain, limit, master
        from engine.audio.synth import choose_synthesizer

        with self._stage(Stage.SYNTH, self.duration_s, "seconds of music") as report:
            synthesizer = choose_synthesizer()
            clip = synthesizer.render(score, sample_rate=SAMPLE_RATE_HZ, report=report, cancel=self.cancel)
            clip = master(clip, duration_s=score.end_s, fade_out_s=self.settings.fade_out_s, cancel=self.cancel)
            return limit(gain(clip, self.settings.music_gain_db), cancel=self.cancel)

    def _manifest(self, bundle: Bundle, plan: MusicPlan, notes: tuple[Note, ...]) -> dict[str, Any]:
        return build_manifest(
            video=plan.info,
            settings=self.settings,
            model={"version": bundle.config.version, "sha256": bundle.hash},
            plan=plan,
            n_notes=len(notes),
            timings_s=self.timings,
        )

    def _write(
        self, info: VideoInfo, score: Score, music: AudioClip | None, manifest: dict[str, Any], scratch: Path
    ) -> None:
        from engine.audio.mix import write_wav

        request = self.request
        with self._stage(Stage.MUX, 1, "files") as report:
            midi = midi_bytes(score)
            suffix = request.output.suffix.lower()
            if suffix in (".mid", ".midi"):
                self._aside(request.output).write_bytes(midi)
            if request.midi is not None:
                self._aside(request.midi).write_bytes(midi)
            if music is not None:
                for path in (request.wav, request.output if suffix == ".wav" else None):
                    if path is not None:
                        write_wav(music, self._aside(path), cancel=self.cancel)
            if suffix in VIDEO_SUFFIXES:
                assert music is not None
                self._mux(info, music, manifest, scratch, report)
            report(1, 1)

    def _mux(self, info: VideoInfo, music: AudioClip, manifest: dict[str, Any], scratch: Path, report: Report) -> None:
        from engine.audio.mix import write_wav
        from engine.manifest import container_metadata
        from engine.video.mux import mux

        wav = scratch / "music.wav"
        write_wav(self._with_original(info, music), wav, cancel=self.cancel)
        mux(
            self.request.video,
            wav,
            self._aside(self.request.output),
            info=info,
            settings=self.settings,
            metadata=container_metadata(manifest),
            report=report,
            cancel=self.cancel,
        )

    def _with_original(self, info: VideoInfo, music: AudioClip) -> AudioClip:
        """The music, with the video's own sound in it when the settings ask for a mix and there is one."""
        if self.settings.original_audio != "mix":
            return music
        from engine.audio.mix import AudioClip, mix_with_original
        from engine.video.sound import read_original_sound

        samples = read_original_sound(info, sample_rate=music.sample_rate, cancel=self.cancel)
        if samples is None:
            self.tell(Warned("The video has no sound of its own to mix with."))
            return music
        original = AudioClip(samples, music.sample_rate)
        level = self.settings.original_gain_db
        return mix_with_original(music, original, original_gain_db=level, cancel=self.cancel)

    def _write_manifest(self, manifest: dict[str, Any]) -> None:
        import json

        if self.request.manifest is not None:
            self._aside(self.request.manifest).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    def _aside(self, path: Path) -> Path:
        """A temporary neighbour of an output, to be renamed when everything is there."""
        aside = path.with_name(f".{path.stem}.part{path.suffix}")
        self.written.append((aside, path))
        return aside

    @contextmanager
    def _all_or_none(self) -> Iterator[None]:
        from engine.video.mux import write_error

        try:
            yield
            self.cancel.raise_if_cancelled()
            for aside, path in self.written:
                aside.replace(path)
        except OSError as error:
            raise write_error(self.request.output, error) from error
        finally:
            for aside, _ in self.written:
                aside.unlink(missing_ok=True)


def with_settings(request: GenerationRequest, **changes: Any) -> GenerationRequest:
    """The same request with other settings."""
    return replace(request, settings=replace(request.settings, **changes))
