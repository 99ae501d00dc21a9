"""Music in the timeline: sound strips, markers at hits, and what the strips know of their takes."""

from dataclasses import replace
from fractions import Fraction

from . import host
from .client.faults import Fault
from .client.takes import MusicRecord
from .client.times import nearest_frame
from .pictures import OWN_MARK

KEY = "diffbgm"
PART_KEY = "diffbgm_part"
MIX = "mix"


def record_of(strip):
    """What a strip knows of its music, or None for any other strip.

    Raises:
        Fault: if it cannot be read.
    """
    if strip is None or strip.type != "SOUND" or KEY not in strip.keys():
        return None
    return MusicRecord.from_text(strip[KEY])


def music_strips(scene, record_id=None):
    """The strips that hold music of ours: all, or those of one record."""
    ours = [strip for strip in host.strips_of(scene) if strip.type == "SOUND" and KEY in strip.keys()]
    if record_id is None:
        return ours
    return [strip for strip in ours if MusicRecord.from_text(strip[KEY]).id == record_id]


def chosen_music(scene):
    """(strips, record) of the music that is meant: that of the active strip, else the only one, else None.

    Raises:
        Fault: if what a strip knows cannot be read.
    """
    record = record_of(host.active_strip(scene))
    if record is None:
        records = {found.id: found for found in map(record_of, music_strips(scene))}
        if len(records) != 1:
            return None
        record = next(iter(records.values()))
    return music_strips(scene, record.id), record


def place(scene, record, start, channel):
    """Add the strips and markers of a record's current take.

    Args:
        start: the first frame; channel: of the lowest strip, 0 to choose one.

    Returns:
        The strips, lowest first.

    Raises:
        Fault: if a sound file is missing.
    """
    take = record.take()
    files = [sound_file(record, take, part) for part in record.shown]
    length = nearest_frame(Fraction(record.duration_s), host.rate_of(scene))
    if not channel:
        channel = host.free_channel(scene, start, start + length, len(files))
    strips = []
    for index, path in enumerate(files):
        part = record.shown[index]
        strip = host.add_sound(scene, strip_name(record, part), path, channel + index, start)
        strip[PART_KEY] = part
        strips.append(strip)
    record = replace(record, markers=add_markers(scene, record, start))
    _remember(strips, record)
    _activate(scene, strips)
    return strips


def strip_name(record, part):
    """What a strip is called."""
    title = f"{OWN_MARK} {record.take().name}"
    return title if part == MIX else f"{title} {part}"


def sound_file(record, take, part):
    """The file of a part of a take.

    Raises:
        Fault: if it is missing.
    """
    name = take.files.get(part)
    path = host.absolute(record.folder) / name if name else None
    if path is None or not path.is_file():
        raise Fault(f"The sound of '{take.name}' is missing: {path or part}.", "Score the picture again.")
    return path


def _remember(strips, record):
    for strip in strips:
        strip[KEY] = record.to_text()


def _activate(scene, strips):
    for other in host.strips_of(scene):
        other.select = False
    for strip in strips:
        strip.select = True
    host.editor_of(scene).active_strip = strips[0]


def add_markers(scene, record, start):
    """Set a marker at each hit of the current take; returns (name, frame) of each."""
    rate, origin_s = host.rate_of(scene), Fraction(record.origin_s)
    made = []
    for hit in record.take().hits:
        frame = start + nearest_frame(Fraction(hit.time_s).limit_denominator(1_000_000) - origin_s, rate)
        error = f" ({hit.error_ms:+.0f} ms)" if abs(hit.error_ms) >= 0.5 else ""
        name = f"{OWN_MARK} {hit.bar}.{hit.beat} {hit.label}{error}"[:60]
        scene.timeline_markers.new(name, frame=frame)
        made.append((name, frame))
    return tuple(made)


def remove_markers(scene, record):
    """Remove the markers that were set for a record, but for those that the user moved or renamed."""
    ours = set(record.markers)
    for marker in list(scene.timeline_markers):
        if (marker.name, marker.frame) in ours:
            scene.timeline_markers.remove(marker)


def show_take(scene, strips, record):
    """Let the strips play the record's current take: same place, same trims, same volume; the markers follow.

    Raises:
        Fault: if a sound file is missing; the strips are then as they were.
    """
    take = record.take()
    start = round(host.origin_of(strips[0]))
    files = [sound_file(record, take, strip.get(PART_KEY, MIX)) for strip in strips]
    for strip, path in zip(strips, files, strict=True):
        host.change_sound(strip, path)
        strip.name = strip_name(record, strip.get(PART_KEY, MIX))
    remove_markers(scene, record)
    _remember(strips, replace(record, markers=add_markers(scene, record, start)))


def remove(scene, strips, record):
    """Take the music out of the timeline; its files stay."""
    remove_markers(scene, record)
    host.remove_strips(scene, strips)
