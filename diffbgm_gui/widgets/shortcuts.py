"""All shortcuts on one page over the window, made from the actions themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.commands import Commands
from diffbgm_gui.widgets.answering import answer_first

_COLUMN_PX: Final = 330
_MOST_COLUMNS: Final = 4
_MOST_ROWS: Final = 16
_AROUND_PX: Final = 6
_MARK: Final = re.compile(r"\(&\w\)")


class ShortcutsPage(QWidget):
    """Covers its parent until it is clicked, or Esc or ? is pressed."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands = commands
        self.setAccessibleName(self.tr("Shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        parent.installEventFilter(self)
        answer_first(self, self.answers)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(48, 36, 48, 36)
        self._page: QScrollArea | None = None
        self._shown_columns = 0
        self.hide()

    def toggle(self) -> None:
        """Show or hide it."""
        if self.isVisible():
            self.hide()
            return
        self._fill()
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        self.setFocus()

    def shown(self) -> dict[str, str]:
        """What is shown: the words of each action with its keys."""
        return {
            words_of(action): keys_of(action) for _, actions in groups(self._commands) for action in actions
        }  # fmt: skip

    @property
    def _n_columns(self) -> int:
        """As many as there is room for."""
        return max(1, min(_MOST_COLUMNS, (self.parentWidget().width() - 100) // _COLUMN_PX))

    def _fill(self) -> None:
        if self._page is not None:
            self._page.deleteLater()
        page = QWidget()
        page.setObjectName("panel")
        columns = QHBoxLayout(page)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(32)
        n_columns = self._shown_columns = self._n_columns
        heights = [0] * n_columns
        stacks = [QVBoxLayout() for _ in range(n_columns)]
        for title, actions in _parts(groups(self._commands)):
            shortest = heights.index(min(heights))
            stacks[shortest].addWidget(_group(title, actions))
            heights[shortest] += len(actions) + 2
        for stack in stacks:
            stack.addStretch(1)
            columns.addLayout(stack, 1)
        self._page = QScrollArea()
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setWidgetResizable(True)
        self._page.setWidget(page)
        self._page.setMaximumHeight(page.sizeHint().height() + 2)
        self._layout.addWidget(self._page)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        veil = QColor(theme.colours().window)
        veil.setAlpha(225)
        QPainter(self).fillRect(self.rect(), veil)

    def mousePressEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape or event.text() == "?":
            self.hide()
        else:
            super().keyPressEvent(event)

    def answers(self, event: QEvent) -> bool:
        """Esc closes the page, before it is taken for a shortcut."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and (event.key() == Qt.Key.Key_Escape or event.text() == "?"):
            event.accept()
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.setGeometry(self.parentWidget().rect())
            if self.isVisible() and self._n_columns != self._shown_columns:
                self._fill()
        return False


def groups(commands: Commands) -> list[tuple[str, list[QAction]]]:
    """The actions that have keys, by menu, in the menus' order."""
    found: list[tuple[str, list[QAction]]] = []
    own = set(commands.menus.values())
    for menu in commands.menus.values():
        actions = [action for action in _all_of(menu, own) if action.shortcuts()]
        if actions:
            found.append((without_marks(menu.title()), actions))
    return found


def _parts(listed: list[tuple[str, list[QAction]]]) -> Iterator[tuple[str, list[QAction]]]:
    """Groups cut into parts that fit side by side; a part that goes on says so."""
    for title, actions in listed:
        for first in range(0, len(actions), _MOST_ROWS):
            yield f"… {title}" if first else title, actions[first : first + _MOST_ROWS]


def _all_of(menu: QMenu, own: set[QMenu]) -> Iterator[QAction]:
    """The actions of a menu and of those below it that are no groups of their own."""
    for action in menu.actions():
        below = action.menu()
        if not isinstance(below, QMenu):
            yield action
        elif below not in own:
            yield from _all_of(below, own)


def words_of(action: QAction) -> str:
    """What an action says, without marks for the keyboard: "&Open…" and "打开(&O)…" both have one."""
    return without_marks(action.text())


def without_marks(text: str) -> str:
    """A menu's text for other places."""
    return _MARK.sub("", text).replace("&", "").rstrip("…")


def keys_of(action: QAction) -> str:
    """Its keys, as the desktop writes them."""
    return "  ".join(_each_key(action))


def _each_key(action: QAction) -> list[str]:
    return [shortcut.toString(QKeySequence.SequenceFormat.NativeText) for shortcut in action.shortcuts()]


def _group(title: str, actions: list[QAction]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 18)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    heading = QLabel(title)
    heading.setObjectName("title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, action in enumerate(actions, start=1):
        words = QLabel(words_of(action))
        words.setObjectName("dim")
        grid.addWidget(words, row, 0)
        grid.addLayout(_plates(_each_key(action), words.fontMetrics().height() + _AROUND_PX), row, 1)
    return box


def _plates(keys: list[str], high_px: int) -> QHBoxLayout:
    """One plate a key, all of one height: letters of a second script would make theirs higher."""
    row = QHBoxLayout()
    row.setSpacing(4)
    row.addStretch(1)
    for key in keys:
        plate = QLabel(key)
        plate.setObjectName("key")
        plate.setFixedHeight(high_px)
        row.addWidget(plate)
    return row
