"""The program `diffbgm` of the built application."""

from __future__ import annotations

import multiprocessing

from engine.cli.main import entry

if __name__ == "__main__":
    multiprocessing.freeze_support()
    entry()
