"""Edits made for tests, and what each format keeps of one: the table in docs/interchange.md."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

from engine.cutlist import CutList, Segment
from engine.interchange.edit import Edit, Note, Sound
from engine.interchange.export import ENDINGS, TimelineKind, timeline_text
from engine.interchange.reading import read_edit
from engine.rates import frame_of_timecode

RATES = tuple(Fraction(rate) for rate in ("24", "25", "30000/1001", "60000/1001", "24000/1001", "50"))
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "interchange.md"
START = "01:00:00:00"
BEGIN, END = "<!-- table: made by tests.helpers.edits -->", "<!-- end of table -->"
COLUMNS = ("cuts", "retimes", "markers", "sounds' places", "gains", "start timecode")
TITLES: dict[TimelineKind, str] = {
    "otio": "OTIO (`--otio`)",
    "fcp7": "FCP7 XML (`--fcp7`)",
    "fcpxml": "FCPXML (`--fcpxml`)",
    "edl": "EDL (`--edl`)",
    "mlt": "MLT XML (`--mlt`)",
    "marker_csv": "marker CSV (`--marker-csv`)",
    "marker_edl": "marker EDL (`--marker-edl`)",
    "audacity": "Audacity labels (`--audacity`)",
}


def edit_at(rate: Fraction, folder: Path, *, retimed: bool = False) -> Edit:
    """An edit of two films with a gap, three sounds of which two are elsewhere or softer, and three markers."""
    film, other, music = folder / "film a.mp4", folder / "b.mov", folder / "music & more.wav"
    for path in (film, other, music):
        path.touch()

    def at(frames: int) -> Fraction:
        return frames / rate

    speeds = (Fraction(2), Fraction(0), Fraction(-1)) if retimed else (Fraction(1),) * 3
    segments = (
        Segment(at(0), at(100), film, at(0), name="film a", begins="start"),
        Segment(at(100), at(130)),
        Segment(at(130), at(180), other, at(20), name="b"),
        Segment(at(180), at(240), film, at(100), speeds[0], "third"),
        Segment(at(240), at(270), film, at(50), speeds[1], "fourth"),
        Segment(at(270), at(300), film, at(290), speeds[2], "fifth"),
    )
    drops = rate.denominator == 1001 and round(rate) in (30, 60)
    cuts = CutList("a film & its cut", rate, segments, (), frame_of_timecode(START, rate), drops)
    sounds = (
        Sound("Music", music, at(0), at(300)),
        Sound("Original", film, at(10), at(200), at(10), -6.0),
        Sound("Strings", music, at(40), at(120), at(40), 3.0, channels=1),
    )
    notes = (Note(at(0), "begins"), Note(at(131), "the kiss*", "a comment"), Note(at(299), "last frame", colour="CYAN"))
    return Edit(cuts, sounds, notes, 640, 360)


@dataclass(frozen=True)
class Seen:
    """What reads back of an edit: pieces, speeds, markers, places of sounds, gains, start; None for what has none."""

    cuts: object = None
    retimes: object = None
    markers: object = None
    places: object = None
    gains: object = None
    start: object = None

    def row(self) -> tuple[object, ...]:
        return (self.cuts, self.retimes, self.markers, self.places, self.gains, self.start)


def seen_of(edit: Edit) -> Seen:
    """What an edit holds, in the same terms."""
    cuts = edit.cuts
    return Seen(
        [(s.start_s, s.end_s, s.media, s.source_s) for s in cuts.segments],
        [s.speed for s in cuts.segments],
        [(note.time_s, note.name.strip("*")) for note in edit.notes],
        [(s.path, s.start_s, s.duration_s, s.source_s) for s in edit.sounds],
        [round(s.gain_db, 2) for s in edit.sounds],
        (cuts.start_frame, cuts.drop_frame),
    )


def _read(path: Path, rate: Fraction) -> Seen:
    edit = read_edit(path, rate=rate)
    markers = [(marker.time_s, marker.label) for marker in edit.cuts.markers]
    seen = seen_of(edit)
    return Seen(seen.cuts, seen.retimes, markers, seen.places, seen.gains, seen.start)


def _read_mlt(path: Path, rate: Fraction) -> Seen:
    root = ElementTree.parse(path).getroot()
    profile = root.find("profile")
    assert profile is not None
    assert Fraction(int(profile.get("frame_rate_num", "0")), int(profile.get("frame_rate_den", "1"))) == rate
    producers = {p.get("id"): p for p in root.iterfind("producer")}
    rows = []
    for playlist in root.iterfind("playlist"):
        at, row = 0, []
        for element in playlist:
            if element.tag == "blank":
                row.append((at / rate, (at + int(element.get("length", "0"))) / rate, None, Fraction(0), 1, 0.0))
                at += int(element.get("length", "0"))
            elif element.tag == "entry":
                begin, end = int(element.get("in", "0")), int(element.get("out", "0")) + 1
                row.append(
                    (at / rate, (at + end - begin) / rate, *_shown(producers[element.get("producer")], begin, rate))
                )
                at += end - begin
        rows.append((playlist.get("id", ""), row))
    picture = next(row for name, row in rows if name == "playlist0")
    sounds = [row for name, row in rows if name.startswith("playlist") and name != "playlist0"]
    heard = [next(entry for entry in row if entry[2] is not None) for row in sounds]
    markers = [
        (Fraction(round(_clock(each["start"]) * rate)) / rate, each["text"].strip("*"))
        for each in (_properties(m) for m in root.iterfind("tractor/properties[@name='shotcut:markers']/properties"))
    ]
    return Seen(
        [entry[:4] for entry in picture],
        [Fraction(entry[4]) for entry in picture],
        markers,
        [(e[2], e[0], e[1] - e[0], e[3]) for e in heard],
        [e[5] for e in heard],
        None,
    )


def _properties(element: ElementTree.Element) -> dict[str, str]:
    return {p.get("name", ""): p.text or "" for p in element.iterfind("property")}


def _shown(producer: ElementTree.Element, begin: int, rate: Fraction) -> tuple[Path, Fraction, Fraction, float]:
    """The file, what of it shows first, how fast it runs, how loud it is."""
    told = _properties(producer)
    filters = [_properties(f) for f in producer.iterfind("filter")]
    resource, speed, source_s = told["resource"], Fraction(1), begin / rate
    if told["mlt_service"] == "timewarp":
        text, _, resource = resource.partition(":")
        speed = Fraction(text)
        source_s *= abs(speed)
    frozen = next((f for f in filters if f["mlt_service"] == "freeze"), None)
    if frozen is not None:
        speed, source_s = Fraction(0), int(frozen["frame"]) / rate
    gain = next((float(f["level"]) for f in filters if f["mlt_service"] == "volume"), 0.0)
    return Path(resource), source_s, speed, gain


def _clock(text: str) -> Fraction:
    hours, minutes, seconds = text.split(":")
    return Fraction(seconds) + 60 * int(minutes) + 3600 * int(hours)


def _read_csv(path: Path, rate: Fraction) -> Seen:
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    start = frame_of_timecode(rows[0]["Timecode"], rate) - int(rows[0]["Frame"])
    markers = [(int(row["Frame"]) / rate, row["Name"].strip("*")) for row in rows]
    return Seen(markers=markers, start=(start, ";" in rows[0]["Timecode"]))


def _read_labels(path: Path, rate: Fraction) -> Seen:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return Seen(markers=[(Fraction(round(Fraction(row[0]) * rate)) / rate, row[2].strip("*")) for row in rows])


def _read_marker_edl(path: Path, rate: Fraction) -> Seen:
    lines = path.read_text(encoding="utf-8").splitlines()
    at = [line.split()[6] for line in lines if line[:3].isdigit()]
    names = [line.split("|M:")[1].split("|")[0] for line in lines if "|M:" in line]
    origin = frame_of_timecode(START, rate)
    frames = [frame_of_timecode(text, rate) for text in at]
    markers = [((frame - origin) / rate, name.strip("* ")) for frame, name in zip(frames, names, strict=True)]
    return Seen(markers=markers, start=(frames[0], ";" in at[0]))


READERS: Mapping[TimelineKind, Callable[[Path, Fraction], Seen]] = {
    "otio": _read,
    "fcp7": _read,
    "fcpxml": _read,
    "edl": _read,
    "mlt": _read_mlt,
    "marker_csv": _read_csv,
    "marker_edl": _read_marker_edl,
    "audacity": _read_labels,
}


def kept_by(kind: TimelineKind, folder: Path) -> tuple[bool, ...]:
    """For each of `COLUMNS`, whether a format keeps it at all `RATES`, cut and retimed."""
    kept = [True] * len(COLUMNS)
    for rate in RATES:
        for retimed in (False, True):
            edit = edit_at(rate, folder, retimed=retimed)
            path = folder / f"edit{ENDINGS[kind][0]}"
            path.write_text(timeline_text(kind, edit), encoding="utf-8")
            pairs = list(zip(seen_of(edit).row(), READERS[kind](path, rate).row(), strict=True))
            if retimed:  # a reversed clip begins at its end: what shows first is judged there
                pairs = [pairs[1] if i == 1 else (None, None) for i in range(len(pairs))]
            kept = [was and (a == b) for was, (a, b) in zip(kept, pairs, strict=True)]
    return tuple(kept)


def table(folder: Path) -> str:
    """The table as Markdown."""
    lines = ["| format | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for kind, title in TITLES.items():
        cells = ("yes" if kept else "-" for kept in kept_by(kind, folder))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def documented() -> str:
    """The table that stands in the documentation."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def main() -> None:
    """Write the table into the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        made = table(Path(folder))
    text = DOCUMENT.read_text(encoding="utf-8")
    head, tail = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(f"{head}\n{made}\n{tail}", encoding="utf-8")
    sys.stdout.write(made + "\n")


if __name__ == "__main__":
    main()
