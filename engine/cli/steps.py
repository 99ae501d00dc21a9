"""`diffbgm steps`: the roll as it forms over the denoising steps, as a moving picture or as data."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, checked_output, existing_video, print_json
from engine.cli.encoders import given_captions, given_folder
from engine.cli.progress import RunProgress
from engine.cli.score import add_music_options, settings_from
from engine.events import Event, PreviewReady

_FORMS: Final = ("gif", "mp4", "npz", "csv")
_FRAME_MS: Final = 200


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "steps",
        help="draw how the music forms, step by step",
        description="Compose for a video and show the piano roll after each denoising step: as an animated GIF, as a "
        "film, as arrays, or as a table of the notes that each step adds and drops.",
    )
    parser.add_argument("video", metavar="VIDEO", help="any video file")
    parser.add_argument("--gif", metavar="FILE", help="an animated picture")
    parser.add_argument("--mp4", metavar="FILE", help="a film")
    parser.add_argument("--npz", metavar="FILE", help="the rolls of all steps as arrays")
    parser.add_argument("--csv", metavar="FILE", help="notes, births and deaths of each step")
    parser.add_argument(
        "--frame-ms", type=int, default=_FRAME_MS, metavar="MS", help=f"how long each step shows ({_FRAME_MS})"
    )
    add_music_options(parser)
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


class StepCollector:
    """An observer that keeps the previews, evenly thinned out, and passes each event on."""

    def __init__(self, onward: RunProgress) -> None:
        self.previews: list[PreviewReady] = []
        self._onward = onward

    def __call__(self, event: Event) -> None:
        """Take one event of a run."""
        from engine.unfolding import is_kept

        if isinstance(event, PreviewReady) and is_kept(event.index, event.total):
            self.previews.append(event)
        self._onward(event)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Compose, and write what was asked for."""
    settings = settings_from(args)
    given = [(name, getattr(args, name)) for name in _FORMS if getattr(args, name)]
    if not given:
        args.parser.error("give at least one of --gif, --mp4, --npz, --csv")
    video = existing_video(args.video)
    files = {name: checked_output(text, (f".{name}",), inputs=[video]) for name, text in given}
    from engine.runner import GenerationRequest, GenerationRunner
    from engine.unfolding import write_steps

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
    steps, total = collector.previews, settings.steps
    for path in files.values():
        write_steps(
            steps, path, t0=settings.t0, name=video.name, total=total, frame_ms=max(20, args.frame_ms), cancel=cancel
        )
    if args.json:
        print_json({"ok": True, **files, "frames": len(steps), "seed": progress.seed})
    else:
        print(*files.values(), sep="\n")
    return EXIT_OK
