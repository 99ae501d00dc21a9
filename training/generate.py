"""Music for windows of a corpus: what evaluation listens to.

Each window's noise is keyed by its song and beat, so its music does not depend on which other windows are asked for,
and sets are kept on disk in parts (see `training.kept_sets`): a later call with the same weights and settings reads
them, and one that was interrupted goes on.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from engine.diffusion.composer import Composer
from engine.diffusion.guides import guide
from engine.diffusion.model import Bundle, CompactModel
from engine.diffusion.noise import NoiseSource
from engine.diffusion.sampling import DenoiseStep, Shaper, padded_beats, sample
from engine.errors import InputError
from engine.music.controls import HIT_COLUMNS, Conditions
from engine.music.notes import Note, NoteTable, roll_to_notes
from engine.music.wishes import Wishes
from engine.settings import GenerationSettings
from engine.timebase import BARS_PER_WINDOW, BEATS_PER_BAR, BEATS_PER_WINDOW, STEPS_PER_BEAT
from training.data.windows import WindowSet
from training.kept_sets import KeptSets
from training.variants import FULL, Variant, with_variant

Progress = Callable[[int, int], None]
Precision = Literal["fp32", "bf16"]

AT_ONCE: Final = 32
_CODE: Final = (
    *("engine/diffusion", "engine/music/controls.py", "engine/music/wishes.py", "engine/music/progression.py"),
    *("training/generate.py", "training/variants.py", "training/controls_sweep.py", "training/data/windows.py"),
)
"""What decides the music besides weights, data and settings."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedWindow:
    """Notes written under a window's conditions, and the window's own.

    Attributes:
        notes, real: both cut at the end.
        conditions: as asked for, after any change.
        name: song and beat; song: its name.
    """

    notes: tuple[Note, ...]
    real: tuple[Note, ...]
    conditions: Conditions
    name: str = ""
    song: str = ""

    @property
    def n_steps(self) -> int:
        return self.conditions.n_beats * STEPS_PER_BEAT


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what is asked, by name.

    Attributes:
        name: unique for what it does, since kept sets are found by it.
        apply: (conditions of a window, the window's name) -> conditions.
        wishes: (changed conditions, the window's name) -> what the notes themselves are pulled towards, as in use;
            None: nothing. For windows, not for longer pieces.
    """

    name: str
    apply: Callable[[Conditions, str], Conditions]
    wishes: Callable[[Conditions, str], Wishes] | None = None


_COUNTING: Final = Lock()
_STARTING: Final = Lock()

UNCHANGED: Final = Change("", lambda conditions, window: conditions)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How windows are written.

    Attributes:
        settings: t0, k, steps, sampler, guidance and the seed, which must be set, count.
        variant: which signals are given.
        change: of what is asked.
        precision: "bf16" multiplies matrices in half precision: two to three times as fast on processors that have
            units for it, and about one note in a hundred differs.
    """

    settings: GenerationSettings
    variant: Variant = FULL
    change: Change = UNCHANGED
    precision: Precision = "fp32"

    def key(self) -> dict[str, Any]:
        """All that decides the music besides weights and windows."""
        names = ("t0", "k", "steps", "sampler", "guidance", "plan_guidance", "seed")
        values = asdict(self.settings)
        chosen = {name: values[name] for name in names}
        variant = self.variant.to_json()
        return {"settings": chosen, **variant, "change": self.change.name, "precision": self.precision}


@dataclass(frozen=True, slots=True, eq=False)
class Writer:
    """A bundle, the windows that it writes for, and where sets are kept.

    Attributes:
        data: hash of the corpus.
        kept: None keeps nothing.
        progress: None prints lines to stderr.
        jobs: sets sampled side by side, each on one thread. That is faster than several threads on one set, above all
            on a machine that has other work: threads of one set wait for each other at every layer.
        counts: how many windows were computed, and in how many seconds; sets that were read do not count.
    """

    bundle: Bundle
    windows: WindowSet
    data: str = ""
    kept: KeptSets | None = None
    progress: Progress | None = None
    jobs: int = 1
    counts: dict[str, float] = field(default_factory=lambda: {"windows": 0.0, "seconds": 0.0})

    def write(self, index: NDArray[np.int64], recipe: Recipe) -> list[GeneratedWindow]:
        """Windows `index`, each on its own, 8 bars."""
        model = with_variant(self.bundle.model, recipe.variant)
        settings = _seeded(recipe)

        def write_part(part: NDArray[np.int64]) -> list[GeneratedWindow]:
            asked = [self._asked(np.array([number]), recipe) for number in part]
            names = [window_name(self.windows, int(number)) for number in part]
            make = partial(self._sample, model, asked, names, settings, recipe)
            notes = self._kept_or(recipe, names, BARS_PER_WINDOW, make)
            return list(self._results(part, asked, names, notes))

        at_once = max(1, min(AT_ONCE, -(-len(index) // self.jobs)))
        parts = [index[first : first + at_once] for first in range(0, len(index), at_once)]
        return self._side_by_side(write_part, parts, len(index), recipe)

    def write_spans(self, spans: Sequence[NDArray[np.int64]], recipe: Recipe) -> list[GeneratedWindow]:
        """Longer pieces: each span is a run of windows one after another; sampled jointly, as in use."""
        model = with_variant(self.bundle.model, recipe.variant)
        settings = _seeded(recipe)

        def write_span(numbers: NDArray[np.int64]) -> list[GeneratedWindow]:
            asked = self._asked(numbers, recipe)
            name = window_name(self.windows, int(numbers[0]))
            make = partial(self._sample_span, model, asked, name, settings, recipe)
            notes = self._kept_or(recipe, [name], BARS_PER_WINDOW * len(numbers), make)
            real = span_notes(self.windows, int(numbers[0]), asked.n_beats)
            return [GeneratedWindow(notes[0], real, asked, name, song_of(self.windows, int(numbers[0])))]

        return self._side_by_side(write_span, spans, len(spans), recipe)

    def _side_by_side(
        self,
        write: Callable[[NDArray[np.int64]], list[GeneratedWindow]],
        parts: Sequence[NDArray[np.int64]],
        total: int,
        recipe: Recipe,
    ) -> list[GeneratedWindow]:
        """Parts in order; what fails or is interrupted starts no further one."""
        out: list[GeneratedWindow] = []
        began, before = time.monotonic(), self.counts["windows"]
        pool = ThreadPoolExecutor(max(1, self.jobs))
        try:
            for written in pool.map(write, parts):
                out += written
                self._say(len(out), total, recipe, before=before, began=began)
        finally:
            pool.shutdown(cancel_futures=True)
        if self.counts["windows"] > before:
            self.counts["seconds"] += time.monotonic() - began
        return out

    def _asked(self, numbers: NDArray[np.int64], recipe: Recipe) -> Conditions:
        own = window_conditions(self.windows, numbers)
        return recipe.change.apply(own, window_name(self.windows, int(numbers[0])))

    def _results(
        self,
        part: NDArray[np.int64],
        asked: Sequence[Conditions],
        names: Sequence[str],
        notes: Sequence[tuple[Note, ...]],
    ) -> Iterator[GeneratedWindow]:
        for number, conditions, name, written in zip(part, asked, names, notes, strict=True):
            real = real_notes(self.windows, int(number))
            yield GeneratedWindow(written, real, conditions, name, song_of(self.windows, int(number)))

    def _kept_or(
        self, recipe: Recipe, names: Sequence[str], bars: int, make: Callable[[], list[tuple[Note, ...]]]
    ) -> list[tuple[Note, ...]]:
        key = {
            "code": code_key(),
            "weights": self.bundle.hash,
            "data": self.data,
            "windows": list(names),
            "bars": bars,
            **recipe.key(),
        }
        found = self.kept.load(key) if self.kept else None
        if found is not None and len(found) == len(names):
            return found
        made = make()
        with _COUNTING:
            self.counts["windows"] += len(names) * bars / BARS_PER_WINDOW
        if self.kept:
            self.kept.store(key, made)
        return made

    def _sample(
        self,
        model: Composer,
        asked: Sequence[Conditions],
        names: Sequence[str],
        settings: GenerationSettings,
        recipe: Recipe,
    ) -> list[tuple[Note, ...]]:
        """Several windows as one canvas whose windows do not overlap."""
        assert settings.seed is not None
        rows = Conditions(
            *(np.concatenate([getattr(one, group) for one in asked]) for group in ("dynamic", "semantic", "plan"))
        )
        noise = NoiseSource.for_bars(settings.seed, [(name, bar) for name in names for bar in range(BARS_PER_WINDOW)])
        shape = self._pulls(asked, names, recipe)
        with _precision(model, recipe.precision):
            last = _last(sample(model, rows, settings, noise, stride_beats=BEATS_PER_WINDOW, shape=shape))
        return [roll_to_notes(model.decode(latents)) for latents in last.x0_hat.split(BEATS_PER_WINDOW)]

    def _pulls(self, asked: Sequence[Conditions], names: Sequence[str], recipe: Recipe) -> Shaper | None:
        """Each window's own pull towards what is wished for."""
        wishes = recipe.change.wishes
        if wishes is None:
            return None
        if not isinstance(self.bundle.model, CompactModel):
            raise InputError("Notes can be pulled in the latents of the compact model only.")
        guides = [guide(self.bundle.model, wishes(one, name)) for one, name in zip(asked, names, strict=True)]

        def shape(x0_hat: torch.Tensor, timestep: int) -> torch.Tensor:
            parts = zip(guides, x0_hat.split(BEATS_PER_WINDOW), strict=True)
            return torch.cat([part if pull is None else pull(part, timestep) for pull, part in parts])

        return shape

    def _sample_span(
        self, model: Composer, asked: Conditions, name: str, settings: GenerationSettings, recipe: Recipe
    ) -> list[tuple[Note, ...]]:
        assert settings.seed is not None
        stride = model.stride_beats
        bars = range(padded_beats(asked.n_beats, stride) // BEATS_PER_BAR)
        noise = NoiseSource.for_bars(settings.seed, [(f"{name} span", bar) for bar in bars])
        with _precision(model, recipe.precision):
            last = _last(sample(model, asked, settings, noise, stride_beats=stride))
        return [roll_to_notes(model.decode(last.x0_hat[: asked.n_beats]))]

    def _say(self, done: int, total: int, recipe: Recipe, *, before: float, began: float) -> None:
        if self.progress is not None:
            self.progress(done, total)
            return
        made = self.counts["windows"] - before
        pace = f", {made / (time.monotonic() - began):.2f} windows/s" if made else ", kept"
        what = " ".join(part for part in (recipe.variant.name, recipe.change.name) if part)
        if done == total or not done % AT_ONCE:
            print(f"{what}: {done}/{total}{pace}", file=sys.stderr)


@cache
def code_key() -> str:
    """A hash of the sources that decide the music, so that sets of an older version are not taken for this one's."""
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for place in _CODE:
        path = root / place
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _last(steps: Iterator[DenoiseStep]) -> DenoiseStep:
    """The last step. The first is taken by one thread at a time: it imports and sets up the sampler, and neither that
    library's imports nor Python's filters of warnings, which are changed there, bear two threads."""
    with _STARTING:
        last = next(steps)
    for step in steps:
        last = step
    return last


def _seeded(recipe: Recipe) -> GenerationSettings:
    settings = recipe.variant.applied(recipe.settings)
    if settings.seed is None:
        raise ValueError("an evaluation needs a seed")
    return settings


def with_settings(recipe: Recipe, variant: Variant) -> Recipe:
    """The recipe with a variant's signals and settings."""
    return replace(recipe, settings=variant.applied(recipe.settings), variant=replace(variant, settings=NO_SETTINGS))


NO_SETTINGS: Final[Mapping[str, Any]] = MappingProxyType({})


def _precision(model: Composer, precision: Precision) -> torch.autocast:
    return torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


def window_name(windows: WindowSet, number: int) -> str:
    """Song and first beat, as "044/128"."""
    song, beat = windows.windows[number]
    return f"{windows.corpus.names[int(song)]}/{int(beat)}"


def song_of(windows: WindowSet, number: int) -> str:
    """The name of a window's song."""
    return str(windows.corpus.names[int(windows.windows[number, 0])])


def real_notes(windows: WindowSet, number: int) -> tuple[Note, ...]:
    """Notes that start in a window, cut at its end."""
    return span_notes(windows, number, BEATS_PER_WINDOW)


def span_notes(windows: WindowSet, number: int, n_beats: int) -> tuple[Note, ...]:
    """Notes that start in the `n_beats` beats from a window's beginning, cut at their end."""
    corpus, n_steps = windows.corpus, n_beats * STEPS_PER_BEAT
    song, beat = windows.windows[number]
    table = corpus.notes(int(song))
    onset = table.onset - int(beat) * STEPS_PER_BEAT
    inside = (onset >= 0) & (onset < n_steps)
    length = np.minimum(table.duration, n_steps - onset)
    columns = (onset, table.voice, table.pitch, length, table.velocity)
    return NoteTable(*(c[inside].astype(np.int32) for c in columns)).to_notes()


def window_conditions(windows: WindowSet, index: NDArray[np.int64]) -> Conditions:
    """Rows of several windows, end to end, without hit requests."""
    rows = windows.rows(index, np.zeros(len(index), np.int64))
    dynamic = rows.dynamic.clone()
    dynamic[..., HIT_COLUMNS] = 0
    flat = (group.flatten(0, 1).numpy() for group in (dynamic, rows.semantic, rows.plan))
    return Conditions(*flat)


def spread(windows: WindowSet, n: int) -> NDArray[np.int64]:
    """`n` windows spread evenly over the songs."""
    return np.linspace(0, len(windows) - 1, min(n, len(windows))).astype(np.int64)


def spread_spans(windows: WindowSet, n: int, n_windows: int) -> list[NDArray[np.int64]]:
    """`n` runs of `n_windows` windows one after another, spread evenly over the songs.

    Raises:
        InputError: if no song has so many bars of 4/4 in a row.
    """
    number = {(int(song), int(beat)): i for i, (song, beat) in enumerate(windows.windows)}
    runs = []
    for song, beat in windows.windows:
        follows = [(int(song), int(beat) + i * BEATS_PER_WINDOW) for i in range(n_windows)]
        if all(place in number for place in follows):
            runs.append(np.array([number[place] for place in follows], np.int64))
    if not runs:
        raise InputError(f"No song has {n_windows * BARS_PER_WINDOW} bars of 4/4 in a row.")
    chosen = np.linspace(0, len(runs) - 1, min(n, len(runs))).astype(np.int64)
    return [runs[i] for i in chosen]
