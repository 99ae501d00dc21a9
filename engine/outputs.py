"""The files that a delivery writes: which, of which part of the film, and that all of them appear or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from engine.asides import aside_name
from engine.errors import InputError, OutputError
from engine.interchange.export import WITH_SOUND, TimelineFile
from engine.signals import VideoInfo
from engine.stages import Stages

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")
MIDI_SUFFIXES: Final = (".mid", ".midi")


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write.

    Attributes:
        output: .mp4, .mov, .mkv or .webm for the film with its music; .wav or .mid for the music alone; the list itself
            where only lists of markers are written.
        midi, wav, manifest: further files.
        stems: folder for one WAV per part, as long as the film, that add up to the sound written.
        timelines: timelines and lists of markers for editors, beside the music's WAV or its stems. They show the whole
            film in any case, with the music at its place.
        part_s: [in, out) of the film that the files hold, in seconds from the first frame; None for all of it.
    """

    output: Path
    midi: Path | None = None
    wav: Path | None = None
    manifest: Path | None = None
    stems: Path | None = None
    timelines: tuple[TimelineFile, ...] = ()
    part_s: tuple[Fraction, Fraction] | None = None

    @property
    def is_video(self) -> bool:
        return self.output.suffix.lower() in VIDEO_SUFFIXES

    @property
    def needs_sound(self) -> bool:
        has_sound = self.is_video or self.output.suffix.lower() == ".wav"
        return has_sound or self.wav is not None or self.stems is not None or self.timeline_wav is not None

    def midi_files(self) -> tuple[Path, ...]:
        """All files that get the MIDI."""
        own = (self.output,) if self.output.suffix.lower() in MIDI_SUFFIXES else ()
        return own if self.midi is None else (*own, self.midi)

    def wav_files(self) -> tuple[Path, ...]:
        """All files that get the music alone as WAV."""
        own = (self.output,) if self.output.suffix.lower() == ".wav" else ()
        own = own if self.wav is None else (*own, self.wav)
        return own if own or self.timeline_wav is None else (self.timeline_wav,)

    @property
    def timeline_wav(self) -> Path | None:
        """The WAV that timelines name: one that is written anyway, else one beside the first of them. None where they
        name stems, or need no sound."""
        needing = [file for file in self.timelines if file.kind in WITH_SOUND]
        if not needing or self.stems is not None:
            return None
        if self.output.suffix.lower() == ".wav":
            return self.output
        return self.wav if self.wav is not None else needing[0].path.with_suffix(".wav")


class Aside:
    """Files written beside their places, to be renamed when everything is there.

    Attributes:
        held: contexts that end when nothing can be cancelled any more; if one fails to, nothing is renamed.
    """

    def __init__(self) -> None:
        self.held = ExitStack()
        self.written: list[tuple[Path, Path]] = []
        self.folders: list[Path] = []
        self.stale: list[Path] = []

    def folder(self, path: Path) -> Path:
        """A folder for outputs, made when it is not there."""
        if not path.is_dir():
            path.mkdir()
            self.folders.append(path)
        return path

    def __call__(self, path: Path) -> Path:
        """The temporary neighbour of an output."""
        aside = aside_name(path)
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
        with aside.held:
            yield aside
            stages.cancel.raise_if_cancelled()
        for temporary, path in aside.written:
            temporary.replace(path)
        for path in aside.stale:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise write_error(output, error) from error
    finally:
        for temporary, _ in aside.written:
            temporary.unlink(missing_ok=True)
        for folder in aside.folders:
            with suppress(OSError):  # something lies in it: it stays
                folder.rmdir()


def check_outputs(info: VideoInfo, outputs: Outputs) -> None:
    """Refuse beforehand what a container cannot hold.

    Raises:
        OutputError: if the film's picture does not fit into the asked-for container.
    """
    from engine.video.containers import check_container

    if outputs.is_video or outputs.timelines:
        _check_timeline(Path(info.path), outputs)
    if outputs.is_video:
        check_container(info, outputs.output)


def _check_timeline(video: Path, outputs: Outputs) -> None:
    """A picture that was put together from a timeline's clips is for watching; the editor renders the film. And the
    timeline itself is never written over.

    Raises:
        OutputError: if that was asked for.
    """
    from engine.timelines import not_rendered
    from engine.video.assembly import cuts_of_picture

    cuts = cuts_of_picture(video)
    if cuts is None:
        return
    if outputs.is_video:
        raise not_rendered(cuts)
    if cuts.source in [file.path.absolute() for file in outputs.timelines]:
        raise OutputError(
            "'{name}' is the timeline itself.", "Choose another name: it is never written to.", name=cuts.source.name
        )


def part_in_frames(info: VideoInfo, part_s: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction] | None:
    """A part of a film in whole frames; None where that is all of it.

    Raises:
        InputError: if no frame lies in it.
    """
    rate, duration_s = info.frame_rate, info.duration_s
    first, last = (min(max(round(time_s * rate) / rate, Fraction(0)), duration_s) for time_s in part_s)
    if duration_s - last < 1 / (2 * rate):
        last = duration_s
    if not first < last:
        raise InputError(
            "No picture lies between {begin_s:g} s and {end_s:g} s.",
            "The video lasts {duration_s:.2f} s.",
            begin_s=float(part_s[0]),
            end_s=float(part_s[1]),
            duration_s=float(duration_s),
        )
    return None if first == 0 and last == duration_s else (first, last)
