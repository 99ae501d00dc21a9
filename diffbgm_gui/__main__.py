"""`diffbgm-studio [FILE]`: the window. `--screenshot OUT.png --scene NAME` writes a picture of it instead."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import __version__

SCENES = (
    "empty", "loaded", "generating", "takes", "compare", "editing", "export", "preferences", "help", "about", "error",
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """The command line of the studio."""
    parser = argparse.ArgumentParser(prog="diffbgm-studio", description="Music for a video, composed from its picture.")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a video, an editor's timeline or a project to open"
    )
    picture = parser.add_argument_group("a picture of the window")
    picture.add_argument("--screenshot", type=Path, metavar="OUT.png", help="write a picture of the window and end")
    picture.add_argument(
        "--scene",
        choices=SCENES,
        default="empty",
        help="what the picture shows (default: %(default)s); uses the demo where no FILE is given",
    )
    picture.add_argument("--language", choices=("en", "zh_CN"), default="en", help="of the window in the picture")
    picture.add_argument("--theme", choices=("dark", "light"), default="dark", help="of the window in the picture")
    picture.add_argument("--scale", type=float, default=1.0, metavar="N", help="of everything, as on a dense screen")
    picture.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH", help="of the window, before scaling")
    parser.add_argument("--self-check", type=Path, metavar="OUT.json", help="check the window's parts, and end")
    parser.add_argument("--version", action="version", version=f"diffbgm-studio {__version__}")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size, as in 1440x900")
    return int(width), int(height)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window; the exit status."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    if arguments.screenshot is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a picture needs no display
        os.environ["QT_SCALE_FACTOR"] = f"{arguments.scale:g}"
    # Qt ends the process when it finds no display, so this is asked first.
    from engine.desktop import window_problem

    problem = window_problem()
    if problem is not None:
        sys.stderr.write(f"diffbgm-studio: {problem.message}\n  {problem.hint}\n")
        return 1
    from diffbgm_gui.app import make_application, run_app, take_picture

    if arguments.self_check is not None:
        from diffbgm_gui.self_check import check_window

        return check_window(arguments.self_check, make_application(["diffbgm-studio"]))
    if arguments.screenshot is None:
        return run_app(arguments.file)
    from diffbgm_gui.scenes import Scene

    wanted = (arguments.scene, arguments.screenshot, arguments.file)
    return take_picture(Scene(*wanted, arguments.language, arguments.theme, arguments.size))


if __name__ == "__main__":
    sys.exit(main())
