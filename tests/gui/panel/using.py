"""Setting controls of the panel as a user does who has no mouse."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from diffbgm_gui.widgets.panel.controls import Choice, Control, Number, Range, Slider, Switch
from diffbgm_gui.widgets.panel.sound_rows import OTHER, Loudness


def type_into(qtbot: Any, field: QWidget, text: str) -> None:
    """Write over what a field holds, and confirm."""
    field.setFocus()
    if isinstance(field, QComboBox):
        raise TypeError
    if isinstance(field, QPlainTextEdit):
        field.selectAll()
        qtbot.keyClicks(field, text)
        return
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def use(qtbot: Any, control: Control, value: Any) -> None:
    """Set a control by the keyboard alone."""
    match control:
        case Choice():
            place = control.box.findData(value)
            assert place >= 0, value
            key = Qt.Key.Key_Down if place > control.box.currentIndex() else Qt.Key.Key_Up
            while control.box.currentIndex() != place:
                before = control.box.currentIndex()
                qtbot.keyClick(control.box, key)
                assert control.box.currentIndex() != before
        case Number():
            typed = control.box.textFromValue(value).replace("−", "-")  # as it is on a keyboard
            type_into(qtbot, control.box, typed)
        case Switch():
            assert control.value() != value
            qtbot.keyClick(control.box, Qt.Key.Key_Space)
        case Range():
            type_into(qtbot, control.low.box, str(value[0]))
            type_into(qtbot, control.high.box, str(value[1]))
        case Slider():
            type_into(qtbot, control.number, str(value))
        case Loudness():
            use(qtbot, control.preset, OTHER)
            use(qtbot, control.number, value)
        case _:
            type_into(qtbot, control.fields()[0], value)
