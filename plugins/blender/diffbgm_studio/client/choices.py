"""What the engine offers to choose from, for menus: (name, title, description)."""

from __future__ import annotations

MOODS = (
    ("auto", "Auto", "As the picture suggests"),
    ("calm", "Calm", ""),
    ("happy", "Happy", ""),
    ("sad", "Sad", ""),
    ("tense", "Tense", ""),
    ("epic", "Epic", ""),
    ("romantic", "Romantic", ""),
    ("playful", "Playful", ""),
    ("dreamy", "Dreamy", ""),
    ("dark", "Dark", ""),
    ("energetic", "Energetic", ""),
)
PALETTES = (
    ("piano", "Piano", "One concert grand, melody in front, pedal with the harmony"),
    ("felt-piano", "Felt piano", "A soft, close upright for quiet pictures"),
    ("strings-and-piano", "Strings and piano", "Piano in front of a string section"),
    ("chamber", "Chamber", "Flute, harp and cello"),
    ("guitar", "Guitar", "Steel strings over nylon chords and an upright bass"),
    ("synth-pads", "Synth pads", "Warm pads under a glassy lead"),
    ("lo-fi-keys", "Lo-fi keys", "Worn electric piano, vibraphone touches and a round bass"),
    ("orchestral", "Orchestral", "Strings, horns and woodwind for large pictures"),
)
STRICTNESS = (
    ("strict", "Strict", "Tempo bends freely, so that hits are exact"),
    ("balanced", "Balanced", "Tempo bends some"),
    ("free", "Free", "Tempo hardly bends"),
)
