"""Making takes: generating, re-rolling, forking, editing by hand. Each becomes an entry of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from diffbgm_gui.document import (
    Document,
    TakeEntry,
    add_take,
    goes_on,
    hit_share,
    is_draft,
    lock,
    replace_take,
    unlock,
    without_drafts,
)
from diffbgm_gui.passes import Passes
from diffbgm_gui.regions import without
from diffbgm_gui.run_state import CancelAsked, DraftReady, RunAsked, StudioEvent
from diffbgm_gui.studio_core import StudioCore
from engine import CancelToken, EngineError, FinishReason, InputError, RunCancelled, RunFinished
from engine.direction import Direction
from engine.music.descent import difference
from engine.music.descent import edit as edited
from engine.music.notes import Note
from engine.music.region import Region, Selection, parse_region
from engine.music.take import Take, Trajectory
from engine.settings import MAX_SEED, GenerationSettings, resolve_seed
from engine.timebase import STEPS_PER_BEAT
from engine.wording import Told

Emit = Callable[[StudioEvent], None]
Work = Callable[[Any, Emit, CancelToken], Any]

DRAFT_STEPS: Final = 6
"""Steps of the quick pass that is heard while the full one runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What is under way. `hand`: notes by hand of the take that is changed; `found`: what the work finds on its way."""

    token: CancelToken
    hand: tuple[Note, ...] = ()
    found: Any = None


class StudioMaking(StudioCore):
    """Makes takes, one at a time; `state.is_busy` tells when one is under way."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._run: Run | None = None
        self._waiting: list[Callable[[], None]] = []
        self._known: Any = None
        self._n_made = 0
        self._draft: str | None = None
        self._before_draft: tuple[Document, Document] | None = None

    # -- asking ----------------------------------------------------------------------------------------------------

    def generate(self, *, takes: int = 1, draft_first: bool = False) -> None:
        """Compose takes with the settings: one after the other, each with the next seed.

        Args:
            draft_first: before the first take a pass of few steps, heard while the full one runs and takes its place;
                left out where the full one has few steps itself.
        """
        if not self.state.can_generate:
            return
        first = resolve_seed(self.document.settings)
        assert first.seed is not None
        for number in range(takes):
            settings = replace(first, seed=(first.seed + number) % (MAX_SEED + 1))
            has_draft = draft_first and number == 0 and settings.steps > 2 * DRAFT_STEPS
            self._waiting.append(lambda s=settings, d=has_draft: self._compose(s, draft_first=d))
        self._start_next()

    def reroll_time(self, start_s: Fraction, end_s: Fraction) -> None:
        """Write what begins in a stretch of the film anew, with the moods of the document; every other note stays."""
        take = self.document.take
        if take is None or self.state.is_busy:
            return
        try:
            region = parse_region(f"time={start_s}:{end_s}", take.plan)
        except EngineError as error:
            self.notice("error", error.message, error.hint)
            return
        self.reroll(Selection((region,)), direction=replace(take.direction, moods=self.document.direction.moods))

    def reroll(self, selection: Selection, *, seed: int | None = None, direction: Direction | None = None) -> None:
        """Write a part of the current take anew. Locked regions stay in any case.

        Args:
            direction: what the new notes follow, in place of what the take does.
        """
        take = self.document.take
        if take is None or self.state.is_busy:
            return
        locks = self.document.locked
        free = without(selection, locks, n_steps=take.plan.n_beats * STEPS_PER_BEAT)
        if not free.regions:
            self.notice("warning", self.tr("All of that is locked."), self.tr("Unlock it to write it anew."))
            return
        kept = tuple(note for note in take.notes if free.holds(note) and locks.holds(note))
        source = replace(take, hand=tuple(sorted({*take.hand, *kept})))
        fresh = resolve_seed(replace(take.settings, seed=seed))
        assert fresh.seed is not None
        settings = replace(take.settings, device=self.document.settings.device)
        signals = self.state.signals if direction is not None else None

        def change() -> Any:
            from engine.revise import Reroll

            return Reroll(free, fresh.seed, settings, direction=direction, signals=signals)

        self._waiting.append(lambda: self._revise(source, change, hand=take.hand))
        self._start_next()

    def fork(self, step: int, **changes: Any) -> None:
        """Leave the current take's run after a step, with other settings (t0, k, guidance, mood, seed)."""
        take = self.document.take
        if take is None or self.state.is_busy:
            return
        try:
            settings = replace(take.settings, device=self.document.settings.device, **changes)
        except EngineError as error:
            self.notice("error", error.message, error.hint)
            return
        signals = self.state.signals

        def change() -> Any:
            from engine.revise import Fork

            return Fork(step, settings, signals)

        self._waiting.append(lambda: self._revise(take, change, hand=take.hand, needs_steps=True))
        self._start_next()

    def write_notes(self, text: str, notes: Sequence[Note], *, merge: str = "") -> None:
        """Notes drawn, moved or deleted by hand, which are locked from then on.

        The first edit of a take makes one of its own; further edits go on with that one, until it is starred or another
        take is made from it. Every edit is a step of history, those in a row with one `merge` key together.
        """
        take = self.document.take
        if take is None or set(notes) == set(take.notes):
            return
        try:
            made = edited(take, notes)
        except EngineError as error:
            self.notice("error", error.message, error.hint)
            return
        self._write(text, take, made, merge)

    def free_notes(self, text: str, notes: Iterable[Note]) -> None:
        """Let re-rolls change notes again that were written by hand."""
        take = self.document.take
        if take is None:
            return
        freed = frozenset(notes)
        made = edited(take, take.notes)
        self._write(text, take, replace(made, hand=tuple(note for note in take.hand if note not in freed)), "")

    def _write(self, text: str, take: Take, made: Take, merge: str) -> None:
        entry = self.document.entry(take.id)
        if entry is None or not goes_on(self.document, take):
            self._add(text, made, merge)
            return
        made = replace(made, parent=take.parent, name=take.name, details=self._details(take.parent, made))
        self._forget_sound(take.id)
        self._keep(made)
        fresh = replace(entry, take=replace(made, trajectory=None), hit_share=hit_share(made))
        self.edit(text, lambda document: replace_take(document, take.id, fresh), merge=merge)

    def _details(self, parent: str | None, made: Take) -> Mapping[str, Any]:
        """What an edited take says of its origin, where the take it descends from is on the wall."""
        entry = self.document.entry(parent)
        if entry is None:
            return made.details
        return {**made.details, "difference": difference(entry.take, made).counts()}

    def _forget_sound(self, take_id: str) -> None:
        """What a take sounds like is not asked for any more."""

    def lock(self, region: Region) -> None:
        """Keep a region from re-rolls."""
        self.edit(self.tr("Lock"), lambda document: lock(document, region))

    def unlock(self, region: Region | None = None) -> None:
        """Free a region, or all of them."""
        self.edit(self.tr("Unlock"), lambda document: unlock(document, region))

    def cancel(self) -> None:
        """Stop what is under way, and what waits to be made."""
        self._waiting.clear()
        if not self.state.is_busy or self._run is None:
            return
        self.take_event(CancelAsked())
        if self.bridge.withdraw(self._run.token):
            self.take_event(RunFinished(FinishReason.CANCELLED))

    # -- doing -----------------------------------------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._waiting and not self.state.is_busy:
            self._waiting.pop(0)()

    def _compose(self, settings: GenerationSettings, *, draft_first: bool = False) -> None:
        document, bundle, known = self.document, self.bundle, self._known_for(settings)
        encoders = self.encoders
        assert document.video is not None

        def asked(settings: GenerationSettings, known: Any) -> Any:
            from engine import GenerationRequest

            assert document.video is not None
            return GenerationRequest(
                video=document.video,
                output=None,
                settings=settings,
                direction=document.direction,
                bundle=bundle,
                encoders=encoders,
                known=known,
            )

        def work(engine: Any, emit: Emit, cancel: CancelToken) -> None:
            measured = known() if known is not None else None
            if not draft_first:
                engine.compose(asked(settings, measured), emit, cancel)
                return
            passes = Passes(emit, DRAFT_STEPS, settings.steps)
            draft = engine.compose(asked(replace(settings, steps=DRAFT_STEPS), measured), passes.draft, cancel)
            emit(DraftReady(replace(draft.take, details={**draft.take.details, "draft": True})))
            engine.compose(asked(settings, draft.known), passes.full, cancel)

        self._begin(work)

    def _known_for(self, settings: GenerationSettings) -> Callable[[], Any] | None:
        """What need not be measured again: the picture, and speech where that was measured or is not asked for."""
        signals, known = self.state.signals, self._known
        if known is not None and (known.speech is not None or not settings.duck_notes):
            return lambda: known
        if signals is None or settings.duck_notes:
            return None

        def picture() -> Any:
            from engine.runner import Known

            return Known(signals)

        return picture

    def _revise(
        self, take: Take, change: Callable[[], Any], *, hand: tuple[Note, ...], needs_steps: bool = False
    ) -> None:
        bundle = self.bundle

        def work(engine: Any, emit: Emit, cancel: CancelToken) -> None:
            whole = self._with_steps(take) if needs_steps else take
            engine.revise(whole, change(), emit, cancel, bundle=bundle)

        self._begin(work, hand=hand)

    def _begin(self, work: Work, *, hand: tuple[Note, ...] = (), found: Any = None) -> None:
        self.take_event(RunAsked())
        self._run = Run(self.bridge.submit(self._told(work)), hand, found)

    def _told(self, work: Work) -> Callable[[Emit, CancelToken], None]:
        """A task for the engine's thread that ends with exactly one `RunFinished`, whatever happens."""

        def task(emit: Emit, cancel: CancelToken) -> None:
            ended: list[RunFinished] = []

            def tell(event: StudioEvent) -> None:
                if isinstance(event, RunFinished):
                    ended.append(event)
                emit(event)

            try:
                work(self._engine(), tell, cancel)
            except RunCancelled:
                if not ended:
                    emit(RunFinished(FinishReason.CANCELLED))
            except EngineError as error:
                if not ended:
                    emit(RunFinished(FinishReason.FAILED, message=error.message, hint=error.hint))
            except Exception as error:
                if not ended:
                    emit(
                        RunFinished(
                            FinishReason.FAILED,
                            message=Told("Something went wrong inside the program: {error}.", error=error),
                        )
                    )
                raise

        return task

    def _engine(self) -> Any:
        try:
            return self.bridge.engine()
        except Exception as error:
            raise InputError(
                "The engine could not be started: {error}.", "Run `diffbgm doctor`.", error=error
            ) from error

    def _with_steps(self, take: Take) -> Take:
        """From the engine's thread: a take with its denoising steps, which may lie in the project file."""
        return take if take.trajectory is not None else replace(take, trajectory=self._trajectory_of(take.id))

    def _trajectory_of(self, take_id: str) -> Trajectory | None:
        return None

    # -- what comes of it ------------------------------------------------------------------------------------------

    def _take(self, event: Any) -> None:
        was_busy = self.state.is_busy
        super()._take(event)
        if isinstance(event, DraftReady) and was_busy and not self.state.is_cancelling:
            self._hang_draft(event.take)
        if isinstance(event, RunFinished) and was_busy:
            self._ended(event)

    def _hang_draft(self, take: Take) -> None:
        """Let a quick pass be heard. It is no step of history: what takes its place is."""
        self._keep(take)
        self._draft = take.id
        before, entry = self.document, self._entry(take)
        after = add_take(before, entry)
        self._before_draft = (before, after)
        self._show(after)

    def _drop_draft(self) -> None:
        """The run of a quick pass is over: it leaves the wall, unless it was starred."""
        if self._draft is None:
            return
        self._draft = None
        settled = self._settled()
        if settled is not self.document:
            self._show(settled)
        self._before_draft = None

    def _settled(self) -> Document:
        """The document as it is to be kept: without the quick pass that is being refined."""
        if self._before_draft is not None and self.document is self._before_draft[1]:
            return self._before_draft[0]
        return without_drafts(self.document)

    def _show(self, document: Document) -> None:
        super()._show(without_drafts(document, but=self._draft))  # history may hold one that is gone

    def _ended(self, event: RunFinished) -> None:
        run, self._run = self._run, None
        if run is None or event.reason is not FinishReason.COMPLETED:
            self._waiting.clear()
            self._drop_draft()
            return
        take: Take = getattr(event.result, "take", event.result)
        self._known = getattr(event.result, "known", self._known)
        if take.origin in ("reroll", "fork"):
            hand = set(run.hand)  # what was held for this one time is not by hand
            take = replace(take, hand=tuple(note for note in take.hand if note in hand))
        self._hang(run, take)
        self._start_next()

    def _hang(self, run: Run, take: Take) -> None:
        """Put on the wall what a run made, in the place of its quick pass."""
        text = {"reroll": self.tr("Re-roll"), "fork": self.tr("Fork")}.get(take.origin, self.tr("Generate"))
        before, self._draft = self._settled(), None
        self._before_draft = None
        self._add(text, take, before=before)

    def _add(self, text: str, take: Take, merge: str = "", *, before: Document | None = None) -> None:
        """Hang a new take on the wall."""
        self._keep(take)
        entry = self._entry(take)

        def hang(document: Document) -> Document:
            return add_take(without_drafts(document, but=self._draft), entry)

        self.edit(text, hang, merge=merge, before=before)

    def _keep(self, take: Take) -> None:
        """Put a new take, with its steps, where it outlives the program."""

    def _entry(self, take: Take) -> TakeEntry:
        if is_draft(take):
            name = self.tr("Draft")
        else:
            n_takes = sum(not is_draft(entry.take) for entry in self.document.takes)
            self._n_made = max(self._n_made, n_takes) + 1
            name = self.tr("Take {}").format(self._n_made)
        return TakeEntry(replace(take, name=name), name, hit_share=hit_share(take))

    def _turn_to(self, document: Document) -> None:
        """Another project: nothing is left of what was made for the one before."""
        self.bridge.forget()
        self._waiting.clear()
        self._run, self._known, self._n_made = None, None, len(document.takes)
        self._draft = self._before_draft = None
        self._show(document)
        self.undo_stack.clear()
