"""What the user can do, as actions: each in a menu, most with a shortcut, each with a rule for when it can be done.

`?` shows them all; a widget takes an action for a button instead of making its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from diffbgm_gui.icons import icon as icon_of

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

    Rule: TypeAlias = Callable[[Studio], bool]


class Commands(QObject):
    """The actions by name, in their menus.

    Menus are made once, in order, by `menu`; everyone adds to them. Rules are asked again after every change.
    """

    def __init__(self, bar: QMenuBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self._rules: list[tuple[QAction, Rule]] = []
        self._checks: list[tuple[QAction, Rule]] = []

    def __getitem__(self, name: str) -> QAction:
        return self.actions[name]

    def menu(self, name: str, title: str, *, under: str = "") -> QMenu:
        """A menu of the bar, or of another menu."""
        menu = QMenu(title, self._bar)
        self.menus[name] = menu
        (self.menus[under] if under else self._bar).addMenu(menu)
        return menu

    def add(
        self,
        menu: str,
        name: str,
        text: str,
        does: Callable[[], Any] | None,
        shortcut: str | tuple[str, ...] = "",
        *,
        tip: str = "",
        icon: str = "",
        when: Rule | None = None,
        checked: Rule | None = None,
    ) -> QAction:
        """Put an action at the end of a menu.

        Args:
            shortcut: in Qt's words, as "Ctrl+G"; the first of several is shown.
            when: whether it can be done now.
            checked: makes it a switch, and says whether it is on.
        """
        action = QAction(text, self._bar)
        if icon:
            action.setIcon(icon_of(icon))
        if shortcut:
            keys = (shortcut,) if isinstance(shortcut, str) else shortcut
            action.setShortcuts([QKeySequence(key) for key in keys])
        if tip:
            action.setToolTip(tip)
            action.setStatusTip(tip)
        if does is not None:
            action.triggered.connect(lambda _checked=False: does())
        if checked is not None:
            action.setCheckable(True)
            self._checks.append((action, checked))
        self.actions[name] = action
        self.menus[menu].addAction(action)
        window = self._bar.window()
        if window is not None:
            window.addAction(action)  # shortcuts work whatever has the focus
        if when is not None:
            self._rules.append((action, when))
        return action

    def line(self, menu: str) -> None:
        """A line between groups of a menu."""
        self.menus[menu].addSeparator()

    def refresh(self, studio: Studio) -> None:
        """Ask every rule again."""
        for action, when in self._rules:
            action.setEnabled(when(studio))
        for action, is_on in self._checks:
            action.setChecked(is_on(studio))
