"""Rows of controls, each bound to one setting of the document: labels, tooltips, defaults, the way back to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.document import Document, with_settings
from diffbgm_gui.icons import icon
from diffbgm_gui.widgets.panel.controls import Control, are_same, standard_menu
from engine.settings import GenerationSettings

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

DEFAULTS: Final = GenerationSettings()
_LABEL_PX: Final = 96
_RESET_PX: Final = 20
_GAP_PX: Final = 8


def tr(text: str) -> str:
    """A text of the panel in the user's language."""
    return QCoreApplication.translate("Panel", text)


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the document.

    Attributes:
        name: joins edits in a row into one step of history.
        title: of the control and of the step of history.
        read, write: of the document.
        default: gives the value that is meant when the user chose nothing.
        say: a value in words; None where there is nothing to say.
    """

    name: str
    title: str
    read: Callable[[Document], Any]
    write: Callable[[Document, Any], Document]
    default: Callable[[], Any]
    say: Callable[[Any], str] | None = None


def of_settings(name: str, title: str, *, say: Callable[[Any], str] | None = None) -> Setting:
    """A field of `GenerationSettings` of this name."""
    return Setting(
        name,
        title,
        lambda document: getattr(document.settings, name),
        lambda document, value: with_settings(document, **{name: value}),
        lambda: getattr(DEFAULTS, name),
        say,
    )


class Page(QScrollArea):
    """A tab: rows that scroll when the window is low, and never sideways."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.controls: dict[str, Control] = {}
        self._bound: list[Row] = []
        self.body = QWidget()
        self.body.setObjectName("panel")
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(14, 10, 8, 14)
        self.column.setSpacing(8)
        self.setWidget(self.body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._grid: QGridLayout | None = None
        self._pairs = False
        studio.document_changed.connect(self.show_document)

    def section(self, title: str = "", *, pairs: bool = False) -> None:
        """Begin a group of rows; with `pairs` two controls share a row, each below its label."""
        if title:
            heading = QLabel(title)
            heading.setObjectName("section")
            heading.setContentsMargins(0, 10 if self.column.count() else 0, 0, 0)
            self.column.addWidget(heading)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.column.addLayout(self._grid)
        self._pairs = pairs
        if pairs:
            self._grid.setContentsMargins(0, 0, _RESET_PX + _GAP_PX, 0)
            self._grid.setHorizontalSpacing(14)
            self._grid.setVerticalSpacing(6)
            for column in (0, 1):
                self._grid.setColumnStretch(column, 1)
                self._grid.setColumnMinimumWidth(column, 1)
            return
        self._grid.setHorizontalSpacing(_GAP_PX)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnMinimumWidth(0, _LABEL_PX)
        self._grid.setColumnMinimumWidth(2, _RESET_PX)
        self._grid.setColumnStretch(1, 1)

    def add(self, setting: Setting, control: Control, tip: str, *, wide: bool = False, label: bool = True) -> Row:
        """A row; `wide` puts the control below its label, over the whole width."""
        assert self._grid is not None
        row = Row(self.studio, setting, control, tip)
        at = self._grid.rowCount()
        if label and not self._pairs:
            self._grid.addWidget(row.label, at, 0, 1, 2 if wide else 1)
        if self._pairs:
            n = self._grid.count()
            self._grid.addLayout(_cell(row), n // 2, n % 2)
        elif wide:
            self._grid.addWidget(row.reset, at, 2)
            self._grid.addWidget(control, at + 1, 0, 1, 2)
        else:
            self._grid.addWidget(control, at, 1)
            self._grid.addWidget(row.reset, at, 2)
        self.controls[setting.name] = control
        self._bound.append(row)
        return row

    def note(self, text: str = "") -> QLabel:
        """A line of small text below the row before."""
        assert self._grid is not None
        label = QLabel(text)
        label.setObjectName("hint")
        label.setWordWrap(True)
        self._grid.addWidget(label, self._grid.rowCount(), 0, 1, 3)
        return label

    def put(self, widget: QWidget, *, label: str = "") -> None:
        """A widget of another kind, in a row of its own."""
        assert self._grid is not None
        at = self._grid.rowCount()
        if label:
            words = row_label(label)
            self._grid.addWidget(words, at, 0)
            self._grid.addWidget(widget, at, 1, 1, 2)
        else:
            self._grid.addWidget(widget, at, 0, 1, 3)

    def finish(self) -> None:
        """All rows are there."""
        self.column.addStretch(1)
        self.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:
        """Bring all controls to the document."""
        for row in self._bound:
            row.show_document(document)

    def commit(self) -> None:
        """Take over what was typed and not yet confirmed."""
        for control in self.controls.values():
            if any(field.hasFocus() for field in control.fields()):
                control.commit()


def _cell(row: Row) -> QVBoxLayout:
    """A control below its label."""
    head = QHBoxLayout()
    head.setSpacing(0)
    head.addWidget(row.label, 1)
    head.addWidget(row.reset)
    cell = QVBoxLayout()
    cell.setSpacing(1)
    cell.addLayout(head)
    cell.addWidget(row.control)
    return cell


class Row:
    """A control bound to a setting: it follows the document, and changes it by edits."""

    def __init__(self, studio: Studio, setting: Setting, control: Control, tip: str) -> None:
        self.studio, self.setting, self.control, self.tip = studio, setting, control, tip
        self.label = row_label(setting.title)
        self.label.setBuddy(control.fields()[0])
        self.reset = QToolButton()
        self.reset.setIcon(icon("undo", colour="dim"))
        self.reset.setIconSize(QSize(13, 13))
        self.reset.setFixedSize(_RESET_PX, _RESET_PX)
        self.reset.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the menu key does the same, and Tab stays short
        self.reset.setAutoRaise(True)
        kept = self.reset.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(kept)
        self.reset.clicked.connect(self.go_back)
        control.edited.connect(self._edited)
        for widget in (self.label, control, *control.fields()):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(lambda at, widget=widget: self._menu(widget, at))
        for field in control.fields():
            if not field.accessibleName():
                field.setAccessibleName(setting.title)
            field.setAccessibleDescription(tip)
        self.explain(tip)

    def explain(self, tip: str, *, why_not: str = "") -> None:
        """The tooltip: what it does, what is the default; or why it cannot be used now."""
        self.tip = tip
        lines = [tip]
        if why_not:
            lines.append(why_not)
        elif self.default_words:
            lines.append(tr("Default: {}. Right-click to go back to it.").format(self.default_words))
        told = "<qt>" + "<br><br>".join(line.replace("\n", "<br>") for line in lines) + "</qt>"
        for widget in (self.label, self.control, *self.control.fields()):
            widget.setToolTip(told)
        back = tr("Back to {}").format(self.default_words or tr("the default"))
        self.reset.setToolTip(back)
        self.reset.setAccessibleName(f"{self.setting.title}: {back}")

    def allow(self, can: bool, why_not: str = "") -> None:
        """Let it be used, or say why not."""
        self.control.setEnabled(can)
        self.label.setEnabled(can)
        self.explain(self.tip, why_not="" if can else why_not)

    @property
    def default_words(self) -> str:
        say = self.setting.say
        return "" if say is None else say(self.setting.default())

    def go_back(self) -> None:
        """Back to the default."""
        self._write(self.setting.default())

    def _edited(self) -> None:
        self._write(self.control.value())

    def _write(self, value: Any) -> None:
        setting = self.setting
        self.studio.edit(setting.title, lambda document: setting.write(document, value), merge=setting.name)
        self.show_document(self.studio.document)  # what was refused is not left standing

    def show_document(self, document: Document) -> None:
        """Follow the document."""
        value = self.setting.read(document)
        if not are_same(value, self.control.value()):
            self.control.show_value(value)
        is_default = are_same(value, self.setting.default())
        self.reset.setVisible(not is_default)
        name = "dim" if is_default else ""
        if self.label.objectName() != name:
            self.label.setObjectName(name)
            self.label.style().polish(self.label)

    def _menu(self, widget: QWidget, at: QPoint) -> None:
        menu = standard_menu(widget)
        first = menu.actions()[0] if menu.actions() else None
        words = self.default_words
        back = menu.addAction(tr("Back to {}").format(words) if words else tr("Back to the default"))
        back.setEnabled(self.reset.isVisibleTo(self.reset.parentWidget()))
        back.triggered.connect(self.go_back)
        if first is not None:
            menu.insertAction(first, back)
            menu.insertSeparator(first)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(widget.mapToGlobal(at))


def row_label(text: str) -> QLabel:
    """The name of a row; it breaks rather than being cut off."""
    label = QLabel(text)
    label.setObjectName("dim")
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label
