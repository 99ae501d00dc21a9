"""Which extractor is taken, and how musicnn is called; musicnn itself is elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics import extractors
from training.metrics.extractors import (
    MUSICNN_VARIABLE,
    PATCH_POINTS,
    MusicnnExtractor,
    SymbolicExtractor,
    choose_extractor,
    render_for_musicnn,
)

LOUDNESS_OF_PATCHES = """
import json, pathlib, sys
import numpy as np
job = json.loads(pathlib.Path(sys.argv[1]).read_text())
patches = np.load(job["wave"])[: job["patches"] * 47872].reshape(job["patches"], 47872)
np.save(job["out"], np.stack([np.abs(patches).mean(1), np.arange(len(patches))], 1).astype("float32"))
"""


def test_the_extractor_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(MUSICNN_VARIABLE, raising=False)
    assert choose_extractor().name == "symbolic-v1"
    with pytest.raises(InputError, match="environment of its own"):
        choose_extractor("musicnn")
    monkeypatch.setenv(MUSICNN_VARIABLE, str(tmp_path / "python"))
    found = choose_extractor()
    assert isinstance(found, MusicnnExtractor) and "musicnn" in found.name
    assert found.python == tmp_path / "python"
    assert isinstance(choose_extractor("symbolic"), SymbolicExtractor)


def test_a_piece_is_rendered_to_whole_patches() -> None:
    wave = render_for_musicnn(piece_of([(0, 60, 8), (64, 67, 8)]))
    assert wave.dtype == np.float32 and len(wave) % PATCH_POINTS == 0
    assert 16.0 <= len(wave) / 16_000 < 16.0 + 3.0
    assert np.abs(wave[:16_000]).max() > 0.01  # the first note sounds
    second = np.abs(wave[8 * 16_000 : 9 * 16_000])
    assert second.max() > 3 * np.abs(wave[7 * 16_000 : 8 * 16_000 - 100]).max()  # the second one starts at 8 s


def test_patches_are_averaged_for_each_piece_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's place is taken by a script that measures loudness, so that the way there and back is seen."""
    worker = tmp_path / "worker.py"
    worker.write_text(LOUDNESS_OF_PATCHES)
    monkeypatch.setattr(extractors, "WORKER", worker)
    waves = iter([np.full(2 * PATCH_POINTS, 0.5, np.float32), np.full(PATCH_POINTS, 0.25, np.float32)])
    monkeypatch.setattr(extractors, "render_for_musicnn", lambda piece: next(waves))
    found = MusicnnExtractor(Path(sys.executable), kept=tmp_path / "kept")
    pieces = [diatonic_piece(1), diatonic_piece(2)]
    np.testing.assert_allclose(found.rows(pieces), [[0.5, 0.5], [0.25, 2.0]])
    np.testing.assert_allclose(found.rows(pieces[::-1]), [[0.25, 2.0], [0.5, 0.5]])  # read, nothing is rendered


def test_a_failure_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractors, "render_for_musicnn", lambda piece: np.zeros(PATCH_POINTS, np.float32))
    with pytest.raises(InputError, match="cannot be started"):
        MusicnnExtractor(tmp_path / "absent", kept=tmp_path).rows([diatonic_piece(1)])
    with pytest.raises(InputError, match=r"musicnn failed: .*musicnn"):
        MusicnnExtractor(Path(sys.executable), kept=tmp_path).rows([diatonic_piece(1)])
