"""Where resources are found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.resources import find_resource, resource_path, resource_root


def test_a_checkout_has_them_beside_the_engine(repository: Path) -> None:
    assert resource_root() == repository / "resources"


def test_a_frozen_program_has_them_in_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "demo").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("demo") == tmp_path / "resources" / "demo"


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert find_resource("model", "none") is None
    with pytest.raises(EngineError, match="resources/model/none is missing") as caught:
        resource_path("model", "none")
    assert caught.value.hint
