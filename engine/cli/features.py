"""`diffbgm features`: the rows, one value a beat, that the music is asked to follow."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, checked_output, existing_video, print_json, written_aside
from engine.cli.progress import RunProgress
from engine.cli.score import settings_from, tempo_range
from engine.cli.shots import add_sensitivity, look_at
from engine.features.quantiles import read_quantiles
from engine.settings import GenerationSettings

if TYPE_CHECKING:
    from PIL.Image import Image

_DEFAULTS = GenerationSettings()
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH: Final = 64


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    d = _DEFAULTS
    parser = commands.add_parser(
        "features",
        help="show what the music is asked to follow",
        description="Estimate the condition rows of a video, one value a beat, and print, draw or export them.",
    )
    parser.add_argument("video", metavar="VIDEO", help="any video file")
    parser.add_argument("--plot", metavar="FILE", help="draw the rows as a PNG")
    add_sensitivity(parser)
    parser.add_argument("--mood", default=d.mood, metavar="NAME", help=f"({d.mood}: as the picture suggests)")
    parser.add_argument(
        "--tempo",
        type=tempo_range,
        default=(d.tempo_min, d.tempo_max),
        metavar="MIN:MAX",
        help=f"range of the tempo in BPM ({d.tempo_min:g}:{d.tempo_max:g})",
    )
    parser.add_argument("--seed", type=int, default=0, help="decides the chords where the picture leaves a choice (0)")
    parser.add_argument("--bundle", metavar="DIR", help="a model bundle other than the one that comes along")
    parser.add_argument("--json", action="store_true", help="silent; all rows as one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Estimate the rows and show them."""
    settings = settings_from(args)
    video = existing_video(args.video)
    plot = checked_output(args.plot, (".png",), inputs=[video]) if args.plot is not None else None
    quantiles = read_quantiles(Path(args.bundle) if args.bundle else None)
    from engine.pipeline import plan_music

    with RunProgress(silent=args.json) as progress:
        signals = look_at(video, progress, cancel)
    rows = plan_music(signals, settings, quantiles=quantiles).describe()
    if plot is not None:
        with written_aside(plot) as aside:
            draw_rows(rows, video.name).save(aside)
    if args.json:
        print_json({"ok": True, "video": video, "plot": plot, **rows})
        return EXIT_OK
    _print_rows(rows)
    if plot is not None:
        print(plot)
    return EXIT_OK


def draw_rows(rows: dict[str, Any], name: str) -> Image:
    """A picture of all rows over time, with the cuts."""
    import numpy as np

    from engine.drawing import VOICE_COLOURS, Strip, draw_strips

    times_s = np.asarray(rows["beat_s"][:-1], np.float64)
    strips = [
        Strip(label, times_s, np.asarray(values, np.float32), colour)
        for group, colour in (("dynamic", VOICE_COLOURS[1]), ("semantic", VOICE_COLOURS[0]))
        for label, values in rows[group].items()
    ]
    cuts_s = [shot[0] for shot in rows["shots"][1:]]
    title = f"{name}   {rows['bpm']:.1f} BPM, {rows['n_beats']} beats, {rows['key']}"
    return draw_strips(title, strips, length_s=rows["duration_s"], cuts_s=cuts_s)


def _print_rows(rows: dict[str, Any]) -> None:
    print(f"{rows['n_beats']} beats at {rows['bpm']:.2f} BPM, {rows['key']}, {len(rows['shots'])} shots")
    for group in ("dynamic", "semantic"):
        print(f"\n{group}")
        for name, values in rows[group].items():
            print(f"  {name:<13} {sparkline(values)}")


def sparkline(values: list[float]) -> str:
    """A curve as a line of characters, lowest to highest of its own range; unknown values are left blank."""
    count = min(_SPARK_WIDTH, len(values))
    spans = [values[i * len(values) // count : (i + 1) * len(values) // count] for i in range(count)]
    means = [sum(known) / len(known) if (known := [v for v in span if v == v]) else None for span in spans]
    known_means = [mean for mean in means if mean is not None]
    if not known_means:
        return "left to the model"
    low, high = min(known_means), max(known_means)
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    line = "".join(" " if mean is None else _BLOCKS[round((mean - low) * scale)] for mean in means)
    return f"{line}  {low:.2f} .. {high:.2f}"
