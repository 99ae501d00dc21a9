"""Writing files of takes: one task for all that was asked, with its progress over the whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffbgm_gui.exporting import Job, sound_of
from diffbgm_gui.languages import in_words
from diffbgm_gui.run_state import ExportFinished, ExportProgressed, ExportStarted, StudioEvent
from diffbgm_gui.studio_making import Run
from diffbgm_gui.studio_recut import StudioRecut, is_of_cut
from engine import CancelToken, EngineError, InputError, RunCancelled
from engine.music.take import Take
from engine.wording import Told

Emit = Callable[[StudioEvent], None]


class StudioExporting(StudioRecut):
    """Writes files; `ExportFinished` tells which. What the document says of the sound goes for all of them."""

    def export(self, files: Mapping[str, Path], *, take: Take | None = None, **settings: Any) -> None:
        """Write files of a take.

        Args:
            files: as `engine.outputs.Outputs` names them: "output" (the film or the music), "midi", "wav", "manifest",
                "stems" (a folder).
            take: the current one when None.
            settings: that change the mix, beyond what the document says: loudness, fades, original sound.
        """
        take = take or self.document.take
        if take is not None:
            self.export_all([Job(take, files, tuple(files.values()))], **settings)

    def export_all(self, jobs: Sequence[Job], **settings: Any) -> None:
        """Write the files of several takes, one after the other; those that are whole stay, whatever comes after."""
        if not jobs or self.state.is_busy:
            return
        sound = {**sound_of(self.document), **settings}
        try:
            asked = [replace(job, take=replace(job.take, settings=replace(job.take.settings, **sound))) for job in jobs]
        except EngineError as error:
            self.notice("error", error.message, error.hint)
            return
        self.take_event(ExportStarted(jobs[0].files["output"]))
        self._run = Run(self.bridge.submit(self._export_task(asked)))

    def _export_task(self, jobs: Sequence[Job]) -> Callable[[Emit, CancelToken], None]:
        video = self.document.video
        info = None if self.state.signals is None else self.state.signals.info

        def task(emit: Emit, cancel: CancelToken) -> None:
            written: list[Path] = []
            warnings: list[str] = []
            output = jobs[0].files["output"]
            pace = _Pace(len(jobs))
            try:
                for job in jobs:
                    output = job.files["output"]
                    self._export_one(job, video, info, lambda event: emit(pace.of(event)), warnings.append, cancel)
                    written.extend(job.told)
                    pace.next()
            except RunCancelled:
                emit(ExportFinished(None, files=tuple(written)))
            except EngineError as error:
                emit(ExportFinished(None, error.message, error.hint, tuple(written)))
            except Exception as error:
                told = Told("'{name}' could not be written: {error}.", name=output.name, error=error)
                emit(ExportFinished(None, told, "", tuple(written)))
                raise
            else:
                told = tuple(dict.fromkeys(warnings))
                emit(ExportFinished(jobs[-1].files["output"], files=tuple(written), warnings=told))

        return task

    def _export_one(
        self, job: Job, video: Path | None, info: Any, tell: Emit, warn: Callable[[str], None], cancel: CancelToken
    ) -> None:
        from engine.delivery import with_video
        from engine.events import StageProgressed, Warned
        from engine.outputs import Outputs

        outputs = Outputs(**job.files)
        if is_of_cut(job.take, info):
            placed = job.take if video is None else with_video(job.take, video)
        elif outputs.is_video or outputs.timelines:
            raise InputError(
                "'{name}' was made for an earlier cut of the film.",
                "Write its music alone, as WAV or MIDI, or choose a take of the film as it is now.",
                name=job.take.name,
            )
        else:
            placed = job.take

        def watch(event: Any) -> None:
            if isinstance(event, StageProgressed):
                tell(event)
            elif isinstance(event, Warned):
                warn(event.message)

        self._engine().export(placed, outputs, watch, cancel)

    def _take(self, event: Any) -> None:
        super()._take(event)
        if isinstance(event, ExportFinished) and event.output is not None:
            self._tell_written(event)

    def _tell_written(self, event: ExportFinished) -> None:
        assert event.output is not None
        shown = event.files or (event.output,)
        if len(shown) == 1:
            told = self.tr("{} is written.").format(shown[0].name)
        else:
            told = self.tr("{} files are written.").format(len(shown))
        kind = "warning" if event.warnings else "good"
        self.notice(kind, told, " ".join((*map(in_words, event.warnings), self.tr("In {}").format(shown[0].parent))))


@dataclass(slots=True)
class _Pace:
    """How far all jobs together are: this one by what it says of its time left, those after it as long as this one."""

    n_jobs: int
    n_done: int = 0
    share: float = 0.0
    began_s: float = 0.0

    def __post_init__(self) -> None:
        self.began_s = time.monotonic()

    def next(self) -> None:
        """A job is done."""
        self.n_done += 1
        self.share = 0.0
        self.began_s = time.monotonic()

    def of(self, event: Any) -> ExportProgressed:
        """Progress of a job's stage as progress of the whole. It never goes back."""
        spent_s, eta_s = time.monotonic() - self.began_s, event.eta_s
        if eta_s is None:
            return ExportProgressed(self.n_done + self.share, self.n_jobs, event.stage)
        self.share = max(self.share, min(0.99, spent_s / max(1e-6, spent_s + eta_s)))
        left = (self.n_jobs - self.n_done - 1) * (spent_s + eta_s)
        return ExportProgressed(self.n_done + self.share, self.n_jobs, event.stage, eta_s + left)
