"""The menus: everything that the user can do, with its shortcut and its rule."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from diffbgm_gui.diagnostics import diagnostics
from diffbgm_gui.document import SAME_S, swap_takes, toggle_marker, toggle_star, with_range
from diffbgm_gui.studio import Studio
from engine.resources import find_resource

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

EXPORTS: Final = (
    (".mp4", "Video, MP4"),
    (".mov", "Video, MOV"),
    (".mkv", "Video, Matroska"),
    (".webm", "Video, WebM"),
    (".wav", "Music, WAV"),
    (".mid", "Notes, MIDI"),
)


def tr(text: str) -> str:
    """A text of the menus in the user's language."""
    return QCoreApplication.translate("Menus", text)


def has_film(studio: Studio) -> bool:
    return studio.state.info is not None


def has_take(studio: Studio) -> bool:
    return studio.document.take is not None


def can_export(studio: Studio) -> bool:
    return has_take(studio) and not studio.state.is_busy


def fill_menus(window: MainWindow) -> None:
    """Make all menus of a window, in order."""
    commands = window.commands
    for name, title in (
        ("file", tr("&File")),
        ("edit", tr("&Edit")),
        ("view", tr("&View")),
        ("play", tr("&Play")),
        ("music", tr("&Music")),
        ("help", tr("&Help")),
    ):
        commands.menu(name, title)
    _file_menu(window)
    _edit_menu(window)
    _preferences(window)
    _view_menu(window)
    _play_menu(window)
    _music_menu(window)
    _help_menu(window)


def _file_menu(window: MainWindow) -> None:
    add, files = window.commands.add, window.files
    add("file", "new", tr("&New"), files.new, "Ctrl+N", when=lambda studio: studio.document.video is not None)
    add("file", "open-video", tr("Open &video…"), files.ask_for_video, "Ctrl+Shift+O")
    add("file", "open", tr("&Open…"), files.ask_for_project, "Ctrl+O", icon="folder")
    recent = window.commands.menu("recent", tr("Open &recent"), under="file")
    recent.aboutToShow.connect(partial(_fill_recent, window))
    demo = add("file", "open-demo", tr("Open &demo"), files.open_demo)
    demo.setEnabled(find_resource("demo", "demo.mp4") is not None)
    window.commands.line("file")
    add("file", "save", tr("&Save"), files.save, "Ctrl+S", when=lambda studio: studio.state.signals is not None)
    add(
        "file", "save-as", tr("Save &as…"), files.save_as, "Ctrl+Shift+S",
        when=lambda studio: studio.state.signals is not None,
    )  # fmt: skip
    window.commands.line("file")
    export = window.commands.menu("export", tr("&Export"), under="file")
    for suffix, title in EXPORTS:
        add("export", f"export{suffix}", f"{tr(title)}…", partial(ask_and_export, window, suffix),
            when=partial(_can_export_as, suffix))  # fmt: skip
    window.export_button.setMenu(export)
    window.commands.line("file")
    add("file", "quit", tr("&Quit"), window.close, "Ctrl+Q")


def _fill_recent(window: MainWindow) -> None:
    menu, files = window.commands.menus["recent"], window.files
    menu.clear()
    for path in files.recent:
        menu.addAction(path.name).triggered.connect(partial(_open_recent, window, path))
    if not files.recent:
        menu.addAction(tr("Nothing yet")).setEnabled(False)
        return
    menu.addSeparator()
    menu.addAction(tr("Clear the list")).triggered.connect(lambda _checked=False: files.clear_recent())


def _open_recent(window: MainWindow, path: Path, _checked: bool = False) -> None:
    window.open(path)


def _can_export_as(suffix: str, studio: Studio) -> bool:
    return can_export(studio) and (suffix in (".wav", ".mid") or suffix in studio.state.containers)


def ask_and_export(window: MainWindow, suffix: str) -> None:
    """Let the user name the file, then export the current take."""
    video = window.studio.document.video
    if video is None or not can_export(window.studio):
        return
    title = tr(dict(EXPORTS)[suffix])
    place = video.with_name(f"{video.stem}-music{suffix}")
    path = window.files.ask_for_place(tr("Export"), place, f"{title} (*{suffix})")
    if path is not None:
        window.studio.export({"output": path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)})


def _edit_menu(window: MainWindow) -> None:
    add, studio = window.commands.add, window.studio
    undo = add("edit", "undo", tr("&Undo"), studio.undo, "Ctrl+Z", icon="undo",
               when=lambda s: s.undo_stack.canUndo())  # fmt: skip
    redo = add("edit", "redo", tr("&Redo"), studio.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo",
               when=lambda s: s.undo_stack.canRedo())  # fmt: skip

    def name() -> None:
        undo.setText(f"{tr('&Undo')} {studio.undo_stack.undoText()}".strip())
        redo.setText(f"{tr('&Redo')} {studio.undo_stack.redoText()}".strip())

    studio.undo_stack.indexChanged.connect(name)
    window.commands.line("edit")
    add("edit", "marker", tr("Set or remove a &marker"), partial(_mark, window), "M", icon="marker", when=has_film)
    add("edit", "star", tr("&Star the nearest cut or marker"), partial(_star, window), "S", icon="star", when=has_film)
    add("edit", "range-in", tr("Music begins &here"), partial(_range, window, 0), "I", when=has_film)
    add("edit", "range-out", tr("Music &ends here"), partial(_range, window, 1), "O", when=has_film)
    add("edit", "range-all", tr("Music for &all of it"), lambda: _edit_range(window, None), "Shift+X",
        when=lambda s: s.document.direction.range_s is not None)  # fmt: skip


def _preferences(window: MainWindow) -> None:
    window.commands.line("edit")
    window.commands.add("edit", "preferences", tr("&Preferences…"), window.show_preferences, "Ctrl+,", icon="settings")


def _here(window: MainWindow) -> Fraction:
    """Where the playhead stands."""
    return Fraction(window.axis.playhead_s).limit_denominator(1000)


def _mark(window: MainWindow) -> None:
    here = _here(window)
    window.studio.edit(tr("Marker"), lambda document: toggle_marker(document, here))


def _star(window: MainWindow) -> None:
    """Star what lies nearest to the playhead, or take its star away."""
    studio, here = window.studio, _here(window)
    times = [shot.start_s for shot in studio.shots[1:]]
    times += [marker.time_s for marker in studio.document.direction.markers]
    if times:
        nearest = min(times, key=lambda time_s: abs(time_s - here))
        automatic = studio.stars
        studio.edit(tr("Star"), lambda document: toggle_star(document, nearest, automatic=automatic))


def _range(window: MainWindow, end: int) -> None:
    """Let the music begin (0) or end (1) at the playhead."""
    studio, here = window.studio, _here(window)
    if studio.state.info is None:
        return
    whole = (Fraction(0), Fraction(studio.state.info.duration_s))
    limits = list(studio.document.direction.range_s or whole)
    limits[end] = here
    if limits[1] - limits[0] < SAME_S:  # begun behind its end, or ended before its beginning
        limits[1 - end] = whole[1 - end]
    if limits[1] - limits[0] >= SAME_S:
        _edit_range(window, None if tuple(limits) == whole else (limits[0], limits[1]))


def _edit_range(window: MainWindow, limits: tuple[Fraction, Fraction] | None) -> None:
    window.studio.edit(tr("Range"), lambda document: with_range(document, limits))


def _view_menu(window: MainWindow) -> None:
    add, axis = window.commands.add, window.axis
    add("view", "zoom-in", tr("Zoom &in"), lambda: axis.zoom_by(2.0, axis.playhead_s), ("Ctrl+=", "Ctrl++"),
        icon="zoom-in", when=has_film)  # fmt: skip
    add("view", "zoom-out", tr("Zoom &out"), lambda: axis.zoom_by(0.5, axis.playhead_s), "Ctrl+-",
        icon="zoom-out", when=has_film)  # fmt: skip
    add("view", "zoom-fit", tr("Show &all"), lambda: axis.zoom_by(1e-9, axis.playhead_s), "Ctrl+0",
        icon="zoom-fit", when=has_film)  # fmt: skip


def _play_menu(window: MainWindow) -> None:
    add, player = window.commands.add, window.player
    add("play", "play", tr("&Play or pause"), player.toggle, "Space", icon="play", when=has_film)
    add("play", "start", tr("To the &start"), lambda: player.seek(0.0), "Home", icon="start", when=has_film)
    add("play", "end", tr("To the &end"), lambda: player.seek(player.duration_s), "End", icon="end", when=has_film)
    add("play", "frame-back", tr("One frame &back"), partial(_step, window, -1), ",", icon="frame-back", when=has_film)
    add("play", "frame-forward", tr("One frame &forward"), partial(_step, window, 1), ".", icon="frame-forward",
        when=has_film)  # fmt: skip


def _step(window: MainWindow, frames: int) -> None:
    info = window.studio.state.info
    if info is not None:
        window.player.pause()
        window.player.seek(window.player.position_s + frames / float(info.frame_rate))


def _music_menu(window: MainWindow) -> None:
    add, studio = window.commands.add, window.studio
    add("music", "generate", tr("&Generate"), window.generate, "Ctrl+G", when=lambda s: s.state.can_generate)
    add("music", "cancel", tr("&Cancel"), studio.cancel, "Esc", when=lambda s: s.state.is_busy)
    window.commands.line("music")
    add("music", "swap", tr("&A/B: the other take"), lambda: studio.edit(tr("A/B"), swap_takes, merge="select"), "X",
        icon="compare", when=lambda s: s.document.entry(s.document.other) is not None)  # fmt: skip


def _help_menu(window: MainWindow) -> None:
    add = window.commands.add
    add("help", "shortcuts", tr("&Shortcuts"), partial(_shortcuts, window), ("?", "F1"), icon="keyboard")
    add("help", "help-demo", tr("Open &demo"), window.files.open_demo).setEnabled(
        find_resource("demo", "demo.mp4") is not None
    )
    window.commands.line("help")
    add("help", "diagnostics", tr("&Copy diagnostics"), partial(_copy_diagnostics, window), icon="copy",
        tip=tr("Copies versions, settings and the log, for a report; no names of files"))  # fmt: skip
    add("help", "about", tr("&About"), partial(_about, window), icon="info")


def _shortcuts(window: MainWindow) -> None:
    from diffbgm_gui.widgets.shortcuts import ShortcutsPage

    page = window.findChild(ShortcutsPage) or ShortcutsPage(window.commands, window)
    page.toggle()


def _copy_diagnostics(window: MainWindow) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(diagnostics(window.studio))
        window.studio.notice("good", tr("The diagnostics are on the clipboard."))


def _about(window: MainWindow) -> None:
    from diffbgm_gui.widgets.about import AboutBox

    AboutBox(window).open()
