"""A client of the service, with the standard library only."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST_S = 120


@dataclass(frozen=True)
class Client:
    """Talks to a running service."""

    url: str
    token: str

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=LONGEST_S)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, **options: Any
    ) -> tuple[int, dict[str, str], bytes]:
        """One request as it is; headers of None take the token's place."""
        connection = self.connection()
        try:
            connection.request(method, path, body, headers or {}, **options)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def ask(
        self, path: str, body: dict[str, Any] | None = None, *, status: int = 200, method: str = ""
    ) -> dict[str, Any]:
        """A request with the token; the answer must have the status, and an error its shape."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        code, _, answer = self.send(method or ("GET" if body is None else "POST"), path, data, headers)
        told: dict[str, Any] = json.loads(answer)
        assert code == status, told
        if code >= 400:
            assert told["ok"] is False and told["error"]["message"] and set(told["error"]) == {"message", "hint"}
        return told

    def start(self, kind: str, **body: Any) -> str:
        """Start a job; its id."""
        told = self.ask(f"/v1/{kind}", body, status=202)
        assert told["kind"] == kind
        return str(told["id"])

    def events(self, job: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """The event stream."""
        connection = self.connection()
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
            connection.request("GET", f"/v1/jobs/{job}/events?after={after}", headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200 and answer.getheader("content-type", "").startswith("text/event-stream")
            for line in answer:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        finally:
            connection.close()

    def wait(self, job: str, *, until: str = "") -> dict[str, Any]:
        """The job once it is over, or in a status or a stage."""
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_S:
            state = self.ask(f"/v1/jobs/{job}")
            if until in (state["status"], state["stage"]) or state["status"] in ("done", "failed", "cancelled"):
                return state
            time.sleep(0.05)
        raise AssertionError("the job does not end")
