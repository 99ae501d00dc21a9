"""Where tensors are computed: choosing a device, how many threads, and what to say when memory runs out.

torch is imported inside the functions only, so that importing this module costs nothing.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.errors import DeviceError, InputError
from engine.wording import Told

DEVICES: Final = ("auto", "cpu", "cuda", "mps")
THREADS_VARIABLE: Final = "DIFFBGM_THREADS"
MOST_THREADS: Final = 8
"""Beyond this many threads the model's small matrices only wait for each other."""

_OUT_OF_MEMORY: Final = ("out of memory", "can't allocate memory", "not enough memory", "failed to allocate")


def load_library() -> None:
    """Have the system load torch's library, if Python has not yet.

    `import torch` would do it while it holds the interpreter's lock, a third of a second or more in which no other
    thread, so no window either, can go on. A foreign function is called without the lock. Windows needs none of this:
    there torch itself calls the system's loader in that way. What fails here fails in `import torch` again, and is told
    there.
    """
    if os.name == "nt" or "torch" in sys.modules:
        return
    found = importlib.util.find_spec("torch")
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        for library in Path(folder, "lib").glob("libtorch_python.*"):
            dlopen = ctypes.CDLL(None).dlopen
            dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
            dlopen(os.fsencode(library), os.RTLD_NOW | os.RTLD_LOCAL)


def choose_device(name: str = "auto") -> tuple[str, str]:
    """Pick the device to compute on.

    Args:
        name: "cpu", "cuda" or "mps" asks for exactly that; "auto" takes CUDA, then MPS, then the processor.

    Returns:
        A name for `torch.device`, and a sentence about the choice for the user.

    Raises:
        DeviceError: if the device that was asked for by name cannot be used.
        InputError: for a name that is none of `DEVICES`.
    """
    if name not in DEVICES:
        raise InputError("Unknown device '{name}'.", "Choose one of: {known}.", name=name, known=", ".join(DEVICES))
    if name == "cpu":
        return "cpu", f"Composing on the processor ({thread_count()} threads)."
    problems = []
    for candidate in ("cuda", "mps") if name == "auto" else (name,):
        problem = _problem_of(candidate)
        if problem is None:
            return candidate, f"Composing on {_label(candidate)}."
        problems.append(problem)
    if name != "auto":
        raise DeviceError(problems[0], "Leave --device away, or ask for cpu.")
    return "cpu", f"Composing on the processor ({thread_count()} threads)."


def _problem_of(name: str) -> Told | None:
    """Why an accelerator cannot be used, tried with one small sum; None if it can."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a driver that is too old is told by the sentence below
        present = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
        if not present:
            return Told(
                "This torch ({version}) sees no {kind} device here.", version=torch.__version__, kind=_kind(name)
            )
        try:
            (torch.ones(2, device=name) + 1).cpu()
        except RuntimeError as error:
            said = str(error).splitlines()[0]
            return Told("The {kind} device does not work: {said}", kind=_kind(name), said=said)
    return None


def _kind(name: str) -> str:
    return {"cuda": "CUDA", "mps": "Apple MPS"}[name]


def _label(name: str) -> str:
    if name == "mps":
        return "the Apple GPU (MPS)"
    import torch

    return f"{torch.cuda.get_device_name(0)} (CUDA)"


def thread_count() -> int:
    """Threads that the processor's work should take: DIFFBGM_THREADS, else OMP_NUM_THREADS, else the cores up to 8."""
    for name in (THREADS_VARIABLE, "OMP_NUM_THREADS"):
        asked = os.environ.get(name, "")
        if asked.isdigit() and int(asked) > 0:
            return int(asked)
    return min(MOST_THREADS, usable_cores())


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def apply_thread_policy() -> int:
    """Tell torch to use `thread_count()` threads; returns that number."""
    import torch

    count = thread_count()
    torch.set_num_threads(count)
    return count


@contextmanager
def explaining_memory(device: str) -> Iterator[None]:
    """Turn an out-of-memory failure of the wrapped work into a `DeviceError` that says what helps.

    Raises:
        DeviceError: when memory ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        hint = Told("Close other programs, or score a shorter video.")
        if device != "cpu":
            hint = Told("Ask for --device cpu, or close other programs that use the GPU.")
        raise DeviceError("The memory of the device '{device}' ran out.", hint, device=device) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on whatever device."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)
