"""The window: puts the widgets together, and draws what the studio tells.

Every part of the window has one method here that makes it (`_player_area`, `_side_tabs`, `_takes_area`,
`_timeline_rows`, `_roll_area`, `_steps_area`). A part takes the studio, and where it needs them the axis and the
player; it connects itself. What the user can do is in `menus`.

The frame with the start page needs Qt alone and is there at once; `fill` makes the rest. So what a part imports is
imported in its method.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QMimeData, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenuBar,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.commands import Commands
from diffbgm_gui.preferences import Preferences
from diffbgm_gui.widgets.elided import Elided
from diffbgm_gui.widgets.start_page import StartPage

if TYPE_CHECKING:
    from diffbgm_gui.playback import Playback
    from diffbgm_gui.run_state import RunViewState
    from diffbgm_gui.studio import Studio
    from diffbgm_gui.widgets.takes_wall import TakesWall
    from diffbgm_gui.widgets.timeline import Timeline

TITLE: Final = "Diff-BGM Studio"


class MainWindow(QMainWindow):
    """The studio's window.

    Args:
        studio: the work; a studio on the real engine by default.
        player: plays picture and sound; with the best that this machine has by default.
        preferences: what the user prefers; as they are kept by default.
        remember: whether size, place and recent files are kept from one start to the next.
        at_once: whether all of it is made now, or the frame alone, until `fill` is called.
    """

    state_changed = Signal(object)

    def __init__(
        self,
        *,
        studio: Studio | None = None,
        player: Playback | None = None,
        preferences: Preferences | None = None,
        remember: bool = False,
        at_once: bool = True,
    ) -> None:
        super().__init__()
        self._given = (studio, player)
        self._remember = remember
        self._may_close = self.is_filled = False
        self.preferences = preferences if preferences is not None else Preferences()
        self.preferences.setParent(self)
        self.setAcceptDrops(True)
        self.setWindowTitle(TITLE)
        self.resize(1280, 800)
        self._build_frame()
        if remember:
            self._restore_geometry()
        if at_once:
            self.fill()

    def fill(self) -> None:
        """Make what the frame lacks: the studio, the parts, the menus."""
        from diffbgm_gui.axis import TimeAxis
        from diffbgm_gui.file_flow import FileFlow
        from diffbgm_gui.menus import fill_menus
        from diffbgm_gui.playback import Playback
        from diffbgm_gui.preferring import Preferring
        from diffbgm_gui.studio import Studio
        from diffbgm_gui.tidying import WindowCollector

        studio, player = self._given
        self.studio = studio if studio is not None else Studio()
        self.studio.setParent(self)
        self.player = player if player is not None else Playback()
        self.player.setParent(self)
        self.files = FileFlow(self.studio, self, remember=self._remember)
        self.axis = TimeAxis(self)
        self._build_workspace()
        fill_menus(self)
        self._connect()
        self.preferring = Preferring(self, self.preferences)
        studio, axis = self.studio, self.axis
        signs = (studio.document_changed, studio.event, studio.shown_changed, axis.changed, axis.moved)
        self._collector = WindowCollector(*signs, is_busy=lambda: studio.state.is_busy, parent=self)
        self.is_filled = True
        self.workspace.fit(self.height())
        self._render()
        self.start_page.use(self.files)
        self.studio.bridge.warm_up()

    @property
    def state(self) -> RunViewState:
        return self.studio.state

    # -- parts; each is made in one place --------------------------------------------------------------------------

    def _player_area(self) -> QWidget:
        """Picture, transport, mixer (upper left)."""
        from diffbgm_gui.widgets.picture import PlayerView

        self.view = PlayerView(self.studio, self.axis, self.player)
        return self.view

    def _side_tabs(self) -> QWidget:
        """Music, engine, captions, research (upper right)."""
        from diffbgm_gui.widgets.panel.side_panel import SidePanel

        self.panel = SidePanel(self.studio)
        self.side_tabs: QTabWidget = self.panel.tabs
        self.panel.captions.seek_asked.connect(self.player.seek)
        return self.panel

    def _takes_area(self) -> TakesWall:
        """The wall of takes (between picture and timeline)."""
        from diffbgm_gui.widgets.takes_wall import TakesWall

        self.takes = TakesWall(self.studio, self.roll.model)
        self.takes.play_asked.connect(self.player.play)
        return self.takes

    def _timeline_rows(self) -> Timeline:
        """Ruler, bars, shots, curves (below)."""
        from diffbgm_gui.widgets.timeline import Timeline

        self.timeline = Timeline(self.studio, self.axis)
        return self.timeline

    def _roll_area(self) -> QWidget:
        """The roll (below the timeline, on its axis)."""
        from diffbgm_gui.widgets.roll import RollPanel

        self.roll = RollPanel(self.studio, self.axis)
        return self.roll

    def _steps_area(self) -> QWidget:
        """The denoising steps (at the bottom)."""
        from diffbgm_gui.widgets.step_strip import StepStrip

        self.steps = StepStrip(self.studio, self.roll.model)
        self.steps.play_asked.connect(self.player.play)
        return self.steps

    # -- putting them together -------------------------------------------------------------------------------------

    def _build_workspace(self) -> None:
        from diffbgm_gui.arranging import Arrangement, Parts
        from diffbgm_gui.diagnostics import diagnostics
        from diffbgm_gui.widgets.message_bar import MessageBar

        roll = self._roll_area()  # the wall and the steps know it
        parts = Parts(
            player=self._player_area(), panel=self._side_tabs(), takes=self._takes_area(),
            timeline=self._timeline_rows(), roll=roll, steps=self._steps_area(),
        )  # fmt: skip
        self.workspace = Arrangement(parts, remember=self._remember)
        self.pages.addWidget(self.workspace)
        self.message = MessageBar(lambda: diagnostics(self.studio))
        self._column.insertWidget(1, self.message)

    def _build_frame(self) -> None:
        """Everything that Qt alone can do."""
        self.menu_bar = QMenuBar()
        self.commands = Commands(self.menu_bar)
        for name, title in (
            ("file", self.tr("&File")),
            ("edit", self.tr("&Edit")),
            ("view", self.tr("&View")),
            ("play", self.tr("&Play")),
            ("notes", self.tr("&Notes")),
            ("music", self.tr("&Music")),
            ("help", self.tr("&Help")),
        ):
            self.commands.menu(name, title)
        self.start_page = StartPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        centre = QWidget()
        self._column = _column(centre)
        self._column.addWidget(self._top_bar())
        self._column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self._build_status()
        self.name_label.setText(TITLE)

    def _top_bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("bar")
        self.name_label, self.facts_label = QLabel(), Elided()
        self.name_label.setObjectName("title")
        self.facts_label.setObjectName("dim")
        self.export_button = QPushButton(self.tr("Export"))
        self.export_button.setToolTip(self.tr("Write takes as a video, as sound or as notes (Ctrl+E)"))
        self.generate_button = QPushButton(self.tr("Generate"))
        self.generate_button.setObjectName("primary")
        self.generate_button.setToolTip(self.tr("Compose music for this video with these settings (Ctrl+G)"))
        for button in (self.export_button, self.generate_button):
            button.setEnabled(False)
        row = QHBoxLayout(bar)
        row.setContentsMargins(6, 5, 12, 5)
        row.setSpacing(10)
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.menu_bar)
        row.addSpacing(8)
        row.addWidget(self.name_label)
        row.addWidget(self.facts_label, 1)
        row.addWidget(self.export_button)
        row.addWidget(self.generate_button)
        return bar

    def _build_status(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self.status_label = QLabel()
        self.status_label.setObjectName("dim")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(220)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setObjectName("flat")
        self.cancel_button.setToolTip(self.tr("Stop what is under way (Esc); finished takes stay"))
        self.status_label.setContentsMargins(12, 4, 0, 4)
        bar.addWidget(self.status_label, 1)
        bar.setContentsMargins(0, 0, 10, 0)
        for widget in (self.progress, self.cancel_button):
            bar.addPermanentWidget(widget)
            widget.hide()

    def _connect(self) -> None:
        studio = self.studio
        studio.state_changed.connect(self._state_changed)
        studio.document_changed.connect(self._render)
        studio.shown_changed.connect(self._render)
        studio.event.connect(self._heard)
        studio.undo_stack.indexChanged.connect(self._render_actions)
        self.files.on_recent = self._recent_changed
        self.message.closed.connect(studio.close_notice)
        self.generate_button.clicked.connect(self.generate)
        self.export_button.clicked.connect(self.show_export)
        self.cancel_button.clicked.connect(studio.cancel)
        for row in (self.timeline, self.roll):
            row.seek_asked.connect(self.player.seek)

    # -- what the user does ----------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a video or a project, after asking about unsaved work."""
        self.files.open(path)

    def generate(self) -> None:
        """Compose with the present settings."""
        self.panel.commit()
        asked = self.studio.document
        self.studio.generate(takes=asked.n_takes, draft_first=asked.draft_first)

    def show_export(self) -> None:
        """Choose what to write, of which takes, and where to."""
        from diffbgm_gui.widgets.export import ExportDialog

        self.panel.commit()
        dialog = ExportDialog(self.studio, self.preferences, parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_preferences(self) -> None:
        """Open the preferences; the one thing besides export that waits for an answer."""
        from diffbgm_gui.widgets.preferences_dialog import PreferencesDialog

        dialog = PreferencesDialog(self.preferences, self.studio, outputs=sound_outputs, parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def choose_output(self, name: str) -> None:
        """Play on another sound device; "" is the desktop's."""
        choose = getattr(self.player, "choose_output", None)
        if choose is not None:
            choose(name)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _state_changed(self, state: RunViewState) -> None:
        self.axis.set_duration(state.duration_s)
        self._render()
        self.state_changed.emit(state)

    def _heard(self, _event: Any) -> None:
        self._render_title()

    def _render(self) -> None:
        studio, state = self.studio, self.state
        self.pages.setCurrentIndex(0 if studio.document.video is None else 1)
        self.message.show_notice(state.notice)
        self._render_words()
        self._render_actions()

    def _render_title(self) -> None:
        name, studio = self.files.name, self.studio
        self.name_label.setText(f"{name} ●" if name and studio.is_dirty else name or TITLE)
        self.setWindowTitle(f"{name}[*] – {TITLE}" if name else TITLE)
        self.setWindowModified(studio.is_dirty)

    def _render_words(self) -> None:
        from diffbgm_gui.words import facts, status_words

        state, studio = self.state, self.studio
        self._render_title()
        self.facts_label.setText(facts(state, len(studio.shots), studio.shown.plan))
        entry = studio.document.entry(studio.document.current)
        self.status_label.setText(status_words(state, entry, self.player.explanation))
        share = state.progress
        self.progress.setVisible(bool(state.task))
        self.progress.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.progress.setValue(round(1000 * share))

    def _render_actions(self) -> None:
        state, studio = self.state, self.studio
        self.commands.refresh(studio)
        self.generate_button.setEnabled(state.can_generate)
        self.cancel_button.setVisible(state.is_busy)
        self.cancel_button.setEnabled(state.is_busy and not state.is_cancelling)
        self.export_button.setEnabled(studio.document.take is not None and not state.is_busy)

    def _recent_changed(self) -> None:
        self.start_page.show_recent()

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        if self.is_filled:
            self.workspace.fit(event.size().height())
        super().resizeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if self.is_filled and _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self.is_filled and not self._may_close:
            if not self.files.after_asking(self._close_now):
                event.ignore()
                return
            self._may_close = True
        if self._remember:
            QSettings().setValue("geometry", self.saveGeometry())
            if self.is_filled:
                self.workspace.keep()
        if self.is_filled:
            self.view.shut_down()
            self.studio.close()
            self._collector.stop()
        super().closeEvent(event)

    def _close_now(self) -> None:
        """Close, once the user's work is settled."""
        if not self._may_close:
            self._may_close = True
            self.close()

    def _restore_geometry(self) -> None:
        geometry = QSettings().value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout


def sound_outputs() -> list[str]:
    """Names of the sound devices, none where Qt Multimedia does not load."""
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError:
        return []
    return [device.description() for device in QMediaDevices.audioOutputs()]


def _dropped(data: QMimeData) -> Path | None:
    """The first file of a drop."""
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
