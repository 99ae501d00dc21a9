"""Small takes over t0 and k, beside each other: what the two sliders do with this film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from diffbgm_gui import theme
from diffbgm_gui.document import hit_share
from diffbgm_gui.widgets.research.charts import Chart, tr
from engine.timebase import STEPS_PER_BEAT

if TYPE_CHECKING:
    from diffbgm_gui.studio_study import Sheet
    from engine.music.take import Take

_LEFT_PX: Final = 34
_TOP_PX: Final = 30
_CELL_PX: Final = 66
_GAP_PX: Final = 6


class ContactSheet(Chart):
    """A grid: t0 from story to motion across, k from long arc to every shot down.

    `turned(t0, k)`: the user turned to a cell; `kept(t0, k)`: its take shall hang on the wall (Enter, double click).
    """

    turned = Signal(int, int)
    kept = Signal(int, int)
    _KEYS = Qt.Key
    _MOVES: Final = {
        int(_KEYS.Key_Left): (-1, 0),
        int(_KEYS.Key_Right): (1, 0),
        int(_KEYS.Key_Up): (0, -1),
        int(_KEYS.Key_Down): (0, 1),
    }
    _TAKES: Final = frozenset({int(_KEYS.Key_Return), int(_KEYS.Key_Enter), int(_KEYS.Key_Space)})
    own_keys = _TAKES | frozenset(_MOVES)

    def __init__(self) -> None:
        super().__init__(tr("Small takes over t0 and k"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.sheet: Sheet | None = None
        self.present = (0, 0)
        self._at: tuple[int, int] | None = None
        self._over: tuple[int, int] | None = None

    @property
    def at(self) -> tuple[int, int] | None:
        """t0 and k of the cell that the user turned to."""
        return None if self._at is None or self.sheet is None else self._values(self._at)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        rows = 0 if self.sheet is None else len(self.sheet.ks)
        return QSize(300, _TOP_PX + rows * (_CELL_PX + _GAP_PX) + 2)

    def show_sheet(self, sheet: Sheet | None, present: tuple[int, int]) -> None:
        """Draw another state of the sheet; `present`: t0 and k of the settings."""
        before, self.sheet, self.present = self.sheet, sheet, present
        if (before is None) != (sheet is None):
            self._at = None
            self.updateGeometry()
        if sheet is not None:
            told = tr("{} of {} small takes are there.").format(len(sheet.cells), sheet.n_cells)
            self.setAccessibleDescription(told)
        self.update()

    # -- places ----------------------------------------------------------------------------------------------------

    def _columns(self) -> tuple[int, ...]:
        """t0 from left (story) to right (motion)."""
        assert self.sheet is not None
        return tuple(sorted(self.sheet.t0s))

    def _rows(self) -> tuple[int, ...]:
        """k from top (long arc) to bottom (every shot)."""
        assert self.sheet is not None
        return tuple(sorted(self.sheet.ks, reverse=True))

    def cell_rect(self, column: int, row: int) -> QRectF:
        """Where a cell lies."""
        n = len(self._columns())
        wide = (self.width() - _LEFT_PX - 4 - (n - 1) * _GAP_PX) / n
        return QRectF(_LEFT_PX + column * (wide + _GAP_PX), _TOP_PX + row * (_CELL_PX + _GAP_PX), wide, _CELL_PX)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        if self.sheet is None:
            return None
        places = ((c, r) for r in range(len(self._rows())) for c in range(len(self._columns())))
        return next((place for place in places if self.cell_rect(*place).contains(at)), None)

    def _values(self, place: tuple[int, int]) -> tuple[int, int]:
        return self._columns()[place[0]], self._rows()[place[1]]

    # -- painting --------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        if self.sheet is None:
            return
        self._draw_heads(painter)
        waiting = next(
            ((t0, k) for t0 in self.sheet.t0s for k in self.sheet.ks if (t0, k) not in self.sheet.cells), None
        )
        for r in range(len(self._rows())):
            for c in range(len(self._columns())):
                place = (c, r)
                self._draw_cell(painter, place, is_next=self.sheet.is_running and self._values(place) == waiting)

    def _draw_heads(self, painter: QPainter) -> None:
        colours = theme.colours()
        painter.setPen(QColor(colours.dim))
        centre = int(Qt.AlignmentFlag.AlignCenter)
        for c, t0 in enumerate(self._columns()):
            rect = self.cell_rect(c, 0)
            painter.drawText(QRectF(rect.left(), 14, rect.width(), 14), centre, f"t0 {t0}")
        for r, k in enumerate(self._rows()):
            rect = self.cell_rect(0, r)
            painter.drawText(QRectF(0, rect.top(), _LEFT_PX - 4, rect.height()), centre, f"k {k}")
        last = self.cell_rect(len(self._columns()) - 1, 0)
        painter.setPen(QColor(colours.dim))
        painter.drawText(QPointF(_LEFT_PX, 10), tr("story"))
        words = tr("motion")
        painter.drawText(QPointF(last.right() - painter.fontMetrics().horizontalAdvance(words), 10), words)

    def _draw_cell(self, painter: QPainter, place: tuple[int, int], *, is_next: bool) -> None:
        assert self.sheet is not None
        colours, rect, values = theme.colours(), self.cell_rect(*place), self._values(place)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(rect, 4, 4)
        take = self.sheet.cells.get(values)
        if take is not None:
            draw_roll(painter, rect.adjusted(3, 3, -3, -3), take)
        else:
            words = "…" if is_next else "–" if values in self.sheet.cells else ""
            painter.setPen(QColor(colours.dim))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), words)
        is_present = values == self.present
        is_at = place == self._at
        edge = colours.accent if is_at or is_present else colours.outline if place == self._over else colours.border
        line = Qt.PenStyle.DashLine if is_present and not is_at else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(edge), 2 if is_at else 1, line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def words_at(self, at: QPointF) -> str:
        place = self._cell_at(at)
        if place is None or self.sheet is None:
            return ""
        t0, k = self._values(place)
        take = self.sheet.cells.get((t0, k))
        if take is None:
            return f"t0 {t0}, k {k}"
        share = hit_share(take)
        hits = "" if share is None else "\n" + tr("{} % of the hits").format(round(100 * share))
        now = "\n" + tr("As the sliders stand") if (t0, k) == self.present else ""
        return f"t0 {t0}, k {k}: " + tr("{} notes").format(len(take.notes)) + hits + now

    # -- choosing --------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._over = self._cell_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._over else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        self._over = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        place = self._cell_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._turn(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        place = self._cell_at(event.position())
        if place is not None:
            self.kept.emit(*self._values(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self.sheet is None:
            super().keyPressEvent(event)
        elif event.key() in self._MOVES:
            dx, dy = self._MOVES[event.key()] if self._at is not None else (0, 0)
            before = self._at or (0, 0)
            c = min(max(0, before[0] + dx), len(self._columns()) - 1)
            self._turn((c, min(max(0, before[1] + dy), len(self._rows()) - 1)))
        elif event.key() in self._TAKES and self._at is not None:
            self.kept.emit(*self._values(self._at))
        else:
            super().keyPressEvent(event)

    def _turn(self, place: tuple[int, int]) -> None:
        self._at = place
        self.turned.emit(*self._values(place))
        self.update()


def draw_roll(painter: QPainter, rect: QRectF, take: Take) -> None:
    """All notes of a take in a small place, and its cuts."""
    c, notes = theme.colours(), take.notes
    n_steps = max(1, take.plan.n_beats * STEPS_PER_BEAT)
    beat_px = rect.width() / take.plan.n_beats
    painter.setPen(QPen(QColor(c.border), 1))
    for shot in take.plan.shots[1:]:
        x = rect.left() + float(take.plan.tempo.beat(shot.start_s)) * beat_px
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
    if not notes:
        return
    low, high = min(note.pitch for note in notes), max(note.pitch for note in notes)
    lane = rect.height() / max(12, high - low + 1)
    painter.setPen(Qt.PenStyle.NoPen)
    for note in sorted(notes, key=lambda note: -note.voice):
        painter.setBrush(QColor(c.voices[note.voice]))
        x = rect.left() + note.onset / n_steps * rect.width()
        wide = max(1.2, note.duration / n_steps * rect.width() - 0.4)
        y = rect.top() + (high - note.pitch) * lane
        painter.drawRect(QRectF(x, y, wide, max(1.2, lane)))
