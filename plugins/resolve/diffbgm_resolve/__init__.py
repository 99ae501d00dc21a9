"""Diff-BGM Studio in DaVinci Resolve. `plugins/resolve/install.py` makes single files of this package, as Resolve's
menu wants them."""
