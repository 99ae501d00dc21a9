"""The export dialog: what it asks, what it writes, what it says, what it remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from diffbgm_gui.exporting import TIMELINE, Wish, files_of, jobs_of, safe_name
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.preferences import read_settings
from diffbgm_gui.run_state import Phase
from diffbgm_gui.widgets.export import ExportDialog
from engine.interchange.export import TimelineFile
from engine.outputs import Outputs
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo


@pytest.fixture
def dialog(window: MainWindow, qtbot: Any, video: TinyVideo, tmp_path: Path) -> ExportDialog:
    """The dialog over a window with two takes; it writes into a folder of its own."""
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    for number in (1, 2):
        window.generate_button.click()
        qtbot.waitUntil(
            lambda n=number: len(window.studio.document.takes) == n and not window.state.is_busy, timeout=20_000
        )
    window.commands["export"].trigger()
    found = window.findChild(ExportDialog)
    assert found is not None and found.isVisible()
    folder = tmp_path / "out"
    folder.mkdir()
    found.folder.setText(str(folder))
    return found


def written(dialog: ExportDialog, qtbot: Any) -> None:
    dialog.export_button.click()
    qtbot.waitUntil(lambda: not dialog._studio.state.is_busy, timeout=10_000)


def test_it_begins_with_the_film_and_the_current_take(
    dialog: ExportDialog, window: MainWindow, video: TinyVideo
) -> None:
    wish = dialog.wish()
    assert wish.kinds == {"video"} and wish.container == ".mp4" and wish.takes == (window.studio.document.current,)
    assert dialog.names.text() == f"{video.path.stem}-music.mp4"
    listed = [dialog.container.itemData(i) for i in range(dialog.container.count())]
    assert listed == list(window.state.containers)


def test_everything_is_written_at_once(
    dialog: ExportDialog, window: MainWindow, qtbot: Any, engine: FakeEngine
) -> None:
    for check in (*dialog.kinds.values(), *dialog.takes.values()):
        check.setChecked(True)
    written(dialog, qtbot)
    takes = [take.id for take, _ in engine.exports]
    assert takes == [entry.id for entry in window.studio.document.takes]
    outputs = engine.exports[0][1]
    stem = f"{window.studio.document.video.stem}-music - Take 1"
    folder = Path(dialog.folder.text())
    ends = (".mp4", ".mid", ".wav", ".json", " stems")
    timelines = (TimelineFile("otio", folder / f"{stem}.otio"),)
    assert outputs == Outputs(*(folder / f"{stem}{end}" for end in ends), timelines)
    assert dialog.foot.currentIndex() == 2 and f"{stem}.mp4" in dialog.result.text()
    assert window.state.notice is not None and window.state.notice.message == "12 files are written."
    dialog.done_button.click()
    assert not dialog.isVisible()


def test_a_timeline_brings_the_wav_that_it_names(dialog: ExportDialog, qtbot: Any, engine: FakeEngine) -> None:
    for key, check in dialog.kinds.items():
        check.setChecked(key == TIMELINE)
    dialog.timeline.setCurrentIndex(dialog.timeline.findData(".fcpxml"))
    names = dialog.names.text()
    assert ".wav" in names and ".fcpxml" in names and not dialog.container.isEnabled()
    written(dialog, qtbot)
    outputs = engine.exports[0][1]
    assert outputs.output.suffix == ".wav" and [file.kind for file in outputs.timelines] == ["fcpxml"]
    assert outputs.timeline_wav == outputs.output
    assert dialog._preferences.current.export_timeline == ".fcpxml"


@pytest.mark.parametrize(
    ("kinds", "lead"), [({"wav", "midi"}, ".wav"), ({"midi", "manifest"}, ".mid"), ({"stems"}, None)]
)
def test_without_a_film_another_file_leads(kinds: set[str], lead: str | None, dialog: ExportDialog) -> None:
    document, folder = dialog._studio.document, Path(dialog.folder.text())
    wish = Wish(frozenset(kinds), ".mp4", (document.current,), folder, "song")
    (job,) = jobs_of(wish, document, scratch=folder / "scratch")
    Outputs(**job.files)
    assert len(job.told) == len(kinds)
    if lead is None:
        assert job.files["output"] == folder / "scratch" / "song.mid" and job.files["stems"] == folder / "song stems"
    else:
        assert job.files["output"] == folder / f"song{lead}" and job.files["output"] in job.told


def test_takes_of_one_name_get_files_of_their_own(dialog: ExportDialog) -> None:
    from diffbgm_gui.document import change_take

    document = dialog._studio.document
    for entry in document.takes:
        document = change_take(document, entry.id, name="Sea: calm?")
    wish = Wish(frozenset({"wav"}), "", tuple(e.id for e in document.takes), Path(), "song")
    assert [p.name for p in files_of(wish, document)] == ["song - Sea_ calm_.wav", "song - Sea_ calm_ (2).wav"]


def test_names_are_fit_for_every_system() -> None:
    assert safe_name("  a/b:\nc. ") == "a_b_ c"
    assert safe_name("镜头 01") == "镜头 01" and len(safe_name("x" * 400)) == 120 and safe_name(" .. ") == ""


def test_what_cannot_be_written_is_said_at_once(dialog: ExportDialog, video: TinyVideo, tmp_path: Path) -> None:
    def says(problem: str) -> bool:
        return dialog.note.text() == problem and not dialog.export_button.isEnabled()

    dialog.kinds["video"].setChecked(False)
    assert says("Choose at least one kind of file.")
    dialog.kinds["video"].setChecked(True)
    for check in dialog.takes.values():
        check.setChecked(False)
    assert says("Choose at least one take.")
    next(iter(dialog.takes.values())).setChecked(True)
    dialog.name.setText(" . ")
    assert says("Give the files a name.")
    dialog.name.setText("song")
    dialog.folder.setText(str(tmp_path / "nowhere"))
    assert says("This folder is not there.")
    dialog.folder.setText(str(video.path.parent))
    dialog.container.setCurrentIndex(dialog.container.findData(video.path.suffix))
    dialog.name.setText(video.path.stem)
    assert says("That is the film itself; choose another name.")
    dialog.folder.setText(str(tmp_path))
    dialog.name.setText("there")
    (tmp_path / "there.mp4").write_bytes(b"old")
    dialog.container.setCurrentIndex(dialog.container.findData(".mp4"))
    dialog._follow()
    assert dialog.note.text() == "One file is there already and will be replaced."
    assert dialog.export_button.isEnabled() and dialog.export_button.text() == "Replace"


def test_the_sound_goes_to_the_engine_and_into_the_document(
    dialog: ExportDialog, window: MainWindow, qtbot: Any, engine: FakeEngine
) -> None:
    sound = dialog.sound.controls
    asked = {
        "original_audio": "mix", "original_gain_db": -9.0, "music_gain_db": 1.5, "duck_db": -12.0,
        "loudness_lufs": -23.0, "true_peak_db": -2.0, "fade_in_s": 0.5, "fade_out_s": 3.0,
    }  # fmt: skip
    assert not sound["original_gain_db"].isEnabled(), "it acts in a mix only"
    for name, value in asked.items():
        sound[name].show_value(value)
        sound[name].edited.emit()
    assert sound["original_gain_db"].isEnabled()
    before = window.studio.document.settings
    written(dialog, qtbot)
    take = engine.exports[0][0]
    for name, value in asked.items():
        assert getattr(take.settings, name) == value and getattr(window.studio.document.settings, name) == value
    window.studio.undo()
    assert window.studio.document.settings == before, "one step of history"


def test_what_has_no_effect_cannot_be_chosen(dialog: ExportDialog) -> None:
    dialog.kinds["video"].setChecked(False)
    dialog.kinds["midi"].setChecked(True)
    assert not any(control.isEnabled() for control in dialog.sound.controls.values())
    dialog.kinds["wav"].setChecked(True)
    enabled = {name for name, control in dialog.sound.controls.items() if control.isEnabled()}
    assert enabled == {"loudness_lufs", "true_peak_db", "fade_in_s", "fade_out_s"}


def test_it_is_stopped_at_once_and_can_go_on(
    dialog: ExportDialog, window: MainWindow, qtbot: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from engine import RunCancelled, Stage, StageProgressed

    entered = threading.Event()

    def slow(take: Any, outputs: Any, observer: Any, cancel: Any) -> None:
        observer(StageProgressed(Stage.SYNTH, 1, 4, 30.0))
        entered.set()
        while not cancel.is_cancelled:
            threading.Event().wait(0.005)
        raise RunCancelled

    monkeypatch.setattr(engine, "export", slow)
    dialog.export_button.click()
    qtbot.waitUntil(entered.is_set)
    qtbot.waitUntil(lambda: "30 s left" in dialog.told.text())
    assert dialog.foot.currentIndex() == 1 and not dialog.form.isEnabled() and "Playing" in dialog.told.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)  # stops, and does not close
    qtbot.waitUntil(lambda: not window.state.is_busy)
    assert dialog.isVisible() and dialog.note.text() == "Stopped." and dialog.form.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_an_error_is_one_sentence_in_the_dialog(dialog: ExportDialog, qtbot: Any, engine: FakeEngine) -> None:
    engine.fails = True
    written(dialog, qtbot)
    assert dialog.note.text() == "No music today. Try tomorrow." and dialog.foot.currentIndex() == 0
    assert dialog.form.isEnabled() and dialog.export_button.isEnabled()


def test_the_last_choices_are_remembered(dialog: ExportDialog, window: MainWindow, qtbot: Any) -> None:
    dialog.kinds["wav"].setChecked(True)
    dialog.container.setCurrentIndex(dialog.container.findData(".mkv"))
    written(dialog, qtbot)
    folder = dialog.folder.text()
    kept = read_settings()
    assert (kept.export_kinds, kept.export_container, kept.export_folder) == ("video wav", ".mkv", folder)
    again = ExportDialog(window.studio, window.preferences, window)
    wish = again.wish()
    assert wish.kinds == {"video", "wav"} and wish.container == ".mkv" and str(wish.folder) == folder


def test_the_folder_is_opened(dialog: ExportDialog, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "diffbgm_gui.widgets.export.dialog.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    written(dialog, qtbot)
    dialog.open_button.click()
    assert opened == [dialog.folder.text()]


def ranged(window: MainWindow, begin: str, end: str) -> ExportDialog:
    """The dialog of a film whose timeline holds a range."""
    from fractions import Fraction

    from diffbgm_gui.document import with_range

    for dialog in window.findChildren(ExportDialog):
        dialog.reject()
        dialog.deleteLater()
    window.studio.edit("range", lambda document: with_range(document, (Fraction(begin), Fraction(end))))
    return ExportDialog(window.studio, window.preferences, window)


def test_without_a_range_the_whole_film_is_written_and_why_is_said(dialog: ExportDialog) -> None:
    form = dialog.range
    assert not form.choice.isEnabled() and not form.begin.isEnabled() and dialog.wish().part_s is None
    assert form.note.text() == "There is no range: set in and out on the timeline first, with I and O."


def test_in_to_out_is_written_of_every_kind(
    dialog: ExportDialog, window: MainWindow, qtbot: Any, engine: FakeEngine, tmp_path: Path
) -> None:
    from fractions import Fraction

    dialog = ranged(window, "1", "10/3")
    dialog.show()
    dialog.folder.setText(str(tmp_path))
    form = dialog.range
    assert form.choice.isEnabled() and (form.begin.text(), form.end.text()) == ("0:01.00", "0:03.33")
    assert not form.begin.isEnabled() and dialog.wish().part_s is None, "the whole film until the range is chosen"
    form.choice.setFocus()
    qtbot.keyClick(form.choice, Qt.Key.Key_Down)
    assert dialog.wish().part_s == (Fraction(1), Fraction(10, 3)), "exact while nobody touched it"
    assert form.note.text().startswith("2.33 s")
    form.begin.clear()
    qtbot.keyClicks(form.begin, "1.5")
    dialog.kinds["midi"].setChecked(True)
    written(dialog, qtbot)
    outputs = engine.exports[-1][1]
    assert outputs.part_s == (Fraction(3, 2), Fraction(10, 3)) and outputs.midi is not None
    assert window.studio.document.direction.range_s == (Fraction(1), Fraction(10, 3)), "music is made for what it was"


@pytest.mark.parametrize(
    ("begin", "end", "problem"),
    [
        ("x", "0:02", "Give in and out as minutes:seconds, as in 1:02.5."),
        ("0:03", "0:02", "Out must lie behind in."),
        ("1:00", "2:00", "In lies behind the end of the film."),
        ("0:01", "0:09", "Out lies behind the end of the film."),
    ],
)
def test_times_that_make_no_range_are_said(
    begin: str, end: str, problem: str, dialog: ExportDialog, window: MainWindow
) -> None:
    dialog = ranged(window, "1", "3")
    dialog.range.choice.setCurrentIndex(1)
    dialog.range.begin.setText(begin)
    dialog.range.end.setText(end)
    assert dialog.note.text() == problem and not dialog.export_button.isEnabled()
    dialog.range.choice.setCurrentIndex(0)
    assert dialog.export_button.isEnabled()


def test_times_as_people_write_them() -> None:
    from fractions import Fraction

    from diffbgm_gui.widgets.export.range import time_of, time_text

    assert [time_of(t) for t in ("62.5", "1:02.5", "0:01:02,5")] == [Fraction(125, 2)] * 3
    assert [time_of(t) for t in ("", "a", "1:", "-1", "1:2:3:4", "1.2.3", "½")] == [None] * 7
    assert time_text(Fraction(125, 2)) == "1:02.50" and time_text(Fraction(3661)) == "1:01:01.00"
