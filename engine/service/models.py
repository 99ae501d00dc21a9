"""What goes over the wire: bodies of requests and answers, from which the schema is made."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from engine.direction import Direction
from engine.errors import InputError
from engine.settings import MAX_SEED, GenerationSettings

Time = Annotated[float | str, Field(description='seconds, as a number or exactly, as "1001/24"')]
Status = Literal["queued", "running", "done", "failed", "cancelled"]
Kind = Literal["score", "reroll", "fork", "export"]
Timeline = Literal["otio", "fcp7", "fcpxml", "edl", "mlt", "marker_csv", "marker_edl", "audacity"]


def _only_known(value: Any) -> Any:
    if isinstance(value, dict):
        unknown = sorted(set(value) - {field.name for field in fields(GenerationSettings)})
        if unknown:
            raise InputError(f"Unknown settings: {', '.join(unknown)}.")
    return value


Settings = Annotated[GenerationSettings, BeforeValidator(_only_known)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShotBody(_Body):
    """A shot of the caller's own cut list."""

    start_s: Time
    end_s: Time
    transition: Literal["start", "cut", "dissolve", "fade"] = "cut"
    salience: float = Field(default=1.0, ge=0, le=1)


class MarkerBody(_Body):
    """A moment that music should land on."""

    time_s: Time
    label: str = ""


class MoodBody(_Body):
    """Another mood for the shot that begins here."""

    start_s: Time
    mood: str


class DirectionBody(_Body):
    """What is laid on the timeline; everything is optional."""

    shots: list[ShotBody] | None = Field(
        default=None, description="the shots as edited; without them they are detected"
    )
    markers: list[MarkerBody] = []
    stars: list[Time] | None = Field(
        default=None, description="cuts and markers that must hit; without it the program chooses"
    )
    curves: dict[str, list[tuple[Time, float]]] = Field(
        default={}, description="density, energy, register or tension as points of seconds and 0..1"
    )
    moods: list[MoodBody] = []
    key: str | None = Field(default=None, description='as "A minor"')
    chords: list[str | None] = Field(default=[], description='one a beat, as "Am7", null for none')
    range_s: tuple[Time, Time] | None = Field(default=None, description="music between these seconds only")

    def direction(self) -> Direction:
        """The engine's direction.

        Raises:
            InputError: for what makes no sense.
        """
        data: dict[str, Any] = {
            "markers": [[str(marker.time_s), marker.label] for marker in self.markers],
            "curves": {name: [[str(t), value] for t, value in points] for name, points in self.curves.items()},
            "moods": [[str(mood.start_s), mood.mood] for mood in self.moods],
            "key": self.key,
            "chords": self.chords,
        }
        if self.shots is not None:
            data["shots"] = [[str(s.start_s), str(s.end_s), s.transition, s.salience] for s in self.shots]
        if self.stars is not None:
            data["stars"] = [str(time_s) for time_s in self.stars]
        if self.range_s is not None:
            data["range_s"] = [str(time_s) for time_s in self.range_s]
        return Direction.from_json(data)


class _Files(_Body):
    midi: str | None = Field(default=None, description="also write the score, .mid")
    wav: str | None = Field(default=None, description="also write the music alone, .wav")
    stems: str | None = Field(default=None, description="folder for one WAV per part")
    manifest: str | None = Field(default=None, description="also write how it was made, .json")
    timelines: dict[Timeline, str] = Field(
        default={}, description="timelines and lists of hits for editors by kind; they name a WAV, which is written"
    )
    overwrite: bool = Field(default=False, description="whether files that are there may be written over")


class _Bound(_Body):
    cancel_on_disconnect: bool = Field(
        default=False, description="cancel the job when nobody listens to its event stream any more"
    )


class ScoreBody(_Files, _Bound):
    """Compose for a video."""

    video: str
    output: str = Field(
        description=".mp4, .mov, .mkv or .webm for the film with its music; .wav or .mid for music alone"
    )
    project: str | None = Field(default=None, description="keep the take in this .dbgm; made if it is not there")
    settings: Settings = Field(default=GenerationSettings(), description="only what differs from the defaults")
    direction: DirectionBody = DirectionBody()
    bundle: str | None = Field(default=None, description="folder of another model")


class _OnTake(_Files, _Bound):
    project: str
    take: str | None = Field(default=None, description="name, number or id; the newest if null")
    video: str | None = Field(default=None, description="where the video is now, if it has moved")


class _Changed(_OnTake):
    output: str | None = Field(default=None, description="also write the new take: a film, .wav or .mid")
    name: str = Field(default="", description="of the new take")
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)
    t0: int | None = None
    k: int | None = None
    guidance: float | None = None
    plan_guidance: float | None = None
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    bundle: str | None = None


class RerollBody(_Changed):
    """Write parts of a take anew; every other note stays. The result is a further take of the project."""

    regions: list[str] = Field(
        min_length=1, description='each as "bars=5:8,voice=melody"; limits: bars, beats, time, shot, voice, pitch'
    )


class ForkBody(_Changed):
    """Repeat a take's denoising up to a step, and go on otherwise. The result is a further take of the project."""

    step: int = Field(ge=1, description="the last step to keep, counted from 1")
    mood: str | None = None


class ExportBody(_OnTake):
    """Write a take; nothing is composed."""

    output: str
    sound: dict[str, Any] = Field(
        default={},
        description="settings of the sound that differ from the take's: palette, original_audio, loudness_lufs, ...",
    )


class ErrorText(BaseModel):
    """What is wrong, for a person."""

    message: str
    hint: str


class ErrorAnswer(BaseModel):
    """Every answer that is no success."""

    ok: Literal[False] = False
    error: ErrorText


class JobAnswer(BaseModel):
    """A job as it stands."""

    id: str
    kind: Kind
    status: Status
    created_s: float = Field(description="seconds since 1970")
    started_s: float | None
    ended_s: float | None
    position: int | None = Field(description="in the queue, from 1; null when it does not wait")
    stage: str | None = Field(description="of the run, null before the first")
    share: float = Field(description="of the run that is done, 0..1")
    eta_s: float | None = Field(description="seconds left, null while unknown")
    last_seq: int = Field(description="number of its newest event")
    cancel_on_disconnect: bool
    result: dict[str, Any] | None = Field(description="set when done")
    error: ErrorText | None = Field(description="set when failed or cancelled")


class JobsAnswer(BaseModel):
    """All jobs that are remembered, oldest first."""

    jobs: list[JobAnswer]


class EventsAnswer(BaseModel):
    """Events of a job after a number; each has "seq" and "event"."""

    events: list[dict[str, Any]]
    last_seq: int
    ended: bool = Field(description="whether no further events will come")


class TakesAnswer(BaseModel):
    """The takes of a project, oldest first."""

    project: str
    takes: list[dict[str, Any]]


class HealthAnswer(BaseModel):
    """The service is there."""

    ok: Literal[True] = True
    version: str
    api: Literal["v1"] = "v1"
    pid: int
    allow: list[str] = Field(description="folders that may be touched")
    jobs: int = Field(description="composing at once")
    running: int
    queued: int
