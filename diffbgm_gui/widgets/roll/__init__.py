"""The piano roll: drawing, selecting, editing by hand, locks and re-rolls."""

from diffbgm_gui.widgets.roll.panel import RollPanel

__all__ = ["RollPanel"]
