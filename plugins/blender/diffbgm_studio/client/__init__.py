"""Talking with the engine as a subprocess. Nothing here knows an editor: plain Python 3.9, no further packages."""
