"""One session, as a user has it: from the demo film to the exported video, and the project opened once more.

It runs twice: offscreen, and on a display of its own with VLC showing the picture while it plays.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PySide6.QtCore import QPoint, Qt

from diffbgm_gui.document import Document, TakeEntry
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import ExportFinished, Phase
from diffbgm_gui.studio_events import ProjectSaved, StepsReady, TakeAudible
from engine import PreviewReady
from engine.music.take import Take
from engine.timebase import STEPS_PER_BAR
from tests.gui.test_timeline import drag

PLAYER = os.environ.get("DIFFBGM_TEST_SESSION", "")
"""The player that must be there and play; empty where stills will do."""
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LIMIT_S = 1700
STEPS = 8


@pytest.fixture
def open_window(qtbot: Any, make_studio: Callable[..., Any]) -> Iterator[Callable[[], MainWindow]]:
    """A factory of windows with the program's own model and the player under test, without a sound device."""
    from diffbgm_gui.playback import Playback, silent_playback
    from diffbgm_gui.player import make_player
    from diffbgm_gui.sound.mixer import Mixer
    from diffbgm_gui.sound.outputs import SilentOutput

    windows: list[MainWindow] = []

    def make() -> MainWindow:
        player = silent_playback()
        if PLAYER:
            picture = make_player(PLAYER)
            if picture.name.lower() != PLAYER:
                pytest.skip(f"{PLAYER} is not there: {picture.explanation}")
            player = Playback(picture, Mixer(SilentOutput()))
        window = MainWindow(studio=make_studio(), player=player)
        window.files.ask_to_save = lambda: "discard"
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


def heard(window: MainWindow, kind: type) -> list[Any]:
    """What of a kind happens from now on."""
    told: list[Any] = []
    window.studio.event.connect(lambda event: told.append(event) if isinstance(event, kind) else None)
    return told


class User:
    """What a user does with mouse and keys, and waits for."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window, self.qtbot, self.studio = window, qtbot, window.studio

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, *, on: Any = None) -> None:
        if not self.window.isActiveWindow():  # where a popup closed and nothing manages windows
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow, 20)
        if on is not None:
            on.setFocus()
        self.qtbot.keyClick(on if on is not None else self.window, key, keys)

    def wait(self, true: Callable[[], Any], seconds: float = 600.0) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=round(1000 * seconds))

    def makes(self, does: Callable[[], Any]) -> Take:
        """A take comes of it."""
        before = self.studio.document.take
        does()
        self.wait(lambda: self.studio.document.take is not before or self.window.message.isVisible())
        self.wait(lambda: not self.studio.state.is_busy)
        take = self.studio.document.take
        assert take is not None and take is not before, self.studio.state.notice
        return take

    def click(self, widget: Any) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def plays(self) -> None:
        """Space plays; picture and clock move on; Space stands still."""
        window, player = self.window, self.window.player
        self.key(Qt.Key.Key_Home)
        self.key(Qt.Key.Key_Space)
        player.set_loop(True)  # a busy machine may come to the end of the film before it is looked at
        self.wait(lambda: player.position_s > 0.8)
        if PLAYER:
            self.wait(lambda: player.drift_s is not None and abs(player.drift_s) < 0.15)
        player.set_loop(False)
        self.key(Qt.Key.Key_Space)
        assert not player.is_playing and window.axis.playhead_s == pytest.approx(player.position_s, abs=0.05)


def opens_and_cuts(user: User) -> Fraction:
    """Open the demo, move its second cut by hand and star it; its new time."""
    window, studio = user.window, user.studio
    window.commands["open-demo"].trigger()
    user.wait(lambda: studio.state.phase is Phase.READY)
    assert len(studio.shots) > 3 and window.pages.currentIndex() == 1
    axis, row = window.axis, window.timeline.shots
    before = studio.shots[2].start_s
    x = axis.x(float(before))
    drag(row, (x, row.height() / 2), (x + 12, row.height() / 2), alt=True)
    cut = studio.shots[2].start_s
    assert cut > before
    user.qtbot.mouseClick(window.timeline.ruler, Qt.MouseButton.LeftButton, pos=QPoint(round(axis.x(float(cut))), 8))
    starred = cut in studio.stars
    user.key(Qt.Key.Key_S)
    assert (cut in studio.stars) is not starred
    if starred:
        user.key(Qt.Key.Key_S)
    assert cut in studio.stars and studio.document.direction.stars is not None
    return cut


def watches(user: User) -> Take:
    """Generate, and see the music form."""
    previews, audible = heard(user.window, PreviewReady), heard(user.window, TakeAudible)
    take = user.makes(lambda: user.key(Qt.Key.Key_G, CTRL))
    assert len(previews) >= 5, "the music is seen to form"
    assert len({preview.roll.tobytes() for preview in previews}) >= 5, "every picture is another"
    assert take.notes and take.settings.steps == STEPS
    user.wait(lambda: audible)
    return take


def scrubs_and_forks(user: User, take: Take) -> Take:
    """Rewind by the scale of steps, and leave the take there with another t0."""
    window, studio, steps = user.window, user.studio, user.window.steps
    ready = heard(window, StepsReady)
    user.qtbot.mouseClick(
        steps.scale, Qt.MouseButton.LeftButton, pos=QPoint(steps.scale.width() * 4 // 5, steps.scale.height() // 2)
    )
    user.wait(lambda: ready and steps.step is not None)
    at = steps.step
    assert studio.shown.step == at and len(studio.steps(take.id)) == STEPS
    user.key(Qt.Key.Key_Left, on=steps.scale)
    assert steps.step == at - 1 and studio.shown.step == at - 1
    steps.fork_button.click()
    popover = steps.popover
    popover.t0.setValue(40)
    forked = user.makes(popover.fork_button.click)
    assert forked.origin == "fork" and forked.parent == take.id and forked.settings.t0 != take.settings.t0
    return forked


def locks_and_rerolls(user: User, take: Take) -> None:
    """Lock two bars, write everything anew, and take that back."""
    window, studio, view = user.window, user.studio, user.window.roll.view
    user.key(Qt.Key.Key_Home, on=view)
    assert window.player.position_s == 0
    user.key(Qt.Key.Key_Right, CTRL | SHIFT, on=view)
    user.key(Qt.Key.Key_Right, CTRL | SHIFT, on=view)
    user.key(Qt.Key.Key_L, CTRL, on=view)
    (held,) = studio.document.locks
    assert held.steps == (0, 2 * STEPS_PER_BAR)
    user.key(Qt.Key.Key_A, CTRL, on=view)
    rolled = user.makes(lambda: user.key(Qt.Key.Key_R, CTRL, on=view))
    assert rolled.origin == "reroll" and rolled.parent == take.id

    def first_bars(some: Take) -> set[Any]:
        return {note for note in some.notes if note.onset < 2 * STEPS_PER_BAR}

    assert first_bars(rolled) == first_bars(take) and set(rolled.notes) != set(take.notes)
    assert window.roll.model.difference is not None, "what changed is coloured"
    user.key(Qt.Key.Key_Z, CTRL)
    assert studio.document.take is take
    user.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert studio.document.take is rolled


def exports(user: User, folder: Path) -> None:
    """Write the film with its music, and look into it."""
    from diffbgm_gui.exporting import VIDEO
    from diffbgm_gui.widgets.export import ExportDialog

    ended = heard(user.window, ExportFinished)
    user.key(Qt.Key.Key_E, CTRL)
    dialog = user.window.findChild(ExportDialog)
    for name, check in dialog.kinds.items():
        check.setChecked(name == VIDEO)
    dialog.folder.setText(str(folder))
    dialog.name.setText("scored")
    assert dialog.export_button.isEnabled(), dialog.note.text()
    user.click(dialog.export_button)
    user.wait(lambda: ended)
    assert ended[0].output is not None, ended
    user.click(dialog.done_button)
    with av.open(str(folder / "scored.mp4")) as made:
        assert made.streams.video and made.streams.audio
        assert float(made.duration / av.time_base) == pytest.approx(user.studio.state.duration_s, abs=0.2)


def summary(document: Document) -> dict[str, Any]:
    """All of a document, in values that can be compared."""

    def take(entry: TakeEntry) -> tuple[Any, ...]:
        made = entry.take
        return entry.id, entry.name, entry.starred, made.notes, made.hand, made.settings, made.origin, made.parent

    told = {field.name: getattr(document, field.name) for field in fields(document)}
    return {**told, "takes": [take(entry) for entry in document.takes]}


@pytest.mark.timeout(1800)  # it waits for as long as a busy machine may need
def test_a_whole_session(open_window: Callable[[], MainWindow], qtbot: Any, tmp_path: Path) -> None:
    window = open_window()
    user, project = User(window, qtbot), tmp_path / "demo.dbgm"
    cut = opens_and_cuts(user)
    user.studio.edit("steps", lambda d: replace(d, settings=replace(d.settings, steps=STEPS, seed=3)))
    take = watches(user)
    user.plays()
    forked = scrubs_and_forks(user, take)
    locks_and_rerolls(user, forked)
    exports(user, tmp_path)
    saved = heard(window, ProjectSaved)
    window.files.ask_for_place = lambda *_, **__: project
    user.key(Qt.Key.Key_S, CTRL)
    user.wait(lambda: saved)
    left = summary(user.studio.document)
    window.close()

    again = open_window()
    again.open(project)
    user = User(again, qtbot)
    user.wait(lambda: again.state.phase is Phase.READY and again.studio.document.takes)
    assert summary(again.studio.document) == left, "everything is as it was left"
    assert cut in [shot.start_s for shot in again.studio.shots] and cut in again.studio.stars
    assert not again.studio.is_dirty and again.studio.document.locks


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_whole_session_on_a_display_with_vlc(repository: Path) -> None:
    if PLAYER:
        pytest.skip("this is that session")
    if shutil.which("xvfb-run") is None:
        pytest.skip("xvfb-run is not installed")
    if importlib.util.find_spec("vlc") is None:
        pytest.skip("python-vlc is not installed")
    command = [
        "xvfb-run", "-a", "-s", "-screen 0 1600x1000x24",
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        f"{Path(__file__).relative_to(repository)}::test_a_whole_session",
    ]  # fmt: skip
    environment = {**os.environ, "DIFFBGM_TEST_SESSION": "vlc", "QT_QPA_PLATFORM": "xcb", "PYTHONFAULTHANDLER": "1"}
    done = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    said = done.stdout[-5000:] + done.stderr[-2000:]
    if done.returncode == 0 and " passed" not in said:
        pytest.skip(said.strip().splitlines()[-1])
    assert done.returncode == 0, said
