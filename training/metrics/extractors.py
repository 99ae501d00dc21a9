"""What makes the features of Diversity and retrieval: the paper's musicnn where it is installed, else our own.

musicnn needs a TensorFlow and a NumPy of its time, so it runs in a Python environment of its own, called as a
subprocess (`musicnn_worker.py`); `docs/evaluation/musicnn.md` says how to make one.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import cache_folder
from engine.errors import InputError
from engine.music.notes import Voice
from engine.music.score import Part, Score, ScoreNote
from engine.timebase import STEPS_PER_BEAT, TempoMap
from training.metrics.features import SYMBOLIC_V1, FeatureSpace, block_sizes, features_of
from training.metrics.piece import FloatArray, Piece

MUSICNN_VARIABLE: Final = "DIFFBGM_MUSICNN_PYTHON"
MUSICNN: Final = "musicnn (MTT_musicnn, penultimate layer)"
WORKER: Final = Path(__file__).with_name("musicnn_worker.py")

SAMPLE_RATE: Final = 16_000
PATCH_POINTS: Final = 187 * 256
"""musicnn looks at patches of 187 frames of 256 points, 2.992 s."""
RENDER_BPM: Final = 120
"""The tempo of the authors' MIDI writer, so that windows of all systems last as long."""
_PIECES_AT_ONCE: Final = 25
_VELOCITY: Final = 80


class Extractor(Protocol):
    """Makes one row of features a piece.

    Attributes:
        name: as named in every output.
        scaled: whether columns go by their mean and spread on real music before pieces are compared; features of
            musicnn do not, so that distances are on the paper's scale.
        blocks: widths of the blocks that weigh alike when scaled, None: one block.
    """

    name: str
    scaled: bool
    blocks: Sequence[int] | None

    def rows(self, pieces: Sequence[Piece]) -> FloatArray:
        """float64 `[W, D]`."""
        ...


class SymbolicExtractor:
    """Hand-made features from notes alone, see `training.metrics.features`."""

    name = SYMBOLIC_V1
    scaled = True

    def __init__(self) -> None:
        self.blocks: Sequence[int] | None = block_sizes()

    def rows(self, pieces: Sequence[Piece]) -> FloatArray:
        return features_of(pieces)


@dataclass(slots=True, eq=False)
class MusicnnExtractor:
    """The paper's extractor on rendered piano, mean of the penultimate layer (200 values) over a piece.

    The paper says neither which of musicnn's models nor which layer it took; ours are named in `name`.

    Attributes:
        python: the interpreter that has musicnn.
        kept: folder of features made before; None: `musicnn` in the cache folder.
    """

    python: Path
    kept: Path | None = None
    name: str = MUSICNN
    scaled: bool = False
    blocks: Sequence[int] | None = None

    def rows(self, pieces: Sequence[Piece]) -> FloatArray:
        """Features of each piece, float64 `[W, 200]`; pieces seen before are read.

        Raises:
            InputError: if the interpreter or musicnn in it fails.
        """
        folder = self.kept or cache_folder() / "musicnn"
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / f"{_piece_key(piece)}.npy" for piece in pieces]
        missing = [i for i, file in enumerate(files) if not file.is_file()]
        for first in range(0, len(missing), _PIECES_AT_ONCE):
            part = missing[first : first + _PIECES_AT_ONCE]
            for i, row in zip(part, self._extract([pieces[i] for i in part]), strict=True):
                np.save(files[i], row)
        return np.stack([np.load(file, allow_pickle=False) for file in files]).astype(np.float64)

    def _extract(self, pieces: Sequence[Piece]) -> FloatArray:
        """Render pieces one after another, each padded to whole patches, and average the patches of each."""
        waves = [render_for_musicnn(piece) for piece in pieces]
        counts = [len(wave) // PATCH_POINTS for wave in waves]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            np.save(folder / "wave.npy", np.concatenate([*waves, np.zeros(PATCH_POINTS, np.float32)]))
            job = {"wave": str(folder / "wave.npy"), "out": str(folder / "out.npy"), "patches": sum(counts)}
            (folder / "job.json").write_text(json.dumps(job))
            self._run([str(self.python), str(WORKER), str(folder / "job.json")])
            patches = np.load(folder / "out.npy", allow_pickle=False).astype(np.float64)
        edges = np.cumsum(counts)[:-1]
        return np.stack([part.mean(axis=0) for part in np.split(patches, edges)])

    def _run(self, command: Sequence[str]) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
        hint = "Make the environment that docs/evaluation/musicnn.md describes, or use --extractor symbolic."
        try:
            subprocess.run(
                command, check=True, capture_output=True, text=True, env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"}
            )
        except OSError as error:
            raise InputError(f"musicnn's Python '{self.python}' cannot be started.", hint) from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().splitlines()[-1:] or ["no message"]
            raise InputError(f"musicnn failed: {last[0]}.", hint) from error


def comparable(
    extractor: Extractor, generated: Sequence[Piece], real: Sequence[Piece]
) -> tuple[FloatArray, FloatArray]:
    """Features of both sets on one scale, float64 `[W, D]` each."""
    ours, theirs = extractor.rows(generated), extractor.rows(real)
    if not extractor.scaled:
        return ours, theirs
    space = FeatureSpace.fit(theirs, extractor.blocks)
    return space.apply(ours), space.apply(theirs)


def render_for_musicnn(piece: Piece) -> NDArray[np.float32]:
    """A piece as piano at 120 BPM and one velocity, f32 mono at 16 kHz, padded with silence to whole patches."""
    from engine.audio.synth import choose_synthesizer

    step_s = 60 / RENDER_BPM / STEPS_PER_BEAT
    columns = (piece.onset.tolist(), piece.pitch.tolist(), piece.end.tolist())
    notes = tuple(
        ScoreNote(onset * step_s, pitch, end * step_s, _VELOCITY) for onset, pitch, end in zip(*columns, strict=True)
    )
    end_s = Fraction(piece.n_steps * 60, RENDER_BPM * STEPS_PER_BEAT)
    part = Part("piano", Voice.INNER, 0, tuple(sorted(notes)))
    score = Score((part,), TempoMap.constant(RENDER_BPM), end_s)
    samples = choose_synthesizer().render(score, sample_rate=SAMPLE_RATE).samples
    wave = samples.mean(axis=0)[: round(float(end_s) * SAMPLE_RATE)].astype(np.float32)
    return np.pad(wave, (0, -len(wave) % PATCH_POINTS))


def _piece_key(piece: Piece) -> str:
    digest = hashlib.sha256(f"{MUSICNN}/{piece.n_steps}/{RENDER_BPM}".encode())
    for column in (piece.onset, piece.pitch, piece.duration):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:32]


def choose_extractor(wanted: str = "auto", python: Path | None = None) -> Extractor:
    """The extractor asked for.

    Args:
        wanted: "symbolic", "musicnn", or "auto": musicnn where an interpreter for it is named, else symbolic.
        python: musicnn's interpreter; None: what the environment variable DIFFBGM_MUSICNN_PYTHON names.

    Raises:
        InputError: if musicnn is wanted and no interpreter is named.
    """
    named = os.environ.get(MUSICNN_VARIABLE)
    interpreter = python or (Path(named) if named else None)
    if wanted == "symbolic" or (wanted == "auto" and interpreter is None):
        return SymbolicExtractor()
    if interpreter is None:
        raise InputError(
            "musicnn needs a Python environment of its own.",
            f"Name its interpreter with --musicnn or {MUSICNN_VARIABLE}; see docs/evaluation/musicnn.md.",
        )
    return MusicnnExtractor(interpreter)
