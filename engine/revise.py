"""New takes from old ones: regions re-rolled with the rest locked, forks from any denoising step, edits by hand.

The take that a change starts from is never touched. What is locked comes out byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.direction import Direction
from engine.errors import InputError
from engine.music.controls import Conditions
from engine.music.descent import Written, child_of, edit, new_id
from engine.music.encoded import EncodedRows
from engine.music.joining import join_notes
from engine.music.loops import LONGEST_OVER_BEATS
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, NoteTable, roll_to_notes
from engine.music.region import Region, Selection
from engine.music.take import Take, Trajectory
from engine.pipeline import finish_notes, guide_for, recondition, rows_for, shots_of_bars
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.timebase import BEATS_PER_BAR, BEATS_PER_WINDOW, STEPS_PER_BEAT

if TYPE_CHECKING:
    from engine.diffusion.composer import Rows
    from engine.diffusion.model import Bundle
    from engine.diffusion.sampling import DenoiseStep, Restart

__all__ = [
    "CONTEXT_BEATS",
    "EVERYTHING",
    "Canvas",
    "Change",
    "Fork",
    "Job",
    "Reroll",
    "Watcher",
    "Written",
    "canvas_around",
    "child_of",
    "edit",
    "fork",
    "locked_notes",
    "new_id",
    "replay",
    "reroll",
    "sample_selection",
    "take_at",
    "trajectory_of",
    "unwatched",
]

CONTEXT_BEATS: Final = BEATS_PER_WINDOW // 2
"""Locked music on either side of a region that the network sees at least, where there is so much."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A stretch of a piece that is sampled: `[first_beat, first_beat + n_beats)`, from a bar line on."""

    first_beat: int
    n_beats: int

    @property
    def first_step(self) -> int:
        return self.first_beat * STEPS_PER_BEAT


Watcher: TypeAlias = Callable[["DenoiseStep", Canvas], None]
"""Told of every step, and of the stretch that it belongs to."""


def unwatched(_step: DenoiseStep, _canvas: Canvas) -> None:
    """Looks away."""


@dataclass(frozen=True, slots=True)
class Reroll:
    """A request to write a selection anew; see `reroll`."""

    selection: Selection
    seed: int
    settings: GenerationSettings | None = None
    name: str = ""
    direction: Direction | None = None
    signals: FrameSignals | None = None

    def apply(self, bundle: Bundle, take: Take, *, watch: Watcher = unwatched, cancel: CancelToken = NEVER) -> Take:
        """The new take."""
        return reroll(
            bundle,
            take,
            self.selection,
            seed=self.seed,
            settings=self.settings,
            name=self.name,
            direction=self.direction,
            signals=self.signals,
            watch=watch,
            cancel=cancel,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """A request to leave a take's run after a step; see `fork`."""

    step: int
    settings: GenerationSettings
    signals: FrameSignals | None = None
    name: str = ""

    @property
    def seed(self) -> int:
        assert self.settings.seed is not None
        return self.settings.seed

    def apply(self, bundle: Bundle, take: Take, *, watch: Watcher = unwatched, cancel: CancelToken = NEVER) -> Take:
        """The new take."""
        return fork(
            bundle,
            take,
            step=self.step,
            settings=self.settings,
            signals=self.signals,
            name=self.name,
            watch=watch,
            cancel=cancel,
        )


class Change(Protocol):
    """A request for a new take from an old one."""

    @property
    def seed(self) -> int: ...

    @property
    def settings(self) -> GenerationSettings | None: ...

    def apply(self, bundle: Bundle, take: Take, *, watch: Watcher = unwatched, cancel: CancelToken = NEVER) -> Take:
        """The new take."""
        ...


def reroll(
    bundle: Bundle,
    take: Take,
    selection: Selection,
    *,
    seed: int,
    settings: GenerationSettings | None = None,
    name: str = "",
    direction: Direction | None = None,
    signals: FrameSignals | None = None,
    watch: Watcher = unwatched,
    cancel: CancelToken = NEVER,
) -> Take:
    """Write a selection anew; everything else stays byte for byte.

    Args:
        selection: what may change. Notes that a person wrote stay in any case.
        seed: of the new notes. The performance keeps the take's own.
        settings: others for the new notes (t0, k, steps, guidance, ...); by default the take's.
        direction: other moods of shots and curves, which the condition rows then follow; tempo and harmony stay.
        signals: the picture, needed with a direction.

    Raises:
        InputError: when the selection holds no cell of the piece, or the rows cannot be worked out anew.
    """
    settings = settings or take.settings
    if direction is not None:
        take = _directed(bundle, take, settings, direction, signals)
    job = Job.of(bundle, take, selection, settings)
    written = sample_selection(job, selection, seed=seed, restart=None, watch=watch, cancel=cancel)
    details = {"region": selection.to_json(), "seed": seed}
    return child_of(take, "reroll", written, settings=settings, name=name, details=details, model=bundle.hash)


def _directed(
    bundle: Bundle, take: Take, settings: GenerationSettings, direction: Direction, signals: FrameSignals | None
) -> Take:
    """The take whose rows follow another direction."""
    if take.plan.encoded is not None:
        raise InputError("This model follows captions; they are read when the whole is composed.", "Compose again.")
    if signals is None:
        raise InputError("Other moods need the picture.", "Open the video first.")
    plan = recondition(signals, take.plan, settings, quantiles=bundle.config.quantiles, direction=direction)
    return replace(take, direction=direction, plan=plan)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What sampling a selection works on: the piece, what is locked, what may change, the stretch around it."""

    bundle: Bundle
    plan: MusicPlan
    settings: GenerationSettings
    direction: Direction
    locked: tuple[Note, ...]
    free: NDArray[np.bool_]
    canvas: Canvas

    @classmethod
    def of(cls, bundle: Bundle, take: Take, selection: Selection, settings: GenerationSettings) -> Job:
        free = selection.mask(take.plan.n_beats * STEPS_PER_BEAT)
        if not free.any():
            raise InputError("The region holds nothing of this piece.", "Choose bars that the piece has.")
        canvas = canvas_around(free, take.plan.n_beats)
        return cls(bundle, take.plan, settings, take.direction, locked_notes(take, selection), free, canvas)

    @property
    def bars(self) -> tuple[tuple[str, int], ...]:
        """Names that the noise of the canvas' bars is keyed by."""
        first = self.canvas.first_beat // BEATS_PER_BAR
        return tuple(shots_of_bars(self.plan, first - (-self.padded // BEATS_PER_BAR))[first:])

    @property
    def loops(self) -> bool:
        """Whether all of a loop is sampled, so that its end flows into its beginning."""
        return self.settings.ending == "loop" and self.canvas == Canvas(0, self.plan.n_beats)

    @property
    def padded(self) -> int:
        """Beats of the canvas as it is sampled; those beyond the piece are free."""
        from engine.diffusion.composer import stride_for
        from engine.diffusion.sampling import padded_beats

        if self.loops:
            return self.canvas.n_beats
        return padded_beats(self.canvas.n_beats, stride_for(self.bundle.model, self.settings))

    def free_cells(self) -> NDArray[np.bool_]:
        """Cells of the padded canvas that may change, bool `[V, 4 * padded, 128]`."""
        cells = np.ones((self.free.shape[0], self.padded * STEPS_PER_BEAT, self.free.shape[2]), np.bool_)
        inside = self.free[:, self.canvas.first_step :][:, : cells.shape[1]]
        cells[:, : inside.shape[1]] = inside
        return cells

    def locked_table(self) -> NoteTable:
        """Locked notes that sound in the canvas, onsets from its beginning."""
        first, end = self.canvas.first_step, self.canvas.first_step + self.padded * STEPS_PER_BEAT
        near = (note for note in self.locked if note.end > first and note.onset < end)
        return NoteTable.from_notes(replace(note, onset=note.onset - first) for note in near)

    def sample(
        self, *, seed: int, restart: Restart | None, watch: Watcher, cancel: CancelToken
    ) -> tuple[tuple[Note, ...], Trajectory]:
        """Notes of the canvas, onsets from the beginning of the piece, and the way there."""
        from engine.diffusion.guides import chain
        from engine.diffusion.locks import constraints
        from engine.diffusion.looping import LoopedComposer
        from engine.diffusion.noise import NoiseSource
        from engine.diffusion.sampling import FROM_NOISE, sample

        wishes = guide_for(self.bundle, self.plan, self.settings, self.direction, first_beat=self.canvas.first_beat)
        known, pull = constraints(self.bundle.model, self.locked_table(), self.free_cells())
        steps = []
        for step in sample(
            LoopedComposer(self.bundle.model, self.padded) if self.loops else self.bundle.model,
            _cropped(rows_for(self.bundle, self.plan), self.canvas),
            self.settings,
            NoiseSource.for_bars(seed, self.bars, n_beats=self.padded),
            known=known,
            shape=chain(wishes, pull),
            restart=restart or FROM_NOISE,
            cancel=cancel,
        ):
            steps.append(step)
            watch(step, self.canvas)
        notes = notes_on(self.bundle, steps[-1], self.canvas, loops=self.loops)
        return notes, trajectory_of(steps, first_beat=self.canvas.first_beat, seed=seed, bars=self.bars)


def notes_on(bundle: Bundle, step: DenoiseStep, canvas: Canvas, *, loops: bool) -> tuple[Note, ...]:
    """Notes of a step's estimate, onsets from the beginning of the piece."""
    from engine.diffusion.looping import loop_notes

    if loops:
        return loop_notes(bundle.model, step.x0_hat, canvas.n_beats)
    roll = bundle.model.decode(step.x0_hat)
    return tuple(replace(note, onset=note.onset + canvas.first_step) for note in roll_to_notes(roll))


def last_step(plan: MusicPlan, settings: GenerationSettings) -> int:
    """The step at which notes end at the latest: those of a loop may be held over its end."""
    over = LONGEST_OVER_BEATS if settings.ending == "loop" else 0
    return (plan.n_beats + over) * STEPS_PER_BEAT


def trajectory_of(
    steps: Sequence[DenoiseStep], *, first_beat: int, seed: int, bars: Sequence[tuple[str, int]]
) -> Trajectory:
    """The way of a run, from all its steps."""
    v = np.stack([step.v.numpy() for step in steps])
    return Trajectory(first_beat, seed, tuple(bars), tuple(step.timestep for step in steps), v)


def sample_selection(
    job: Job, selection: Selection, *, seed: int, restart: Restart | None, watch: Watcher, cancel: CancelToken
) -> Written:
    """Sample the windows around a selection with the rest given, and join what they hold."""
    decoded, trajectory = job.sample(seed=seed, restart=restart, watch=watch, cancel=cancel)
    n_steps = last_step(job.plan, job.settings)
    joined = join_notes(job.locked, decoded, selection, job.plan.harmony, n_steps=n_steps)
    finished = finish_notes(joined, job.plan, job.settings, fixed=job.locked, may=selection.holds)
    notes = join_notes(job.locked, finished, selection, job.plan.harmony, n_steps=n_steps)
    return Written(notes, job.plan, trajectory)


def locked_notes(take: Take, selection: Selection) -> tuple[Note, ...]:
    """Notes that begin outside a selection, and those that a person wrote."""
    hand = set(take.hand)
    return tuple(note for note in take.notes if note in hand or not selection.holds(note))


def canvas_around(free: NDArray[np.bool_], n_beats: int) -> Canvas:
    """The stretch to sample for cells that may change: whole bars, with context, a window at least where there is one.

    Args:
        free: bool `[V, N, 128]`, some of it True.
    """
    touched: NDArray[np.bool_] = np.any(free, axis=(0, 2))
    beats = np.flatnonzero(touched) // STEPS_PER_BEAT
    first = max(0, (int(beats[0]) - CONTEXT_BEATS) // BEATS_PER_BAR * BEATS_PER_BAR)
    end = min(n_beats, int(beats[-1]) + 1 + CONTEXT_BEATS)
    first = max(0, min(first, (n_beats - BEATS_PER_WINDOW) // BEATS_PER_BAR * BEATS_PER_BAR))
    length = max(BEATS_PER_WINDOW, end - first)
    strides = -(-(length - BEATS_PER_WINDOW) // CONTEXT_BEATS)
    return Canvas(first, min(n_beats - first, BEATS_PER_WINDOW + strides * CONTEXT_BEATS))


def _cropped(rows: Rows, canvas: Canvas) -> Rows:
    span = slice(canvas.first_beat, canvas.first_beat + canvas.n_beats)
    if isinstance(rows, EncodedRows):
        return EncodedRows(rows.semantic[span], rows.dynamic[span])
    return Conditions(rows.dynamic[span], rows.semantic[span], rows.plan[span])


def fork(
    bundle: Bundle,
    take: Take,
    *,
    step: int,
    settings: GenerationSettings,
    signals: FrameSignals | None = None,
    name: str = "",
    watch: Watcher = unwatched,
    cancel: CancelToken = NEVER,
) -> Take:
    """Leave a take's run after one of its steps and go on with other settings.

    The steps up to there are repeated from the trajectory, without the network; with unchanged settings the whole take
    comes out again exactly. Another seed renoises the canvas at that step: what was settled stays. Another mood
    changes the condition rows; tempo and harmony stay the take's.

    Args:
        step: the last step kept, from 0.
        settings: t0, k, guidance, plan guidance, mood and seed may differ from the take's.
        signals: the picture, needed when the mood differs.

    Raises:
        InputError: for a take without a trajectory, another model, a step that it has not, or settings that cannot
            change on the way.
    """
    trajectory = _forkable(bundle, take, step, settings)
    plan = take.plan
    if settings.mood != take.settings.mood:
        if signals is None:
            raise InputError("A fork with another mood needs the picture.", "Open the video first.")
        plan = recondition(signals, plan, settings, quantiles=bundle.config.quantiles, direction=take.direction)
    restart = _restart(trajectory, step, settings.seed if settings.seed != take.settings.seed else None)
    selection = Selection.from_json(take.details["region"]) if "region" in take.details else EVERYTHING
    job = Job.of(bundle, replace(take, plan=plan), selection, settings)
    written = sample_selection(job, selection, seed=trajectory.seed, restart=restart, watch=watch, cancel=cancel)
    details = {name: value for name, value in take.details.items() if name == "region"}
    kept = replace(settings, seed=take.settings.seed)
    details |= {"step": step, "seed": settings.seed}
    return child_of(take, "fork", written, settings=kept, name=name, details=details, model=bundle.hash)


EVERYTHING: Final = Selection((Region(),))


def _forkable(bundle: Bundle, take: Take, step: int, settings: GenerationSettings) -> Trajectory:
    trajectory = take.trajectory
    if trajectory is None:
        raise InputError(
            "The take '{name}' holds no denoising steps.", "Fork a take that was generated.", name=take.name
        )
    if take.model != bundle.hash:
        raise InputError("The take '{name}' was made by another model.", "Give that model's bundle.", name=take.name)
    if not 0 <= step < trajectory.n_steps:
        raise InputError(
            "There is no step {step}.", "The take has steps 1 to {n_steps}.", step=step + 1, n_steps=trajectory.n_steps
        )
    if (settings.steps, settings.sampler) != (take.settings.steps, take.settings.sampler):
        raise InputError("A fork keeps the sampler and the number of steps.", "Change t0, k, guidance, mood or seed.")
    return trajectory


def _restart(trajectory: Trajectory, step: int, new_seed: int | None) -> Restart:
    import torch

    from engine.diffusion.noise import NoiseSource
    from engine.diffusion.sampling import Restart

    noise = None if new_seed is None else NoiseSource.for_bars(new_seed, trajectory.bars)
    return Restart([torch.from_numpy(v) for v in trajectory.v[: step + 1]], noise)


def replay(
    bundle: Bundle, take: Take, *, until: int | None = None, cancel: CancelToken = NEVER
) -> Iterator[tuple[DenoiseStep, Canvas]]:
    """The steps of a take once more, from its trajectory, without the network; `until` is the last one wanted.

    Raises:
        InputError: for a take without a trajectory, or of another model.
    """
    from engine.diffusion.noise import NoiseSource
    from engine.diffusion.sampling import sample

    last = len(take.trajectory.timesteps) - 1 if until is None and take.trajectory is not None else until or 0
    trajectory = _forkable(bundle, take, last, take.settings)
    first_beat = trajectory.first_beat
    canvas = Canvas(first_beat, min(take.plan.n_beats - first_beat, trajectory.v.shape[1]))
    steps = sample(
        bundle.model,
        _cropped(rows_for(bundle, take.plan), canvas),
        take.settings,
        NoiseSource.for_bars(trajectory.seed, trajectory.bars, n_beats=trajectory.v.shape[1]),
        restart=_restart(trajectory, trajectory.n_steps - 1, None),
        cancel=cancel,
    )
    for step in islice(steps, last + 1):
        cancel.raise_if_cancelled()  # no forward pass, which would look, is made
        yield step, canvas


def take_at(bundle: Bundle, take: Take, step: int, *, cancel: CancelToken = NEVER) -> Take:
    """The take as the model believed in it at a step: to be heard, not to be kept. Locked notes are as they are.

    Raises:
        InputError: as `replay`.
    """
    *_, (there, canvas) = replay(bundle, take, until=step, cancel=cancel)
    loops = take.settings.ending == "loop" and canvas == Canvas(0, take.plan.n_beats)
    notes = notes_on(bundle, there, canvas, loops=loops)
    selection = Selection.from_json(take.details["region"]) if "region" in take.details else EVERYTHING
    n_steps = last_step(take.plan, take.settings)
    joined = join_notes(locked_notes(take, selection), notes, selection, take.plan.harmony, n_steps=n_steps)
    return replace(take, id=new_id(), name=f"{take.name} step {step + 1}", notes=joined, trajectory=None)
