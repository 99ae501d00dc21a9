"""`diffbgm score`: a video in, the video with its music out (or the music alone)."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import NEVER, CancelToken
from engine.cli.common import (
    EXIT_OK,
    MIDI_SUFFIXES,
    PROJECT_SUFFIXES,
    VIDEO_SUFFIXES,
    WAV_SUFFIXES,
    Parser,
    checked_outputs,
    print_json,
)
from engine.cli.directing import add_direction_options, direction_from
from engine.cli.editors import (
    OUT_SUFFIXES,
    SOURCE_HELP,
    Source,
    add_source_options,
    add_timeline_outputs,
    existing_source,
    open_source,
    timeline_files,
    timeline_options,
    timeline_or_other,
    wav_beside,
)
from engine.cli.encoders import add_encoder_options, given_captions, given_folder, usual_guidance
from engine.cli.landing import add_landing_options, with_landings
from engine.cli.mixing import (
    DELIVERY_NAMES,
    add_delivery_options,
    checked_stems,
    take_count,
    takes_of,
    time_range,
)
from engine.cli.progress import RunProgress, add_progress_option, progress_of
from engine.device import DEVICES
from engine.errors import InputError
from engine.settings import ENDINGS, ORIGINAL_AUDIO, SAMPLERS, GenerationSettings, resolve_seed

if TYPE_CHECKING:
    from engine.runner import GenerationRequest, GenerationResult

_DEFAULTS = GenerationSettings()
_OUTPUTS: Final = VIDEO_SUFFIXES + WAV_SUFFIXES + MIDI_SUFFIXES + OUT_SUFFIXES


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "score",
        help="compose music for a video",
        description="Compose music that follows a video's picture, and write the video with it, a WAV or a MIDI file.",
    )
    parser.add_argument("video", metavar="VIDEO", help=SOURCE_HELP)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help=f".mp4, .mov, .mkv, .webm; music alone: .wav, .mid; a timeline beside its WAV: {', '.join(OUT_SUFFIXES)}",
    )
    parser.add_argument("--midi", metavar="FILE", help="also write the score as MIDI")
    parser.add_argument("--wav", metavar="FILE", help="also write the music as WAV")
    parser.add_argument("--manifest", metavar="FILE", help="also write how it was made, as JSON")
    parser.add_argument("--project", metavar="FILE.dbgm", help="keep the take in this project; made if it is not there")
    parser.add_argument("--stems", metavar="DIR", help="also write one WAV per part; they add up to the mix")
    parser.add_argument(
        "--takes", type=take_count, default=1, metavar="N", help="so many takes: seeds N, N+1, ...; out.1.mp4, ... (1)"
    )
    parser.add_argument("--range", type=time_range, metavar="IN:OUT", help="music between these seconds only")
    add_source_options(parser)
    add_timeline_outputs(parser)
    add_music_options(parser)
    add_direction_options(parser)
    add_landing_options(parser)
    add_sound_options(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    add_progress_option(parser)
    parser.add_argument("--json", action="store_true", help="silent; the result as one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def add_music_options(parser: argparse.ArgumentParser) -> None:
    """The options that decide which notes are composed."""
    d = _DEFAULTS
    group = parser.add_argument_group("music")
    group.add_argument("--t0", type=int, default=d.t0, help=f"noise level 0..1000 of the switch of conditions ({d.t0})")
    group.add_argument("--k", type=int, default=d.k, help=f"beats per attention block, 1..32 ({d.k})")
    group.add_argument("--steps", type=int, default=d.steps, help=f"denoising steps ({d.steps})")
    group.add_argument("--sampler", choices=SAMPLERS, default=d.sampler, help=f"({d.sampler})")
    group.add_argument(
        "--guidance",
        type=float,
        help=f"how strictly the picture is followed ({d.guidance:g}; the paper's network as published: 5)",
    )
    group.add_argument(
        "--plan-guidance", type=float, default=d.plan_guidance, help=f"the same for harmony ({d.plan_guidance:g})"
    )
    group.add_argument("--seed", type=int, help="a number that makes the result repeatable (default: a new one)")
    group.add_argument(
        "--tempo",
        type=tempo_range,
        default=(d.tempo_min, d.tempo_max),
        metavar="MIN:MAX",
        help=f"range of the tempo in BPM ({d.tempo_min:g}:{d.tempo_max:g})",
    )
    group.add_argument(
        "--ending",
        choices=ENDINGS,
        default=d.ending,
        help="ring out on the last frame, or loop into the beginning (ring)",
    )
    group.add_argument("--mood", default=d.mood, metavar="NAME", help=f"({d.mood}: as the picture suggests)")
    group.add_argument(
        "--sensitivity", type=float, default=d.sensitivity, help=f"of shot detection, 0..1 ({d.sensitivity:g})"
    )
    group.add_argument("--device", choices=DEVICES, default=d.device, help=f"({d.device})")
    group.add_argument("--bundle", metavar="DIR", help="a model bundle other than the one that comes along")
    add_encoder_options(parser)


def add_sound_options(parser: argparse.ArgumentParser) -> None:
    """The options that decide how the notes sound and what becomes of the original sound."""
    d = _DEFAULTS
    group = parser.add_argument_group("sound")
    group.add_argument("--palette", default=d.palette, metavar="NAME", help=f"instruments ({d.palette})")
    group.add_argument(
        "--original-audio",
        choices=ORIGINAL_AUDIO,
        default=d.original_audio,
        help="replace the video's own sound, mix with it, or keep it as a track beside the music (replace)",
    )
    group.add_argument(
        "--music-gain", type=float, default=d.music_gain_db, metavar="DB", help=f"({d.music_gain_db:g} dB)"
    )
    group.add_argument(
        "--original-gain",
        type=float,
        default=d.original_gain_db,
        metavar="DB",
        help=f"when mixed ({d.original_gain_db:g} dB)",
    )
    group.add_argument(
        "--fade-out", type=float, default=d.fade_out_s, metavar="SECONDS", help=f"at the end ({d.fade_out_s:g} s)"
    )
    add_delivery_options(group)


def tempo_range(text: str) -> tuple[float, float]:
    """ "80:110" as two numbers; "96" is a range of one tempo."""
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise argparse.ArgumentTypeError(f"'{text}' is not a range of tempos; give MIN:MAX, as in 80:110")
    return numbers[0], numbers[-1]


_SAME_NAMES: Final = (
    "t0", "k", "steps", "sampler", "guidance", "plan_guidance", "seed", "mood", "sensitivity", "device", "palette",
    "original_audio", "ending", "windows", "strictness", "max_tempo_change", "short_bars",
)  # fmt: skip
_OTHER_NAMES: Final = {
    "music_gain": "music_gain_db",
    "original_gain": "original_gain_db",
    "fade_out": "fade_out_s",
    **DELIVERY_NAMES,
}


def settings_from(args: argparse.Namespace) -> GenerationSettings:
    """Settings from those options that the command has; a value out of range is wrong usage (exit 2)."""
    parser: Parser = args.parser
    given = {name: getattr(args, name) for name in _SAME_NAMES if hasattr(args, name)}
    if given.get("guidance", 0) is None:
        given["guidance"] = usual_guidance(args.bundle)
    given |= {field: getattr(args, name) for name, field in _OTHER_NAMES.items() if hasattr(args, name)}
    try:
        return GenerationSettings(**given, tempo_min=args.tempo[0], tempo_max=args.tempo[1])
    except InputError as error:
        parser.error(f"{error.message} {error.hint}".strip())


def request_from(args: argparse.Namespace, cancel: CancelToken = NEVER) -> tuple[GenerationRequest, Source]:
    """The request of a run, after all that can be checked beforehand was checked, and what its video comes from."""
    settings = settings_from(args)
    inputs = existing_source(args, args.video)
    main, film_or_music = timeline_or_other(args.output)
    output, edit, midi, wav, manifest, project, *edits = checked_outputs(
        {
            "--output": (film_or_music, _OUTPUTS),
            "--output, a timeline": (main, OUT_SUFFIXES),
            "--midi": (args.midi, MIDI_SUFFIXES),
            "--wav": (wav_beside(main, args.wav), WAV_SUFFIXES),
            "--manifest": (args.manifest, (".json",)),
            "--project": (getattr(args, "project", None), PROJECT_SUFFIXES),
            **timeline_options(args),
        },
        inputs=inputs,
    )
    output, wav = (wav, None) if output is None else (output, wav)
    assert output is not None
    source = open_source(
        args,
        args.video,
        cancel,
        keep_in=None if project is None else project.parent,
        needs_film=output.suffix.lower() in VIDEO_SUFFIXES,
    )
    video, laid = source.video, source.direction()
    from engine.runner import GenerationRequest

    request = GenerationRequest(
        video=video,
        output=output,
        settings=settings,
        direction=replace(with_landings(args, direction_from(args, video, cancel, laid)), range_s=args.range),
        bundle=Path(args.bundle) if args.bundle else None,
        midi=midi,
        wav=wav,
        manifest=manifest,
        stems=checked_stems(args.stems),
        timelines=timeline_files(edits, edit),
        project=project,
        encoders=given_folder(args),
        captions=given_captions(args),
        previews=False,
    )
    return request, source


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Compose, and tell what was written. What one take measured of the video serves the others."""
    request, source = request_from(args, cancel)
    if args.takes > 1:
        request = replace(request, settings=resolve_seed(request.settings))
    from engine.runner import GenerationRunner

    runner = GenerationRunner()
    made: list[dict[str, Any]] = []
    with source.kept(), progress_of(args) as progress:
        known = None
        for take in takes_of(request, args.takes):
            progress.warnings = []
            result = runner.run(replace(take, known=known), progress, cancel)
            known = result.known
            made.append(_as_json(result, take, progress))
            if not args.json:
                _tell(made[-1], quiet=args.quiet or args.progress == "json")
    if args.json:
        print_json({"ok": True, **made[0], "takes": made})
    return EXIT_OK


def _tell(take: dict[str, Any], *, quiet: bool) -> None:
    """The seed of a take, and the names of its files."""
    if not quiet:
        sys.stderr.write(f"Seed {take['seed']}. Written:\n")
    for name in ("output", "midi", "wav", "manifest_file", "stems", "project"):
        if take[name] is not None:
            print(take[name])
    for path in take["timelines"].values():
        print(path)


def _as_json(result: GenerationResult, request: GenerationRequest, progress: RunProgress) -> dict[str, Any]:
    return {
        "output": result.output,
        "midi": result.midi,
        "wav": result.wav,
        "stems": request.stems,
        "timelines": {file.kind: file.path for file in request.timelines},
        "manifest_file": request.manifest,
        "project": request.project,
        "take": result.take.id,
        "name": result.take.name,
        "seed": progress.seed,
        "warnings": progress.warnings,
        "manifest": result.manifest,
    }
