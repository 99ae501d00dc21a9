"""`diffbgm-studio [VIDEO]`: the window. `--screenshot OUT.png --scene NAME` writes a picture of it instead."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import __version__

SCENES = ("empty", "loaded", "generating", "done")


def build_parser() -> argparse.ArgumentParser:
    """The command line of the studio."""
    parser = argparse.ArgumentParser(prog="diffbgm-studio", description="Music for a video, composed from its picture.")
    parser.add_argument("video", nargs="?", type=Path, metavar="VIDEO", help="a video to open")
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="write a picture of the window and end")
    parser.add_argument(
        "--scene", choices=SCENES, default="empty", help="what the picture shows (default: %(default)s); uses the demo"
        " where no VIDEO is given"
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"diffbgm-studio {__version__}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window; the exit status."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    if arguments.screenshot is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a picture needs no display
    # Qt ends the process when it finds no display, so this is asked first.
    from engine.desktop import window_problem

    problem = window_problem()
    if problem is not None:
        sys.stderr.write(f"diffbgm-studio: {problem.message}\n  {problem.hint}\n")
        return 1
    from diffbgm_gui.app import run_app

    return run_app(arguments.video, screenshot=arguments.screenshot, scene=arguments.scene)


if __name__ == "__main__":
    sys.exit(main())
