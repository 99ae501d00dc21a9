"""Music as data: notes, piano rolls, controls, chords, scores. No torch, no Qt, no files but MIDI."""
