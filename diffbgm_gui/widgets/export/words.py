"""What the export dialog calls things."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from diffbgm_gui.exporting import TIMELINE, VIDEO

CONTAINERS: Final = {
    ".mp4": QT_TRANSLATE_NOOP("Export", "MP4 (plays everywhere)"),
    ".mov": QT_TRANSLATE_NOOP("Export", "MOV (for editing)"),
    ".mkv": QT_TRANSLATE_NOOP("Export", "Matroska"),
    ".webm": QT_TRANSLATE_NOOP("Export", "WebM (for the web)"),
}
TIMELINES: Final = {
    ".otio": QT_TRANSLATE_NOOP("Export", "OTIO (Resolve, Kdenlive)"),
    ".fcpxml": QT_TRANSLATE_NOOP("Export", "FCPXML (Final Cut)"),
    ".xml": QT_TRANSLATE_NOOP("Export", "FCP7 XML (Premiere)"),
    ".mlt": QT_TRANSLATE_NOOP("Export", "MLT (Shotcut)"),
    ".edl": QT_TRANSLATE_NOOP("Export", "EDL (any editor)"),
}
KIND_TITLES: Final = {
    VIDEO: QT_TRANSLATE_NOOP("Export", "Video with the music"),
    "wav": QT_TRANSLATE_NOOP("Export", "Music, WAV"),
    "midi": QT_TRANSLATE_NOOP("Export", "Notes, MIDI"),
    "stems": QT_TRANSLATE_NOOP("Export", "Stems"),
    TIMELINE: QT_TRANSLATE_NOOP("Export", "Timeline"),
    "manifest": QT_TRANSLATE_NOOP("Export", "Record, JSON"),
}
KIND_TIPS: Final = {
    VIDEO: QT_TRANSLATE_NOOP("Export", "The picture is copied as it is where the container takes it."),
    "wav": QT_TRANSLATE_NOOP("Export", "The music alone, as long as the film: 48 kHz, 16 bits, stereo."),
    "midi": QT_TRANSLATE_NOOP("Export", "The score with its tempo map, one track an instrument, markers at the cuts."),
    "stems": QT_TRANSLATE_NOOP("Export", "A folder with one WAV per instrument; together they are the mix."),
    TIMELINE: QT_TRANSLATE_NOOP(
        "Export",
        "For a video editor: the picture with its cuts, the music (or its stems) on tracks, "
        "markers at the hits.",
    ),
    "manifest": QT_TRANSLATE_NOOP("Export", "How it was made: settings, seed, model, versions, hits, loudness."),
}  # fmt: skip


def tr(text: str) -> str:
    """A text of the dialog in the user's language."""
    return QCoreApplication.translate("Export", text)


def kind_title(key: str) -> str:
    """A kind of file, for people."""
    return tr(KIND_TITLES.get(key, key))


def kind_tip(key: str) -> str:
    """What is in such a file."""
    return tr(KIND_TIPS.get(key, ""))
