"""Who may come in: own machine's programs with the token, no web page, nothing oversize."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 1_000_000
"""Of a body."""
_MOST_DRAINED: Final = 32_000_000


def refusal(status: int, message: str, hint: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer that is no success, in the shape that `--json` has."""
    content = {"ok": False, "error": {"message": message, "hint": hint}}
    return JSONResponse(content, status, headers=headers)


class OversizeError(Exception):
    """A body that is larger than its head said, or than allowed."""


class Guard:
    """ASGI middleware around the whole application.

    A web page cannot reach the service: a browser names the page in Origin, and a page that had its own name resolve
    to this machine names that in Host.

    Args:
        token: that every request must bear.
        hosts: allowed values of the Host header.
        origins: web origins that may ask nevertheless.
    """

    def __init__(self, app: ASGIApp, *, token: str, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        self._app, self._token = app, token
        self._hosts, self._origins = frozenset(hosts), frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is None:
            try:
                await self._app(scope, _Limited(receive), send)
            except OversizeError:
                refused = _oversize()
        if refused is not None:
            await _drain(receive)
            await refused(scope, receive, send)

    def _refused(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        if headers.get("host", "").lower() not in self._hosts:
            return refusal(403, "The Host header is not that of this service.", "Ask 127.0.0.1 with the port.")
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return refusal(403, "Web pages may not use this service.", "Allow one with: diffbgm serve --origin ORIGIN")
        if scope["method"] == "OPTIONS" and origin is not None:
            return None  # a browser asks beforehand, without a token; nothing is told or done
        given = headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            headers_out = {"WWW-Authenticate": "Bearer"}
            return refusal(401, "The token is missing or wrong.", "Send: Authorization: Bearer TOKEN", headers_out)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return _oversize()
        return None


def _oversize() -> JSONResponse:
    return refusal(
        413, f"The body is larger than {MOST_BYTES} bytes.", "Name files by their paths.", {"Connection": "close"}
    )


async def _drain(receive: Receive) -> None:
    """Read on for a while, as most clients listen only once they have sent everything."""
    n_bytes, more = 0, True
    while more and n_bytes < _MOST_DRAINED:
        message = await receive()
        n_bytes += len(message.get("body", b""))
        more = message.get("more_body", False)


class _Limited:
    """Counts a body that comes in pieces."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._n_bytes = receive, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._n_bytes += len(message.get("body", b""))
        if self._n_bytes > MOST_BYTES:
            raise OversizeError
        return message
