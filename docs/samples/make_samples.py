"""The sample timelines of this folder, from the demo clip:

    python -m docs.samples.make_samples

They name the clip as /media/demo/demo.mp4 and its music as /media/demo/demo.wav: put both there, or relink them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from engine.interchange.edit import Edit, Sound
from engine.interchange.export import ENDINGS, TimelineKind, edit_of, timeline_text
from engine.music.music_plan import MusicPlan
from engine.pipeline import analyse_video, plan_music
from engine.resources import resource_path
from engine.settings import GenerationSettings

FOLDER: Final = Path(__file__).resolve().parent
HOME: Final = Path("/media/demo")
FILES: Final[dict[str, TimelineKind]] = {
    "kdenlive.otio": "otio",
    "shotcut.mlt": "mlt",
    "premiere.xml": "fcp7",
    "final-cut.fcpxml": "fcpxml",
    "resolve.otio": "otio",
    "resolve-markers.edl": "marker_edl",
    "cuts.edl": "edl",
    "markers.csv": "marker_csv",
    "audacity-labels.txt": "audacity",
}
SEED: Final = 1


def demo_plan() -> MusicPlan:
    """Shots, tempo and hits of the demo clip, as `diffbgm score --seed 1` plans them; no note is composed."""
    config = json.loads((resource_path("model", "compact") / "config.json").read_text(encoding="utf-8"))
    quantiles = {name: tuple(values) for name, values in config["quantiles"].items()}
    signals = analyse_video(resource_path("demo", "demo.mp4"))
    return plan_music(signals, GenerationSettings(seed=SEED), quantiles=quantiles)


def demo_edit(plan: MusicPlan) -> Edit:
    """The edit of the samples."""
    plan = replace(plan, info=replace(plan.info, path=str(HOME / "demo.mp4")))
    music = Sound("Music", HOME / "demo.wav", Fraction(0), plan.info.duration_s)
    return edit_of(plan, [music], name="demo with music")


def sample_texts(edit: Edit) -> dict[str, str]:
    """The contents of each sample by its name."""
    assert all(Path(name).suffix in ENDINGS[kind] for name, kind in FILES.items())
    return {name: timeline_text(kind, edit) for name, kind in FILES.items()}


def main() -> None:
    """Write the samples."""
    for name, text in sample_texts(demo_edit(demo_plan())).items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
