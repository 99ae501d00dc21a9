"""The shots: a filmstrip with its cuts, their stars, and by how much the music misses them."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.document import (
    automatic_stars,
    delete_cut,
    detected_again,
    move_cut,
    split_shot,
    toggle_star,
    with_range,
    with_shot_mood,
)
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font
from diffbgm_gui.widgets.columns import paint_columns
from diffbgm_gui.widgets.fields import with_minus
from diffbgm_gui.widgets.timeline.clock import time_code
from diffbgm_gui.widgets.timeline.facts import Facts, Hit
from diffbgm_gui.widgets.timeline.shapes import faded, pill, star_path
from diffbgm_gui.widgets.timeline.strip import Strip
from diffbgm_gui.widgets.timeline.thumbs import ThumbStore

FLAGS_PX: Final = 19
FILM_PX: Final = 48
_GRAB_PX: Final = 5
_STAR_PX: Final = 9
_ROOM_FOR_STARS_PX: Final = 13
_ROOM_FOR_BADGE_PX: Final = 46
_SETTLE_MS: Final = 70
_DENSE_PX: Final = 5


class ShotsRow(AxisRow):
    """Shots as a filmstrip. Cuts are dragged, added, taken away and starred here. `shot_selected` tells the index."""

    scrolls: ClassVar[bool] = True
    shot_selected = Signal(object)

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts = facts
        self._cut: int | None = None
        self._hover: int | None = None
        self._drag = 0
        self.setFixedHeight(FLAGS_PX + FILM_PX + 2)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Shots"))
        self.thumbs = ThumbStore(
            facts.studio, height_px=round(FILM_PX * max(1.0, self.devicePixelRatioF())), parent=self
        )
        self._strip = Strip(facts, self.thumbs, top=FLAGS_PX, height=FILM_PX)
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._ask_for_pictures)
        self.thumbs.changed.connect(self.refresh)
        facts.film_changed.connect(self._film_changed)
        facts.music_changed.connect(self.refresh)
        facts.selection_changed.connect(self._tell)
        facts.axis.changed.connect(self._soon.start)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, FLAGS_PX + FILM_PX + 2)

    def _film_changed(self) -> None:
        self._soon.start()
        self.refresh()

    def _ask_for_pictures(self) -> None:
        if self.isVisible() and self.axis.duration_s > 0:
            self.thumbs.want(self._strip.wanted(), exact=self.axis.shown_s <= 60)

    def _tell(self) -> None:
        at = self._facts.selected
        said = ""
        if at is not None:
            shot = self._facts.film.shots[at]
            star = self.tr("starred") if self._facts.film.starred[at] else self.tr("not starred")
            said = self.tr("Shot {} of {}, from {}, {}").format(
                at + 1, len(self._facts.film.shots), time_code(float(shot.start_s), self._facts.frame_rate), star
            )
        self.setAccessibleDescription(said)
        self.shot_selected.emit(at)
        self.update()

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_row(self, painter: QPainter) -> None:
        gutter_label(painter, self.tr("Shots"), FLAGS_PX, FILM_PX)
        left, right = self.ends()
        painter.fillRect(QRectF(left, FLAGS_PX, right - left, FILM_PX), QColor(theme.colours().sunken))
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        first_s, end_s = self.part_s()
        self._strip.paint(painter, first_s, end_s)
        self._paint_cuts(painter)
        self._paint_lone_stars(painter)
        painter.setClipping(False)

    def _paint_cuts(self, painter: QPainter) -> None:
        film = self._facts.film
        first, end = np.searchsorted(film.starts_s, self.part_s(margin_px=_ROOM_FOR_BADGE_PX))
        first, end = max(1, int(first)), int(end)
        if first >= end:
            return
        places = self.axis.xs(film.starts_s[first:end])
        if (end - first) * _DENSE_PX > self.part.width() + 2 * _ROOM_FOR_BADGE_PX:
            self._paint_dense_cuts(painter, places, film.starred[first:end])
            return
        self._paint_lines(painter, first, places)
        small_font(painter, size_px=10)
        last = len(film.starts_s) - 1
        for i, x in enumerate(places, first):
            after = self.axis.x(float(film.starts_s[i + 1])) - x if i < last else 1e9
            before = x - self.axis.x(float(film.starts_s[i - 1])) if i > 1 else 1e9
            self._paint_flag(painter, i, x, before, after)
        self._paint_moods(painter, first, end)

    def _paint_lines(self, painter: QPainter, first: int, places: list[float]) -> None:
        c, film = theme.colours(), self._facts.film
        top, bottom = FLAGS_PX, FLAGS_PX + FILM_PX
        lines = [QLineF(x, top, x, bottom) for x in places]
        painter.setPen(QPen(QColor(c.sunken), 4))
        painter.drawLines(lines)
        hard = [line for i, line in enumerate(lines, first) if film.shots[i].transition not in ("dissolve", "fade")]
        soft = [line for i, line in enumerate(lines, first) if film.shots[i].transition in ("dissolve", "fade")]
        pen = QPen(QColor(c.cut), 1.4)
        painter.setPen(pen)
        painter.drawLines(hard)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLines(soft)

    def _paint_dense_cuts(self, painter: QPainter, places: list[float], starred: Any) -> None:
        """More cuts than can be told apart: each pixel column once, stars as ticks above."""
        c, xs = theme.colours(), np.array(places)
        part = self.part.intersected(self.plot_rect())
        paint_columns(painter, xs, faded(c.cut, 120), part, FLAGS_PX, 8)
        paint_columns(painter, xs[starred], QColor(c.star), part, FLAGS_PX - 9, 6)

    def _paint_flag(self, painter: QPainter, i: int, x: float, before: float, after: float) -> None:
        """What stands above a cut: a star, or a dot where there is none; and by how much music misses it."""
        c, film, y = theme.colours(), self._facts.film, FLAGS_PX / 2
        if min(before, after) < _ROOM_FOR_STARS_PX:
            painter.setPen(QPen(QColor(c.star if film.starred[i] else c.faint), 1.4))
            painter.drawLine(QPointF(x, FLAGS_PX - 7), QPointF(x, FLAGS_PX - 2))
        elif film.starred[i]:
            painter.setPen(QPen(QColor(c.star), 1.2))
            painter.setBrush(QColor(c.star) if film.own_stars else Qt.BrushStyle.NoBrush)
            painter.drawPath(star_path(x, y, 6.2 if film.own_stars else 5.6))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.faint))
            painter.drawEllipse(QPointF(x, y), 1.8, 1.8)
        hit = self._facts.hit_at(float(film.starts_s[i])) if after >= _ROOM_FOR_BADGE_PX else None
        if hit is not None and (film.starred[i] or hit.starred):
            pill(painter, x + 9, y - 6.5, *self._badge(hit))

    def _badge(self, hit: Hit) -> tuple[str, str]:
        """Text and colour of a hit's badge: green within a frame."""
        c = theme.colours()
        size = abs(hit.error_ms)
        if hit.reason and size > 1000 * self._facts.frame_s:
            return with_minus(f"{hit.error_ms:+.0f}"), c.warning
        text = "0" if size < 0.5 else with_minus(f"{hit.error_ms:+.0f}")
        return f"{text} ms", c.hit if size <= 1000 * self._facts.frame_s else c.warning

    def _paint_lone_stars(self, painter: QPainter) -> None:
        c = theme.colours()
        first, end = self.part_s(margin_px=10)
        painter.setPen(QPen(QColor(c.star), 1.2))
        painter.setBrush(QColor(c.star))
        for at in self._facts.film.lone_stars_s:
            if first <= at <= end:
                painter.drawPath(star_path(self.axis.x(at), FLAGS_PX / 2, 6.2))

    def _paint_moods(self, painter: QPainter, first: int, end: int) -> None:
        """The moods that single shots have, on their pictures."""
        c = theme.colours()
        small_font(painter, size_px=10)
        for start_s, mood in self._facts.studio.document.direction.moods:
            at = self._facts.shot_at(float(start_s))
            if at is None or not first - 1 <= at < end:
                continue
            shot = self._facts.film.shots[at]
            left, right = self.axis.x(float(shot.start_s)), self.axis.x(float(shot.end_s))
            width = painter.fontMetrics().horizontalAdvance(mood) + 10
            if right - left < width + 8:
                continue
            box = QRectF(left + 5, FLAGS_PX + FILM_PX - 18, width, 14)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(c.window, 215))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(c.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), mood)

    def paint_over(self, painter: QPainter) -> None:
        c, film = theme.colours(), self._facts.film
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.plot_rect())
        at = self._facts.selected
        if at is not None and at < len(film.shots):
            left, right = self.axis.x(float(film.shots[at].start_s)), self.axis.x(float(film.shots[at].end_s))
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(faded(c.accent, 26))
            painter.drawRect(QRectF(left + 1, FLAGS_PX + 1, max(2.0, right - left - 2), FILM_PX - 2))
        cut = self._cut if self._cut is not None else self._hover
        if cut is not None and 0 < cut < len(film.starts_s):
            x = self.axis.x(float(film.starts_s[cut]))
            painter.setPen(QPen(QColor(c.accent), 2.4))
            painter.drawLine(QPointF(x, FLAGS_PX), QPointF(x, FLAGS_PX + FILM_PX))
            if self._cut is not None:
                small_font(painter)
                said = time_code(float(film.starts_s[cut]), self._facts.frame_rate)
                room = painter.fontMetrics().horizontalAdvance(said) + 10
                left = x + 6 if x + 6 + room < self.plot_rect().right() else x - 6 - room
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(c.accent))
                painter.drawRoundedRect(QRectF(left, FLAGS_PX + 4, room, 16), 3, 3)
                painter.setPen(QColor(c.accent_ink))
                painter.drawText(QPointF(left + 5, FLAGS_PX + 16), said)
        painter.setClipping(False)

    # -- edits -----------------------------------------------------------------------------------------------------

    def drag_cut(self, cut: int, time_s: Fraction, *, merge: str = "") -> None:
        """Move the cut at the beginning of a shot."""
        shots = self._facts.film.shots
        if 0 < cut < len(shots):
            change = partial(move_cut, shots=shots, index=cut, time_s=time_s)
            self._facts.studio.edit(self.tr("Move cut"), change, merge=merge)

    def split_at(self, seconds: float) -> None:
        """Put a cut on the frame nearest to a time."""
        shots, at = self._facts.film.shots, self._facts.on_frame(seconds)
        self._facts.studio.edit(self.tr("Split shot"), lambda document: split_shot(document, shots, at))

    def delete(self, cut: int) -> None:
        """Take a cut away; its shot joins the one before it."""
        shots = self._facts.film.shots
        if 0 < cut < len(shots):
            self._facts.studio.edit(self.tr("Delete cut"), lambda document: delete_cut(document, shots, cut))
            self._facts.select(cut - 1)

    def star(self, cut: int) -> None:
        """Star a cut, or take its star away."""
        shots, automatic = self._facts.film.shots, self._facts.studio.stars
        if 0 < cut < len(shots):
            at = shots[cut].start_s
            self._facts.studio.edit(self.tr("Star"), lambda document: toggle_star(document, at, automatic=automatic))

    # -- mouse -----------------------------------------------------------------------------------------------------

    def _cut_at(self, point: QPointF) -> int | None:
        reach = _STAR_PX if point.y() < FLAGS_PX else _GRAB_PX
        return self._facts.cut_near(self.axis.seconds(point.x()), reach * self.axis.s_per_px)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton:
            return
        cut = self._cut_at(event.position())
        if cut is not None and event.position().y() < FLAGS_PX:
            self.star(cut)
            return
        self._drag += 1
        self._cut = cut
        self._facts.select(cut if cut is not None else self._facts.shot_at(self.axis.seconds(event.position().x())))
        if cut is None:
            super().mousePressEvent(event)
        else:
            self.axis.is_held = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._cut is not None:
            self.drag_cut(self._cut, self._facts.on_frame(self._beside(event)), merge=f"cut {id(self)} {self._drag}")
            return
        hover = self._cut_at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.update()
        on_star = hover is not None and event.position().y() < FLAGS_PX
        shape = Qt.CursorShape.ArrowCursor if hover is None else Qt.CursorShape.SplitHCursor
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_star else shape)
        super().mouseMoveEvent(event)

    def _beside(self, event: QMouseEvent) -> float:
        """The time under the pointer, drawn to the playhead unless Alt is held."""
        seconds = self.axis.seconds(event.position().x())
        near = abs(seconds - self.axis.playhead_s) <= 5 * self.axis.s_per_px
        return self.axis.playhead_s if near and not event.modifiers() & Qt.KeyboardModifier.AltModifier else seconds

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._cut = None
        self.update()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        at = self._facts.shot_at(self.axis.seconds(event.position().x()))
        if at is not None and event.position().y() >= FLAGS_PX and self._cut_at(event.position()) is None:
            self.show_shot(at)

    def show_shot(self, at: int) -> None:
        """Zoom to a shot, with a little of its neighbours."""
        shot = self._facts.film.shots[at]
        margin = 0.15 * float(shot.duration_s)
        self.axis.glide_to(float(shot.start_s) - margin, float(shot.end_s) + margin)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        self._hover = None
        self.update()
        super().leaveEvent(event)

    # -- keys ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key, at = event.key(), self._facts.selected
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.select_next(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Escape and at is not None:
            self._facts.select(None)
        elif at is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            frames = (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1) * (
                -1 if key == Qt.Key.Key_Left else 1
            )
            start_s = self._facts.film.shots[at].start_s
            self.drag_cut(at, self._facts.frames_on(start_s, frames), merge=f"cut keys {id(self)} {self._drag}")
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete(at)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_shot(at)
        else:
            super().keyPressEvent(event)

    def select_next(self, way: int) -> None:
        """Turn to the next shot (1) or the one before (-1), and move the playhead to its cut."""
        count = len(self._facts.film.shots)
        if not count:
            return
        here = self._facts.shot_at(self.axis.playhead_s) or 0
        at = here if self._facts.selected is None else self._facts.selected + way
        at = min(max(at, 0), count - 1)
        self._drag += 1
        self._facts.select(at)
        start_s = float(self._facts.film.shots[at].start_s)
        self.axis.reveal(start_s)
        self.seek_asked.emit(start_s)

    # -- menu, help ------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        point = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self._facts.selected is not None:
            shot = self._facts.film.shots[self._facts.selected]
            point = QPointF(self.axis.x(float(shot.start_s)) + 12, FLAGS_PX + 10)
        menu = self.menu_at(point)
        if menu is not None:
            menu.exec(event.globalPos())

    def menu_at(self, point: QPointF) -> QMenu | None:
        """The menu of a place in the row."""
        seconds = self.axis.seconds(point.x())
        at = self._facts.shot_at(seconds)
        if at is None:
            return None
        cut = self._cut_at(point)
        cut = at if cut is None else cut
        self._facts.select(at)
        menu, shot = QMenu(self), self._facts.film.shots[at]
        menu.addAction(self.tr("Split here")).triggered.connect(lambda: self.split_at(seconds))
        if cut > 0:
            menu.addAction(self.tr("Delete the cut: join with the shot before")).triggered.connect(
                lambda: self.delete(cut)
            )
            star = menu.addAction(self.tr("Star the cut: music must land here"))
            star.setCheckable(True)
            star.setChecked(bool(self._facts.film.starred[cut]))
            star.triggered.connect(lambda: self.star(cut))
        menu.addMenu(self._mood_menu(menu, at))
        menu.addSeparator()
        menu.addAction(self.tr("Show this shot")).triggered.connect(lambda: self.show_shot(at))
        limits = (shot.start_s, shot.end_s)
        menu.addAction(self.tr("Music for this shot only")).triggered.connect(
            lambda: self._facts.studio.edit(self.tr("Range"), lambda document: with_range(document, limits))
        )
        menu.addSeparator()
        self._add_ways_back(menu)
        return menu

    def _add_ways_back(self, menu: QMenu) -> None:
        edit, film = self._facts.studio.edit, self._facts.film
        cuts = menu.addAction(self.tr("Back to the detected cuts"))
        cuts.setEnabled(film.own_shots)
        cuts.triggered.connect(lambda: edit(self.tr("Detected cuts"), detected_again))
        stars = menu.addAction(self.tr("Back to automatic stars"))
        stars.setEnabled(film.own_stars)
        stars.triggered.connect(lambda: edit(self.tr("Automatic stars"), automatic_stars))

    def _mood_menu(self, parent: QMenu, at: int) -> QMenu:
        from engine.music.moods import MOODS

        menu = QMenu(self.tr("Mood of this shot"), parent)
        start_s = self._facts.film.shots[at].start_s
        asked = next((m for t, m in self._facts.studio.document.direction.moods if t == start_s), None)
        for mood in (None, *(name for name in MOODS if name != "auto")):
            action = menu.addAction(self.tr("As the settings say") if mood is None else mood.capitalize())
            action.setCheckable(True)
            action.setChecked(mood == asked)
            change = partial(with_shot_mood, start_s=start_s, mood=mood)
            action.triggered.connect(partial(self._edit_mood, change))
        return menu

    def _edit_mood(self, change: Any, _checked: bool = False) -> None:
        self._facts.studio.edit(self.tr("Mood of a shot"), change)

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._told(QPointF(event.pos())), self)
            return True
        return super().answers(event)

    def _told(self, point: QPointF) -> str:
        cut = self._cut_at(point)
        if cut is None:
            at = self._facts.shot_at(self.axis.seconds(point.x()))
            shot = self._facts.film.shots[at] if at is not None else None
            head = "" if shot is None else self.tr("Shot {}, {:.2f} s\n").format(shot.index + 1, float(shot.duration_s))
            return head + self.tr("Music follows the shots. Ctrl+B cuts at the playhead, right-click for more.")
        lines = [
            self.tr("Cut {} at {}").format(
                cut, time_code(float(self._facts.film.starts_s[cut]), self._facts.frame_rate)
            )
        ]
        hit = self._facts.hit_at(float(self._facts.film.starts_s[cut]))
        if hit is not None:
            told = self.tr("The nearest note position sounds {:+.1f} ms beside it.").format(hit.error_ms)
            lines.append(with_minus(told))
            if hit.reason:
                lines.append(self.tr("Not met: {}.").format(hit.reason))
        if point.y() < FLAGS_PX:
            lines.append(self.tr("Click to star: music must land exactly here. Hollow stars are the program's choice."))
        else:
            lines.append(self.tr("Drag to move the cut; arrow keys move it by a frame, Delete joins the shots."))
        return "\n".join(lines)
