"""Runs first in the application: torch compiles no functions from their source, which does not go along."""

import os

os.environ.setdefault("PYTORCH_JIT", "0")
