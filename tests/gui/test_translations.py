"""The window's languages: nothing is left out, nothing is out of date, and Qt finds what is there."""

from __future__ import annotations

import importlib.util
import re
import string
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontDatabase, QFontInfo, QTextLayout
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from diffbgm_gui.languages import FONTS, in_one, in_words, language_for, use_language
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.widgets.shortcuts import without_marks
from engine.errors import OutputError
from engine.music.hits import HitPoint
from engine.music.tempo_solution import Dropped, told_of_lost
from engine.resources import resource_path
from engine.wording import Told, reason_of

FOLDER = resource_path("translations")


@pytest.fixture(scope="module")
def update() -> Any:
    spec = importlib.util.spec_from_file_location("update_translations", FOLDER / "update.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["update_translations"] = module  # dataclasses ask for it
    spec.loader.exec_module(module)
    yield module
    del sys.modules["update_translations"]


@pytest.fixture
def chinese(qapp: QApplication) -> Any:
    use_language(qapp, "zh_CN")
    yield
    use_language(qapp, "en")


def test_every_text_is_translated_and_the_qm_is_made_from_the_ts(update: Any) -> None:
    told = update.problems("zh_CN")
    assert told == [], "run resources/translations/update.py, translate, run it again"


def test_translations_keep_the_places_of_values(update: Any) -> None:
    def places(text: str) -> list[tuple[str, str | None]]:
        return sorted((field, form) for _, field, form, _ in string.Formatter().parse(text) if field is not None)

    known = update.read_ts(FOLDER / "diffbgm_zh_CN.ts")
    assert len(known) > 1200
    wrong = [key for key, words in known.items() if words and places(key[1]) != places(words)]
    assert wrong == []


def test_a_text_in_a_new_module_is_found(update: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "diffbgm_gui"
    package.mkdir()
    (package / "words.py").write_text(
        'def tr(text):\n    return QCoreApplication.translate("Words", text)\n'
        'class A:\n    def b(self):\n        return self.tr("own"), tr("of the module"), tr("x" if self else "y")\n'
        'NAMES = [QT_TRANSLATE_NOOP("Engine", "named")]\n'
    )
    (package / "other.py").write_text('from diffbgm_gui.words import tr\nprint(tr("imported"), tr(computed()))\n')
    monkeypatch.setattr(update, "SOURCES", package)
    monkeypatch.setattr(update, "ROOT", tmp_path)
    monkeypatch.setattr(update, "_of_engine", lambda: iter(()))
    found = {text.key for text in update.texts()}
    assert found == {
        ("A", "own"), ("Words", "of the module"), ("Words", "x"), ("Words", "y"), ("Engine", "named"),
        ("Words", "imported"),
    }  # fmt: skip


def test_sentences_of_the_engine_are_found(update: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("engine", "engine/cli", "diffbgm_gui"):
        (tmp_path / name).mkdir()
    (tmp_path / "engine" / "work.py").write_text(
        'HINT: Final = "Try again."\n'
        'raise InputError("No {a}." if a else "Nothing.", HINT, a=a)\n'
        'tell(Told("within {low:g}", low=low))\n'
        'raise OutputError(f"{name} is full.")\n'
        'raise BundleError("{b} is damaged.", c=c)\n'
        'Warned("too loud")\n'
    )
    (tmp_path / "engine" / "cli" / "main.py").write_text('raise InputError("never in the window")\n')
    (tmp_path / "diffbgm_gui" / "own.py").write_text('raise InputError("of the window")\n')
    monkeypatch.setattr(update, "ROOT", tmp_path)
    told = [update.Sentences(path) for path in update._spoken()]
    assert {text.key for found in told for text in found.texts()} == {
        ("Engine", "No {a}."), ("Engine", "Nothing."), ("Engine", "Try again."), ("Engine", "within {low:g}"),
        ("Engine", "{b} is damaged."), ("Engine", "of the window"),
    }  # fmt: skip
    faults = [fault.partition(":")[2] for found in told for fault in found.faults]
    assert faults == [
        "4: a sentence that is put together before it is told", "5: no value for b", "6: a warning that is not `Told`",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("preferred", "expected"), [("en", "en"), ("zh_CN", "zh_CN"), ("zh_TW", "en"), ("de", "en"), ("zh_Hant_TW", "en")]
)
def test_a_language_that_there_is(preferred: str, expected: str) -> None:
    assert language_for(preferred) == expected


def test_chinese_is_not_written_with_japanese_shapes(qapp: QApplication) -> None:
    before = qapp.font()
    simplified = [name for name in FONTS["zh_CN"] if QFontDatabase.hasFamily(name)]
    if not simplified:
        pytest.skip("there is no font for simplified Chinese here")
    use_language(qapp, "zh_CN")
    try:
        layout = QTextLayout("直骨 abc", qapp.font())
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        families = [run.rawFont().familyName() for run in layout.glyphRuns()]
        assert simplified[0] in families and QFontInfo(qapp.font()).family() == QFontInfo(before).family()
    finally:
        use_language(qapp, "en")
    assert simplified[0] not in qapp.font().families()


_ENGLISH = re.compile(r"([A-Za-z]{2,}[ ,]+){2}[A-Za-z]{2,}|\b(the|of|and|is|are|this)\b")


def _said(window: MainWindow) -> Iterator[str]:
    """All that a window's controls and actions say, to eyes, pointers and screen readers; the choices of lists, too."""
    for widget in window.findChildren(QWidget):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        own = (getattr(widget, name, None) for name in ("text", "placeholderText"))
        yield from (read() for read in own if callable(read))
        if isinstance(widget, QComboBox):
            for i in range(widget.count()):
                yield from (widget.itemText(i), str(widget.itemData(i, Qt.ItemDataRole.ToolTipRole) or ""))
    for action in window.commands.actions.values():
        yield from (action.text(), action.toolTip())


def test_the_window_speaks_chinese(chinese: None, window: MainWindow) -> None:
    assert window.generate_button.text() == "生成"
    assert window.commands["save"].text() == "保存(&S)"
    assert QCoreApplication.translate("Words", "Composing") == "正在作曲"
    assert window.panel.tabs.tabText(0) == "音乐"
    english = sorted({text for text in _said(window) if _ENGLISH.search(text)})
    assert english == [], "text that is not translated"


def test_a_damaged_video_is_told_in_chinese(chinese: None, window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    damaged = tmp_path / "samples-7.mp4"
    damaged.write_bytes(b"no video at all" * 50)
    window.open(damaged)
    qtbot.waitUntil(lambda: window.state.notice is not None, timeout=60_000)
    assert window.message.text.text() == "“samples-7.mp4”不是可以读取的视频文件，或者已损坏。"
    assert window.message.hint.text() == "如果它能在别处播放，请转换为 H.264 的 MP4 后重试。"
    assert window.state.notice is not None and window.state.notice.message.startswith("'samples-7.mp4' is not a video")


def test_a_sentence_in_a_sentence_is_told_in_chinese(chinese: None) -> None:
    reason = Told("it lies only {apart_ms:.0f} ms from the star at {star_s:.3f} s", apart_ms=120.4, star_s=5.12)
    lost = Dropped(HitPoint(Fraction(5), 1.0, True), reason)
    assert in_words(told_of_lost(lost)) == "5.000 秒处的星标未能准确卡上：它与 5.120 秒处的星标只相隔 120 毫秒。"
    refused = OutputError(
        "'{name}' cannot be written: {reason}.", name="a.wav", reason=reason_of(OSError(28, "No space left on device"))
    )
    assert in_one(refused.message, refused.hint) == "无法写入“a.wav”：磁盘空间不足。"
    assert in_words("a name") == "a name"


def test_english_is_as_the_engine_says_it(qapp: QApplication) -> None:
    assert in_words(Told("There is no step {step}.", step=3)) == "There is no step 3."


def test_marks_for_the_keyboard_are_left_out_elsewhere() -> None:
    assert without_marks("打开(&O)…") == "打开" and without_marks("&Open…") == "Open"


def test_another_language_is_chosen_in_the_preferences(window: MainWindow, qtbot: Any) -> None:
    from diffbgm_gui.preferences import read_settings
    from diffbgm_gui.widgets.preferences_dialog import PreferencesDialog

    dialog = PreferencesDialog(window.preferences, window.studio, parent=window)
    dialog.open()
    dialog.language.setCurrentIndex(dialog.language.findData("zh_CN"))
    assert dialog.next_start.isVisible() and read_settings().language == "zh_CN"
