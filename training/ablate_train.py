"""Ablations that are trained: every variant from the start, on the same data, autoencoder, steps and seed.

The autoencoder is trained once; it knows no conditions. A variant's denoiser has the same parameters as all others: a
signal that it lacks is never known, eq. 6 is held at a fixed t0 (the network of the shipped model sees random ones),
and attention blocks have a fixed k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from engine.diffusion.model import Bundle
from engine.diffusion.schedule import N_TIMESTEPS, paper_settled_share
from engine.settings import GenerationSettings
from training.ablate import Study, study_table
from training.config import TrainConfig, load_compact_config
from training.denoiser_task import DenoiserBatch, DenoiserTask
from training.evaluate import Asked, Held, hold_out
from training.export import build_model, read_checkpoint
from training.generate import GeneratedWindow, Recipe, Writer, with_settings
from training.loop import Loop
from training.metrics import tables as forms
from training.metrics.extractors import Extractor
from training.metrics.pages import write_report
from training.metrics.tables import Cell, Table
from training.report import choose_studies
from training.stages import Data, autoencoder_loop, denoiser_task, load_data
from training.variants import Variant

FOLDER: Final = "ablation"
_NEVER: Final = -1.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What a variant's training took.

    Attributes:
        steps: of the optimizer; windows: seen; hours: of the processor, this machine.
    """

    steps: int
    windows: int
    hours: float


class VariantTask:
    """A denoiser's task in which a variant's signals only are given; everything else as in `DenoiserTask`."""

    partial = True
    """A signal that is never given leaves its embedding without a gradient."""

    def __init__(self, task: DenoiserTask, variant: Variant) -> None:
        self._task, self._variant = task, variant
        self.model, self.runtime = task.model, task.runtime
        settings = variant.applied(GenerationSettings())
        self._k = settings.k
        self._t0 = settled_timestep(task, settings.t0)

    def prepare(self, rng: np.random.Generator) -> DenoiserBatch:
        """As the task's, with fixed t0 and k and without the signals that are left out."""
        batch = self._task.prepare(rng)
        rows, n = batch.conditions, len(batch.t)
        picture, plan = self._variant.picture != "none", self._variant.plan
        conditions = replace(
            rows,
            picture_known=rows.picture_known & picture,
            plan_known=rows.plan_known & plan,
            t0=self._t0_for(batch.t),
            k=torch.full((n,), self._k, dtype=torch.int64),
        )
        return replace(batch, conditions=conditions)

    def _t0_for(self, t: torch.Tensor) -> torch.Tensor:
        """The t0 that makes the network use the rows that the variant has at these timesteps."""
        always, never = torch.full(t.shape, float(N_TIMESTEPS)), torch.full(t.shape, _NEVER)
        picture = self._variant.picture
        if picture == "dynamic":
            return always
        if picture == "semantic":
            return never
        if picture == "dynamic-semantic":
            return torch.where(t <= self._t0, never, always)
        return torch.full(t.shape, self._t0)

    def loss(self, prepared: DenoiserBatch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        return self._task.loss(prepared)

    def evaluate(self, averaged: torch.nn.Module) -> dict[str, float]:
        return self._task.evaluate(averaged)

    def draw_samples(self, averaged: torch.nn.Module, file: Path) -> None:
        self._task.draw_samples(averaged, file)


def settled_timestep(task: DenoiserTask, paper_t0: float) -> float:
    """The paper's t0 on the task's schedule by equal noise: there is no measured table before there is a model."""
    share = float(np.interp(paper_t0, np.arange(N_TIMESTEPS + 1), paper_settled_share()))
    # data of the latents have unit deviation: what is settled is the signal's share of what is seen
    signal = task.alphas.sqrt().numpy()
    return float(np.interp(share, signal[::-1], np.arange(N_TIMESTEPS)[::-1]))


def train_variant(config: TrainConfig, data: Data, run: Path, variant: Variant) -> tuple[Bundle, Budget]:
    """Train one variant, or go on where it was; its autoencoder is `run/autoencoder`."""
    task = denoiser_task(config, data, run)
    folder = run / FOLDER / slug(variant)
    settings = {**config.to_json()["denoiser"], "variant": variant.to_json()}
    Loop(VariantTask(task, variant), config.denoiser.loop, folder, settings).run()
    state = read_checkpoint(folder)
    model = build_model(task, data.corpus, f"{config.version} {variant.name}", state["ema"])
    model.eval().requires_grad_(False)
    steps = int(state["step"])
    budget = Budget(steps, steps * config.denoiser.task.batch, float(state["seconds"]) / 3600)
    return Bundle(model, f"{slug(variant)} {data.corpus.data_hash()}", folder), budget


def slug(variant: Variant) -> str:
    """A variant as a folder name: what it is, not what it is called."""
    settings = "-".join(f"{name}{value}" for name, value in sorted(variant.settings.items()))
    return "-".join(part for part in (variant.picture, "plan" if variant.plan else "no-plan", settings) if part)


def train_study(
    study: Study,
    config: TrainConfig,
    data: Data,
    run: Path,
    *,
    held: Held,
    recipe: Recipe,
    extractor: Extractor,
    jobs: int = 1,
) -> tuple[Table, Table]:
    """Train every variant of a study and measure it: the study's table, and the budgets."""
    autoencoder_loop(config, data, run).run()
    sets: list[tuple[str, list[GeneratedWindow]]] = []
    budgets: list[tuple[str, Budget]] = []
    trained: dict[str, tuple[Bundle, Budget]] = {}
    for variant in study.variants:
        if slug(variant) not in trained:
            trained[slug(variant)] = train_variant(config, data, run, variant)
        bundle, budget = trained[slug(variant)]
        writer = Writer(bundle, held.windows, jobs=jobs)
        sets.append((variant.name, writer.write(held.index, with_settings(recipe, variant))))
        budgets.append((variant.name, budget))
    table = study_table(study, sets, extractor)
    return replace(table, name=f"{table.name}-trained", title=f"{table.title}, each trained"), budget_table(
        study, budgets
    )


def budget_table(study: Study, budgets: Sequence[tuple[str, Budget]]) -> Table:
    """What each variant's training took."""
    rows: list[tuple[Cell, ...]] = [(name, b.steps, b.windows, b.hours) for name, b in budgets]
    return Table(
        f"ablation-{study.name}-budget",
        f"Budget: {study.title}",
        "Each variant's own training, on one autoencoder; the same seed, data and steps for all.",
        ("variant", "steps", "windows seen", "hours"),
        tuple(rows),
    )


def trained_ablation(
    config_name: str, asked: Asked, run: Path, output: Path | None, *, only: Sequence[str] = ()
) -> list[Table]:
    """Train and measure every variant of the studies; prints the tables and writes `ablation-trained.md`.

    Raises:
        InputError: for an unknown configuration or study, or one that cannot be trained for.
    """
    config = load_compact_config(config_name)
    studies = choose_studies(only, trainable=True)
    data = load_data(asked.data, config.songs)
    held, extractor = hold_out(asked), asked.choose_extractor()
    tables: list[Table] = []
    for study in studies:
        tables += train_study(
            study, config, data, run, held=held, recipe=asked.recipe, extractor=extractor, jobs=asked.jobs
        )
        print(forms.text(tables[-2]), forms.text(tables[-1]), sep="\n\n", end="\n\n")
    if output is not None:
        loop = config.denoiser.loop
        facts = {
            "configuration": config_name,
            "budget": f"for each variant {loop.steps} steps of {config.denoiser.task.batch} windows",
            "windows": f"{len(held.index)} of the {asked.split} songs",
            "data": f"hash {held.corpus.data_hash()}",
        }
        write_report([], output, title="Ablations, trained", facts=facts, tables=tables, stem="ablation-trained")
    return tables
