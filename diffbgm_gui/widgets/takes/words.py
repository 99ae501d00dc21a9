"""What is said of a take: where it came from, how well it hits, what its settings are."""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtCore import QCoreApplication

from diffbgm_gui.document import Document, TakeEntry, is_draft
from diffbgm_gui.widgets.fields import with_minus
from engine.music.moods import MOODS
from engine.music.take import Take
from engine.settings import GenerationSettings

SHOWN = (
    "seed", "t0", "k", "steps", "sampler", "guidance", "plan_guidance", "mood", "palette", "tempo_min", "tempo_max",
    "strictness", "max_tempo_change", "short_bars", "hit_onsets", "ending", "windows", "sensitivity", "duck_notes",
)  # fmt: skip
"""Settings that make the notes, in the order in which they are told."""


def tr(text: str) -> str:
    """A text of this module in the user's language."""
    return QCoreApplication.translate("Takes", text)


def setting_names() -> dict[str, str]:
    """Settings, for people."""
    return {
        "seed": tr("Seed"), "t0": "t0", "k": "k", "steps": tr("Steps"), "sampler": tr("Sampler"),
        "guidance": tr("Guidance"), "plan_guidance": tr("Guidance of the harmony"), "mood": tr("Mood"),
        "palette": tr("Palette"), "tempo_min": tr("Slowest tempo"), "tempo_max": tr("Fastest tempo"),
        "strictness": tr("Strictness"), "max_tempo_change": tr("Largest change of tempo"),
        "short_bars": tr("Short bars"), "hit_onsets": tr("Notes on the hits"), "ending": tr("Ending"),
        "windows": tr("Windows"), "sensitivity": tr("Sensitivity to cuts"),
        "duck_notes": tr("Fewer notes under speech"),
    }  # fmt: skip


def value_words(name: str, value: object) -> str:
    """A setting's value, for people."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if name == "mood" and value in MOODS:
        return MOODS[str(value)].title
    if name == "max_tempo_change" and isinstance(value, (int, float)):
        return f"{100 * value:g} %"
    return f"{value:g}" if isinstance(value, float) else str(value)


def seed_of(take: Take) -> int | None:
    """The seed that wrote the newest notes of a take."""
    seed = take.details.get("seed", take.settings.seed)
    return None if seed is None else int(seed)


def origin_words(document: Document, take: Take) -> str:
    """How a take came to be: "re-roll of Take 2"."""
    if is_draft(take):
        return tr("quick draft")
    parent = document.entry(take.parent)
    name = parent.name if parent is not None else tr("a take that is gone")
    match take.origin:
        case "reroll":
            return tr("re-roll of {}").format(name)
        case "fork":
            return tr("fork of {} after step {}").format(name, int(take.details.get("step", 0)) + 1)
        case "edit":
            return tr("{}, edited by hand").format(name)
        case "reconform":
            return tr("{}, for another cut").format(name)
    return ""


def hit_words(entry: TakeEntry) -> str:
    """Share of the starred hits that something lands on."""
    return "" if entry.hit_share is None else tr("{} % hits").format(round(100 * entry.hit_share))


def differences(before: GenerationSettings, after: GenerationSettings) -> list[tuple[str, str, str]]:
    """The settings in which two takes differ: name, before, after."""
    names = setting_names()
    told = []
    for field in fields(GenerationSettings):
        one, other = getattr(before, field.name), getattr(after, field.name)
        if one != other and field.name in names:
            told.append((names[field.name], value_words(field.name, one), value_words(field.name, other)))
    return told


def whole_words(document: Document, entry: TakeEntry, loudness_lufs: float | None) -> str:
    """Everything on a card, in one line, for tooltips and for those who listen to the screen."""
    take = entry.take
    parts = [entry.name, origin_words(document, take), hit_words(entry)]
    parts.append(tr("seed {}").format(seed_of(take)))
    parts.append(tr("{} notes").format(len(take.notes)))
    if loudness_lufs is not None:
        parts.append(with_minus(f"{loudness_lufs:.1f} LUFS"))
    if entry.starred:
        parts.append(tr("starred"))
    return ", ".join(part for part in parts if part)
