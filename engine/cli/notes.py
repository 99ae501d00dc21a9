"""`diffbgm notes`: notes that were edited elsewhere come back into a project, and stay as they were written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cancel import CancelToken
from engine.cli.projects import add_outputs, add_project, add_talk, at_desk
from engine.errors import InputError


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "notes",
        help="take notes edited in a sequencer back into a project",
        description="Read back a MIDI file that `diffbgm export` wrote and that was edited in a sequencer. Notes that "
        "differ from the take as it was played become a further take, and are locked in every later re-roll.",
    )
    add_project(parser)
    parser.add_argument("--from-midi", required=True, metavar="EDITED.mid", help="the edited MIDI file of the take")
    parser.add_argument("--name", default="", help="of the new take")
    add_outputs(parser)
    add_talk(parser)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Find what was edited, and keep it."""
    source = Path(args.from_midi)
    with at_desk(args, cancel, inputs=[source]) as desk:
        take = desk.take(with_steps=False)
        from engine.music.hand_edits import read_edits
        from engine.pipeline import write_score
        from engine.revise import edit

        score = write_score(take.notes, take.plan, take.settings, take.direction)
        notes = read_edits(source, score, take.notes)
        if notes == tuple(sorted(set(take.notes))):
            raise InputError(
                f"'{source.name}' holds the notes of '{take.name}' as they are.",
                "Save the edited piece first; changes smaller than half a 16th are not noticed.",
            )
        return desk.keep(take, edit(take, notes, name=args.name))
