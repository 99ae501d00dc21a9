"""Reading timelines: OTIO, FCP7 XML, FCPXML and EDL, through OpenTimelineIO where its adapters serve.

What the adapter of FCP7 XML leaves out is added here: disabled clips, retimes, gains, nested sequences. FCPXML and EDL
have readers of our own (`fcpx`, `edl`): their adapters know no retimes or disabled clips, no media as newer FCPXML
names it, no drop-frame locators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from engine.cutlist import CutList, Segment
from engine.errors import InputError
from engine.interchange.edit import Edit, ListedSound, Sound
from engine.interchange.edl import read_edl
from engine.interchange.flatten import Flat, Piece, flatten, seconds
from engine.interchange.media import Finder
from engine.rates import can_drop, exact_rate

TIMELINE_SUFFIXES: Final = (".otio", ".xml", ".fcpxml", ".fcpxmld", ".edl")
GAIN: Final = "gain_db"
"""Key of our own metadata, under "diffbgm", that holds a gain."""

TimecodeOf = Callable[[Path], Fraction]
"""The timecode of a file's first frame in seconds; 0 where it has none."""


def is_timeline(path: Path) -> bool:
    """Whether a name is that of a timeline this module reads."""
    return path.suffix.lower() in TIMELINE_SUFFIXES


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A timeline with its picture made flat, its files not looked for yet."""

    name: str
    flat: Flat
    rate: Fraction
    start_frame: int
    drop_frame: bool
    sounds: tuple[ListedSound, ...] = ()


def read_edit(
    path: Path,
    *,
    rate: Fraction | None = None,
    folders: Sequence[Path] = (),
    need_media: bool = True,
    timecode_of: TimecodeOf = lambda _path: Fraction(0),
) -> Edit:
    """Read a timeline: its flat picture, markers, and the sounds on its audio tracks.

    Args:
        path: .otio, .fcpxml, .fcpxmld, .xml (FCP7) or .edl.
        rate: frames per second, for an EDL, which does not tell; 29.97 where it drops frames, else 24 when None.
        folders: where files are looked for that are not where the timeline says, by their names.
        need_media: whether a missing file is an error; otherwise it stays as the timeline names it.
        timecode_of: for files whose first timecode the timeline does not tell.

    Raises:
        InputError: if the file cannot be read or is no such timeline, or files are missing; they are named.
    """
    source = path / "Info.fcpxml" if path.is_dir() else path
    loaded = _guarded(source, rate)
    finder = Finder(source, folders)
    segments = tuple(_segment(piece, i, finder, timecode_of) for i, piece in enumerate(loaded.flat.pieces))
    if need_media:
        finder.refuse_missing(segment.media for segment in segments)
    sounds = tuple(_sound(row, finder, timecode_of) for row in loaded.sounds)
    name, markers = loaded.name or path.stem, loaded.flat.markers
    cuts = CutList(name, loaded.rate, segments, markers, loaded.start_frame, loaded.drop_frame, source.absolute())
    return Edit(cuts, sounds)


def _guarded(path: Path, rate: Fraction | None) -> _Loaded:
    """The timeline of a file, whatever goes wrong in a library told in one sentence."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("The timeline '{name}' cannot be read.", "Export it again.", name=path.name) from error
    try:
        return _load(path, text, rate)
    except InputError:
        raise
    except Exception as error:  # an adapter raises whatever its parser raises
        told = " ".join(str(error).split())[:160]
        raise InputError(
            "'{name}' is no timeline that can be read ({reason}).",
            "Export it from the editor again, as .otio, FCPXML, FCP7 XML or EDL.",
            name=path.name,
            reason=told or type(error).__name__,
        ) from error


def _load(path: Path, text: str, rate: Fraction | None) -> _Loaded:
    suffix = path.suffix.lower()
    if suffix == ".edl":
        return _load_edl(text, rate)
    if suffix == ".otio":
        timeline = _read(text, "otio_json")
        return _told(timeline, drop=bool(timeline.metadata.get("diffbgm", {}).get("drop_frame", False)))
    root = ElementTree.fromstring(text)
    if root.tag == "fcpxml":
        from engine.interchange.fcpx import to_otio

        timeline, drops = to_otio(root)
        return _told(timeline, drop=drops)
    if root.tag == "xmeml":
        return _load_fcp7(root)
    raise InputError(
        "'{name}' is XML, but neither FCP7 XML nor FCPXML.",
        "Export it as .otio, FCPXML, FCP7 XML or EDL.",
        name=path.name,
    )


def _read(text: str, adapter: str, **options: Any) -> Any:
    import opentimelineio as otio

    return _the_timeline(otio.adapters.read_from_string(text, adapter, **options))


def _the_timeline(found: Any) -> Any:
    """The only timeline in what was read.

    Raises:
        InputError: if it holds none, or several.
    """
    import opentimelineio as otio

    if isinstance(found, otio.schema.Timeline):
        return found
    if isinstance(found, otio.schema.SerializableCollection):
        timelines = list(found.find_children(descended_from_type=otio.schema.Timeline))
        if len(timelines) == 1:
            return timelines[0]
        if timelines:
            names = ", ".join(repr(timeline.name) for timeline in timelines[:8])
            raise InputError(
                "The file holds {n_timelines} timelines: {names}.",
                "Export one of them alone.",
                n_timelines=len(timelines),
                names=names,
            )
    raise InputError("The file holds no timeline.", "Export the timeline, not a clip or a bin.")


def _told(timeline: Any, *, drop: bool = False) -> _Loaded:
    rate = _rate_of(timeline)
    start = timeline.global_start_time
    frame = 0 if start is None else round(seconds(start) * rate)
    return _Loaded(timeline.name, flatten(timeline), rate, frame, drop and can_drop(rate), _sounds(timeline))


def _rate_of(timeline: Any) -> Fraction:
    """The timeline's own rate: that of its start, else the commonest of its video clips."""
    import opentimelineio as otio

    if timeline.global_start_time is not None:
        return exact_rate(timeline.global_start_time.rate)
    clips = [
        item
        for track in timeline.tracks
        if getattr(track, "kind", "Video") == "Video"
        for item in track.find_children(descended_from_type=otio.schema.Clip)
    ]
    counts = Counter(exact_rate(clip.trimmed_range().duration.rate) for clip in clips)
    return counts.most_common(1)[0][0] if counts else Fraction(24)


def _load_fcp7(root: ElementTree.Element) -> _Loaded:
    """FCP7 XML by its adapter, after nested sequences were put where it looks for them."""
    for nested in root.iterfind(".//clipitem/sequence"):
        media = nested.find("media")
        if media is not None:
            nested.extend(list(media))
    timeline = _read(ElementTree.tostring(root, encoding="unicode"), "fcp_xml")
    _mend_fcp7(timeline.tracks)
    shown = timeline.metadata.get("fcp_xml", {}).get("timecode", {}).get("displayformat", "")
    return _told(timeline, drop=shown == "DF")


def _mend_fcp7(stack: Any) -> None:
    """Disabled clips, retimes and gains, which the adapter keeps as text only."""
    import opentimelineio as otio

    for item in stack.find_children(descended_from_type=otio.core.Item):
        told = item.metadata.get("fcp_xml", {})
        item.enabled = str(told.get("enabled", "TRUE")).upper() != "FALSE"
        for effect in list(item.effects):
            _mend_effect(item, effect.metadata.get("fcp_xml", {}))


def _mend_effect(item: Any, told: Any) -> None:
    import opentimelineio as otio

    parameters = told.get("parameter", [])
    rows = [parameters] if hasattr(parameters, "keys") else list(parameters)
    values = {str(row.get("parameterid", "")): str(row.get("value", "")) for row in rows}
    if told.get("effectid") == "audiolevels" and "level" in values:
        from engine.interchange.fcp7 import gain_of_level

        item.metadata["diffbgm"] = {GAIN: gain_of_level(float(values["level"]))}
    if told.get("effectid") != "timeremap" or "speed" not in values:
        return
    frozen = values.get("frameblending", "").upper() == "FREEZE" or float(values["speed"]) == 0
    backwards = values.get("reverse", "FALSE").upper() == "TRUE"
    scalar = 0.0 if frozen else float(values["speed"]) / 100 * (-1 if backwards else 1)
    item.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
    reference = getattr(item, "media_reference", None)
    known = getattr(reference, "available_range", None)
    if known is not None and scalar:
        # In and out count the frames of the retimed clip.
        into = item.source_range.start_time - known.start_time
        start = known.start_time + otio.opentime.RationalTime(into.value * abs(scalar), into.rate)
        item.source_range = otio.opentime.TimeRange(start, item.source_range.duration)


def _load_edl(text: str, rate: Fraction | None) -> _Loaded:
    listed = read_edl(text, rate)
    return _Loaded(listed.title, listed.flat, listed.rate, listed.start_frame, listed.drops, listed.sounds)


def _segment(piece: Piece, index: int, finder: Finder, timecode_of: TimecodeOf) -> Segment:
    begins = "start" if index == 0 else piece.begins
    if piece.url is None:
        return Segment(piece.start_s, piece.end_s, name=piece.name, begins=begins)
    media = finder.find(piece.url)
    source_s, origin_s = piece.source_s, piece.origin_s
    if origin_s is None:
        source_s, origin_s = _from_first_frame(source_s, media, timecode_of)
    return Segment(piece.start_s, piece.end_s, media, source_s, piece.speed, piece.name, begins, origin_s)


def _sound(listed: ListedSound, finder: Finder, timecode_of: TimecodeOf) -> Sound:
    path = finder.find(listed.url)
    source_s, origin_s = listed.source_s, listed.origin_s
    if origin_s is None:
        source_s, origin_s = _from_first_frame(source_s, path, timecode_of)
    return Sound(listed.name, path, listed.start_s, listed.duration_s, source_s, listed.gain_db, origin_s=origin_s)


def _from_first_frame(source_s: Fraction, path: Path, timecode_of: TimecodeOf) -> tuple[Fraction, Fraction]:
    """A time on a file's own timecode as seconds from its first frame, and that frame's timecode."""
    origin_s = timecode_of(path) if path.is_file() else Fraction(0)
    return (source_s - origin_s, origin_s) if origin_s <= source_s else (source_s, Fraction(0))


def _sounds(timeline: Any) -> tuple[ListedSound, ...]:
    """The clips on enabled audio tracks; each is a sound of its own."""
    import opentimelineio as otio

    found = []
    for track in timeline.tracks:
        if getattr(track, "kind", "") != "Audio" or not track.enabled:
            continue
        for child in track:
            if not isinstance(child, otio.schema.Clip) or not child.enabled:
                continue
            url = getattr(child.media_reference, "target_url", "") or child.name
            place = track.trimmed_range_of_child(child)
            known = getattr(child.media_reference, "available_range", None)
            origin_s = None if known is None else seconds(known.start_time)
            source_s = seconds(child.trimmed_range().start_time) - (origin_s or 0)
            gain_db = float(child.metadata.get("diffbgm", {}).get(GAIN, 0.0))
            times = (seconds(place.start_time), seconds(place.duration), source_s, origin_s)
            found.append(ListedSound(track.name or child.name, url, *times, gain_db))
    return tuple(found)
