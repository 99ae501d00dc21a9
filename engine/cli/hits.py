"""`diffbgm hits`: where cuts and markers fall in the music, and how its tempo bends for them."""

from __future__ import annotations

import argparse
import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import (
    EXIT_OK,
    PROJECT_SUFFIXES,
    checked_output,
    clock,
    existing_video,
    print_json,
    written_aside,
)
from engine.cli.editors import add_source_options, existing_source, open_source
from engine.cli.landing import add_landing_options, with_landings
from engine.cli.progress import RunProgress
from engine.cli.score import settings_from, tempo_range
from engine.cli.shots import add_sensitivity, find_shots, look_at
from engine.errors import InputError
from engine.settings import GenerationSettings

if TYPE_CHECKING:
    from engine.music.tempo_solution import TempoSolution

_DEFAULTS: Final = GenerationSettings()
_HEARD_S: Final = 0.02
"""A note this near to a hit, or within a frame of it, is heard as on it."""


@dataclass(frozen=True, slots=True)
class Landings:
    """What is told of a video, a take or a manifest.

    Attributes:
        name: of the source; duration_s: of the video; frame_s: of one frame.
        tempo: (second, BPM) of each change.
        hits, dropped: as `Placement.describe` and `Dropped.describe` give them, times as the video counts them.
        relaxations: sentences.
        onsets_s: where notes begin, in order; None where no notes are known.
    """

    name: str
    duration_s: float
    frame_s: float
    tempo: Sequence[tuple[float, float]]
    hits: Sequence[dict[str, Any]]
    dropped: Sequence[dict[str, Any]]
    relaxations: Sequence[str] = ()
    onsets_s: Sequence[float] | None = field(default=None)

    def is_heard(self, time_s: float) -> bool | None:
        """Whether a note begins at a time; None where no notes are known."""
        if self.onsets_s is None:
            return None
        reach_s = max(_HEARD_S, self.frame_s) + 1e-6
        after = bisect_left(self.onsets_s, time_s - reach_s)
        return after < len(self.onsets_s) and self.onsets_s[after] <= time_s + reach_s


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    d = _DEFAULTS
    parser = commands.add_parser(
        "hits",
        help="list where cuts and markers fall in the music",
        description="List the hits of a video, of a take in a project, or of a manifest: bar and beat, error, tempo, "
        "whether a note begins there, and which were dropped and why.",
    )
    parser.add_argument(
        "source", metavar="VIDEO|PROJECT", help="a video, an editor's timeline, a .dbgm project, or a .json manifest"
    )
    parser.add_argument("--take", metavar="NAME", help="of a project: name, number or id (default: the newest)")
    parser.add_argument("--midi", metavar="FILE", help="the notes, as `score --midi` writes them: which hits are heard")
    parser.add_argument("--picture", metavar="OUT.png", help="draw the tempo over the cuts")
    add_sensitivity(parser)
    parser.add_argument("--mood", default=d.mood, metavar="NAME", help=f"({d.mood}: as the picture suggests)")
    parser.add_argument(
        "--tempo",
        type=tempo_range,
        default=(d.tempo_min, d.tempo_max),
        metavar="MIN:MAX",
        help=f"range of the tempo in BPM ({d.tempo_min:g}:{d.tempo_max:g})",
    )
    add_landing_options(parser)
    add_source_options(parser)
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser, video=None)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Find the hits and tell them."""
    source, *_ = existing_source(args, args.source)
    picture = checked_output(args.picture, (".png",), inputs=[source]) if args.picture is not None else None
    midi = existing_video(args.midi) if args.midi is not None else None
    landings = _look_up(args, source, cancel)
    if midi is not None:
        from engine.music.midi import read_onsets

        landings = replace(landings, onsets_s=read_onsets(midi))
    if picture is not None:
        from engine.cli.draw_tempo import draw_tempo

        image = draw_tempo(landings)
        with written_aside(picture) as aside:
            image.save(aside)
    if args.json:
        print_json(as_json(landings, source, picture))
        return EXIT_OK
    _print(landings)
    if picture is not None:
        print(picture)
    return EXIT_OK


def _look_up(args: argparse.Namespace, source: Path, cancel: CancelToken) -> Landings:
    suffix = source.suffix.lower()
    if suffix in PROJECT_SUFFIXES:
        return _of_take(args, source)
    if suffix == ".json":
        return of_manifest(source)
    return _of_video(args, source, cancel)


def _of_video(args: argparse.Namespace, source: Path, cancel: CancelToken) -> Landings:
    """The hits that a run with these options would have."""
    settings = settings_from(args)
    opened = open_source(args, args.source, cancel)
    with RunProgress(silent=args.json) as progress:
        signals = look_at(opened.video, progress, cancel)
    from engine.music.music_plan import sensible_frame_s
    from engine.pipeline import fit_tempo

    direction = with_landings(args, opened.direction())
    shots = direction.shots or find_shots(signals, settings.sensitivity)
    solution = fit_tempo(signals, shots, settings, direction)
    duration_s = signals.info.duration_s
    return of_solution(solution, source.name, float(duration_s), sensible_frame_s(signals.info))


def of_solution(solution: TempoSolution, name: str, duration_s: float, frame_s: float) -> Landings:
    """What a solution of the tempo tells."""
    from fractions import Fraction

    from engine.music.tempo_solution import tempo_points

    return Landings(
        name=name,
        duration_s=duration_s,
        frame_s=frame_s,
        tempo=tempo_points(solution.tempo, Fraction(duration_s)),
        hits=[placement.describe() for placement in solution.placements],
        dropped=[drop.describe() for drop in solution.dropped],
        relaxations=solution.relaxations,
    )


def _of_take(args: argparse.Namespace, source: Path) -> Landings:
    """The hits of a take, and its notes as they are played."""
    from engine.music.tempo_solution import tempo_points
    from engine.pipeline import write_score
    from engine.project import Project

    with Project.open(source, read_only=True) as project:
        take = project.take(project.find_take(args.take).id, with_steps=False)
    plan = take.plan
    offset_s = float(plan.offset_s)
    told = plan.describe_hits()
    score = write_score(take.notes, plan, take.settings, take.direction)
    onsets_s = sorted(offset_s + note.start_s for part in score.parts for note in part.notes)
    return Landings(
        name=f"{source.name}: {take.name}",
        duration_s=float(plan.info.duration_s),
        frame_s=plan.frame_s,
        tempo=[(offset_s + time_s, bpm) for time_s, bpm in tempo_points(plan.tempo, plan.duration_s)],
        hits=[{**hit, "time_s": offset_s + hit["time_s"]} for hit in told["hits"]],
        dropped=[{**drop, "time_s": offset_s + drop["time_s"]} for drop in told["dropped"]],
        relaxations=told["relaxations"],
        onsets_s=onsets_s,
    )


def of_manifest(source: Path) -> Landings:
    """The hits that a manifest tells.

    Raises:
        InputError: if the file is no manifest, or one that tells no tempo.
    """
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
        return Landings(
            name=str(data["video"]["name"]),
            duration_s=float(data["video"]["duration_s"]),
            frame_s=min(0.1, max(0.01, 1 / max(1e-3, float(data["video"]["frame_rate"])))),
            tempo=[(float(time_s), float(bpm)) for time_s, bpm in data["music"]["tempo"]],
            hits=[dict(hit) for hit in data["hits"]],
            dropped=[dict(drop) for drop in data["dropped"]],
            relaxations=[str(sentence) for sentence in data["relaxations"]],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"'{source.name}' is no manifest that tells hits.", "Give a video, a project, or what --manifest wrote."
        ) from error


def as_json(landings: Landings, source: Path, picture: Path | None) -> dict[str, Any]:
    """All of it as plain data."""
    tempi = [bpm for _, bpm in landings.tempo]
    return {
        "ok": True,
        "source": source,
        "picture": picture,
        "duration_s": landings.duration_s,
        "frame_s": landings.frame_s,
        "bpm": {"lowest": min(tempi), "highest": max(tempi)},
        "tempo": landings.tempo,
        "hits": [{**hit, "audible": landings.is_heard(hit["time_s"])} for hit in landings.hits],
        "dropped": landings.dropped,
        "relaxations": landings.relaxations,
    }


def _print(landings: Landings) -> None:
    tempi = [bpm for _, bpm in landings.tempo]
    stars = sum(bool(hit["starred"]) for hit in landings.hits)
    print(f"{len(landings.hits)} hits, {stars} starred; {min(tempi):.1f} to {max(tempi):.1f} BPM")
    print(f"{'':>1} {'time':>10}  {'bar.beat':>9}  {'error':>9}  {'BPM':>6}  {'heard':>5}  what")
    for hit in landings.hits:
        heard = {True: "yes", False: "no", None: "-"}[landings.is_heard(hit["time_s"])]
        place = f"{hit['bar']}.{hit['beat']}" + ("+" if hit["sixteenth"] == 3 else "" if hit["sixteenth"] == 1 else "'")
        star = "*" if hit["starred"] else " "
        what = hit["label"] or hit["kind"]
        error = f"{hit['error_ms']:>+6.1f} ms"
        print(f"{star} {clock(hit['time_s']):>10}  {place:>9}  {error:>9}  {hit['bpm']:>6.1f}  {heard:>5}  {what}")
    for drop in landings.dropped:
        print(f"dropped{' star' if drop['starred'] else ''} {clock(drop['time_s'])}: {drop['reason']}")
    for sentence in landings.relaxations:
        print(sentence)
