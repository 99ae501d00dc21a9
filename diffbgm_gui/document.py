"""What the user works on, as one frozen value: direction, settings and takes; and the pure edits of it.

Everything that undo takes back is a `Document`; everything else (a running engine, the playhead, the zoom) is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from engine.direction import Curve, Direction, Marker, Words
from engine.music.descent import MOVED_BARS
from engine.music.region import Region, Selection
from engine.music.take import Take
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BAR, Shot, as_float

SAME_S: Final = Fraction(1, 50)
"""Instants nearer than this are one: a star belongs to the cut that lies there."""
SHORTEST_SHOT_S: Final = Fraction(1, 10)
MOST_TAKES: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class TakeEntry:
    """A take on the wall. `take` holds notes and plan; its trajectory may lie in the project file alone.

    Attributes:
        hit_share: share of the starred hits on which something starts, 0..1; None where there are none.
    """

    take: Take
    name: str
    starred: bool = False
    hit_share: float | None = None

    @property
    def id(self) -> str:
        return self.take.id


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The user's work.

    Attributes:
        video: the film, None before one is opened.
        direction: what lies on the timeline.
        settings: for the next take.
        takes: in the order of the wall.
        current: id of the take that is heard and drawn; None before the first.
        other: id of the take for A/B; None where none was chosen.
        locks: regions that a re-roll never touches.
        n_takes: how many takes are composed at once.
        draft_first: whether a quick pass comes before the first, to be heard while that is refined.
    """

    video: Path | None = None
    direction: Direction = field(default_factory=Direction)
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    takes: tuple[TakeEntry, ...] = ()
    current: str | None = None
    other: str | None = None
    locks: tuple[Region, ...] = ()
    n_takes: int = 1
    draft_first: bool = True

    def entry(self, take_id: str | None) -> TakeEntry | None:
        """The take of an id."""
        return next((entry for entry in self.takes if entry.id == take_id), None)

    @property
    def take(self) -> Take | None:
        """The take that is heard and drawn."""
        entry = self.entry(self.current)
        return None if entry is None else entry.take

    @property
    def locked(self) -> Selection:
        return Selection(self.locks)


# -- shots ---------------------------------------------------------------------------------------------------------


def with_shots(document: Document, shots: Iterable[Shot]) -> Document:
    """The document with these shots, renumbered, in place of the detected ones."""
    numbered = tuple(shot if shot.index == i else replace(shot, index=i) for i, shot in enumerate(shots))
    return replace(document, direction=replace(document.direction, shots=numbered))


def detected_again(document: Document) -> Document:
    """The document that goes back to detected shots."""
    return replace(document, direction=replace(document.direction, shots=None))


def move_cut(document: Document, shots: Sequence[Shot], index: int, time_s: Fraction) -> Document:
    """Move the beginning of shot `index` (1 or later) to a time, at most up to its neighbours; its star moves along."""
    before, shot = shots[index - 1], shots[index]
    time_s = min(max(time_s, before.start_s + SHORTEST_SHOT_S), shot.end_s - SHORTEST_SHOT_S)
    moved = [*shots]
    moved[index - 1] = replace(before, end_s=time_s)
    moved[index] = replace(shot, start_s=time_s, transition="user" if shot.transition == "start" else shot.transition)
    document = with_shots(document, moved)
    stars = document.direction.stars
    if stars is not None and _near(stars, shot.start_s) is not None:
        document = _with_stars(document, (*_away_from(stars, shot.start_s), time_s))
    return document


def split_shot(document: Document, shots: Sequence[Shot], time_s: Fraction) -> Document:
    """Add a cut at a time; nothing changes where one lies already."""
    for i, shot in enumerate(shots):
        if shot.start_s + SHORTEST_SHOT_S <= time_s <= shot.end_s - SHORTEST_SHOT_S:
            parts = (replace(shot, end_s=time_s), replace(shot, start_s=time_s, transition="user", salience=1.0))
            return with_shots(document, (*shots[:i], *parts, *shots[i + 1 :]))
    return document


def delete_cut(document: Document, shots: Sequence[Shot], index: int) -> Document:
    """Merge shot `index` (1 or later) into the one before it; its star goes with its cut."""
    cut_s = shots[index].start_s
    joined = replace(shots[index - 1], end_s=shots[index].end_s)
    document = with_shots(document, (*shots[: index - 1], joined, *shots[index + 1 :]))
    stars = document.direction.stars
    if stars is not None:
        document = _with_stars(document, _away_from(stars, cut_s))
    return document


# -- stars, markers, range, curves, moods ---------------------------------------------------------------------------


def _near(times_s: Iterable[Fraction], time_s: Fraction) -> Fraction | None:
    at_s, near_s = as_float(time_s), as_float(SAME_S)
    return next((time for time in times_s if abs(as_float(time) - at_s) <= near_s), None)


def _away_from(times_s: Iterable[Fraction], time_s: Fraction) -> list[Fraction]:
    """The times that do not mean a certain instant."""
    at_s, near_s = as_float(time_s), as_float(SAME_S)
    return [time for time in times_s if abs(as_float(time) - at_s) > near_s]


def _with_stars(document: Document, stars: Iterable[Fraction]) -> Document:
    timed = sorted({as_float(star): star for star in stars}.items(), key=itemgetter(0))
    return replace(document, direction=replace(document.direction, stars=tuple(star for _, star in timed)))


def toggle_star(document: Document, time_s: Fraction, *, automatic: Sequence[Fraction] = ()) -> Document:
    """Star a cut or marker, or take its star away. The first touch turns the automatic stars into the user's own."""
    stars = document.direction.stars if document.direction.stars is not None else tuple(automatic)
    there = _near(stars, time_s)
    if there is None:
        return _with_stars(document, (*stars, time_s))
    there_s = as_float(there)
    return _with_stars(document, (star for star in stars if as_float(star) != there_s))


def automatic_stars(document: Document) -> Document:
    """Leave the stars to the program again."""
    return replace(document, direction=replace(document.direction, stars=None))


def toggle_marker(document: Document, time_s: Fraction, label: str = "") -> Document:
    """Set a marker, or take away the one that is there."""
    markers = document.direction.markers
    there = next((marker for marker in markers if abs(marker.time_s - time_s) <= SAME_S), None)
    kept = tuple(marker for marker in markers if marker is not there)
    if there is None:
        kept = tuple(sorted((*kept, Marker(time_s, label)), key=lambda marker: marker.time_s))
    return replace(document, direction=replace(document.direction, markers=kept))


def rename_marker(document: Document, time_s: Fraction, label: str) -> Document:
    """Give the marker at a time another name."""
    markers = tuple(
        replace(marker, label=label) if abs(marker.time_s - time_s) <= SAME_S else marker
        for marker in document.direction.markers
    )
    return replace(document, direction=replace(document.direction, markers=markers))


def with_range(document: Document, range_s: tuple[Fraction, Fraction] | None) -> Document:
    """Set the part of the film that gets music; None for all of it."""
    return replace(document, direction=replace(document.direction, range_s=range_s))


def with_curve(document: Document, curve: Curve) -> Document:
    """Draw a curve in place of the one of its name."""
    others = tuple(other for other in document.direction.curves if other.name != curve.name)
    return replace(document, direction=replace(document.direction, curves=(*others, curve)))


def without_curve(document: Document, name: str) -> Document:
    """Leave a control to the picture again."""
    others = tuple(other for other in document.direction.curves if other.name != name)
    return replace(document, direction=replace(document.direction, curves=others))


def with_shot_mood(document: Document, start_s: Fraction, mood: str | None) -> Document:
    """Give the shot that begins at a time its own mood; None leaves it to the settings."""
    others = tuple(pair for pair in document.direction.moods if abs(pair[0] - start_s) > SAME_S)
    moods = others if mood is None else tuple(sorted((*others, (start_s, mood))))
    return replace(document, direction=replace(document.direction, moods=moods))


def with_harmony(document: Document, *, key: str | None, chords: Sequence[str | None] = ()) -> Document:
    """Ask for a key or chords; None and nothing leave them to the program."""
    return replace(document, direction=replace(document.direction, key=key, chords=tuple(chords)))


def with_settings(document: Document, **changes: Any) -> Document:
    """The document with other settings for the next take.

    Raises:
        InputError: for a value out of range.
    """
    return replace(document, settings=replace(document.settings, **changes))


def with_asked(document: Document, *, n_takes: int | None = None, draft_first: bool | None = None) -> Document:
    """Ask for so many takes, with quick passes before them or without."""
    return replace(
        document,
        n_takes=document.n_takes if n_takes is None else min(max(1, n_takes), MOST_TAKES),
        draft_first=document.draft_first if draft_first is None else draft_first,
    )


def with_caption(
    document: Document, start_s: Fraction, end_s: Fraction, text: str, *, present: Sequence[Words]
) -> Document:
    """Say anew what a stretch of the film shows; what the captions said around it stays.

    Args:
        present: the captions in force: the user's, or those that the caption model wrote.

    Raises:
        InputError: for an empty sentence.
    """
    kept = []
    for words in present:
        if words.start_s < min(words.end_s, start_s):
            kept.append(replace(words, end_s=min(words.end_s, start_s)))
        if max(words.start_s, end_s) < words.end_s:
            kept.append(replace(words, start_s=max(words.start_s, end_s)))
    said = sorted((*kept, Words(start_s, end_s, (" ".join(text.split()),))), key=lambda words: words.start_s)
    return replace(document, direction=replace(document.direction, captions=tuple(said)))


def without_captions(document: Document) -> Document:
    """Leave the captions to the caption model again."""
    return replace(document, direction=replace(document.direction, captions=()))


def with_sensitivity(document: Document, sensitivity: float) -> Document:
    """Detected shots at another sensitivity, in place of edited ones."""
    return with_settings(detected_again(document), sensitivity=sensitivity)


# -- takes ---------------------------------------------------------------------------------------------------------


def add_take(document: Document, entry: TakeEntry) -> Document:
    """Hang a take on the wall and turn to it; the one before becomes the other of A/B."""
    return replace(document, takes=(*document.takes, entry), current=entry.id, other=document.current)


def replace_take(document: Document, take_id: str, entry: TakeEntry) -> Document:
    """The document with one take in the place of another."""

    def renamed(other: str | None) -> str | None:
        return entry.id if other == take_id else other

    takes = tuple(entry if other.id == take_id else other for other in document.takes)
    return replace(document, takes=takes, current=renamed(document.current), other=renamed(document.other))


def goes_on(document: Document, take: Take) -> bool:
    """Whether edits by hand go on with a take instead of hanging a new one: it came of such an edit, nobody starred it,
    and no other take was made from it."""
    entry = document.entry(take.id)
    if entry is None or entry.starred or take.origin != "edit":
        return False
    return all(other.take.parent != take.id for other in document.takes)


def hit_share(take: Take) -> float | None:
    """Share of the asked-for hits on which something starts, None where none were asked for."""
    asked = set(take.plan.accent_steps())
    if not asked:
        return None
    return len(asked & {note.onset for note in take.notes}) / len(asked)


def is_draft(take: Take) -> bool:
    """Whether a take is a quick pass that a full one shall replace."""
    return bool(take.details.get("draft"))


def without_drafts(document: Document, *, but: str | None = None) -> Document:
    """The document without quick passes, unless they were starred.

    Args:
        but: id of the one that is being refined.
    """
    takes = tuple(entry for entry in document.takes if not is_draft(entry.take) or entry.starred or entry.id == but)
    if len(takes) == len(document.takes):
        return document
    left = {entry.id for entry in takes}
    return replace(
        document,
        takes=takes,
        current=document.current if document.current in left else document.other if document.other in left else None,
        other=document.other if document.other in left and document.current in left else None,
    )


def select_take(document: Document, take_id: str) -> Document:
    """Turn to a take."""
    if document.entry(take_id) is None or take_id == document.current:
        return document
    return replace(document, current=take_id, other=document.current)


def swap_takes(document: Document) -> Document:
    """A/B: turn to the other take, and the other way round."""
    if document.entry(document.other) is None:
        return document
    return replace(document, current=document.other, other=document.current)


def change_take(document: Document, take_id: str, *, name: str | None = None, starred: bool | None = None) -> Document:
    """Name or star a take."""
    takes = tuple(
        replace(
            entry,
            name=entry.name if name is None else name,
            starred=entry.starred if starred is None else starred,
        )
        if entry.id == take_id
        else entry
        for entry in document.takes
    )
    return replace(document, takes=takes)


def delete_take(document: Document, take_id: str) -> Document:
    """Take a take off the wall; its neighbour is turned to when it was the current one."""
    ids = [entry.id for entry in document.takes]
    if take_id not in ids:
        return document
    place = ids.index(take_id)
    takes = tuple(entry for entry in document.takes if entry.id != take_id)
    current = document.current
    if current == take_id:
        current = takes[min(place, len(takes) - 1)].id if takes else None
    return replace(document, takes=takes, current=current, other=None if document.other == take_id else document.other)


def lock(document: Document, region: Region) -> Document:
    """Keep a region from re-rolls."""
    return document if region in document.locks else replace(document, locks=(*document.locks, region))


def moved_locks(locks: Sequence[Region], take: Take) -> tuple[Region, ...]:
    """Where locks lie in a take that followed another cut: with the bars that moved, gone with those that are gone.

    What is locked in a voice or a band of pitches as a whole stays so.
    """
    bars = [(int(new), int(old)) for new, old in take.details.get(MOVED_BARS, ())]
    moved: list[Region] = []
    for region in locks:
        if region.steps is None and region.cells is None:
            moved.append(region)
            continue
        for new, old in bars:
            part = _in_bar(region, old, (new - old) * STEPS_PER_BAR)
            if part is not None and moved and _follows(moved[-1], part):
                assert moved[-1].steps is not None and part.steps is not None
                moved[-1] = replace(part, steps=(moved[-1].steps[0], part.steps[1]))
            elif part is not None:
                moved.append(part)
    return tuple(moved)


def _in_bar(region: Region, bar: int, by: int) -> Region | None:
    """A region's share of a bar, moved by so many steps."""
    first, last = bar * STEPS_PER_BAR, (bar + 1) * STEPS_PER_BAR
    if region.steps is not None:
        first, last = max(first, region.steps[0]), min(last, region.steps[1])
    if first >= last:
        return None
    cells = region.cells
    if cells is not None:
        cells = frozenset((voice, step + by, pitch) for voice, step, pitch in cells if first <= step < last)
        if not cells:
            return None
    return replace(region, steps=(first + by, last + by), cells=cells)


def _follows(before: Region, after: Region) -> bool:
    """Whether a region goes on where another ends, in all else like it."""
    if before.steps is None or after.steps is None or before.cells is not None or after.cells is not None:
        return False
    return before.steps[1] == after.steps[0] and replace(before, steps=after.steps) == after


def unlock(document: Document, region: Region | None = None) -> Document:
    """Free a region, or all of them."""
    kept = () if region is None else tuple(other for other in document.locks if other != region)
    return replace(document, locks=kept)
