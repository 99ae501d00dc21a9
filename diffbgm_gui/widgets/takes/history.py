"""How the takes descend from each other, and with which settings each was made."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui import theme
from diffbgm_gui.document import Document, TakeEntry
from diffbgm_gui.icons import icon
from diffbgm_gui.widgets.fields import with_minus
from diffbgm_gui.widgets.takes.words import (
    SHOWN,
    differences,
    hit_words,
    origin_words,
    seed_of,
    setting_names,
    value_words,
)

_ID = Qt.ItemDataRole.UserRole


class HistoryPopover(QFrame):
    """The takes as a tree of parents, and what is known of the one that is pointed at. `chosen(id)` turns to one."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = Document()
        self._loudness: dict[str, float] = {}
        self.tree = _tree((self.tr("Take"), self.tr("Hits"), self.tr("Seed"), self.tr("Made")))
        self.tree.setAccessibleName(self.tr("History of the takes"))
        self.tree.setRootIsDecorated(True)
        self.tree.currentItemChanged.connect(lambda item, _before: self._show_details(item))
        self.tree.itemActivated.connect(lambda item, _column: self._choose(item))
        self.tree.itemClicked.connect(lambda item, _column: self._choose(item))
        self.title = QLabel()
        self.title.setObjectName("title")
        self.said = QLabel()
        self.said.setObjectName("dim")
        self.said.setWordWrap(True)
        self.table = _tree((self.tr("Setting"), self.tr("Value"), self.tr("Parent")))
        self.table.setAccessibleName(self.tr("Settings of the take"))
        self.table.setRootIsDecorated(False)
        details = QVBoxLayout()
        details.setSpacing(5)
        for widget in (self.title, self.said, self.table):
            details.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.tree, 5)
        row.addLayout(details, 4)
        self.resize(760, 330)

    def open_for(self, document: Document, loudness: dict[str, float], at: QPoint) -> None:
        """Show the takes of a document. `at`: upper right corner, on the screen."""
        self._document, self._loudness = document, loudness
        self._fill()
        self.move(at - QPoint(self.width(), 0))
        self.show()
        self.tree.setFocus()

    def _fill(self) -> None:
        document, items = self._document, dict[str, QTreeWidgetItem]()
        self.tree.clear()
        for entry in document.takes:
            items[entry.id] = self._item(entry)
        for entry in document.takes:
            parent = items.get(entry.take.parent or "")
            if parent is not None:
                parent.addChild(items[entry.id])
            else:
                self.tree.addTopLevelItem(items[entry.id])
        self.tree.expandAll()
        for column in (0, 1, 2):
            self.tree.resizeColumnToContents(column)
        current = items.get(document.current or "")
        self.tree.setCurrentItem(current if current is not None else self.tree.topLevelItem(0))

    def _item(self, entry: TakeEntry) -> QTreeWidgetItem:
        when = time.strftime("%H:%M", time.localtime(entry.take.created_s)) if entry.take.created_s else ""
        share = "" if entry.hit_share is None else f"{round(100 * entry.hit_share)} %"
        item = QTreeWidgetItem([entry.name, share, str(seed_of(entry.take)), when])
        item.setData(0, _ID, entry.id)
        if entry.starred:
            item.setIcon(0, icon("star-on", colour="star"))
        if entry.id == self._document.current:
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
        return item

    def _choose(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(str(item.data(0, _ID)))

    def _show_details(self, item: QTreeWidgetItem | None) -> None:
        entry = None if item is None else self._document.entry(str(item.data(0, _ID)))
        self.table.clear()
        if entry is None:
            self.title.clear()
            self.said.clear()
            return
        self.title.setText(entry.name)
        self.said.setText(self._words(entry))
        parent = self._document.entry(entry.take.parent)
        names, settings = setting_names(), entry.take.settings
        changed = {} if parent is None else {name: old for name, old, _ in differences(parent.take.settings, settings)}
        for field in SHOWN:
            name = names[field]
            row = QTreeWidgetItem([name, value_words(field, getattr(settings, field)), changed.get(name, "")])
            if name in changed:
                for column in range(3):
                    row.setForeground(column, QColor(theme.colours().accent))
            self.table.addTopLevelItem(row)
        for column in (0, 1):
            self.table.resizeColumnToContents(column)
        self.table.setColumnHidden(2, not changed)

    def _words(self, entry: TakeEntry) -> str:
        take = entry.take
        parts = [origin_words(self._document, take), hit_words(entry), self.tr("{} notes").format(len(take.notes))]
        if entry.id in self._loudness:
            parts.append(with_minus(f"{self._loudness[entry.id]:.1f} LUFS"))
        counts = take.details.get("difference")
        if isinstance(counts, dict):
            said = self.tr("{} notes kept, {} gone, {} new")
            parts.append(said.format(counts.get("kept", 0), counts.get("removed", 0), counts.get("new", 0)))
        return "  ·  ".join(part for part in parts if part)


def _tree(columns: tuple[str, ...]) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderLabels(list(columns))
    tree.setUniformRowHeights(True)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    tree.header().setStretchLastSection(True)
    tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    return tree
