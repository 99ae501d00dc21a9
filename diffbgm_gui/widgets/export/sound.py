"""The sound of an export: the film's own sound, speech, loudness, fades. It begins with what the document says."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from diffbgm_gui.document import Document
from diffbgm_gui.exporting import SOUND_FIELDS
from diffbgm_gui.widgets.export.words import tr
from diffbgm_gui.widgets.panel.controls import Choice, Control, Number, Switch
from diffbgm_gui.widgets.panel.sound_rows import Loudness


class SoundForm(QWidget):
    """Rows of controls, one a setting. `edited` when one of them was changed."""

    edited = Signal()

    def __init__(self, document: Document, *, has_sound: bool) -> None:
        super().__init__()
        self._has_sound = has_sound
        self.controls: dict[str, Control] = {}
        self._changed: set[str] = set()
        self._labels: dict[str, QLabel] = {}
        self._tips: dict[str, str] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(8)
        self._fill_form()
        for name, control in self.controls.items():
            control.show_value(getattr(document.settings, name))
            control.edited.connect(partial(self._edited, name))
        self.show_uses(has_video=True, has_any=True)

    def _fill_form(self) -> None:
        modes = (
            ("replace", tr("Replaced by the music"), ""),
            ("mix", tr("Mixed with the music"), ""),
            ("keep", tr("Kept as a second track"), ""),
        )
        own = self._add("original_audio", tr("Film's sound"), Choice(modes),
                        tr("What becomes of the film's own sound in the video"))  # fmt: skip
        assert isinstance(own, Choice)
        self._add("original_gain_db", tr("Its level"), Number(-60, 24, decimals=1, step=0.5, unit=" dB"),
                  tr("How loud the film's own sound is in the mix"))  # fmt: skip
        self._add("music_gain_db", tr("Music level"), Number(-60, 24, decimals=1, step=0.5, unit=" dB"),
                  tr("How loud the music is beside it"))  # fmt: skip
        self._add("duck", tr("Speech"), Switch(tr("Music gives way")),
                  tr("The music becomes softer while someone speaks"))  # fmt: skip
        self._add("duck_db", tr("By how much"), Number(-60, 0, decimals=1, step=0.5, unit=" dB"),
                  tr("How much softer the music is under speech: −4 is gentle, −8 usual, −14 strong."))  # fmt: skip
        self._add("loudness_lufs", tr("Loudness"), Loudness(),
                  tr("How loud the result is over its whole length (BS.1770)"))  # fmt: skip
        self._add("true_peak_db", tr("True peak"), Number(-20, 0, decimals=1, step=0.5, unit=" dBTP"),
                  tr("The highest peak that may occur between samples. −1 is safe for streaming."))  # fmt: skip
        self._add("fade_in_s", tr("Fade in"), Number(0, 60, decimals=1, step=0.5, unit=tr(" s")),
                  tr("How long the music takes to come in."))  # fmt: skip
        last = tr("How long the music fades at its very end. 0 leaves the last chord to ring by itself.")
        self._add("fade_out_s", tr("Fade out"), Number(0, 60, decimals=1, step=0.5, unit=tr(" s")), last)

    def _add(self, name: str, title: str, control: Control, tip: str) -> Control:
        assert name in SOUND_FIELDS
        label = QLabel(title)
        label.setObjectName("dim")
        label.setBuddy(control.fields()[0])
        self.controls[name], self._labels[name], self._tips[name] = control, label, tip
        for field in control.fields():
            field.setAccessibleName(title)
            field.setAccessibleDescription(tip)
            field.setToolTip(tip)
        self._form.addRow(label, control)
        return control

    def _edited(self, name: str) -> None:
        self._changed.add(name)
        self._follow()
        self.edited.emit()

    def changes(self) -> dict[str, Any]:
        """The settings that were changed here."""
        for control in self.controls.values():
            control.commit()
        return {name: self.controls[name].value() for name in sorted(self._changed)}

    def show_uses(self, *, has_video: bool, has_any: bool) -> None:
        """Let only those be used that act on what is written."""
        self._has_video, self._has_any = has_video, has_any
        self._follow()

    def _follow(self) -> None:
        no_video = tr("It acts on the video only, and none is written.")
        silent = tr("The film has no sound of its own.")
        own_why = "" if self._has_video and self._has_sound else silent if self._has_video else no_video
        mixed_why = own_why or ("" if self.controls["original_audio"].value() == "mix" else
                                tr("It acts where the film's sound is mixed with the music."))  # fmt: skip
        duck_why = mixed_why or ("" if self.controls["duck"].value() else tr("The music does not give way to speech."))
        sound_why = "" if self._has_any else tr("It acts on sound, and none is written.")
        self._allow("original_audio", own_why)
        for name in ("original_gain_db", "music_gain_db", "duck"):
            self._allow(name, mixed_why)
        self._allow("duck_db", duck_why)
        for name in ("loudness_lufs", "true_peak_db", "fade_in_s", "fade_out_s"):
            self._allow(name, sound_why)

    def _allow(self, name: str, why_not: str) -> None:
        self.controls[name].setEnabled(not why_not)
        self._labels[name].setEnabled(not why_not)
        for field in self.controls[name].fields():
            field.setToolTip(why_not or self._tips[name])
