"""Opening, saving and closing, with what must be asked: unsaved work, a missing film, a session that broke off.

Each question is a method `ask_…`, which tests replace.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from diffbgm_gui.keeping import SUFFIX, Leftover, Opened
from diffbgm_gui.languages import in_words
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import (
    LeftoversFound,
    MediaRelinked,
    ProjectOpened,
    ProjectSaved,
    SaveFailed,
    TimelineFailed,
)
from diffbgm_gui.studio_recut import is_timeline
from engine.resources import find_resource

MOST_RECENT: Final = 10
VIDEO_FILTER: Final = "*.mp4 *.mov *.mkv *.webm *.avi *.m4v *.mpg *.mpeg *.ts"
TIMELINE_FILTER: Final = "*.otio *.fcpxml *.fcpxmld *.xml *.edl"


class FileFlow(QObject):
    """What the File menu does."""

    def __init__(self, studio: Studio, window: QWidget, *, remember: bool) -> None:
        super().__init__(window)
        self.studio, self._window, self._remember = studio, window, remember
        self.recent: list[Path] = self._read_recent()
        self._then: Callable[[], None] | None = None
        self.on_recent: Callable[[], None] = lambda: None
        self.folder = ""
        studio.event.connect(self._heard)

    # -- questions; each is asked in one place ---------------------------------------------------------------------

    def ask_to_save(self) -> str:
        """What becomes of unsaved work: "save", "discard" or "cancel"."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Unsaved work"))
        box.setText(self.tr("Save the changes to “{}”?").format(self.name))
        box.setInformativeText(self.tr("Without saving, takes and edits since the last save are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = QMessageBox.StandardButton(box.exec())
        return {buttons.Save: "save", buttons.Discard: "discard"}.get(answer, "cancel")

    def ask_for_file(self, title: str, kinds: str, *, folder: Path | None = None) -> Path | None:
        """A file that is there."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(folder or ""), kinds)
        return Path(name) if name else None

    def ask_for_place(self, title: str, proposed: Path, kinds: str) -> Path | None:
        """A file to write."""
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(proposed), kinds)
        return Path(name) if name else None

    def ask_about_missing(self, opened: Opened) -> bool:
        """Whether the user wants to look for the film."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("The film is not there"))
        box.setText(in_words(opened.problem))
        told = self.tr("Show where “{}” lies now. It is known again by its content.")
        box.setInformativeText(told.format(opened.missing))
        find = box.addButton(self.tr("Find the film…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is find

    def ask_for_folder(self, title: str) -> Path | None:
        """A folder that is there."""
        name = QFileDialog.getExistingDirectory(self._window, title, "")
        return Path(name) if name else None

    def ask_about_timeline(self, failed: TimelineFailed) -> str:
        """What helps a timeline that could not be used: "folder" of its clips, "rendered" video, "" for nothing."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("The timeline cannot be used yet"))
        box.setText(in_words(failed.message))
        told = self.tr("Show where its clips lie, or the video that the editor rendered of it.")
        box.setInformativeText(f"{in_words(failed.hint)}\n\n{told}".strip())
        folder = box.addButton(self.tr("Folder with the clips…"), QMessageBox.ButtonRole.AcceptRole)
        rendered = box.addButton(self.tr("Rendered video…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return {folder: "folder", rendered: "rendered"}.get(box.clickedButton(), "")

    def ask_to_recover(self, leftover: Leftover, more: int) -> str:
        """What becomes of a session that broke off: "recover", "discard" or "later"."""
        from datetime import datetime

        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Recover unsaved work?"))
        name = leftover.origin.name if leftover.origin is not None else leftover.video
        box.setText(self.tr("The last session with “{}” did not end well.").format(name))
        when = datetime.fromtimestamp(leftover.changed_s).strftime("%Y-%m-%d %H:%M")
        told = self.tr("Its work until {} was kept.").format(when)
        if more:
            told += " " + self.tr("There are {} more like it; they are offered next time.").format(more)
        box.setInformativeText(told)
        recover = box.addButton(self.tr("Recover"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(self.tr("Discard it"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(self.tr("Later"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return {recover: "recover", discard: "discard"}.get(box.clickedButton(), "later")

    # -- opening ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The project, for people."""
        studio = self.studio
        if studio.origin is not None:
            return studio.origin.name
        if studio.state.timeline is not None:
            return studio.state.timeline.name
        return studio.document.video.name if studio.document.video is not None else ""

    def open(self, path: Path) -> None:
        """Open a project or begin one with a video or an editor's timeline, after asking about unsaved work."""
        if path.suffix.lower() == SUFFIX:
            self.after_asking(lambda: self.studio.open_project(path))
        elif is_timeline(path):
            self.after_asking(lambda: self.studio.open_timeline(path))
        else:
            self.after_asking(lambda: self.studio.open_video(path))

    def ask_for_video(self) -> None:
        """Let the user pick a video, or an editor's timeline."""
        path = self.ask_for_file(self.tr("Open a video or a timeline"), self._film_kinds())
        if path is not None:
            self.open(path)

    def _film_kinds(self) -> str:
        both = f"{self.tr('Videos and timelines')} ({VIDEO_FILTER} {TIMELINE_FILTER})"
        videos, timelines = f"{self.tr('Videos')} ({VIDEO_FILTER})", f"{self.tr('Timelines')} ({TIMELINE_FILTER})"
        return ";;".join((both, videos, timelines, f"{self.tr('All files')} (*)"))

    def ask_for_recut(self) -> None:
        """Let the user pick the new cut of the film: a video, or an editor's timeline."""
        if not self.studio.can_reconform:
            return
        path = self.ask_for_file(self.tr("The film as it is cut now"), self._film_kinds(), folder=self._place())
        if path is not None:
            self.studio.reconform(path)

    def _place(self) -> Path | None:
        """The folder in which the user's film or timeline lies."""
        film = self.studio.state.timeline or self.studio.document.video
        return None if film is None else film.parent

    def ask_for_project(self) -> None:
        """Let the user pick a project, a video or a timeline."""
        projects = f"{self.tr('Projects')} (*{SUFFIX})"
        path = self.ask_for_file(self.tr("Open a project"), f"{projects};;{self._film_kinds()}")
        if path is not None:
            self.open(path)

    def open_demo(self) -> None:
        """Open the film that comes with the program."""
        path = find_resource("demo", "demo.mp4")
        if path is not None:
            self.open(path)

    def new(self) -> None:
        """An empty window."""
        self.after_asking(self.studio.close_project)

    def offer_leftovers(self) -> None:
        """Look for sessions that broke off, and offer the newest."""
        self.studio.find_leftovers()

    # -- saving ----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Save where it was saved before; ask where, the first time."""
        if self.studio.origin is None:
            self.save_as()
        else:
            self.studio.save()

    def save_as(self) -> bool:
        """Ask where to, and save there; whether a place was named."""
        document = self.studio.document
        if document.video is None:
            return False
        beside = (self.studio.state.timeline or document.video).with_suffix(SUFFIX)
        proposed = self.studio.origin or (Path(self.folder) / beside.name if self.folder else beside)
        kinds = f"{self.tr('Projects')} (*{SUFFIX})"
        path = self.ask_for_place(self.tr("Save the project"), proposed, kinds)
        if path is None:
            self._then = None
            return False
        self.studio.save(path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX))
        return True

    def after_asking(self, then: Callable[[], None]) -> bool:
        """Do something that ends the present project, once its unsaved work is settled; whether it was done at once."""
        if not self.studio.is_dirty:
            then()
            return True
        answer = self.ask_to_save()
        if answer == "discard":
            then()
            return True
        if answer == "save":
            self._then = then
            self.save()
        return False

    # -- what is heard ---------------------------------------------------------------------------------------------

    def _heard(self, event: Any) -> None:
        match event:
            case ProjectSaved(path=path):
                self._remember_path(path)
                then, self._then = self._then, None
                if then is not None and not self.studio.is_dirty:
                    then()
            case SaveFailed():
                self._then = None
            case ProjectOpened(opened=opened) if opened.missing:
                self._find_film(opened)
            case ProjectOpened(opened=opened) if opened.origin is not None:
                self._remember_path(opened.origin)
            case MediaRelinked():
                if self.studio.origin is not None:
                    self._remember_path(self.studio.origin)
            case TimelineFailed():
                self._find_clips(event)
            case LeftoversFound(leftovers=leftovers) if leftovers:
                self._offer(leftovers[0], len(leftovers) - 1)

    def _find_film(self, opened: Opened) -> None:
        if not self.ask_about_missing(opened):
            return
        kinds = f"{self.tr('Videos')} ({VIDEO_FILTER});;{self.tr('All files')} (*)"
        folder = opened.origin.parent if opened.origin is not None else None
        path = self.ask_for_file(self.tr("Find “{}”").format(opened.missing), kinds, folder=folder)
        if path is not None:
            self.studio.relink(path)

    def _find_clips(self, failed: TimelineFailed) -> None:
        """Let the user say where the clips of a timeline lie, or what the editor rendered of it."""
        does = self.studio.reconform if failed.for_recut else self.studio.open_timeline
        answer = self.ask_about_timeline(failed)
        if answer == "folder":
            folder = self.ask_for_folder(self.tr("The folder with the clips"))
            if folder is not None:
                does(failed.path, folders=(folder,))
        elif answer == "rendered":
            kinds = f"{self.tr('Videos')} ({VIDEO_FILTER});;{self.tr('All files')} (*)"
            path = self.ask_for_file(self.tr("The rendered video"), kinds, folder=failed.path.parent)
            if path is not None:
                does(failed.path, rendered=path)

    def _offer(self, leftover: Leftover, more: int) -> None:
        if self.studio.document.video is not None:
            return  # the user is at work already; it is offered at the next start
        answer = self.ask_to_recover(leftover, more)
        if answer == "recover":
            self.studio.recover(leftover)
        elif answer == "discard":
            self.studio.discard(leftover)

    # -- recent files ----------------------------------------------------------------------------------------------

    def _remember_path(self, path: Path) -> None:
        self.recent = [path, *(other for other in self.recent if other != path)][:MOST_RECENT]
        if self._remember:
            QSettings().setValue("recent", [str(other) for other in self.recent])
        self.on_recent()

    def clear_recent(self) -> None:
        """Forget the list."""
        self.recent = []
        if self._remember:
            QSettings().remove("recent")
        self.on_recent()

    def _read_recent(self) -> list[Path]:
        if not self._remember:
            return []
        stored = QSettings().value("recent", [])
        names = [stored] if isinstance(stored, str) else list(stored or [])
        return [Path(name) for name in names]
