"""What happens at each denoising step: how many notes begin that did not before, and how many are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import Shown, StepPicture
from diffbgm_gui.widgets.roll.shapes import Roll, births_and_deaths


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step.

    Attributes:
        paper_t: its noise level on the paper's scale.
        births, deaths: notes against the step before; None until they are counted.
    """

    index: int
    paper_t: float
    births: int | None = None
    deaths: int | None = None


class StepFigures(QObject):
    """The steps that are known of what is shown: of a run as it goes, of a take once they are worked out.

    `changed` tells of more of them.
    """

    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.marks: tuple[StepMark, ...] = ()
        self._of: tuple[str, bool] | None = None
        self._waiting: list[StepPicture] = []
        self._last: Roll | None = None
        self._live_last: Roll | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._count_one)

    @property
    def is_live(self) -> bool:
        """Whether these are of a run as it went, not of a take whose steps were worked out."""
        return bool(self.marks) and self._of is None

    def see(self, shown: Shown, paper_t: float) -> None:
        """A preview of a run that is under way."""
        if shown.step is None or shown.roll is None or shown.roll is self._live_last:
            return
        if self._of is not None or (self.marks and self.marks[-1].index >= shown.step):
            self._start(None)
        births, deaths = births_and_deaths(self._live_last, shown.roll)
        self._live_last = shown.roll
        self.marks = (*self.marks, StepMark(shown.step, paper_t, births, deaths))
        self.changed.emit()

    def begin_run(self) -> None:
        """A run begins: nothing is known of it."""
        self._start(None)
        self.changed.emit()

    def forget(self) -> None:
        """Another take is shown, of which nothing is known yet."""
        if self.marks:
            self._start(None)
            self.changed.emit()

    def take_up(self, take_id: str, steps: Sequence[StepPicture], *, noisy: bool) -> None:
        """The steps of a take; they are counted one at a time, so that nothing waits for it."""
        if self._of == (take_id, noisy) or not steps:
            return
        self._start((take_id, noisy))
        self.marks = tuple(StepMark(step.index, step.paper_t) for step in steps)
        self._waiting = list(steps)
        self._timer.start()
        self.changed.emit()

    def _start(self, of: tuple[str, bool] | None) -> None:
        self._timer.stop()
        self._of, self.marks, self._waiting, self._last, self._live_last = of, (), [], None, None

    def _count_one(self) -> None:
        if not self._waiting:
            self._timer.stop()
            self._last = None
            return
        step = self._waiting.pop(0)
        roll = step.roll
        births, deaths = births_and_deaths(self._last, roll)
        self._last = roll
        mark = StepMark(step.index, step.paper_t, births, deaths)
        self.marks = tuple(mark if old.index == step.index else old for old in self.marks)
        self.changed.emit()
