"""How many films are scored at once: as many as the processor's cores and the free memory allow."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.device import usable_cores

JOB_BYTES: Final = 1_500_000_000
"""What one process may take. Measured with our model: 0.73 GB for a short film, 1.36 GB for one of 6 minutes."""
RESERVE_BYTES: Final = 500_000_000
"""What is left to everything else on the machine."""
MOST_JOBS: Final = 16

_CGROUPS: Final = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)


def free_bytes() -> int:
    """Memory that can be had without swapping, also inside a container with a limit."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for limit, used in _CGROUPS:
        with suppress(OSError, ValueError):
            free = min(free, int(limit.read_text()) - int(used.read_text()))
    return max(0, free)


def jobs_for(n_films: int, *, free: int | None = None, cores: int | None = None) -> int:
    """How many jobs to run at once, at least one.

    Args:
        free: bytes; None for what there is. cores: None for those this process may use.
    """
    memory = free_bytes() if free is None else free
    by_memory = (memory - RESERVE_BYTES) // JOB_BYTES
    by_cores = usable_cores() if cores is None else cores
    return int(max(1, min(n_films, by_memory, by_cores, MOST_JOBS)))


def may_start_another(n_running: int, *, free: int | None = None) -> bool:
    """Whether memory allows one more job beside those that run; the first may always start."""
    return n_running == 0 or (free_bytes() if free is None else free) > JOB_BYTES + RESERVE_BYTES
