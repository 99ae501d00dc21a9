"""Sound of the preview: the film's own and the music together, mixed here while it plays."""
