"""`diffbgm captions`: what a caption model says of a video, to read, edit, and give back to `score --captions`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, checked_output, clock, existing_video, print_json, written_aside
from engine.cli.encoders import add_encoder_folder, given_folder
from engine.cli.progress import RunProgress
from engine.cli.shots import look_at
from engine.device import DEVICES
from engine.events import Stage, Warned

if TYPE_CHECKING:
    from engine.music.encoded import Caption

MOST_TEXTS: Final = 20


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "captions",
        help="put a video into words, for the paper's network",
        description="Caption a video, one entry for every eight frames looked at. Edit the file as you like and give "
        "it to score --captions: only what changed is encoded again.",
    )
    parser.add_argument("video", metavar="VIDEO", help="any video file")
    parser.add_argument("-o", "--output", metavar="FILE.json", help="write the captions here")
    parser.add_argument(
        "--texts", type=_count, default=1, metavar="N", help="sentences for each entry (1; the paper's data has 10)"
    )
    add_encoder_folder(parser)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="(auto)")
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_TEXTS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to {MOST_TEXTS}")
    return int(text)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Write or print the captions."""
    video = existing_video(args.video)
    output = checked_output(args.output, (".json",), inputs=[video]) if args.output else None
    with RunProgress(silent=args.json) as progress:
        captions = _look(args, video, progress, cancel)
    from engine.features.captions import captions_to_json

    table = captions_to_json(captions, video=video.name)
    if output is not None:
        with written_aside(output) as aside:
            aside.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if args.json:
        print_json({"ok": True, "output": output, "warnings": progress.warnings, **table})
    elif output is not None:
        print(output)
    else:
        for caption in captions:
            for text in caption.texts:
                print(f"{clock(caption.start_s):>10} - {clock(caption.end_s):>10}  {text}")
    return EXIT_OK


def _look(args: argparse.Namespace, video: Path, progress: RunProgress, cancel: CancelToken) -> tuple[Caption, ...]:
    from engine.device import choose_device
    from engine.encoding import EncoderOptions, caption_video, check_encoders

    options = EncoderOptions(folder=given_folder(args), n_texts=args.texts, device=choose_device(args.device)[0])
    check_encoders(options)
    info = look_at(video, progress, cancel).info

    def notice(text: str) -> None:
        progress(Warned(text))

    report = progress.report(Stage.CONDITIONS)
    return caption_video(video, info, options, notice=notice, report=report, cancel=cancel)
