"""A take made audible at once: one sound file a voice, at the loudness it would be delivered with. Nothing is muxed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from engine.audio.clip import AudioClip
from engine.audio.finishing import MixFacts, Place, finish
from engine.audio.mix import write_wav
from engine.audio.synth import choose_synthesizer
from engine.cancel import NEVER, CancelToken
from engine.delivery import SAMPLE_RATE_HZ
from engine.events import Report, no_report
from engine.music.excerpt import excerpt
from engine.music.notes import Voice
from engine.music.take import Take
from engine.pipeline import write_score


@dataclass(frozen=True, slots=True)
class Listening:
    """Files of one take, each as long as the film (or its beginning), 16 bits, stereo; together they are its music.

    Attributes:
        voices: the voices that play, with their files.
        facts: loudness and peak of the whole.
    """

    voices: Mapping[Voice, Path]
    sample_rate: int
    facts: MixFacts | None


def listen(
    take: Take,
    folder: Path,
    *,
    until_s: Fraction | None = None,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> Listening:
    """Play a take into files in a folder, named by take and voice.

    Args:
        until_s: play no more than so much of the music's beginning; the files end there.

    Raises:
        EngineError: when no soundfont is found or a file cannot be written.
        RunCancelled: when cancelled.
    """
    score = write_score(take.notes, take.plan, take.settings, take.direction)
    if until_s is not None and until_s < score.end_s:
        score = excerpt(score, Fraction(0), until_s)
    if not score.parts:
        return Listening({}, SAMPLE_RATE_HZ, None)
    voices: dict[Voice, AudioClip] = {}
    total: AudioClip | None = None
    synthesizer = choose_synthesizer()
    for stem in synthesizer.render_stems(score, sample_rate=SAMPLE_RATE_HZ, report=report, cancel=cancel):
        voice = stem.part.voice
        if total is None:
            total = AudioClip(stem.clip.samples.copy(), stem.clip.sample_rate)
        else:
            np.add(total.samples, stem.clip.samples, out=total.samples)
        if voice in voices:
            np.add(voices[voice].samples, stem.clip.samples, out=voices[voice].samples)
        else:
            voices[voice] = stem.clip
    assert total is not None
    plan = take.plan
    part = None if until_s is None else (Fraction(0), min(plan.info.duration_s, plan.offset_s + until_s))
    place = Place(plan.offset_s, plan.duration_s, plan.info.duration_s, part)
    finished = finish(total, place, replace(take.settings, original_audio="replace"), cancel=cancel)
    files = {}
    for voice in sorted(voices):
        path = folder / f"{take.id}-{voice.name.lower()}.wav"
        write_wav(finished.share_of(voices.pop(voice), cancel=cancel), path, cancel=cancel)
        files[voice] = path
    return Listening(files, SAMPLE_RATE_HZ, finished.facts)
