"""`diffbgm batch` with a tiny model: the table, going on, a process that dies, cancelling."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from engine.batch import run as batch_run
from engine.batch.run import Progress
from engine.cancel import CancelToken
from engine.cli.main import main
from engine.diffusion.model import save_bundle
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

Tell = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture
def films(tmp_path: Path, tiny_video: Callable[..., TinyVideo]) -> Path:
    """A folder with a film in a folder, one of a codec that MP4 cannot hold, a broken one, and a text."""
    folder = tmp_path / "films"
    (folder / "sub").mkdir(parents=True)
    shutil.copy(tiny_video(shots_s=(1.0, 1.5), audio_hz=None).path, folder / "sub" / "film.mp4")
    odd = tiny_video(shots_s=(1.0, 1.0), audio_hz=None, suffix=".avi", codec="libvpx").path
    shutil.copy(odd, folder / "odd.avi")
    (folder / "broken.mp4").write_text("no film")
    (folder / "notes.txt").write_text("no film either")
    return folder


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], bundle: Path) -> Tell:
    """Runs a batch with --json and gives its object back."""

    def run(films: Path, out: Path, *words: str, status: int) -> dict[str, Any]:
        command = ["batch", str(films), "-o", str(out), "--bundle", str(bundle), "--steps", "1", "--json", *words]
        assert main(command) == status
        told = capsys.readouterr()
        assert told.err == ""
        data: dict[str, Any] = json.loads(told.out)
        return data

    return run


def statuses(data: dict[str, Any]) -> dict[str, str]:
    return {film["film"]: film["status"] for film in data["films"]}


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_film_is_accounted_for_and_what_is_done_is_kept(films: Path, tmp_path: Path, tell: Tell) -> None:
    out = tmp_path / "out"
    first = tell(films, out, "--midi", "--jobs", "1", status=1)
    assert statuses(first) == {"sub/film.mp4": "done", "odd.avi": "done", "broken.mp4": "failed"}
    assert first["totals"] == {"films": 3, "done": 2, "kept": 0, "failed": 1, "cancelled": 0}
    assert [Path(path).name for path in first["left_out"]] == ["notes.txt"]
    odd = next(film for film in first["films"] if film["film"] == "odd.avi")
    assert odd["files"]["output"] == "odd.mkv" and "MP4 cannot hold VP8" in odd["remarks"][0]
    assert "can be read" in next(film for film in first["films"] if film["status"] == "failed")["message"]
    expected = {"sub/film.mp4", "sub/film.mid", "odd.mkv", "odd.mid", "results.json", "results.csv"}
    assert files_in(out) == expected
    with av.open(str(out / "odd.mkv")) as made:
        assert len(made.streams.video) == 1 and len(made.streams.audio) == 1

    (films / "broken.mp4").unlink()
    stamp = (out / "odd.mkv").stat().st_mtime_ns
    again = tell(films, out, "--midi", status=0)
    assert statuses(again) == {"sub/film.mp4": "kept", "odd.avi": "kept"} and again["ok"]

    shutil.copy(films / "odd.avi", films / "sub" / "film.mp4")
    changed = tell(films, out, "--midi", "--to", "same", status=0)
    assert statuses(changed) == {"sub/film.mp4": "done", "odd.avi": "kept"}
    assert (out / "odd.mkv").stat().st_mtime_ns == stamp
    assert json.loads((out / "results.json").read_text(encoding="utf-8"))["earlier"][0]["film"] == "broken.mp4"


def test_another_setting_is_done_again_and_foreign_files_are_not_written_over(
    films: Path, tmp_path: Path, tell: Tell
) -> None:
    (films / "broken.mp4").unlink()
    (films / "odd.avi").unlink()
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    (out / "sub" / "film.mid").write_text("my own")
    words = ("--to", "mid")
    refused = tell(films, out, *words, status=1)
    assert "no earlier batch wrote" in refused["films"][0]["message"]
    assert (out / "sub" / "film.mid").read_text() == "my own"
    tell(films, out, *words, "--seed", "1", "--overwrite", status=0)
    assert statuses(tell(films, out, *words, "--seed", "1", status=0)) == {"sub/film.mp4": "kept"}
    other = tell(films, out, *words, "--seed", "2", status=0)
    assert statuses(other) == {"sub/film.mp4": "done"} and other["films"][0]["seed"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_process_is_one_line_of_the_table(
    films: Path, tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[str] = []
    show = batch_run.Batch._show

    def murder(self: batch_run.Batch) -> None:
        if not killed and any(one.stage == "analyse" for one in self._active.values()):
            killed.append(next(iter(self._active.values())).film.name)
            (process,) = multiprocessing.active_children()
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        show(self)

    monkeypatch.setattr(batch_run.Batch, "_show", murder)
    data = tell(films, tmp_path / "out", "--jobs", "1", "--to", "mid", status=1)
    dead = next(film for film in data["films"] if film["film"] == killed[0])
    assert dead["status"] == "failed" and "SIGKILL" in dead["message"] and "memory" in dead["hint"]
    assert data["totals"] == {"films": 3, "done": 1, "kept": 0, "failed": 2, "cancelled": 0}
    assert len(files_in(tmp_path / "out")) == 3


def test_cancelling_keeps_what_is_done(films: Path, tmp_path: Path, bundle: Path) -> None:
    from engine.batch.record import Record
    from engine.batch.run import Batch, BatchOrder
    from engine.batch.sources import gather
    from engine.runner import GenerationRequest
    from engine.settings import GenerationSettings

    out = tmp_path / "out"
    out.mkdir()
    cancel = CancelToken()
    template = GenerationRequest(Path(), None, GenerationSettings(steps=1), bundle=bundle, previews=False)
    gathered = gather([str(films)], out)

    def watch(progress: Progress) -> None:
        if progress.n_done == 2 and any(one.stage for one in progress.running):
            cancel.cancel()

    results = Batch(BatchOrder(template, out, "mid"), gathered.films, Record(out), watch).run(cancel)
    assert [result.status for result in results] == ["failed", "done", "cancelled"]
    assert files_in(out) == {"odd.mid", "results.json", "results.csv"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it_at_once(films: Path, tmp_path: Path, bundle: Path, repository: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "engine", "batch", str(films / "sub"), "-o", str(out), "--bundle", str(bundle)]
    command += ["--steps", "1000", "--sampler", "ddpm", "--progress", "json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, cwd=repository, start_new_session=True
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        for line in process.stderr:
            if json.loads(line).get("stage") == "denoise":
                break
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        shown = process.stdout.read()
        process.stderr.read()
        assert process.wait(30) == 130
    assert time.monotonic() - began < 15
    assert "1 film: 1 cancelled" in shown
    assert files_in(out) == {"results.json", "results.csv"}
