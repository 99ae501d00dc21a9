"""What several tests use: generated media, and a runner that composes nothing."""
