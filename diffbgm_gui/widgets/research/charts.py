"""Charts of the Research tab: what the steps did, a take beside real music, curves as asked and achieved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.widgets.answering import answer_first
from diffbgm_gui.widgets.panel.names import MEASURES, ROWS, UNITS, named

if TYPE_CHECKING:
    from engine.music.curves import Agreement
    from engine.music.measures import Finding
    from engine.unfolding import StepFigures

SMALL_PX: Final = 11


def tr(text: str) -> str:
    """A text of the charts in the user's language."""
    return QCoreApplication.translate("Research", text)


class Chart(QWidget):
    """A painted widget with words for what lies under the pointer; it can take the focus, to be read out.

    `own_keys` mean it while it has the focus, though the window has shortcuts on some of them.
    """

    own_keys: frozenset[int] = frozenset()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        answer_first(self, self.answers)

    def draw(self, painter: QPainter) -> None:
        raise NotImplementedError

    def words_at(self, at: QPointF) -> str:
        """What lies there."""
        return ""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        self.draw(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.colours().accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(event.key() in self.own_keys and event.modifiers() == Qt.KeyboardModifier.NoModifier)
            return event.isAccepted()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return False


class StepsChart(Chart):
    """For each denoising step: notes that it adds above the line, notes that it drops below, and how much is settled.

    Heights are square roots, or the first step would hide the others. `chosen(step)`: look at this one in the roll.
    """

    chosen = Signal(int)
    own_keys = frozenset({int(Qt.Key.Key_Left), int(Qt.Key.Key_Right)})

    def __init__(self) -> None:
        super().__init__(tr("Notes added and dropped in each denoising step"))
        self._at: int | None = None
        self.figures: tuple[StepFigures, ...] = ()
        self.t0 = 0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, 132)

    def show_figures(self, figures: tuple[StepFigures, ...], t0: int) -> None:
        """Draw other steps."""
        self.figures, self.t0 = figures, t0
        births, deaths = sum(f.births for f in figures), sum(f.deaths for f in figures)
        told = tr("{} steps, {} notes added and {} dropped on the way, {} in the end.")
        last = figures[-1].notes if figures else 0
        self.setAccessibleDescription(told.format(len(figures), births, deaths, last))
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(4, 18, -4, -18)

    def _bar(self) -> float:
        return self._plot().width() / max(1, len(self.figures))

    def draw(self, painter: QPainter) -> None:
        c, plot, bar = theme.colours(), self._plot(), self._bar()
        painter.fillRect(plot, QColor(c.sunken))
        if not self.figures:
            return
        most_up = math.sqrt(max(1, *(f.births for f in self.figures)))
        most_down = math.sqrt(max(1, *(f.deaths for f in self.figures)))
        zero = plot.top() + plot.height() * most_up / (most_up + most_down)
        unit = plot.height() / (most_up + most_down)
        gap = 1.0 if bar > 3 else 0.0
        for i, figures in enumerate(self.figures):
            x = plot.left() + i * bar
            up, down = math.sqrt(figures.births) * unit, math.sqrt(figures.deaths) * unit
            painter.fillRect(QRectF(x, zero - up, bar - gap, up), _muted(c.added))
            painter.fillRect(QRectF(x, zero, bar - gap, down), _muted(c.removed))
        if self._at is not None:
            painter.setPen(QPen(QColor(c.text), 1.2))
            painter.drawRect(QRectF(plot.left() + self._at * bar, plot.top(), bar, plot.height()))
        painter.setPen(QPen(QColor(c.outline), 1))
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero))
        self._draw_settled(painter, plot, bar)
        self._draw_t0(painter, plot, bar)
        self._draw_legend(painter, plot)

    def _draw_settled(self, painter: QPainter, plot: QRectF, bar: float) -> None:
        points = [
            QPointF(plot.left() + (i + 0.5) * bar, plot.bottom() - 2 - f.settled * (plot.height() - 4))
            for i, f in enumerate(self.figures)
            if not math.isnan(f.settled)
        ]
        painter.setPen(QPen(QColor(theme.colours().text), 1.6))
        painter.drawPolyline(QPolygonF(points))

    def _draw_t0(self, painter: QPainter, plot: QRectF, bar: float) -> None:
        before = sum(f.paper_t > self.t0 for f in self.figures)
        x = plot.left() + before * bar
        painter.setPen(QPen(QColor(theme.colours().accent), 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(QColor(theme.colours().accent))
        words = f"t0 = {self.t0}"
        wide = painter.fontMetrics().horizontalAdvance(words)
        left = min(max(plot.left(), x - wide / 2), plot.right() - wide)
        painter.drawText(QPointF(left, plot.top() - 5), words)

    def _draw_legend(self, painter: QPainter, plot: QRectF) -> None:
        c, x = theme.colours(), plot.left()
        y = plot.bottom() + 13
        for words, colour in ((tr("added"), c.added), (tr("dropped"), c.removed), (tr("settled"), c.text)):
            painter.fillRect(QRectF(x, y - 7, 8, 7 if colour != c.text else 2), QColor(colour))
            painter.setPen(QColor(c.dim))
            painter.drawText(QPointF(x + 12, y), words)
            x += 24 + painter.fontMetrics().horizontalAdvance(words)
        words = tr("{} notes").format(self.figures[-1].notes)
        painter.drawText(QPointF(plot.right() - painter.fontMetrics().horizontalAdvance(words), y), words)

    def _step_at(self, at: QPointF) -> int | None:
        i = int((at.x() - self._plot().left()) // self._bar())
        return i if 0 <= i < len(self.figures) else None

    def mark(self, step: int | None) -> None:
        """Frame the step that is looked at."""
        if step != self._at:
            self._at = step if step is not None and step < len(self.figures) else None
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        step = self._step_at(event.position())
        if step is not None:
            self.chosen.emit(step)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        move = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Right): 1}.get(event.key())
        if move is None or not self.figures:
            super().keyPressEvent(event)
            return
        last = len(self.figures) - 1
        self.chosen.emit(min(max(0, (last if self._at is None else self._at) + move), last))

    def words_at(self, at: QPointF) -> str:
        i = self._step_at(at)
        if i is None:
            return ""
        f = self.figures[i]
        told = tr("Step {} of {}, noise level {}\n{} notes: {} added, {} dropped\n{} % of the final notes are there")
        settled = "–" if math.isnan(f.settled) else round(100 * f.settled)
        return told.format(i + 1, len(self.figures), round(f.paper_t), f.notes, f.births, f.deaths, settled)


def _muted(colour: str) -> QColor:
    """A colour for areas, calmer than for lines."""
    made = QColor(colour)
    made.setAlphaF(0.72)
    return made


class MeasureRows(Chart):
    """Measures of a take, each against nine tenths of real music."""

    _ROW_PX: Final = 26

    def __init__(self) -> None:
        super().__init__(tr("Measures of the take beside real music"))
        self.findings: tuple[Finding, ...] = ()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, self._ROW_PX * max(1, len(self.findings)))

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Draw other measures."""
        self.findings = findings
        self.setAccessibleDescription("\n".join(self._words(finding) for finding in findings))
        self.updateGeometry()
        self.update()

    def _value(self, finding: Finding) -> str:
        return "–" if math.isnan(finding.value) else f"{finding.value:.{finding.decimals}f}"

    def _words(self, finding: Finding) -> str:
        name, unit = named(MEASURES)(finding.name), named(UNITS)(finding.unit)
        told = f"{name}: {self._value(finding)} {unit}".strip()
        if finding.real is None:
            return told
        digits = finding.decimals
        low, middle, high = (f"{x:.{digits}f}" for x in (finding.real.low, finding.real.middle, finding.real.high))
        return told + "\n" + tr("Real music: {} to {}, mostly near {}").format(low, high, middle)

    def words_at(self, at: QPointF) -> str:
        i = int(at.y() / self._ROW_PX)
        return self._words(self.findings[i]) if 0 <= i < len(self.findings) else ""

    def draw(self, painter: QPainter) -> None:
        c, metrics = theme.colours(), painter.fontMetrics()
        names = [named(MEASURES)(finding.name) for finding in self.findings]
        wide = max((metrics.horizontalAdvance(name) for name in names), default=0) + 10
        right = max((metrics.horizontalAdvance(self._value(f)) for f in self.findings), default=0) + 8
        for i, finding in enumerate(self.findings):
            row = QRectF(0, i * self._ROW_PX, self.width(), self._ROW_PX)
            painter.setPen(QColor(c.dim))
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            painter.drawText(row.adjusted(4, 0, 0, 0), flags, names[i])
            is_outside = finding.place in ("below", "above")
            painter.setPen(QColor(c.warning if is_outside else c.text))
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
            painter.drawText(row.adjusted(0, 0, -4, 0), flags, self._value(finding))
            self._draw_range(painter, row.adjusted(wide + 4, 0, -right - 6, 0), finding)

    def _draw_range(self, painter: QPainter, place: QRectF, finding: Finding) -> None:
        c, real = theme.colours(), finding.real
        if real is None or place.width() < 20:
            return
        values = [real.low, real.high] + ([] if math.isnan(finding.value) else [finding.value])
        spread = max(max(values) - min(values), 1e-6)
        low, high = min(values) - 0.12 * spread, max(values) + 0.12 * spread

        def x(value: float) -> float:
            return place.left() + (value - low) / (high - low) * place.width()

        y = place.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.sunken))
        painter.drawRoundedRect(QRectF(place.left(), y - 3, place.width(), 6), 3, 3)
        painter.setBrush(QColor(c.border))
        band = QRectF(x(real.low), y - 3, max(4.0, x(real.high) - x(real.low)), 6)
        painter.drawRoundedRect(band, 3, 3)
        painter.setBrush(QColor(c.outline))
        painter.drawRect(QRectF(x(real.middle) - 0.75, y - 5, 1.5, 10))
        if not math.isnan(finding.value):
            painter.setPen(QPen(QColor(c.panel), 1.5))
            painter.setBrush(QColor(c.accent if finding.place == "within" else c.warning))
            painter.drawEllipse(QPointF(x(finding.value), y), 4.5, 4.5)


class AgreementChart(Chart):
    """Drawn curves: as asked (dashed) and as achieved, each in its own range."""

    _ROW_PX: Final = 50

    def __init__(self) -> None:
        super().__init__(tr("Drawn curves as asked and as achieved"))
        self.agreements: tuple[Agreement, ...] = ()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, self._ROW_PX * max(1, len(self.agreements)))

    def show_agreements(self, agreements: tuple[Agreement, ...]) -> None:
        """Draw other curves."""
        self.agreements = agreements
        self.setAccessibleDescription("\n".join(map(self._words, agreements)))
        self.updateGeometry()
        self.update()

    def _words(self, agreement: Agreement) -> str:
        name = named(ROWS)(agreement.name)
        if math.isnan(agreement.rho):
            return tr("{}: level as asked, so there is no rise and fall to compare").format(name)
        return tr("{}: the music rises and falls with the curve by {} (rank correlation, 1 is perfect)").format(
            name, f"{agreement.rho:.2f}"
        )

    def words_at(self, at: QPointF) -> str:
        i = int(at.y() / self._ROW_PX)
        return self._words(self.agreements[i]) if 0 <= i < len(self.agreements) else ""

    def draw(self, painter: QPainter) -> None:
        c = theme.colours()
        for i, agreement in enumerate(self.agreements):
            top = i * self._ROW_PX
            painter.setPen(QColor(c.dim))
            painter.drawText(QPointF(4, top + 12), named(ROWS)(agreement.name))
            rho = "ρ –" if math.isnan(agreement.rho) else f"ρ {agreement.rho:.2f}"
            painter.setPen(QColor(c.text))
            painter.drawText(QPointF(self.width() - 4 - painter.fontMetrics().horizontalAdvance(rho), top + 12), rho)
            place = QRectF(4, top + 17, self.width() - 8, self._ROW_PX - 21)
            painter.fillRect(place, QColor(c.sunken))
            colour = QColor(c.curves.get(agreement.name, c.accent))
            got = agreement.got
            span = max(float(got.max() - got.min()), 1e-6)
            _draw_line(painter, place, (got - got.min()) / span, QPen(colour, 1.6))
            _draw_line(painter, place, agreement.asked, QPen(QColor(c.text), 1.2, Qt.PenStyle.DashLine))


def _draw_line(painter: QPainter, place: QRectF, values: Sequence[float] | Any, pen: QPen) -> None:
    n = max(1, len(values) - 1)
    every = max(1, len(values) // max(1, int(place.width())))
    points = [
        QPointF(place.left() + i / n * place.width(), place.bottom() - 3 - float(values[i]) * (place.height() - 6))
        for i in range(0, len(values), every)
    ]
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(points))
