"""The window: puts the widgets together, turns what the user does into work, and draws each state."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QMimeData, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.bridge import EngineBridge
from diffbgm_gui.exporting import export_task
from diffbgm_gui.look import find_shots, look_task
from diffbgm_gui.player import Player, make_player
from diffbgm_gui.run_state import (
    CancelAsked,
    ExportStarted,
    LookFailed,
    Notice,
    NoticeAsked,
    NoticeClosed,
    Phase,
    RunAsked,
    RunViewState,
    ShotsFound,
    StudioEvent,
    ThumbReady,
    VideoChosen,
    reduce,
)
from diffbgm_gui.widgets.message_bar import MessageBar
from diffbgm_gui.widgets.picture import PlayerView
from diffbgm_gui.widgets.roll_view import RollView
from diffbgm_gui.widgets.settings_panel import SettingsPanel
from diffbgm_gui.widgets.step_strip import StepStrip
from diffbgm_gui.widgets.timeline import Timeline, picture_image
from diffbgm_gui.words import facts, status_words
from engine import CancelToken, EngineError, RunFinished, __version__
from engine.resources import find_resource

TITLE: Final = "Diff-BGM Studio"
EXPORTS: Final = (
    (".mp4", "Video, MP4"),
    (".mov", "Video, MOV"),
    (".mkv", "Video, Matroska"),
    (".webm", "Video, WebM"),
    (".wav", "Music, WAV"),
    (".mid", "Notes, MIDI"),
)
_NO_VIDEO: Final = ("Drop a video here", "or open one with Ctrl+O. File ▸ Open demo has one to try.")


class MainWindow(QMainWindow):
    """The studio's window.

    Args:
        bridge: does the work; a bridge to the real engine by default.
        player: plays the video; the machine's best by default.
        bundle: model bundle for the requests; the one that comes with the program by default.
        remember: whether size and place are kept from one start to the next.
    """

    state_changed = Signal(object)

    def __init__(
        self,
        *,
        bridge: EngineBridge | None = None,
        player: Player | None = None,
        bundle: Path | None = None,
        remember: bool = False,
    ) -> None:
        super().__init__()
        self.state = RunViewState()
        self.bridge = bridge if bridge is not None else EngineBridge()
        self.player = player if player is not None else make_player()
        self.player.setParent(self)
        self._bundle, self._remember = bundle, remember
        self._folder = tempfile.TemporaryDirectory(prefix="diffbgm-studio-", ignore_cleanup_errors=True)
        self._n_takes = 0
        self._look: CancelToken | None = None
        self._is_warm = False
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self._build()
        self._make_menus()
        self._connect()
        self._render()
        self.resize(1280, 800)
        if remember:
            self._restore_geometry()

    # -- building ------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.axis = TimeAxis(self)
        self.view = PlayerView(self.player)
        self.panel = SettingsPanel()
        self.timeline, self.roll, self.steps = Timeline(self.axis), RollView(self.axis), StepStrip()
        self.message = MessageBar()
        self.panel.setMinimumWidth(320)
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.view)
        upper.addWidget(self.panel)
        upper.setStretchFactor(0, 1)
        upper.setSizes([920, 360])
        upper.setChildrenCollapsible(False)
        lower = QWidget()
        lower.setObjectName("panel")
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.timeline)
        below.addWidget(self.roll, 1)
        below.addWidget(self.steps)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(upper)
        whole.addWidget(lower)
        whole.setStretchFactor(0, 1)
        whole.setStretchFactor(1, 1)
        whole.setSizes([380, 400])
        whole.setChildrenCollapsible(False)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top_bar())
        column.addWidget(self.message)
        column.addWidget(whole, 1)
        self.setCentralWidget(centre)
        self._build_status()

    def _top_bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("bar")
        self.name_label, self.facts_label = QLabel(), QLabel()
        self.name_label.setObjectName("title")
        self.facts_label.setObjectName("dim")
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip("Write the take that you hear as a video, as sound or as notes")
        self.generate_button = QPushButton("Generate")
        self.generate_button.setObjectName("primary")
        self.generate_button.setToolTip("Compose music for this video with these settings (Ctrl+G)")
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 7, 12, 7)
        row.setSpacing(10)
        row.addWidget(self.name_label)
        row.addWidget(self.facts_label)
        row.addStretch(1)
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
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("flat")
        self.cancel_button.setToolTip("Stop what is under way (Esc); the last finished take stays")
        self.status_label.setContentsMargins(12, 4, 0, 4)
        bar.addWidget(self.status_label, 1)
        bar.setContentsMargins(0, 0, 10, 0)
        bar.addPermanentWidget(self.progress)
        bar.addPermanentWidget(self.cancel_button)

    def _make_menus(self) -> None:
        menus = self.menuBar()
        file = menus.addMenu("&File")
        self._action(file, "&Open video…", self.ask_for_video, QKeySequence("Ctrl+O"))
        self.demo_action = self._action(file, "Open &demo", self.open_demo)
        self.demo_action.setEnabled(find_resource("demo", "demo.mp4") is not None)
        self.export_menu = QMenu("&Export", self)
        file.addMenu(self.export_menu)
        self.export_actions = {
            suffix: self._action(self.export_menu, f"{title}…", partial(self.ask_and_export, suffix))
            for suffix, title in EXPORTS
        }
        self.export_menu.insertSeparator(self.export_actions[".wav"])
        self.export_button.setMenu(self.export_menu)
        file.addSeparator()
        self._action(file, "&Quit", self.close, QKeySequence("Ctrl+Q"))
        play = menus.addMenu("&Play")
        self.play_action = self._action(play, "&Play or pause", self.player.toggle, QKeySequence("Space"))
        self.start_action = self._action(play, "To the &start", lambda: self.player.seek(0.0), QKeySequence("Home"))
        self.end_action = self._action(
            play, "To the &end", lambda: self.player.seek(self.player.duration_s), QKeySequence("End")
        )
        music = menus.addMenu("&Music")
        self.generate_action = self._action(music, "&Generate", self.generate, QKeySequence("Ctrl+G"))
        self.cancel_action = self._action(music, "&Cancel", self.cancel, QKeySequence("Esc"))
        about = menus.addMenu("&Help")
        self._action(about, "Open &demo", self.open_demo).setEnabled(self.demo_action.isEnabled())
        self._action(about, "&About", self._about)

    def _action(self, menu: QMenu, text: str, does: Callable[[], Any], shortcut: QKeySequence | None = None) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _checked=False: does())
        if shortcut is not None:
            action.setShortcut(shortcut)
        menu.addAction(action)
        return action

    def _connect(self) -> None:
        self.bridge.event_arrived.connect(self.dispatch)
        self.message.closed.connect(lambda: self.dispatch(NoticeClosed()))
        self.generate_button.clicked.connect(self.generate)
        self.cancel_button.clicked.connect(self.cancel)
        self.panel.sensitivity_changed.connect(self._find_shots_again)
        self.panel.t0.valueChanged.connect(self.steps.show_t0)
        self.steps.show_t0(self.panel.t0.value())
        for row in (self.timeline, self.roll):
            row.seek_asked.connect(self.player.seek)
        self.player.position_changed.connect(self.axis.set_playhead)
        self.player.failed.connect(lambda said: self._notice("warning", "The video does not play here.", said))
        self.view.music_button.clicked.connect(self._listen)
        self.view.original_button.clicked.connect(self._listen)

    # -- what the user does --------------------------------------------------------------------------------------

    def ask_for_video(self) -> None:
        """Let the user pick a file."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a video", "", "Videos (*.mp4 *.mov *.mkv *.webm *.avi *.m4v *.mpg *.mpeg *.ts);;All files (*)"
        )
        if name:
            self.open_video(Path(name))

    def open_demo(self) -> None:
        """Open the film that comes with the program."""
        path = find_resource("demo", "demo.mp4")
        if path is not None:
            self.open_video(path)

    def open_video(self, path: Path) -> None:
        """Show a video and look at it. A run under way is stopped."""
        self.bridge.cancel()
        path = path.absolute()
        self.player.close()
        self.player.duration_s = 0.0
        self.view.picture.show_image(None)
        self.view.original_button.setChecked(True)
        self.dispatch(VideoChosen(path))
        self._start_look(path)

    def generate(self) -> None:
        """Compose with the present settings."""
        if not self.state.can_generate:
            return
        from engine import GenerationRequest

        self._n_takes += 1
        folder = Path(self._folder.name)
        name = f"take-{self._n_takes}"
        try:
            settings = self.panel.settings()
        except EngineError as error:
            self._notice("error", error.message, error.hint)
            return
        assert self.state.path is not None
        self.dispatch(RunAsked())
        self.bridge.start(
            GenerationRequest(
                video=self.state.path,
                output=folder / f"{name}{self.state.containers[0]}",
                settings=settings,
                bundle=self._bundle,
                midi=folder / f"{name}.mid",
                wav=folder / f"{name}.wav",
                manifest=folder / f"{name}.json",
            )
        )

    def cancel(self) -> None:
        """Stop the run or the export under way."""
        if self.state.is_busy:
            self.dispatch(CancelAsked())
            self.bridge.cancel()

    def ask_and_export(self, suffix: str) -> None:
        """Let the user name the file, then export."""
        if not self.state.can_export or self.state.path is None:
            return
        proposed = self.state.path.with_name(f"{self.state.path.stem}-music{suffix}")
        title = dict(EXPORTS)[suffix]
        name, _ = QFileDialog.getSaveFileName(self, "Export", str(proposed), f"{title} (*{suffix})")
        if name:
            path = Path(name)
            self.export(path if path.suffix.lower() == suffix else path.with_name(path.name + suffix))

    def export(self, output: Path) -> None:
        """Write the take that is heard."""
        if self.state.take is None or not self.state.can_export:
            return
        self.dispatch(ExportStarted(output))
        self.bridge.submit(export_task(self.state.take.result, output))

    def _start_look(self, path: Path) -> None:
        self._look = self.bridge.submit(look_task(path, self.panel.settings().sensitivity))

    def _find_shots_again(self, sensitivity: float) -> None:
        if self.state.signals is not None and not self.state.is_busy:
            self.dispatch(ShotsFound(find_shots(self.state.signals, sensitivity)))

    def _listen(self) -> None:
        """Switch between the music and the original at the same moment."""
        take = self.state.take
        path = take.result.output if take is not None and self.view.music_button.isChecked() else self.state.path
        self.player.open(path, at_s=self.player.position_s)

    def _notice(self, kind: str, message: str, hint: str = "") -> None:
        self.dispatch(NoticeAsked(Notice(kind, message, hint)))

    def _about(self) -> None:
        QMessageBox.about(
            self,
            TITLE,
            f"<b>{TITLE} {__version__}</b><p>Background music for a video, composed from its picture "
            "on this machine.</p><p>After the paper Diff-BGM (CVPR 2024). MIT licence. Qt is used under the LGPL.</p>",
        )

    # -- what happens --------------------------------------------------------------------------------------------

    def dispatch(self, event: StudioEvent) -> None:
        """Take an event into the state and draw it."""
        before, self.state = self.state, reduce(self.state, event)
        if self.state is before:
            return
        self._follow(before, event)
        self._render()
        self.state_changed.emit(self.state)

    def _follow(self, before: RunViewState, event: StudioEvent) -> None:
        """What an event means for player and worker."""
        state = self.state
        if before.info is None and state.info is not None:
            self.player.duration_s = state.duration_s
            self.player.open(state.path)
        elif state.info is not before.info and state.info is not None:
            self.player.duration_s = state.duration_s
        if isinstance(event, ThumbReady) and event.path == state.path:
            image = picture_image(event.picture)
            self.player.add_still(event.time_s, image)
            if self.view.picture.image is None:
                self.view.picture.show_image(image)
        if isinstance(event, LookFailed) and state.path is None:
            self.player.close()
        if isinstance(event, RunFinished):
            self.panel.show_last_seed(state.take.seed if state.take is not None else None)
            if state.take is not before.take:
                self.view.music_button.setChecked(True)
                self._listen()
            if state.signals is None and state.path is not None:
                self._start_look(state.path)  # Cancel stopped the first look with the run

    def _render(self) -> None:
        state = self.state
        self.axis.set_duration(state.duration_s)
        for widget in (self.timeline, self.roll, self.steps):
            widget.show_state(state)
        self.message.show_notice(state.notice)
        if state.path is None:
            self.view.picture.say(*_NO_VIDEO)
        else:
            self.view.picture.say("", "")
        self._render_words(state)
        self._render_actions(state)

    def _render_words(self, state: RunViewState) -> None:
        name = state.path.name if state.path is not None else ""
        self.name_label.setText(name or TITLE)
        self.setWindowTitle(f"{name} – {TITLE}" if name else TITLE)
        self.facts_label.setText(facts(state))
        self.status_label.setText(status_words(state, self.player.explanation))
        share = state.progress
        self.progress.setVisible(bool(state.task))
        self.progress.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.progress.setValue(round(1000 * share))
        self.view.show_time(self.player.position_s)

    def _render_actions(self, state: RunViewState) -> None:
        self.generate_button.setEnabled(state.can_generate)
        self.generate_action.setEnabled(state.can_generate)
        self.cancel_button.setVisible(state.is_busy)
        can_cancel = state.is_busy and state.phase is not Phase.CANCELLING
        self.cancel_button.setEnabled(can_cancel)
        self.cancel_action.setEnabled(can_cancel)
        self.export_button.setEnabled(state.can_export)
        self.export_menu.menuAction().setEnabled(state.can_export)
        for suffix, action in self.export_actions.items():
            action.setEnabled(state.can_export and (suffix in (".wav", ".mid") or suffix in state.containers))
        has_video = state.info is not None
        self.view.transport.setEnabled(has_video)
        self.view.music_button.setEnabled(state.take is not None)
        for action in (self.play_action, self.start_action, self.end_action):
            action.setEnabled(has_video)

    # -- Qt's events ---------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_video(path)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if not self._is_warm:
            self._is_warm = True
            self.bridge.warm_up()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._remember:
            settings = QSettings()
            settings.setValue("geometry", self.saveGeometry())
        self.bridge.event_arrived.disconnect(self.dispatch)
        self.player.close()
        self.bridge.close()
        self._folder.cleanup()
        super().closeEvent(event)

    def _restore_geometry(self) -> None:
        geometry = QSettings().value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)


def _dropped(data: QMimeData) -> Path | None:
    """The first file of a drop."""
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
