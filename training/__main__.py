"""`diffbgm-train`: prepare, train, evaluate, export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from engine.device import DEVICES
from engine.errors import EngineError

DEFAULT_CORPUS = Path("runs/pop909.npz")
DEFAULT_RUN = Path("runs/compact")


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code: 0, 1 for a bad input, 2 for usage."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except EngineError as error:
        print(error.message, error.hint, sep="\n" if error.hint else "", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="diffbgm-train", description="Retrain the engine of Diff-BGM Studio.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    prepare = commands.add_parser("prepare", help="POP909, SymMV or both into one compact file")
    prepare.add_argument("folder", type=Path, nargs="+", help="a clone of POP909 (it holds 001, 002, ...) or of SymMV")
    prepare.add_argument("-o", "--output", type=Path, default=DEFAULT_CORPUS)
    prepare.set_defaults(command=_prepare)
    _add_build_dataset(commands)

    train = commands.add_parser("train", help="train what a configuration describes; run again to resume")
    _add_run_options(train)
    train.add_argument("--features", type=Path, help="folder of BGM909's features, for the paper's network")
    train.add_argument("--start", type=Path, metavar="BUNDLE", help="go on from its weights instead of from nothing")
    train.add_argument("--stage", choices=("all", "autoencoder", "denoiser"), default="all")
    train.add_argument("--threads", type=int, default=0, help="CPU threads (0: all)")
    train.add_argument("--device", choices=DEVICES, default="auto")
    train.set_defaults(command=_train)

    export = commands.add_parser("export", help="averaged weights of a run into a bundle")
    _add_run_options(export)
    export.add_argument("-o", "--output", type=Path, required=True, help="bundle folder, as resources/model/compact")
    export.add_argument("--hardware", default="", help="for the card, where an older checkpoint does not tell")
    export.set_defaults(command=_export)

    _add_evaluation(commands)
    follow = commands.add_parser("follow", help="does the music follow the picture of given videos?")
    follow.add_argument("bundle", type=Path)
    follow.add_argument("videos", type=Path, nargs="+")
    follow.add_argument("--seeds", type=int, default=1)
    follow.add_argument("--t0", type=int)
    follow.add_argument("--guidance", type=float)
    follow.add_argument("--steps", type=int)
    follow.add_argument("--json", action="store_true")
    follow.set_defaults(command=_follow)
    _add_import_checkpoint(commands)
    reference = commands.add_parser("reference", help="what real music measures, into a bundle")
    reference.add_argument("bundle", type=Path, help="its folder gets reference.json")
    reference.add_argument("--data", type=Path, default=DEFAULT_CORPUS, help="made by `prepare`")
    reference.add_argument("--split", choices=("test", "validation"), default="test")
    reference.add_argument("--windows", type=int, default=1000, help="at most so many windows (1000)")
    reference.set_defaults(command=_reference)
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", help="name of a configuration in training/configs, or a YAML file")
    parser.add_argument("--data", type=Path, default=DEFAULT_CORPUS, help="made by `prepare`")
    # torchrun would take a bare --run for an option of its own
    parser.add_argument(
        "--run", "--run-folder", type=Path, default=DEFAULT_RUN, dest="run", help="folder of checkpoints and logs"
    )


def _add_build_dataset(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("build-dataset", help="annotations and features of your own videos beside POP909")
    parser.add_argument("videos", type=Path, help="folder of videos: 001.mp4 belongs to song 001")
    parser.add_argument("pop909", type=Path, help="a clone of POP909")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the dataset; may exist, to go on")
    parser.add_argument("--pairs", type=Path, help="CSV of video,song where names do not tell")
    parser.add_argument("--encoders", type=Path, help="folder that holds clip, blip and bert; else from the hub")
    parser.add_argument("--no-encoders", action="store_true", help="leave captions and features out")
    parser.add_argument("--rate", type=Fraction, default=Fraction(2), metavar="HZ", help="sampled frames a second (2)")
    parser.add_argument("--jobs", type=int, default=0, help="processes (0: one for each two cores)")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="of the encoders")
    parser.set_defaults(command=_build_dataset)


def _add_evaluation(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from training import evaluation_cli

    evaluation_cli.add_commands(commands, corpus=DEFAULT_CORPUS)


def _add_import_checkpoint(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from training import import_checkpoint

    parser = commands.add_parser("import-checkpoint", help="a published checkpoint (.pt) into a bundle")
    import_checkpoint.add_arguments(parser)
    parser.set_defaults(command=import_checkpoint.run)


def _prepare(arguments: argparse.Namespace) -> int:
    from training.prepare import run

    return run(arguments)


def _build_dataset(arguments: argparse.Namespace) -> int:
    from training.data.builder import run

    return run(arguments)


def _train(arguments: argparse.Namespace) -> int:
    from training.train import run

    return run(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from training.export import run

    return run(arguments)


def _reference(arguments: argparse.Namespace) -> int:
    from training.reference import run

    return run(arguments)


def _follow(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from engine.settings import GenerationSettings
    from training.follow import follow

    given = {name: getattr(arguments, name) for name in ("t0", "guidance", "steps")}
    settings = replace(GenerationSettings(), **{name: value for name, value in given.items() if value is not None})
    return follow(arguments.bundle, arguments.videos, settings, seeds=arguments.seeds, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
