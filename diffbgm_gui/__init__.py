"""The window of Diff-BGM Studio: draws what `engine` computes. It imports the engine's public names, never torch."""
