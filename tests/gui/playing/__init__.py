"""Tests that play for real. `tests/gui/test_media_player.py` runs them, each kind of player in a process of its own."""
