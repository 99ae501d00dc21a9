"""Choosing a device, threads, and explaining exhausted memory."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from typing import Any

import pytest

from engine import device
from engine.errors import DeviceError, InputError


class _FakeTorch(types.ModuleType):
    """A torch that sees the accelerators that a test names."""

    def __init__(self, *present: str, broken: bool = False) -> None:
        super().__init__("torch")
        self.__version__ = "2.13.0"
        self.cuda = types.SimpleNamespace(
            is_available=lambda: "cuda" in present, get_device_name=lambda _index: "Test GPU"
        )
        self.backends = types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: "mps" in present))
        self._broken = broken

    def ones(self, _n: int, *, device: str) -> Any:
        if self._broken:
            raise RuntimeError("no kernel image is available\nmore")
        return _One()


class _One:
    def __add__(self, _other: int) -> _One:
        return self

    def cpu(self) -> None:
        return None


def _use(monkeypatch: pytest.MonkeyPatch, torch: _FakeTorch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", torch)


def test_auto_prefers_cuda_then_mps_then_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _FakeTorch("cuda", "mps"))
    assert device.choose_device("auto") == ("cuda", "Composing on Test GPU (CUDA).")
    _use(monkeypatch, _FakeTorch("mps"))
    assert device.choose_device("auto") == ("mps", "Composing on the Apple GPU (MPS).")
    _use(monkeypatch, _FakeTorch())
    name, message = device.choose_device("auto")
    assert name == "cpu" and "processor" in message


def test_auto_passes_over_a_device_that_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _FakeTorch("cuda", broken=True))
    assert device.choose_device("auto")[0] == "cpu"
    with pytest.raises(DeviceError, match=r"does not work: no kernel image is available$"):
        device.choose_device("cuda")


def test_asking_for_a_missing_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _FakeTorch())
    with pytest.raises(DeviceError, match="sees no CUDA device") as caught:
        device.choose_device("cuda")
    assert "cpu" in caught.value.hint
    with pytest.raises(InputError, match="Unknown device 'tpu'"):
        device.choose_device("tpu")


def test_threads_follow_the_machine_and_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIFFBGM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(device, "usable_cores", lambda: 32)
    assert device.thread_count() == device.MOST_THREADS
    monkeypatch.setattr(device, "usable_cores", lambda: 2)
    assert device.thread_count() == 2
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device.thread_count() == 3
    monkeypatch.setenv("DIFFBGM_THREADS", "5")
    assert device.thread_count() == 5
    monkeypatch.setenv("DIFFBGM_THREADS", "many")
    assert device.thread_count() == 3
    assert 1 <= device.usable_cores() <= (os.cpu_count() or 1) * 64


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"),
    ],
)
def test_exhausted_memory_is_explained(error: Exception) -> None:
    with (
        pytest.raises(DeviceError, match="memory of the device 'cuda' ran out") as caught,
        device.explaining_memory("cuda"),
    ):
        raise error
    assert "--device cpu" in caught.value.hint


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(RuntimeError, match="shapes"), device.explaining_memory("cpu"):
        raise RuntimeError("shapes do not fit")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the list of loaded libraries is Linux's")
def test_the_library_is_loaded_before_python_imports_it() -> None:
    code = (
        "import sys; from engine.device import load_library; load_library(); assert 'torch' not in sys.modules; "
        "assert 'libtorch_python' in open('/proc/self/maps').read(); import torch; print(int(torch.ones(3).sum()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("3", "")
