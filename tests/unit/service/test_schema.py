"""The schema that is served, the one in the documentation, and the pages about it say the same."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import get_args

import pytest

from engine.cli.serve import write_token
from engine.errors import OutputError
from engine.service.models import Timeline
from engine.service.schema import openapi
from tests.unit.service.conftest import Served

MAKE = "python -m engine.service.schema > docs/openapi.json"


def test_the_documented_schema_is_the_served_one(served: Served, repository: Path) -> None:
    documented = json.loads((repository / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert documented == served.client.ask("/v1/openapi.json") == openapi(served.api.endpoints()), f"run: {MAKE}"


def test_every_reference_leads_somewhere(served: Served) -> None:
    description = openapi(served.api.endpoints())
    schemas = description["components"]["schemas"]
    references = [part.split('"')[0] for part in json.dumps(description).split('"#/components/schemas/')[1:]]
    assert references and set(references) <= set(schemas)
    assert set(schemas["ScoreBody"]["required"]) == {"video", "output"}
    assert schemas["GenerationSettings"]["properties"]["sampler"]["enum"] == ["ddpm", "ddim", "dpm++"]


def test_the_kinds_of_timelines_are_all_there() -> None:
    from engine.interchange.export import TIMELINE_KINDS

    assert get_args(Timeline) == TIMELINE_KINDS


def test_every_endpoint_is_in_the_page(served: Served, repository: Path) -> None:
    page = (repository / "docs" / "service.md").read_text(encoding="utf-8")
    for endpoint in served.api.endpoints():
        assert f"`{endpoint.method} {endpoint.path}`" in page
    for name in openapi(served.api.endpoints())["components"]["schemas"]["ScoreBody"]["properties"]:
        assert f"`{name}`" in page


def test_a_token_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)
    write_token(path, "secret")
    assert path.read_text() == "secret\n" and [file.name for file in tmp_path.iterdir()] == ["token"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="cannot be written"):
        write_token(tmp_path / "none" / "token", "secret")
