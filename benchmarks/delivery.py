"""What is delivered, measured in the files: `python -m benchmarks.delivery VIDEO ... [--steps 24] [--seeds 1]`.

Every video is scored once and delivered with its sound replaced and mixed, at -14 and -23 LUFS. Measured in the files
with pyloudnorm and 4x oversampling, not with the program's own meters: loudness and true peak of the film's decoded
track, the last millisecond and the length of the WAV, and what is left when the stems are taken from it. In a mixture
with speech the music's stems are compared, in the spans of speech, with those of the same mixture without ducking.
Symbolic ducking is measured on notes: onsets in the spans of speech (where nobody speaks, in the middle third) with
and without it, the same seed. Bars: 0.5 LU, the ceiling, -60 dBFS, exact length, -60 dB, the depth asked for within
1 dB, half the onsets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly

from benchmarks.compose import videos_in
from engine.audio.clip import points_of
from engine.music.take import Take
from engine.outputs import Outputs
from engine.pipeline import find_film_speech
from engine.runner import GenerationRequest, GenerationRunner, Known
from engine.settings import GenerationSettings
from engine.timebase import Span

TARGETS_LUFS = (-14.0, -23.0)
Array = NDArray[np.float64]


@dataclass(slots=True)
class Faults:
    """What missed its bar."""

    told: list[str] = field(default_factory=list)

    def need(self, met: bool, what: str) -> None:
        if not met:
            self.told.append(what)


def sound_of(path: Path) -> tuple[Array, int]:
    """The first sound track of a film, f64 `[points, channels]`, and its rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray() for frame in container.decode(stream)]
        return np.concatenate(blocks, axis=1).T.astype(np.float64), stream.rate


def wav_of(path: Path) -> tuple[Array, int]:
    """A WAV file, f64 `[points, channels]`, full scale 1."""
    rate, samples = wavfile.read(path)
    scale = np.iinfo(samples.dtype).max + 1 if np.issubdtype(samples.dtype, np.integer) else 1
    return samples.astype(np.float64) / scale, rate


def peak_db(samples: Array) -> float:
    """True peak by 4x oversampling, in dB of full scale."""
    return decibels(float(np.abs(resample_poly(samples, 4, 1, axis=0)).max()))


def decibels(value: float) -> float:
    return 20 * float(np.log10(max(value, 1e-9)))


def stems_of(folder: Path, *, music_only: bool = False) -> Array:
    """The sum of the stems in a folder."""
    files = [f for f in sorted(folder.glob("*.wav")) if not (music_only and "riginal" in f.name)]
    return np.sum([wav_of(file)[0] for file in files], axis=0)


def delivered(runner: GenerationRunner, take: Take, folder: Path, **settings: object) -> tuple[Outputs, dict]:
    """The files of a take with other settings of its sound, and its manifest."""
    folder.mkdir()
    outputs = Outputs(folder / "film.mp4", wav=folder / "music.wav", stems=folder / "stems")
    other = replace(take, settings=replace(take.settings, **settings))
    return outputs, runner.export(other, outputs).manifest


def measure(runner: GenerationRunner, take: Take, folder: Path, faults: Faults) -> None:
    """Print what one take's files hold."""
    name = Path(take.plan.info.path).name
    for mode in ("replace", "mix"):
        for target in TARGETS_LUFS:
            place = folder / f"{mode}{target:g}"
            outputs, manifest = delivered(runner, take, place, original_audio=mode, loudness_lufs=target)
            film, rate = sound_of(outputs.output)
            loudness, peak = pyloudnorm.Meter(rate).integrated_loudness(film), peak_db(film)
            wav, wav_rate = wav_of(outputs.wav)
            last = decibels(float(np.abs(wav[-wav_rate // 1000 :]).max()))
            exact = len(wav) == points_of(take.plan.info.duration_s, wav_rate)
            line = f"{name:<34}{mode:<9}{target:>6.0f}{loudness:>8.1f}{peak:>7.1f}{last:>8.0f}{exact!s:>7}"
            left = decibels(float(np.sqrt(np.mean((stems_of(outputs.stems, music_only=True) - wav) ** 2))))
            left -= decibels(float(np.sqrt(np.mean(wav**2))))
            print(f"{line}{left:>8.1f}   {told_of_speech(runner, take, place, manifest, target, faults)}", flush=True)
            missed = any("loudness" in warning for warning in manifest.get("warnings", ()))
            faults.need(missed or abs(loudness - target) <= 0.5, f"{name}, {mode}: {loudness:.1f} LUFS")
            faults.need(peak <= take.settings.true_peak_db, f"{name}, {mode}: {peak:.1f} dBTP")
            faults.need(mode == "mix" or last < -60, f"{name}, {mode}: ends at {last:.0f} dBFS")
            faults.need(exact and left <= -60, f"{name}, {mode}: length {exact}, stems {left:.1f} dB")


def told_of_speech(
    runner: GenerationRunner, take: Take, place: Path, manifest: dict, target: float, faults: Faults
) -> str:
    """How much softer the music is under speech than without ducking."""
    spans = manifest["mix"]["speech_s"]
    if not spans:
        return ""
    plain, _ = delivered(runner, take, place / "plain", original_audio="mix", loudness_lufs=target, duck=False)
    assert plain.stems is not None
    ducked, free = stems_of(place / "stems", music_only=True), stems_of(plain.stems, music_only=True)
    rate = wav_of(place / "music.wav")[1]
    inside, outside = np.zeros(len(free), np.bool_), np.ones(len(free), np.bool_)
    for start_s, end_s in spans:
        inside[round(start_s * rate) : round(end_s * rate)] = True
        outside[max(0, round((start_s - 0.1) * rate)) : round((end_s + 1.0) * rate)] = False
    if not outside.any() or not inside.any():
        return f"speech {inside.mean():.0%} of the film"
    # the mixture's own gain differs between the two, so the music outside speech is the measure
    depth = level(ducked, inside) - level(free, inside) - (level(ducked, outside) - level(free, outside))
    faults.need(abs(depth - take.settings.duck_db) <= 1, f"ducked by {depth:.1f} dB")
    return f"speech {inside.mean():.0%} of the film, music there {depth:+.1f} dB"


def level(samples: Array, where: NDArray[np.bool_]) -> float:
    return 10 * float(np.log10(np.mean(samples[where] ** 2) + 1e-12))


def thinned(runner: GenerationRunner, take: Take, known: Known, faults: Faults) -> None:
    """Print how many notes begin in the spans of speech with and without symbolic ducking."""
    length_s = float(take.plan.duration_s)
    speech = find_film_speech(take.plan.info) or (Span(length_s / 3, 2 * length_s / 3),)
    settings = replace(take.settings, duck_notes=True)
    request = GenerationRequest(Path(take.plan.info.path), None, settings, known=replace(known, speech=speech))
    made = runner.compose(request).take
    steps = made.plan.speech_steps()
    counts = [sum(any(first <= note.onset < end for first, end in steps) for note in one.notes) for one in (take, made)]
    name = Path(take.plan.info.path).name
    print(f"{name:<34}notes that begin under speech: {counts[0]} without symbolic ducking, {counts[1]} with")
    faults.need(counts[1] <= 0.5 * counts[0] + 1, f"{name}: {counts[1]} of {counts[0]} notes under speech")


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--steps", type=int, default=GenerationSettings().steps)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--bundle")
    options = parser.parse_args(argv)
    runner, faults = GenerationRunner(), Faults()
    print(f"{'film':<34}{'sound':<9}{'asked':>6}{'LUFS':>8}{'dBTP':>7}{'last':>8}{'exact':>7}{'stems':>8}")
    for video in videos_in(options.videos):
        for seed in range(1, options.seeds + 1):
            settings = GenerationSettings(seed=seed, steps=options.steps)
            bundle = Path(options.bundle) if options.bundle else None
            made = runner.compose(GenerationRequest(video, None, settings=settings, bundle=bundle))
            with tempfile.TemporaryDirectory() as folder:
                measure(runner, made.take, Path(folder), faults)
            thinned(runner, made.take, made.known, faults)
    for fault in faults.told:
        print(f"missed: {fault}")
    return 1 if faults.told else 0


if __name__ == "__main__":
    sys.exit(main())
