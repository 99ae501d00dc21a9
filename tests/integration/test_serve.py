"""`diffbgm serve` as a program of its own, with a tiny model: two clients, one that is killed, its clean end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import pytest

from engine.diffusion.model import save_bundle
from engine.project import Project
from tests.helpers.service import Client
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
LONG = {"steps": 1000, "sampler": "ddpm"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo]) -> Path:
    """A folder with a film and a bundle."""
    folder = tmp_path_factory.mktemp("films")
    shutil.copy(tiny_video(shots_s=(3.0, 4.0, 2.0), audio_hz=None).path, folder / "film.mp4")
    save_bundle(tiny_model(), folder / "bundle", "tiny")
    return folder


def started(repository: Path, folder: Path, *words: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    environment = {**os.environ, "PYTHONPATH": str(repository), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "engine", "serve", *words]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


@pytest.fixture(scope="module")
def told(folder: Path, repository: Path) -> Iterator[dict[str, Any]]:
    """What the service said when it was there."""
    process, told = started(repository, folder)
    with process:
        yield told
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def client(told: dict[str, Any]) -> Client:
    return Client(told["url"], told["token"])


def start(client: Client, output: str, settings: dict[str, Any] | None = None, **more: Any) -> str:
    return client.start(
        "score", video="film.mp4", output=output, bundle="bundle", settings=settings or {"steps": 2, "seed": 3}, **more
    )


def test_it_says_where_it_is(told: dict[str, Any], client: Client, folder: Path) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", told["url"]) and len(told["token"]) >= 40
    assert told["allow"] == [str(folder.resolve())]
    health = client.ask("/v1/health")
    assert (health["pid"], health["version"]) == (told["pid"], told["version"])


def test_score_reroll_fork_export_takes(client: Client, folder: Path) -> None:
    first = client.wait(start(client, "scored.mp4", {"steps": 3, "seed": 3}, project="p.dbgm", midi="a.mid"))["result"]
    assert Path(first["output"]) == folder.resolve() / "scored.mp4" and first["seed"] == 3
    with av.open(first["output"]) as made:
        assert len(made.streams.video) == 1 and len(made.streams.audio) == 1

    rerolled = client.wait(
        client.start(
            "reroll", project="p.dbgm", take="1", regions=["bars=2:2"], seed=9, bundle="bundle", output="r.wav"
        )
    )["result"]
    assert (
        rerolled["parent"] == first["take"]
        and rerolled["counts"]["kept"] > 0
        and Path(rerolled["wav"] or rerolled["output"]).is_file()
    )
    same = client.wait(client.start("fork", project="p.dbgm", take="1", step=2, bundle="bundle"))["result"]
    assert same["counts"]["new"] == same["counts"]["removed"] == 0 and same["output"] is None
    sad = client.wait(client.start("fork", project="p.dbgm", take="1", step=1, mood="sad", bundle="bundle"))
    assert sad["status"] == "done", sad

    files = {"otio": "t.otio", "marker_csv": "hits.csv"}
    exported = client.wait(client.start("export", project="p.dbgm", take="1", output="b.mid", timelines=files))[
        "result"
    ]
    assert [Path(exported["timelines"][kind]).is_file() for kind in files] == [True, True]
    assert exported["wav"] == str(folder.resolve() / "t.wav") and (folder / "t.wav").is_file()
    assert (folder / "b.mid").read_bytes() == (folder / "a.mid").read_bytes() and exported["take"] == first["take"]
    louder = client.wait(
        client.start("export", project="p.dbgm", take="1", output="b.wav", sound={"loudness_lufs": -23})
    )
    assert louder["result"]["manifest"]["settings"]["loudness_lufs"] == -23
    takes = client.ask("/v1/takes?project=p.dbgm")["takes"]
    assert [take["id"] for take in takes][:2] == [first["take"], rerolled["take"]] and len(takes) == 4
    with Project.open(folder / "p.dbgm") as project:  # nobody holds it any more
        assert len(project.takes()) == 4

    gone = client.wait(client.start("reroll", project="p.dbgm", regions=["bars=90"], bundle="bundle"))
    assert gone["status"] == "failed" and "holds nothing" in gone["error"]["message"]
    over = client.wait(client.start("export", project="p.dbgm", output="film.mp4", overwrite=True))
    assert over["status"] == "failed" and "the video itself" in over["error"]["message"]


def test_two_clients_at_once(told: dict[str, Any], folder: Path) -> None:
    clients = [Client(told["url"], told["token"]) for _ in range(2)]

    def use(index: int) -> list[dict[str, Any]]:
        return list(clients[index].events(start(clients[index], f"two{index}.mid")))

    with ThreadPoolExecutor(2) as pool:
        streams = list(pool.map(use, range(2)))
    assert [stream[-1]["status"] for stream in streams] == ["done", "done"]
    assert [Path(stream[-1]["result"]["output"]).name for stream in streams] == ["two0.mid", "two1.mid"]
    assert (folder / "two0.mid").read_bytes() == (folder / "two1.mid").read_bytes()
    positions = {event["position"] for stream in streams for event in stream if event["event"] == "queued"}
    assert positions <= {1, 2}


CLIENT = """
import json, sys
from tests.helpers.service import Client

client = Client(sys.argv[1], sys.argv[2])
body = {"video": "film.mp4", "bundle": "bundle"}
long = {"steps": 1000, "sampler": "ddpm"}
bound = client.start("score", **body, output="bound.mid", settings=long, cancel_on_disconnect=True)
free = client.start("score", **body, output="free.mid", settings={"steps": 2})
print(json.dumps([bound, free]), flush=True)
for event in client.events(bound):
    if event.get("stage") == "denoise":
        print("composing", flush=True)
"""


def test_a_killed_client_takes_only_its_bound_job_along(
    told: dict[str, Any], client: Client, folder: Path, repository: Path
) -> None:
    command = [sys.executable, "-c", CLIENT, told["url"], told["token"]]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as victim:
        assert victim.stdout is not None
        bound, free = json.loads(victim.stdout.readline())
        other = start(client, "other.mid")
        assert victim.stdout.readline() == "composing\n"
        assert client.ask(f"/v1/jobs/{free}")["status"] == client.ask(f"/v1/jobs/{other}")["status"] == "queued"
        victim.kill()
    assert client.wait(bound)["status"] == "cancelled"
    assert client.wait(free)["status"] == client.wait(other)["status"] == "done"
    assert not (folder / "bound.mid").exists() and (folder / "free.mid").exists() and (folder / "other.mid").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_example_of_the_documentation(told: dict[str, Any], folder: Path, repository: Path) -> None:
    page = (repository / "docs" / "service.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    quick = '"output": sys.argv[3], "bundle": "bundle", "settings": {"steps": 1}'
    assert '"output": sys.argv[3]' in code
    (folder / "service.json").write_text(json.dumps(told) + "\nnothing more\n")
    words = [
        sys.executable,
        "-c",
        code.replace('"output": sys.argv[3]', quick),
        "service.json",
        "film.mp4",
        "example.mid",
    ]
    environment = {**os.environ, "no_proxy": "127.0.0.1"}
    result = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout == f"done {folder.resolve() / 'example.mid'} None\n" and "%" in result.stderr


def test_sigterm_ends_it_without_a_trace(folder: Path, repository: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "film.mp4", tmp_path / "film.mp4")
    shutil.copytree(folder / "bundle", tmp_path / "bundle")
    process, told = started(repository, tmp_path, "--token-file", str(tmp_path / "token"))
    with process:
        assert "token" not in told
        client = Client(told["url"], Path(told["token_file"]).read_text().strip())
        job = start(client, "long.mid", LONG, project="long.dbgm")
        start(client, "next.mid")
        client.wait(job, until="denoise")
        stream = client.events(job)
        next(stream)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert time.monotonic() - began < 15
        stream.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "film.mp4"]


def test_a_taken_port_and_a_missing_folder_are_sentences(
    told: dict[str, Any], repository: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli.main import main

    port = told["url"].rpartition(":")[2]
    assert main(["serve", "--port", port, "--allow", str(folder)]) == 1
    assert f"Port {port} cannot be used" in capsys.readouterr().err
    assert main(["serve", "--allow", str(folder / "none")]) == 1
    assert "There is no folder" in capsys.readouterr().err
