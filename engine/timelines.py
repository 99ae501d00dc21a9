"""A timeline of an editor as something the engine can watch: a video, and the editor's own cuts and markers.

Three ways lead there: the video that the editor rendered, when it was given; the file itself, when the timeline shows
one file from its first frame to its last; else a picture that is put together from the clips, for watching only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from engine.artifacts import cache_folder
from engine.cancel import NEVER, CancelToken
from engine.cutlist import CutList, whole_file
from engine.direction import OPEN, Direction
from engine.errors import InputError, OutputError
from engine.events import Report, no_report
from engine.interchange.reading import is_timeline, read_edit
from engine.rates import timeline_rate
from engine.video.assembly import PICTURE_SUFFIX, assemble, first_timecode_s
from engine.video.probe import probe

__all__ = ["OpenedTimeline", "is_timeline", "open_timeline"]

_TOLERANCE_S: Final = Fraction(1, 5)
_MOST_KEPT: Final = 24


@dataclass(frozen=True, slots=True)
class OpenedTimeline:
    """A timeline, ready to be scored.

    Attributes:
        video: what the engine watches.
        cuts: the timeline.
        is_film: whether `video` is a film that music can be muxed with, not a picture put together for watching.
        duration_s: of the video.
        is_new: whether `video` was put together just now.
    """

    video: Path
    cuts: CutList
    is_film: bool
    duration_s: Fraction
    is_new: bool = False

    def direction(self, base: Direction = OPEN) -> Direction:
        """The editor's cuts as shots, its markers as markers, those with a `*` as stars."""
        return self.cuts.direction(self.duration_s, base)


def open_timeline(
    path: Path,
    *,
    folders: Sequence[Path] = (),
    rendered: Path | None = None,
    keep_in: Path | None = None,
    needs_film: bool = False,
    rate: Fraction | None = None,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> OpenedTimeline:
    """Read a timeline and find or make its picture.

    Args:
        path: .otio, .fcpxml, .fcpxmld, .xml (FCP7) or .edl.
        folders: where its files are looked for, beside where it says.
        rendered: the video that the editor rendered of it; then none of its files is needed.
        keep_in: folder for the picture when one must be put together; a cache when None.
        needs_film: whether a picture put together from clips is of no use.
        rate: frames per second of an EDL; those of the rendered video, or of the first of its files, when None.
        report: frames of frames, while a picture is put together.

    Raises:
        InputError: if the timeline or a file cannot be read, files are missing (they are named), or the rendered video
            is of another length.
        OutputError: if the picture cannot be written, or a film is needed and the timeline is not rendered.
        RunCancelled: soon after `cancel` asks.
    """
    info = None if rendered is None else probe(rendered)
    if rate is None and path.suffix.lower() == ".edl":
        rate = timeline_rate(info.frame_rate) if info is not None else _rate_of_media(path, folders)
    edit = read_edit(path, rate=rate, folders=folders, need_media=rendered is None, timecode_of=first_timecode_s)
    cuts = edit.cuts
    if rendered is not None and info is not None:
        sounds_s = max((sound.start_s + sound.duration_s for sound in edit.sounds), default=Fraction(0))
        _check_length(path, cuts, rendered, info.duration_s, max(cuts.duration_s, sounds_s))
        return OpenedTimeline(rendered.absolute(), cuts, is_film=True, duration_s=info.duration_s)
    durations_s = {media: probe(media).duration_s for media in cuts.media if not _is_still(media)}
    whole = whole_file(cuts, durations_s) if set(cuts.media) == set(durations_s) else None
    if whole is not None:
        return OpenedTimeline(whole, cuts, is_film=True, duration_s=durations_s[whole])
    if needs_film:
        raise not_rendered(cuts)
    picture, is_new = _picture(path, cuts, keep_in, durations_s, report, cancel)
    return OpenedTimeline(picture, cuts, is_film=False, duration_s=cuts.duration_s, is_new=is_new)


def _rate_of_media(path: Path, folders: Sequence[Path]) -> Fraction | None:
    """The rate of the first file of an EDL that is there: a list does not tell its own. None where none is."""
    media = read_edit(path, folders=folders, need_media=False).cuts.media
    found = next((file for file in media if file.is_file() and not _is_still(file)), None)
    return None if found is None else timeline_rate(probe(found).frame_rate)


def not_rendered(cuts: CutList) -> OutputError:
    """The sentence for a film that only the editor can make."""
    return OutputError(
        "The timeline '{name}' is not rendered here: its picture is put together for watching only.",
        "Write .wav, .mid or .otio for the editor, or name the video that it rendered with --rendered FILE.",
        name=cuts.name,
    )


def _is_still(media: Path) -> bool:
    from engine.interchange.flatten import STILLS

    return media.suffix.lower() in STILLS


def _check_length(path: Path, cuts: CutList, rendered: Path, length_s: Fraction, longest_s: Fraction) -> None:
    if cuts.duration_s - _TOLERANCE_S <= length_s <= longest_s + _TOLERANCE_S:
        return
    raise InputError(
        "'{name}' lasts {length_s:.2f} s, the timeline '{timeline}' {timeline_s:.2f} s.",
        "Render the whole timeline, and export it again if it was changed since.",
        name=rendered.name,
        length_s=float(length_s),
        timeline=path.name,
        timeline_s=float(cuts.duration_s),
    )


def _picture(
    path: Path,
    cuts: CutList,
    keep_in: Path | None,
    durations_s: dict[Path, Fraction],
    report: Report,
    cancel: CancelToken,
) -> tuple[Path, bool]:
    """The assembled picture, as it was made before or made now, and whether it was now."""
    folder = keep_in if keep_in is not None else cache_folder() / "pictures"
    picture = folder / f"{path.stem}.{cuts.picture_key()}{PICTURE_SUFFIX}"
    if picture.is_file():
        picture.touch()
        return picture.absolute(), False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("The folder '{folder}' cannot be written.", "Choose another.", folder=folder) from error
    assemble(cuts, picture, durations_s=durations_s, report=report, cancel=cancel)
    if keep_in is None:
        _forget_oldest(folder, keep=picture)
    return picture.absolute(), True


def _forget_oldest(folder: Path, *, keep: Path) -> None:
    pictures = sorted(folder.glob(f"*{PICTURE_SUFFIX}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in pictures[_MOST_KEPT:]:
        if old != keep:
            old.unlink(missing_ok=True)
