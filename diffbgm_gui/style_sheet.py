"""The studio's style sheet, from the colours of a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffbgm_gui.theme import Colours


def style_sheet(c: Colours) -> str:
    """The sheet of one theme."""
    return f"""
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: 5px 7px; }}
QMenuBar {{ background: transparent; padding: 0; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {c.raised}; }}
QMenu {{ background: {c.panel}; border: 1px solid {c.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.raised}; }}
QMenu::item:disabled {{ color: {c.faint}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 8px; }}
QStatusBar {{ background: {c.window}; color: {c.dim}; border-top: 1px solid {c.border}; }}
QStatusBar::item {{ border: none; }}
QWidget#bar {{ background: {c.window}; border-bottom: 1px solid {c.border}; }}
QWidget#panel {{ background: {c.panel}; }}
QWidget#foot {{ background: {c.window}; border-top: 1px solid {c.border}; }}
QLabel#title {{ color: {c.text}; font-weight: 600; }}
QLabel#dim, QLabel#hint {{ color: {c.dim}; }}
QLabel#section {{ color: {c.text}; font-weight: 600; }}
QLabel#bad {{ color: {c.error}; }}
QLabel#warned {{ color: {c.warning}; }}
QLabel#dim:disabled, QLabel#hint:disabled {{ color: {c.faint}; }}
QLabel#value {{ color: {c.text}; }}
QPushButton {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 5px; padding: 5px 14px; }}
QPushButton:hover {{ border-color: {c.outline}; }}
QPushButton:pressed {{ background: {c.panel}; }}
QPushButton:disabled {{ color: {c.faint}; background: {c.panel}; }}
QPushButton:focus {{ border-color: {c.accent}; }}
QPushButton#primary {{ background: {c.accent}; color: {c.accent_ink}; border-color: {c.accent}; font-weight: 600; }}
QPushButton#primary:hover {{ background: {c.accent_hover}; }}
QPushButton#primary:disabled {{ background: {c.raised}; color: {c.faint}; border-color: {c.border}; }}
QPushButton#flat {{ background: transparent; border-color: transparent; padding: 4px 8px; }}
QPushButton#flat:hover {{ background: {c.raised}; }}
QPushButton#flat:focus {{ border-color: {c.accent}; }}
QPushButton#flat:checked {{ background: {c.raised}; color: {c.accent}; }}
QPushButton::menu-indicator {{ width: 0; }}
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{
  background: {c.sunken}; border: 1px solid {c.border}; border-radius: 5px; padding: 4px 8px; min-height: 18px;
  selection-background-color: {c.accent}; selection-color: {c.accent_ink}; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: none; padding: 0; min-height: 0; }}
QSpinBox, QDoubleSpinBox {{ padding: 2px 18px 2px 2px; }}
QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover, QLineEdit:hover {{ border-color: {c.outline}; }}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {{ border-color: {c.accent}; }}
QComboBox::drop-down {{ border: none; background: transparent; width: 22px; }}
QListView#plain {{ border: none; border-radius: 0; background: {c.panel}; }}
QComboBox QAbstractItemView {{ background: {c.panel}; border: 1px solid {c.border}; padding: 3px; outline: none; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
  width: 18px; border: none; background: transparent; }}
QSpinBox::up-button:hover, QSpinBox::down-button:hover, QDoubleSpinBox::up-button:hover,
QDoubleSpinBox::down-button:hover {{ background: {c.raised}; border-radius: 3px; }}
QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; background: {c.border}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.outline}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {c.text}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
QSlider::handle:horizontal:disabled {{ background: {c.faint}; }}
QProgressBar {{ background: {c.border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.border}; }}
QTabBar {{ background: {c.panel}; }}
QTabBar::tab {{ background: {c.panel}; color: {c.dim}; padding: 6px 16px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QScrollArea {{ border: none; background: {c.panel}; }}
QScrollBar:vertical {{ background: transparent; width: 9px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 9px; margin: 0; }}
QScrollBar::handle {{ background: {c.border}; border-radius: 4px; min-width: 28px; min-height: 28px; }}
QScrollBar::handle:hover {{ background: {c.outline}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  width: 0; height: 0; background: none; }}
QSplitter::handle {{ background: {c.border}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px; }}
QToolButton:hover {{ background: {c.raised}; }}
QToolButton:focus {{ border-color: {c.accent}; }}
QToolButton:checked {{ background: {c.raised}; color: {c.accent}; }}
QToolButton#letter {{ border-color: {c.border}; border-radius: 4px; padding: 0; font-size: 11px; }}
QToolButton#letter:checked {{ background: {c.accent}; border-color: {c.accent}; color: {c.accent_ink}; }}
QToolButton#letter:focus {{ border-color: {c.accent}; }}
QToolButton::menu-button {{ border: none; width: 15px; }}
QToolButton:disabled {{ color: {c.faint}; }}
QGroupBox {{ border: 1px solid {c.border}; border-radius: 6px; margin-top: 10px; padding: 10px 8px 8px 8px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 10px; padding: 0 4px; color: {c.dim}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {c.accent}; }}
QPlainTextEdit, QTextEdit, QTextBrowser, QListView, QTreeView, QTableView {{
  background: {c.sunken}; border: 1px solid {c.border}; border-radius: 5px;
  selection-background-color: {c.accent}; selection-color: {c.accent_ink}; }}
QListView:focus, QTreeView:focus, QTableView:focus, QTextBrowser:focus {{ border-color: {c.accent}; }}
QHeaderView::section {{ background: {c.panel}; color: {c.dim}; border: none; border-bottom: 1px solid {c.border};
  padding: 4px 8px; }}
QDialog {{ background: {c.panel}; }}
QLabel#heading {{ color: {c.text}; font-size: 17px; font-weight: 600; }}
QLabel#key {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 4px; padding: 1px 7px; }}
QTabBar::tab:focus {{ color: {c.accent}; }}
"""
