"""The list of shots with what each is given: a mood, or words. Only what is seen is drawn, so films may be long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QListView,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from diffbgm_gui import theme
from diffbgm_gui.document import SAME_S, with_caption, with_shot_mood
from diffbgm_gui.widgets.panel.names import mood_items, mood_title
from diffbgm_gui.widgets.timeline.clock import clock, picture_image

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio
    from engine.timebase import Shot

Index = QModelIndex | QPersistentModelIndex
THUMB: Final = QSize(74, 42)
_PAD: Final = 8
_MOST_THUMBS: Final = 200
_SAME_S: Final = float(SAME_S)
_FEW: Final = 2
"""A cut that is moved changes two shots: where its own begins, and where the one before ends."""


class Entry(NamedTuple):
    """A shot, or the part of one that a caption speaks of. `said`: its mood or words; `is_own`: the user's."""

    number: int
    start_s: Fraction
    end_s: Fraction
    said: str
    is_own: bool


_NO_ENTRY: Final = Entry(0, Fraction(0), Fraction(0), "", False)


def changed_places(shots: Sequence[Shot], before: Sequence[Shot]) -> list[int]:
    """Indices of the shots that are not those which stood there before."""
    changed = [i for i, (shot, other) in enumerate(zip(shots, before, strict=False)) if shot is not other]
    return [*changed, *range(len(before), len(shots))]


class ShotModel(QAbstractListModel):
    """Shots of the studio's film; editing an entry is an edit of the document.

    Attributes:
        words: whether captions are shown instead of moods.
    """

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self.words = False
        self.entries: list[Entry] = []
        self._seen: tuple[Any, ...] = ()
        self._kept: tuple[tuple[Shot, ...], Any, list[Entry]] = ((), None, [])

    def refresh(self) -> None:
        """Bring the entries to the document; the view keeps its place where the shots are the same."""
        studio, words = self._studio, self._studio.reads_captions
        direction = studio.document.direction
        seen = (words, studio.shots, direction.moods, direction.captions, studio.captions if words else ())
        if len(seen) == len(self._seen) and all(a is b for a, b in zip(seen, self._seen, strict=True)):
            return
        self._seen = seen
        entries = self._captions() if words else self._moods()
        if words == self.words and len(entries) == len(self.entries):
            pairs = enumerate(zip(entries, self.entries, strict=True))
            changed = [(i, new.start_s == old.start_s) for i, (new, old) in pairs if new is not old and new != old]
            if len(changed) <= _FEW or all(is_same for _, is_same in changed):
                self.entries = entries
                if changed:
                    self.dataChanged.emit(self.index(changed[0][0]), self.index(changed[-1][0]))
                return
        self.beginResetModel()
        self.words, self.entries = words, entries
        self.endResetModel()

    def _moods(self) -> list[Entry]:
        """An entry a shot. Those of shots that did not change are kept, for an hour has thousands."""
        shots, moods = self._studio.shots, self._studio.document.direction.moods
        kept = self._kept if self._kept[1] is moods else ((), moods, [])
        before, entries = kept[0], kept[2][: len(shots)]
        entries += [_NO_ENTRY] * (len(shots) - len(entries))
        sorted_moods = sorted(moods)
        times_s = [float(time_s) for time_s, _ in sorted_moods]
        starts_s = self._studio.starts_s
        for i in changed_places(shots, before):
            shot, start_s = shots[i], starts_s[i]
            at = bisect_left(times_s, start_s - _SAME_S)
            own = at < len(times_s) and times_s[at] - start_s <= _SAME_S
            entries[i] = Entry(i + 1, shot.start_s, shot.end_s, sorted_moods[at][1] if own else "auto", own)
        self._kept = (shots, moods, entries)
        return entries

    def _captions(self) -> list[Entry]:
        captions, entries = self._studio.captions, []
        own = bool(self._studio.document.direction.captions)
        for i, shot in enumerate(self._studio.shots):
            for words in captions:
                begin, end = max(words.start_s, shot.start_s), min(words.end_s, shot.end_s)
                if end - begin > SAME_S:
                    entries.append(Entry(i + 1, begin, end, " ".join(words.texts[:1]), own))
        return entries

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.EditRole:
            return entry.said
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.title(entry)}, {self.times(entry)}: {self.said(entry)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(entry)
        return None

    def _tip(self, entry: Entry) -> str:
        if self.words:
            return self.tr("{}\nClick to write it anew. Only this stretch of the film is read anew.").format(entry.said)
        return self.tr(
            "Click to choose a mood for this shot alone. Auto follows the mood of the Music tab, or the picture."
        )

    def title(self, entry: Entry) -> str:
        return self.tr("Shot {}").format(entry.number)

    def times(self, entry: Entry) -> str:
        return f"{clock(float(entry.start_s), tenths=True)} – {clock(float(entry.end_s), tenths=True)}"

    def said(self, entry: Entry) -> str:
        """For people."""
        return entry.said if self.words else mood_title(entry.said)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        entry = self.entries[index.row()]
        if role != Qt.ItemDataRole.EditRole or value == entry.said:
            return False
        if self.words:
            present = self._studio.captions
            self._studio.edit(
                self.tr("Caption"),
                lambda document: with_caption(document, entry.start_s, entry.end_s, value, present=present),
            )
        else:
            mood = None if value == "auto" else value
            self._studio.edit(self.tr("Mood of a shot"), lambda document: with_shot_mood(document, entry.start_s, mood))
        return True


class ShotDelegate(QStyledItemDelegate):
    """Draws an entry, and edits it in place: a choice of moods, or a field of text."""

    def __init__(self, studio: Studio, model: ShotModel, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self._model = studio, model
        self._thumbs: dict[tuple[Any, ...], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        line = option.fontMetrics.lineSpacing()
        return QSize(200, max(THUMB.height(), 3 * line if self._model.words else 2 * line + 8) + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c, entry = theme.colours(), self._model.entries[index.row()]
        rect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(c.raised))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), QColor(c.accent))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(c.border))
        place = QRect(rect.left() + _PAD, rect.top() + (rect.height() - THUMB.height()) // 2, *THUMB.toTuple())
        self._paint_thumb(painter, place, entry)
        text = QRect(place.right() + 11, rect.top() + _PAD - 2, rect.right() - place.right() - 19, 1)
        self._paint_words(painter, text, rect.bottom() - _PAD + 2, option.font, entry)
        painter.restore()

    def _paint_words(self, painter: QPainter, text: QRect, bottom: int, font: QFont, entry: Entry) -> None:
        c, model = theme.colours(), self._model
        metrics = QFontMetrics(font)
        line = metrics.lineSpacing()
        painter.setFont(font)
        painter.setPen(QColor(c.dim))
        times, title = model.times(entry), model.title(entry)
        head = QRect(text.left(), text.top(), text.width(), line)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, title)
        times = metrics.elidedText(
            times, Qt.TextElideMode.ElideRight, text.width() - metrics.horizontalAdvance(title) - 12
        )
        painter.drawText(head, Qt.AlignmentFlag.AlignRight, times)
        said = QRectF(text.left(), text.top() + line + 4, text.width(), bottom - text.top() - line - 4)
        if model.words:
            painter.setPen(QColor(c.text))
            lines = metrics.elidedText(
                entry.said, Qt.TextElideMode.ElideRight, int(said.width() * max(1, said.height() // line)) - line
            )
            painter.drawText(said, int(Qt.TextFlag.TextWordWrap), lines)
            return
        painter.setPen(QColor(c.text if entry.is_own else c.dim))
        if entry.is_own:
            bold = QFont(font)
            bold.setWeight(QFont.Weight.DemiBold)
            painter.setFont(bold)
        painter.drawText(said, int(Qt.AlignmentFlag.AlignLeft), model.said(entry) + "  ▾")

    def _paint_thumb(self, painter: QPainter, place: QRect, entry: Entry) -> None:
        painter.fillRect(place, QColor(theme.colours().sunken))
        pixmap = self._thumb(entry, painter.device().devicePixelRatioF())
        if pixmap is None:
            return
        side = pixmap.deviceIndependentSize()
        painter.drawPixmap(
            round(place.center().x() - side.width() / 2 + 0.5),
            round(place.center().y() - side.height() / 2 + 0.5),
            pixmap,
        )

    def _thumb(self, entry: Entry, scale: float) -> QPixmap | None:
        thumbs = self._studio.state.thumbs
        if not thumbs:
            return None
        middle = float(entry.start_s + entry.end_s) / 2
        at = bisect_left(thumbs, middle, key=lambda thumb: thumb.time_s)
        near = min(thumbs[max(0, at - 1) : at + 1], key=lambda thumb: abs(thumb.time_s - middle))
        key = (near.path, near.time_s, scale)
        if key not in self._thumbs:
            if len(self._thumbs) >= _MOST_THUMBS:
                self._thumbs.clear()
            image = picture_image(near.picture).scaled(
                THUMB * scale, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(scale)
            self._thumbs[key] = pixmap
        return self._thumbs[key]

    # -- editing ---------------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802
        if self._model.words:
            field = QPlainTextEdit(parent)
            field.setTabChangesFocus(True)
            field.setAccessibleName(self._model.title(self._model.entries[index.row()]))
            return field
        box = QComboBox(parent)
        for name, title, _tip in mood_items(self.tr("Auto – as the whole")):
            box.addItem(title, name)
        box.setAccessibleName(self._model.title(self._model.entries[index.row()]))
        box.activated.connect(lambda _i: (self.commitData.emit(box), self.closeEditor.emit(box)))
        QTimer.singleShot(0, box, box.showPopup)
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        said = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(said)))
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(said)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:  # noqa: N802 - Qt's name
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QPlainTextEdit):
            model.setData(index, " ".join(editor.toPlainText().split()))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:  # noqa: N802
        left = option.rect.left() + THUMB.width() + 2 * _PAD + 2
        line = option.fontMetrics.lineSpacing()
        if isinstance(editor, QComboBox):
            editor.setGeometry(left, option.rect.top() + line + 4, option.rect.right() - left - 6, line + 14)
        else:
            editor.setGeometry(left, option.rect.top() + 3, option.rect.right() - left - 6, option.rect.height() - 6)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(editor, QPlainTextEdit) and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor)
                return True
        return super().eventFilter(editor, event)


class ShotList(QListView):
    """The list. `chosen(seconds)` tells where the entry begins that the user turned to."""

    chosen = Signal(float)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.shots = ShotModel(studio, self)
        self.setModel(self.shots)
        self.setItemDelegate(ShotDelegate(studio, self.shots, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setObjectName("plain")
        self.clicked.connect(self.edit)
        self.selectionModel().currentChanged.connect(self._turned)

    @property
    def current(self) -> Entry | None:
        """The entry that the user turned to."""
        index = self.currentIndex()
        return self.shots.entries[index.row()] if index.isValid() else None

    def _turned(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(float(self.shots.entries[index.row()].start_s))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.edit(self.currentIndex())
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self.shots.words:
            self.shots.setData(self.currentIndex(), "auto") if self.currentIndex().isValid() else None
            return
        super().keyPressEvent(event)
