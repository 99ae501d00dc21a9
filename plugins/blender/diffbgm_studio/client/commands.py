"""Command lines of the engine, from what was asked for in an editor."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .faults import Fault

_TALK = ("--json", "--progress", "json")


def split_options(text: str) -> tuple[str, ...]:
    """Options as typed, taken apart at spaces; what is in quotes stays whole, also a path with backslashes.

    Raises:
        Fault: if a quote is open.
    """
    try:
        return tuple(shlex.split(text.replace("\\", "\\\\")))
    except ValueError as error:
        raise Fault("The further options have an open quote.", f"As typed: {text}") from error


@dataclass(frozen=True)
class Command:
    """One process to run.

    Attributes:
        argv: program and arguments; label: what it does, as shown.
        runs: how many runs of the engine its progress tells of, one after the other.
    """

    argv: tuple[str, ...]
    label: str
    runs: int = 1


@dataclass(frozen=True)
class Music:
    """What was asked of the music; None and "" leave a setting to the engine.

    Attributes:
        tempo: lowest and highest BPM.
        duck_notes: play less while someone speaks.
        stems: also one file per part.
        extra: further options, as typed.
    """

    mood: str = "auto"
    palette: str = "piano"
    seed: int | None = None
    takes: int = 1
    t0: int = 200
    k: int = 8
    steps: int | None = None
    tempo: tuple[float, float] | None = None
    strictness: str = ""
    loudness: str = ""
    duck_notes: bool = False
    stems: bool = False
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """What the music is for.

    Attributes:
        path: the video or cut list.
        range_s: [in, out) seconds of it that get music; None for all.
        markers: (second, label) of moments to land on, the editor's cuts among them.
        stars: seconds at which the music must land; None lets the engine choose.
    """

    path: Path
    range_s: tuple[Fraction, Fraction] | None = None
    markers: tuple[tuple[Fraction, str], ...] = ()
    stars: tuple[Fraction, ...] | None = None


def score_command(engine: Sequence[str], picture: Picture, music: Music, wav: Path, project: Path) -> Command:
    """Compose: `wav` gets the music (out.1.wav, out.2.wav, ... for several takes), `project` keeps the takes."""
    words = [*engine, "score", str(picture.path), "-o", str(wav), "--project", str(project)]
    words += [f"--mood={music.mood}", f"--palette={music.palette}", f"--t0={music.t0}", f"--k={music.k}"]
    if music.takes > 1:
        words.append(f"--takes={music.takes}")
    for option, value in (("steps", music.steps), ("seed", music.seed)):
        if value is not None:
            words.append(f"--{option}={value}")
    for option, text in (("strictness", music.strictness), ("loudness", music.loudness)):
        if text:
            words.append(f"--{option}={text}")
    if music.tempo is not None:
        words.append(f"--tempo={music.tempo[0]:g}:{music.tempo[1]:g}")
    if music.duck_notes:
        words.append("--duck-notes")
    if music.stems:
        words += ["--stems", str(stems_folder(wav))]
    words += _picture_options(picture)
    return Command((*words, *music.extra, *_TALK), "Starting the engine", music.takes)


def stems_folder(wav: Path) -> Path:
    """Where the parts of a WAV go."""
    return wav.with_name(f"{wav.stem} parts")


def _picture_options(picture: Picture) -> list[str]:
    words = []
    if picture.range_s is not None:
        words.append(f"--range={picture.range_s[0]}:{picture.range_s[1]}")
    words += [f"--marker={time_s}={_one_line(label)}" for time_s, label in picture.markers]
    if picture.stars is not None:
        words += [f"--star={time_s}" for time_s in picture.stars] or ["--star=none"]
    return words


def _one_line(label: str) -> str:
    return " ".join(label.split())


def reroll_command(
    engine: Sequence[str],
    project: Path,
    take: str,
    bars: tuple[int, int],
    wav: Path,
    *,
    seed: int | None = None,
    stems: bool = False,
    extra: Sequence[str] = (),
) -> Command:
    """Write the bars from `bars[0]` to `bars[1]`, both included and counted from 1, of a take anew."""
    words = [*engine, "reroll", str(project), f"--take={take}", f"--bars={bars[0]}:{bars[1]}", "-o", str(wav)]
    words += ["--manifest", str(manifest_of(wav))]
    if seed is not None:
        words.append(f"--seed={seed}")
    if stems:
        words += ["--stems", str(stems_folder(wav))]
    return Command((*words, *extra, *_TALK), f"Re-rolling bars {bars[0]} to {bars[1]}")


def reconform_command(
    engine: Sequence[str],
    project: Path,
    take: str,
    picture: Path,
    wav: Path,
    *,
    stems: bool = False,
    extra: Sequence[str] = (),
) -> Command:
    """Let a take follow a new cut."""
    words = [*engine, "reconform", str(project), str(picture), f"--take={take}", "-o", str(wav)]
    words += ["--manifest", str(manifest_of(wav))]
    if stems:
        words += ["--stems", str(stems_folder(wav))]
    return Command((*words, *extra, *_TALK), "Following the new cut")


def manifest_of(wav: Path) -> Path:
    """Where the manifest of a WAV goes."""
    return wav.with_suffix(".json")
