"""Music as arrays, as the engine has it: what every measure reads."""

from engine.music.piece import (
    BoolArray,
    FloatArray,
    IntArray,
    Piece,
    bass_line,
    density_curve,
    groups_of,
    melody_line,
    onset_grid,
    sounding,
    top_line,
)

__all__ = [
    "BoolArray",
    "FloatArray",
    "IntArray",
    "Piece",
    "bass_line",
    "density_curve",
    "groups_of",
    "melody_line",
    "onset_grid",
    "sounding",
    "top_line",
]
