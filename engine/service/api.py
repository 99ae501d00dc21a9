"""The endpoints under /v1."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from engine.errors import EngineError
from engine.service.foreman import BusyError, Foreman, Task
from engine.service.guard import OversizeError, refusal
from engine.service.models import (
    EventsAnswer,
    ExportBody,
    ForkBody,
    HealthAnswer,
    JobAnswer,
    JobsAnswer,
    RerollBody,
    ScoreBody,
    TakesAnswer,
)
from engine.service.places import ForbiddenError, OccupiedError, Places
from engine.version import __version__

LONGEST_WAIT_S: Final = 60.0
_LOOK_S: Final = 0.5
_COMMENT_EVERY_S: Final = 10.0

B = TypeVar("B", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, for routing and for the schema alike.

    Attributes:
        parameters: of the query: name -> (JSON type, meaning).
        status: of success.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    parameters: Mapping[str, tuple[str, str]] | None = None
    status: int = 200


class Listeners:
    """Wakes coroutines that wait for events of a job. `wake` may be called in any thread."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self, task: Task) -> None:
        """A job told something."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._set, task.id)

    def _set(self, task_id: str) -> None:
        for event in self._waiting.get(task_id, ()):
            event.set()

    @contextmanager
    def ear(self, task: Task) -> Any:
        """An asyncio event that is set whenever the job tells something."""
        self._loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self._waiting.setdefault(task.id, set()).add(event)
        try:
            yield event
        finally:
            ears = self._waiting[task.id]
            ears.discard(event)
            if not ears:
                del self._waiting[task.id]


class Api:
    """The endpoints.

    Args:
        is_stopping: whether the server is about to end, so that streams end too.
    """

    def __init__(self, foreman: Foreman, places: Places, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self.foreman, self.places, self.is_stopping = foreman, places, is_stopping
        self._listeners = Listeners()
        foreman.wake = self._listeners.wake

    def endpoints(self) -> tuple[Endpoint, ...]:
        """All of them."""
        job = "/v1/jobs/{id}"
        after = {"after": ("integer", "events with higher numbers only (0)")}
        wait = {**after, "wait": ("number", f"wait so many seconds for one, at most {LONGEST_WAIT_S:g} (0)")}
        of_project = {"project": ("string", "a project file"), "video": ("string", "where its video is now")}
        return (
            Endpoint("GET", "/v1/health", "Version, folders, how busy it is", self.health, HealthAnswer),
            Endpoint("GET", "/v1/openapi.json", "This schema", self.schema),
            Endpoint("POST", "/v1/score", "Compose for a video", self.score, JobAnswer, ScoreBody, status=202),
            Endpoint(
                "POST", "/v1/reroll", "Write parts of a take anew", self.reroll, JobAnswer, RerollBody, status=202
            ),
            Endpoint(
                "POST", "/v1/fork", "Leave a take's denoising at a step", self.fork, JobAnswer, ForkBody, status=202
            ),
            Endpoint("POST", "/v1/export", "Write a take as files", self.export, JobAnswer, ExportBody, status=202),
            Endpoint("GET", "/v1/takes", "The takes of a project", self.takes, TakesAnswer, None, of_project),
            Endpoint("GET", "/v1/jobs", "All jobs", self.jobs, JobsAnswer),
            Endpoint("GET", job, "A job", self.job, JobAnswer),
            Endpoint(
                "GET",
                f"{job}/events",
                "Events of a job: a stream, or those since",
                self.events,
                EventsAnswer,
                None,
                wait,
            ),
            Endpoint("POST", f"{job}/cancel", "Cancel a job", self.cancel, JobAnswer),
            Endpoint("GET", f"{job}/result", "The result of a job that is done", self.result),
        )

    def application(self, origins: tuple[str, ...] = ()) -> Starlette:
        """The ASGI application; it must stand behind a `Guard`."""
        routes = [Route(one.path, one.handler, methods=[one.method]) for one in self.endpoints()]
        handlers: dict[Any, Any] = {HTTPException: _http_problem, EngineError: _problem, Exception: _fault}
        cors = Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
        return Starlette(routes=routes, exception_handlers=handlers, middleware=[cors] if origins else [])

    # ---- about the service -----------------------------------------------------------------------------------------

    async def health(self, _request: Request) -> Response:
        """Whether it is there."""
        running, queued = self.foreman.counts()
        folders = [str(folder) for folder in self.places.folders]
        return _answer(
            HealthAnswer(
                version=__version__,
                pid=os.getpid(),
                allow=folders,
                jobs=self.foreman.jobs,
                running=running,
                queued=queued,
            )
        )

    async def schema(self, _request: Request) -> Response:
        """The OpenAPI description."""
        from engine.service.schema import openapi

        return JSONResponse(openapi(self.endpoints()))

    # ---- starting jobs ---------------------------------------------------------------------------------------------

    async def score(self, request: Request) -> Response:
        """Start to compose."""
        return await self._start("score", request, ScoreBody)

    async def reroll(self, request: Request) -> Response:
        """Start a re-roll."""
        return await self._start("reroll", request, RerollBody)

    async def fork(self, request: Request) -> Response:
        """Start a fork."""
        return await self._start("fork", request, ForkBody)

    async def export(self, request: Request) -> Response:
        """Start an export."""
        return await self._start("export", request, ExportBody)

    async def _start(self, kind: str, request: Request, model: type[BaseModel]) -> Response:
        body = _parsed(await request.body(), model)
        work = await run_in_threadpool(_ordered, kind, body, self.places)
        task = self.foreman.submit(kind, work, bound=bool(getattr(body, "cancel_on_disconnect", False)))
        return self._job(task, 202)

    # ---- what became of them ---------------------------------------------------------------------------------------

    async def takes(self, request: Request) -> Response:
        """The takes of a project."""
        query = request.query_params
        if "project" not in query:
            return refusal(400, "The query names no project.", "Ask for /v1/takes?project=FILE.dbgm")
        told = await run_in_threadpool(_takes, query["project"], query.get("video"), self.places)
        return _answer(TakesAnswer(**told))

    async def jobs(self, _request: Request) -> Response:
        """All jobs."""
        return _answer(JobsAnswer(jobs=[JobAnswer(**self.foreman.state(task)) for task in self.foreman.tasks()]))

    async def job(self, request: Request) -> Response:
        """One job."""
        return self._job(self._task(request))

    async def cancel(self, request: Request) -> Response:
        """Cancel it; harmless when it is over."""
        task = self._task(request)
        await run_in_threadpool(self.foreman.cancel, task)
        return self._job(task)

    async def result(self, request: Request) -> Response:
        """Its result."""
        state = self.foreman.state(self._task(request))
        if state["status"] == "done":
            return JSONResponse(state["result"])
        if state["error"] is not None:
            return refusal(409, state["error"]["message"], state["error"]["hint"])
        return refusal(409, f"The job is {state['status']}.", "Listen to its events; the last one is 'ended'.")

    async def events(self, request: Request) -> Response:
        """Its events: as a stream for those who accept one, else as JSON, waiting for news if so asked."""
        task = self._task(request)
        after = int(_number(request, "after", request.headers.get("last-event-id", "0"), 2**53))
        if "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(
                self._stream(request, task, after),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store"},
            )
        wait_s = _number(request, "wait", "0", LONGEST_WAIT_S)
        events, ended = await self._news(request, task, after, wait_s)
        return _answer(EventsAnswer(events=events, last_seq=task.last_seq, ended=ended))

    async def _news(self, request: Request, task: Task, after: int, wait_s: float) -> tuple[list[dict[str, Any]], bool]:
        """Events after a number, waiting for the first of them; none when the time is over or nobody listens."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        with self._listeners.ear(task) as ear:
            while True:
                ear.clear()
                events, ended = self.foreman.events_after(task, after)
                left = until - loop.time()
                if events or ended or left <= 0 or self.is_stopping() or await request.is_disconnected():
                    return events, ended
                try:
                    await asyncio.wait_for(ear.wait(), min(left, _LOOK_S))
                except TimeoutError:
                    continue

    async def _stream(self, request: Request, task: Task, after: int) -> AsyncIterator[str]:
        """Server-sent events until the job is over. The client counts as a listener while it is there."""
        self.foreman.listen(task, 1)
        try:
            yield ": events of a job\n\n"
            while not self.is_stopping():
                events, ended = await self._news(request, task, after, _COMMENT_EVERY_S)
                for event in events:
                    after = event["seq"]
                    yield f"id: {after}\nevent: {event['event']}\ndata: {json.dumps(event, allow_nan=False)}\n\n"
                if ended or await request.is_disconnected():
                    return
                if not events:
                    yield ": still here\n\n"
        finally:
            self.foreman.listen(task, -1)

    def _task(self, request: Request) -> Task:
        task = self.foreman.task(request.path_params["id"])
        if task is None:
            raise HTTPException(404, "There is no such job.")
        return task

    def _job(self, task: Task, status: int = 200) -> Response:
        return _answer(JobAnswer(**self.foreman.state(task)), status)


def _answer(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")


def _ordered(kind: str, body: BaseModel, places: Places) -> Any:
    """The job that a body asks for. The engine is imported now, so that the service itself is there at once."""
    from engine.service import orders

    return getattr(orders, kind)(body, places)


def _takes(project: str, video: str | None, places: Places) -> dict[str, Any]:
    from engine.service import orders

    return orders.takes(project, video, places)


def _parsed(data: bytes, model: type[B]) -> B:
    try:
        return model.model_validate_json(data or b"{}")
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}" for one in error.errors()[:3]]
        raise HTTPException(400, f"The body cannot be used: {'; '.join(problems)}.") from error


def _number(request: Request, name: str, default: str, highest: float) -> float:
    text = request.query_params.get(name, default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= highest:
        raise HTTPException(400, f"'{name}' is '{text}'; it must be a number from 0 to {highest:g}.")
    return value


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, EngineError)
    statuses: dict[type[EngineError], int] = {ForbiddenError: 403, OccupiedError: 409, BusyError: 503}
    return refusal(statuses.get(type(error), 400), error.message, error.hint)


async def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    hint = "See /v1/openapi.json" if error.status_code in (400, 404, 405) else ""
    return refusal(error.status_code, error.detail, hint)


async def _fault(_request: Request, error: Exception) -> Response:
    if isinstance(error, OversizeError):
        raise error
    return refusal(500, f"Something unexpected went wrong ({type(error).__name__}).", "This is a fault of the program.")
