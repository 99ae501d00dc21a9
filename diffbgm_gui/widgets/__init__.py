"""Widgets of the studio: they draw what they are given and tell what the user did."""
