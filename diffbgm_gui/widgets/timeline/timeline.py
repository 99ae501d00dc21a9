"""The timeline: rows of picture and music on one axis, with the tools that change them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.document import automatic_stars, detected_again, toggle_marker, toggle_star
from diffbgm_gui.icons import icon
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.axis_row import AxisRow
from diffbgm_gui.widgets.timeline.curve_data import CurveStore
from diffbgm_gui.widgets.timeline.curves import DrawnRow, PictureRow
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.music_rows import BarsRow, BlocksRow, TempoRow
from diffbgm_gui.widgets.timeline.overview import Overview
from diffbgm_gui.widgets.timeline.row_stack import RowStack, fitting, height_of
from diffbgm_gui.widgets.timeline.ruler import MarkersRow, RulerRow
from diffbgm_gui.widgets.timeline.shots import ShotsRow

_SLIDER_STEPS: Final = 1000
_ZOOM_STEP: Final = 1.6
_TOOLS_PX: Final = 34
OPTIONAL: Final = ("markers", "bars", "tempo", "blocks", "picture", "drawn")
"""Rows that can be hidden."""


class Timeline(QWidget):
    """All rows above the roll. `seek_asked` wants the playhead elsewhere; `shot_selected` tells the index of a shot;
    `room_wanted` asks for a height at which a row that the user chose is seen.

    Where it is too low for all rows that are wanted, those that matter less are left out; none is cut.

    Args:
        studio: whose document is shown and edited.
        axis: shared with everything else that lies in time.
    """

    seek_asked = Signal(float)
    shot_selected = Signal(object)
    room_wanted = Signal(int)

    def __init__(self, studio: Studio, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studio, self.axis = studio, axis
        self.facts = Facts(studio, axis, self)
        self.curves = CurveStore(studio, self)
        self.ruler, self.markers = RulerRow(self.facts), MarkersRow(self.facts)
        self.bars, self.tempo = BarsRow(self.facts), TempoRow(self.facts)
        self.shots, self.blocks = ShotsRow(self.facts), BlocksRow(self.facts)
        self.picture, self.drawn = PictureRow(self.facts, self.curves), DrawnRow(self.facts, self.curves)
        self.overview = Overview(self.facts)
        self.rows: tuple[AxisRow, ...] = (
            self.ruler, self.markers, self.bars, self.tempo, self.shots, self.blocks, self.picture, self.drawn,
        )  # fmt: skip
        self.setAccessibleName(self.tr("Timeline"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._stack = RowStack(self.rows[1:])
        self._wanted = {row for row in self.rows[1:] if row is not self.shots}
        self._asked: AxisRow | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for part in (self._make_tools(), self.ruler, self._stack, self.overview):
            column.addWidget(part)
        column.addStretch(1)
        for row in self.rows:
            row.seek_asked.connect(self.seek_asked)
        self.shots.shot_selected.connect(self.shot_selected)
        axis.changed.connect(self._axis_changed)
        self.facts.film_changed.connect(self._film_changed)
        self._film_changed()
        self._axis_changed()
        self._fit_height()

    # -- height ----------------------------------------------------------------------------------------------------

    @property
    def _fixed_px(self) -> int:
        return _TOOLS_PX + self.ruler.height() + self.overview.height() + 3

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, self._fixed_px + height_of((self.shots, *self._ranked())))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(360, self._fixed_px + self.shots.height())

    def height_for(self, room_px: int) -> int:
        """The height that is needed for the rows that fit into a room."""
        return self._fixed_px + height_of(fitting(self.shots, self._ranked(), room_px - self._fixed_px))

    @property
    def used_px(self) -> int:
        """The height that the rows take which are shown now."""
        return self._fixed_px + self._stack.rows_px

    def _ranked(self) -> list[AxisRow]:
        """The rows that are wanted besides the shots, what matters most first."""
        rows = [self.tempo, self.picture, self.drawn, self.bars, self.blocks]
        rows.insert(0 if self.facts.film.markers else len(rows), self.markers)
        if self._asked is not None:
            rows.sort(key=lambda row: row is not self._asked)
        return [row for row in rows if row in self._wanted]

    def _show_what_fits(self) -> None:
        self._stack.show_only(fitting(self.shots, self._ranked(), self.height() - self._fixed_px))

    def _fit_height(self) -> None:
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()
        self._show_what_fits()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._show_what_fits()

    # -- tools -----------------------------------------------------------------------------------------------------

    def _make_tools(self) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(_TOOLS_PX)
        line = QHBoxLayout(bar)
        line.setContentsMargins(8, 2, 10, 2)
        line.setSpacing(2)
        self._add_edit_tools(line)
        line.addStretch(1)
        self._add_view_tools(line)
        self._tools = bar
        return bar

    def _add_edit_tools(self, line: QHBoxLayout) -> None:
        tr, tool = self.tr, self._tool
        self._needs_film = [
            tool(
                "scissors", tr("Split the shot at the playhead (Ctrl+B): music can turn here"), self.split_at_playhead
            ),
            tool(
                "merge", tr("Delete the cut nearest to the playhead: music runs on through it"), self.delete_nearest_cut
            ),
            tool(
                "star",
                tr("Star the cut or marker nearest to the playhead (S): music must land there"),
                self.star_nearest,
            ),
            tool("marker", tr("Set or remove a marker at the playhead (M): music lands there too"), self.mark_playhead),
            tool("range-in", tr("Music begins at the playhead (I)"), lambda: self.set_range_end(0)),
            tool("range-out", tr("Music ends at the playhead (O)"), lambda: self.set_range_end(1)),
        ]
        for i, button in enumerate(self._needs_film):
            if i in (2, 4):
                line.addSpacing(10)
            line.addWidget(button)
        line.addSpacing(8)
        self.back_button = QPushButton(tr("Back to detected cuts"))
        self.back_button.setObjectName("flat")
        self.back_button.setToolTip(tr("Forget the cuts that were moved, added or deleted by hand"))
        self.back_button.clicked.connect(self.back_to_detected)
        line.addWidget(self.back_button)

    def _add_view_tools(self, line: QHBoxLayout) -> None:
        tr, tool, axis = self.tr, self._tool, self.axis
        self.follow_button = tool("follow", tr("Let the view follow the playhead while it plays"), None)
        self.follow_button.setCheckable(True)
        self.follow_button.setChecked(axis.follows)
        self.follow_button.toggled.connect(self._follow)
        self.rows_button = tool("eye", tr("Choose the rows that are shown"), None)
        self.rows_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.rows_button.setMenu(self._rows_menu())
        self.zoom_slider = QSlider(Qt.Orientation.Horizontal)
        self.zoom_slider.setRange(0, _SLIDER_STEPS)
        self.zoom_slider.setFixedWidth(120)
        self.zoom_slider.setAccessibleName(tr("Zoom"))
        self.zoom_slider.setToolTip(tr("Zoom around the playhead; Ctrl+wheel zooms around the pointer"))
        self.zoom_slider.valueChanged.connect(self._slid)
        line.addWidget(self.follow_button)
        line.addWidget(self.rows_button)
        line.addSpacing(8)
        line.addWidget(tool("zoom-out", tr("Zoom out (−)"), self.zoom_out))
        line.addWidget(self.zoom_slider)
        line.addWidget(tool("zoom-in", tr("Zoom in (+)"), self.zoom_in))
        line.addWidget(tool("zoom-fit", tr("Show all of the film"), axis.fit))

    def _tool(self, name: str, tip: str, does: Callable[[], Any] | None) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(17, 17))
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (")[0].split(":")[0])
        if does is not None:
            button.clicked.connect(lambda _checked=False: does())
        return button

    def _rows_menu(self) -> QMenu:
        menu = QMenu(self)
        for row, name in (
            (self.markers, self.tr("Markers")),
            (self.bars, self.tr("Sections and bars")),
            (self.tempo, self.tr("Tempo")),
            (self.blocks, self.tr("Blocks of k and windows")),
            (self.picture, self.tr("Motion and energy")),
            (self.drawn, self.tr("Drawn curves")),
        ):
            action = QAction(name, menu)
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(partial(self._show_row, row))
            menu.addAction(action)
        return menu

    def _show_row(self, row: AxisRow, is_wanted: bool) -> None:
        (self._wanted.add if is_wanted else self._wanted.discard)(row)
        self._asked = row if is_wanted else None
        self._fit_height()
        if is_wanted:
            self.room_wanted.emit(self.used_px if not row.isHidden() else self.used_px + row.height() + 1)

    def show_rows(self, names: set[str]) -> None:
        """Want only these rows besides ruler and shots: names of attributes, as "tempo"."""
        for action, name in zip(self.rows_button.menu().actions(), OPTIONAL, strict=True):
            action.setChecked(name in names)

    def want_all_rows(self) -> None:
        """All rows, as far as there is room."""
        self.show_rows(set(OPTIONAL))
        self._asked = None
        self._show_what_fits()

    def hide_rows(self, names: set[str]) -> None:
        """All rows but these."""
        self.show_rows(set(OPTIONAL) - names)
        self._asked = None

    @property
    def unwanted_rows(self) -> set[str]:
        """Names of the rows that the user does not want."""
        return {name for name in OPTIONAL if getattr(self, name) not in self._wanted}

    # -- what the user does ----------------------------------------------------------------------------------------

    @property
    def _here(self) -> Fraction:
        """The frame at the playhead."""
        return self.facts.on_frame(self.axis.playhead_s)

    def split_at_playhead(self) -> None:
        """Add a cut at the playhead."""
        self.shots.split_at(self.axis.playhead_s)

    def delete_nearest_cut(self) -> None:
        """Take the cut nearest to the playhead away."""
        cut = self.facts.cut_near(self.axis.playhead_s, float("inf"))
        if cut is not None:
            self.shots.delete(cut)

    def star_nearest(self) -> None:
        """Star the cut or marker nearest to the playhead, or take its star away."""
        here = Fraction(self.axis.playhead_s)
        times = [shot.start_s for shot in self.facts.film.shots[1:]]
        times += [marker.time_s for marker in self.facts.film.markers]
        if times:
            at, automatic = min(times, key=lambda time_s: abs(time_s - here)), self.studio.stars
            self.studio.edit(self.tr("Star"), lambda document: toggle_star(document, at, automatic=automatic))

    def mark_playhead(self) -> None:
        """Set a marker at the playhead, or take away the one that is there."""
        if self.axis.duration_s <= 0:
            return
        here = self._here
        self.studio.edit(self.tr("Marker"), lambda document: toggle_marker(document, here))

    def set_range_end(self, end: int) -> None:
        """Let the music begin (0) or end (1) at the playhead."""
        self.ruler.move_end(end, self._here)

    def clear_range(self) -> None:
        """Music for all of the film."""
        self.ruler.clear_range()

    def back_to_detected(self) -> None:
        """Forget cuts by hand."""
        self.studio.edit(self.tr("Detected cuts"), detected_again)

    def back_to_automatic_stars(self) -> None:
        """Leave the stars to the program again."""
        self.studio.edit(self.tr("Automatic stars"), automatic_stars)

    def zoom_in(self) -> None:
        self.axis.glide_by(_ZOOM_STEP)

    def zoom_out(self) -> None:
        self.axis.glide_by(1 / _ZOOM_STEP)

    def _follow(self, is_on: bool) -> None:
        self.axis.follows = is_on

    def _slid(self, value: int) -> None:
        if round(self.axis.level * _SLIDER_STEPS) != value:
            self.axis.zoom_to_level(value / _SLIDER_STEPS)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _axis_changed(self) -> None:
        self.zoom_slider.blockSignals(True)
        self.zoom_slider.setValue(round(self.axis.level * _SLIDER_STEPS))
        self.zoom_slider.blockSignals(False)

    def _film_changed(self) -> None:
        has_film = bool(self.facts.film.shots)
        for button in self._needs_film:
            button.setEnabled(has_film)
        self.back_button.setVisible(self.facts.film.own_shots)
        self._show_what_fits()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The lines between the rows."""
        painter = QPainter(self)
        c = theme.colours()
        painter.fillRect(self.rect(), QColor(c.border))
        painter.fillRect(self._tools.geometry(), QColor(c.panel))
        end = self.overview.geometry().bottom() + 1
        painter.fillRect(0, end, self.width(), self.height() - end, QColor(c.panel))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)
