"""Tables: one form for all outputs."""

from __future__ import annotations

import csv
import json
import math

import pytest

from training.metrics.bootstrap import Interval
from training.metrics.tables import Table, as_csv, as_json, markdown, text

TABLE = Table(
    "small",
    "A small one",
    "What it says.",
    ("name", "value", "with", "met"),
    (
        ("a|b", 0.12345, Interval(1.0, 0.5, 1.5, 9), True),
        ("c", math.nan, Interval(2.0, math.nan, math.nan, 1), False),
        ("d", None, None, None),
    ),
)


def test_every_cell_is_in_every_form() -> None:
    page = markdown(TABLE)
    assert "## A small one" in page and "What it says." in page
    assert "| a\\|b | 0.123 | 1.000 (0.500 .. 1.500) | yes |" in page
    assert "| c |  | 2.000 | **no** |" in page
    assert "a|b" in text(TABLE)
    rows = list(csv.DictReader(as_csv(TABLE).splitlines()))
    assert list(rows[0]) == ["name", "value", "with", "with low", "with high", "met"]
    assert rows[0]["with low"] == "0.5" and rows[0]["met"] == "true"
    assert rows[1]["value"] == "" and rows[2]["with high"] == ""
    assert json.dumps(as_json(TABLE))
    assert TABLE.column("met") == (True, False, None)


def test_rows_fit_their_head() -> None:
    with pytest.raises(ValueError, match="2 cells under 1 columns"):
        Table("x", "", "", ("only",), (("one", "two"),))
