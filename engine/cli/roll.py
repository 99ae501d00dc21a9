"""`diffbgm roll`: a picture of a MIDI file's piano roll, with the cuts of the film it was written for."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, checked_output, existing_video, print_json, written_aside
from engine.cli.progress import RunProgress
from engine.cli.shots import add_sensitivity
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT, TempoMap

if TYPE_CHECKING:
    from engine.drawing import RollPicture


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "roll",
        help="draw a MIDI file as a piano roll",
        description="Draw the piano roll of a MIDI file. Cuts come from the video, or from the file's markers.",
    )
    parser.add_argument("midi", metavar="MIDI", help="a MIDI file")
    parser.add_argument("--png", metavar="FILE", required=True, help="the picture to write")
    parser.add_argument("--video", metavar="VIDEO", help="take the cuts from this video")
    add_sensitivity(parser)
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Draw the picture."""
    source = existing_video(args.midi)
    png = checked_output(args.png, (".png",), inputs=[source])
    cuts_s = None
    if args.video is not None:
        from engine.cli.shots import find_shots, look_at

        with RunProgress(silent=args.json) as progress:
            signals = look_at(existing_video(args.video), progress, cancel)
        cuts_s = [float(shot.start_s) for shot in find_shots(signals, args.sensitivity)[1:]]
    picture = read_picture(source, cuts_s)
    from engine.drawing import draw_roll

    image = draw_roll(picture)
    with written_aside(png) as aside:
        image.save(aside)
    if args.json:
        print_json({"ok": True, "png": png, "notes": len(picture.notes), "cuts_s": list(picture.cuts_s)})
    else:
        print(png)
    return EXIT_OK


def read_picture(path: Path, cuts_s: list[float] | None) -> RollPicture:
    """What to draw of a MIDI file; its markers are the cuts where none are given.

    Raises:
        InputError: if it is no MIDI file.
    """
    from engine.drawing import DrawnNote, RollPicture
    from engine.music.midi import read_markers, read_midi
    from engine.music.notes import Voice

    notes, tempo = read_midi(path)
    drawn = [
        DrawnNote(note.pitch, int(note.voice), _at(tempo, note.onset), _at(tempo, note.end), note.velocity)
        for note in notes
    ]
    if cuts_s is None:
        cuts_s = [float(marker.time_s) for marker in read_markers(path) if marker.time_s > 0]
    length_s = max([0.0, *(note.end_s for note in drawn), *cuts_s])
    beats_s = _grid_s(tempo, length_s)
    return RollPicture(
        title=f"{path.name}   {tempo.bpm():.1f} BPM, {len(drawn)} notes",
        notes=drawn,
        length_s=length_s,
        beats_s=beats_s,
        bars_s=beats_s[::BEATS_PER_BAR],
        cuts_s=cuts_s,
        voices=[voice.name.lower() for voice in Voice],
    )


def _at(tempo: TempoMap, step: int) -> float:
    return float(tempo.seconds(Fraction(step, STEPS_PER_BEAT)))


def _grid_s(tempo: TempoMap, length_s: float) -> list[float]:
    n_beats = int(tempo.beat(Fraction(length_s))) + 1
    return [float(tempo.seconds(beat)) for beat in range(n_beats + 1)]
