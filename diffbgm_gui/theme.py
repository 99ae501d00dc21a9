"""Colours, palette and style sheet of the studio: one calm dark theme on Qt's Fusion style."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

WINDOW: Final = "#16181d"
PANEL: Final = "#1c1f26"
RAISED: Final = "#272b34"
SUNKEN: Final = "#111317"
BORDER: Final = "#30353f"
TEXT: Final = "#e6e9ee"
DIM: Final = "#a3abb9"
FAINT: Final = "#5d6573"
ACCENT: Final = "#6aa5f8"
ACCENT_INK: Final = "#0d1420"
ERROR: Final = "#f28b82"
WARNING: Final = "#f2c063"
GOOD: Final = "#7fd1a0"
PLAYHEAD: Final = "#f4f6fa"
CUT: Final = "#c9d2e0"

VOICES: Final = (("Melody", "#f5b25f"), ("Inner", "#6fb0f5"), ("Bass", "#6fcf97"))
"""The model's voices, in its order, and their colours."""

_ROLES: Final = (
    (QPalette.ColorRole.Window, WINDOW),
    (QPalette.ColorRole.WindowText, TEXT),
    (QPalette.ColorRole.Base, SUNKEN),
    (QPalette.ColorRole.AlternateBase, PANEL),
    (QPalette.ColorRole.Text, TEXT),
    (QPalette.ColorRole.PlaceholderText, DIM),
    (QPalette.ColorRole.Button, RAISED),
    (QPalette.ColorRole.ButtonText, TEXT),
    (QPalette.ColorRole.BrightText, ERROR),
    (QPalette.ColorRole.ToolTipBase, RAISED),
    (QPalette.ColorRole.ToolTipText, TEXT),
    (QPalette.ColorRole.Highlight, ACCENT),
    (QPalette.ColorRole.HighlightedText, ACCENT_INK),
    (QPalette.ColorRole.Link, ACCENT),
    (QPalette.ColorRole.Mid, BORDER),
    (QPalette.ColorRole.Dark, SUNKEN),
    (QPalette.ColorRole.Light, RAISED),
)

_SHEET: Final = f"""
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {BORDER}; padding: 5px 7px; }}
QMenuBar {{ background: {WINDOW}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {RAISED}; }}
QMenu {{ background: {PANEL}; border: 1px solid {BORDER}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {RAISED}; }}
QMenu::item:disabled {{ color: {FAINT}; }}
QMenu::separator {{ height: 1px; background: {BORDER}; margin: 4px 8px; }}
QStatusBar {{ background: {WINDOW}; color: {DIM}; border-top: 1px solid {BORDER}; }}
QStatusBar::item {{ border: none; }}
QWidget#bar {{ background: {WINDOW}; border-bottom: 1px solid {BORDER}; }}
QWidget#panel {{ background: {PANEL}; }}
QLabel#title {{ color: {TEXT}; font-weight: 600; }}
QLabel#dim, QLabel#hint {{ color: {DIM}; }}
QLabel#value {{ color: {TEXT}; }}
QPushButton {{ background: {RAISED}; border: 1px solid {BORDER}; border-radius: 5px; padding: 5px 14px; }}
QPushButton:hover {{ border-color: {FAINT}; }}
QPushButton:pressed {{ background: {PANEL}; }}
QPushButton:disabled {{ color: {FAINT}; background: {PANEL}; }}
QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton#primary {{ background: {ACCENT}; color: {ACCENT_INK}; border-color: {ACCENT}; font-weight: 600; }}
QPushButton#primary:hover {{ background: #82b4fa; }}
QPushButton#primary:disabled {{ background: {RAISED}; color: {FAINT}; border-color: {BORDER}; }}
QPushButton#flat {{ background: transparent; border-color: transparent; padding: 4px 8px; }}
QPushButton#flat:hover {{ background: {RAISED}; }}
QPushButton#flat:focus {{ border-color: {ACCENT}; }}
QPushButton#flat:checked {{ background: {RAISED}; color: {ACCENT}; }}
QPushButton::menu-indicator {{ width: 0; }}
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{
  background: {SUNKEN}; border: 1px solid {BORDER}; border-radius: 5px; padding: 4px 8px; min-height: 18px;
  selection-background-color: {ACCENT}; selection-color: {ACCENT_INK}; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: none; padding: 0; min-height: 0; }}
QSpinBox, QDoubleSpinBox {{ padding: 2px; }}
QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover, QLineEdit:hover {{ border-color: {FAINT}; }}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {{ border-color: {ACCENT}; }}
QComboBox QAbstractItemView {{ background: {PANEL}; border: 1px solid {BORDER}; padding: 3px; outline: none; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
  width: 0; border: none; }}
QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; background: {SUNKEN}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {FAINT}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {TEXT}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {ACCENT}; }}
QSlider::handle:horizontal:disabled {{ background: {FAINT}; }}
QProgressBar {{ background: {SUNKEN}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {BORDER}; }}
QTabBar {{ background: {PANEL}; }}
QTabBar::tab {{ background: {PANEL}; color: {DIM}; padding: 8px 16px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {TEXT}; border-bottom-color: {ACCENT}; }}
QTabBar::tab:hover {{ color: {TEXT}; }}
QScrollArea {{ border: none; background: {PANEL}; }}
QScrollBar:vertical {{ background: transparent; width: 9px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 9px; margin: 0; }}
QScrollBar::handle {{ background: {RAISED}; border-radius: 4px; min-width: 28px; min-height: 28px; }}
QScrollBar::handle:hover {{ background: {FAINT}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  width: 0; height: 0; background: none; }}
QSplitter::handle {{ background: {BORDER}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
"""


def apply_theme(app: QApplication) -> None:
    """Give an application the studio's look."""
    app.setStyle("Fusion")
    palette = QPalette()
    for role, colour in _ROLES:
        palette.setColor(role, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(disabled, role, QColor(FAINT))
    app.setPalette(palette)
    app.setStyleSheet(_SHEET)


def voice_colours() -> tuple[QColor, ...]:
    """The colours of the voices, in the model's order."""
    return tuple(QColor(colour) for _, colour in VOICES)
