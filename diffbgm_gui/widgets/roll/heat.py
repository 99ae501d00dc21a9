"""How settled each bar is, from one preview to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diffbgm_gui.studio_events import Shown
from diffbgm_gui.widgets.roll.shapes import Roll, unchanged_share
from engine.timebase import STEPS_PER_BAR


class ConvergenceHeat:
    """Share of each bar's sounding cells that stayed the same since the preview before.

    Attributes:
        shares: f32 `[bars]`, 0..1; None while there is nothing to compare.
    """

    def __init__(self) -> None:
        self.shares: NDArray[np.float32] | None = None
        self._last: Roll | None = None

    def see(self, shown: Shown) -> None:
        """Take note of what is shown: previews in a row are compared, anything else begins anew."""
        if not shown.is_live or shown.step is None or shown.roll is None:
            self.clear()
            return
        if shown.roll is self._last:
            return
        if self._last is not None and self._last.shape == shown.roll.shape:
            self.shares = unchanged_share(self._last, shown.roll, STEPS_PER_BAR)
        self._last = shown.roll

    def compare(self, before: Roll | None, after: Roll) -> None:
        """Two steps of a finished take."""
        same = before is not None and before.shape == after.shape
        self.shares = unchanged_share(before, after, STEPS_PER_BAR) if same and before is not None else None
        self._last = None

    def clear(self) -> None:
        """Nothing is compared."""
        self.shares = self._last = None
