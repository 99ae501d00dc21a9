"""The denoising steps: where the music came from, and where another one could begin."""
