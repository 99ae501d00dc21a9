"""`diffbgm steps`: an animated picture of the roll as it forms over the denoising steps."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, checked_output, existing_video, print_json, written_aside
from engine.cli.encoders import given_captions, given_folder
from engine.cli.progress import RunProgress
from engine.cli.score import add_music_options, settings_from
from engine.errors import EngineError
from engine.events import Event, PreviewReady

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_FRAMES = 120
_LAST_FRAME_MS = 2500


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "steps",
        help="draw how the music forms, step by step",
        description="Compose for a video and draw the piano roll after each denoising step as an animated GIF.",
    )
    parser.add_argument("video", metavar="VIDEO", help="any video file")
    parser.add_argument("--gif", metavar="FILE", required=True, help="the picture to write")
    parser.add_argument("--frame-ms", type=int, default=200, metavar="MS", help="how long each step shows (200)")
    add_music_options(parser)
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


class StepCollector:
    """An observer that keeps the previews, evenly thinned out to `MOST_FRAMES`, and passes each event on."""

    def __init__(self, onward: RunProgress) -> None:
        self.previews: list[PreviewReady] = []
        self._onward = onward

    def __call__(self, event: Event) -> None:
        """Take one event of a run."""
        if isinstance(event, PreviewReady) and _is_kept(event.index, event.total):
            self.previews.append(event)
        self._onward(event)


def _is_kept(index: int, total: int) -> bool:
    if total <= MOST_FRAMES or index in (0, total - 1):
        return True
    return index * MOST_FRAMES // total != (index - 1) * MOST_FRAMES // total


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Compose, and write the animation."""
    settings = settings_from(args)
    video = existing_video(args.video)
    gif = checked_output(args.gif, (".gif",), inputs=[video])
    from engine.runner import GenerationRequest, GenerationRunner

    with tempfile.TemporaryDirectory() as folder, RunProgress(silent=args.json) as progress:
        request = GenerationRequest(
            video=video,
            output=Path(folder) / "steps.mid",
            settings=settings,
            bundle=Path(args.bundle) if args.bundle else None,
            encoders=given_folder(args),
            captions=given_captions(args),
        )
        collector = StepCollector(progress)
        GenerationRunner().run(request, collector, cancel)
    frames = draw_frames(collector.previews, t0=settings.t0, name=video.name)
    with written_aside(gif) as aside:
        save_gif(frames, aside, frame_ms=max(20, args.frame_ms))
    if args.json:
        print_json({"ok": True, "gif": gif, "frames": len(frames), "seed": progress.seed})
    else:
        print(gif)
    return EXIT_OK


def draw_frames(previews: list[PreviewReady], *, t0: int, name: str) -> list[Image]:
    """One picture a step, all of one size.

    Raises:
        EngineError: if there is no step to draw.
    """
    if not previews:
        raise EngineError("The run showed no denoising steps.", "Ask for at least one: --steps 24")
    import numpy as np

    from engine.cli.draw import draw_step, pitch_range

    played = np.flatnonzero(previews[-1].roll.any(axis=(0, 1)))
    pitches = pitch_range([int(pitch) for pitch in played])
    return [
        draw_step(
            preview.roll,
            title=f"{name}   step {preview.index + 1} of {preview.total}   t = {preview.paper_t:.0f}",
            paper_t=preview.paper_t,
            t0=t0,
            pitches=pitches,
        )
        for preview in previews
    ]


def save_gif(frames: list[Image], path: Path, *, frame_ms: int) -> None:
    """Write frames as a GIF that repeats; one palette for all, so that colours do not flicker."""
    from PIL.Image import Dither

    palette = frames[-1].quantize(192)
    reduced = [frame.quantize(palette=palette, dither=Dither.NONE) for frame in frames]
    reduced[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=reduced[1:],
        duration=[frame_ms] * (len(frames) - 1) + [max(frame_ms, _LAST_FRAME_MS)],
        loop=0,
    )
