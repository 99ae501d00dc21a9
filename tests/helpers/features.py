"""Video features in BGM909's layout, made by rule: row i of a song holds i in its first column."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch


def write_features(folder: Path, names: list[str], *, frames: int, captions: int, duration_s: float | None) -> Path:
    """Write the features of songs; each first column counts the rows, the second holds the song's number."""
    for part in ("new_raw_video_feats", "caption_feats", "detection", "annotations"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name in names:
        torch.save(torch.from_numpy(_rows(frames, 512, name)), folder / "new_raw_video_feats" / f"{name}.pth")
        np.save(folder / "caption_feats" / f"{name}.npy", _rows(captions, 768, name))
        half = frames // 2
        (folder / "detection" / f"{name}_scenes.txt").write_text(f"0 {half - 1}\n{half} {frames - 1}\n")
        if duration_s is not None:
            text = json.dumps({"video": {"duration_s": duration_s}})
            (folder / "annotations" / f"{name}.json").write_text(text)
    return folder


def _rows(n: int, width: int, name: str) -> np.ndarray:
    rows = np.random.default_rng(int(name)).standard_normal((n, width)).astype(np.float32) * 0.1
    rows[:, 0] = np.arange(n)
    rows[:, 1] = int(name)
    return rows
