"""Studying: the bundle in use, captions, what the steps of a take did, measures, and small takes over t0 and k."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from diffbgm_gui.document import select_take
from diffbgm_gui.run_state import StudioEvent
from diffbgm_gui.studio_events import TaskFailed
from diffbgm_gui.studio_hearing import StudioHearing, _telling
from diffbgm_gui.study_events import (
    BundleKnown,
    CaptionsProgressed,
    CaptionsWritten,
    EncodersKnown,
    SheetCell,
    SheetChanged,
    StepsCharted,
    StudyWritten,
    TakeMeasured,
)
from engine import CancelToken, EngineError, RunCancelled
from engine.direction import Words
from engine.music.take import Take
from engine.settings import MAX_SEED
from engine.wording import Told

if TYPE_CHECKING:
    from engine.bundles import BundleFacts
    from engine.music.encoded import Caption

Emit = Callable[[StudioEvent], None]

SHEET_T0: Final = (600, 200, 50)
SHEET_K: Final = (32, 8, 2)
SHEET_STEPS: Final = 8
SHEET_S: Final = Fraction(24)
"""Small takes: a few steps, and the beginning of the music alone."""
_STUDIES: Final = (".gif", ".mp4", ".npz", ".csv")


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Small takes over t0 and k, as far as they are there. `is_running` is False when it was stopped or is whole."""

    t0s: tuple[int, ...]
    ks: tuple[int, ...]
    cells: Mapping[tuple[int, int], Take | None] = field(default_factory=dict)
    is_running: bool = False

    @property
    def n_cells(self) -> int:
        return len(self.t0s) * len(self.ks)


class StudioStudy(StudioHearing):
    """Looks closer at takes. Nothing here changes the document."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.bundle_facts: BundleFacts | None = None
        self.encoders_known: EncodersKnown | None = None
        self.sheet: Sheet | None = None
        self._cell: tuple[CancelToken, tuple[int, int]] | None = None
        self._captioning: CancelToken | None = None
        self._written: tuple[Words, ...] = ()

    # -- the bundle ------------------------------------------------------------------------------------------------

    def use_bundle(self, folder: Path | None) -> None:
        """Compose with another bundle; None is the program's own. `BundleKnown` tells when it was found good."""
        self._learn_bundle(folder, is_new=True)

    def learn_bundle(self) -> None:
        """Find out what the bundle in use is; `BundleKnown` tells."""
        self._learn_bundle(self.bundle, is_new=False)

    def _learn_bundle(self, folder: Path | None, *, is_new: bool) -> None:
        def work(emit: Emit, _cancel: CancelToken) -> None:
            from engine.bundles import describe_bundle

            emit(BundleKnown(describe_bundle(folder), is_new))

        self.study.submit(_telling(work))

    @property
    def reads_captions(self) -> bool:
        """Whether the bundle in use follows captions."""
        return self.bundle_facts is not None and self.bundle_facts.profile == "paper"

    def use_encoders(self, folder: Path | None) -> None:
        """Take image and text encoders from a folder; None looks in the usual places."""
        self.encoders = folder
        self.check_encoders()

    def check_encoders(self) -> None:
        """Find out whether the encoders of the paper profile are here; `EncodersKnown` tells."""
        folder = self.encoders

        def work(emit: Emit, _cancel: CancelToken) -> None:
            emit(look_for_encoders(folder))

        self.study.submit(_telling(work))

    # -- captions --------------------------------------------------------------------------------------------------

    def write_captions(self) -> None:
        """Let the caption model put the film into words; `CaptionsWritten` tells."""
        video, folder, device = self.document.video, self.encoders, self.document.settings.device
        if video is None or self._captioning is not None:
            return

        def work(emit: Emit, cancel: CancelToken) -> None:
            try:
                emit(CaptionsWritten(video, captions_of(video, folder, device, emit, cancel)))
            except EngineError as error:
                emit(CaptionsWritten(video, (), error.message, error.hint))
            except RunCancelled:
                emit(CaptionsWritten(video, ()))

        self._captioning = self.study.submit(_telling(work))

    def stop_captions(self) -> None:
        """Stop the caption model."""
        if self._captioning is not None and self.study.withdraw(self._captioning):
            self._captioning = None

    @property
    def is_captioning(self) -> bool:
        return self._captioning is not None

    @property
    def captions(self) -> tuple[Words, ...]:
        """The captions in force: the user's, those that the take followed, or those that were written by themselves."""
        if self.document.direction.captions:
            return self.document.direction.captions
        take = self.document.take
        followed = () if take is None or take.plan.encoded is None else take.plan.encoded.captions
        return tuple(map(words_of, followed)) or self._written

    # -- charts and measures ---------------------------------------------------------------------------------------

    def chart_steps(self, take_id: str) -> None:
        """Count what the steps of a take did, once `steps` has them; `StepsCharted` tells."""
        steps = self.steps(take_id)

        def work(emit: Emit, cancel: CancelToken) -> None:
            from engine.unfolding import step_figures

            emit(StepsCharted(take_id, step_figures(steps, cancel=cancel)))

        self.study.submit(_telling(work))

    def measure_take(self, take: Take) -> None:
        """Measure a take beside real music; `TakeMeasured` tells."""
        bundle = self.bundle

        def work(emit: Emit, _cancel: CancelToken) -> None:
            emit(measured(take, bundle))

        self.study.submit(_telling(work))

    def write_study(self, path: Path) -> None:
        """Write the steps of the current take as .gif, .mp4, .npz or .csv; `StudyWritten` tells."""
        take, film = self.document.take, self.document.video
        steps = () if take is None else self.steps(take.id)
        if take is None or film is None or not steps:
            return
        name = film.name

        def work(emit: Emit, cancel: CancelToken) -> None:
            from engine.unfolding import write_steps

            write_steps(steps, path, t0=take.settings.t0, name=name, cancel=cancel)
            emit(StudyWritten(path))

        self.study.submit(_telling(work))

    # -- the sheet of t0 and k -------------------------------------------------------------------------------------

    def begin_sheet(self, t0s: Sequence[int] = SHEET_T0, ks: Sequence[int] = SHEET_K) -> None:
        """Compose small takes over t0 and k, one after the other, whenever the engine has nothing else to do."""
        if self.state.signals is None:
            return
        self.stop_sheet()
        self.sheet = Sheet(tuple(t0s), tuple(ks), is_running=True)
        seed = self.document.settings.seed
        take = self.document.take
        self._sheet_settings = replace(
            self.document.settings,
            steps=SHEET_STEPS,
            duck_notes=False,
            seed=seed if seed is not None else take.settings.seed if take is not None else MAX_SEED // 2,
        )
        self._sheet_direction = replace(self.document.direction, range_s=self._sheet_range())
        self.take_event(SheetChanged())
        self._next_cell()

    def stop_sheet(self) -> None:
        """Stop; the cells that are there stay."""
        if self._cell is not None:
            self.bridge.withdraw(self._cell[0])
            self._cell = None
        if self.sheet is not None and self.sheet.is_running:
            self.sheet = replace(self.sheet, is_running=False)
            self.take_event(SheetChanged())

    def keep_cell(self, t0: int, k: int) -> None:
        """Hang a small take on the wall, with its steps; turn to it where it hangs there already."""
        take = None if self.sheet is None else self.sheet.cells.get((t0, k))
        if take is None:
            return
        if self.document.entry(take.id) is not None:
            self.edit(self.tr("Select"), lambda document: select_take(document, take.id), merge="select")
        else:
            self._add(self.tr("Keep a small take"), take)

    def compose_cell(self, t0: int, k: int) -> None:
        """Compose the whole with a cell's t0 and k, and the seed of the sheet."""
        if self.sheet is None or not self.state.can_generate:
            return
        settings = replace(self.document.settings, t0=t0, k=k, seed=self._sheet_settings.seed)
        self._waiting.append(lambda: self._compose(settings))
        self._start_next()

    def _sheet_range(self) -> tuple[Fraction, Fraction] | None:
        whole = (Fraction(0), Fraction(self.state.info.duration_s))
        begin, end = self.document.direction.range_s or whole
        part = (begin, min(end, begin + SHEET_S))
        return None if part == whole else part

    def _next_cell(self) -> None:
        sheet = self.sheet
        if sheet is None or not sheet.is_running or self.state.is_busy or self._cell is not None:
            return
        places = [(t0, k) for t0 in sheet.t0s for k in sheet.ks]
        place = next((place for place in places if place not in sheet.cells), None)
        if place is None:
            self.sheet = replace(sheet, is_running=False)
            self.take_event(SheetChanged())
            return
        self._cell = (self.bridge.submit(_telling(self._cell_work(*place))), place)

    def _cell_work(self, t0: int, k: int) -> Callable[[Emit, CancelToken], None]:
        settings = replace(self._sheet_settings, t0=t0, k=k)
        direction, bundle, encoders = self._sheet_direction, self.bundle, self.encoders
        video, signals = self.document.video, self.state.signals

        def work(emit: Emit, cancel: CancelToken) -> None:
            from engine import GenerationRequest
            from engine.events import ignore
            from engine.runner import Known

            request = GenerationRequest(
                video=video, output=None, settings=settings, direction=direction, bundle=bundle, encoders=encoders,
                previews=False, known=Known(signals),
            )  # fmt: skip
            try:
                made = self._engine().compose(request, ignore, cancel)
            except EngineError as error:
                emit(SheetCell(t0, k, None))
                emit(TaskFailed(error.message, error.hint))
            else:
                emit(SheetCell(t0, k, made.take))

        return work

    # -- events ----------------------------------------------------------------------------------------------------

    def _take(self, event: Any) -> None:
        match event:
            case BundleKnown(facts=facts, is_new=is_new):
                self.bundle_facts = facts
                if is_new:
                    self.bundle = facts.folder
                    self._drop_sheet()
                if facts.profile == "paper":
                    self.check_encoders()
            case EncodersKnown():
                self.encoders_known = event
            case CaptionsWritten(captions=captions):
                self._captioning = None
                self._written = captions or self._written
            case SheetCell(t0=t0, k=k) if self.sheet is not None and self._cell is not None:
                self._cell = None
                is_running = self.sheet.is_running and event.take is not None
                self.sheet = replace(self.sheet, cells={**self.sheet.cells, (t0, k): event.take}, is_running=is_running)
            case SheetCell():
                return  # of a sheet that was stopped
        was_busy = self.state.is_busy
        super()._take(event)
        if self.state.is_busy and not was_busy and self._cell is not None:
            self.bridge.withdraw(self._cell[0])  # what the user asks for goes first; the cell is made later
            self._cell = None
        if isinstance(event, SheetCell) or (was_busy and not self.state.is_busy):
            self._next_cell()

    def _drop_sheet(self) -> None:
        if self.sheet is not None:
            self.stop_sheet()
            self.sheet = None
            self.take_event(SheetChanged())

    def _turn_to(self, document: Any) -> None:
        self.study.forget()
        self._captioning = self._cell = None
        self._written = ()
        self.sheet = None
        super()._turn_to(document)


def look_for_encoders(folder: Path | None) -> EncodersKnown:
    """Whether the encoders are on this machine, without asking the hub."""
    from engine.features.encoders.places import KINDS, find_encoder, require_transformers

    try:
        require_transformers()
        missing = [kind for kind in KINDS if find_encoder(kind, folder) is None]
    except EngineError as error:
        return EncodersKnown(False, error.message, error.hint)
    if not missing:
        return EncodersKnown(True)
    names = ", ".join(kind.hub for kind in missing)
    size = sum(kind.megabytes for kind in missing)
    return EncodersKnown(
        False,
        Told("Not on this machine yet: {names}.", names=names),
        Told(
            "They are downloaded once ({size} MB) when music is composed; or choose a folder that holds them.",
            size=size,
        ),
    )


def captions_of(video: Path, folder: Path | None, device: str, emit: Emit, cancel: CancelToken) -> Any:
    """What the caption model says of a film."""
    from engine.device import choose_device
    from engine.encoding import EncoderOptions, caption_video, check_encoders
    from engine.video.probe import probe

    options = EncoderOptions(folder=folder, device=choose_device(device)[0])
    check_encoders(options)

    def report(done: float, total: float) -> None:
        emit(CaptionsProgressed(done / total if total else 0.0))

    said = caption_video(video, probe(video), options, report=report, cancel=cancel)
    return tuple(map(words_of, said))


def words_of(caption: Caption) -> Words:
    """A caption as the direction keeps it, to the millisecond."""
    start_s, end_s = (Fraction(time_s).limit_denominator(1000) for time_s in (caption.start_s, caption.end_s))
    return Words(start_s, end_s, caption.texts)


def measured(take: Take, bundle: Path | None) -> TakeMeasured:
    """A take beside the real music that the bundle knows."""
    from engine.music.curves import agreements
    from engine.music.measures import findings, read_reference
    from engine.pipeline import write_score
    from engine.resources import resource_path
    from engine.timebase import STEPS_PER_BEAT

    own = resource_path("model", "compact")
    reference = read_reference(bundle or own) or read_reference(own)
    found = findings(take.notes, take.plan.n_beats * STEPS_PER_BEAT, reference)
    curves: Any = ()
    if take.direction.curves:
        score = write_score(take.notes, take.plan, take.settings, take.direction)
        curves = agreements(take.direction, take.notes, score, take.plan)
    if reference is None:
        return TakeMeasured(take.id, found, curves)
    return TakeMeasured(take.id, found, curves, reference.source, reference.n_windows)
