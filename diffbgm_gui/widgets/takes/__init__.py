"""Takes side by side: cards, history, and files to drag out of the window."""
