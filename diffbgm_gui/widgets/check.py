"""A check box that can be seen in both themes: Fusion's empty one has hardly an edge on our grounds."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from diffbgm_gui import theme
from diffbgm_gui.icons import icon

_BOX_PX: Final = 16
_GAP_PX: Final = 8


class Check(QCheckBox):
    """On or off, with a few words."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        wide = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(_BOX_PX + _GAP_PX + wide + 4, max(22, self.fontMetrics().height() + 4))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def hitButton(self, at: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        c, can, is_on = theme.colours(), self.isEnabled(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1.5, (self.height() - _BOX_PX) / 2 + 0.5, _BOX_PX - 1, _BOX_PX - 1)
        edge = c.accent if (is_on or self.hasFocus() or self.underMouse()) and can else c.outline if can else c.border
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() and not is_on else 1))
        painter.setBrush(QColor(c.accent if is_on and can else c.border if is_on else c.sunken))
        painter.drawRoundedRect(box, 3, 3)
        if is_on:
            icon("check", colour="accent_ink" if can else "dim").paint(painter, box.toRect().adjusted(1, 1, 0, 0))
        painter.setPen(QColor((c.accent if self.hasFocus() else c.text) if can else c.faint))
        words = QRectF(_BOX_PX + _GAP_PX, 0, self.width() - _BOX_PX - _GAP_PX, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic
        painter.drawText(words, int(flags), self.text())
