"""Hearing and seeing takes: their sound, and the denoising steps they came from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from diffbgm_gui.document import Document, is_draft
from diffbgm_gui.run_state import StudioEvent
from diffbgm_gui.studio_events import StepPicture, StepsFailed, StepsReady, TakeAudible, TaskFailed
from diffbgm_gui.studio_making import StudioMaking
from engine import CancelToken, EngineError, RunCancelled
from engine.music.take import Take
from engine.wording import Told

Emit = Callable[[StudioEvent], None]

OPENING_S: Final = Fraction(12)
"""So much of a draft is heard first; that lasts until the rest of it is there."""
MOST_SOUND_BYTES: Final = 3_000_000_000
"""What the sound files of takes may take up; those of takes heard longest ago go first."""


class StudioHearing(StudioMaking):
    """Makes takes audible on the sound's thread, and works out their steps on the engine's."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._folder = tempfile.TemporaryDirectory(prefix="diffbgm-studio-", ignore_cleanup_errors=True)
        self._n_sounds = 0
        self._audible: dict[str, TakeAudible] = {}
        self._asked: dict[str, CancelToken | None] = {}

    @property
    def _sounds(self) -> Path:
        return Path(self._folder.name) / str(self._n_sounds)

    @property
    def folder(self) -> Path:
        """Where sound and other files of takes lie until the program ends."""
        return Path(self._folder.name)

    def audible(self, take_id: str | None) -> TakeAudible | None:
        """The sound files of a take, None while there are none."""
        return None if take_id is None else self._audible.get(take_id)

    def make_audible(self, take: Take) -> None:
        """Play a take into files, in the background; `TakeAudible` tells when they are there."""
        if take.id in self._audible or take.id in self._asked:
            return
        folder = self._sounds

        def work(emit: Emit, cancel: CancelToken) -> None:
            if is_draft(take) and take.plan.duration_s > 2 * OPENING_S:
                emit(opening(take, folder, cancel))
            emit(played(take, take.id, folder, cancel))

        self._asked[take.id] = self.sound.submit(_telling(work))

    def _forget_sound(self, take_id: str) -> None:
        token = self._asked.pop(take_id, None)
        if token is not None:
            self.sound.withdraw(token)

    def _show(self, document: Document) -> None:
        super()._show(document)
        if document.take is not None:  # undoing may lead to a take whose sound was not waited for
            self.make_audible(document.take)

    def play_anew(self) -> None:
        """Other sounds: takes are played into files again, the current one now, others when they are asked for."""
        self.sound.forget()
        self._n_sounds += 1  # new files: a player may have the old ones open
        self._audible.clear()
        self._asked.clear()
        if self.document.take is not None:
            self.make_audible(self.document.take)

    def steps(self, take_id: str, *, noisy: bool = False) -> tuple[StepPicture, ...]:
        """The denoising steps of a take, empty until they were asked for by `load_steps`."""
        return self._steps.get((take_id, noisy), ())

    def load_steps(self, *, noisy: bool = False) -> None:
        """Work out the denoising steps of the current take; `StepsReady` or `StepsFailed` tells of them."""
        take, bundle = self.document.take, self.bundle
        if take is None or (take.id, noisy) in self._steps:
            return

        def work(emit: Emit, cancel: CancelToken) -> None:
            from engine.previews import step_rolls

            try:
                whole = self._with_steps(take)
                loaded = self._engine().ready_bundle(bundle, whole.settings)
                steps = tuple(StepPicture.of(p) for p in step_rolls(loaded, whole, noisy=noisy, cancel=cancel))
            except EngineError as error:
                emit(StepsFailed(take.id, noisy, error.message, error.hint))
            else:
                emit(StepsReady(take.id, noisy, steps))

        self.bridge.submit(_telling(work))

    def show_step(self, step: int | None, *, noisy: bool = False) -> None:
        """Draw a denoising step of the current take instead of its notes; None goes back to them."""
        take = self.document.take
        self._step = None if step is None or take is None else (take.id, step, noisy)
        self._draw_anew()

    def listen_to_step(self, step: int) -> None:
        """Make a denoising step of the current take audible, under the id "<take>@<step>"."""
        take, bundle = self.document.take, self.bundle
        if take is None:
            return
        name, folder = f"{take.id}@{step}", self._sounds
        if name in self._audible or name in self._asked:
            return
        self._asked[name] = None

        def work(emit: Emit, cancel: CancelToken) -> None:
            from engine.revise import take_at

            whole = self._with_steps(take)
            loaded = self._engine().ready_bundle(bundle, whole.settings)
            emit(played(take_at(loaded, whole, step, cancel=cancel), name, folder, cancel))

        self.bridge.submit(_telling(work, forgets=lambda: self._asked.pop(name, None)))

    def _take(self, event: Any) -> None:
        super()._take(event)
        match event:
            case TakeAudible():
                self._audible[event.take_id] = event
                if not event.is_opening:
                    self._asked.pop(event.take_id, None)
                self._make_room()
            case StepsReady():
                self._steps[event.take_id, event.noisy] = event.steps
                if self._step is not None and self._step[0] == event.take_id:
                    self._draw_anew()

    def _make_room(self) -> None:
        """Let go of sound that nobody turned to for long."""
        sizes = {
            take: sum(path.stat().st_size for path in heard.voices.values() if path.exists())
            for take, heard in self._audible.items()
        }
        total = sum(sizes.values())
        for take in list(self._audible):
            if total <= MOST_SOUND_BYTES:
                return
            if take in (self.document.current, self.document.other) or take == next(reversed(self._audible)):
                continue
            for path in self._audible.pop(take).voices.values():
                path.unlink(missing_ok=True)
            total -= sizes[take]

    def _turn_to(self, document: Any) -> None:
        self.sound.forget()
        self._audible.clear()
        self._asked.clear()
        self._steps.clear()
        self._drawn.clear()
        self._being_drawn.clear()
        self.drawing.forget()
        self._step = None
        super()._turn_to(document)


def opening(take: Take, folder: Path, cancel: CancelToken) -> TakeAudible:
    """The first seconds of a take, which are there long before the whole."""
    from engine.listening import listen

    folder.mkdir(exist_ok=True)
    made = listen(replace(take, id=f"{take.id}-opening"), folder, until_s=OPENING_S, cancel=cancel)
    return TakeAudible(take.id, made.voices, None, is_opening=True)


def played(take: Take, name: str, folder: Path, cancel: CancelToken) -> TakeAudible:
    from engine.listening import listen

    folder.mkdir(exist_ok=True)
    made = listen(replace(take, id=name.replace("@", "-")), folder, cancel=cancel)
    return TakeAudible(name, made.voices, None if made.facts is None else made.facts.loudness_lufs)


def _telling(
    work: Callable[[Emit, CancelToken], None], *, forgets: Callable[[], object] | None = None
) -> Callable[[Emit, CancelToken], None]:
    """A task whose failure is told in the message bar."""

    def task(emit: Emit, cancel: CancelToken) -> None:
        try:
            work(emit, cancel)
        except EngineError as error:
            emit(TaskFailed(error.message, error.hint))
        except RunCancelled:
            pass
        except Exception as error:
            emit(TaskFailed(Told("Something went wrong inside the program: {error}.", error=error)))
            raise
        else:
            return
        if forgets is not None:
            forgets()

    return task
