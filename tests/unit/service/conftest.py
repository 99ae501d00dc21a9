"""A service in this process, whose jobs need no engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from engine.service.api import Api
from engine.service.foreman import Foreman
from engine.service.guard import Guard
from engine.service.places import Places
from engine.service.server import bound_socket
from tests.helpers.service import Client

TOKEN = "the token"
PAGE = "https://panel.example"


@dataclass(frozen=True)
class Served:
    """The parts of a running service."""

    client: Client
    foreman: Foreman
    folder: Path
    api: Api


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running service for a folder of its own."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "film.mp4").write_text("no film")
    listener = bound_socket(0)
    netloc = f"127.0.0.1:{listener.getsockname()[1]}"
    foreman = Foreman(1, 1)
    api = Api(foreman, Places.within([str(folder)]), lambda: server.should_exit)
    app = Guard(api.application((PAGE,)), token=TOKEN, hosts=[netloc], origins=[PAGE])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none", http="h11"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    foreman.start()
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(Client(f"http://{netloc}", TOKEN), foreman, folder, api)
    server.should_exit = True
    thread.join()
    foreman.stop()
    listener.close()
