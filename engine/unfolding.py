"""How a piece takes shape over its denoising steps: figures of each step, and files that show them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.errors import EngineError, InputError, OutputError
from engine.wording import reason_of

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_FRAMES: Final = 120
FRAME_MS: Final = 200
LAST_FRAME_MS: Final = 2500
STRUCK: Final = 2
SUFFIXES: Final = (".gif", ".mp4", ".npz", ".csv")


class StepRoll(Protocol):
    """One denoising step: its number from 0, the model's timestep and the noise level on the paper's scale after it,
    and the roll that the model believed in then, uint8 `[V, N, 128]`: 0 silent, 1 held, 2 struck."""

    @property
    def index(self) -> int: ...

    @property
    def timestep(self) -> int: ...

    @property
    def paper_t(self) -> float: ...

    @property
    def roll(self) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True)
class StepFigures:
    """What one step did.

    Attributes:
        index, timestep, paper_t: see `StepRoll`.
        notes: note beginnings that the model believes in.
        births, deaths: beginnings that the step before had not, and those that it had and this one has no more.
        settled: share of the last step's beginnings that are there already, 0..1; NaN where that one has none.
    """

    index: int
    timestep: int
    paper_t: float
    notes: int
    births: int
    deaths: int
    settled: float


def step_figures(steps: Sequence[StepRoll], *, cancel: CancelToken = NEVER) -> tuple[StepFigures, ...]:
    """Figures of every step. A note is known by voice, step and pitch of its beginning.

    Raises:
        RunCancelled: when cancelled.
    """
    if not steps:
        return ()
    last = steps[-1].roll == STRUCK
    n_last = int(last.sum())
    before = np.zeros_like(last)
    figures = []
    for step in steps:
        cancel.raise_if_cancelled()
        struck = step.roll == STRUCK
        settled = float((struck & last).sum() / n_last) if n_last else float("nan")
        births, deaths = int((struck & ~before).sum()), int((before & ~struck).sum())
        figures.append(StepFigures(step.index, step.timestep, step.paper_t, int(struck.sum()), births, deaths, settled))
        before = struck
    return tuple(figures)


def is_kept(index: int, total: int) -> bool:
    """Whether a step is among the at most `MOST_FRAMES` that a moving picture shows, evenly thinned out."""
    if total <= MOST_FRAMES or index in (0, total - 1):
        return True
    return index * MOST_FRAMES // total != (index - 1) * MOST_FRAMES // total


def draw_frames(
    steps: Sequence[StepRoll], *, t0: int, name: str, total: int | None = None, cancel: CancelToken = NEVER
) -> list[Image]:
    """One picture a step, all of one size.

    Args:
        total: how many steps there were; as many as given when None.

    Raises:
        EngineError: if there is no step to draw.
    """
    if not steps:
        raise EngineError("The run showed no denoising steps.", "Ask for at least one: --steps 24")
    from engine.drawing import draw_step, pitch_range

    total = len(steps) if total is None else total
    played = np.flatnonzero(steps[-1].roll.any(axis=(0, 1)))
    pitches = pitch_range([int(pitch) for pitch in played])
    frames = []
    for step in steps:
        cancel.raise_if_cancelled()
        title = f"{name}   step {step.index + 1} of {total}   t = {step.paper_t:.0f}"
        frames.append(draw_step(step.roll, title=title, paper_t=step.paper_t, t0=t0, pitches=pitches))
    return frames


def save_gif(frames: Sequence[Image], path: Path, *, frame_ms: int = FRAME_MS) -> None:
    """Write frames as a GIF that repeats; one palette for all, so that colours do not flicker."""
    from PIL.Image import Dither

    palette = frames[-1].quantize(192)
    reduced = [frame.quantize(palette=palette, dither=Dither.NONE) for frame in frames]
    reduced[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=reduced[1:],
        duration=[frame_ms] * (len(frames) - 1) + [max(frame_ms, LAST_FRAME_MS)],
        loop=0,
    )


def save_mp4(frames: Sequence[Image], path: Path, *, frame_ms: int = FRAME_MS, cancel: CancelToken = NEVER) -> None:
    """Write frames as H.264 (where there is no encoder for it, MPEG-4) in MP4, the last one held for a while.

    Sides are made even, as the codecs need.

    Raises:
        RunCancelled: when cancelled.
    """
    import av

    from engine.video.encoders import picture_encoder

    rate, encoder = 25, picture_encoder()
    each = max(1, round(frame_ms * rate / 1000))
    writer: Any = av.open(str(path), "w", format="mp4")
    with writer as container:
        stream = container.add_stream(encoder.name, rate=rate, options=dict(encoder.options))
        stream.width, stream.height = (side - side % 2 for side in frames[0].size)
        stream.pix_fmt = "yuv420p"
        pts = 0
        for number, frame in enumerate(frames):
            cancel.raise_if_cancelled()
            pixels = np.asarray(frame.convert("RGB"))[: stream.height, : stream.width]
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            is_last = number + 1 == len(frames)
            for _ in range(max(each, LAST_FRAME_MS * rate // 1000) if is_last else each):
                picture.pts = pts
                pts += 1
                container.mux(stream.encode(picture))
        container.mux(stream.encode())


def save_npz(steps: Sequence[StepRoll], path: Path, *, t0: int) -> None:
    """Write rolls uint8 `[S, V, N, 128]`, timesteps and noise levels `[S]`, and t0."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            rolls=np.stack([step.roll for step in steps]),
            timestep=np.array([step.timestep for step in steps]),
            paper_t=np.array([step.paper_t for step in steps]),
            t0=np.array(t0),
        )


def save_csv(figures: Sequence[StepFigures], path: Path) -> None:
    """Write a row a step; the columns are the fields of `StepFigures`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(StepFigures)])
        writer.writerows(astuple(row) for row in figures)


def write_steps(
    steps: Sequence[StepRoll],
    path: Path,
    *,
    t0: int,
    name: str,
    total: int | None = None,
    frame_ms: int = FRAME_MS,
    cancel: CancelToken = NEVER,
) -> None:
    """Write the steps in the form that the file's name asks for: .gif, .mp4, .npz or .csv.

    Args:
        name: of the film, for the pictures.
        total: how many steps there were; as many as given when None.

    Raises:
        InputError: for another ending of the name; OutputError: if the file cannot be written.
        RunCancelled: when cancelled.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            "'{name}' names no form to write.",
            "Let it end in one of: {suffixes}.",
            name=path.name,
            suffixes=", ".join(SUFFIXES),
        )
    with _aside(path) as aside:
        if suffix == ".npz":
            save_npz(steps, aside, t0=t0)
        elif suffix == ".csv":
            save_csv(step_figures(steps, cancel=cancel), aside)
        else:
            shown = [step for i, step in enumerate(steps) if is_kept(i, len(steps))]
            whole = len(steps) if total is None else total
            frames = draw_frames(shown, t0=t0, name=name, total=whole, cancel=cancel)
            if suffix == ".gif":
                save_gif(frames, aside, frame_ms=frame_ms)
            else:
                save_mp4(frames, aside, frame_ms=frame_ms, cancel=cancel)


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A neighbour that takes the file's name when all went well."""
    aside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield aside
        aside.replace(path)
    except OSError as error:
        raise OutputError(
            "'{path}' cannot be written: {reason}.", "Choose another folder.", path=path, reason=reason_of(error)
        ) from error
    finally:
        aside.unlink(missing_ok=True)
