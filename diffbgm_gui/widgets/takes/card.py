"""One take on the wall, and the one that forms."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from diffbgm_gui import icons, theme
from diffbgm_gui.document import TakeEntry, is_draft
from diffbgm_gui.widgets.answering import answer_first
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.roll.painting import clear, mixed
from diffbgm_gui.widgets.takes.thumb import NO_SHARES, Shares, Thumb, paint_thumb, paint_ticks

WIDE_PX: Final = 204
TALL_PX: Final = 92
SHORT_PX: Final = 68
"""Cards shrink to this where the window is low; the small picture gives the room."""
_SCROLL_BAR_PX: Final = 9
"""They shrink by this, too, where there are more than fit."""
_PAD: Final = 6.0
_NAME_PX: Final = 17.0
_FOOT_PX: Final = 15.0
_STAR_PX: Final = 14.0


class Hold(Enum):
    """What a press on a card takes hold of."""

    CARD = "card"
    STAR = "star"
    PLAY = "play"
    MIDI = "mid"
    WAV = "wav"


class CardBase(QWidget):
    """What a finished take's card and the forming one's have in common: the frame and the small picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumb: Thumb | None = None
        self.cuts = self.stars = NO_SHARES
        self._drawn: QPixmap | None = None
        self.setFixedWidth(WIDE_PX)
        self.setMinimumHeight(SHORT_PX - _SCROLL_BAR_PX)
        self.setMaximumHeight(TALL_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(WIDE_PX, TALL_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._drawn = None

    def show_thumb(self, thumb: Thumb | None, cuts: Shares = NO_SHARES, stars: Shares = NO_SHARES) -> None:
        """Draw another small picture, and where cuts and stars lie. What did not change is not drawn again."""
        if thumb is not self.thumb:
            self.thumb, self._drawn = thumb, None
            self.update()
        if cuts is not self.cuts or stars is not self.stars:
            self.cuts, self.stars = cuts, stars
            self.update()

    def thumb_rect(self) -> QRectF:
        top = _PAD + _NAME_PX
        return QRectF(_PAD, top, self.width() - 2 * _PAD, self.height() - top - _FOOT_PX - _PAD + 1)

    def name_rect(self) -> QRectF:
        return QRectF(_PAD, _PAD - 2, self.width() - 2 * _PAD - _STAR_PX - 4, _NAME_PX)

    def foot_rect(self) -> QRectF:
        return QRectF(_PAD, self.height() - _FOOT_PX - _PAD + 4, self.width() - 2 * _PAD, _FOOT_PX)

    def paint_frame(self, painter: QPainter, *, chosen: bool, hovered: bool, dashed: bool = False) -> None:
        """The card itself."""
        c = theme.colours()
        frame = QRectF(1, 1, self.width() - 2, self.height() - 2)
        ground = mixed(c.raised, c.accent, 0.10) if chosen else QColor(c.raised if hovered else c.panel)
        painter.setBrush(ground)
        edge = QColor(c.accent) if chosen else QColor(c.outline if hovered else c.border)
        pen = QPen(edge, 1.6 if chosen else 1)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(frame, 6, 6)

    def paint_picture(self, painter: QPainter) -> None:
        """The small picture, from its pixmap."""
        where = self.thumb_rect()
        if self.thumb is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colours().sunken))
            painter.drawRoundedRect(where, 3, 3)
            return
        scale = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.devicePixelRatio() != scale:
            self._drawn = QPixmap(round(where.width() * scale), round(where.height() * scale))
            self._drawn.setDevicePixelRatio(scale)
            self._drawn.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._drawn)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_thumb(inner, QRectF(0, 0, where.width(), where.height()), self.thumb)
            inner.end()
        painter.drawPixmap(where.topLeft(), self._drawn)
        paint_ticks(painter, where, self.cuts, self.stars)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._drawn = None
            self.update()


class TakeCard(CardBase):
    """A take. Click turns to it, double-click plays; the star, the name and the grips for dragging are on it.

    Signals: `chosen`, `played`, `star_asked`, `renamed(str)`, `menu_asked(QPoint)`, `moved(int)` to the card before or
    after, `pressed(Hold)` and `dragged(Hold)` with the kind of file, `deleted`.
    """

    chosen = Signal()
    played = Signal()
    star_asked = Signal()
    renamed = Signal(str)
    menu_asked = Signal(QPoint)
    moved = Signal(int)
    pressed = Signal(object)
    dragged = Signal(object)
    deleted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry: TakeEntry | None = None
        self.letter, self.origin, self.hits, self.facts = "", "", "", ""
        self.is_chosen = False
        self._hovered = False
        self._held: tuple[Hold, QPointF] | None = None
        self._field: QLineEdit | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        answer_first(self, self.answers)

    def show_entry(
        self, entry: TakeEntry, *, chosen: bool, letter: str, origin: str, hits: str, facts: str, words: str
    ) -> None:
        """Draw a take.

        Args:
            letter: "A" or "B" for the two takes of A/B.
            origin, hits, facts: what is written on the card; words: all of it, for those who listen to the screen.
        """
        self.entry, self.is_chosen, self.letter = entry, chosen, letter
        self.origin, self.hits, self.facts = origin, hits, facts
        self.setAccessibleName(words)
        self.setAccessibleDescription(self.tr("Take"))
        self.setToolTip(
            words
            + "\n"
            + self.tr("Click to hear it over the picture. Drag it, or its MIDI and WAV grips, out of the window.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)
        self.update()

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if self.entry is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_frame(painter, chosen=self.is_chosen, hovered=self._hovered, dashed=is_draft(self.entry.take))
        self._paint_name(painter)
        self.paint_picture(painter)
        self._paint_foot(painter)
        if self._hovered or self.hasFocus():
            self._paint_grips(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.colours().text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(3.5, 3.5, self.width() - 7, self.height() - 7), 4, 4)

    def _paint_name(self, painter: QPainter) -> None:
        c, where = theme.colours(), self.name_rect()
        assert self.entry is not None
        left = where.left()
        if self.letter:
            plate = QRectF(left, where.top() + 2, 14, 13)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.accent) if self.is_chosen else mixed(c.panel, c.outline, 0.6))
            painter.drawRoundedRect(plate, 3, 3)
            small_font(painter, bold=True, size_px=10)
            painter.setPen(QColor(c.accent_ink if self.is_chosen else c.text))
            painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), self.letter)
            left = plate.right() + 5
        small_font(painter, bold=True, size_px=12)
        painter.setPen(QColor(c.text))
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        name = painter.fontMetrics().elidedText(self.entry.name, Qt.TextElideMode.ElideRight, int(where.right() - left))
        painter.drawText(QRectF(left, where.top(), where.right() - left, where.height()), flags, name)
        left += painter.fontMetrics().horizontalAdvance(name) + 7
        if self.origin and where.right() - left > 30:
            small_font(painter, size_px=10)
            painter.setPen(QColor(c.dim))
            room = QRectF(left, where.top() + 1, where.right() - left, where.height())
            said = painter.fontMetrics().elidedText(self.origin, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, flags, said)
        star = self._star_rect()
        if self.entry.starred or self._hovered or self.hasFocus():
            ink = c.star if self.entry.starred else c.dim
            name = "star-on" if self.entry.starred else "star"
            painter.drawImage(star, icons.image(name, round(star.width() * self.devicePixelRatioF()), ink))

    def _paint_foot(self, painter: QPainter) -> None:
        c, where = theme.colours(), self.foot_rect()
        assert self.entry is not None
        small_font(painter, size_px=11)
        share = self.entry.hit_share
        painter.setPen(QColor(c.good if share is not None and share >= 0.8 else c.text))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(where, int(flags | Qt.AlignmentFlag.AlignLeft), self.hits)
        left = where.left() + painter.fontMetrics().horizontalAdvance(self.hits) + (8 if self.hits else 0)
        painter.setPen(QColor(c.dim))
        room = QRectF(left, where.top(), where.right() - left, where.height())
        said = painter.fontMetrics().elidedText(self.facts, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(flags | Qt.AlignmentFlag.AlignRight), said)

    def _paint_grips(self, painter: QPainter) -> None:
        c = theme.colours()
        play = self._grip_rect(Hold.PLAY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(clear(c.window, 225))
        painter.drawRoundedRect(play, 4, 4)
        side = 12
        image = icons.image("play", round(side * self.devicePixelRatioF()), c.text)
        painter.drawImage(QRectF(play.center().x() - side / 2, play.center().y() - side / 2, side, side), image)
        small_font(painter, bold=True, size_px=9)
        for hold, text in ((Hold.MIDI, "MIDI"), (Hold.WAV, "WAV")):
            where = self._grip_rect(hold)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(clear(c.window, 225))
            painter.drawRoundedRect(where, 4, 4)
            painter.setPen(QColor(c.text))
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)

    # -- places ----------------------------------------------------------------------------------------------------

    def _star_rect(self) -> QRectF:
        return QRectF(self.width() - _PAD - _STAR_PX, _PAD - 1, _STAR_PX, _STAR_PX)

    def _grip_rect(self, hold: Hold) -> QRectF:
        picture = self.thumb_rect()
        if hold is Hold.PLAY:
            return QRectF(picture.left() + 3, picture.bottom() - 21, 22, 18)
        left = picture.right() - (72 if hold is Hold.MIDI else 36)
        return QRectF(left, picture.bottom() - 21, 33, 18)

    def hold_at(self, at: QPointF) -> Hold:
        """What a press there takes hold of."""
        if self._star_rect().adjusted(-5, -5, 5, 5).contains(at):
            return Hold.STAR
        for hold in (Hold.PLAY, Hold.MIDI, Hold.WAV):
            if self._grip_rect(hold).contains(at):
                return hold
        return Hold.CARD

    # -- pointer and keys --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton:
            return
        hold = self.hold_at(event.position())
        self._held = (hold, event.position())
        if hold is Hold.STAR:
            self.star_asked.emit()
        elif hold is Hold.PLAY:
            self.played.emit()
        else:
            self.pressed.emit(Hold.WAV if hold is Hold.WAV else Hold.MIDI)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._held is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        hold, start = self._held
        away = (event.position() - start).manhattanLength()
        if hold not in (Hold.STAR, Hold.PLAY) and away >= QApplication.startDragDistance():
            self._held = None
            self.dragged.emit(Hold.WAV if hold is Hold.WAV else Hold.MIDI)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        held, self._held = self._held, None
        if held is not None and held[0] not in (Hold.STAR, Hold.PLAY) and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        hold = self.hold_at(event.position())
        if hold is Hold.STAR:
            self.star_asked.emit()
        elif self.name_rect().contains(event.position()):
            self.rename()
        else:
            self.played.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        self.menu_asked.emit(event.globalPos())

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain:
                event.accept()
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif key == Qt.Key.Key_F2:
            self.rename()
        elif key == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif key == Qt.Key.Key_S:
            self.star_asked.emit()
        elif key == Qt.Key.Key_Menu:
            self.menu_asked.emit(self.mapToGlobal(self.rect().center()))
        else:
            super().keyPressEvent(event)

    # -- renaming --------------------------------------------------------------------------------------------------

    def rename(self) -> None:
        """Let the user write another name, in place."""
        if self.entry is None or self._field is not None:
            return
        field = QLineEdit(self.entry.name, self)
        field.setAccessibleName(self.tr("Name of the take"))
        field.setStyleSheet("QLineEdit { padding: 0 3px; min-height: 0; border-radius: 3px; }")
        where = self.name_rect().toRect()
        field.setGeometry(where.left() - 3, where.top() - 1, where.width() + 6, where.height() + 4)
        field.selectAll()
        field.editingFinished.connect(self._end_renaming)
        field.installEventFilter(self)
        self._field = field
        field.show()
        field.setFocus()

    def _end_renaming(self, *, keeps: bool = True) -> None:
        field, self._field = self._field, None
        if field is None:
            return
        name = field.text().strip()
        field.removeEventFilter(self)
        field.deleteLater()
        self.setFocus()
        if keeps and name and self.entry is not None and name != self.entry.name:
            self.renamed.emit(name)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if watched is self._field and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._end_renaming(keeps=False)
            else:
                event.accept()
            return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        super().enterEvent(event)
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().leaveEvent(event)
        self._hovered = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.update()


_KEYS: Final = frozenset(
    (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_F2,
        Qt.Key.Key_Delete,
        Qt.Key.Key_S,
        Qt.Key.Key_Menu,
    )
)


class FormingCard(CardBase):
    """The take that is being made: how far it is, what it looks like by now. A click on the cross stops it."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.words = ""
        self.share: float | None = None
        self.setMouseTracking(True)

    def show_progress(self, title: str, words: str, share: float | None) -> None:
        """How far it is: `share` 0..1, None where that is not known."""
        if (title, words, share) != (self.title, self.words, self.share):
            self.title, self.words, self.share = title, words, share
            self.setAccessibleName(f"{title}, {words}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_frame(painter, chosen=False, hovered=False, dashed=True)
        small_font(painter, bold=True, size_px=12)
        painter.setPen(QColor(c.text))
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        name = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, int(self.name_rect().width()))
        painter.drawText(self.name_rect(), flags, name)
        cross = self._cross_rect()
        painter.drawImage(cross, icons.image("close", round(cross.width() * self.devicePixelRatioF()), c.dim))
        self.paint_picture(painter)
        foot = self.foot_rect()
        small_font(painter)
        painter.setPen(QColor(c.dim))
        said = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, int(foot.width()))
        painter.drawText(foot, flags, said)
        line = QRectF(_PAD, self.thumb_rect().bottom() - 2, self.thumb_rect().width(), 3)
        painter.fillRect(line, QColor(c.border))
        if self.share is not None:
            painter.fillRect(QRectF(line.left(), line.top(), line.width() * self.share, 3), QColor(c.accent))

    def _cross_rect(self) -> QRectF:
        return QRectF(self.width() - _PAD - 13, _PAD - 1, 13, 13)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._cross_rect().adjusted(-5, -5, 5, 5).contains(event.position()):
            self.stopped.emit()
