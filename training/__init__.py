"""Retrains the engine: data, training, evaluation, export. Imports `engine`; nothing imports it."""
