"""From a take to files: score, sound, MIDI, WAV, the film with its music, the manifest. Nothing is composed here.

`score` and `export` share this, so that what is exported later is what was written at first.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.events import Report, Stage, Warned
from engine.manifest import build_manifest, container_metadata
from engine.music.midi import midi_bytes
from engine.music.score import Score
from engine.music.take import Take
from engine.pipeline import write_score
from engine.settings import GenerationSettings
from engine.signals import VideoInfo
from engine.stages import Stages

if TYPE_CHECKING:
    from engine.audio.mix import AudioClip

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")
MIDI_SUFFIXES: Final = (".mid", ".midi")
SAMPLE_RATE_HZ: Final = 48_000


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write.

    Attributes:
        output: .mp4, .mov, .mkv or .webm for the film with its music; .wav or .mid for the music alone.
        midi, wav, manifest: further files.
    """

    output: Path
    midi: Path | None = None
    wav: Path | None = None
    manifest: Path | None = None

    @property
    def is_video(self) -> bool:
        return self.output.suffix.lower() in VIDEO_SUFFIXES

    @property
    def needs_sound(self) -> bool:
        return self.output.suffix.lower() not in MIDI_SUFFIXES or self.wav is not None

    def midi_files(self) -> tuple[Path, ...]:
        """All files that get the MIDI."""
        own = (self.output,) if self.output.suffix.lower() in MIDI_SUFFIXES else ()
        return own if self.midi is None else (*own, self.midi)

    def wav_files(self) -> tuple[Path, ...]:
        """All files that get the music alone as WAV."""
        own = (self.output,) if self.output.suffix.lower() == ".wav" else ()
        return own if self.wav is None else (*own, self.wav)


class Aside:
    """Files written beside their places, to be renamed when everything is there."""

    def __init__(self) -> None:
        self.written: list[tuple[Path, Path]] = []

    def __call__(self, path: Path) -> Path:
        """The temporary neighbour of an output."""
        aside = path.with_name(f".{path.stem}.part{path.suffix}")
        self.written.append((aside, path))
        return aside


@contextmanager
def all_or_none(output: Path, stages: Stages) -> Iterator[Aside]:
    """All files of the block appear at its end, or none.

    Raises:
        OutputError: if a file cannot be written; `output` is named.
    """
    from engine.video.mux import write_error

    aside = Aside()
    try:
        yield aside
        stages.cancel.raise_if_cancelled()
        for temporary, path in aside.written:
            temporary.replace(path)
    except OSError as error:
        raise write_error(output, error) from error
    finally:
        for temporary, _ in aside.written:
            temporary.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """What was written of a take. `manifest`: settings, seed, model, versions, timings, hits."""

    score: Score
    manifest: dict[str, Any]


def check_outputs(info: VideoInfo, outputs: Outputs) -> None:
    """Refuse beforehand what a container cannot hold.

    Raises:
        OutputError: if the film's picture does not fit into the asked-for container.
    """
    from engine.video.containers import check_container

    if outputs.is_video:
        check_container(info, outputs.output)


def deliver(take: Take, outputs: Outputs, *, aside: Aside, stages: Stages) -> Delivered:
    """Write the files of a take, from the film at `take.plan.info.path`.

    Raises:
        EngineError: if the film cannot be read or a file cannot be written.
        RunCancelled: when cancelled.
    """
    return _Delivery(take, outputs, aside, stages).run()


class _Delivery:
    """One delivery: what its steps share."""

    def __init__(self, take: Take, outputs: Outputs, aside: Aside, stages: Stages) -> None:
        self.take, self.outputs, self.aside, self.stages = take, outputs, aside, stages
        self.cancel = stages.cancel

    @property
    def settings(self) -> GenerationSettings:
        return self.take.settings

    @property
    def info(self) -> VideoInfo:
        return self.take.plan.info

    def run(self) -> Delivered:
        score = self._score()
        music = self._render(score) if self.outputs.needs_sound else None
        manifest = self._manifest()
        self._write(score, music, manifest)
        manifest["timings_s"] = {name: round(seconds, 3) for name, seconds in self.stages.timings.items()}
        if self.outputs.manifest is not None:
            text = json.dumps(manifest, indent=1) + "\n"
            self.aside(self.outputs.manifest).write_text(text, encoding="utf-8")
        return Delivered(score, manifest)

    def _score(self) -> Score:
        with self.stages.stage(Stage.SCORE, 1, "score") as report:
            if not self.take.notes:
                self.stages.tell(Warned("The model wrote no notes for this video; the music is silent."))
            score = write_score(self.take.notes, self.take.plan, self.settings)
            report(1, 1)
        return score

    def _render(self, score: Score) -> AudioClip:
        from engine.audio.mix import gain, limit, master
        from engine.audio.synth import choose_synthesizer

        with self.stages.stage(Stage.SYNTH, self.stages.duration_s, "seconds of music") as report:
            synthesizer = choose_synthesizer()
            clip = synthesizer.render(score, sample_rate=SAMPLE_RATE_HZ, report=report, cancel=self.cancel)
            clip = master(clip, duration_s=score.end_s, fade_out_s=self.settings.fade_out_s, cancel=self.cancel)
            return limit(gain(clip, self.settings.music_gain_db), cancel=self.cancel)

    def _manifest(self) -> dict[str, Any]:
        take = self.take
        return build_manifest(
            video=self.info,
            settings=take.settings,
            model={"version": str(take.details.get("model_version", "")), "sha256": take.model},
            plan=take.plan,
            n_notes=len(take.notes),
            timings_s=self.stages.timings,
        )

    def _write(self, score: Score, music: AudioClip | None, manifest: dict[str, Any]) -> None:
        from engine.audio.mix import write_wav

        with self.stages.stage(Stage.MUX, 1, "files") as report:
            midi = midi_bytes(score)
            for path in self.outputs.midi_files():
                self.aside(path).write_bytes(midi)
            if music is not None:
                for path in self.outputs.wav_files():
                    write_wav(music, self.aside(path), cancel=self.cancel)
                if self.outputs.is_video:
                    self._mux(music, manifest, report)
            report(1, 1)

    def _mux(self, music: AudioClip, manifest: dict[str, Any], report: Report) -> None:
        from engine.audio.mix import write_wav
        from engine.video.mux import mux

        with tempfile.TemporaryDirectory(prefix="diffbgm-") as scratch:
            wav = Path(scratch) / "music.wav"
            write_wav(self._with_original(music), wav, cancel=self.cancel)
            mux(
                Path(self.info.path),
                wav,
                self.aside(self.outputs.output),
                info=self.info,
                settings=self.settings,
                metadata=container_metadata(manifest),
                report=report,
                cancel=self.cancel,
            )

    def _with_original(self, music: AudioClip) -> AudioClip:
        """The music, with the video's own sound in it when the settings ask for a mix and there is one."""
        if self.settings.original_audio != "mix":
            return music
        from engine.audio.mix import AudioClip, mix_with_original
        from engine.video.sound import read_original_sound

        samples = read_original_sound(self.info, sample_rate=music.sample_rate, cancel=self.cancel)
        if samples is None:
            self.stages.tell(Warned("The video has no sound of its own to mix with."))
            return music
        original = AudioClip(samples, music.sample_rate)
        level = self.settings.original_gain_db
        return mix_with_original(music, original, original_gain_db=level, cancel=self.cancel)
