"""From the bodies of requests to jobs: every path checked, every setting known, before anything is put in the queue."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

from engine.errors import InputError
from engine.interchange.export import ENDINGS, TimelineFile
from engine.music.moods import AUTO, mood_of
from engine.music.palettes import palette_of
from engine.outputs import MIDI_SUFFIXES, VIDEO_SUFFIXES, Outputs
from engine.project import Project
from engine.runner import GenerationRequest
from engine.service.models import ExportBody, ForkBody, RerollBody, ScoreBody
from engine.service.places import Places
from engine.service.work import ExportWork, ForkWork, RerollWork, ScoreWork
from engine.settings import GenerationSettings

_WAV: Final = (".wav",)
_PROJECT: Final = (".dbgm",)
_JSON: Final = (".json",)
_SOUNDS: Final = VIDEO_SUFFIXES + _WAV + MIDI_SUFFIXES
_OVERRIDES: Final = ("t0", "k", "guidance", "plan_guidance")
_SOUND: Final = frozenset(
    {
        "palette", "original_audio", "music_gain_db", "original_gain_db", "fade_in_s", "fade_out_s", "loudness_lufs",
        "true_peak_db", "duck", "duck_db",
    }
)  # fmt: skip


def score(body: ScoreBody, places: Places) -> ScoreWork:
    """A job that composes.

    Raises:
        EngineError: for a path or a setting that cannot be used.
    """
    video = places.existing(body.video)
    _check_names(body.settings)
    project = None
    if body.project is not None:
        project = places.output(body.project, _PROJECT, inputs=[video], overwrite=True)  # takes are added to it
    outputs = _outputs(body, places, inputs=[video, *([project] if project else [])])
    assert outputs is not None
    request = GenerationRequest(
        video=video,
        output=outputs.output,
        settings=body.settings,
        direction=body.direction.direction(),
        bundle=None if body.bundle is None else places.existing(body.bundle),
        midi=outputs.midi,
        wav=outputs.wav,
        manifest=outputs.manifest,
        stems=outputs.stems,
        timelines=outputs.timelines,
        project=project,
        previews=False,
    )
    return ScoreWork(request)


def reroll(body: RerollBody, places: Places) -> RerollWork:
    """A job that re-rolls.

    Raises:
        EngineError: as `score`.
    """
    return RerollWork(**_on_take(body, places), **_changes(body, places), regions=tuple(body.regions), seed=body.seed)


def fork(body: ForkBody, places: Places) -> ForkWork:
    """A job that forks.

    Raises:
        EngineError: as `score`.
    """
    changed = _changes(body, places)
    for name in ("seed", "mood"):
        value = getattr(body, name)
        if value is not None:
            changed["changes"][name] = value
    _check_names(replace(GenerationSettings(), **changed["changes"]))
    return ForkWork(**_on_take(body, places), **changed, step=body.step)


def export(body: ExportBody, places: Places) -> ExportWork:
    """A job that writes a take.

    Raises:
        EngineError: as `score`.
    """
    unknown = sorted(set(body.sound) - _SOUND)
    if unknown:
        raise InputError(
            f"No setting of the sound: {', '.join(unknown)}.", f"Choose among: {', '.join(sorted(_SOUND))}."
        )
    try:
        _check_names(replace(GenerationSettings(), **body.sound))
    except TypeError as error:
        raise InputError("A setting of the sound is not of its kind.", "See /v1/openapi.json") from error
    return ExportWork(**_on_take(body, places), sound=body.sound)


def takes(project: str, video: str | None, places: Places) -> dict[str, Any]:
    """The takes of a project, as plain data.

    Raises:
        EngineError: if it cannot be read.
    """
    path = places.existing(project)
    if video is not None:
        with Project.open(path) as opened:
            opened.relink(places.existing(video))
    with Project.open(path, read_only=True) as opened:
        return {"project": str(path), "takes": [take.to_json() for take in opened.takes()]}


def _check_names(settings: GenerationSettings) -> None:
    """What is unknown is told at once, not after the work."""
    palette_of(settings.palette)
    if settings.mood != AUTO:
        mood_of(settings.mood)


def _outputs(
    body: ScoreBody | RerollBody | ForkBody | ExportBody, places: Places, *, inputs: list[Any]
) -> Outputs | None:
    timelines = tuple(
        TimelineFile(kind, places.output(text, ENDINGS[kind], inputs=inputs, overwrite=body.overwrite))
        for kind, text in body.timelines.items()
    )
    allowed = {"output": _SOUNDS, "midi": MIDI_SUFFIXES, "wav": _WAV, "manifest": _JSON, "stems": ()}
    named = {name: getattr(body, name) for name in allowed if getattr(body, name) is not None}
    paths = {
        name: places.output(text, allowed[name], inputs=inputs, overwrite=body.overwrite)
        for name, text in named.items()
    }
    if len({*paths.values(), *(file.path for file in timelines)}) < len(paths) + len(timelines):
        raise InputError("Two outputs are the same file.", "Give them two names.")
    main = paths.pop("output", None) or paths.get("wav") or paths.get("midi")
    if main is None:
        if paths or timelines:
            raise InputError("There is no file for the music itself.", "Name one: output, wav or midi.")
        return None
    midi, wav = (None if paths.get(name) == main else paths.get(name) for name in ("midi", "wav"))
    outputs = Outputs(main, midi, wav, paths.get("manifest"), paths.get("stems"), timelines)
    beside = outputs.timeline_wav
    if beside is not None and beside not in (main, wav):
        places.output(str(beside), _WAV, inputs=inputs, overwrite=body.overwrite)
    return outputs


def _on_take(body: RerollBody | ForkBody | ExportBody, places: Places) -> dict[str, Any]:
    project = places.existing(body.project)
    video = None if body.video is None else places.existing(body.video)
    files = _outputs(body, places, inputs=[project, *([video] if video else [])])
    return {"project": project, "take": body.take, "video": video, "files": files}


def _changes(body: RerollBody | ForkBody, places: Places) -> dict[str, Any]:
    given = {name: getattr(body, name) for name in _OVERRIDES if getattr(body, name) is not None}
    given["device"] = body.device
    replace(GenerationSettings(), **given)  # what is out of range is told at once
    bundle = None if body.bundle is None else places.existing(body.bundle)
    return {"changes": given, "name": body.name, "bundle": bundle}


assert {field.name for field in fields(GenerationSettings)} >= _SOUND
