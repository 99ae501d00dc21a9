"""The doctor's table tells the truth about what is there."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from engine.cli import main as cli
from engine.cli import parts
from engine.cli.parts import Part


def _parts(*parts: Part) -> tuple[object, ...]:
    return tuple(lambda part=part: part for part in parts)


GOOD = Part("codecs", True, "av 18", "Writes files.", "", required=True)
OPTIONAL = Part("VLC", False, "not found", "A player.", "apt install it")
NEEDED = Part("weights", False, "none", "They compose.", "git checkout", required=True)


def test_json_lists_every_part(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(parts, "LOOKS", _parts(GOOD, OPTIONAL))
    assert cli.main(["doctor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert [(part["name"], part["found"]) for part in answer["parts"]] == [("codecs", True), ("VLC", False)]
    assert set(answer["parts"][0]) == {"name", "found", "required", "detail", "changes", "how"}


def test_a_missing_required_part_exits_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(parts, "LOOKS", _parts(GOOD, NEEDED))
    assert cli.main(["doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert "weights" in answer["error"]["message"]


def test_the_table_says_how_to_get_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parts, "LOOKS", _parts(GOOD, OPTIONAL))
    assert cli.main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "apt install it" in shown
    assert "A player." in shown


def test_codecs_are_really_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts._codecs().found
    assert not parts._can_encode("no_such_codec")
    monkeypatch.setattr(parts, "_can_encode", lambda name: name != "libopus")
    part = parts._codecs()
    assert (part.found, part.detail) == (False, "missing: libopus")


def test_weights_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert not parts._bundle().found
    folder = tmp_path / "resources" / "model" / "compact"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"0" * 2_000_000)
    (folder / "config.json").write_text('{"version": "7"}')
    part = parts._bundle()
    assert part.found
    assert "2 MB" in part.detail


def test_a_missing_library_is_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    vlc = types.ModuleType("vlc")

    def no_library(*_options: str) -> None:
        raise NameError("no function 'libvlc_new'")

    vlc.Instance = no_library  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vlc", vlc)
    part = parts._vlc()
    assert (part.found, part.detail) == (False, "libvlc, the library of VLC, was not found")
    monkeypatch.setattr("engine.audio.fluid.load_fluidsynth", lambda: None)
    assert not parts._fluidsynth().found


def test_the_processor_build_is_known_without_loading_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "version.py").write_text("from typing import Optional\ncuda: Optional[str] = None\nhip = None\n")
    spec = types.SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(parts, "find_spec", lambda _name: spec)
    monkeypatch.setattr(parts.sys, "platform", "linux")
    monkeypatch.setattr(parts, "choose_device", lambda _name: ("cuda", "asked torch"))
    assert parts._device_text().startswith("Built for the processor alone")
    (tmp_path / "version.py").write_text("cuda: Optional[str] = '13.0'\n")
    assert parts._device_text() == "asked torch"


def test_an_unwritable_cache_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIFFBGM_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert not parts._cache().found
    monkeypatch.setenv("DIFFBGM_CACHE_DIR", str(tmp_path / "cache"))
    assert parts._cache().found
