"""PyInstaller's hook for pretty_midi: the soundfont lies beside its module."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("pretty_midi", includes=["*.sf2"])
