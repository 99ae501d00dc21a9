"""Tests of the side panel: its controls, what they do to the music, the shots, the research page."""
