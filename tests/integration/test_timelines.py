"""From an editor's timeline to music on a timeline, and again after a re-cut, with a tiny model."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
import pytest

from engine.audio.decode import read_audio
from engine.cli.main import main
from engine.diffusion.model import save_bundle
from engine.interchange.reading import read_edit
from engine.music.midi import read_markers
from engine.music.notes import Note
from engine.music.take import Take
from engine.project import Project
from engine.video.assembly import cuts_of_picture
from tests.helpers.cuts import Clip, save_timeline
from tests.helpers.recut import recut
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

Tell = Callable[..., dict[str, Any]]

RATE = Fraction(12)
SHOT_S = 6.0
CLIPS: list[Clip] = [(SHOT_S * i, SHOT_S * i + 5.0) for i in range(6)]
"""The first five seconds of each of six shots."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo], bundle: Path) -> Path:
    """A folder with a film, a timeline of six of its parts, and what a run on the timeline wrote."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copy(tiny_video(shots_s=(SHOT_S,) * 6, frame_rate=RATE, audio_hz=None).path, folder / "film.mp4")
    markers = [(7.5, "the door *"), (20.0, "bgm 3.1 +0.2 ms")]
    save_timeline(folder / "cut.otio", folder / "film.mp4", CLIPS, markers=markers)
    words = ["score", folder / "cut.otio", "-o", folder / "out.otio", "--mlt", folder / "out.mlt"]
    words += ["--fcp7", folder / "out.xml", "--fcpxml", folder / "out.fcpxml", "--edl", folder / "out.edl"]
    words += ["--marker-csv", folder / "out.csv", "--audacity", folder / "out.txt", "--midi", folder / "out.mid"]
    words += ["--project", folder / "p.dbgm", "--seed", 3, "--steps", 2, "--bundle", bundle, "-q"]
    assert main([str(word) for word in words]) == 0
    return folder


@pytest.fixture
def folder(scored: Path, tmp_path: Path) -> Path:
    """A copy of its project and what it needs, to be changed."""
    for path in scored.iterdir():
        if path.suffix in (".dbgm", ".mp4", ".otio"):
            shutil.copy(path, tmp_path / path.name)
    return tmp_path


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Runs a command with --json and gives its object back."""

    def run(*words: object, status: int = 0) -> dict[str, Any]:
        assert main([*map(str, words), "--json"]) == status
        told = capsys.readouterr()
        assert told.err == ""
        data: dict[str, Any] = json.loads(told.out)
        assert data["ok"] is (status == 0)
        return data

    return run


def test_the_editors_cuts_and_markers_are_the_plans(scored: Path) -> None:
    with Project.open(scored / "p.dbgm", read_only=True) as project:
        take = project.take(project.find_take().id)
        assert project.find_video().name.startswith("cut.") and project.find_video().name.endswith(".picture.mp4")
    assert [shot.start_s for shot in take.plan.shots] == [5 * i for i in range(6)]
    assert take.plan.info.duration_s == 30
    assert [(marker.time_s, marker.label) for marker in take.direction.markers] == [(Fraction(15, 2), "the door")]
    assert take.direction.stars == (Fraction(15, 2),)
    stars = [p for p in take.plan.hits() if p.starred]
    assert [p.time_s for p in stars] == [Fraction(15, 2)] and abs(stars[0].error_ms) < 0.05


@pytest.mark.parametrize("name", ["out.otio", "out.xml", "out.fcpxml", "out.edl"])
def test_every_timeline_shows_the_clips_with_the_music_below(scored: Path, name: str) -> None:
    edit = read_edit(scored / name, rate=RATE)
    segments = edit.cuts.segments
    assert [(s.start_s, s.media, s.source_s) for s in segments] == [
        (5 * i, scored / "film.mp4", 6 * i) for i in range(6)
    ]
    (music,) = edit.sounds
    assert (music.path, music.start_s, music.duration_s) == (scored / "out.wav", 0, 30)
    assert [(m.time_s, m.label, m.starred) for m in edit.cuts.markers] == [(Fraction(15, 2), "the door", True)]
    heard = read_audio(scored / "out.wav", sample_rate=48_000)
    assert heard.samples.shape[1] == 30 * 48_000 and np.abs(heard.samples).max() > 0.05


def test_markers_tell_bar_beat_and_error(scored: Path) -> None:
    timeline = otio.adapters.read_from_file(str(scored / "out.otio"))
    own, *names = [marker.name for marker in timeline.tracks.markers]
    assert own == "the door *" and len(names) == 6  # the editor's marker stays; five cuts and a marker are added
    assert all(name.startswith("bgm") and " ms" in name for name in names)
    assert next(name for name in names if "door" in name).startswith("bgm* ")
    lines = (scored / "out.txt").read_text().splitlines()
    assert [line.split("\t")[2] for line in lines] == names


def test_the_midi_marks_the_cuts_and_the_editors_marker(scored: Path) -> None:
    told = {marker.text: float(marker.time_s) for marker in read_markers(scored / "out.mid")}
    assert told["the door"] == pytest.approx(7.5, abs=0.002)
    assert [told[f"cut {i}"] for i in range(1, 6)] == pytest.approx([5 * i for i in range(1, 6)], abs=0.002)


def test_a_film_of_many_clips_is_not_rendered_here(scored: Path, tell: Tell, bundle: Path, tmp_path: Path) -> None:
    for words in (
        ("score", scored / "cut.otio", "-o", tmp_path / "x.mp4", "--bundle", bundle),
        ("export", scored / "p.dbgm", "-o", tmp_path / "x.mp4"),
    ):
        refused = tell(*words, status=1)["error"]
        assert "is not rendered here" in refused["message"] and "--rendered" in refused["hint"]
    assert list(tmp_path.iterdir()) == []


def test_lists_of_markers_alone_bring_no_sound(scored: Path, tell: Tell, tmp_path: Path) -> None:
    told = tell("export", scored / "p.dbgm", "--marker-csv", tmp_path / "m.csv", "--marker-edl", tmp_path / "m.edl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.csv", "m.edl"]
    assert set(told["timelines"]) == {"marker_csv", "marker_edl"}
    tell("export", scored / "p.dbgm", "--edl", tmp_path / "cut.edl")
    assert (tmp_path / "cut.wav").is_file()


def test_the_timeline_itself_is_never_written_over(folder: Path, tell: Tell) -> None:
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        cuts = cuts_of_picture(project.find_video())
    assert cuts is not None and cuts.source is not None
    before = cuts.source.read_bytes()
    refused = tell("export", folder / "p.dbgm", "--otio", cuts.source, status=1)["error"]
    assert "is the timeline itself" in refused["message"]
    assert cuts.source.read_bytes() == before


def test_with_the_rendered_video_it_is(scored: Path, tell: Tell, bundle: Path, tmp_path: Path) -> None:
    rendered = recut([(scored / "film.mp4", *clip) for clip in CLIPS], tmp_path / "rendered.mp4", width=160)
    save_timeline(tmp_path / "cut.otio", Path("/nowhere/film.mp4"), CLIPS, markers=[(7.5, "the door *")])
    words = ("score", tmp_path / "cut.otio", "--rendered", rendered, "--seed", 3, "--steps", 2, "--bundle", bundle)
    told = tell(*words, "-o", tmp_path / "x.mp4", "--otio", tmp_path / "x.otio")
    assert [shot["start_s"] for shot in told["manifest"]["shots"]] == [5.0 * i for i in range(6)]
    with av.open(str(tmp_path / "x.mp4")) as made:
        assert len(made.streams.video) == 1 and len(made.streams.audio) == 1
    edit = read_edit(tmp_path / "x.otio")
    assert edit.cuts.media == (rendered,) and edit.sounds[0].path == tmp_path / "x.wav"
    short = recut([(scored / "film.mp4", 0.0, 5.0)], tmp_path / "short.mp4", width=160)
    refused = tell("shots", tmp_path / "cut.otio", "--rendered", short, status=1)["error"]
    assert "lasts 5.00 s, the timeline 'cut.otio' 30.00 s" in refused["message"].replace("'short.mp4' ", "")


def test_a_timeline_of_one_whole_film_can_be_muxed(scored: Path, tell: Tell, bundle: Path, tmp_path: Path) -> None:
    parts = [(0.0, 8.0), (8.0, 36.0)]
    save_timeline(tmp_path / "whole.otio", scored / "film.mp4", parts)
    told = tell("shots", tmp_path / "whole.otio")
    assert told["is_film"] and [shot["start_s"] for shot in told["shots"]] == [0.0, 8.0]


def test_shots_and_hits_take_timelines_and_name_what_is_missing(scored: Path, tell: Tell, tmp_path: Path) -> None:
    told = tell("shots", scored / "cut.otio")
    assert len(told["clips"]) == len(told["shots"]) == 6 and told["markers"][0]["starred"]
    hits = tell("hits", scored / "cut.otio")["hits"]
    assert [hit["time_s"] for hit in hits if hit["starred"]] == [7.5]
    save_timeline(tmp_path / "lost.otio", Path("/nowhere/film.mp4"), CLIPS)
    refused = tell("shots", tmp_path / "lost.otio", status=1)["error"]
    assert "'film.mp4'" in refused["message"] and "--media" in refused["hint"]
    assert len(tell("shots", tmp_path / "lost.otio", "--media", scored)["shots"]) == 6
    assert "belongs to a timeline" in tell("shots", scored / "film.mp4", "--fps", 25, status=1)["error"]["message"]


EDITS: dict[str, list[Clip]] = {
    "trim": [*CLIPS[:3], (SHOT_S * 3, SHOT_S * 3 + 4.0), *CLIPS[4:]],
    "insert": [*CLIPS[:4], (SHOT_S * 2 + 2.0, SHOT_S * 2 + 5.5), *CLIPS[4:]],
    "swap": [*CLIPS[:3], CLIPS[4], CLIPS[3], CLIPS[5]],
}


@pytest.mark.parametrize("change", EDITS)
def test_the_music_follows_a_re_cut_in_the_editor(change: str, folder: Path, tell: Tell, bundle: Path) -> None:
    new = save_timeline(folder / "new.otio", folder / "film.mp4", EDITS[change])
    words = ("reconform", folder / "p.dbgm", new, "--seed", 4, "--bundle", bundle)
    told = tell(*words, *(("-o", folder / "again.otio") if change == "insert" else ()))
    assert told["kept_bars"] >= told["bars"] / 2, told
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        take = project.take(project.find_take().id)
        parent = project.take(project.takes()[0].id)
        assert project.find_video().name.startswith("new.")
    lengths = [end - begin for begin, end in EDITS[change]]
    assert [float(shot.start_s) for shot in take.plan.shots] == [sum(lengths[:i]) for i in range(len(lengths))]
    assert take.plan.duration_s == sum(lengths)
    assert early(parent) == early(take) != []  # what comes before the change is the same to the note
    if change == "insert":
        edit = read_edit(folder / "again.otio")
        assert edit.cuts.duration_s == edit.sounds[0].duration_s == take.plan.duration_s


def early(take: Take) -> list[Note]:
    return [note for note in take.notes if take.plan.tempo.seconds(Fraction(note.onset, 4)) < 12]


def test_a_failed_re_cut_leaves_the_project_and_no_picture(folder: Path, tell: Tell, bundle: Path) -> None:
    before = (folder / "p.dbgm").read_bytes()
    new = save_timeline(folder / "new.otio", folder / "film.mp4", EDITS["trim"])
    there = sorted(folder.iterdir())
    words = ("reconform", folder / "p.dbgm", new, "--bundle", folder / "no bundle")
    tell(*words, status=1)
    assert sorted(folder.iterdir()) == there
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        assert len(project.takes()) == 1 and project.find_video().name.startswith("cut.")
    assert len((folder / "p.dbgm").read_bytes()) == len(before)


def test_melt_plays_the_music_where_it_is(scored: Path, tmp_path: Path) -> None:
    melt = shutil.which("melt")
    if melt is None:
        pytest.skip("melt is not installed")
    out = tmp_path / "melt.wav"
    command = [melt, "-silent", str(scored / "out.mlt"), "-consumer", f"avformat:{out}", "vn=1", "acodec=pcm_s16le"]
    subprocess.run([*command, "ar=48000", "ac=2"], check=True, capture_output=True, timeout=200)
    played = read_audio(out, sample_rate=48_000).samples.mean(axis=0)
    music = read_audio(scored / "out.wav", sample_rate=48_000).samples.mean(axis=0)
    assert abs(len(played) - len(music)) <= 48_000 // 12
    offset, likeness = best_offset(music, played, reach=4800)
    assert abs(offset) <= 48_000 // 12 // 2, offset  # half a frame
    assert likeness > 0.99


def best_offset(a: np.ndarray, b: np.ndarray, *, reach: int) -> tuple[int, float]:
    """By how many points `b` is later than `a`, and their correlation there."""
    n = min(len(a), len(b))
    a, b = a[:n] - a[:n].mean(), b[:n] - b[:n].mean()
    size = 1 << (2 * n - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)
    lags = np.concatenate([cross[-reach:], cross[: reach + 1]])
    best = int(np.argmax(lags))
    return best - reach, float(lags[best] / (np.linalg.norm(a) * np.linalg.norm(b)))
