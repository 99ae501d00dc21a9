"""`python -m engine` is the command `diffbgm`."""

from __future__ import annotations

from engine.cli.main import entry

if __name__ == "__main__":
    entry()
