"""A batch as it runs: films go to worker processes, results into the record, progress to whoever watches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from engine.batch.job import request_for
from engine.batch.memory import may_start_another
from engine.batch.record import CANCELLED, DONE, FAILED, KEPT, FilmResult, Record, settings_key, sizes_of, source_key
from engine.batch.sources import Film
from engine.cancel import CancelToken
from engine.device import usable_cores
from engine.runner import GenerationRequest
from engine.workers.crew import Crew, Ended, Patience, Told

_TICK_S: Final = 0.1
_SAVE_EVERY_S: Final = 1.0
_PACE_OF: Final = 12
"""So many films finished last tell the pace: the machine may have had more or less time for us before."""


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What to do with each film.

    Attributes:
        template: settings and direction; its video and output are put in for each film.
        folder: of the results; it is there.
        kind: one of `engine.batch.job.KINDS`; extras: names of `engine.batch.job.EXTRAS`.
        jobs: films at once; anew: whether finished ones are done again; overwrite: whether foreign files may be.
        silence_s: without a sign of progress for so long, a film is given up.
    """

    template: GenerationRequest
    folder: Path
    kind: str
    extras: frozenset[str] = frozenset()
    jobs: int = 1
    anew: bool = False
    overwrite: bool = False
    silence_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Running:
    """A film that is being scored: its stage ("" before the first), and how much of it is done, 0..1."""

    film: Film
    stage: str
    share: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How a batch stands. `ended` is set when a film was just finished; `told` when one told an event."""

    n_done: int
    n_films: int
    eta_s: float | None
    running: tuple[Running, ...]
    ended: FilmResult | None = None
    told: tuple[Film, dict[str, Any]] | None = None


Watch = Callable[[Progress], None]


@dataclass(slots=True)
class _Active:
    film: Film
    keys: tuple[str, str]
    began_s: float
    stage: str = ""
    share: float = 0.0


@dataclass(slots=True, eq=False)
class Batch:
    """One run of a batch."""

    order: BatchOrder
    films: Sequence[Film]
    record: Record
    watch: Watch
    _active: dict[int, _Active] = field(default_factory=dict, init=False)
    _costs: dict[Path, float] = field(default_factory=dict, init=False)
    _worked: float = field(default=0.0, init=False)
    _lately: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_PACE_OF), init=False)
    _saved_s: float = field(default=0.0, init=False)
    _n_done: int = field(default=0, init=False)

    def run(self, cancel: CancelToken) -> tuple[FilmResult, ...]:
        """Score the films; the results in order. After `cancel`, films that were not finished are "cancelled".

        Raises:
            OutputError: if the table of results cannot be written.
        """
        of_settings = settings_key(self.order.template, self.order.kind, self.order.extras)
        self.record.begin(film.path for film in self.films)
        waiting = deque(self._unfinished(of_settings))
        self._costs = costs_of([film for film, _ in waiting])
        threads = max(1, usable_cores() // self.order.jobs)
        self._lately.append((time.monotonic(), 0.0))
        try:
            with Crew(self.order.jobs, threads, Patience(silence_s=self.order.silence_s)) as crew:
                while (waiting or self._active) and not cancel.is_cancelled:
                    self._fill(crew, waiting)
                    for message in crew.hear(_TICK_S):
                        self._take(message)
                    self._show()
                self._stop(crew)
            for film, keys in waiting:
                self._end(film, _cancelled(film, keys))
        finally:
            self.record.save()
        return self.record.results()

    def _unfinished(self, of_settings: str) -> Iterable[tuple[Film, tuple[str, str]]]:
        for film in self.films:
            keys = (source_key(film.path), of_settings)
            kept = None if self.order.anew else self.record.finished(film.path, *keys)
            if kept is None:
                yield film, keys
            else:
                self._end(film, replace(kept, status=KEPT, film=film.name))

    def _fill(self, crew: Crew, waiting: deque[tuple[Film, tuple[str, str]]]) -> None:
        while waiting and crew.has_room and may_start_another(crew.n_running):
            film, keys = waiting.popleft()
            order = self.order
            job = request_for(order.template, film.path, order.folder / film.place, order.kind, set(order.extras))
            job = replace(job, own=self.record.written(film.path), overwrite=order.overwrite)
            self._active[crew.start(job)] = _Active(film, keys, time.monotonic())

    def _take(self, message: Told | Ended) -> None:
        if isinstance(message, Ended):
            active = self._active.pop(message.number)
            self._worked += self._costs[active.film.path]
            self._lately.append((time.monotonic(), self._worked))
            self._end(active.film, self._result(active, message))
            return
        active = self._active[message.number]
        active.stage = message.data.get("stage", active.stage)
        active.share = max(active.share, message.data.get("share", 0.0))
        self.watch(replace(self._progress(), told=(active.film, message.data)))

    def _result(self, active: _Active, message: Ended) -> FilmResult:
        film, data = active.film, message.data
        if message.status == CANCELLED:
            return _cancelled(film, active.keys)
        seconds = round(time.monotonic() - active.began_s, 2)
        blank = FilmResult(film.name, str(film.path), film.place, FAILED, seconds=seconds)
        blank = replace(blank, source_key=active.keys[0], settings_key=active.keys[1])
        if message.status != DONE:
            return replace(blank, message=data["message"], hint=data["hint"])
        folder = self.order.folder
        files = {kind: Path(path).relative_to(folder).as_posix() for kind, path in data["files"].items()}
        named = {name: data[name] for name in ("duration_s", "seed", "bpm", "notes")}
        remarks = tuple(data["remarks"])
        return replace(blank, status=DONE, files=files, sizes=sizes_of(folder, files), remarks=remarks, **named)

    def _end(self, film: Film, result: FilmResult) -> None:
        self._n_done += 1
        self.record.put(result)
        if time.monotonic() - self._saved_s > _SAVE_EVERY_S:
            self.record.save()
            self._saved_s = time.monotonic()
        self.watch(replace(self._progress(), ended=result))

    def _stop(self, crew: Crew) -> None:
        """Cancel what runs, and hear how it ends: one or the other may have been finished in that moment."""
        for number in list(self._active):
            crew.cancel(number)
        while self._active:
            for message in crew.hear(_TICK_S):
                self._take(message)

    def _show(self) -> None:
        self.watch(self._progress())

    def _progress(self) -> Progress:
        running = tuple(Running(one.film, one.stage, one.share) for one in self._active.values())
        return Progress(self._n_done, len(self.films), self._eta_s(), running)

    def _eta_s(self) -> float | None:
        """Seconds left: what is left to do at the pace of the last films."""
        worked = self._worked + sum(self._costs[one.film.path] * one.share for one in self._active.values())
        if not self._lately or worked <= self._lately[0][1]:
            return None
        since_s, before = self._lately[0]
        left = sum(self._costs.values()) - worked
        return max(0.0, left * (time.monotonic() - since_s) / (worked - before))


def costs_of(films: Sequence[Film]) -> dict[Path, float]:
    """How much work each film is likely to be, against the others: half of it alike, half by the size of its file."""
    sizes = {film.path: _n_bytes(film.path) for film in films}
    mean = max(1.0, sum(sizes.values()) / max(1, len(sizes)))
    return {path: 0.5 + 0.5 * size / mean for path, size in sizes.items()}


def _n_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cancelled(film: Film, keys: tuple[str, str]) -> FilmResult:
    result = FilmResult(film.name, str(film.path), film.place, CANCELLED, source_key=keys[0], settings_key=keys[1])
    return replace(result, message="Cancelled.", hint="The same command goes on from here.")
