"""What the studio's study of a take tells: bundles, captions, charts, measures, the sheet of t0 and k."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bundles import BundleFacts
    from engine.direction import Words
    from engine.music.curves import Agreement
    from engine.music.measures import Finding
    from engine.music.take import Take
    from engine.unfolding import StepFigures


@dataclass(frozen=True, slots=True)
class BundleKnown:
    """What the bundle in use says of itself. `is_new`: the user chose it just now."""

    facts: BundleFacts
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class EncodersKnown:
    """Whether the encoders of the paper profile are on this machine; else why not, and what to do."""

    are_here: bool
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CaptionsProgressed:
    """How far the caption model is, 0..1."""

    share: float


@dataclass(frozen=True, slots=True)
class CaptionsWritten:
    """What the caption model says of a film; nothing and a message where it could not."""

    video: Path
    captions: tuple[Words, ...]
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class StepsCharted:
    """How many notes begin and end to be in each denoising step of a take."""

    take_id: str
    figures: tuple[StepFigures, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TakeMeasured:
    """A take beside real music, and its drawn curves as asked and achieved. `source`: what real music is meant."""

    take_id: str
    findings: tuple[Finding, ...]
    agreements: tuple[Agreement, ...]
    source: str = ""
    n_windows: int = 0


@dataclass(frozen=True, slots=True)
class StudyWritten:
    """A file of the study is there."""

    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class SheetCell:
    """One small take of the sheet; None where it failed."""

    t0: int
    k: int
    take: Take | None


@dataclass(frozen=True, slots=True)
class SheetChanged:
    """Another cell is there, or the sheet was begun, paused or stopped; see `StudioStudy.sheet`."""
