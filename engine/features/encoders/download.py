"""Weights from the Hugging Face hub, with progress, cancel, and resuming where an earlier attempt broke off.

The hub's own cache no longer keeps what a broken download has got (huggingface_hub 2), so files are kept here under
their name with `.part` until they are whole.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.cancel import CancelToken
from engine.errors import EncoderError
from engine.events import Report
from engine.features.encoders.places import ENCODERS_VARIABLE, WEIGHTS, EncoderKind
from engine.wording import Told, reason_of

_TEXTS: Final = (".json", ".txt", ".model")
_POLL_S: Final = 0.1
_CONNECT_S: Final = 10.0
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub: its name, size in bytes, and SHA-256 where the hub tells it (large files)."""

    name: str
    size: int
    sha256: str | None


def download(
    kind: EncoderKind, folder: Path, *, report: Report, cancel: CancelToken, endpoint: str | None = None
) -> Path:
    """Bring the files of an encoder into `folder`; the weights come last, so that a folder with them is whole.

    Args:
        report: bytes of bytes, over all files.
        endpoint: of the hub; None for the usual one.

    Raises:
        EncoderError: offline, refused, no room, or a file that arrives damaged.
        RunCancelled: what has arrived stays, for the next attempt.
    """
    job = _Job(kind, folder, endpoint)
    worker = threading.Thread(target=job.run, name="diffbgm-download", daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(_POLL_S)
            cancel.raise_if_cancelled()
            if job.total:
                report(job.done, job.total)
    finally:
        job.stop.set()
    if job.problem is not None:
        raise _error(kind, folder, job.problem) from job.problem
    report(job.total, job.total)
    return folder


class _Stopped(Exception):  # noqa: N818 - the caller has left
    pass


class _Job:
    """One download, in a thread of its own so that a connection that hangs cannot keep a cancelled run waiting."""

    def __init__(self, kind: EncoderKind, folder: Path, endpoint: str | None) -> None:
        self.kind, self.folder, self.endpoint = kind, folder, endpoint
        self.done, self.total = 0, 0
        self.stop = threading.Event()
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            self._run()
        except _Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits, which tells what it means
            self.problem = error

    def _run(self) -> None:
        from huggingface_hub import HfApi

        info = HfApi(endpoint=self.endpoint).model_info(self.kind.hub, files_metadata=True, timeout=_CONNECT_S)
        files = wanted_files(info.siblings or [])
        self.total = sum(file.size for file in files)
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            self._fetch(file, str(info.sha))

    def _fetch(self, file: RemoteFile, revision: str) -> None:
        from huggingface_hub import hf_hub_url
        from huggingface_hub.file_download import http_get

        target = self.folder / file.name
        if target.is_file() and target.stat().st_size == file.size:
            self.done += file.size
            return
        part = target.with_name(f"{target.name}.{revision[:8]}.part")
        have = part.stat().st_size if part.is_file() else 0
        self.done += have
        with part.open("ab") as stream:
            http_get(
                hf_hub_url(self.kind.hub, file.name, revision=revision, endpoint=self.endpoint),
                stream,
                resume_size=have,
                headers={},
                expected_size=file.size,
                tqdm_class=self._counter(),
            )
        if file.sha256 is not None and _sha256(part) != file.sha256:
            part.unlink()
            raise ValueError(f"{file.name} arrived damaged")
        part.replace(target)

    def _counter(self) -> type[Any]:
        """A class in place of tqdm's that counts for this job and draws nothing."""
        from tqdm.auto import tqdm

        job = self

        class Counter(tqdm):  # type: ignore[misc,unused-ignore]
            def __init__(self, *_args: Any, **_options: Any) -> None:
                super().__init__(disable=True)

            def update(self, n: float | None = 1) -> bool | None:
                if job.stop.is_set():
                    raise _Stopped
                job.done += int(n or 0)
                return None

        return Counter


def wanted_files(siblings: Sequence[Any]) -> list[RemoteFile]:
    """Of all files on the hub, those that are needed: texts first, one weights file last.

    Raises:
        ValueError: there are no weights.
    """
    by_name = {item.rfilename: item for item in siblings}
    weights = next((name for name in WEIGHTS if name in by_name), None)
    if weights is None:
        raise ValueError("the hub lists no weights")
    texts = sorted(name for name in by_name if name.endswith(_TEXTS) and "/" not in name)
    return [_remote(by_name[name]) for name in (*texts, weights)]


def _remote(item: Any) -> RemoteFile:
    lfs = getattr(item, "lfs", None)
    return RemoteFile(str(item.rfilename), int(item.size or 0), None if lfs is None else str(lfs.sha256))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def _error(kind: EncoderKind, folder: Path, problem: Exception) -> EncoderError:
    by_hand = Told(
        "Connect once, or copy the files of {hub} from another machine into a folder {folder} and name the folder "
        "above it with --encoders or {variable}.",
        hub=kind.hub,
        folder=kind.folder,
        variable=ENCODERS_VARIABLE,
    )
    if isinstance(problem, OSError) and problem.strerror and problem.filename is not None:
        return EncoderError(
            "{hub} cannot be kept in '{folder}': {reason}.",
            "Free some room there.",
            hub=kind.hub,
            folder=folder,
            reason=reason_of(problem),
        )
    if isinstance(problem, ValueError):
        return EncoderError(
            "{hub} could not be downloaded: {problem}.",
            "Try again. {by_hand}",
            hub=kind.hub,
            problem=problem,
            by_hand=by_hand,
        )
    return EncoderError(
        "{hub} is not on this machine, and the hub cannot be reached to download it.", by_hand, hub=kind.hub
    )
