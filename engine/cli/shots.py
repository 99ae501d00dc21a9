"""`diffbgm shots`: the shots of a video."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, clock, print_json
from engine.cli.editors import SOURCE_HELP, Source, add_source_options, open_source
from engine.cli.progress import RunProgress
from engine.events import Stage
from engine.timebase import Shot

if TYPE_CHECKING:
    from engine.signals import FrameSignals

SENSITIVITY = 0.5


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "shots",
        help="list the shots of a video",
        description="List the shots of a video. Another sensitivity needs no second look at the picture.",
    )
    parser.add_argument("video", metavar="VIDEO", help=SOURCE_HELP)
    add_sensitivity(parser)
    add_source_options(parser)
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def add_sensitivity(parser: argparse.ArgumentParser) -> None:
    """The option of shot detection, refused outside 0..1."""
    parser.add_argument(
        "--sensitivity",
        type=_share,
        default=SENSITIVITY,
        metavar="S",
        help=f"0 (only the hardest cuts) .. 1 (every change); default {SENSITIVITY:g}",
    )


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 1")
    return value


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Print the shots."""
    source = open_source(args, args.video, cancel)
    with RunProgress(silent=args.json) as progress:
        signals = look_at(source.video, progress, cancel)
    direction = source.direction()
    shots = direction.shots or find_shots(signals, args.sensitivity)
    if args.json:
        print_json(_as_json(signals, shots, args.sensitivity) | _told_by_editor(source))
        return EXIT_OK
    print(f"{'shot':>4}  {'start':>10}  {'end':>10}  {'length':>8}  begins with")
    for shot in shots:
        how = shot.transition if shot.index == 0 else f"{shot.transition} ({shot.salience:.2f})"
        print(
            f"{shot.index + 1:>4}  {clock(shot.start_s):>10}  {clock(shot.end_s):>10}"
            f"  {float(shot.duration_s):>6.2f} s  {how}"
        )
    for marker in () if source.timeline is None else source.timeline.cuts.markers:
        print(f"{'*' if marker.starred else '':>4}  {clock(marker.time_s):>10}  marker {marker.label}".rstrip())
    return EXIT_OK


def _told_by_editor(source: Source) -> dict[str, Any]:
    """What a timeline says beside its cuts; empty for a video."""
    if source.timeline is None:
        return {}
    cuts = source.timeline.cuts
    return {
        "timeline": cuts.name,
        "is_film": source.timeline.is_film,
        "clips": [
            {"start_s": s.start_s, "end_s": s.end_s, "media": s.media, "source_s": s.source_s, "speed": s.speed}
            for s in cuts.segments
        ],
        "markers": [{"time_s": m.time_s, "label": m.label, "starred": m.starred} for m in cuts.markers],
    }


def look_at(video: Path, progress: RunProgress, cancel: CancelToken) -> FrameSignals:
    """What one decode pass measures of a video; from the cache when it was looked at before."""
    from engine.artifacts import AnalysisCache
    from engine.pipeline import analyse_video

    return analyse_video(video, cache=AnalysisCache(), report=progress.report(Stage.ANALYSE), cancel=cancel)


def find_shots(signals: FrameSignals, sensitivity: float) -> tuple[Shot, ...]:
    """The shots at a sensitivity."""
    from engine.video.shots import detect_shots

    return detect_shots(signals, sensitivity=sensitivity)


def _as_json(signals: FrameSignals, shots: tuple[Shot, ...], sensitivity: float) -> dict[str, Any]:
    import numpy as np

    starts = np.array([float(shot.start_s) for shot in shots])
    half_frame_s = 0.5 / max(1.0, float(signals.info.frame_rate))
    frames = np.searchsorted(signals.times_s, starts - half_frame_s)
    return {
        "ok": True,
        "video": signals.info.path,
        "duration_s": signals.info.duration_s,
        "frame_rate": signals.info.frame_rate,
        "frames": len(signals.pts),
        "sensitivity": sensitivity,
        "shots": [
            {
                "index": shot.index,
                "start_s": shot.start_s,
                "end_s": shot.end_s,
                "start_exact_s": f"{shot.start_s.numerator}/{shot.start_s.denominator}",
                "start_frame": int(frame),
                "transition": shot.transition,
                "salience": shot.salience,
            }
            for shot, frame in zip(shots, frames, strict=True)
        ],
    }
