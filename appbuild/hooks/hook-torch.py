"""PyInstaller's hook for torch: what is imported, its own libraries, and no more.

The usual hook takes every module, every source file and the programs of torch's tests: half of its size.
"""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files, collect_dynamic_libs

_UNUSED = ("test", "jitbackend", "backend_with_compiler", "aoti_custom_ops", "torchbind")

binaries = [
    (source, target)
    for source, target in collect_dynamic_libs("torch", search_patterns=["*.so", "*.so.*", "*.dylib", "*.dll"])
    if not any(word in source.rsplit("lib/", 1)[-1] for word in _UNUSED)
]
# torch asks for this program when it is imported.
datas = collect_data_files("torch", includes=["bin/torch_shm_manager*"])
warn_on_missing_hiddenimports = False
