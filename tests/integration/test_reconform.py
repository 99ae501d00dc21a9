"""The demo film cut anew: what is unchanged keeps its notes, moved along; the rest is new and repeats with its seed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.diffusion.model import save_bundle
from engine.direction import Direction, Marker
from engine.music.take import Take
from engine.reconform import Reconform, moved_direction
from engine.resources import resource_path
from engine.runner import GenerationRequest, GenerationRunner, Known
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.video.analyse import analyse
from engine.video.matching import KeptSpan
from tests.helpers.recut import recut
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import write_video

DEMO = resource_path("demo", "demo.mp4")


@dataclass(frozen=True)
class Film:
    bundle: Path
    take: Take
    known: Known
    recut: Path
    after: FrameSignals
    cut_s: float


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("film")
    save_bundle(tiny_model(), folder / "bundle", "tiny")
    settings = GenerationSettings(seed=5, steps=3)
    request = GenerationRequest(DEMO, None, settings=settings, bundle=folder / "bundle", use_cache=False)
    made = GenerationRunner().compose(request)
    cut_s = float(made.take.plan.shots[6].start_s)
    other = write_video(folder / "other.mp4", shots_s=(2.0,), width=320, height=180, audio_hz=None).path
    spans = [(DEMO, 0.0, cut_s), (other, 0.0, 2.0), (DEMO, cut_s, float(made.take.plan.duration_s))]
    video = recut(spans, folder / "recut.mp4")
    return Film(folder / "bundle", made.take, made.known, video, analyse(video), cut_s)


def follow(film: Film, seed: int = 1) -> Take:
    change = Reconform(film.known.signals, film.after, seed)
    return GenerationRunner().revise(film.take, change, bundle=film.bundle)


def test_kept_bars_keep_their_notes_and_their_times(film: Film) -> None:
    take = follow(film)
    assert take.origin == "reconform"
    assert take.plan.info.path == str(film.recut)
    assert take.details["kept_bars"] >= 6
    grown_s = take.plan.duration_s - film.take.plan.duration_s
    assert grown_s == pytest.approx(2.0, abs=0.1)
    told = {(round(float(take.plan.tempo.seconds(Fraction(n.onset, 4))), 2), n.pitch, n.duration) for n in take.notes}
    early = [n for n in film.take.notes if film.take.plan.tempo.seconds(Fraction(n.onset, 4)) < film.cut_s - 8]
    late = [n for n in film.take.notes if film.take.plan.tempo.seconds(Fraction(n.onset, 4)) > film.cut_s + 8]
    assert early and late
    for notes, shift_s in ((early, 0.0), (late, float(grown_s))):
        for note in notes:
            at_s = float(film.take.plan.tempo.seconds(Fraction(note.onset, 4))) + shift_s
            assert any((round(at_s + d, 2), note.pitch, note.duration) in told for d in (-0.01, 0.0, 0.01))


def test_the_new_cut_has_stars_and_says_which_are_missed(film: Film) -> None:
    plan = follow(film).plan
    assert plan.solution is not None
    cuts_s = {float(shot.start_s) for shot in plan.shots[1:]}
    starred = [hit for hit in plan.hits() if hit.starred]
    assert len(starred) >= 4 and {float(hit.time_s) for hit in starred} <= cuts_s
    assert {hit.step for hit in starred} <= set(plan.accent_steps())
    lost = [drop for drop in plan.solution.dropped if drop.hit.starred]
    sentences = [text for text in plan.solution.relaxations if "star at" in text]
    assert len(lost) == len(sentences)
    assert all(any(f"{float(drop.hit.time_s):.3f} s" in text for text in sentences) for drop in lost)


def test_the_same_seed_gives_the_same_and_nothing_changed_gives_the_take(film: Film) -> None:
    assert follow(film, 3).notes == follow(film, 3).notes != follow(film, 4).notes
    same = Reconform(film.known.signals, film.known.signals, 1)
    again = GenerationRunner().revise(film.take, same, bundle=film.bundle)
    assert again.notes == film.take.notes
    assert again.plan.tempo == film.take.plan.tempo


def test_what_lay_on_the_timeline_moves_along() -> None:
    spans = (KeptSpan(Fraction(0), Fraction(0), Fraction(4)), KeptSpan(Fraction(5), Fraction(8), Fraction(10)))
    laid = Direction(
        markers=(Marker(Fraction(1), "in"), Marker(Fraction(9, 2), "gone"), Marker(Fraction(6), "later")),
        stars=(Fraction(5), Fraction(9, 2)),
        moods=((Fraction(5), "calm"),),
    )
    moved = moved_direction(laid, spans)
    assert moved.markers == (Marker(Fraction(1), "in"), Marker(Fraction(9), "later"))
    assert moved.stars == (Fraction(8),)
    assert moved.moods == ((Fraction(8), "calm"),)


def test_the_command_follows_and_the_project_goes_over(
    film: Film, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, bundle = str(tmp_path / "p.dbgm"), str(film.bundle)
    common = ["--bundle", bundle, "-q"]
    score = ["score", str(DEMO), "-o", str(tmp_path / "a.mid"), "--project", project, "--steps", "2", "--seed", "5"]
    assert main([*score, *common]) == 0
    out = tmp_path / "b.mp4"
    capsys.readouterr()
    assert main(["reconform", project, str(film.recut), "--seed", "2", "-o", str(out), "--json", *common]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and out.exists()
    assert 0 < told["kept_bars"] < told["bars"]
    counts = told["counts"]
    assert counts["kept"] + counts["new"] == told["take"]["notes"]
    assert counts == {kind: len(notes) for kind, notes in told["difference"].items()}
    assert counts["kept"] > counts["removed"] > 0  # bars that moved along are kept, not removed and new
    assert told["take"]["details"]["difference"] == counts
    assert main(["export", project, "-o", str(tmp_path / "c.mid"), "-q"]) == 0
    assert (tmp_path / "c.mid").read_bytes()
