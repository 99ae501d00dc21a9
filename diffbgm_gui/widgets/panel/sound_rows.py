"""The Sound rows of the Music tab: the film's own sound, levels, speech, loudness, fades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from diffbgm_gui.document import Document
from diffbgm_gui.widgets.panel.controls import Choice, Control, Number, Switch
from diffbgm_gui.widgets.panel.form import of_settings, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffbgm_gui.widgets.panel.music_page import MusicPage

AS_PLAYED: Final = "as played"
OTHER: Final = "other"
PRESETS_LUFS: Final = (-11.0, -14.0, -16.0, -23.0)


def loudness_words(lufs: Any) -> str:
    """A loudness target for people."""
    if lufs is None:
        return tr("As played")
    said = {
        -11.0: tr("Loud, −11 LUFS"),
        -14.0: tr("Streaming, −14 LUFS"),
        -16.0: tr("Podcast, −16 LUFS"),
        -23.0: tr("Broadcast, −23 LUFS"),
    }
    return said.get(lufs, f"{lufs:.1f} LUFS".replace("-", "−"))


class Loudness(Control):
    """A target of loudness: by its use, or any number; or none."""

    def __init__(self) -> None:
        super().__init__()
        items = [(lufs, loudness_words(lufs), "") for lufs in PRESETS_LUFS]
        self.preset = Choice([*items, (AS_PLAYED, tr("As played"), ""), (OTHER, tr("Other…"), "")])
        self.number = Number(-50, -5, decimals=1, step=0.5, unit=" LUFS")
        self.number.setFixedWidth(92)
        self.preset.edited.connect(self._chosen)
        self.number.edited.connect(self.edited)
        self._fill(self.preset, self.number)
        self.show_value(-14.0)

    def _chosen(self) -> None:
        chosen = self.preset.value()
        if chosen in PRESETS_LUFS:
            self.number.show_value(chosen)
        self.number.setVisible(chosen == OTHER)
        self.edited.emit()

    def value(self) -> float | None:
        return None if self.preset.value() == AS_PLAYED else round(float(self.number.value()), 1)

    def show_value(self, value: Any) -> None:
        if value is not None:
            self.number.show_value(value)
        known = AS_PLAYED if value is None else value if value in PRESETS_LUFS else OTHER
        self.preset.show_value(known)
        self.number.setVisible(known == OTHER)

    def fields(self) -> Sequence[QWidget]:
        return self.preset.box, self.number.box

    def commit(self) -> None:
        self.number.commit()


def add_sound(page: MusicPage) -> None:
    """Add the rows to a page."""
    page.section(tr("Sound"))
    _add_original(page)
    _add_speech(page)
    _add_level(page)
    page.studio.document_changed.connect(lambda document: _follow(page, document))
    _follow(page, page.studio.document)


def _decibels(value: Any) -> str:
    return f"{value:+.1f} dB".replace("-", "−")


def _add_original(page: MusicPage) -> None:
    words = {
        "replace": tr("Replace"),
        "mix": tr("Mix with the music"),
        "keep": tr("Keep as a second track"),
    }
    page.original = Choice(
        [
            ("replace", words["replace"], tr("The film's own sound is left out")),
            ("mix", words["mix"], tr("The film's own sound is heard together with the music")),
            ("keep", words["keep"], tr("Both are in the file; the player chooses")),
        ]
    )
    page.add(
        of_settings("original_audio", tr("Film's sound"), say=words.__getitem__),
        page.original,
        tr("What becomes of the film's own sound."),
    )
    page.original_gain = Number(-60, 24, decimals=1, unit=" dB")
    page.original_row = page.add(
        of_settings("original_gain_db", tr("Its level"), say=_decibels),
        page.original_gain,
        tr("How loud the film's own sound is in the mix. 0 dB leaves it as it is."),
    )
    page.music_gain = Number(-60, 24, decimals=1, unit=" dB")
    page.add(
        of_settings("music_gain_db", tr("Music level"), say=_decibels),
        page.music_gain,
        tr("How loud the music is in the mix, before the loudness of the whole is set."),
    )


def _add_speech(page: MusicPage) -> None:
    page.duck = Switch(tr("Softer music"))
    page.duck_row = page.add(
        of_settings("duck", tr("Under speech"), say=lambda on: tr("on") if on else tr("off")),
        page.duck,
        tr("Where people speak in the film's own sound, the music becomes softer."),
    )
    page.duck_db = Number(-60, 0, decimals=1, unit=" dB")
    page.duck_db_row = page.add(
        of_settings("duck_db", tr("By how much"), say=_decibels),
        page.duck_db,
        tr("How much softer the music is under speech: −4 is gentle, −8 usual, −14 strong."),
    )
    page.duck_notes = Switch(tr("Fewer notes"))
    page.add(
        of_settings("duck_notes", tr("Notes there"), say=lambda on: tr("on") if on else tr("off")),
        page.duck_notes,
        tr(
            "The music itself thins out where people speak: fewer notes begin, and the melody rests.\n"
            "Speech is looked for when the music is composed."
        ),
    )


def _add_level(page: MusicPage) -> None:
    page.loudness = Loudness()
    page.add(
        of_settings("loudness_lufs", tr("Loudness"), say=loudness_words),
        page.loudness,
        tr("How loud the result is over its whole length (BS.1770), as the places ask for where it will be shown."),
    )
    page.true_peak = Number(-20, 0, decimals=1, step=0.5, unit=" dBTP")
    page.add(
        of_settings("true_peak_db", tr("True peak"), say=lambda db: f"{db:.1f} dBTP".replace("-", "−")),
        page.true_peak,
        tr("The highest peak that may occur between samples. −1 is safe for streaming."),
    )
    page.fade_in = Number(0, 60, decimals=1, step=0.5, unit=tr(" s"))
    page.add(
        of_settings("fade_in_s", tr("Fade in"), say=lambda s: f"{s:g} s"),
        page.fade_in,
        tr("How long the music takes to come in."),
    )
    page.fade_out = Number(0, 60, decimals=1, step=0.5, unit=tr(" s"))
    page.add(
        of_settings("fade_out_s", tr("Fade out"), say=lambda s: f"{s:g} s"),
        page.fade_out,
        tr("How long the music takes to fade at its very end. 0 leaves the last chord to ring by itself."),
    )


def _follow(page: MusicPage, document: Document) -> None:
    """Rows that act on a mix can be used where there is one."""
    mixed = document.settings.original_audio == "mix"
    why = tr("It acts where the film's sound is mixed with the music.")
    page.original_row.allow(mixed, why)
    page.duck_row.allow(mixed, why)
    page.duck_db_row.allow(mixed and document.settings.duck, why)
