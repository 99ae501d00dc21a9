"""Runs in processes of their own: a crash ends one job, never the program that asked for it."""
