"""The counts that `prepare` prints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.songs import write_songs
from training.__main__ import main as diffbgm_train
from training.data.corpus import load_corpus
from training.prepare import count


def test_counts_and_hash_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_songs(tmp_path / "songs", n_songs=10, n_bars=12)
    beats = np.loadtxt(folder / "003" / "beat_midi.txt")
    beats[4, 2] = 0  # one bar of eight beats
    np.savetxt(folder / "003" / "beat_midi.txt", beats, fmt="%.6f")
    assert diffbgm_train(["prepare", str(folder), "-o", str(tmp_path / "c.npz")]) == 0
    said = capsys.readouterr().out
    corpus = load_corpus(tmp_path / "c.npz")
    assert count(corpus).regular_bars == pytest.approx((9 + 10 / 11) / 10)
    for line in ("songs      10", "beats      490", "downbeats  129", "regular    99.1%", "median 120 BPM"):
        assert line in said
    assert f"data hash  {corpus.data_hash()}" in said and "windows    " in said


def test_reference_counts_of_pop909(shared_pop909: Path) -> None:
    """Downbeats of all 909 songs, from their own files; the tempo of each song is checked with the corpus."""
    bars, downbeats, bpm = [], 0, []
    for folder in sorted(p for p in shared_pop909.iterdir() if p.name.isdigit()):
        rows = np.loadtxt(folder / "beat_midi.txt")
        found = np.flatnonzero(rows[:, 2] == 1)
        downbeats += len(found)
        bars.append((np.diff(found) == 4).mean())
        bpm.append(60 / np.median(np.diff(rows[:, 0])))
    assert (len(bars), downbeats) == (909, 74_919)
    assert np.mean(bars) == pytest.approx(0.939, abs=5e-4) and round(float(np.median(bpm))) == 74
