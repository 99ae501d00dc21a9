"""Rows as JSON and as a picture."""

from __future__ import annotations

import json
from importlib import import_module

import numpy as np
import pytest

from engine.errors import OutputError
from engine.features import describe
from engine.features.conditions import estimate_conditions
from engine.features.describe import CONTROLS, describe_rows, plot_rows
from engine.features.picture import UNITS
from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC
from engine.timebase import TempoMap

TEMPO = TempoMap.constant(90, 0)


@pytest.fixture
def take(make_signals, make_shots, quantiles):
    """(rows, signals, shots) of a made-up video."""
    signals = make_signals(20, motion=lambda t: 0.05 * (1 + np.sin(t)))
    shots = make_shots(20, 4.0, 12.0)
    rows = estimate_conditions(signals, shots, TEMPO, 30, mood="auto", quantiles=quantiles)
    return rows, signals, shots


def test_every_control_is_described():
    assert set(CONTROLS) == {*DYNAMIC, *SEMANTIC} - set(DYNAMIC[HIT_COLUMNS])
    assert all(info.unit and info.meaning and info.usual[0] < info.usual[1] for info in CONTROLS.values())


def test_description_is_json_with_units_and_asked_values(take, quantiles):
    rows, _, _ = take
    told = json.loads(json.dumps(describe_rows(rows, TEMPO, quantiles=quantiles), allow_nan=False))
    assert told["beats"] == 30
    assert len(told["beat_s"]) == 31
    controls = {control["name"]: control for control in told["controls"]}
    assert set(controls) == set(CONTROLS)
    np.testing.assert_allclose(controls["density"]["asked"], rows.dynamic[:, 0], atol=1e-4)
    assert controls["density"]["group"] == "dynamic"
    assert controls["melody"]["asked"] == [None] * 30
    assert all(0 <= place <= 1 for place in controls["valence"]["position"])
    assert [curve["name"] for curve in told["picture"]] == list(UNITS)
    (first, *_) = told["hits"]
    assert first["time_s"] == pytest.approx(4.0, abs=0.1)
    assert first["kind"] == "cut"
    assert told["cut_beats"][0] == {"beat": 6, "salience": 1.0}


def test_without_percentiles_there_are_no_positions(take):
    assert "position" not in describe_rows(take[0], TEMPO)["controls"][0]


def test_plot_is_a_picture(take, tmp_path):
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("PIL.Image")
    file = tmp_path / "rows.png"
    plot_rows(*take, TEMPO, file)
    with image.open(file) as picture:
        assert picture.width > 1000
        assert picture.height > 800
        red, green, blue = np.asarray(picture.convert("RGB")).astype(int).transpose(2, 0, 1)
    pink = (red - green > 60) & (blue - green > 20)
    assert pink.sum() > 2000, "no cut or hit was drawn"


def test_plot_of_a_single_beat(make_signals, make_shots, quantiles, tmp_path):
    pytest.importorskip("matplotlib")
    signals, shots = make_signals(0.04, [0.0]), make_shots(0.04)
    rows = estimate_conditions(signals, shots, TEMPO, 1, mood="auto", quantiles=quantiles)
    plot_rows(rows, signals, shots, TEMPO, tmp_path / "one.png")
    assert (tmp_path / "one.png").stat().st_size > 1000


def test_plot_that_cannot_be_written_is_told(take, tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(OutputError, match="cannot be written"):
        plot_rows(*take, TEMPO, tmp_path / "missing" / "rows.png")


def test_a_missing_plotting_library_is_told(take, tmp_path, monkeypatch):
    def without(name: str) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(describe, "import_module", without)
    with pytest.raises(OutputError, match="Matplotlib"):
        plot_rows(*take, TEMPO, tmp_path / "rows.png")
