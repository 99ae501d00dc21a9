"""What the service refuses, always with a sentence in the one shape, and before any job is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.service.guard import MOST_BYTES
from tests.unit.service.conftest import PAGE, TOKEN, Served

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def refused(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    told = json.loads(answer[2])
    assert told["ok"] is False and set(told["error"]) == {"message", "hint"}
    return answer[0], told["error"]["message"]


@pytest.fixture(autouse=True)
def _no_job(served: Served) -> Iterator[None]:
    before = len(served.foreman.tasks())
    yield
    assert len(served.foreman.tasks()) == before


@pytest.mark.parametrize("path", ["/v1/health", "/v1/jobs", "/v1/openapi.json", "/v1/takes?project=x", "/nothing"])
@pytest.mark.parametrize(
    "value", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"bearer {TOKEN}x", "Bearer tökén"]
)
def test_without_the_token_nothing_is_told(served: Served, path: str, value: str | None) -> None:
    headers = {} if value is None else {"Authorization": value.encode("latin-1").decode("latin-1")}
    code, told = refused(served.client.send("GET", path, headers=headers))
    assert code == 401 and "token" in told


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", f"{PAGE}.evil.example", "file://"]
)
def test_web_pages_are_kept_out(served: Served, origin: str) -> None:
    code, told = refused(served.client.send("GET", "/v1/health", headers={**BEARER, "Origin": origin}))
    assert code == 403 and "Web pages" in told
    body = json.dumps({"video": "film.mp4", "output": "x.mp4"}).encode()
    assert refused(served.client.send("POST", "/v1/score", body, {**BEARER, "Origin": origin}))[0] == 403


def test_an_allowed_page_may_ask_but_needs_the_token(served: Served) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    code, headers, _ = served.client.send("OPTIONS", "/v1/score", headers=asked)
    assert code == 200 and headers["access-control-allow-origin"] == PAGE
    assert refused(served.client.send("GET", "/v1/health", headers={"Origin": PAGE}))[0] == 401
    code, headers, _ = served.client.send("GET", "/v1/health", headers={**BEARER, "Origin": PAGE})
    assert code == 200 and headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]:80"])
def test_a_name_that_resolves_here_does_not_help(served: Served, host: str) -> None:
    code, told = refused(served.client.send("GET", "/v1/health", headers={**BEARER, "Host": host}))
    assert code == 403 and "Host" in told


def test_oversize_bodies(served: Served) -> None:
    data = b" " * (MOST_BYTES + 1)
    assert refused(served.client.send("POST", "/v1/score", data, dict(BEARER)))[0] == 413
    pieces = iter([data[: MOST_BYTES // 2]] * 3)
    answer = served.client.send("POST", "/v1/score", pieces, dict(BEARER), encode_chunked=True)  # type: ignore[arg-type]
    assert refused(answer)[0] == 413


SCORE = {"video": "film.mp4", "output": "x.mp4"}


@pytest.mark.parametrize(
    ("kind", "body", "part"),
    [
        ("score", b"{", "Invalid JSON"),
        ("score", b"", "video"),
        ("score", b"[]", "object"),
        ("score", b"\xff\xfe", "cannot be used"),
        ("score", {"video": "film.mp4"}, "output: Field required"),
        ("score", {**SCORE, "vidoe": 1}, "vidoe"),
        ("score", {**SCORE, "settings": {"steps": 0}}, "between 1 and 1000"),
        ("score", {**SCORE, "settings": {"steps": "many"}}, "settings.steps"),
        ("score", {**SCORE, "settings": {"stepz": 3}}, "Unknown settings: stepz"),
        ("score", {**SCORE, "settings": {"mood": "purple"}}, "purple"),
        ("score", {**SCORE, "settings": {"palette": "kazoo"}}, "kazoo"),
        ("score", {**SCORE, "direction": {"curves": {"loudness": [[0, 1]]}}}, "no curve 'loudness'"),
        ("score", {**SCORE, "direction": {"markers": [{"time_s": "soon"}]}}, "cannot be read"),
        ("score", {**SCORE, "output": "x.txt"}, "wrong ending"),
        ("score", {**SCORE, "output": "film.mp4", "overwrite": True}, "input itself"),
        ("score", {**SCORE, "output": "a.wav", "wav": "a.wav"}, "same file"),
        ("score", {**SCORE, "video": "missing.mp4"}, "no file"),
        ("score", {**SCORE, "video": "a\0b"}, "not a path"),
        ("score", {**SCORE, "timelines": {"otio": "x.edl"}}, "wrong ending"),
        ("score", {**SCORE, "timelines": {"kdenlive": "x.xml"}}, "timelines"),
        ("reroll", {"project": "film.mp4", "regions": []}, "regions"),
        ("reroll", {"project": "film.mp4", "regions": ["bars=1"], "t0": 2000}, "t0"),
        ("fork", {"project": "film.mp4", "step": 0}, "step"),
        ("export", {"project": "film.mp4", "output": "x.wav", "sound": {"seed": 1}}, "No setting of the sound"),
        ("export", {"project": "film.mp4", "output": "x.wav", "sound": {"duck_db": "x"}}, "not of its kind"),
    ],
)
def test_malformed_bodies(served: Served, kind: str, body: bytes | dict[str, Any], part: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    code, told = refused(served.client.send("POST", f"/v1/{kind}", data, dict(BEARER)))
    assert code == 400 and part in told, told


@pytest.mark.parametrize("name", ["video", "output", "midi", "wav", "manifest", "stems", "project", "bundle"])
def test_every_path_must_lie_inside(served: Served, name: str) -> None:
    suffix = {"midi": ".mid", "wav": ".wav", "manifest": ".json", "project": ".dbgm"}.get(name, ".mp4")
    told = served.client.ask("/v1/score", {**SCORE, name: f"../x{suffix}"}, status=403)
    assert "outside" in told["error"]["message"] and str(served.folder.resolve()) in told["error"]["hint"]


def test_what_is_not_there(served: Served) -> None:
    served.client.ask("/v1/nothing", status=404)
    served.client.ask("/v1/jobs/none", status=404)
    served.client.ask("/v1/jobs/none/cancel", {}, status=404)
    served.client.ask("/v1/score", status=405)
    served.client.ask("/v1/takes", status=400)
    served.client.ask("/v1/takes?project=../x.dbgm", status=403)
    served.client.ask("/v1/takes?project=film.mp4", status=400)


def test_files_are_not_written_over_unasked(served: Served) -> None:
    (served.folder / "there.mp4").touch()
    told = served.client.ask("/v1/score", {**SCORE, "output": "there.mp4"}, status=409)
    assert "overwrite" in told["error"]["hint"]
