"""PyInstaller's hook for diffusers, which loads its parts by name: the two schedulers that the engine asks for."""

from __future__ import annotations

hiddenimports = [
    "diffusers.schedulers.scheduling_ddim",
    "diffusers.schedulers.scheduling_dpmsolver_multistep",
    "diffusers.schedulers.scheduling_utils",
]
