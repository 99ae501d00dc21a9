"""The menus: everything that the user can do, with its shortcut and its rule."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QGuiApplication

from diffbgm_gui.diagnostics import diagnostics
from diffbgm_gui.document import swap_takes
from diffbgm_gui.studio import Studio
from engine.resources import find_resource

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

EXPORTS: Final = (
    (".mp4", QT_TRANSLATE_NOOP("Menus", "Video, MP4")),
    (".mov", QT_TRANSLATE_NOOP("Menus", "Video, MOV")),
    (".mkv", QT_TRANSLATE_NOOP("Menus", "Video, Matroska")),
    (".webm", QT_TRANSLATE_NOOP("Menus", "Video, WebM")),
    (".wav", QT_TRANSLATE_NOOP("Menus", "Music, WAV")),
    (".mid", QT_TRANSLATE_NOOP("Menus", "Notes, MIDI")),
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
    """Fill the menus of a window, in order."""
    _file_menu(window)
    _edit_menu(window)
    _preferences(window)
    _view_menu(window)
    _play_menu(window)
    _notes_menu(window)
    _music_menu(window)
    _help_menu(window)


def _file_menu(window: MainWindow) -> None:
    add, files = window.commands.add, window.files
    add("file", "new", tr("&New"), files.new, "Ctrl+N", when=lambda studio: studio.document.video is not None)
    add("file", "open-video", tr("Open &video or timeline…"), files.ask_for_video, "Ctrl+Shift+O")
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
    add("file", "export", tr("&Export…"), window.show_export, "Ctrl+E", icon="export", when=can_export)
    window.commands.menu("export", tr("Export &as"), under="file")
    for suffix, title in EXPORTS:
        add("export", f"export{suffix}", f"{tr(title)}…", partial(ask_and_export, window, suffix),
            when=partial(_can_export_as, suffix))  # fmt: skip
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
    timeline = window.timeline
    add("edit", "marker", tr("Set or remove a &marker"), timeline.mark_playhead, "M", icon="marker", when=has_film)
    add("edit", "star", tr("&Star the nearest cut or marker"), timeline.star_nearest, "S", icon="star", when=has_film)
    add("edit", "split", tr("S&plit the shot here"), timeline.split_at_playhead, "Ctrl+B", icon="scissors",
        when=has_film)  # fmt: skip
    add("edit", "delete-cut", tr("&Delete the nearest cut"), timeline.delete_nearest_cut, "Ctrl+Shift+B", icon="merge",
        when=has_film)  # fmt: skip
    add("edit", "detected", tr("Back to detected &cuts"), timeline.back_to_detected,
        when=lambda s: s.document.direction.shots is not None)  # fmt: skip
    add("edit", "automatic-stars", tr("Back to a&utomatic stars"), timeline.back_to_automatic_stars,
        when=lambda s: s.document.direction.stars is not None)  # fmt: skip
    window.commands.line("edit")
    add("edit", "range-in", tr("Music begins &here"), lambda: timeline.set_range_end(0), "I", icon="range-in",
        when=has_film)  # fmt: skip
    add("edit", "range-out", tr("Music &ends here"), lambda: timeline.set_range_end(1), "O", icon="range-out",
        when=has_film)  # fmt: skip
    add("edit", "range-all", tr("Music for &all of it"), timeline.clear_range, "Shift+X",
        when=lambda s: s.document.direction.range_s is not None)  # fmt: skip


def _preferences(window: MainWindow) -> None:
    window.commands.line("edit")
    window.commands.add("edit", "preferences", tr("&Preferences…"), window.show_preferences, "Ctrl+,", icon="settings")


def _view_menu(window: MainWindow) -> None:
    add, axis, timeline = window.commands.add, window.axis, window.timeline
    add("view", "zoom-in", tr("Zoom &in"), timeline.zoom_in, ("Ctrl+=", "Ctrl++"), icon="zoom-in", when=has_film)
    add("view", "zoom-out", tr("Zoom &out"), timeline.zoom_out, "Ctrl+-", icon="zoom-out", when=has_film)
    add("view", "zoom-fit", tr("Show &all"), axis.fit, "Ctrl+0", icon="zoom-fit", when=has_film)
    window.commands.line("view")
    add("view", "cut-before", tr("&Previous cut"), lambda: timeline.shots.select_next(-1), "Ctrl+Left", when=has_film)
    add("view", "cut-after", tr("&Next cut"), lambda: timeline.shots.select_next(1), "Ctrl+Right", when=has_film)
    add("view", "follow", tr("&Follow the playhead"), timeline.follow_button.toggle, icon="follow",
        checked=lambda _s: axis.follows)  # fmt: skip
    window.commands.line("view")
    parts = window.workspace
    for name, text in (("panel", tr("&Side panel")), ("takes", tr("&Takes")), ("steps", tr("Ste&ps"))):
        action = add("view", f"show-{name}", text, partial(parts.toggle, name), when=has_film,
                     checked=lambda _s, name=name: parts.is_shown(name))  # fmt: skip
        parts.folded.connect(lambda action=action, name=name: action.setChecked(parts.is_shown(name)))
    add("view", "usual", tr("&Usual arrangement"), parts.back_to_usual, when=has_film)


def _play_menu(window: MainWindow) -> None:
    add, player = window.commands.add, window.player
    add("play", "play", tr("&Play or pause"), player.toggle, "Space", icon="play", when=has_film)
    add("play", "start", tr("To the &start"), lambda: player.seek(0.0), "Home", icon="start", when=has_film)
    add("play", "end", tr("To the &end"), lambda: player.seek(player.duration_s), "End", icon="end", when=has_film)
    add("play", "frame-back", tr("One frame &back"), lambda: player.step(-1), ",", icon="frame-back", when=has_film)
    add("play", "frame-forward", tr("One frame &forward"), lambda: player.step(1), ".", icon="frame-forward",
        when=has_film)  # fmt: skip
    window.commands.line("play")
    add("play", "shuttle-back", tr("Backwards; again: &faster"), lambda: player.shuttle(-1), "J", icon="rewind",
        when=has_film)  # fmt: skip
    add("play", "pause", tr("Pa&use"), player.pause, "K", icon="pause", when=has_film)
    add("play", "shuttle", tr("Fo&rwards; again: faster"), lambda: player.shuttle(1), "L", icon="forward",
        when=has_film)  # fmt: skip
    window.commands.line("play")
    loop = add("play", "loop", tr("&Loop"), lambda: player.set_loop(not player.loops), "Shift+L", icon="loop",
               when=has_film, checked=lambda _s: player.loops)  # fmt: skip
    player.loop_changed.connect(loop.setChecked)


def _notes_menu(window: MainWindow) -> None:
    """What the roll does; its keys work while it has the focus."""
    menu, actions = window.commands.menus["notes"], window.roll.actions_
    actions.fill_tools(menu)
    menu.addSeparator()
    actions.fill(menu)
    menu.addSeparator()
    actions.fill_view(menu.addMenu(tr("&View of the roll")))


def _music_menu(window: MainWindow) -> None:
    add, studio = window.commands.add, window.studio
    add("music", "generate", tr("&Generate"), window.generate, "Ctrl+G", when=lambda s: s.state.can_generate)
    add("music", "cancel", tr("&Cancel"), studio.cancel, "Esc", when=lambda s: s.state.is_busy)
    window.commands.line("music")
    add("music", "reconform", tr("Re-&conform to a new cut…"), window.files.ask_for_recut, "Ctrl+Alt+R",
        tip=tr("The film was cut anew: bars of unchanged shots stay, joins and new shots get new music"),
        when=lambda s: s.can_reconform)  # fmt: skip
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
