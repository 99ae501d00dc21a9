"""The strip of the denoising steps: live while music forms, then to rewind it, to listen to any step, and to fork."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from diffbgm_gui.icons import icon
from diffbgm_gui.languages import in_one
from diffbgm_gui.run_state import RunAsked
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import StepsFailed, StepsReady, TakeAudible
from diffbgm_gui.widgets.roll.model import RollModel
from diffbgm_gui.widgets.steps.figures import StepFigures
from diffbgm_gui.widgets.steps.fork import ForkPopover
from diffbgm_gui.widgets.steps.scale import StepScale

_WORDS_PX = 230


class StepStrip(QWidget):
    """Steps of what is shown. `play_asked` when the step that was to be heard is audible.

    Args:
        roll: says whether steps are shown as the canvas itself (x_t) or as the estimate of what it becomes (x0).
    """

    play_asked = Signal()

    def __init__(self, studio: Studio, roll: RollModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.studio, self.roll = studio, roll
        self.figures = StepFigures(studio, self)
        self.scale = StepScale()
        self.popover = ForkPopover(self)
        self._take_id: str | None = None
        self._problem = ""
        self._is_loading = False
        self._listens_to: str | None = None
        self._build()
        studio.shown_changed.connect(self._render)
        studio.document_changed.connect(self._render)
        studio.state_changed.connect(self._render)
        studio.event.connect(self._heard)
        roll.mode_changed.connect(self._render)
        self.figures.changed.connect(self._render)
        self.scale.picked.connect(self._picked)
        self.scale.wanted.connect(self.load)
        self.popover.asked.connect(lambda step, changes: studio.fork(step, **changes))
        self._render()

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        name = QLabel(self.tr("Steps"))
        name.setObjectName("dim")
        name.setFixedWidth(66)
        self.words = QLabel()
        self.words.setObjectName("dim")
        self.words.setFixedWidth(_WORDS_PX)
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.noise_button = self._button("eye", self.tr("Noise"), self._toggle_noise)
        self.noise_button.setCheckable(True)
        self.noise_button.setToolTip(
            self.tr("Show the canvas itself (x_t) instead of what the model believes it becomes (x0)")
        )
        self.listen_button = self._button("headphones", self.tr("Listen"), self.listen)
        self.listen_button.setToolTip(self.tr("Hear the music as the model believes in it at this step"))
        self.fork_button = self._button("fork", self.tr("Fork from here"), self.ask_fork)
        self.fork_button.setToolTip(
            self.tr("Leave this take after this step with another t0, k, guidance, mood or seed; the take stays")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 3)
        row.setSpacing(6)
        row.addWidget(name)
        row.addWidget(self.scale, 1)
        row.addWidget(self.words)
        for button in (self.noise_button, self.listen_button, self.fork_button):
            row.addWidget(button)

    def _button(self, image: str, text: str, does: Any) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(image))
        button.setIconSize(QSize(16, 16))
        button.setText(f" {text}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _on=False: does())
        return button

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def step(self) -> int | None:
        """The step of the current take that is shown, None for its notes."""
        shown = self.studio.shown
        return None if shown.is_live else shown.step

    @property
    def _has_steps(self) -> bool:
        take = self.studio.document.take
        return take is not None and take.origin != "edit"

    def load(self) -> None:
        """Have the steps of the current take worked out."""
        take = self.studio.document.take
        if take is None or not self._has_steps or self.studio.state.is_busy or self._is_loading or self._problem:
            return
        if self.studio.steps(take.id, noisy=self.roll.shows_noise):
            return
        self._is_loading = True
        self.studio.load_steps(noisy=self.roll.shows_noise)
        self._render()

    # -- what the user does ------------------------------------------------------------------------------------------

    def _picked(self, place: int | None) -> None:
        self._listens_to = None
        if place is None or place >= len(self.scale.marks):
            self.studio.show_step(None)
        else:
            self.load()
            self.studio.show_step(self.scale.marks[place].index, noisy=self.roll.shows_noise)

    def _toggle_noise(self) -> None:
        self.roll.show_noise(self.noise_button.isChecked())
        self.load()

    def listen(self) -> None:
        """Make the step that is shown audible; `play_asked` tells when it is."""
        take, step = self.studio.document.take, self.step
        if take is None or step is None:
            return
        self._listens_to = f"{take.id}@{step}"
        if self.studio.audible(self._listens_to) is not None:
            self.play_asked.emit()
        else:
            self.studio.listen_to_step(step)
        self._render()

    def ask_fork(self) -> None:
        """Ask what shall be different after the step that is shown."""
        take, step = self.studio.document.take, self.step
        if take is not None and step is not None:
            corner = self.fork_button.mapToGlobal(self.fork_button.rect().topRight())
            self.popover.open_for(step, take.settings.steps, take.settings, corner)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _heard(self, event: object) -> None:
        match event:
            case RunAsked():
                self.figures.begin_run()
            case StepsReady() | StepsFailed():
                self._is_loading = False
                if isinstance(event, StepsFailed) and event.take_id == self._take_id:
                    self._problem = in_one(event.message, event.hint)
                self._render()
            case TakeAudible(take_id=take_id) if take_id == self._listens_to:
                self.play_asked.emit()
                self._render()

    def _render(self) -> None:
        studio, shown, state = self.studio, self.studio.shown, self.studio.state
        take = studio.document.take
        if (take.id if take is not None else None) != self._take_id:
            self._take_changed(None if take is None else take.id)
        if shown.is_live:
            self.figures.see(shown, state.paper_t)
        elif take is not None:
            self.figures.take_up(
                take.id, studio.steps(take.id, noisy=self.roll.shows_noise), noisy=self.roll.shows_noise
            )
        marks = self.figures.marks
        current = next((i for i, mark in enumerate(marks) if mark.index == shown.step), None)
        settings = studio.document.settings if shown.is_live or take is None else take.settings
        can_pick = not shown.is_live and self._has_steps and not self._problem
        self.scale.show_marks(
            marks, current=current, t0=settings.t0, is_live=shown.is_live, is_done=take is not None, can_pick=can_pick
        )
        self.words.setText(self._words())
        self.noise_button.setChecked(self.roll.shows_noise)
        self.noise_button.setEnabled(can_pick)
        self.listen_button.setEnabled(self.step is not None)
        self.fork_button.setEnabled(self.step is not None and not state.is_busy)

    def _take_changed(self, take_id: str | None) -> None:
        before, self._take_id = self._take_id, take_id
        self._problem, self._is_loading = "", False
        if before is not None and not self._just_made(take_id):
            self.figures.forget()

    def _just_made(self, take_id: str | None) -> bool:
        """Whether what was drawn live is the way to this take."""
        takes = self.studio.document.takes
        return bool(takes) and takes[-1].id == take_id and not self.studio.shown.is_live and self.figures.is_live

    def _words(self) -> str:
        studio, shown, state = self.studio, self.studio.shown, self.studio.state
        take = studio.document.take
        if self._problem:
            return self._problem
        if shown.is_live:
            if not state.step:
                return ""
            return self._step_words(state.step, state.n_steps, state.paper_t)
        if take is None:
            return ""
        if not self._has_steps:
            return self.tr("Edited by hand: it has no steps of its own.")
        if shown.step is not None:
            place = next((mark for mark in self.figures.marks if mark.index == shown.step), None)
            words = self._step_words(shown.step + 1, take.settings.steps, place.paper_t if place else 0.0)
            waits = self._listens_to is not None and studio.audible(self._listens_to) is None
            return words + ("\n" + self.tr("Playing it into a file…") if waits else "")
        if self._is_loading:
            return self.tr("Working out the steps…")
        return self.tr("Finished. Drag to see how it formed.")

    def _step_words(self, step: int, n_steps: int, paper_t: float) -> str:
        return self.tr("Step {} of {}, noise level {}").format(step, n_steps, f"{paper_t:.0f}")

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.scale.update()
