"""From a score to sound: soundfonts, synthesisers, the mixing desk, loudness, files. No torch, no Qt, no video."""
