"""The controls of the next take."""
