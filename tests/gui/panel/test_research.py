"""The research page on the real engine: steps, measures, condition rows, the sheet of t0 and k, files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt

from diffbgm_gui.widgets.panel.energy import with_shape
from diffbgm_gui.widgets.research.heat_map import rows_of
from engine.music.measures import findings
from engine.music.take import Take
from tests.gui.panel.making import composed, made, reset, wait_until

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

N_STEPS = 4


@pytest.fixture(scope="module")
def take(real: MainWindow) -> Take:
    """A take with an energy curve, and the page turned to."""
    real.side_tabs.setCurrentWidget(real.panel.research)
    duration_s = real.studio.state.info.duration_s
    return made(real, {"steps": N_STEPS}, edit=lambda d: with_shape(d, "arch", duration_s))


@pytest.fixture
def page(real: MainWindow, take: Take) -> Any:
    """The page with everything of the take worked out."""
    page = real.panel.research
    wait_until(lambda: bool(page.steps.figures) and bool(page.measures.findings))
    return page


def test_every_step_is_charted(page: Any, real: MainWindow, take: Take) -> None:
    figures = page.steps.figures
    steps = real.studio.steps(take.id)
    assert len(figures) == len(steps) == N_STEPS
    struck = [int((step.roll == 2).sum()) for step in steps]
    assert [f.notes for f in figures] == struck
    assert [f.births - f.deaths for f in figures] == list(np.diff([0, *struck]))
    assert figures[-1].settled == 1.0
    x = page.steps._plot().left() + 1.5 * page.steps._bar()
    assert page.steps.words_at(QPointF(x, 60)).startswith("Step 2 of 4") and page.steps.accessibleDescription()


def test_a_step_of_the_chart_is_shown_in_the_roll(page: Any, real: MainWindow, take: Take, qtbot: Any) -> None:
    at = QPoint(round(page.steps._plot().left() + 1.5 * page.steps._bar()), 60)
    qtbot.mouseClick(page.steps, Qt.MouseButton.LeftButton, pos=at)
    assert real.studio.shown.step == 1 and (real.studio.shown.roll == real.studio.steps(take.id)[1].roll).all()
    qtbot.keyClick(page.steps, Qt.Key.Key_Right)
    assert real.studio.shown.step == 2
    real.studio.show_step(None)


def test_the_take_is_measured_beside_real_music(page: Any, take: Take) -> None:
    found = {finding.name: finding for finding in page.measures.findings}
    alone = findings(take.notes, take.plan.n_beats * 4, None)
    assert [finding.value for finding in alone] == pytest.approx([f.value for f in found.values()], nan_ok=True)
    assert all(f.real is not None and f.real.low <= f.real.middle <= f.real.high for f in found.values())
    assert "POP909" in page.measures_said.text() and len(found) >= 7
    assert "Density" in page.measures.accessibleDescription()


def test_a_drawn_curve_is_compared_with_what_came_of_it(page: Any) -> None:
    (agreement,) = page.agreements.agreements
    assert agreement.name == "energy" and page.agreements.isVisibleTo(page)


def test_condition_rows_are_a_map_of_heat(page: Any, take: Take) -> None:
    names = [name for name, _ in rows_of(take.plan.describe())]
    assert {"density", "hits", "valence", "tension"} <= set(names)
    image = page.rows._drawn()
    assert (image.width(), image.height()) == (take.plan.n_beats, len(names))
    colours = {image.pixel(x, names.index("intensity")) for x in range(image.width())}
    assert len(colours) > 3
    page.rows.grab()  # the labels' width is known once it was drawn
    words = page.rows.words_at(QPointF(page.rows._left + 3, page.rows._top(0) + 4))
    assert words.startswith("Density, bar 1, beat 1: ")


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".npz", ".csv"])
def test_the_steps_are_written(suffix: str, page: Any, real: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / f"steps{suffix}"
    page.ask_for_place = lambda *_: path.with_suffix("")
    page._export(suffix)
    wait_until(path.exists)
    match suffix:
        case ".gif":
            with Image.open(path) as image:
                assert image.n_frames == N_STEPS
        case ".mp4":
            with av.open(str(path)) as film:
                assert film.streams.video[0].frames >= N_STEPS
        case ".npz":
            with np.load(path) as arrays:
                assert arrays["rolls"].shape[0] == N_STEPS and arrays["t0"] == 200
        case _:
            with path.open(encoding="utf-8") as table:
                rows = list(csv.DictReader(table))
            assert [int(row["births"]) for row in rows] == [f.births for f in page.steps.figures]


def test_a_sheet_of_real_takes_over_t0_and_k(page: Any, real: MainWindow, take: Take, qtbot: Any) -> None:
    studio = real.studio
    reset(real, {"steps": 3}, (take,))
    studio.begin_sheet((900, 50), (32, 1))
    assert page.begin.text() == "Stop"
    wait_until(lambda: not studio.sheet.is_running)
    cells = studio.sheet.cells
    assert len({cell.notes for cell in cells.values()}) >= 3
    assert all((cell.settings.t0, cell.settings.k) == place for place, cell in cells.items())
    assert not page.keep.isEnabled() and len(studio.document.takes) == 1

    right_below = page.sheet.cell_rect(1, 1).center().toPoint()  # t0 900, k 1
    qtbot.mouseClick(page.sheet, Qt.MouseButton.LeftButton, pos=right_below)
    assert page.sheet.at == (900, 1) and "t0 900, k 1" in page.sheet_said.text()
    page.keep.click()
    assert studio.document.take.notes == cells[900, 1].notes and len(studio.document.takes) == 2
    page.keep.click()
    assert len(studio.document.takes) == 2, "it hangs there already"
    studio.undo()
    assert len(studio.document.takes) == 1
    page.take_over.click()
    assert (studio.document.settings.t0, studio.document.settings.k) == (900, 1) and not page.take_over.isEnabled()

    page.sheet.setFocus()
    qtbot.keyClick(page.sheet, Qt.Key.Key_Left)
    assert page.sheet.at == (50, 1)
    page.in_full.click()
    wait_until(lambda: not real.state.is_busy)
    whole = studio.document.take
    assert (whole.settings.t0, whole.settings.k, whole.settings.steps) == (50, 1, 3)
    assert (studio.document.settings.t0, studio.document.settings.k) == (900, 1), "the sliders stay"


def test_the_sheet_stops_at_once_and_gives_way_to_what_the_user_asks_for(
    page: Any, real: MainWindow, take: Take
) -> None:
    studio = real.studio
    reset(real, {"steps": 3}, (take,))
    page.begin.click()
    assert studio.sheet.is_running and studio.sheet.n_cells == 9
    composed(real)  # goes first
    page.begin.click()
    assert not studio.sheet.is_running and page.begin.text() == "Compose"
    n_cells = len(studio.sheet.cells)
    assert n_cells < 9
    after: list[bool] = []
    studio.bridge.submit(lambda _emit, _cancel: after.append(True))  # behind whatever was under way
    wait_until(lambda: bool(after))
    assert len(studio.sheet.cells) == n_cells
