"""The add-on in a real Blender: three strips scored by the engine that comes along, in few steps.

One run of Blender (over a minute of work: it starts the engine nine times) serves all tests here. They are skipped
where there is no Blender.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.project import Project
from plugins.blender import pack
from tests.helpers.video import TinyVideo

BLENDER = shutil.which("blender")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BLENDER is None, reason="Blender is not installed"),
    pytest.mark.skipif(os.name == "nt", reason="the stand-in for the installed program is a shell script"),
    pytest.mark.timeout(1600),
]
SCRIPT = Path(__file__).with_name("blender_scene.py")
START, END = 11, 239
CUTS = (83, 179)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo]) -> Path:
    """Where the .blend and all that belongs to it lies after the run."""
    folder = tmp_path_factory.mktemp("blender")
    for name, shots_s in (("a", (1.5, 1.5)), ("b", (4.0,)), ("c", (2.5,))):
        shutil.copy(tiny_video(shots_s=shots_s, audio_hz=300.0).path, folder / f"{name}.mp4")
    engine = folder / "diffbgm"
    engine.write_text(f'#!/bin/sh\ncd "{Path(__file__).parents[2]}" && exec "{sys.executable}" -m engine "$@"\n')
    engine.chmod(0o755)
    pack.pack(folder).rename(folder / "addon.zip")
    (folder / "asked.json").write_text(json.dumps({"engine": str(engine), "options": ""}))
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What Blender found."""
    assert BLENDER is not None
    own = {name: str(folder / name.lower()) for name in ("BLENDER_USER_CONFIG", "BLENDER_USER_SCRIPTS")}
    environ = {**os.environ, **own, "DIFFBGM_CACHE_DIR": str(folder / "cache"), "OMP_NUM_THREADS": "2"}
    words = [BLENDER, "-b", "--factory-startup", "-noaudio", "--python", str(SCRIPT), "--", str(folder)]
    run = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=1500, check=False)
    told = folder / "found.json"
    assert told.is_file(), run.stdout + run.stderr
    data: dict[str, Any] = json.loads(told.read_text())
    assert "traceback" not in data, data["traceback"] + run.stderr
    return data


def music_in(state: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    """(name, channel, start, end) of the music strips."""
    return [(name, channel, start, end) for name, kind, channel, start, end in state["strips"] if kind == "SOUND"]


def samples_of(path: str | Path) -> tuple[int, NDArray[np.float64]]:
    """Sample rate and samples `[n, channels]` of a 16-bit WAV file."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
        return file.getframerate(), data.reshape(-1, file.getnchannels())


def test_refusals_are_sentences(found: dict[str, Any]) -> None:
    assert "Save it first" in found["unsaved"]
    assert "is not there" in found["no_engine"] and "nowhere" in found["no_engine"]
    assert "no model bundle" in found["failed"]["said"]
    assert found["failed"]["same"]
    said = (found["unsaved"], found["no_engine"], found["failed"]["said"])
    assert all("\n" not in text and "Traceback" not in text for text in said)


@pytest.mark.parametrize(("name", "label"), [("cancelled", "Composing"), ("stopped", "Rendering the picture")])
def test_cancel_is_at_once_and_leaves_nothing(found: dict[str, Any], name: str, label: str) -> None:
    state = found[name]
    assert label in state["label"]  # it had come so far
    assert state["state"] == "cancelled" and state["message"] == "Cancelled."
    assert state["took_s"] < 0.5
    assert state["gone"], "the engine still runs"
    assert state["same"], "strips, markers or files were left"


def test_what_is_watched(found: dict[str, Any]) -> None:
    plans = found["plans"]
    whole = [["a", 0, 72], ["b", 0, 96], ["c", 0, 60]]
    assert plans["scene"]["frames"] == [START, END] and plans["scene"]["pieces"] == whole
    assert plans["scene"]["cuts"] == [[83, "b"], [179, "c"]] and plans["scene"]["stars"] == [131]
    assert plans["rendered"]["pieces"] == []
    assert plans["selection"]["frames"] == [START, 179] and plans["selection"]["keep"] == ["a", "b"]
    assert plans["selection"]["pieces"] == whole[:2]
    assert plans["named"]["frames"] == [179, END] and plans["named"]["file"] == ["c.mp4", 0]
    assert plans["muted"]["pieces"] == [["a", 0, 72], ["black", 0, 96], ["c", 0, 60]]
    assert plans["over"]["pieces"] == [["a", 0, 72], ["b", 0, 18], ["over", 0, 24], ["b", 42, 54], ["c", 0, 60]]
    assert [cut[0] for cut in plans["over"]["cuts"]] == [83, 101, 125, 179]
    for name in ("moved", "reversed", "held"):
        assert plans[name]["pieces"] == [], name


def test_a_second_run_is_refused_while_one_is_at_work(found: dict[str, Any]) -> None:
    assert "no refusal" not in found["cancelled"]["second"]


def test_the_strip_lies_exactly_over_the_scene(found: dict[str, Any]) -> None:
    state = found["scored"]
    assert state["result"] == ["FINISHED"]
    assert music_in(state) == [("♪ Take 1", 2, START, END)]
    rate, sound = samples_of(state["sounds"][0])
    assert Fraction(len(sound), rate) == Fraction(END - START, 24)
    assert [take[:2] for take in state["takes"]] == [["Take 1", 5], ["Take 2", 6]]


def test_markers_stand_at_the_cuts_and_at_the_star(found: dict[str, Any]) -> None:
    state = found["scored"]
    ours = {frame: name for frame, name in state["markers"] if name.startswith("♪")}
    assert set(ours) == {*CUTS, START + 120}
    assert ours[CUTS[0]].split()[2] == "b" and ours[CUTS[1]].split()[2] == "c"
    starred = {label: error for _, label, error, star in state["hits"] if star}
    assert set(starred) == {"the door"} and abs(starred["the door"]) < 0.5


def test_files_lie_beside_the_blend_and_paths_are_relative(found: dict[str, Any], folder: Path) -> None:
    state = found["scored"]
    assert state["project"] == "//film-scene.dbgm"
    assert state["paths"] == ["//film_music/film-scene Take 1.wav"]
    assert not [name for name in state["files"] if ".working" in name]
    with Project.open(folder / "film-scene.dbgm", read_only=True) as project:
        assert [take.name for take in project.takes()] == [
            "Take 1",
            "Take 2",
            "Take 3",
            "Take 1 reroll",
            "Take 1 reconform",
        ]


def test_the_mixdown_holds_the_music(found: dict[str, Any]) -> None:
    rate, mix = samples_of(found["mixed"])
    own_rate, own = samples_of(found["scored"]["sounds"][0])
    assert rate == own_rate
    length = min(len(mix), len(own))
    assert length >= len(own) - rate // 24
    assert np.abs(own).max() > 1000
    correlation = np.corrcoef(mix[:length].mean(axis=1), own[:length].mean(axis=1))[0, 1]
    assert correlation >= 0.99


def test_more_takes_of_the_same_picture(found: dict[str, Any]) -> None:
    before, state = found["scored"], found["more"]
    assert state["result"] == ["FINISHED"]
    assert [take[:2] for take in state["takes"]] == [["Take 1", 5], ["Take 2", 6], ["Take 3", 9]]
    assert music_in(state) == [("♪ Take 3", *music_in(before)[0][1:])]
    assert state["sounds"] != before["sounds"] and state["project"] == before["project"]


def test_bars_come_from_playhead_and_selection(found: dict[str, Any]) -> None:
    names = {frame: name for frame, name in found["scored"]["markers"] if name.startswith("♪")}
    bar = {frame: int(name.split()[1].split(".")[0]) for frame, name in names.items()}  # as the engine's hits tell
    state = found["rerolled"]
    assert state["playhead"] == [bar[START + 120]] * 2
    assert state["selection"] == [bar[CUTS[0]], bar[CUTS[1]]]


def test_reroll_replaces_the_sound_and_keeps_the_strip(found: dict[str, Any]) -> None:
    before, state = found["scored"], found["rerolled"]
    assert state["result"] == ["FINISHED"]
    assert [row[1:] for row in music_in(state)] == [row[1:] for row in music_in(before)]
    assert state["volume"] == 0.5  # the user's own setting of the strip
    assert state["takes"][-1] == ["Take 1 reroll", 77, before["takes"][0][2], [2, 2]]
    assert len(state["data"]) == 1  # the sound of the earlier take is not kept in the .blend
    _, old = samples_of(before["sounds"][0])
    _, new = samples_of(state["sounds"][0])
    assert old.shape == new.shape
    assert np.abs(old - new).max() > 100
    _, mix = samples_of(state["mix"])
    length = min(len(mix), len(new))
    heard = [np.corrcoef(mix[:length, 0], sound[:length, 0])[0, 1] for sound in (old, new)]
    assert heard[1] >= 0.99 > heard[0], "the strip plays another take than it says"
    assert [marker[0] for marker in state["markers"]] == [marker[0] for marker in before["markers"]]


def test_takes_are_switched_and_kept_with_the_file(found: dict[str, Any]) -> None:
    assert found["switched"]["result"] == ["FINISHED"]
    assert found["switched"]["sounds"] == found["scored"]["sounds"]
    for name in ("markers", "sounds", "paths", "takes", "hits", "project"):
        assert found["reopened"][name] == found["followed"][name], name


def test_the_music_follows_a_new_cut(found: dict[str, Any]) -> None:
    state = found["followed"]
    assert state["result"] == ["FINISHED"] and state["message"].startswith("The music follows the new cut.")
    assert [row[1:] for row in music_in(state)] == [(2, START, END)]
    ours = {frame for frame, name in state["markers"] if name.startswith("♪")}
    assert {83, 143} <= ours and 179 not in ours
    assert [take[0] for take in state["takes"]] == ["Take 1 reconform"]


def test_plain_strips_are_scored_from_a_cut_list(found: dict[str, Any]) -> None:
    files = found["scored"]["files"]
    assert "film_music/film-scene.otio" in files
    assert not [name for name in files if name.endswith("film-scene picture.mp4")]


def test_a_scene_can_be_rendered(found: dict[str, Any], folder: Path) -> None:
    state = found["rendered"]
    assert state["result"] == ["FINISHED"]
    assert (state["strips"][-1][1], *state["strips"][-1][3:]) == ("SOUND", START, END)
    rate, sound = samples_of(state["sounds"][0])
    assert Fraction(len(sound), rate) == Fraction(END - START, 24)
    picture = folder / "film_music" / "film-scene (2) picture.mp4"
    with av.open(str(picture)) as file:
        stream = file.streams.video[0]
        assert (stream.frames, stream.average_rate) == (END - START, 24)
        assert stream.width % 2 == 0 and stream.height % 2 == 0
        means = [frame.to_ndarray(format="gray").mean() for frame in file.decode(stream)]
    black = [index for index, mean in enumerate(means) if mean < 2]
    assert black == list(range(83 - START, 107 - START))  # the trimmed strip leaves a gap


def test_a_trimmed_strip_is_scored_from_its_file_with_stems(found: dict[str, Any]) -> None:
    state = found["strip"]
    assert state["result"] == ["FINISHED"]
    assert music_in(state["gone"]) == []
    assert [marker[1] for marker in state["gone"]["markers"]] == ["* the door"]
    strips = music_in(state)
    assert len(strips) >= 2
    assert [row[1] for row in strips] == list(range(9, 9 + len(strips)))
    assert {row[2:] for row in strips} == {(107, 179)}
    assert "film_music/film-b picture.mp4" not in state["files"]  # nothing was rendered
    (hit,) = state["hits"]
    assert hit[0] == pytest.approx(2.0) and hit[3]  # frame 131 is the second 2 of the file, which begins at frame 83
