"""BGM909's features and scenes (the paper's section 3), as its authors publish them, laid on the beats of POP909 songs.

The authors' folder, read here and written by `diffbgm-train build-dataset`:

| path | what |
|---|---|
| `new_raw_video_feats/001.pth` | visual features, a tensor `[frames, 512]` |
| `caption_feats/001.npy` | caption features `[n, 768]` |
| `detection/001_scenes.txt` | one shot a line: its first and last frame |
| `annotations/001.json` | ours, optional: duration of the video and rate of the samples, among others |

**Alignment.** Their files carry no time; the published code maps row int(i * rows / beats) onto beat i, which is right
only where tempo never changes and beats fill the video. Here each row has a time: the rows of a file divide the video's
duration evenly, unless `annotations` tells the rate at which frames were sampled. As in generation
(`engine.features.aligning`), a beat takes the visual row nearest to its middle, and the caption whose stretch holds its
middle. The duration comes from `annotations`, else from the scenes' last frame and a frame rate that the caller knows,
else the video is taken to end with the song, as their videos were cut to. Beats beyond the end are unknown, and windows
with such beats are left out.

Nothing in these files can run code: pickles that hold more than arrays are refused.
"""

from __future__ import annotations

import importlib
import json
import pickle
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

VISUAL_FOLDER: Final = "new_raw_video_feats"
CAPTION_FOLDER: Final = "caption_feats"
SCENE_FOLDER: Final = "detection"
ANNOTATION_FOLDER: Final = "annotations"
VISUAL_WIDTH: Final = 512
CAPTION_WIDTH: Final = 768

_SUFFIXES: Final = (".pth", ".pt", ".npy")
_REFUSED: Final = "A file that can only be opened by running code from it is refused; save it as a plain array."

FloatArray = NDArray[np.float32]
TimeArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SongFeatures:
    """One song's files.

    Attributes:
        visual: f32 `[frames, 512]`; captions: f32 `[n, 768]`.
        scenes: first and last frame of each shot, `[shots, 2]`; None without a scene list.
        duration_s: of the video, None when nothing tells it.
        visual_s, caption_s: seconds from row to row, None when nothing tells it.
    """

    name: str
    visual: FloatArray
    captions: FloatArray
    scenes: NDArray[np.int64] | None
    duration_s: float | None
    visual_s: float | None = None
    caption_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BeatFeatures:
    """One song's rows, one a beat.

    Attributes:
        dynamic: F_v, f16 `[T, 512]`; semantic: F_l, f16 `[T, 768]`.
        known: whether the video shows anything on the beat, `[T]`.
    """

    dynamic: NDArray[np.float16]
    semantic: NDArray[np.float16]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """Which songs have features, and why others have none."""

    found: tuple[str, ...]
    missing: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """For people."""
        reasons: dict[str, list[str]] = {}
        for name, reason in self.missing.items():
            reasons.setdefault(reason.replace(name, "NAME"), []).append(name)
        said = [f"features   {len(self.found)} songs, {len(self.missing)} without"]
        for reason, names in reasons.items():
            shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
            said.append(f"  {reason}: {shown}")
        return said


def read_song_features(folder: Path, name: str, *, frame_rate: float | None = None) -> SongFeatures:
    """Read one song's files.

    Args:
        frame_rate: of the videos from which the scenes were made, frames a second, where no annotation tells it.

    Raises:
        InputError: a file is missing, damaged, a pickle of more than arrays, of another width, or not finite.
    """
    visual = _features(folder / VISUAL_FOLDER, name, VISUAL_WIDTH)
    captions = _features(folder / CAPTION_FOLDER, name, CAPTION_WIDTH)
    scenes = read_scenes(folder / SCENE_FOLDER / f"{name}_scenes.txt")
    timing = _timing(folder / ANNOTATION_FOLDER / f"{name}.json")
    duration_s = timing.get("duration_s")
    if duration_s is None and scenes is not None and len(scenes) and frame_rate:
        duration_s = float((scenes[-1, 1] + 1) / frame_rate)
    return SongFeatures(
        name, visual, captions, scenes, duration_s, visual_s=timing.get("visual_s"), caption_s=timing.get("caption_s")
    )


def read_all(
    folder: Path, songs: Mapping[str, TimeArray], *, frame_rate: float | None = None
) -> tuple[dict[str, BeatFeatures], ReadingReport]:
    """The features of many songs, on their beats; a song whose files cannot be used is reported, not fatal.

    Args:
        songs: name -> time of each beat in seconds.

    Raises:
        InputError: if the folder is no copy of BGM909, or no song has features.
    """
    if not (folder / VISUAL_FOLDER).is_dir() and not (folder / CAPTION_FOLDER).is_dir():
        raise InputError(
            f"'{folder}' holds no BGM909 features: {VISUAL_FOLDER} and {CAPTION_FOLDER} are missing.",
            "Give the folder of the authors' features, or one made by: diffbgm-train build-dataset",
        )

    def read(name: str) -> BeatFeatures | str:
        try:
            return on_beats(read_song_features(folder, name, frame_rate=frame_rate), songs[name])
        except InputError as error:
            return error.message

    with ThreadPoolExecutor(4) as pool:
        results = dict(zip(songs, pool.map(read, songs), strict=True))
    found = {name: result for name, result in results.items() if isinstance(result, BeatFeatures)}
    report = ReadingReport(tuple(found), {n: r for n, r in results.items() if isinstance(r, str)})
    if not found:
        raise InputError(f"No song has features in '{folder}'.", "\n".join(report.lines()[1:]))
    return found, report


def on_beats(features: SongFeatures, beat_s: TimeArray) -> BeatFeatures:
    """Lay a song's features on its beats; see the module."""
    last_s = 2 * beat_s[-1] - beat_s[-2]
    middle_s = (beat_s + np.append(beat_s[1:], last_s)) / 2
    duration_s = features.duration_s or float(last_s)
    known = (beat_s >= 0) & (middle_s < duration_s)
    visual_s = features.visual_s or duration_s / len(features.visual)
    caption_s = features.caption_s or duration_s / len(features.captions)
    return BeatFeatures(
        dynamic=nearest_rows(features.visual, visual_s, middle_s).astype(np.float16),
        semantic=covering_rows(features.captions, caption_s, middle_s).astype(np.float16),
        known=known,
    )


def nearest_rows(rows: FloatArray, row_s: float, times_s: TimeArray) -> FloatArray:
    """The row nearest to each time, where row i stands at i * row_s seconds."""
    return rows[np.clip(np.rint(times_s / row_s), 0, len(rows) - 1).astype(np.int64)]


def covering_rows(rows: FloatArray, row_s: float, times_s: TimeArray) -> FloatArray:
    """The row that holds each time, where row i lasts from i to (i + 1) * row_s seconds."""
    return rows[np.clip(times_s / row_s, 0, len(rows) - 1).astype(np.int64)]


def read_scenes(file: Path) -> NDArray[np.int64] | None:
    """First and last frame of each shot, `[shots, 2]`; None where there is no file.

    Raises:
        InputError: if a line is not two whole numbers, or shots run backwards.
    """
    if not file.is_file():
        return None
    rows = [line.replace(",", " ").split() for line in file.read_text().splitlines() if line.strip()]
    try:
        scenes = np.array([[int(float(a)), int(float(b))] for a, b in rows], np.int64).reshape(-1, 2)
    except ValueError as error:
        raise InputError(f"{file.name} is not a scene list: each line has a first and a last frame.") from error
    if len(scenes) and (scenes.min() < 0 or (scenes[:, 1] < scenes[:, 0]).any() or (np.diff(scenes[:, 0]) < 0).any()):
        raise InputError(f"{file.name} is not a scene list: its frames run backwards.")
    return scenes


def read_array(file: Path) -> NDArray[Any]:
    """An array from `.npy`, or a tensor or array from `.pth`, without running code from it.

    Raises:
        InputError: if it holds anything else.
    """
    try:
        if file.suffix == ".npy":
            return np.asarray(np.load(file, allow_pickle=False))
        return _read_tensor(file)
    except (pickle.UnpicklingError, ValueError, RuntimeError, EOFError, OSError, LookupError, TypeError) as error:
        raise InputError(f"{file.name} is damaged, or holds more than one plain array.", _REFUSED) from error


def _read_tensor(file: Path) -> NDArray[Any]:
    import torch

    # a NumPy array inside a .pth names these (the function by its old place too); they only rebuild arrays
    rebuild = importlib.import_module("numpy._core.multiarray")._reconstruct
    kinds: list[Any] = [rebuild, (rebuild, "numpy.core.multiarray._reconstruct"), np.ndarray, np.dtype]
    kinds += [type(np.dtype(name)) for name in ("float16", "float32", "float64")]
    with warnings.catch_warnings(), torch.serialization.safe_globals(kinds):
        warnings.simplefilter("ignore")  # about odd pickles, which end in our own error or load well
        content = torch.load(file, map_location="cpu", weights_only=True)
    if isinstance(content, torch.Tensor):
        return np.asarray(content.detach().float().numpy())
    if isinstance(content, np.ndarray):
        return content
    raise ValueError("not one tensor")


def _features(folder: Path, name: str, width: int) -> FloatArray:
    file = next((f for f in (folder / f"{name}{suffix}" for suffix in _SUFFIXES) if f.is_file()), None)
    if file is None:
        raise InputError(f"there is no {folder.name}/{name}")
    rows = read_array(file)
    if rows.ndim != 2 or rows.shape[1] != width or not len(rows) or rows.dtype.kind not in "fiu":
        raise InputError(f"{folder.name}/{file.name} is of shape {rows.shape}, not rows of {width} numbers")
    values = rows.astype(np.float32)
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values).all(1)).sum())
        raise InputError(f"{folder.name}/{file.name} has {bad} rows that are not finite")
    return values


def _timing(annotation: Path) -> dict[str, float]:
    """What an annotation tells of time: `duration_s`, `visual_s`, `caption_s`, each where it is there and sound."""
    if not annotation.is_file():
        return {}
    try:
        data = json.loads(annotation.read_text(encoding="utf-8"))
        values = {
            "duration_s": data.get("video", {}).get("duration_s"),
            "visual_s": (data.get("sampling") or {}).get("visual_s"),
            "caption_s": (data.get("sampling") or {}).get("caption_s"),
        }
    except (ValueError, AttributeError) as error:
        raise InputError(f"{annotation.parent.name}/{annotation.name} is not an annotation") from error
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float) and value > 0}
