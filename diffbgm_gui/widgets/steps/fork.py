"""Forking: leave a take's way at a step, with other settings from there on."""

from __future__ import annotations

import secrets
from typing import Any

from PySide6.QtCore import QPoint, QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.icons import icon
from diffbgm_gui.widgets.fields import Drop, WholeNumber
from engine.music.moods import MOODS
from engine.settings import MAX_SEED, GenerationSettings


class ForkPopover(QFrame):
    """Asks what shall be different after a step. `asked(step, changes)` when the user says so."""

    asked = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._step, self._before = 0, GenerationSettings(seed=0)
        self.title = QLabel()
        self.title.setObjectName("title")
        self.said = QLabel()
        self.said.setObjectName("dim")
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(34)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(9)
        column.addWidget(self.title)
        column.addLayout(self._fields())
        column.addWidget(self.said)
        column.addLayout(self._buttons())
        self.setFixedWidth(348)

    # -- building --------------------------------------------------------------------------------------------------

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        self.t0, self.t0_slider = WholeNumber(), QSlider(Qt.Orientation.Horizontal)
        self.k, self.k_slider = WholeNumber(), QSlider(Qt.Orientation.Horizontal)
        self.guidance = QDoubleSpinBox()
        self.guidance.setRange(0, 20)
        self.guidance.setSingleStep(0.5)
        self.guidance.setDecimals(1)
        for box, slider, limits in ((self.t0, self.t0_slider, (0, 1000)), (self.k, self.k_slider, (1, 32))):
            box.setRange(*limits)
            slider.setRange(*limits)
            box.setFixedWidth(64)
            slider.valueChanged.connect(box.setValue)
            box.valueChanged.connect(slider.setValue)
        self.guidance.setFixedWidth(64)
        self.mood = Drop()
        for mood in MOODS.values():
            self.mood.addItem(mood.title, mood.name)
        rows = (
            ("t0", self.tr("Where the music turns from the story to the motion"), self.t0_slider, self.t0),
            (
                "k",
                self.tr("Beats that follow one stretch of the picture: long arc to every shot"),
                self.k_slider,
                self.k,
            ),
            (self.tr("Guidance"), self.tr("How strictly the picture is followed"), None, self.guidance),
            (self.tr("Mood"), self.tr("The mood of what is still open at this step"), self.mood, None),
            (
                self.tr("Seed"),
                self.tr("Another seed varies what is still open; what is settled stays"),
                self._seed(),
                None,
            ),
        )
        for i, (name, tip, wide, narrow) in enumerate(rows):
            self._row(grid, i, name, tip, wide, narrow)
        for signal in (self.t0.valueChanged, self.k.valueChanged, self.guidance.valueChanged):
            signal.connect(self._say)
        self.mood.currentIndexChanged.connect(self._say)
        return grid

    @staticmethod
    def _row(grid: QGridLayout, i: int, name: str, tip: str, wide: QWidget | None, narrow: QWidget | None) -> None:
        label = QLabel(name)
        label.setObjectName("dim")
        grid.addWidget(label, i, 0)
        if wide is not None:
            grid.addWidget(wide, i, 1, 1, 1 if narrow is not None else 2)
        if narrow is not None:
            grid.addWidget(narrow, i, 2, Qt.AlignmentFlag.AlignRight)
        for widget in (wide, narrow):
            if widget is not None:
                widget.setToolTip(tip)
                widget.setAccessibleName(name)

    def _seed(self) -> QWidget:
        self.seed = QLineEdit()
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self))
        self.seed.textChanged.connect(self._say)
        dice = QToolButton()
        dice.setIcon(icon("reroll"))
        dice.setIconSize(QSize(16, 16))
        dice.setToolTip(self.tr("A new seed"))
        dice.setAccessibleName(self.tr("A new seed"))
        dice.clicked.connect(lambda: self.seed.setText(str(secrets.randbelow(MAX_SEED + 1))))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.seed, 1)
        row.addWidget(dice)
        both.setFocusProxy(self.seed)
        return both

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.fork_button = QPushButton(self.tr("Fork"))
        self.fork_button.setObjectName("primary")
        self.fork_button.setToolTip(self.tr("Compose on from this step with these settings; the take itself stays"))
        self.fork_button.clicked.connect(self._ask)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.fork_button)
        return row

    # -- using -----------------------------------------------------------------------------------------------------

    def open_for(self, step: int, n_steps: int, settings: GenerationSettings, at: QPoint) -> None:
        """Ask about a step of a take.

        Args:
            step: from 0.
            settings: the take's.
            at: lower right corner, on the screen.
        """
        self._step, self._before = step, settings
        self.title.setText(self.tr("Fork after step {} of {}").format(step + 1, n_steps))
        self.t0.setValue(settings.t0)
        self.k.setValue(settings.k)
        self.guidance.setValue(settings.guidance)
        self.mood.setCurrentIndex(max(0, self.mood.findData(settings.mood)))
        self.seed.setText(str(settings.seed))
        self._say()
        self.adjustSize()
        self.move(at - QPoint(self.width(), self.height()))
        self.show()
        self.t0.setFocus()

    def changes(self) -> dict[str, Any]:
        """What is different from the take's settings."""
        wanted: dict[str, Any] = {
            "t0": self.t0.value(),
            "k": self.k.value(),
            "guidance": round(self.guidance.value(), 1),
            "mood": self.mood.currentData(),
            "seed": min(int(self.seed.text()), MAX_SEED) if self.seed.text() else self._before.seed,
        }
        if abs(wanted["guidance"] - self._before.guidance) < 0.05:
            del wanted["guidance"]  # finer than the field shows
        return {name: value for name, value in wanted.items() if value != getattr(self._before, name)}

    def _say(self) -> None:
        """Say what changes."""
        words = []
        names = {"guidance": self.tr("guidance"), "mood": self.tr("mood"), "seed": self.tr("seed")}
        for name, value in self.changes().items():
            before = getattr(self._before, name)
            if name == "mood":
                before, value = (MOODS[mood].title for mood in (before, value))
            words.append(f"{names.get(name, name)} {before} → {value}")
        same = self.tr("Nothing is different: the fork will repeat the take exactly.")
        self.said.setText("  ·  ".join(words) if words else same)

    def _ask(self) -> None:
        self.close()
        self.asked.emit(self._step, self.changes())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)
