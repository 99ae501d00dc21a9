"""Synthesisers: a score in, stereo sound out.

Two players stand behind one face. FluidSynth is taken where its library is installed; otherwise the built-in player,
which needs nothing but numpy, plays the same soundfont to within a decibel (`docs/sound.md`). Both deliver parts dry,
one by one, to the same mixing desk, so that balance, tone and room do not depend on which of them plays.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Literal, Protocol

from engine.audio.clip import AudioClip, Wave, points_of
from engine.audio.desk import PRESENCE, Desk, channel_strip, reverberated
from engine.audio.fluid import FluidPlayer, load_fluidsynth
from engine.audio.sampler import render_part
from engine.audio.soundfont import SoundFont
from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report
from engine.music.score import Part, Score

SynthesizerName = Literal["fluidsynth", "built-in"]
SOUNDFONT_VARIABLE: Final = "DIFFBGM_SOUNDFONT"
TAIL_S: Final = 3
"""Rendered beyond the end of the score, for releases and the room."""
_SHORT_S: Final = 300


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """One part's share of the mix; all stems add up to it."""

    part: Part
    clip: AudioClip


class Synthesizer(Protocol):
    """Turns scores into sound."""

    @property
    def name(self) -> str:
        """For people and manifests, as "built-in, TimGM6mb.sf2"."""
        ...

    def render(
        self,
        score: Score,
        *,
        sample_rate: int = 44100,
        report: Report = no_report,
        cancel: CancelToken = NEVER,
    ) -> AudioClip:
        """The whole score and `TAIL_S` seconds of its echo, not yet brought to a loudness.

        Raises:
            RunCancelled: within 0.2 s of a cancel.
        """
        ...

    def render_stems(
        self,
        score: Score,
        *,
        sample_rate: int = 44100,
        report: Report = no_report,
        cancel: CancelToken = NEVER,
    ) -> Iterator[Stem]:
        """Each part with its share of the room, in the score's order, one at a time: a stem takes as much memory as
        the whole piece."""
        ...


class _Player(Protocol):
    def play(self, part: Part, *, points: int, sample_rate: int, report: Report, cancel: CancelToken) -> Wave: ...


class _SoundFontPlayer:
    """The built-in player with its soundfont loaded."""

    def __init__(self, soundfont: Path) -> None:
        self._font = SoundFont(soundfont)

    def play(self, part: Part, *, points: int, sample_rate: int, report: Report, cancel: CancelToken) -> Wave:
        return render_part(self._font, part, points=points, sample_rate=sample_rate, report=report, cancel=cancel)


class DeskSynthesizer:
    """A player and the mixing desk behind it. Parts of short pieces are played side by side on two threads."""

    def __init__(self, name: str, player: _Player, *, presence: Mapping[int, float] | None = None) -> None:
        self._name = name
        self._player = player
        self._presence = presence

    @property
    def name(self) -> str:
        return self._name

    def render(
        self,
        score: Score,
        *,
        sample_rate: int = 44100,
        report: Report = no_report,
        cancel: CancelToken = NEVER,
    ) -> AudioClip:
        """See `Synthesizer.render`."""
        points = points_of(score.end_s + TAIL_S, sample_rate)
        desk = Desk(points=points, sample_rate=sample_rate, room_s=score.room_s, presence=self._presence)
        for part, wave in self._played(score, points, sample_rate, report, cancel):
            desk.add(part, wave, cancel=cancel)
        return desk.mixed(cancel=cancel)

    def render_stems(
        self,
        score: Score,
        *,
        sample_rate: int = 44100,
        report: Report = no_report,
        cancel: CancelToken = NEVER,
    ) -> Iterator[Stem]:
        """See `Synthesizer.render_stems`."""
        points = points_of(score.end_s + TAIL_S, sample_rate)
        for part, wave in self._played(score, points, sample_rate, report, cancel):
            dry = channel_strip(part, wave, sample_rate, presence=self._presence, cancel=cancel)
            wet = reverberated(dry * part.reverb, score.room_s, sample_rate, cancel=cancel)
            yield Stem(part, AudioClip(dry + wet, sample_rate))

    def _played(
        self, score: Score, points: int, sample_rate: int, report: Report, cancel: CancelToken
    ) -> Iterator[tuple[Part, Wave]]:
        """Parts in order, each with its sound; the next one is under way while this one is mixed."""
        progress = _Progress(report, len(score.parts), float(score.end_s))
        at_once = 2 if score.end_s < _SHORT_S and (os.cpu_count() or 1) > 1 else 1
        stop = _Linked(cancel)
        with ThreadPoolExecutor(at_once, thread_name_prefix="synth") as pool:

            def start(i: int) -> Callable[[], Wave]:
                job = pool.submit(
                    self._player.play,
                    score.parts[i],
                    points=points,
                    sample_rate=sample_rate,
                    report=progress.of(i),
                    cancel=stop,
                )
                return job.result

            try:
                waiting = [start(i) for i in range(min(at_once, len(score.parts)))]
                for i, part in enumerate(score.parts):
                    wave = waiting.pop(0)()
                    if i + at_once < len(score.parts):
                        waiting.append(start(i + at_once))
                    yield part, wave
            finally:
                stop.cancel()  # on the way out with an error the other thread stops too


class _Linked(CancelToken):
    """Cancelled with another token, or alone."""

    def __init__(self, other: CancelToken) -> None:
        super().__init__()
        self._other = other

    @property
    def is_cancelled(self) -> bool:
        return self._other.is_cancelled or super().is_cancelled

    def raise_if_cancelled(self) -> None:
        self._other.raise_if_cancelled()
        super().raise_if_cancelled()


class _Progress:
    """One report, in seconds of music, from parts that are played side by side."""

    def __init__(self, report: Report, parts: int, total_s: float) -> None:
        self._report = report
        self._shares = [0.0] * parts
        self._total_s = total_s
        self._lock = Lock()

    def of(self, part: int) -> Report:
        def take(done: float, total: float) -> None:
            with self._lock:
                self._shares[part] = done / total if total else 1.0
                self._report(self._total_s * sum(self._shares) / len(self._shares), self._total_s)

        return take


def default_soundfont() -> Path:
    """The soundfont that the environment names in DIFFBGM_SOUNDFONT, else TimGM6mb.sf2, which comes with pretty_midi.

    Raises:
        InputError: when it is not there.
    """
    named = os.environ.get(SOUNDFONT_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise InputError(
                "The soundfont '{name}' is not there.", "Choose another, or none for the built-in sounds.", name=named
            )
        return Path(named)
    spec = importlib.util.find_spec("pretty_midi")  # found, not imported: that takes half a second
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).with_name("TimGM6mb.sf2")
        if path.is_file():
            return path
    raise InputError("The soundfont TimGM6mb.sf2 is missing.", "Install pretty_midi again, or name a soundfont.")


def choose_synthesizer(preferred: SynthesizerName | None = None, soundfont: Path | None = None) -> Synthesizer:
    """The best synthesiser there is, or the one asked for.

    Args:
        preferred: None takes FluidSynth where it is installed, else the built-in player.
        soundfont: an .sf2 or .sf3 file; `default_soundfont()` when None.

    Raises:
        InputError: when the one asked for is not installed, or the soundfont is missing or damaged.
    """
    font = default_soundfont() if soundfont is None else soundfont
    presence = PRESENCE.get(font.name)
    if preferred == "built-in" or (preferred is None and load_fluidsynth() is None):
        return DeskSynthesizer(f"built-in, {font.name}", _SoundFontPlayer(font), presence=presence)
    return DeskSynthesizer(f"FluidSynth, {font.name}", FluidPlayer(font), presence=presence)
