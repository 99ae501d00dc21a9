"""What the studio tells its widgets, beyond the events of a run; and what they draw."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from diffbgm_gui.document import Document
    from diffbgm_gui.keeping import Leftover, Opened
    from engine import PreviewReady
    from engine.music.notes import Voice
    from engine.music.take import Take
    from engine.timelines import OpenedTimeline

    Roll: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TakeAudible:
    """A take can be heard: one file a voice. `loudness_lufs` of the whole, None for silence, and for what `is_opening`:
    its first seconds, until the rest is there."""

    take_id: str
    voices: Mapping[Voice, Path]
    loudness_lufs: float | None
    is_opening: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TakeDrawn:
    """A long take is ready to be shown: `shown` and all that widgets work out beforehand."""

    take: Take
    shown: Shown


@dataclass(frozen=True, slots=True)
class StepPicture:
    """One step's roll, packed: `roll` is uint8 `[V, N, 128]`, 0 silent, 1 held, 2 struck."""

    index: int
    timestep: int
    paper_t: float
    shape: tuple[int, ...]
    packed: bytes

    @classmethod
    def of(cls, preview: PreviewReady) -> StepPicture:
        """The step of a preview."""
        packed = zlib.compress(preview.roll.tobytes(), 1)
        return cls(preview.index, preview.timestep, preview.paper_t, preview.roll.shape, packed)

    @property
    def roll(self) -> Roll:
        import numpy as np

        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class StepsReady:
    """The denoising steps of a take. `noisy` says whether they show the canvas itself instead of the estimate."""

    take_id: str
    noisy: bool
    steps: tuple[StepPicture, ...]


@dataclass(frozen=True, slots=True)
class StepsFailed:
    """The denoising steps of a take cannot be had; why, for the scrubber."""

    take_id: str
    noisy: bool
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ProjectOpened:
    """A project file was read. Where its film was not found, `opened.missing` says so and nothing is shown yet."""

    opened: Opened


@dataclass(frozen=True, slots=True, eq=False)
class ProjectSaved:
    """`document` is in the user's file `path`."""

    path: Path
    document: Document


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """The user's file could not be written; it is as it was."""

    path: Path
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class MediaRelinked:
    """The film of the project that was opened last lies at `video`."""

    video: Path


@dataclass(frozen=True, slots=True, eq=False)
class TimelineOpened:
    """An editor's timeline was read, and its picture is there."""

    path: Path
    opened: OpenedTimeline


@dataclass(frozen=True, slots=True)
class TimelineFailed:
    """An editor's timeline could not be used; `for_recut` says that the open project was to follow it."""

    path: Path
    message: str
    hint: str = ""
    for_recut: bool = False


@dataclass(frozen=True, slots=True)
class LeftoversFound:
    """Working copies of sessions that did not end well, the newest first."""

    leftovers: tuple[Leftover, ...]


@dataclass(frozen=True, slots=True)
class CacheMeasured:
    """What is kept of films takes up so much."""

    n_bytes: int


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """Something in the background did not work out."""

    message: str
    hint: str = ""


@dataclass(eq=False)
class Shown:
    """What roll and curves draw now. Never changed once made.

    Attributes:
        roll: uint8 `[V, N, 128]`, 0 silent, 1 held, 2 struck; None where there is nothing.
        plan: as `MusicPlan.describe` has it, its times counted from where the music begins; empty where there is none.
        is_live: whether it forms at this moment.
        step: the denoising step that is shown, from 0; None for the finished take.
        take_id: the take that is shown, None for what forms.
    """

    roll: Roll | None
    plan: Mapping[str, Any]
    is_live: bool = False
    step: int | None = None
    take_id: str | None = None

    @property
    def offset_s(self) -> float:
        """Where in the film the music begins."""
        return float(self.plan.get("offset_s", 0.0))

    @cached_property
    def film_plan(self) -> Mapping[str, Any]:
        """The plan with its beats in seconds of the film."""
        return {**self.plan, "beat_s": self.beat_s} if self.plan else {}

    @cached_property
    def beat_s(self) -> tuple[float, ...]:
        """Times of all beats and of the end, in seconds of the film; empty where there is no plan."""
        return tuple(self.offset_s + time_s for time_s in self.plan.get("beat_s", ()))
