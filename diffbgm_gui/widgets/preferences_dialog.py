"""Preferences, applied as they are changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui.preferences import LANGUAGES, Preferences, cache_bytes, clear_cache
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import CacheMeasured
from diffbgm_gui.widgets.check import Check
from diffbgm_gui.widgets.fields import Drop, WholeNumber

DEVICES: Final = ("auto", "cpu", "cuda", "mps")


class PreferencesDialog(QDialog):
    """Every control acts at once; there is nothing to confirm.

    Args:
        outputs: names of the sound devices, asked for when the dialog opens.
    """

    def __init__(
        self,
        preferences: Preferences,
        studio: Studio,
        *,
        outputs: Callable[[], list[str]] = list,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences, self._studio = preferences, studio
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumWidth(520)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("Preferences"))
        self._appearance()
        self._music(outputs())
        self._files()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        layout.addWidget(buttons)
        studio.event.connect(self._heard)

    # -- pages -----------------------------------------------------------------------------------------------------

    def _appearance(self) -> None:
        form = self._page(self.tr("Appearance"))
        themes = (("dark", self.tr("Dark")), ("light", self.tr("Light")), ("system", self.tr("As the desktop")))
        self.theme = self._choice(form, "theme", self.tr("Theme"), themes, self.tr("Colours of the window"))
        tongues = tuple((code, name or self.tr("As the desktop")) for code, name in LANGUAGES.items())
        self.language = self._choice(
            form, "language", self.tr("Language"), tongues, self.tr("Language of the window, from the next start on")
        )
        self.next_start = QLabel(self.tr("The language changes with the next start."))
        self.next_start.setObjectName("dim")
        self.next_start.hide()
        self.language.currentIndexChanged.connect(self.next_start.show)
        form.addRow("", self.next_start)

    def _music(self, outputs: list[str]) -> None:
        form = self._page(self.tr("Music and sound"))
        names = {
            "auto": self.tr("Automatic"),
            "cpu": self.tr("Processor"),
            "cuda": self.tr("Graphics card (CUDA)"),
            "mps": self.tr("Graphics of a Mac (MPS)"),
        }
        tip = self.tr("What the music is composed on. Automatic takes the fastest that there is.")
        self.device = self._choice(form, "device", self.tr("Compose on"), tuple(names.items()), tip)
        self.draft_first = Check(self.tr("A quick draft first"))
        self.draft_first.setToolTip(
            self.tr("Composes a rough take in a few steps, to be heard while the full one is made in the background")
        )
        self.draft_first.setChecked(self._preferences.current.draft_first)
        self.draft_first.toggled.connect(lambda on: self._preferences.change(draft_first=on))
        form.addRow("", self.draft_first)
        self.soundfont = self._path(
            form, "soundfont", self.tr("Sounds"), self.tr("Built in"),
            self.tr("A soundfont (.sf2, .sf3) whose instruments play the music"), self._ask_for_soundfont,
        )  # fmt: skip
        kept = self._preferences.current.sound_output
        devices = tuple((name, name) for name in dict.fromkeys((*outputs, *([kept] if kept else []))))
        self.sound_output = self._choice(
            form, "sound_output", self.tr("Play on"), (("", self.tr("As the desktop")), *devices),
            self.tr("The sound device that the window plays on; files are not changed by it"),
        )  # fmt: skip

    def _files(self) -> None:
        form = self._page(self.tr("Files"))
        self.projects_folder = self._path(
            form, "projects_folder", self.tr("Projects"), self.tr("Beside the film"),
            self.tr("The folder that is proposed when a project is saved"), self._ask_for_folder,
        )  # fmt: skip
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation)
        self.cache_folder = self._path(
            form, "cache_folder", self.tr("Cache"), self.tr("As usual on this system"),
            self.tr("Where measurements of films are kept, so that a film is watched once only"), self._ask_for_folder,
        )  # fmt: skip
        self.cache_folder.setPlaceholderText(self.tr("As usual on this system") if place else "")
        self.cache_limit_mb = WholeNumber()
        self.cache_limit_mb.setRange(16, 100_000)
        self.cache_limit_mb.setSuffix(" MB")
        self.cache_limit_mb.lineEdit().setTextMargins(6, 0, 6, 0)
        self.cache_limit_mb.setValue(self._preferences.current.cache_limit_mb)
        self.cache_limit_mb.setToolTip(self.tr("What is kept of films goes, the oldest first, when it takes up more"))
        self.cache_limit_mb.setAccessibleName(self.tr("Size of the cache at most"))
        self.cache_limit_mb.setEnabled(not self._preferences.is_fixed("cache_limit_mb"))
        self.cache_limit_mb.editingFinished.connect(
            lambda: self._preferences.change(cache_limit_mb=self.cache_limit_mb.value())
        )
        form.addRow(self.tr("At most"), self.cache_limit_mb)
        self.cache_used = QLabel(self.tr("…"))
        self.clear_button = QPushButton(self.tr("Clear the cache"))
        self.clear_button.setToolTip(self.tr("Films are measured again when they are opened; projects are not touched"))
        self.clear_button.clicked.connect(self._clear)
        form.addRow(self.tr("Used"), _row(self.cache_used, self.clear_button))
        self._studio.on_disk(lambda: CacheMeasured(cache_bytes()))

    # -- parts -----------------------------------------------------------------------------------------------------

    def _page(self, title: str) -> QFormLayout:
        page = QWidget()
        page.setObjectName("panel")
        form = QFormLayout(page)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.tabs.addTab(page, title)
        return form

    def _choice(
        self, form: QFormLayout, name: str, label: str, items: tuple[tuple[str, str], ...], tip: str
    ) -> QComboBox:
        box = Drop()
        box.setMinimumContentsLength(18)
        for value, title in items:
            box.addItem(title, value)
        box.setCurrentIndex(max(0, box.findData(getattr(self._preferences.current, name))))
        box.setToolTip(tip)
        box.setAccessibleName(label)
        box.currentIndexChanged.connect(lambda _index: self._preferences.change(**{name: box.currentData()}))
        form.addRow(label, box)
        return box

    def _path(
        self, form: QFormLayout, name: str, label: str, default: str, tip: str, ask: Callable[[], Path | None]
    ) -> QLineEdit:
        """A file or folder: what it is now, a button to choose, one to go back to the default."""
        field = QLineEdit(getattr(self._preferences.current, name))
        field.setReadOnly(True)
        field.setPlaceholderText(default)
        field.setToolTip(tip)
        field.setAccessibleName(label)
        choose, back = QPushButton(self.tr("Choose…")), QPushButton(self.tr("Default"))
        choose.setAccessibleName(self.tr("{}: choose").format(label))
        back.setAccessibleName(self.tr("{}: default").format(label))
        choose.clicked.connect(partial(self._choose, name, field, ask))
        back.clicked.connect(partial(self._set_path, name, field, ""))
        row = _row(field, choose, back)
        if self._preferences.is_fixed(name):
            row.setEnabled(False)
            field.setToolTip(self.tr("An environment variable decides this"))
        form.addRow(label, row)
        return field

    def _choose(self, name: str, field: QLineEdit, ask: Callable[[], Path | None], _checked: bool = False) -> None:
        path = ask()
        if path is not None:
            self._set_path(name, field, str(path))

    def _set_path(self, name: str, field: QLineEdit, value: str, _checked: bool = False) -> None:
        field.setText(value)
        self._preferences.change(**{name: value})

    def _ask_for_soundfont(self) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a soundfont"), "", "Soundfonts (*.sf2 *.sf3)")
        return Path(name) if name else None

    def _ask_for_folder(self) -> Path | None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"))
        return Path(name) if name else None

    def _clear(self) -> None:
        def work() -> CacheMeasured:
            clear_cache()
            return CacheMeasured(cache_bytes())

        self._studio.on_disk(work)

    def _heard(self, event: Any) -> None:
        if isinstance(event, CacheMeasured):
            self.cache_used.setText(f"{event.n_bytes / 1e6:.1f} MB")
            self.clear_button.setEnabled(event.n_bytes > 0)


def _row(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for i, widget in enumerate(widgets):
        row.addWidget(widget, 1 if i == 0 else 0)
    return box
