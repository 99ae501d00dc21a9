"""Colours, palette and style sheet of the studio: a calm dark theme and a light one, on Qt's Fusion style.

Colours are read when something is painted, `theme.colours().panel`: the theme may change while the window is open. Qt
then sends `QEvent.PaletteChange` to every widget; what keeps pictures of itself draws them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from diffbgm_gui.style_sheet import style_sheet


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme, as "#rrggbb".

    Attributes:
        window, panel, raised, sunken: grounds: around everything, of panels, of buttons, of fields and rolls.
        border, outline: lines between grounds, lines around what is pointed at.
        text, dim, faint: text, lesser text, text of what cannot be used now.
        accent, accent_hover, accent_ink: what is chosen or to be done next, and text upon it.
        error, warning, good: of messages.
        playhead, cut, star, marker, hit: on the time axis.
        lock, selection: regions of the roll.
        added, removed: notes after a re-roll.
        melody, inner, bass: the voices.
        black_key, white_key: of the keyboard.
        speech, motion, density, energy, register, tension: curves.
    """

    name: str
    window: str
    panel: str
    raised: str
    sunken: str
    border: str
    outline: str
    text: str
    dim: str
    faint: str
    accent: str
    accent_hover: str
    accent_ink: str
    error: str
    warning: str
    good: str
    playhead: str
    cut: str
    star: str
    marker: str
    hit: str
    lock: str
    selection: str
    added: str
    removed: str
    melody: str
    inner: str
    bass: str
    black_key: str
    white_key: str
    speech: str
    motion: str
    density: str
    energy: str
    register: str
    tension: str

    @property
    def voices(self) -> tuple[str, str, str]:
        """In the model's order: melody, inner, bass."""
        return self.melody, self.inner, self.bass

    @property
    def curves(self) -> dict[str, str]:
        """Of the curves that a user can draw."""
        return {name: getattr(self, name) for name in ("density", "energy", "register", "tension")}


DARK: Final = Colours(
    name="dark",
    window="#16181d", panel="#1c1f26", raised="#272b34", sunken="#111317", border="#30353f", outline="#596273",
    text="#e6e9ee", dim="#a3abb9", faint="#6b7484",
    accent="#6aa5f8", accent_hover="#82b4fa", accent_ink="#0d1420",
    error="#f28b82", warning="#f2c063", good="#7fd1a0",
    playhead="#f4f6fa", cut="#c9d2e0", star="#f6cf5c", marker="#c79bf2", hit="#7fd1a0",
    lock="#8b95a8", selection="#6aa5f8", added="#7fd1a0", removed="#f28b82",
    melody="#f5b25f", inner="#6fb0f5", bass="#6fcf97",
    black_key="#2b303a", white_key="#828a98",
    speech="#b9a2e8", motion="#8fb8c9", density="#6aa5f8", energy="#f29b7a", register="#9bd17f", tension="#e08fc0",
)  # fmt: skip
LIGHT: Final = Colours(
    name="light",
    window="#e8eaee", panel="#f3f4f7", raised="#ffffff", sunken="#fcfcfd", border="#cfd4dc", outline="#8b95a6",
    text="#1a1e26", dim="#525b6a", faint="#8a93a2",
    accent="#1d5fc2", accent_hover="#2c70d6", accent_ink="#ffffff",
    error="#b3261e", warning="#835300", good="#17703c",
    playhead="#14181f", cut="#4b5566", star="#b47a00", marker="#7a3fb5", hit="#17703c",
    lock="#6d7789", selection="#1d5fc2", added="#17803f", removed="#c0342b",
    melody="#d97a0f", inner="#2f7fd6", bass="#219a58",
    black_key="#3b414d", white_key="#ffffff",
    speech="#7b5fc4", motion="#3d7f99", density="#1d5fc2", energy="#c2542a", register="#4b8a2c", tension="#b0427f",
)  # fmt: skip
THEMES: Final = ("dark", "light", "system")

TEXT_PAIRS: Final = (
    *((ink, ground) for ink in ("text", "dim") for ground in ("window", "panel", "raised", "sunken")),
    *((ink, "raised") for ink in ("error", "warning", "good")),
    *(("accent", ground) for ground in ("panel", "raised", "sunken")),
    ("accent_ink", "accent"),
    ("accent_ink", "accent_hover"),
)
"""Every text on every ground on which the studio writes it; what cannot be used now is left out."""

_present = DARK


def colours() -> Colours:
    """The colours of the theme in force."""
    return _present


def voice_names() -> tuple[str, str, str]:
    """The voices in the model's order, for people."""
    from PySide6.QtCore import QCoreApplication

    translate = QCoreApplication.translate
    return translate("Voices", "Melody"), translate("Voices", "Inner"), translate("Voices", "Bass")


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours by WCAG 2, 1..21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def chosen(name: str) -> Colours:
    """The colours of a name of `THEMES`; "system" asks the desktop."""
    if name == "system":
        hints = QGuiApplication.styleHints()
        name = "light" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Light else "dark"
    return LIGHT if name == "light" else DARK


def apply_theme(app: QApplication, name: str = "dark") -> None:
    """Give an application the studio's look, at once."""
    global _present
    _present = c = chosen(name)
    app.setStyle("Fusion")
    app.setPalette(_palette(c))
    app.setStyleSheet(style_sheet(c))


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    roles = {
        role.Window: c.window, role.WindowText: c.text, role.Base: c.sunken, role.AlternateBase: c.panel,
        role.Text: c.text, role.PlaceholderText: c.dim, role.Button: c.raised, role.ButtonText: c.text,
        role.BrightText: c.error, role.ToolTipBase: c.raised, role.ToolTipText: c.text, role.Highlight: c.accent,
        role.HighlightedText: c.accent_ink, role.Link: c.accent, role.LinkVisited: c.accent, role.Mid: c.border,
        role.Dark: c.sunken, role.Light: c.raised, role.Accent: c.accent,
    }  # fmt: skip
    for which, colour in roles.items():
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.faint))
    return palette


def __getattr__(name: str) -> Any:
    """`theme.PANEL` is the present `colours().panel`."""
    if name == "VOICES":
        return tuple(zip(voice_names(), colours().voices, strict=True))
    if name.isupper() and hasattr(_present, name.lower()):
        return getattr(_present, name.lower())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def voice_colours() -> tuple[QColor, ...]:
    """The colours of the voices, in the model's order."""
    return tuple(QColor(colour) for colour in colours().voices)
