"""The engine's names for people, in the user's language. Written out, so that translators find them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from engine.music.moods import MOODS
from engine.music.palettes import PALETTES

_MOODS: Final = {
    "auto": QT_TRANSLATE_NOOP("Engine", "Auto"),
    "calm": QT_TRANSLATE_NOOP("Engine", "Calm"),
    "happy": QT_TRANSLATE_NOOP("Engine", "Happy"),
    "sad": QT_TRANSLATE_NOOP("Engine", "Sad"),
    "tense": QT_TRANSLATE_NOOP("Engine", "Tense"),
    "epic": QT_TRANSLATE_NOOP("Engine", "Epic"),
    "romantic": QT_TRANSLATE_NOOP("Engine", "Romantic"),
    "playful": QT_TRANSLATE_NOOP("Engine", "Playful"),
    "dreamy": QT_TRANSLATE_NOOP("Engine", "Dreamy"),
    "dark": QT_TRANSLATE_NOOP("Engine", "Dark"),
    "energetic": QT_TRANSLATE_NOOP("Engine", "Energetic"),
}
MEASURES: Final = {
    "pitch class entropy": QT_TRANSLATE_NOOP("Engine", "Pitch class entropy"),
    "scale consistency": QT_TRANSLATE_NOOP("Engine", "Notes in scale"),
    "grooving similarity": QT_TRANSLATE_NOOP("Engine", "Groove similarity"),
    "density": QT_TRANSLATE_NOOP("Engine", "Density"),
    "polyphony": QT_TRANSLATE_NOOP("Engine", "Polyphony"),
    "note length": QT_TRANSLATE_NOOP("Engine", "Note length"),
    "silent bars": QT_TRANSLATE_NOOP("Engine", "Silent bars"),
}
UNITS: Final = {
    "bits": QT_TRANSLATE_NOOP("Engine", "bits"),
    "notes/beat": QT_TRANSLATE_NOOP("Engine", "notes/beat"),
    "notes": QT_TRANSLATE_NOOP("Engine", "notes"),
    "16ths": QT_TRANSLATE_NOOP("Engine", "16ths"),
}
ROWS: Final = {
    "density": QT_TRANSLATE_NOOP("Engine", "Density"),
    "rhythm": QT_TRANSLATE_NOOP("Engine", "Rhythm"),
    "intensity": QT_TRANSLATE_NOOP("Engine", "Intensity"),
    "novelty": QT_TRANSLATE_NOOP("Engine", "Novelty"),
    "hits": QT_TRANSLATE_NOOP("Engine", "Hits"),
    "valence": QT_TRANSLATE_NOOP("Engine", "Valence"),
    "arousal": QT_TRANSLATE_NOOP("Engine", "Arousal"),
    "register": QT_TRANSLATE_NOOP("Engine", "Register"),
    "polyphony": QT_TRANSLATE_NOOP("Engine", "Polyphony"),
    "articulation": QT_TRANSLATE_NOOP("Engine", "Articulation"),
    "tension": QT_TRANSLATE_NOOP("Engine", "Tension"),
    "tempo": QT_TRANSLATE_NOOP("Engine", "Tempo"),
    "melody": QT_TRANSLATE_NOOP("Engine", "Melody"),
    "flow": QT_TRANSLATE_NOOP("Engine", "Flow"),
    "loudness": QT_TRANSLATE_NOOP("Engine", "Loudness"),
    "energy": QT_TRANSLATE_NOOP("Engine", "Energy"),
}


def engine_words(text: str) -> str:
    """A text of the engine in the user's language, where translators know it."""
    return QCoreApplication.translate("Engine", text)


def mood_title(name: str) -> str:
    """A mood's title."""
    return engine_words(_MOODS.get(name, MOODS[name].title if name in MOODS else name))


def mood_items(auto: str = "") -> list[tuple[str, str, str]]:
    """All moods as items of a choice; `auto` is what Auto says instead."""
    return [(name, auto if auto and name == "auto" else mood_title(name), "") for name in MOODS]


def palette_items() -> list[tuple[str, str, str]]:
    """All palettes as items of a choice."""
    return [(p.name, engine_words(p.title), engine_words(p.description)) for p in PALETTES.values()]


def named(table: dict[str, str]) -> Callable[[str], str]:
    """A name of one of the tables above, for people."""
    return lambda name: engine_words(table.get(name, name))
