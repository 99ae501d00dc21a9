"""PyInstaller's hook for OpenTimelineIO's adapter of FCP7 XML: as the other adapters."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files

hiddenimports = ["otio_fcp_adapter.fcp_xml"]
datas = collect_data_files("otio_fcp_adapter", includes=["*.json"])
module_collection_mode = "py"
