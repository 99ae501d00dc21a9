"""`diffbgm-train reference`: what windows of real music measure, for the window to hold a take against."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.errors import OutputError
from engine.music.measures import REFERENCE, Reference, measure_reference, reference_to_json
from engine.music.piece import Piece
from engine.timebase import STEPS_PER_WINDOW
from training.data.corpus import load_corpus, song_indices
from training.data.windows import WindowSet
from training.generate import real_notes, spread


def run(arguments: argparse.Namespace) -> int:
    """Measure, and write the file."""
    reference = measure_corpus(arguments.data, split=arguments.split, n_windows=arguments.windows)
    path = Path(arguments.bundle) / REFERENCE
    try:
        aside = path.with_name(f".{REFERENCE}.part")
        aside.write_text(json.dumps(reference_to_json(reference), indent=1) + "\n", encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error.strerror}.") from error
    print(f"{path}: {reference.n_windows} windows, {reference.source}")
    return 0


def measure_corpus(data: Path, *, split: str = "test", n_windows: int = 1000) -> Reference:
    """Windows of a split, spread over its songs, measured."""
    corpus = load_corpus(data)
    windows = WindowSet(corpus, song_indices(corpus, split))
    index = spread(windows, n_windows)
    pieces = [Piece.from_notes(real_notes(windows, int(i)), STEPS_PER_WINDOW) for i in index]
    songs = len({int(windows.windows[int(i)][0]) for i in index})
    return measure_reference(pieces, source=f"POP909, {songs} songs of the {split} split, windows of 8 bars")
