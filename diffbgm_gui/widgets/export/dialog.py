"""What to write of which takes, with what sound, where to; and how it goes."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.document import with_settings
from diffbgm_gui.exporting import KINDS, TIMELINE, VIDEO, Wish, files_of, jobs_of, proposed_name, safe_name
from diffbgm_gui.languages import in_one, in_words
from diffbgm_gui.preferences import Preferences
from diffbgm_gui.run_state import ExportFinished, Phase, RunViewState
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_recut import is_of_cut
from diffbgm_gui.widgets.check import Check
from diffbgm_gui.widgets.export.range import RangeForm
from diffbgm_gui.widgets.export.sound import SoundForm
from diffbgm_gui.widgets.export.words import CONTAINERS, TIMELINES, kind_tip, kind_title, tr
from diffbgm_gui.widgets.panel.controls import Drop
from diffbgm_gui.widgets.takes.words import hit_words
from diffbgm_gui.words import status_words

_SHOWN_NAMES: Final = 4
_TAKES_PX: Final = 132


class ExportDialog(QDialog):
    """Asks once for everything, writes it on the engine's thread, and says what was written."""

    def __init__(self, studio: Studio, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._preferences = studio, preferences
        self._written: tuple[Path, ...] = ()
        self._is_writing = False
        self.setWindowTitle(tr("Export"))
        info = studio.state.info
        self.sound = SoundForm(studio.document, has_sound=bool(info is not None and info.audio))
        left = QVBoxLayout()
        left.setSpacing(8)
        self.range = RangeForm(
            studio.document.direction.range_s,
            Fraction(info.duration_s) if info is not None else Fraction(0),
            Fraction(info.frame_rate) if info is not None else Fraction(25),
        )
        parts = (
            (tr("Files"), self._kinds()),
            (tr("Takes"), self._takes()),
            (tr("Range"), self.range),
            (tr("Where to"), self._place()),
        )
        for title, part in parts:
            left.addWidget(_heading(title))
            left.addWidget(part)
            left.addSpacing(6)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(_heading(tr("Sound")))
        right.addWidget(self.sound)
        right.addStretch(1)
        self.form = QWidget()
        self.form.setObjectName("panel")
        columns = QHBoxLayout(self.form)
        columns.setContentsMargins(22, 18, 22, 10)
        columns.setSpacing(32)
        columns.addLayout(left, 6)
        columns.addLayout(right, 5)
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(self._foot())
        self._fit()
        self.sound.edited.connect(self._follow)
        self.range.edited.connect(self._follow)
        studio.event.connect(self._heard)
        studio.state_changed.connect(self._show_progress)
        self._follow()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _kinds(self) -> QWidget:
        box, grid = QWidget(), QGridLayout()
        box.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        kept = set(self._preferences.current.export_kinds.split())
        self.kinds: dict[str, Check] = {}
        for row, kind in enumerate(KINDS):
            check = Check(kind_title(kind.key))
            check.setToolTip(kind_tip(kind.key))
            check.setAccessibleDescription(kind_tip(kind.key))
            check.setChecked(kind.key in kept)
            check.toggled.connect(self._follow)
            self.kinds[kind.key] = check
            grid.addWidget(check, row, 0)
        self.container = Drop()
        self.container.setAccessibleName(tr("Container of the video"))
        self.container.setToolTip(tr("Only containers that can hold this picture are listed"))
        for suffix in self._studio.state.containers:
            self.container.addItem(tr(CONTAINERS.get(suffix, suffix[1:].upper())), suffix)
        at = self.container.findData(self._preferences.current.export_container)
        self.container.setCurrentIndex(max(0, at))
        self.container.currentIndexChanged.connect(self._follow)
        grid.addWidget(self.container, 0, 1)
        self.timeline = Drop()
        self.timeline.setAccessibleName(tr("Format of the timeline"))
        self.timeline.setToolTip(tr("A WAV of the music is written beside it, unless there are stems"))
        for suffix, title in TIMELINES.items():
            self.timeline.addItem(tr(title), suffix)
        self.timeline.setCurrentIndex(max(0, self.timeline.findData(self._preferences.current.export_timeline)))
        self.timeline.currentIndexChanged.connect(self._follow)
        grid.addWidget(self.timeline, [kind.key for kind in KINDS].index(TIMELINE), 1)
        if not self._studio.state.containers:
            self._leave_out_video()
        return box

    def _leave_out_video(self) -> None:
        """Offer no video, where the picture is none to be delivered; a timeline where nothing else is chosen."""
        check = self.kinds[VIDEO]
        check.setEnabled(False)
        check.setToolTip(tr("The picture was put together from the timeline's clips, for watching only."))
        with QSignalBlocker(check):
            check.setChecked(False)
        if not any(check.isChecked() for check in self.kinds.values()):
            with QSignalBlocker(self.kinds[TIMELINE]):
                self.kinds[TIMELINE].setChecked(True)

    def _takes(self) -> QWidget:
        inside, column = QWidget(), QVBoxLayout()
        inside.setObjectName("panel")
        inside.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        document = self._studio.document
        self.takes: dict[str, Check] = {}
        for entry in document.takes:
            parts = [("★ " if entry.starred else "") + entry.name, hit_words(entry)]
            check = Check("   ".join(part for part in parts if part))
            check.setChecked(entry.id == document.current)
            check.toggled.connect(self._follow)
            self.takes[entry.id] = check
            column.addWidget(check)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedHeight(min(_TAKES_PX, inside.sizeHint().height() + 2))
        return area

    def _place(self) -> QWidget:
        box, grid = QWidget(), QGridLayout()
        box.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.name = QLineEdit(proposed_name(self._studio.document))
        self.name.setAccessibleName(tr("Name of the files"))
        self.name.setToolTip(tr("What the names of all files begin with"))
        self.name.textChanged.connect(self._follow)
        self.folder = QLineEdit(str(self._first_folder()))
        self.folder.setAccessibleName(tr("Folder"))
        self.folder.setToolTip(tr("Where the files are written; it must be there"))
        self.folder.textChanged.connect(self._follow)
        self.choose = QPushButton(tr("Choose…"))
        self.choose.setAccessibleName(tr("Choose the folder"))
        self.choose.clicked.connect(self._choose_folder)
        for row, (title, widget) in enumerate(((tr("Name"), self.name), (tr("Folder"), self.folder))):
            label = QLabel(title)
            label.setObjectName("dim")
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(self.choose, 1, 2)
        self.names = QLabel()
        self.names.setObjectName("hint")
        self.names.setWordWrap(True)
        self.names.setTextFormat(Qt.TextFormat.PlainText)
        self.names.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.names, 2, 0, 1, 3)
        return box

    def _foot(self) -> QWidget:
        self.foot = QStackedWidget()
        self.foot.setObjectName("bar")
        self.foot.addWidget(self._asking())
        self.foot.addWidget(self._going())
        self.foot.addWidget(self._done())
        foot = QWidget()
        foot.setObjectName("foot")
        column = QVBoxLayout(foot)
        column.setContentsMargins(22, 12, 18, 14)
        column.addWidget(self.foot)
        self.foot.setObjectName("")
        self.foot.setFixedHeight(self.foot.sizeHint().height())
        return foot

    def _asking(self) -> QWidget:
        self.note = _words()
        self.close_button, self.export_button = QPushButton(tr("Close")), QPushButton(tr("Export"))
        self.export_button.setObjectName("primary")
        self.export_button.setDefault(True)
        self.close_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self.write)
        return _line(self.note, self.close_button, self.export_button)

    def _going(self) -> QWidget:
        self.told = _words()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.stop_button = QPushButton(tr("Stop"))
        self.stop_button.setToolTip(tr("Stop at once; files that are whole already stay, nothing half-written does"))
        self.stop_button.clicked.connect(self._studio.cancel)
        inside, column = QWidget(), QVBoxLayout()
        inside.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.told)
        column.addWidget(self.bar)
        return _line(inside, self.stop_button)

    def _done(self) -> QWidget:
        self.result = _words()
        self.open_button, self.again_button = QPushButton(tr("Open the folder")), QPushButton(tr("Export more"))
        self.done_button = QPushButton(tr("Done"))
        self.done_button.setObjectName("primary")
        self.open_button.clicked.connect(self.open_folder)
        self.again_button.clicked.connect(self._ask_again)
        self.done_button.clicked.connect(self.accept)
        return _line(self.result, self.open_button, self.again_button, self.done_button)

    # -- what is asked for -----------------------------------------------------------------------------------------

    def wish(self) -> Wish:
        """What is chosen now."""
        return Wish(
            kinds=frozenset(key for key, check in self.kinds.items() if check.isChecked()),
            container=str(self.container.currentData() or ""),
            takes=tuple(take_id for take_id, check in self.takes.items() if check.isChecked()),
            folder=Path(self.folder.text().strip()).expanduser(),
            name=self.name.text(),
            timeline=str(self.timeline.currentData()),
            part_s=self.range.value(),
        )

    def problem(self, wish: Wish) -> str:
        """Why this cannot be written, in one sentence; empty where it can."""
        if not wish.kinds:
            return tr("Choose at least one kind of file.")
        if not wish.takes:
            return tr("Choose at least one take.")
        if earlier := self._of_an_earlier_cut(wish):
            return tr("“{}” was made for an earlier cut: only its WAV, MIDI and stems can be written.").format(earlier)
        if self.range.problem():
            return self.range.problem()
        if not safe_name(wish.name):
            return tr("Give the files a name.")
        if not self.folder.text().strip() or not wish.folder.is_dir():
            return tr("This folder is not there.")
        if not os.access(wish.folder, os.W_OK):
            return tr("Files may not be written into this folder.")
        video = self._studio.document.video
        if video is not None and any(path.exists() and path.samefile(video) for path in self._files(wish)):
            return tr("That is the film itself; choose another name.")
        return ""

    def _of_an_earlier_cut(self, wish: Wish) -> str:
        """The first of the takes that does not fit the picture, where a picture is to be written."""
        signals = self._studio.state.signals
        if signals is None or not wish.kinds & {VIDEO, TIMELINE}:
            return ""
        entries = [entry for entry in self._studio.document.takes if entry.id in wish.takes]
        return next((entry.name for entry in entries if not is_of_cut(entry.take, signals.info)), "")

    def _files(self, wish: Wish) -> tuple[Path, ...]:
        return files_of(wish, self._studio.document)

    def _follow(self, *_: Any) -> None:
        """Bring everything to what is chosen: names, what can be used, what is wrong."""
        wish = self.wish()
        self.container.setEnabled(VIDEO in wish.kinds)
        self.timeline.setEnabled(TIMELINE in wish.kinds)
        is_sound = {kind.key for kind in KINDS if kind.is_sound}
        self.sound.show_uses(has_video=VIDEO in wish.kinds, has_any=bool(wish.kinds & is_sound))
        problem = self.problem(wish)
        files = () if problem else self._files(wish)
        self.names.setText(_list_of(files))
        there = sum(path.exists() for path in files)
        replaced = tr("One file is there already and will be replaced.") if there == 1 else ""
        if there > 1:
            replaced = tr("{} files are there already and will be replaced.").format(there)
        _say(self.note, problem or replaced, "bad" if problem else "warned")
        self.export_button.setEnabled(not problem)
        self.export_button.setText(tr("Replace") if there else tr("Export"))

    def _first_folder(self) -> Path:
        kept = self._preferences.current.export_folder
        video = self._studio.state.timeline or self._studio.document.video
        if kept and Path(kept).is_dir():
            return Path(kept)
        return video.parent if video is not None else Path.home()

    def ask_for_folder(self) -> Path | None:
        """A folder; tests replace this."""
        name = QFileDialog.getExistingDirectory(self, tr("Choose a folder"), self.folder.text())
        return Path(name) if name else None

    def _choose_folder(self) -> None:
        folder = self.ask_for_folder()
        if folder is not None:
            self.folder.setText(str(folder))

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Begin, with what is chosen; it is remembered."""
        wish = self.wish()
        if self.problem(wish) or self._studio.state.is_busy:
            return
        self._remember(wish)
        changes = self.sound.changes()
        self._studio.edit(tr("Sound of the export"), lambda document: with_settings(document, **changes))
        jobs = jobs_of(wish, self._studio.document, scratch=self._studio.folder)
        self._is_writing = True
        self._studio.export_all(jobs)
        if not self._studio.state.is_busy:  # it was refused
            self._is_writing = False
            return
        self.form.setEnabled(False)
        self.foot.setCurrentIndex(1)
        self.stop_button.setFocus()
        self._show_progress(self._studio.state)

    def _remember(self, wish: Wish) -> None:
        video = self._studio.document.video
        beside = video is not None and wish.folder == video.parent
        self._preferences.change(
            export_kinds=" ".join(kind.key for kind in KINDS if kind.key in wish.kinds),
            export_timeline=wish.timeline,
            export_container=wish.container or self._preferences.current.export_container,
            export_folder="" if beside else str(wish.folder),
        )

    def _show_progress(self, state: RunViewState) -> None:
        if not self._is_writing or not state.is_busy:
            return
        self.told.setText(status_words(state))
        share = state.progress
        self.bar.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.bar.setValue(round(1000 * share))
        self.stop_button.setEnabled(state.phase is Phase.EXPORTING)

    def _heard(self, event: object) -> None:
        if not self._is_writing or not isinstance(event, ExportFinished):
            return
        self._is_writing = False
        self.form.setEnabled(True)
        self._written = event.files
        if event.output is not None:
            said = _list_of(event.files, tr("Written:"))
            _say(self.result, "  ".join((said, *map(in_words, event.warnings))), "warned" if event.warnings else "")
            self.foot.setCurrentIndex(2)
            self.done_button.setFocus()
            return
        self._ask_again()
        said = in_one(event.message, event.hint) or tr("Stopped.")
        if event.files:
            said = f"{said} {_list_of(event.files, tr('Written before:'))}"
        _say(self.note, said, "bad" if event.message else "warned")

    def _ask_again(self) -> None:
        self.foot.setCurrentIndex(0)
        self._follow()
        self.export_button.setFocus()

    def open_folder(self) -> None:
        """Show the files in the desktop's own window."""
        if self._written:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written[0].parent)))

    def reject(self) -> None:
        """Esc stops what is under way first; then it closes the dialog."""
        if self._is_writing:
            self._studio.cancel()
        else:
            super().reject()

    def _fit(self) -> None:
        """As large as its parts want, and no larger than its window."""
        wanted = self.form.sizeHint()
        window = self.parentWidget()
        most_w, most_h = (window.width(), window.height()) if window is not None else (1200, 900)
        foot = self.foot.sizeHint().height() + 28
        self.resize(min(max(780, wanted.width() + 16), most_w), min(wanted.height() + foot + 60, most_h))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("section")
    return label


def _words() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _say(label: QLabel, text: str, name: str) -> None:
    label.setText(text)
    if label.objectName() != name:
        label.setObjectName(name)
        label.style().polish(label)


def _line(first: QWidget, *buttons: QPushButton) -> QWidget:
    box, row = QWidget(), QHBoxLayout()
    box.setLayout(row)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(first, 1)
    for button in buttons:
        button.setAutoDefault(button.objectName() == "primary")
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
    return box


def _list_of(files: tuple[Path, ...], before: str = "") -> str:
    names = [path.name if path.suffix else f"{path.name}/" for path in files[:_SHOWN_NAMES]]
    more = tr("and {} more").format(len(files) - _SHOWN_NAMES) if len(files) > _SHOWN_NAMES else ""
    return " ".join(part for part in (before, ", ".join(names), more) if part)
