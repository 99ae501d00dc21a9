"""One song's annotations: everything that the paper's section 3 lists, from a video beside a POP909 song.

Each file is written aside and renamed, the annotation last, so that a song is done when its annotation is there and
names the video and the encoders that are asked for. Captions, which take longest, are kept one group at a time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutputError
from engine.signals import FrameSignals
from engine.timebase import Shot
from training.data.annotators import FRAMES_PER_CAPTION, SENTENCES_EACH, Encoders, Style, appraised_style
from training.data.bgm909 import ANNOTATION_FOLDER, CAPTION_FOLDER, SCENE_FOLDER, VISUAL_FOLDER

SCHEMA: Final = "diffbgm dataset"
VERSION: Final = 1
CAPTION_TEXT_FOLDER: Final = "captions"
PARTIAL_FOLDER: Final = ".parts"

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Job:
    """One song to annotate.

    Attributes:
        name: of the song; song: its POP909 folder; video: its video.
        output: the dataset's folder; rate_hz: at which frames are sampled.
        metadata: title, artist and what else the dataset's index tells.
    """

    name: str
    song: Path
    video: Path
    output: Path
    rate_hz: Fraction
    metadata: dict[str, str]

    @property
    def annotation(self) -> Path:
        return self.output / ANNOTATION_FOLDER / f"{self.name}.json"

    def fingerprint(self) -> dict[str, Any]:
        """Changes when the video or the sampling does."""
        status = self.video.stat()
        return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns, "rate_hz": str(self.rate_hz)}


def is_done(job: Job, encoders: str | None) -> bool:
    """Whether the song's annotation is there, of this version, from this video and by these encoders.

    Without encoders now, an annotation that was made with some stands.
    """
    data = read_annotation(job.annotation)
    if data is None or data.get("version") != VERSION or data.get("input") != job.fingerprint():
        return False
    return encoders is None or data.get("encoders") == encoders


def read_annotation(file: Path) -> dict[str, Any] | None:
    """An annotation, or None where there is none that reads."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("schema") == SCHEMA else None


def annotate(job: Job, encoders: Encoders | str) -> None:
    """Make all files of one song.

    Args:
        encoders: or the sentence that says why there are none; then only captions and features are left out.

    Raises:
        InputError: the song's or the video's files cannot be read.
    """
    from engine.video.analyse import analyse
    from engine.video.shots import detect_shots

    music = read_music(job.song)
    signals = analyse(job.video)
    shots = detect_shots(signals)
    write_text(job.output / SCENE_FOLDER / f"{job.name}_scenes.txt", scene_lines(signals, shots))
    encoded = _encode(job, signals, encoders) if not isinstance(encoders, str) else None
    style = (encoded and encoded.style) or appraised_style(signals, shots)
    video_s, song_s = float(signals.info.duration_s), music["beats_s"][-1]
    data = {
        "schema": SCHEMA,
        "version": VERSION,
        "song": job.name,
        "input": job.fingerprint(),
        "video": {
            "file": job.video.name,
            "duration_s": video_s,
            "frame_rate": float(signals.info.frame_rate),
            "width": signals.info.width,
            "height": signals.info.height,
        },
        "alignment": {"song_end_s": song_s, "video_end_s": video_s, "video_longer_by_s": round(video_s - song_s, 3)},
        "metadata": {**job.metadata, "rhythmic_pattern": music.pop("rhythmic_pattern")},
        **music,
        "shots": [[float(s.start_s), float(s.end_s), s.transition, round(s.salience, 4)] for s in shots],
        "style": asdict(style),
        "encoders": None if isinstance(encoders, str) else encoders.identity,
        "left_out": f"features and captions: {encoders}" if isinstance(encoders, str) else None,
        "sampling": encoded and encoded.sampling,
    }
    write_text(job.annotation, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    _partial(job).unlink(missing_ok=True)


def read_music(folder: Path) -> dict[str, Any]:
    """Tracks, beats, downbeats, chords, keys and rhythmic pattern of a POP909 song, as plain data.

    `rhythmic_pattern` is the share of notes that begin on each 16th of a bar, bars of another length left out.
    """
    from training.data.pop909 import read_song, track_sizes

    song = read_song(folder)
    downbeats = np.flatnonzero(song.downbeat)
    return {
        "tracks": track_sizes(folder),
        "bpm": round(song.bpm, 3),
        "beats_s": [round(float(t), 6) for t in song.beat_s],
        "downbeats": [int(i) for i in downbeats],
        "chords": _labels(folder / "chord_midi.txt"),
        "keys": _labels(folder / "key_audio.txt"),
        "rhythmic_pattern": _pattern(song.notes.onset, downbeats),
    }


def _labels(file: Path) -> list[list[Any]]:
    rows = [line.split() for line in file.read_text().splitlines() if line.strip()]
    return [[float(start), float(end), label] for start, end, label in rows]


def _pattern(onset: NDArray[np.int32], downbeats: NDArray[np.intp]) -> list[float]:
    counts = np.zeros(16)
    for first, following in pairwise(downbeats):
        if following - first == 4:
            inside = onset[(onset >= first * 4) & (onset < following * 4)] - first * 4
            counts += np.bincount(inside, minlength=16)
    return [round(float(c), 5) for c in counts / max(1.0, counts.sum())]


def scene_lines(signals: FrameSignals, shots: Sequence[Shot]) -> str:
    """First and last frame of each shot, one shot a line."""
    times_s = signals.times_s
    first = [int(np.searchsorted(times_s, float(shot.start_s) - 1e-6)) for shot in shots]
    ends = [*first[1:], len(times_s)]
    return "".join(f"{a} {max(a, b - 1)}\n" for a, b in zip(first, ends, strict=True))


@dataclass(frozen=True, slots=True)
class _Encoded:
    """What encoders gave: `sampling` as the reader takes it, and the style where they can tell it."""

    sampling: dict[str, Any]
    style: Style | None


def _encode(job: Job, signals: FrameSignals, encoders: Encoders) -> _Encoded:
    from engine.video.frames import sampled_frames

    groups: list[tuple[str, ...]] = []
    visual: list[FloatArray] = []
    kept = _kept_captions(job, encoders.identity)
    for i, group in enumerate(_grouped(sampled_frames(job.video, signals.info, rate_hz=job.rate_hz))):
        visual.append(encoders.visual(group))
        if i < len(kept):
            groups.append(kept[i])
            continue
        groups.append(encoders.captions(group[len(group) // 2], n=SENTENCES_EACH, seed=i))
        _keep_captions(job, encoders.identity, groups[-1])
    features = np.concatenate(visual).astype(np.float32)
    said = [encoders.sentences(texts).mean(0) for texts in groups]
    seconds = float(1 / job.rate_hz)
    write_aside(job.output / VISUAL_FOLDER / f"{job.name}.pth", lambda file: _save_tensor(features, file))
    rows = np.stack(said).astype(np.float32)
    write_aside(job.output / CAPTION_FOLDER / f"{job.name}.npy", lambda file: _save_array(rows, file))
    write_text(job.output / CAPTION_TEXT_FOLDER / f"{job.name}.json", _caption_text(job, groups, seconds))
    sampling = {
        "visual_s": seconds,
        "caption_s": seconds * FRAMES_PER_CAPTION,
        "frames": len(features),
        "captions": len(groups),
        "sentences_each": SENTENCES_EACH,
    }
    return _Encoded(sampling, encoders.style(features))


def _grouped(frames: Iterator[NDArray[np.uint8]]) -> Iterator[list[NDArray[np.uint8]]]:
    group: list[NDArray[np.uint8]] = []
    for frame in frames:
        group.append(frame)
        if len(group) == FRAMES_PER_CAPTION:
            yield group
            group = []
    if group:
        yield group


def _caption_text(job: Job, groups: Sequence[Sequence[str]], seconds: float) -> str:
    """The captions as `diffbgm captions` writes them, so that people can read and edit them."""
    from engine.features.captions import captions_to_json
    from engine.music.encoded import Caption

    length_s = seconds * FRAMES_PER_CAPTION
    captions = [Caption(i * length_s, (i + 1) * length_s, tuple(texts)) for i, texts in enumerate(groups)]
    return json.dumps(captions_to_json(captions, video=job.video.name), indent=1, ensure_ascii=False) + "\n"


def _partial(job: Job) -> Path:
    return job.output / PARTIAL_FOLDER / f"{job.name}.jsonl"


def _key(job: Job, identity: str) -> str:
    return json.dumps([job.fingerprint(), identity])


def _kept_captions(job: Job, identity: str) -> list[tuple[str, ...]]:
    """Groups that an earlier attempt on the same video left, up to the last whole line."""
    file = _partial(job)
    try:
        head, *lines = file.read_text(encoding="utf-8").split("\n")
    except OSError:
        return []
    if head != _key(job, identity):
        file.unlink()
        return []
    whole = lines[:-1]  # behind the last line's end there is nothing, or half a line
    if lines and lines[-1]:
        write_text(file, "\n".join([head, *whole]) + "\n")
    return [tuple(json.loads(line)) for line in whole]


def _keep_captions(job: Job, identity: str, texts: Sequence[str]) -> None:
    file = _partial(job)
    file.parent.mkdir(parents=True, exist_ok=True)
    head = "" if file.is_file() else _key(job, identity) + "\n"
    with file.open("a", encoding="utf-8") as out:
        out.write(head + json.dumps(list(texts)) + "\n")


def _save_tensor(rows: FloatArray, file: Path) -> None:
    import torch

    torch.save(torch.from_numpy(rows), file)


def _save_array(rows: FloatArray, file: Path) -> None:
    with file.open("wb") as out:
        np.save(out, rows, allow_pickle=False)


def write_text(file: Path, text: str) -> None:
    """Write aside, then rename."""
    write_aside(file, lambda aside: aside.write_text(text, encoding="utf-8"))


def write_aside(file: Path, write: Callable[[Path], object]) -> None:
    """Write aside, then rename; nothing is left behind on failure.

    Raises:
        OutputError: if the folder cannot be written to.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(aside)
        aside.replace(file)
    except OSError as error:
        raise OutputError(f"'{file}' cannot be written: {error.strerror or error}.") from error
    finally:
        aside.unlink(missing_ok=True)
