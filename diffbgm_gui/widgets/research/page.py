"""The Research tab: how the take took shape, how it compares, what it followed, and what t0 and k would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from diffbgm_gui.document import hit_share, with_settings
from diffbgm_gui.languages import in_one, in_words
from diffbgm_gui.studio_events import StepsFailed, StepsReady
from diffbgm_gui.study_events import SheetCell, SheetChanged, StepsCharted, StudyWritten, TakeMeasured
from diffbgm_gui.widgets.panel.controls import calm
from diffbgm_gui.widgets.research.charts import AgreementChart, MeasureRows, StepsChart
from diffbgm_gui.widgets.research.contact_sheet import ContactSheet
from diffbgm_gui.widgets.research.heat_map import HeatMap
from engine.wording import Told

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

FORMS: Final = (".gif", ".mp4", ".npz", ".csv")


class ResearchPage(QScrollArea):
    """See the module. Nothing is worked out before the tab is looked at."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self._take: str | None = None
        self._asked_steps: str | None = None
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("panel")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(14, 12, 10, 14)
        self._column.setSpacing(5)
        self.setWidget(body)
        self._add_steps()
        self._add_measures()
        self._add_rows()
        self._add_sheet()
        self._column.addStretch(1)
        studio.document_changed.connect(lambda _document: self._refresh())
        studio.state_changed.connect(lambda _state: self._show_sheet())
        studio.shown_changed.connect(self._show_rows)
        studio.event.connect(self._heard)
        self._show_all()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _heading(self, title: str, *buttons: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 10 if self._column.count() else 0, 0, 0)
        label = QLabel(title)
        label.setObjectName("section")
        row.addWidget(label, 1)
        for button in buttons:
            row.addWidget(button)
        self._column.addLayout(row)

    def _note(self) -> QLabel:
        label = QLabel()
        label.setObjectName("hint")
        label.setWordWrap(True)
        self._column.addWidget(label)
        return label

    def _add_steps(self) -> None:
        self.export = QPushButton(self.tr("Export"))
        self.export.setToolTip(self.tr("Write the steps as a moving picture, as arrays or as a table"))
        menu = QMenu(self.export)
        titles = {
            ".gif": self.tr("Moving picture, GIF…"),
            ".mp4": self.tr("Film, MP4…"),
            ".npz": self.tr("Arrays, NPZ…"),
            ".csv": self.tr("Table, CSV…"),
        }
        for suffix in FORMS:
            menu.addAction(titles[suffix]).triggered.connect(lambda _on=False, s=suffix: self._export(s))
        self.export.setMenu(menu)
        calm(self.export)
        self._heading(self.tr("How it took shape"), self.export)
        self.steps = StepsChart()
        self.steps.chosen.connect(self.studio.show_step)
        self._column.addWidget(self.steps)
        self.steps_said = self._note()

    def _add_measures(self) -> None:
        self._heading(self.tr("Beside real music"))
        self.measures = MeasureRows()
        self._column.addWidget(self.measures)
        self.measures_said = self._note()
        self.agreements = AgreementChart()
        self._column.addWidget(self.agreements)
        self.agreements_said = self._note()

    def _add_rows(self) -> None:
        self._heading(self.tr("What it follows"))
        self.rows = HeatMap()
        self._column.addWidget(self.rows)
        self.rows_said = self._note()

    def _add_sheet(self) -> None:
        self.begin = QPushButton(self.tr("Compose"))
        self.begin.clicked.connect(self._begin_or_stop)
        calm(self.begin)
        self._heading(self.tr("t0 and k"), self.begin)
        self.sheet_said = self._note()
        self.sheet = ContactSheet()
        self._column.addWidget(self.sheet)
        self.keep = QPushButton(self.tr("Keep"))
        self.keep.setToolTip(self.tr("Hang this small take on the wall, to hear it and to go on with it"))
        self.in_full = QPushButton(self.tr("In full"))
        self.in_full.setToolTip(self.tr("Compose the whole with this t0 and k, and the seed of the small takes"))
        self.take_over = QPushButton(self.tr("Set t0 and k"))
        self.take_over.setToolTip(self.tr("Set the two sliders of the Engine tab as here"))
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.keep, self.in_full, self.take_over):
            calm(button)
            row.addWidget(button)
        row.addStretch(1)
        self._column.addLayout(row)
        self.sheet.turned.connect(lambda _t0, _k: self._show_sheet())
        self.sheet.kept.connect(lambda _t0, _k: self._keep())
        self.keep.clicked.connect(self._keep)
        self.in_full.clicked.connect(self._compose_in_full)
        self.take_over.clicked.connect(self._set_sliders)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._show_all()

    def _show_all(self) -> None:
        self._take = None
        self._refresh()
        self._show_rows()
        self._show_sheet()

    def _refresh(self) -> None:
        """Look at the take that is heard now, if anyone looks."""
        self._show_sheet()
        take = self.studio.document.take
        name = None if take is None else take.id
        if name == self._take:
            return
        self.steps.show_figures((), 0)
        self.measures.show_findings(())
        self.agreements.show_agreements(())
        if take is None or not self.isVisible():
            self._take = None
            self._say_nothing(take is None)
            return
        self._take = name
        self.steps_said.setText(self.tr("Working out the steps…"))
        self.studio.measure_take(take)
        if self.studio.steps(take.id):
            self.studio.chart_steps(take.id)
        else:
            self.studio.load_steps()
        self._show_parts()

    def _say_nothing(self, is_empty: bool) -> None:
        nothing = self.tr("Compose music to look closer at it.") if is_empty else ""
        self.steps_said.setText(nothing)
        self.measures_said.setText(nothing)
        self.agreements_said.setText("")
        self._show_parts()

    def _show_parts(self) -> None:
        self.steps.setVisible(bool(self.steps.figures))
        self.measures.setVisible(bool(self.measures.findings))
        self.agreements.setVisible(bool(self.agreements.agreements))
        self.export.setEnabled(bool(self.steps.figures))
        for label in (self.steps_said, self.measures_said, self.agreements_said):
            label.setVisible(bool(label.text()))

    def _show_rows(self) -> None:
        if not self.isVisible():
            return
        self.steps.mark(None if self.studio.shown.is_live else self.studio.shown.step)
        plan = self.studio.shown.plan
        self.rows.show_plan(plan)
        self.rows.setVisible(bool(plan))
        self.rows_said.setText(
            self.tr("Each row in its own range, bar by bar. Point at it for values.")
            if plan
            else self.tr("Compose music to see what the picture asks for.")
        )

    def _show_sheet(self) -> None:
        studio, sheet = self.studio, self.studio.sheet
        settings = studio.document.settings
        running = sheet is not None and sheet.is_running
        self.begin.setText(self.tr("Stop") if running else self.tr("Compose"))
        self.begin.setToolTip(
            self.tr("Stop at once; what is there stays")
            if running
            else self.tr("Compose nine small takes, whenever the engine has nothing else to do")
        )
        self.begin.setEnabled(running or studio.state.signals is not None)
        self.sheet.setVisible(sheet is not None)
        self.sheet.show_sheet(sheet, (settings.t0, settings.k))
        at = self.sheet.at
        there = sheet is not None and at is not None and sheet.cells.get(at) is not None
        for button in (self.keep, self.in_full, self.take_over):
            button.setVisible(sheet is not None)
        self.keep.setEnabled(there)
        self.in_full.setEnabled(at is not None and studio.state.can_generate)
        self.take_over.setEnabled(at is not None and at != (settings.t0, settings.k))
        if sheet is None:
            told = self.tr("Nine small takes of the first seconds show what the two sliders do with this film.")
        elif running and studio.state.is_busy:
            told = self.tr("Waiting until the engine is free…")
        elif running:
            told = self.tr("{} of {} small takes").format(len(sheet.cells), sheet.n_cells)
        else:
            told = self._of_cell(at) if at is not None else self.tr("Same seed throughout. Click one to go on with it.")
        self.sheet_said.setText(told)

    def _of_cell(self, at: tuple[int, int]) -> str:
        """What there is to say of a cell."""
        sheet = self.studio.sheet
        take = None if sheet is None else sheet.cells.get(at)
        name = f"t0 {at[0]}, k {at[1]}"
        if take is None:
            return f"{name}: " + self.tr("not composed")
        share = hit_share(take)
        hits = "" if share is None else ", " + self.tr("{} % of the hits").format(round(100 * share))
        return f"{name}: " + self.tr("{} notes").format(len(take.notes)) + hits

    # -- what is heard ---------------------------------------------------------------------------------------------

    def _heard(self, event: Any) -> None:
        match event:
            case StepsReady(take_id=take_id, noisy=False) if take_id == self._take:
                self.studio.chart_steps(take_id)
            case StepsFailed(take_id=take_id, noisy=False) if take_id == self._take:
                self.steps_said.setText(in_one(event.message, event.hint))
                self._show_parts()
            case StepsCharted(take_id=take_id) if take_id == self._take:
                take = self.studio.document.take
                self.steps.show_figures(event.figures, 0 if take is None else take.settings.t0)
                self.steps_said.setText("" if event.figures else self.tr("This take has no steps."))
                self._show_parts()
            case TakeMeasured(take_id=take_id) if take_id == self._take:
                self._show_measured(event)
            case SheetCell() | SheetChanged():
                self._show_sheet()
            case StudyWritten(path=path):
                self.studio.notice("good", self.tr("{} is written.").format(path.name), str(path.parent))

    def _show_measured(self, event: TakeMeasured) -> None:
        self.measures.show_findings(event.findings)
        self.agreements.show_agreements(event.agreements)
        told = self.tr("Bands hold nine tenths of real music: {} windows, {}. The take is measured by windows too.")
        source = in_words(Told(event.source))
        self.measures_said.setText(told.format(event.n_windows, source) if source else "")
        self.agreements_said.setText(
            self.tr("Dashed: the curve as drawn. Solid: what the music made of it. ρ compares rise and fall.")
            if event.agreements
            else ""
        )
        self._show_parts()

    # -- what the user does ----------------------------------------------------------------------------------------

    def ask_for_place(self, proposed: Path, kinds: str) -> Path | None:
        """A file to write; tests replace it."""
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export the steps"), str(proposed), kinds)
        return Path(name) if name else None

    def _export(self, suffix: str) -> None:
        film = self.studio.document.video
        if film is None:
            return
        path = self.ask_for_place(film.with_name(f"{film.stem}-steps{suffix}"), f"*{suffix}")
        if path is not None:
            self.studio.write_study(path if path.suffix.lower() == suffix else path.with_name(path.name + suffix))

    def _begin_or_stop(self) -> None:
        sheet = self.studio.sheet
        if sheet is not None and sheet.is_running:
            self.studio.stop_sheet()
        else:
            self.studio.begin_sheet()

    def _keep(self) -> None:
        if self.sheet.at is not None:
            self.studio.keep_cell(*self.sheet.at)

    def _compose_in_full(self) -> None:
        if self.sheet.at is not None:
            self.studio.compose_cell(*self.sheet.at)

    def _set_sliders(self) -> None:
        if self.sheet.at is not None:
            t0, k = self.sheet.at
            self.studio.edit(self.tr("t0 and k"), lambda document: with_settings(document, t0=t0, k=k), merge="t0 k")
