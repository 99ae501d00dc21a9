"""Which part of the film is written: all of it, or from in to out."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from diffbgm_gui.widgets.export.words import tr
from diffbgm_gui.widgets.panel.controls import Drop

Span = tuple[Fraction, Fraction]
_FIELD_PX = 92


class RangeForm(QWidget):
    """A choice and two times, which begin with the range of the timeline. `edited` when one was changed.

    Args:
        range_s: [in, out) that the timeline holds; without one there is nothing to choose.
        duration_s: of the film.
        frame_rate: of the film; nothing shorter than a frame can be written.
    """

    edited = Signal()

    def __init__(self, range_s: Span | None, duration_s: Fraction, frame_rate: Fraction) -> None:
        super().__init__()
        self._duration_s, self._frame_s = duration_s, 1 / frame_rate if frame_rate > 0 else Fraction(1, 25)
        self._given = range_s
        self.choice = Drop()
        self.choice.addItem(tr("Whole film"), "all")
        self.choice.addItem(tr("In to out"), "range")
        self.choice.setAccessibleName(tr("Range"))
        self.begin = self._field(tr("In"), tr("Where the files begin, as minutes:seconds"))
        self.end = self._field(tr("Out"), tr("Where the files end, as minutes:seconds"))
        self.note = QLabel()
        self.note.setObjectName("hint")
        self.note.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(5, 1)
        grid.addWidget(self.choice, 0, 0)
        for column, (title, field) in enumerate(((tr("In"), self.begin), (tr("Out"), self.end))):
            label = QLabel(title)
            label.setObjectName("dim")
            label.setBuddy(field)
            grid.addWidget(label, 0, 1 + 2 * column)
            grid.addWidget(field, 0, 2 + 2 * column)
        grid.addWidget(self.note, 1, 0, 1, 6)
        self.choice.setEnabled(range_s is not None)
        self.choice.currentIndexChanged.connect(self._changed)
        for field, time_s in zip((self.begin, self.end), range_s or (Fraction(0), duration_s), strict=True):
            field.setText(time_text(time_s))
            field.textChanged.connect(self._changed)
        self._follow()

    def _field(self, title: str, tip: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(title)
        field.setAccessibleDescription(tip)
        field.setToolTip(tip)
        field.setFixedWidth(_FIELD_PX)
        field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return field

    @property
    def is_part(self) -> bool:
        """Whether a part is chosen."""
        return self._given is not None and self.choice.currentData() == "range"

    def value(self) -> Span | None:
        """[in, out) in seconds of the film; None for all of it, and for times that make no sense."""
        return self._times() if self.is_part and not self.problem() else None

    def problem(self) -> str:
        """Why this is no range, in one sentence; empty where it is."""
        if not self.is_part:
            return ""
        times = self._times()
        if times is None:
            return tr("Give in and out as minutes:seconds, as in 1:02.5.")
        if times[0] >= self._duration_s:
            return tr("In lies behind the end of the film.")
        if times[1] - times[0] < self._frame_s:
            return tr("Out must lie behind in.")
        if times[1] > self._duration_s + self._frame_s:
            return tr("Out lies behind the end of the film.")
        return ""

    def _times(self) -> Span | None:
        """Both times; one that was not touched is exact, not as its text rounds it."""
        assert self._given is not None
        found = []
        for field, given in zip((self.begin, self.end), self._given, strict=True):
            time_s = given if field.text() == time_text(given) else time_of(field.text())
            if time_s is None:
                return None
            found.append(time_s)
        return found[0], found[1]

    def _changed(self) -> None:
        self._follow()
        self.edited.emit()

    def _follow(self) -> None:
        for field in (self.begin, self.end):
            field.setEnabled(self.is_part)
        if self._given is None:
            said = tr("There is no range: set in and out on the timeline first, with I and O.")
        elif self.is_part and (part := self.value()) is not None:
            said = tr("{} s of the film, its music, stems and notes").format(f"{float(part[1] - part[0]):.2f}")
        else:
            said = ""
        self.note.setText(said)
        self.choice.setToolTip(said if self._given is None else tr("How much of the film is written"))
        self.choice.setAccessibleDescription(said)


def time_text(time_s: Fraction) -> str:
    """A time as m:ss.cc, or h:mm:ss.cc."""
    hundredths = round(time_s * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 100:02d}.{rest % 100:02d}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def time_of(text: str) -> Fraction | None:
    """A time in seconds of "62.5", "1:02.5" or "0:01:02.5"; None for anything else."""
    parts = text.strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3 or not all(part and part.replace(".", "", 1).isdecimal() for part in parts):
        return None
    total = Fraction(0)
    try:
        for part in parts:
            total = total * 60 + Fraction(part)
    except ValueError:
        return None
    return total
