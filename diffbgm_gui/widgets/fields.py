"""Fields with arrows of the theme's own: combo boxes and numbers. Numbers below zero have a true minus sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from diffbgm_gui.icons import icon

NARROWEST_PX: Final = 64
_DROP_PX: Final = 12
_STEP_PX: Final = 9
STEPS_PX: Final = 18
"""Width of the two arrows of a number, as in the style sheet."""
MINUS: Final = "−"


def with_minus(text: str) -> str:
    """A number for people: U+2212 instead of a hyphen."""
    return text.replace("-", MINUS)


class Drop(QComboBox):
    """A combo box with an arrow of the theme's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMinimumWidth(NARROWEST_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        place = QRect(self.width() - _DROP_PX - 8, (self.height() - _DROP_PX) // 2, _DROP_PX, _DROP_PX)
        _paint(self, "down", place, self.isEnabled())


if TYPE_CHECKING:
    _Base = QAbstractSpinBox
else:
    _Base = object


class _Stepped(_Base):
    """What whole and broken numbers have in common."""

    def textFromValue(self, value: Any) -> str:  # noqa: N802 - Qt's name
        return with_minus(super().textFromValue(value))

    def valueFromText(self, text: str) -> Any:  # noqa: N802 - Qt's name
        return super().valueFromText(text.replace(MINUS, "-"))

    def validate(self, text: str, place: int) -> object:
        state, said, place = super().validate(text.replace(MINUS, "-"), place)
        return state, with_minus(said), place

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        left, middle = self.width() - STEPS_PX + (STEPS_PX - _STEP_PX) // 2 - 2, self.height() // 2
        can = self.stepEnabled() if self.isEnabled() else QAbstractSpinBox.StepEnabledFlag.StepNone
        up, down = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled, QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        _paint(self, "up", QRect(left, middle - _STEP_PX, _STEP_PX, _STEP_PX), bool(can & up))
        _paint(self, "down", QRect(left, middle, _STEP_PX, _STEP_PX), bool(can & down))


class WholeNumber(_Stepped, QSpinBox):
    """A whole number."""


class DecimalNumber(_Stepped, QDoubleSpinBox):
    """A number with places after its point."""


def _paint(widget: QWidget, name: str, place: QRect, can: bool) -> None:
    mode = QIcon.Mode.Normal if can else QIcon.Mode.Disabled
    icon(name, colour="dim").paint(QPainter(widget), place, mode=mode)
