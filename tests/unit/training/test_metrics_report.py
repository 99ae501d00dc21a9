"""The report: bars, files, and what is left out."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import OutputError
from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics.bootstrap import Interval
from training.metrics.copying import build_index
from training.metrics.pages import CSV_COLUMNS, write_report
from training.metrics.piece import FloatArray, Piece
from training.metrics.report import MEASURES, Bar, Row, SystemReport, assess

PNG = b"\x89PNG\r\n\x1a\n"


def songs(first: int, n: int, *, length: int = 2) -> list[Piece]:
    return [diatonic_piece(first + i, length=length, group=f"song {i // 2}") for i in range(n)]


@pytest.fixture(scope="module")
def paired() -> SystemReport:
    index = build_index(songs(1000, 10))
    extra = Row("response", "", "a control", *([Interval(0.9, 0.8, 1.0, 5)] * 3), bar=str(Bar("value", 0.8)), met=True)
    return assess(songs(100, 64), songs(200, 64), name="Walks & co", paired=True, corpus=index, extra=[extra])


@pytest.mark.parametrize(
    ("bar", "generated", "real", "met"),
    [
        (Bar("delta", -0.1, 0.1), 2.8, 2.71, True),
        (Bar("delta", -0.1, 0.1), 2.6, 2.71, False),
        (Bar("ratio", 0.8, 1.25), 9.0, 10.0, True),
        (Bar("ratio", 0.8, 1.25), 13.0, 10.0, False),
        (Bar("ratio", 0.8, 1.25), 1.0, 0.0, None),
        (Bar("value", 0.6), 0.61, math.nan, True),
        (Bar("delta", -0.1, 0.1), math.nan, 1.0, None),
    ],
)
def test_bars(bar: Bar, generated: float, real: float, met: bool | None) -> None:
    assert bar.met(generated, real) is met


def test_bars_in_words() -> None:
    assert str(Bar("delta", -0.1, 0.1)) == "|delta| <= 0.1"
    assert str(Bar("ratio", 0.8, 1.25)) == "ratio >= 0.8 and <= 1.25"
    assert str(Bar("value", 0.6)) == "value >= 0.6"


def test_every_figure_is_there_once(paired: SystemReport) -> None:
    names = [row.name for row in paired.rows]
    assert len(names) == len(set(names))
    assert {measure.name for measure in MEASURES} <= set(names)
    assert {"P@5", "P@10", "P@20", "average rank", "Diversity", "near copies", "response"} <= set(names)
    assert paired.extractor == "symbolic-v1"
    assert paired.notes == ()


def test_music_of_one_manner_meets_the_bars_of_quality(paired: SystemReport) -> None:
    rows = {row.name: row for row in paired.rows}
    for name in ("PCHE", "GPS", "SC", "density", "note length"):
        assert rows[name].met is True, name
        assert rows[name].delta.value == pytest.approx(rows[name].generated.value - rows[name].real.value)
    assert rows["P@20"].chance == 20 / 64
    assert rows["P@20"].met is False  # unrelated walks


def test_scatter_fails_its_bars() -> None:
    found = {row.name: row for row in assess(songs(0, 10, length=1), songs(50, 10), name="x", paired=False).rows}
    assert found["note length"].met is False
    assert found["density"].met is True


def test_what_could_not_be_measured_is_said() -> None:
    report = assess(songs(0, 4), songs(50, 6), name="few", paired=False)
    assert len(report.notes) == 2
    assert "P@20" not in {row.name for row in report.rows}


def test_copies_are_above_held_out_music() -> None:
    training = songs(0, 20)
    rows = {
        r.name: r for r in assess(training, songs(50, 20), name="x", paired=False, corpus=build_index(training)).rows
    }
    assert rows["near copies"].generated.value == 1.0
    assert rows["near copies"].met is False


def test_sets_must_fit() -> None:
    with pytest.raises(ValueError, match="0 generated"):
        assess([], songs(0, 3), name="x", paired=False)
    with pytest.raises(ValueError, match="3 generated and 4 real"):
        assess(songs(0, 3), songs(0, 4), name="x", paired=True)


class Counts:
    """Two numbers a piece."""

    name = "counts"
    scaled = False
    blocks = None

    def rows(self, pieces: Sequence[Piece]) -> FloatArray:
        return np.array([[len(piece), piece.pitch.mean()] for piece in pieces], np.float64)


def test_features_from_elsewhere_are_named() -> None:
    pieces = songs(0, 6)
    report = assess(pieces, pieces, name="x", paired=False, extractor=Counts())
    assert report.extractor == "counts"
    assert "counts" in next(row.about for row in report.rows if row.name == "Diversity")


@pytest.fixture(scope="module")
def folder(paired: SystemReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written report of two systems."""
    folder = tmp_path_factory.mktemp("report") / "made"
    other = assess(songs(300, 5), songs(200, 5), name="Other", paired=False)
    written = write_report([paired, other], folder, title="Trial", facts={"seed": "7"})
    assert sorted(folder.iterdir()) == sorted(written)  # nothing left beside them
    return folder


def test_files_of_a_report(folder: Path) -> None:
    names = ["figures.png", "report.csv", "report.json", "report.md", "shape-other.png", "shape-walks-co.png"]
    pytest.importorskip("matplotlib")
    assert sorted(path.name for path in folder.iterdir()) == names
    assert (folder / "shape-walks-co.png").read_bytes().startswith(PNG)


def test_json_has_null_for_what_is_not_defined(folder: Path) -> None:
    text = (folder / "report.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    body = json.loads(text)["systems"][0]
    figures = {figure["name"]: figure for figure in body["figures"]}
    assert figures["repetition, lag 8"]["generated"]["value"] is None
    assert figures["PCHE"]["paper_real"] == 2.717
    assert len(body["shape"]) == 10
    assert len(body["longest_runs"]) == 5


def test_csv_has_a_line_a_figure(paired: SystemReport, folder: Path) -> None:
    with (folder / "report.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["system"] == paired.name]
    assert tuple(lines[0]) == CSV_COLUMNS
    assert len(lines) == len(paired.rows) + len(paired.shape)
    pche = next(line for line in lines if line["figure"] == "PCHE")
    assert float(pche["generated"]) == pytest.approx(paired.rows[0].generated.value, rel=1e-5)
    assert pche["met"] == "true"
    length = next(line for line in lines if line["figure"] == "shape: note length")
    assert float(length["ratio"]) == pytest.approx(paired.shape[0].ratio, rel=1e-5)


def test_the_page_shows_systems_beside_the_paper(folder: Path) -> None:
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert page.startswith("# Trial\n\n- seed: 7\n")
    for text in ("| **Walks & co** |", "| **Other** |", "| CMT (paper) |", "**no**", "features: symbolic-v1"):
        assert text in page
    assert " nan " not in page
    assert len({line.count(" | ") for line in page.splitlines() if line.startswith("| PCHE (bits)")}) == 1


def test_without_matplotlib_there_is_a_page_without_plots(
    paired: SystemReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.metrics.pages.find_spec", lambda name: None)
    write_report([paired], tmp_path, title="Trial")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.csv", "report.json", "report.md"]
    assert "need Matplotlib" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = assess(songs(0, 4), songs(50, 4), name="x", paired=False)
    with pytest.raises(OutputError, match="cannot be written"):
        write_report([report], tmp_path / "file", title="Trial")


def test_silent_music_is_reported_not_refused() -> None:
    silence = [piece_of([], group=str(i)) for i in range(4)]
    rows = {row.name: row for row in assess(silence, songs(0, 4), name="silence", paired=False).rows}
    assert math.isnan(rows["PCHE"].generated.value)
    assert rows["PCHE"].met is None
    assert rows["silent bars"].generated.value == 1.0
