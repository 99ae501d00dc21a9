"""The dialog that writes files."""

from diffbgm_gui.widgets.export.dialog import ExportDialog

__all__ = ["ExportDialog"]
