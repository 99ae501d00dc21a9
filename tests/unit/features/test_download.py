"""Downloads from a hub of our own on this machine: choice of files, progress, resuming, damage, being offline."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.cancel import CancelToken
from engine.errors import EncoderError, RunCancelled
from engine.features.encoders import download as module
from engine.features.encoders.download import download
from engine.features.encoders.places import EncoderKind, is_complete

KIND = EncoderKind("toy", "someone/toy", 1, "toys -> rows")
REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "vocab.txt": b"a\nb\n",
    "model.safetensors": bytes(range(256)) * 4096,
    "pytorch_model.bin": b"older",
    "tf_model.h5": b"other",
    "onnx/config.json": b"{}",
}


class Hub:
    """What the hub answers, and what it was asked."""

    def __init__(self) -> None:
        self.files = dict(FILES)
        self.asked: list[tuple[str, str | None]] = []
        self.break_after: int | None = None
        self.sha256 = hashlib.sha256(FILES["model.safetensors"]).hexdigest()
        self.url = ""

    def info(self) -> dict[str, object]:
        siblings = []
        for name, data in self.files.items():
            entry: dict[str, object] = {"rfilename": name, "size": len(data)}
            if name == "model.safetensors":
                entry["lfs"] = {"sha256": self.sha256, "size": len(data), "pointerSize": 100}
            siblings.append(entry)
        return {"id": KIND.hub, "sha": REVISION, "siblings": siblings}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/api/models/"):
                return self.answer(json.dumps(state.info()).encode(), "application/json")
            name = self.path.split("/resolve/")[1].split("/", 1)[1]
            asked = self.headers.get("Range")
            state.asked.append((name, asked))
            data = state.files[name]
            first = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
            return self.answer(data[first:], "application/octet-stream", first=first, total=len(data))

        def answer(self, data: bytes, kind: str, *, first: int = 0, total: int | None = None) -> None:
            self.send_response(206 if first else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            if first:
                self.send_header("Content-Range", f"bytes {first}-{(total or 0) - 1}/{total}")
            self.end_headers()
            if state.break_after is not None and len(data) > state.break_after:
                self.wfile.write(data[: state.break_after])
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(hub: Hub, folder: Path, cancel: CancelToken | None = None) -> list[float]:
    told: list[float] = []
    download(
        KIND,
        folder,
        report=lambda done, total: told.append(done / total),
        cancel=cancel or CancelToken(),
        endpoint=hub.url,
    )
    return told


def test_texts_come_first_and_one_weights_file_last(hub: Hub, tmp_path: Path) -> None:
    told = fetch(hub, tmp_path / "toy")
    assert [name for name, _ in hub.asked] == ["config.json", "vocab.txt", "model.safetensors"]
    for path in (tmp_path / "toy").iterdir():
        assert path.read_bytes() == FILES[path.name]
    assert told == sorted(told) and told[-1] == 1.0 and is_complete(tmp_path / "toy")


def test_older_weights_where_there_are_no_others(hub: Hub, tmp_path: Path) -> None:
    del hub.files["model.safetensors"]
    fetch(hub, tmp_path / "toy")
    assert (tmp_path / "toy" / "pytorch_model.bin").read_bytes() == b"older" and is_complete(tmp_path / "toy")


def test_a_broken_download_goes_on_where_it_stopped(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    part = tmp_path / "toy" / f"model.safetensors.{REVISION[:8]}.part"
    part.parent.mkdir()
    part.write_bytes(FILES["model.safetensors"][:700_000])
    fetch(hub, tmp_path / "toy")
    assert hub.asked[-1] == ("model.safetensors", "bytes=700000-")
    assert (tmp_path / "toy" / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert not part.exists()


def test_what_arrived_before_a_break_stays(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub.break_after = 400_000
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 100_000)
    fetch(hub, tmp_path / "toy")  # the library itself asks again for the rest, within one attempt
    ranges = [asked for name, asked in hub.asked if name == "model.safetensors"]
    assert len(ranges) == 3 and ranges[0] is None and all(ranges[1:])
    assert (tmp_path / "toy" / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_damaged_weights_are_not_kept(hub: Hub, tmp_path: Path) -> None:
    hub.sha256 = "0" * 64
    with pytest.raises(EncoderError, match="arrived damaged"):
        fetch(hub, tmp_path / "toy")
    assert sorted(path.name for path in (tmp_path / "toy").iterdir()) == ["config.json", "vocab.txt"]
    assert not is_complete(tmp_path / "toy")


def test_a_cancelled_download_keeps_what_it_has(hub: Hub, tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        fetch(hub, tmp_path / "toy", cancel)


def test_offline_is_one_sentence_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONNECT_S", 1.0)
    closed = Hub()
    closed.url = "http://127.0.0.1:9"
    with pytest.raises(EncoderError, match=r"someone/toy is not on this machine") as caught:
        fetch(closed, tmp_path / "toy")
    assert "folder toy" in caught.value.hint and "--encoders" in caught.value.hint
    assert not (tmp_path / "toy").exists()


def test_a_hub_without_weights_is_told(hub: Hub, tmp_path: Path) -> None:
    hub.files = {"config.json": b"{}"}
    with pytest.raises(EncoderError, match="lists no weights"):
        fetch(hub, tmp_path / "toy")
