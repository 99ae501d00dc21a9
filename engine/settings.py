"""What the user asks of one take. Frozen, validated, kept with the result; it reads back from its own JSON."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal, cast, get_args

from engine.errors import InputError
from engine.wording import Told

SCHEMA_VERSION: Final = 1

SamplerName = Literal["ddpm", "ddim", "dpm++"]
OriginalAudio = Literal["keep", "replace", "mix"]
Strictness = Literal["strict", "balanced", "free"]
Ending = Literal["ring", "loop"]
WindowMode = Literal["auto", "joint", "separate"]
SAMPLERS: Final = get_args(SamplerName)
ORIGINAL_AUDIO: Final = get_args(OriginalAudio)
STRICTNESS: Final = get_args(Strictness)
ENDINGS: Final = get_args(Ending)
WINDOW_MODES: Final = get_args(WindowMode)

MAX_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """Settings of one take.

    Attributes:
        t0: timestep of the switch from semantic to dynamic condition, 0..1000 on the paper's scale (eq. 6).
        k: beats per attention block (eq. 8), 1..32.
        steps: denoising steps.
        sampler: "ddpm", "ddim" or "dpm++".
        guidance: strength with which picture conditions are followed; 1 is none beyond the condition itself.
        plan_guidance: the same for harmony and form.
        seed: None asks for a fresh one; `resolve_seed` fixes it.
        tempo_min, tempo_max: range in BPM within which the tempo is chosen.
        strictness: how far tempo bends for hits: "strict", "balanced" or "free".
        max_tempo_change: largest change of tempo from bar to bar, as a share (0.08 is 8 %).
        short_bars: whether bars of 2/4 may be put in where they help hits.
        hit_onsets: whether something is made to start at each starred hit.
        ending: "ring" resolves and rings out on the last frame; "loop" flows into the beginning.
        mood: "auto" or a name of `engine.music.moods`.
        palette: a name of `engine.music.palettes`.
        sensitivity: shot detection, 0 (only the hardest cuts) .. 1 (every change).
        original_audio: "replace" (music only), "mix" (both), "keep" (the music becomes a second audio track).
        music_gain_db, original_gain_db: gains in the mix.
        fade_in_s, fade_out_s: fades of the music.
        loudness_lufs: integrated loudness of the result, BS.1770; None leaves it as played.
        true_peak_db: highest true peak in dBTP.
        duck: whether the music gives way to speech in the video's own sound when both are mixed.
        duck_db: by how much.
        duck_notes: whether the music itself thins out under speech (fewer onsets, no melody).
        windows: "joint" (half overlapping, no seams), "separate" (8 bars each on its own, as the paper has it), or
            "auto": as suits the model.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        InputError: for a value out of range.
    """

    t0: int = 200
    k: int = 8
    steps: int = 24
    sampler: SamplerName = "dpm++"
    guidance: float = 2.5
    plan_guidance: float = 2.0
    seed: int | None = None
    tempo_min: float = 70.0
    tempo_max: float = 120.0
    strictness: Strictness = "balanced"
    max_tempo_change: float = 0.08
    short_bars: bool = False
    hit_onsets: bool = True
    ending: Ending = "ring"
    mood: str = "auto"
    palette: str = "piano"
    sensitivity: float = 0.5
    original_audio: OriginalAudio = "replace"
    music_gain_db: float = 0.0
    original_gain_db: float = -6.0
    fade_in_s: float = 0.0
    fade_out_s: float = 1.5
    loudness_lufs: float | None = -14.0
    true_peak_db: float = -1.0
    duck: bool = True
    duck_db: float = -8.0
    duck_notes: bool = False
    windows: WindowMode = "auto"
    device: str = "auto"

    def __post_init__(self) -> None:
        _in_range(Told("t0"), self.t0, 0, 1000)
        _in_range(Told("k"), self.k, 1, 32)
        _in_range(Told("steps"), self.steps, 1, 1000)
        _in_range(Told("guidance"), self.guidance, 0, 20)
        _in_range(Told("plan guidance"), self.plan_guidance, 0, 20)
        _in_range(Told("lowest tempo"), self.tempo_min, 30, 300)
        _in_range(Told("highest tempo"), self.tempo_max, 30, 300)
        _in_range(Told("sensitivity"), self.sensitivity, 0, 1)
        _in_range(Told("music gain"), self.music_gain_db, -60, 24)
        _in_range(Told("original gain"), self.original_gain_db, -60, 24)
        _in_range(Told("fade-in"), self.fade_in_s, 0, 60)
        _in_range(Told("fade-out"), self.fade_out_s, 0, 60)
        _in_range(Told("largest tempo change"), self.max_tempo_change, 0, 1)
        _in_range(Told("true peak"), self.true_peak_db, -20, 0)
        _in_range(Told("ducking"), self.duck_db, -60, 0)
        if self.loudness_lufs is not None:
            _in_range(Told("loudness"), self.loudness_lufs, -50, -5)
        if self.seed is not None:
            _in_range(Told("seed"), self.seed, 0, MAX_SEED)
        if self.tempo_min > self.tempo_max:
            raise InputError(
                "The tempo range {tempo_min:g}:{tempo_max:g} is upside down.",
                "Give MIN:MAX, as in 80:110.",
                tempo_min=self.tempo_min,
                tempo_max=self.tempo_max,
            )
        _one_of(Told("sampler"), self.sampler, SAMPLERS)
        _one_of(Told("original audio"), self.original_audio, ORIGINAL_AUDIO)
        _one_of(Told("strictness"), self.strictness, STRICTNESS)
        _one_of(Told("ending"), self.ending, ENDINGS)
        _one_of(Told("windows"), self.windows, WINDOW_MODES)

    def to_json(self) -> dict[str, Any]:
        """A plain dict with a schema version; `from_json` reads it back."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any] | str) -> GenerationSettings:
        """Read settings; unknown names and newer schemas are refused.

        Raises:
            InputError: if the data is not such settings.
        """
        values = dict(json.loads(data)) if isinstance(data, str) else dict(data)
        version = values.pop("schema_version", SCHEMA_VERSION)
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise InputError(
                "These settings have schema version {version}; this program knows {schema_version}.",
                version=version,
                schema_version=SCHEMA_VERSION,
            )
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise InputError("Unknown settings: {unknown}.", unknown=", ".join(unknown))
        return cls(**cast(dict[str, Any], values))


def resolve_seed(settings: GenerationSettings) -> GenerationSettings:
    """Settings whose seed is a number: their own, or a fresh random one."""
    if settings.seed is not None:
        return settings
    return replace(settings, seed=secrets.randbelow(MAX_SEED + 1))


def _in_range(name: Told, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(
            "The {name} is {value:g}; it must lie between {low:g} and {high:g}.",
            name=name,
            value=value,
            low=low,
            high=high,
        )


def _one_of(name: Told, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(
            "Unknown {name} '{value}'.", "Choose one of: {known}.", name=name, value=value, known=", ".join(allowed)
        )
