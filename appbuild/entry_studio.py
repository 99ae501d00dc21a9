"""The program `diffbgm-studio` of the built application."""

from __future__ import annotations

import multiprocessing
import sys

from diffbgm_gui.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
