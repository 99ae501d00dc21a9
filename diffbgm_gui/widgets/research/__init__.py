"""Looking closer at a take."""
