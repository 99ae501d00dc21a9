"""From a take to files: score, sound, MIDI, WAV, the film with its music, the manifest. Nothing is composed here.

`score` and `export` share this, so that what is exported later is what was written at first.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.errors import InputError
from engine.events import Report, Stage, Warned
from engine.interchange.edit import Sound as TimelineSound
from engine.interchange.export import edit_of, timeline_text
from engine.manifest import build_manifest, container_metadata
from engine.music.curves import Agreement, all_agreements
from engine.music.excerpt import excerpt
from engine.music.midi import midi_bytes
from engine.music.score import Score
from engine.music.take import Take
from engine.outputs import Aside, Outputs, part_in_frames
from engine.pipeline import write_score
from engine.settings import GenerationSettings
from engine.signals import VideoInfo
from engine.stages import Stages
from engine.timebase import Span
from engine.wording import Told

if TYPE_CHECKING:
    from engine.audio.clip import AudioClip
    from engine.audio.finishing import FinishedSound

SAMPLE_RATE_HZ: Final = 48_000
_NOT_IN_NAMES: Final = '<>:"/\\|?*'
_STEM: Final = re.compile(r"(\d+ (Melody|Inner|Bass)( - | \+ ).*|Original sound)\.wav")
"""Names that stems have: those of an earlier take in the same folder go, or the sum would be wrong."""
HEADROOM_DB: Final = 0.5
"""How much lower the true-peak ceiling lies for sound that will be encoded. AAC and Opus raise peaks: by nothing where
no limiter worked, by 0.1 to 0.4 dB mostly, by 0.8 at worst. So the file is measured, and made again if need be."""
_MOST_ENCODINGS: Final = 3
_ENCODER_DB: Final = 0.2
"""So much lower than what a first encoding was over: encoded anew, other peaks rise."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """What was written of a take. `manifest`: settings, seed, model, versions, timings, hits."""

    score: Score
    manifest: dict[str, Any]


def with_video(take: Take, video: Path) -> Take:
    """A take whose film lies at another place than it did."""
    return replace(take, plan=replace(take.plan, info=replace(take.plan.info, path=str(video.absolute()))))


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
        self.part_s: tuple[Fraction, Fraction] | None = None

    @property
    def settings(self) -> GenerationSettings:
        return self.take.settings

    @property
    def info(self) -> VideoInfo:
        return self.take.plan.info

    def run(self) -> Delivered:
        self.part_s = self._part()
        with tempfile.TemporaryDirectory(prefix="diffbgm-") as scratch:
            score = self._score()
            sound = self._sound(score, Path(scratch)) if self.outputs.needs_sound else None
            manifest = self._manifest()
            self._write(score, sound, manifest, Path(scratch))
        manifest["timings_s"] = {name: round(seconds, 3) for name, seconds in self.stages.timings.items()}
        if self.outputs.manifest is not None:
            text = json.dumps(manifest, indent=1) + "\n"
            self.aside(self.outputs.manifest).write_text(text, encoding="utf-8")
        return Delivered(score, manifest)

    def _part(self) -> tuple[Fraction, Fraction] | None:
        """The part of the film to write. Where a container cannot begin between key pictures, all files begin earlier,
        so that they still fit each other."""
        asked = self.outputs.part_s
        part = None if asked is None else part_in_frames(self.info, asked)
        if part is None or part[0] == 0 or not self.outputs.is_video:
            return part
        from engine.video.containers import container_of, picture_is_copied
        from engine.video.excerpts import BEGINS_ANYWHERE, key_picture_before

        container = container_of(self.outputs.output)
        if container.format in BEGINS_ANYWHERE or not picture_is_copied(self.info, container):
            return part
        key_s = key_picture_before(self.info, part[0], cancel=self.cancel)
        if part[0] - key_s < 1 / (2 * self.info.frame_rate):
            return part
        self.stages.tell(
            Warned(
                Told(
                    "{container} can begin at a key picture only: what is written begins at {begin_s:.2f} s instead of "
                    "{asked_s:.2f} s. MP4 and MOV begin exactly.",
                    container=container.suffix[1:].upper(),
                    begin_s=float(key_s),
                    asked_s=float(part[0]),
                )
            )
        )
        return key_s, part[1]

    def _curves(self, score: Score) -> tuple[Agreement, ...]:
        """Every curve, as asked by the user or the picture, and as achieved."""
        return all_agreements(self.take.direction, self.take.notes, score, self.take.plan)

    def _score(self) -> Score:
        with self.stages.stage(Stage.SCORE, 1, "score") as report:
            if not self.take.notes:
                self.stages.tell(Warned(Told("The model wrote no notes for this video; the music is silent.")))
            score = write_score(self.take.notes, self.take.plan, self.settings, self.take.direction)
            report(1, 1)
        return score

    def _sound(self, score: Score, scratch: Path) -> _Sound:
        """Play the score, and bring it to where and how loud it shall be."""
        with self.stages.stage(Stage.SYNTH, self.stages.duration_s, "seconds of music") as report:
            rendered, stems = self._rendered(score, scratch, report)
            original = self._original()
            speech = self._speech(original)
            headroom_db = HEADROOM_DB if self.outputs.is_video else 0.0
            finished = self._finished(rendered, original, speech, headroom_db)
        facts = finished.facts
        if not facts.is_met:
            self.stages.tell(
                Warned(
                    Told(
                        "The loudness is {loudness_lufs:.1f} LUFS instead of {target_lufs:.1f}: the peaks of this "
                        "music allow no more.",
                        loudness_lufs=facts.loudness_lufs,
                        target_lufs=facts.target_lufs,
                    )
                )
            )
        return _Sound(rendered, finished, original, stems)

    def _finished(
        self, rendered: AudioClip, original: AudioClip | None, speech: tuple[Span, ...], headroom_db: float
    ) -> FinishedSound:
        from engine.audio.finishing import Place, finish

        plan = self.take.plan
        return finish(
            rendered,
            Place(plan.offset_s, plan.duration_s, self.info.duration_s, self.part_s),
            self.settings,
            original=original,
            speech=speech,
            headroom_db=headroom_db,
            cancel=self.cancel,
        )

    def _rendered(self, score: Score, scratch: Path, report: Report) -> tuple[AudioClip, tuple[_StemFile, ...]]:
        """The music as played; where stems are wanted, each of them waits in a scratch file, as they are large."""
        import numpy as np

        from engine.audio.synth import choose_synthesizer

        synthesizer = choose_synthesizer()
        if self.outputs.stems is None or not score.parts:
            return synthesizer.render(score, sample_rate=SAMPLE_RATE_HZ, report=report, cancel=self.cancel), ()
        total: AudioClip | None = None
        files: list[_StemFile] = []
        for stem in synthesizer.render_stems(score, sample_rate=SAMPLE_RATE_HZ, report=report, cancel=self.cancel):
            path = scratch / f"{len(files)}.f32"
            np.asarray(stem.clip.samples, "<f4").tofile(path)
            files.append(_StemFile(stem.part.name, path))
            if total is None:
                total = stem.clip
            else:
                np.add(total.samples, stem.clip.samples, out=total.samples)
        assert total is not None
        return total, tuple(files)

    def _original(self) -> AudioClip | None:
        """The video's own sound, when it is to be mixed in and there is some."""
        if self.settings.original_audio != "mix" or not self.outputs.is_video:
            return None
        from engine.audio.clip import AudioClip
        from engine.video.sound import read_original_sound

        samples = read_original_sound(self.info, sample_rate=SAMPLE_RATE_HZ, cancel=self.cancel)
        if samples is None:
            self.stages.tell(Warned(Told("The video has no sound of its own to mix with.")))
            return None
        return AudioClip(samples, SAMPLE_RATE_HZ)

    def _speech(self, original: AudioClip | None) -> tuple[Span, ...]:
        """Where people speak: as known from the analysis, or found now for a take that was made without."""
        if self.take.plan.speech is not None:
            return self.take.plan.speech
        if original is None or not self.settings.duck:
            return ()
        from engine.audio.speech import find_speech

        try:
            return find_speech(original.samples, original.sample_rate, cancel=self.cancel)
        except InputError as error:
            self.stages.tell(Warned(Told("{problem} The music does not give way to speech.", problem=error.message)))
            return ()

    def _manifest(self) -> dict[str, Any]:
        take = self.take
        manifest = build_manifest(
            video=self.info,
            settings=take.settings,
            model={"version": str(take.details.get("model_version", "")), "sha256": take.model},
            plan=take.plan,
            n_notes=len(take.notes),
            timings_s=self.stages.timings,
        )
        part = None if self.part_s is None else [float(time_s) for time_s in self.part_s]
        return manifest | {"part_s": part}

    def _write(self, score: Score, sound: _Sound | None, manifest: dict[str, Any], scratch: Path) -> None:
        from engine.audio.mix import write_wav

        with self.stages.stage(Stage.MUX, 1, "files") as report:
            midi, stems = midi_bytes(self._heard(score)), list[Path]()
            for path in self.outputs.midi_files():
                self.aside(path).write_bytes(midi)
            if sound is not None:
                if self.outputs.is_video:
                    sound = self._encoded(sound, manifest, scratch, report)
                stems = self._write_stems(sound)
                for path in self.outputs.wav_files():
                    write_wav(sound.music(cancel=self.cancel), self.aside(path), cancel=self.cancel)
            self._write_timelines(stems)
            manifest["curves"] = {a.name: a.to_json() for a in self._curves(score)}
            manifest["mix"] = None if sound is None else sound.to_json()
            report(1, 1)

    def _heard(self, score: Score) -> Score:
        """As much of the score as is written; it begins where the film's part does."""
        if self.part_s is None:
            return score
        return excerpt(score, *(time_s - self.take.plan.offset_s for time_s in self.part_s))

    def _encoded(self, sound: _Sound, manifest: dict[str, Any], scratch: Path, report: Report) -> _Sound:
        """Write the film, and measure its music track; again with a lower ceiling where encoding raised the peaks."""
        path = self.aside(self.outputs.output)
        headroom_db = HEADROOM_DB
        for _ in range(_MOST_ENCODINGS):
            self._mux(sound, path, manifest, scratch, report)
            encoded = self._heard_in(path)
            sound = replace(sound, encoded=encoded)
            over_db = encoded[1] - self.settings.true_peak_db
            if over_db <= 0:
                break
            headroom_db += over_db + _ENCODER_DB
            finished = self._finished(sound.rendered, sound.original, sound.finished.facts.speech, headroom_db)
            sound = replace(sound, finished=finished)
        return sound

    def _heard_in(self, film: Path) -> tuple[float, float]:
        """Loudness in LUFS and true peak in dB of full scale of a film's sound."""
        from engine.audio.decode import read_audio
        from engine.audio.loudness import loudness_lufs, true_peak_db

        heard = read_audio(film, sample_rate=SAMPLE_RATE_HZ, cancel=self.cancel)
        return loudness_lufs(heard, cancel=self.cancel), true_peak_db(heard, cancel=self.cancel)

    def _write_timelines(self, stems: Sequence[Path]) -> None:
        """Timelines for editors: the picture, the music (or its stems), the film's own sound where it is kept."""
        if not self.outputs.timelines:
            return
        from engine.video.assembly import cuts_of_picture, first_timecode_s

        film = Path(self.info.path)
        cuts = cuts_of_picture(film)
        origin_s = first_timecode_s(film) if cuts is None else Fraction(0)
        sounds = self._sounds(stems, origin_s)
        for file in self.outputs.timelines:
            name = f"{film.stem} with music" if cuts is None else cuts.name
            edit = edit_of(self.take.plan, sounds, name=name, cuts=cuts, origin_s=origin_s)
            self.aside(file.path).write_text(timeline_text(file.kind, edit), encoding="utf-8", newline="\n")

    def _sounds(self, stems: Sequence[Path], origin_s: Fraction) -> list[TimelineSound]:
        """What lies on the audio tracks. Gains of the music are in its files."""
        whole = (Fraction(0), self.info.duration_s)
        first_s, last_s = self.part_s or whole
        sounds = [TimelineSound(path.stem, path, first_s, last_s - first_s) for path in stems]
        if not stems and self.outputs.timeline_wav is not None:
            sounds.append(TimelineSound("Music", self.outputs.timeline_wav, first_s, last_s - first_s))
        if self.info.audio and self.settings.original_audio != "replace" and not self._has_original(stems):
            gain_db = self.settings.original_gain_db if self.settings.original_audio == "mix" else 0.0
            channels = min(2, self.info.audio[0].channels or 2)
            film = Path(self.info.path)
            own = TimelineSound("Original sound", film, *whole, gain_db=gain_db, channels=channels, origin_s=origin_s)
            sounds.append(own)
        return sounds

    @staticmethod
    def _has_original(stems: Sequence[Path]) -> bool:
        return any(path.stem == "Original sound" for path in stems)

    def _write_stems(self, sound: _Sound) -> list[Path]:
        """One WAV per part, and one for the video's own sound where it is in the mix."""
        if self.outputs.stems is None:
            return []
        import numpy as np

        from engine.audio.clip import AudioClip
        from engine.audio.mix import write_float_wav

        folder = self.aside.folder(self.outputs.stems)
        written: list[Path] = []
        for number, stem in enumerate(sound.stems, start=1):
            samples = np.fromfile(stem.path, "<f4").reshape(2, -1).astype(np.float32, copy=False)
            share = sound.finished.share_of(AudioClip(samples, SAMPLE_RATE_HZ), cancel=self.cancel)
            name = "".join("-" if letter in _NOT_IN_NAMES else letter for letter in stem.name.replace(": ", " - "))
            written.append(folder / f"{number} {name}.wav")
            write_float_wav(share, self.aside(written[-1]), cancel=self.cancel)
        if sound.original is not None:
            share_of_original = sound.finished.share_of_original(sound.original, cancel=self.cancel)
            assert share_of_original is not None
            written.append(folder / "Original sound.wav")
            write_float_wav(share_of_original, self.aside(written[-1]), cancel=self.cancel)
        self.aside.stale += [path for path in folder.iterdir() if _STEM.match(path.name) and path not in written]
        return written

    def _mux(self, sound: _Sound, path: Path, manifest: dict[str, Any], scratch: Path, report: Report) -> None:
        from engine.audio.mix import write_wav
        from engine.video.mux import mux

        wav = scratch / "music.wav"
        write_wav(sound.finished.sound, wav, cancel=self.cancel)
        mux(
            Path(self.info.path),
            wav,
            path,
            info=self.info,
            settings=self.settings,
            metadata=container_metadata(manifest),
            part_s=self.part_s,
            report=report,
            cancel=self.cancel,
        )


@dataclass(frozen=True, slots=True)
class _StemFile:
    """One part as played, in a scratch file of f32 `[2, n]`."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """All sound of one delivery."""

    rendered: AudioClip
    finished: FinishedSound
    original: AudioClip | None
    stems: tuple[_StemFile, ...]
    encoded: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """What was measured; `encoded`: loudness and true peak of the film's music track, read back from the file."""
        data = self.finished.facts.to_json()
        if self.encoded is not None and math.isfinite(sum(self.encoded)):
            data["encoded"] = {"loudness_lufs": round(self.encoded[0], 2), "true_peak_db": round(self.encoded[1], 2)}
        return data

    def music(self, *, cancel: CancelToken) -> AudioClip:
        """The music as it is in what the film gets, without the film's own sound."""
        if self.original is None:
            return self.finished.sound
        return self.finished.share_of(self.rendered, cancel=cancel)
