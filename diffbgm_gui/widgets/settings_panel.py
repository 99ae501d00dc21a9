"""The settings of the next take. Each control changes `GenerationSettings`, and says in its tooltip what that does."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.document import Document, detected_again, with_settings
from engine import EngineError
from engine.music.moods import MOODS
from engine.music.palettes import PALETTES
from engine.settings import MAX_SEED, GenerationSettings

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

K_CHOICES: Final = (32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
_ORIGINAL: Final = (
    ("replace", "Music only", "The video's own sound is left out."),
    ("mix", "Music and original, mixed", "The video's own sound is heard under the music."),
    ("keep", "Original as a second track", "Both sound tracks are in the file; the player chooses."),
)

_TIPS: Final = {
    "mood": (
        "The feeling of the music: mode, register, density and loudness lean towards it.\n"
        "Auto takes it from the picture: colour, light, motion and cutting."
    ),
    "palette": ("Which instruments play melody, inner voices and bass. The notes stay the same for the same seed."),
    "tempo": (
        "Beats per minute between which the tempo is chosen, so that as many cuts as possible fall on beats.\n"
        "A narrow range fixes the pace, a wide one hits more cuts."
    ),
    "original": "What becomes of the video's own sound.",
    "original_gain": "How loud the video's own sound is in the mix, in decibels. 0 dB leaves it as it is.",
    "seed": (
        "The number all chance comes from: the same seed, settings and video give the same notes.\n"
        "Empty draws a new one each time."
    ),
    "sensitivity": (
        "How small a change of the picture counts as a cut. More cuts give the music more to land on.\n"
        "The timeline shows the effect at once."
    ),
    "t0": (
        "When the music stops listening to the story (mood, light, colour) and starts to follow motion and "
        "cuts.\n"
        "Towards story: the mood decides more. Towards motion: rhythm and density follow the picture closely."
    ),
    "k": (
        "How many beats share one look at the picture.\n"
        "Long arc: broad development over many bars. Every shot: the music reacts beat by beat."
    ),
    "steps": ("How often the music is refined. Few are quick and rough, many are slow and clean; 24 is a good middle."),
    "guidance": (
        "How strictly the music obeys the picture. Low is free, high is literal; above 4 it may sound forced."
    ),
    "fade": "Length of the fade at the very end, in seconds.",
}


class SettingsPanel(QWidget):
    """Controls of one take; `changed` tells that `settings()` differs now."""

    changed = Signal()

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._studio = studio
        settings = studio.document.settings
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self._last_seed: int | None = None
        self._add_music(settings)
        self._add_engine(settings)
        self._show_numbers()
        self.changed.connect(self._edit)
        studio.document_changed.connect(self._show_document)

    def _edit(self) -> None:
        """Bring the document to the controls."""
        before = self._studio.document.settings
        try:
            after = self.settings()
        except EngineError as error:
            self._studio.notice("error", error.message, error.hint)
            return
        names = [f.name for f in fields(after) if getattr(after, f.name) != getattr(before, f.name)]
        changes = {name: getattr(after, name) for name in names}
        change = with_sensitivity_too if "sensitivity" in changes else with_settings
        self._studio.edit(self.tr("Settings"), lambda document: change(document, **changes), merge=f"{names}")

    def _show_document(self, document: Document) -> None:
        """Bring the controls to the document."""
        take = document.take
        self.show_last_seed(None if take is None else take.settings.seed)
        s = document.settings
        if s == self.settings():
            return
        self.blockSignals(True)
        for box, value in ((self.mood, s.mood), (self.palette_choice, s.palette), (self.original, s.original_audio)):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.tempo_max.setValue(round(s.tempo_max))
        self.tempo_min.setValue(round(s.tempo_min))
        self.tempo_max.setValue(round(s.tempo_max))
        self.original_gain.setValue(s.original_gain_db)
        self.fade.setValue(s.fade_out_s)
        self.seed.setText("" if s.seed is None else str(s.seed))
        self.sensitivity.setValue(round(100 * s.sensitivity))
        self.t0.setValue(s.t0)
        self.k.setValue(_nearest_k(s.k))
        self.steps.setValue(s.steps)
        self.guidance.setValue(s.guidance)
        self.blockSignals(False)

    def settings(self) -> GenerationSettings:
        """What the controls ask for."""
        text = self.seed.text().strip()
        before = self._studio.document.settings
        return replace(
            before,
            mood=self.mood.currentData(),
            palette=self.palette_choice.currentData(),
            tempo_min=float(self.tempo_min.value()),
            tempo_max=float(self.tempo_max.value()),
            original_audio=self.original.currentData(),
            original_gain_db=self.original_gain.value(),
            fade_out_s=self.fade.value(),
            seed=min(int(text), MAX_SEED) if text else None,
            sensitivity=self.sensitivity.value() / 100,
            t0=self.t0.value(),
            k=before.k if _nearest_k(before.k) == self.k.value() else K_CHOICES[self.k.value()],
            steps=self.steps.value(),
            guidance=self.guidance.value(),
        )

    def show_last_seed(self, seed: int | None) -> None:
        """Offer the seed of the last take for use again."""
        self._last_seed = seed
        self.reuse_seed.setEnabled(seed is not None)
        self.reuse_seed.setToolTip(
            "Use the seed of the last take again" if seed is None else f"Use the seed of the last take again: {seed}"
        )

    def _add_music(self, settings: GenerationSettings) -> None:
        grid = self._page("Music")
        self.mood = _choice([(mood.name, mood.title, "") for mood in MOODS.values()], settings.mood)
        self._row(grid, "Mood", self.mood, "mood")
        self.palette_choice = _choice([(p.name, p.title, p.description) for p in PALETTES.values()], settings.palette)
        self._row(grid, "Instruments", self.palette_choice, "palette")
        self.tempo_min, self.tempo_max = _spin(30, 300, settings.tempo_min), _spin(30, 300, settings.tempo_max)
        self.tempo_max.setSuffix(" BPM")
        self.tempo_min.valueChanged.connect(lambda low: self.tempo_max.setValue(max(low, self.tempo_max.value())))
        self.tempo_max.valueChanged.connect(lambda high: self.tempo_min.setValue(min(high, self.tempo_min.value())))
        self._row(grid, "Tempo", _side_by_side(self.tempo_min, QLabel("–"), self.tempo_max), "tempo")
        self.tempo_min.setAccessibleName("Lowest tempo")
        self.tempo_max.setAccessibleName("Highest tempo")
        self.seed = QLineEdit()
        self.seed.setPlaceholderText("new each time")
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self.seed))
        self.seed.textChanged.connect(self.changed)
        self.reuse_seed = QPushButton("Keep")
        self.reuse_seed.clicked.connect(lambda: self.seed.setText(str(self._last_seed)))
        self._row(grid, "Seed", _side_by_side(self.seed, self.reuse_seed), "seed")
        self.show_last_seed(None)
        self._add_sound(grid, settings)

    def _add_sound(self, grid: QGridLayout, settings: GenerationSettings) -> None:
        self.original = _choice(_ORIGINAL, settings.original_audio)
        self.original.currentIndexChanged.connect(self._show_numbers)
        self._row(grid, "Video sound", self.original, "original")
        self.original_gain = _decimal(-40, 12, settings.original_gain_db, 1.0, " dB")
        self._row(grid, "Its level", self.original_gain, "original_gain")
        self.fade = _decimal(0, 20, settings.fade_out_s, 0.5, " s")
        self._row(grid, "Fade-out", self.fade, "fade")

    def _add_engine(self, settings: GenerationSettings) -> None:
        grid = self._page("Engine")
        self.t0 = _slider(0, 1000, settings.t0, page=50)
        self.t0_number = self._slider_row(grid, "t0", self.t0, ("story", "motion"), "t0")
        nearest = _nearest_k(settings.k)
        self.k = _slider(0, len(K_CHOICES) - 1, nearest, page=1)
        self.k_number = self._slider_row(grid, "k", self.k, ("long arc", "every shot"), "k")
        self.sensitivity = _slider(0, 100, round(settings.sensitivity * 100), page=5)
        self.sensitivity_number = self._slider_row(
            grid, "Cuts", self.sensitivity, ("hard ones only", "every change"), "sensitivity"
        )
        self.guidance = _decimal(0, 20, settings.guidance, 0.25, "")
        self._row(grid, "Guidance", self.guidance, "guidance")
        self.steps = _spin(1, 1000, settings.steps)
        self._row(grid, "Steps", self.steps, "steps")

    def _page(self, title: str) -> QGridLayout:
        """A tab with rows; it scrolls when the window is low."""
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 16, 14)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(9)
        grid.setColumnMinimumWidth(0, 80)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tabs.addTab(area, title)
        return grid

    def _row(self, grid: QGridLayout, name: str, widget: QWidget, tip: str) -> None:
        label = QLabel(name)
        label.setObjectName("dim")
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        grid.addWidget(widget, row, 1)
        self._explain(name, tip, label, widget, *widget.findChildren(QWidget))
        for part in (widget, *widget.findChildren(QWidget)):
            self._listen_to(part)

    def _slider_row(self, grid: QGridLayout, name: str, slider: QSlider, ends: tuple[str, str], tip: str) -> QLabel:
        left, right = (QLabel(end) for end in ends)
        for label in (left, right):
            label.setObjectName("hint")
        number = QLabel()
        number.setObjectName("value")
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QWidget()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(0, 0, 0, 2)
        inside.setSpacing(0)
        inside.addWidget(slider)
        words = QHBoxLayout()
        words.addWidget(left)
        words.addWidget(number, 1)
        words.addWidget(right)
        inside.addLayout(words)
        self._row(grid, name, box, tip)
        slider.setAccessibleName(f"{name}: {ends[0]} to {ends[1]}")
        return number

    def _explain(self, name: str, tip: str, *widgets: QWidget) -> None:
        for widget in widgets:
            if not widget.toolTip():
                widget.setToolTip(_TIPS[tip])
            if not isinstance(widget, QLabel):
                widget.setAccessibleName(name)

    def _listen_to(self, part: QWidget) -> None:
        if isinstance(part, QComboBox):
            part.currentIndexChanged.connect(self.changed)
        elif isinstance(part, QSpinBox | QDoubleSpinBox | QSlider):
            part.valueChanged.connect(self.changed)
            part.valueChanged.connect(self._show_numbers)

    def _show_numbers(self) -> None:
        if not hasattr(self, "guidance"):
            return
        self.t0_number.setText(str(self.t0.value()))
        k = K_CHOICES[self.k.value()]
        self.k_number.setText(f"{k} beat{'s' if k > 1 else ''}")
        self.sensitivity_number.setText(f"{self.sensitivity.value()} %")
        self.original_gain.setEnabled(self.original.currentData() == "mix")


def _nearest_k(k: int) -> int:
    return min(range(len(K_CHOICES)), key=lambda i: abs(K_CHOICES[i] - k))


def with_sensitivity_too(document: Document, **changes: Any) -> Document:
    """Other settings and, as the sensitivity is among them, detected shots."""
    return with_settings(detected_again(document), **changes)


ControlT = TypeVar("ControlT", bound=QWidget)


class _WheelGuard(QObject):
    """Leaves the wheel to the scrolling panel while the pointer merely passes over a control."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def _choice(items: list[tuple[str, str, str]] | tuple[tuple[str, str, str], ...], current: str) -> QComboBox:
    box = QComboBox()
    for value, title, tip in items:
        box.addItem(title, value)
        box.setItemData(box.count() - 1, tip or None, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(max(0, box.findData(current)))
    box.setMinimumContentsLength(12)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return _calm(box)


def _spin(low: int, high: int, value: float) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(round(value))
    return _calm(box)


def _decimal(low: float, high: float, value: float, step: float, unit: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(2 if step < 0.5 else 1)
    box.setSingleStep(step)
    box.setSuffix(unit)
    box.setValue(value)
    return _calm(box)


def _slider(low: int, high: int, value: int, *, page: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setPageStep(page)
    slider.setValue(value)
    return _calm(slider)


def _calm(box: ControlT) -> ControlT:
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(_WheelGuard(box))
    if isinstance(box, QSpinBox | QDoubleSpinBox):
        box.lineEdit().setTextMargins(6, 0, 6, 0)  # the style sheet's padding does not reach it
    return box


def _side_by_side(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel | QPushButton) else 1)
    return box
