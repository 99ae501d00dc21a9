"""Answering events before a widget gets them.

Overriding `event` would do as well, were it not for PySide 6.11: where an error is raised in a handler that Qt calls
from within an overridden `event`, as `paintEvent`, the program may crash instead of telling of it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

Answer = Callable[[QEvent], bool]


class _Filter(QObject):
    def __init__(self, widget: QWidget, answer: Answer) -> None:
        super().__init__(widget)
        self._answer = answer

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        return self._answer(event)


def answer_first(widget: QWidget, answer: Answer) -> None:
    """Ask `answer` about each event of a widget; those that it answers with True do not reach the widget."""
    widget.installEventFilter(_Filter(widget, answer))
