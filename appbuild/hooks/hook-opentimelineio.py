"""PyInstaller's hook for OpenTimelineIO, whose adapters are found by tables and loaded from their files."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

hiddenimports = collect_submodules("opentimelineio", filter=lambda name: ".console" not in name)
datas = collect_data_files("opentimelineio", includes=["**/*.json"])
module_collection_mode = "py"
