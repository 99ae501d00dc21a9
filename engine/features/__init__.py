"""From picture to music's terms: the condition rows of `engine.music.controls`, estimated from a video's curves."""
