"""`diffbgm-train evaluate`, `respond`, `ablate` and `report`: their options, and what they run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.device import DEVICES
from engine.settings import SAMPLERS, GenerationSettings

if TYPE_CHECKING:
    from training.evaluate import Asked

Commands = Any
_SETTINGS = ("steps", "sampler", "t0", "k", "guidance", "plan_guidance")
BAR_WINDOWS = 200
SWEEP_WINDOWS = 32


def add_commands(commands: Commands, *, corpus: Path) -> None:
    """Add the four commands to a parser.

    Args:
        commands: what `add_subparsers` returned.
        corpus: default corpus file.
    """
    _add_evaluate(commands, corpus)
    _add_respond(commands, corpus)
    _add_ablate(commands, corpus)
    _add_report(commands, corpus)


def _add_evaluate(commands: Commands, corpus: Path) -> None:
    parser = commands.add_parser("evaluate", help="music of a bundle, or of folders of MIDI files, beside real music")
    parser.add_argument("bundle", type=Path, nargs="?", help="writes music for held-out windows")
    parser.add_argument(
        "--midi", type=Path, action="append", default=[], metavar="DIR", help="any system's MIDI files; may be repeated"
    )
    parser.add_argument(
        "--name", action="append", default=[], help="of the system of the --midi at the same place; default: its folder"
    )
    parser.add_argument(
        "--midi-bpm", type=float, help="the MIDI files' ticks do not follow their beats: lay them on this steady tempo"
    )
    parser.add_argument(
        "--reference", type=Path, metavar="DIR", help="real MIDI files; same names make pairs; default: test windows"
    )
    parser.add_argument("--control", action="store_true", help="sweep the controls, too (as `respond`)")
    _add_common(parser, corpus, windows=64)
    parser.set_defaults(command=_evaluate)


def _add_respond(commands: Commands, corpus: Path) -> None:
    parser = commands.add_parser("respond", help="each control swept over five levels: asked against measured")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="CONTROL", help="may be repeated")
    _add_common(parser, corpus, windows=SWEEP_WINDOWS)
    parser.set_defaults(command=_respond)


def _add_ablate(commands: Commands, corpus: Path) -> None:
    parser = commands.add_parser("ablate", help="signals, feature orders, t0, k, samplers and steps, guidance")
    parser.add_argument("bundle", type=Path, nargs="?", help="a trained model; not with --train")
    parser.add_argument("--only", action="append", default=[], metavar="STUDY", help="may be repeated")
    parser.add_argument(
        "--train", metavar="CONFIG", help="train each variant of `signals` and `orders` from this configuration"
    )
    parser.add_argument("--run", type=Path, default=Path("runs/ablation"), help="folder of checkpoints, with --train")
    _add_common(parser, corpus, windows=64)
    parser.set_defaults(command=_ablate)


def _add_report(commands: Commands, corpus: Path) -> None:
    parser = commands.add_parser("report", help="everything that decides whether weights ship, with the bars")
    parser.add_argument("bundle", type=Path)
    parser.add_argument(
        "--sweep-windows", type=int, default=SWEEP_WINDOWS, help="a level of the control sweeps; 0: none"
    )
    parser.add_argument("--steps-windows", type=int, default=BAR_WINDOWS, help="of 20 against 250 steps; 0: none")
    parser.add_argument("--plan-windows", type=int, default=64, help="of with and without the plan; 0: none")
    parser.add_argument("--long-pieces", type=int, default=40, help="of 24 bars, for seams and lag 8; 0: none")
    parser.add_argument("--ablate-windows", type=int, default=0, help="a line of the ablations; 0: none")
    _add_common(parser, corpus, windows=BAR_WINDOWS)
    parser.set_defaults(command=_report)


def _add_common(parser: argparse.ArgumentParser, corpus: Path, *, windows: int) -> None:
    parser.add_argument("--data", type=Path, default=corpus, help="made by `prepare`")
    parser.add_argument("--windows", type=int, default=windows, help=f"held-out windows (default {windows})")
    parser.add_argument("--split", choices=("test", "validation"), default="test")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--sampler", choices=SAMPLERS)
    parser.add_argument("--t0", type=int)
    parser.add_argument("--k", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--plan-guidance", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--precision", choices=("fp32", "bf16"), default="fp32", help="bf16: two to three times as fast where served"
    )
    parser.add_argument("--device", choices=DEVICES, default="cpu")
    parser.add_argument("--jobs", type=int, default=0, help="sets sampled side by side, a thread each (0: one a core)")
    parser.add_argument("--no-cache", action="store_true", help="write everything anew, and keep nothing")
    parser.add_argument("--extractor", choices=("auto", "symbolic", "musicnn"), default="auto")
    parser.add_argument("--musicnn", type=Path, metavar="PYTHON", help="interpreter that has musicnn")
    parser.add_argument("-o", "--output", type=Path, help="folder for JSON, CSV, the page and pictures")


def asked_of(arguments: argparse.Namespace) -> Asked:
    """What the options ask for."""
    import torch

    from engine.device import choose_device, thread_count
    from training.evaluate import Asked

    device = choose_device(arguments.device)[0]
    jobs = 1
    if device == "cpu":
        jobs = arguments.jobs or thread_count()
        torch.set_num_threads(1)
    given = {name: getattr(arguments, name) for name in _SETTINGS}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = replace(GenerationSettings(seed=arguments.seed), **chosen)
    return Asked(
        data=arguments.data,
        windows=arguments.windows,
        split=arguments.split,
        settings=settings,
        precision=arguments.precision,
        device=device,
        jobs=jobs,
        keep=not arguments.no_cache,
        extractor=arguments.extractor,
        musicnn=arguments.musicnn,
    )


def _evaluate(arguments: argparse.Namespace) -> int:
    from training.evaluate import MidiFolder, evaluate

    names = [*arguments.name, *[""] * len(arguments.midi)]
    midi = [
        MidiFolder(folder, name or folder.name, arguments.midi_bpm)
        for folder, name in zip(arguments.midi, names, strict=False)
    ]
    asked = asked_of(arguments)
    tables = []
    if arguments.control and arguments.bundle:
        tables.append(_sweep(arguments.bundle, asked, (), min(asked.windows, SWEEP_WINDOWS)))
    evaluate(
        asked,
        bundle=arguments.bundle,
        midi=midi,
        reference=arguments.reference,
        output=arguments.output,
        tables=tables,
    )
    return 0


def _sweep(bundle: Path, asked: Asked, only: Sequence[str], n_windows: int) -> Any:
    from engine.errors import InputError
    from training.controls_sweep import SWEEPS
    from training.evaluate import hold_out, open_writer
    from training.generate import spread
    from training.metrics import tables
    from training.respond import response_table, sweep_controls

    known = {sweep.name: sweep for sweep in SWEEPS}
    unknown = sorted(set(only) - set(known))
    if unknown:
        raise InputError(f"There is no sweep '{unknown[0]}'.", f"Choose among: {', '.join(known)}.")
    held = hold_out(asked)
    index = spread(held.windows, n_windows)
    chosen = [known[name] for name in only] or list(SWEEPS)
    table = response_table(sweep_controls(open_writer(bundle, asked, held), index, asked.recipe, chosen), len(index))
    print(tables.text(table))
    return table


def _respond(arguments: argparse.Namespace) -> int:
    from training.metrics.pages import response_plot, write_file, write_report

    asked = asked_of(arguments)
    table = _sweep(arguments.bundle, asked, arguments.only, asked.windows)
    if arguments.output is not None:
        facts = {"sampling": f"{asked.settings.steps} steps of {asked.settings.sampler}, {asked.precision}"}
        pictures = {"control-response.png": "What was measured at the five levels of each control"}
        write_report(
            [], arguments.output, title="Controls", facts=facts, tables=[table], pictures=pictures, stem="controls"
        )
        write_file(arguments.output / "control-response.png", response_plot(table))
    return 0


def _ablate(arguments: argparse.Namespace) -> int:
    from engine.errors import InputError
    from training.report import ablation_report

    if arguments.train:
        import torch

        from training.ablate_train import trained_ablation

        asked = asked_of(arguments)
        torch.set_num_threads(asked.jobs)  # a training step is one piece of work; sets are sampled one at a time then
        trained_ablation(arguments.train, replace(asked, jobs=1), arguments.run, arguments.output, only=arguments.only)
        return 0
    if arguments.bundle is None:
        raise InputError("There is nothing to ablate.", "Name a bundle, or a configuration with --train.")
    ablation_report(arguments.bundle, asked_of(arguments), arguments.output, only=arguments.only)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from training.report import Sizes, full_report

    sizes = Sizes(
        sweep=arguments.sweep_windows,
        steps=arguments.steps_windows,
        plan=arguments.plan_windows,
        long=arguments.long_pieces,
        ablate=arguments.ablate_windows,
    )
    output = arguments.output or Path("report")
    full_report(arguments.bundle, asked_of(arguments), sizes, output)
    return 0
