"""The server on the loopback interface, from its socket to its clean end."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import OutputError
from engine.service.places import Places

LOOPBACK: Final = "127.0.0.1"
_END_S: Final = 3


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How the service runs.

    Attributes:
        places: folders that it may touch.
        token: that requests must bear; port: 0 for any free one.
        jobs: how many compose at once; threads: of each.
        origins: web origins that may ask.
    """

    places: Places
    token: str
    port: int = 0
    jobs: int = 1
    threads: int = 1
    origins: tuple[str, ...] = ()


def fresh_token() -> str:
    """A token that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def bound_socket(port: int) -> socket.socket:
    """A listening socket on the loopback interface.

    Raises:
        OutputError: if the port is taken or may not be had.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"Port {port} cannot be used: {reason.lower()}.", "Leave --port away: any free one serves."
        ) from error
    return listener


def serve(options: ServiceOptions, announce: Callable[[dict[str, Any]], None]) -> None:
    """Serve until SIGINT or SIGTERM; then running jobs are cancelled and leave nothing half-written.

    Args:
        announce: told address and token as soon as connections are taken.

    Raises:
        EngineError: if the port cannot be had.
    """
    import uvicorn

    from engine.service.api import Api
    from engine.service.foreman import Foreman
    from engine.service.guard import Guard

    listener = bound_socket(options.port)
    port = int(listener.getsockname()[1])
    foreman = Foreman(options.jobs, options.threads)
    server: uvicorn.Server | None = None
    api = Api(foreman, options.places, lambda: server is not None and server.should_exit)
    hosts = [f"{name}:{port}" for name in (LOOPBACK, "localhost")]
    app = Guard(api.application(options.origins), token=options.token, hosts=hosts, origins=options.origins)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_END_S,
        )
    )
    foreman.start()
    try:
        announce({"url": f"http://{LOOPBACK}:{port}", "token": options.token})
        server.run(sockets=[listener])
    finally:
        foreman.stop()
        listener.close()
