"""What is to be scored: the stretch of the timeline, its cuts and markers, and whether a file can stand for it."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from . import host
from .client.commands import Picture
from .client.cutlist import Piece
from .client.faults import Fault

OWN_MARK = "♪"
"""How the names of our own markers begin."""
STAR_MARKS = ("*", "★")
MOST_CUTS = 300
"""Beyond so many the cuts are left to the engine's own eyes: a command line is not endless."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of the timeline that gets music.

    Attributes:
        scope: "STRIP", "SELECTION" or "SCENE"; title: for names of files and strips.
        start, end: frames, [start, end).
        file, offset: the movie file that shows exactly this, and the frame of it that `start` shows; None where the
            picture must be rendered.
        pieces: the stretch as clips of files one after the other, where it is nothing but that; else empty.
        keep: names of the only strips to show; empty for all.
        cuts: (frame, name of the strip that begins) inside the stretch.
        moments: (frame, name) of the user's markers inside; stars: frames that the music must land on, None where no
            marker asks for it.
    """

    scene: str
    scope: str
    title: str
    start: int
    end: int
    file: Path | None = None
    offset: int = 0
    pieces: tuple = ()
    keep: tuple = ()
    cuts: tuple = ()
    moments: tuple = ()
    stars: tuple | None = field(default=None)

    @property
    def frames(self):
        """Length in frames."""
        return self.end - self.start

    def duration_s(self, rate):
        """Length in exact seconds."""
        return Fraction(self.frames) / rate

    def origin_s(self, rate):
        """The second of the picture's file at which the stretch begins."""
        return Fraction(self.offset) / rate if self.file else Fraction(0)

    def picture(self, path, rate):
        """What the engine is asked to score: this stretch, which `path` shows."""
        origin_s = self.origin_s(rate)

        def second(frame):
            return origin_s + Fraction(frame - self.start) / rate

        moments = dict(self.cuts)
        moments.update(self.moments)
        return Picture(
            path=path,
            range_s=(origin_s, origin_s + self.duration_s(rate)) if self.file else None,
            markers=tuple((second(frame), label) for frame, label in sorted(moments.items())),
            stars=None if self.stars is None else tuple(second(frame) for frame in self.stars),
        )


def stretch_of(scene, scope, *, use_markers, use_cuts, always_render=False, names=()):
    """The stretch that a scope means now.

    Args:
        names: of the strips that it means, whatever is selected; empty for what is.

    Raises:
        Fault: if there is nothing to see in it.
    """
    strips = _named_strips(scene, names) if names else _scope_strips(scene, scope)
    if scope == "SCENE":
        start, end, title, keep = scene.frame_start, scene.frame_end + 1, "scene", ()
    else:
        start, end = min(map(host.start_of, strips)), max(map(host.end_of, strips))
        title = strips[0].name if len(strips) == 1 else "selection"
        keep = tuple(strip.name for strip in strips)
    if end - start < 1:
        raise Fault("There is nothing to score between the first and the last frame.")
    moments, stars = _markers(scene, start, end) if use_markers else ((), None)
    cuts = cuts_between(scene, strips, start, end) if use_cuts else ()
    plain = scope != "SCENE" and len(strips) == 1 and not always_render and host.is_plain_movie(scene, strips[0])
    return Stretch(
        scene=scene.name,
        scope=scope,
        title=title,
        start=start,
        end=end,
        file=host.file_of(strips[0]) if plain else None,
        offset=int(host.offset_of(strips[0])) if plain else 0,
        pieces=() if plain or always_render or not use_cuts else pieces_of(scene, strips, start, end),
        keep=keep,
        cuts=cuts if len(cuts) <= MOST_CUTS else (),
        moments=moments,
        stars=stars,
    )


def _named_strips(scene, names):
    found = [strip for strip in host.strips_of(scene) if host.is_visual(strip) and strip.name in names]
    if not found:
        raise Fault("The strips that this music was made for are not there any more.", "Score again.")
    return sorted(found, key=host.start_of)


def _scope_strips(scene, scope):
    """The strips with a picture that a scope means."""
    visible = [strip for strip in host.strips_of(scene) if host.is_visual(strip)]
    if scope == "STRIP":
        active = host.active_strip(scene)
        if active is None or not any(strip.name == active.name for strip in visible):
            raise Fault("The active strip shows no picture.", "Select a movie, image, scene or meta strip.")
        return [active]
    if scope == "SELECTION":
        chosen = [strip for strip in visible if strip.select]
        if not chosen:
            raise Fault("No strip with a picture is selected.", "Select what should get music.")
        return sorted(chosen, key=host.start_of)
    end = scene.frame_end + 1
    shown = [s for s in visible if host.start_of(s) < end and host.end_of(s) > scene.frame_start]
    if not shown:
        raise Fault("The sequencer shows no picture in this scene.", "Add a strip, or set the scene's frame range.")
    return shown


def _markers(scene, start, end):
    """The user's markers inside, and those of them that are stars."""
    moments, stars = {}, []
    for marker in scene.timeline_markers:
        name = marker.name.strip()
        if not start < marker.frame < end or name.startswith(OWN_MARK):
            continue
        if name.startswith(STAR_MARKS) or name.endswith(STAR_MARKS):
            stars.append(marker.frame)
            name = name.strip("".join(STAR_MARKS)).strip()
        moments[marker.frame] = name
    return tuple(sorted(moments.items())), tuple(sorted(set(stars))) if stars else None


def cuts_between(scene, strips, start, end):
    """(frame, name of what begins) wherever the topmost of some strips changes, but for transitions, whose middle the
    engine finds by itself."""
    fades = [s for s in host.strips_of(scene) if s.type in host.TRANSITIONS and not s.mute]
    spans = [(host.start_of(strip), host.end_of(strip)) for strip in fades]
    edges = {edge for strip in strips for edge in (host.start_of(strip), host.end_of(strip)) if start < edge < end}
    cuts = []
    for edge in sorted(edges):
        before, after = _on_top(strips, edge - 1), _on_top(strips, edge)
        if before != after and not any(a <= edge <= b for a, b in spans):
            cuts.append((edge, after or "black"))
    return tuple(cuts)


def _on_top(strips, frame):
    """Name of the strip that covers the others at a frame; None for black."""
    strip = _top_strip(strips, frame)
    return None if strip is None else strip.name


def _top_strip(strips, frame):
    there = [strip for strip in strips if host.start_of(strip) <= frame < host.end_of(strip)]
    return max(there, key=lambda strip: strip.channel) if there else None


def pieces_of(scene, strips, start, end):
    """The stretch as clips of files one after the other; empty where it must be rendered.

    Texts and sounds do not count: the engine watches what lies below a title.
    """
    spans = [(host.start_of(strip), host.end_of(strip)) for strip in host.strips_of(scene) if _is_effect(strip)]
    plain = all(host.is_plain_movie(scene, strip) and host.fills_the_frame(strip) for strip in strips)
    if not plain or any(a < end and b > start for a, b in spans):
        return ()
    inner = {edge for strip in strips for edge in (host.start_of(strip), host.end_of(strip)) if start < edge < end}
    edges = [start, *sorted(inner), end]
    pieces = []
    for first, last in pairwise(edges):
        strip = _top_strip(strips, first)
        if strip is None:
            pieces.append(Piece("black", None, 0, last - first))
            continue
        into = first - host.start_of(strip) + int(host.offset_of(strip))
        pieces.append(Piece(strip.name, host.file_of(strip), into, last - first))
    return _joined(pieces)


def _is_effect(strip):
    """Whether a strip changes how others look."""
    return not strip.mute and strip.type not in (*host.VISUAL, "SOUND", "TEXT")


def _joined(pieces):
    """Pieces that go on where the one before ends, as one: a strip that passes below another's end is no cut."""
    joined = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and _goes_on(last, piece):
            joined[-1] = replace(last, frames=last.frames + piece.frames)
        else:
            joined.append(piece)
    return tuple(joined)


def _goes_on(last, piece):
    same = (last.name, last.file) == (piece.name, piece.file)
    return same and (piece.file is None or last.first + last.frames == piece.first)
