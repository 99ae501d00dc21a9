"""The commands on project files, from `score --project` to notes read back, with a tiny model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import mido
import pytest

from engine.cli.main import main
from engine.diffusion.model import save_bundle
from engine.project import Project
from tests.helpers.sound import assert_same_sound
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

Tell = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo], bundle: Path) -> Path:
    """A folder with a film, its project of one take, and the files that the run wrote."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copy(tiny_video(shots_s=(5.0, 6.0, 4.0), audio_hz=440.0).path, folder / "film.mp4")
    words = ["score", str(folder / "film.mp4"), "-o", str(folder / "out.mid"), "--wav", str(folder / "out.wav")]
    words += ["--project", str(folder / "p.dbgm"), "--seed", "3", "--steps", "4", "--bundle", str(bundle), "-q"]
    assert main(words) == 0
    return folder


@pytest.fixture
def folder(scored: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    for path in scored.iterdir():
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


def test_score_says_what_it_kept(folder: Path, tell: Tell) -> None:
    (take,) = tell("takes", folder / "p.dbgm")["takes"]
    assert (take["name"], take["seed"], take["steps"], take["origin"]) == ("Take 1", 3, 4, "score")


def test_export_gives_the_bytes_of_the_run(folder: Path, tell: Tell) -> None:
    told = tell(
        "export", folder / "p.dbgm", "-o", folder / "b.wav", "--midi", folder / "b.mid", "--stems", folder / "s"
    )
    assert (folder / "b.mid").read_bytes() == (folder / "out.mid").read_bytes()
    assert_same_sound(folder / "b.wav", folder / "out.wav")
    assert told["manifest"]["seed"] == 3 and told["take"]["name"] == "Take 1"


def test_export_of_a_film_needs_the_film_and_finds_it(folder: Path, tell: Tell) -> None:
    tell("export", folder / "p.dbgm", "-o", folder / "b.mp4")
    with av.open(str(folder / "b.mp4")) as made:
        assert len(made.streams.video) == 1 and len(made.streams.audio) == 1
    refused = tell("export", folder / "p.dbgm", "-o", folder / "film.mp4", status=1)
    assert "the video itself" in refused["error"]["message"]
    lost = folder / "lost"
    lost.mkdir()
    shutil.copy(folder / "p.dbgm", lost / "p.dbgm")
    with Project.open(lost / "p.dbgm") as project:
        project._connection.execute("UPDATE video SET path = '/nowhere/film.mp4', relative = 'nowhere.mp4'")
    missing = tell("export", lost / "p.dbgm", "-o", lost / "b.mp4", status=1)
    assert "--video" in missing["error"]["hint"]
    tell("export", lost / "p.dbgm", "-o", lost / "b.mid")  # the music alone needs no film
    tell("export", lost / "p.dbgm", "-o", lost / "c.mid", "--video", folder / "film.mp4")
    with Project.open(lost / "p.dbgm", read_only=True) as project:
        assert project.find_video() == folder / "film.mp4"


def test_export_with_another_sound_leaves_the_take(folder: Path, tell: Tell) -> None:
    words = ("export", folder / "p.dbgm", "-o", folder / "b.wav", "--stems", folder / "s")
    told = tell(*words, "--palette", "guitar", "--loudness", "broadcast")
    assert len(list((folder / "s").glob("*.wav"))) >= 1
    assert told["manifest"]["settings"]["palette"] == "guitar"
    assert told["manifest"]["settings"]["loudness_lufs"] == -23
    assert told["take"]["settings"]["palette"] == "piano"
    with pytest.raises(SystemExit) as usage:
        main(["export", str(folder / "p.dbgm"), "-o", str(folder / "b.wav"), "--palette", "kazoo"])
    assert usage.value.code == 2


def test_a_take_of_an_earlier_edit_is_not_joined_with_the_new_one(
    folder: Path, tell: Tell, tiny_video: Callable[..., TinyVideo]
) -> None:
    shutil.copy(tiny_video(shots_s=(5.0, 2.0), audio_hz=None).path, folder / "film.mp4")
    from engine.pipeline import analyse_video

    with Project.open(folder / "p.dbgm") as project:
        project.set_signals(analyse_video(folder / "film.mp4"), new_video=True)
    refused = tell("export", folder / "p.dbgm", "-o", folder / "b.mp4", status=1)
    assert "earlier edit" in refused["error"]["message"]
    tell("export", folder / "p.dbgm", "-o", folder / "b.mid")


def test_reroll_keeps_the_rest_and_repeats(folder: Path, tell: Tell, bundle: Path) -> None:
    words = ("reroll", folder / "p.dbgm", "--take", "1", "--bars", "2:3", "--seed", 9, "--bundle", bundle)
    first = tell(*words, "-o", folder / "r.mid")
    again = tell(*words, "--name", "Again")
    assert first["difference"] == again["difference"] and again["take"]["name"] == "Again"
    assert first["counts"]["kept"] > 0 and (folder / "r.mid").is_file()
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        heads = project.takes()
        parent, child = project.take(heads[0].id), project.take(heads[1].id)
        assert [head.parent for head in heads] == [None, heads[0].id, heads[0].id]
    outside = [note for note in parent.notes if not 16 <= note.onset < 48]
    assert [note for note in child.notes if not 16 <= note.onset < 48] == outside


def test_reroll_takes_several_regions_and_cells(folder: Path, tell: Tell, bundle: Path) -> None:
    (folder / "cells.json").write_text("[[0, 4, 60], [0, 5, 60]]")
    told = tell(
        "reroll", folder / "p.dbgm", "--bars", "2:2", "--voice", "melody", "--region", "bars=4:4,voice=bass+inner",
        "--cells", folder / "cells.json", "--seed", 1, "--bundle", bundle,
    )  # fmt: skip
    region = told["take"]["details"]["region"]
    assert region == [
        {"steps": [16, 32], "voices": ["melody"]},
        {"steps": [48, 64], "voices": ["bass", "inner"]},
        {"cells": [[0, 4, 60], [0, 5, 60]]},
    ]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "what may change"),
        (("--bars", "90:91"), "holds nothing"),
        (("--bars", "x"), "not a range"),
        (("--voice", "kazoo"), "no voice"),
        (("--cells", "none.json"), "cannot be read"),
        (("--take", "nine", "--bars", "1"), "no take 'nine'"),
        (("--bars", "1", "-o", "film.mp4"), "the video itself"),
        (("--bars", "1", "--stems", "s"), "no file for the music"),
        (("--bars", "1", "-o", "p.dbgm"), "input itself"),
    ],
)
def test_what_cannot_be_rerolled_is_a_sentence(
    folder: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], part: str
) -> None:
    monkeypatch.chdir(folder)
    refused = tell("reroll", "p.dbgm", *words, status=1)
    assert part in refused["error"]["message"]
    assert len(tell("takes", "p.dbgm")["takes"]) == 1


def test_a_result_can_be_a_project_of_its_own(folder: Path, tell: Tell, bundle: Path) -> None:
    before = (folder / "p.dbgm").read_bytes()
    words = ("reroll", folder / "p.dbgm", "--bars", "1:2", "--seed", 2, "--bundle", bundle, "-o")
    tell(*words, folder / "q.dbgm")
    assert (folder / "p.dbgm").read_bytes() == before
    assert len(tell("takes", folder / "q.dbgm")["takes"]) == 2
    assert "already" in tell(*words, folder / "q.dbgm", status=1)["error"]["message"]
    tell("reroll", folder / "p.dbgm", "--bars", "99", "-o", folder / "r.dbgm", status=1)
    assert not (folder / "r.dbgm").exists()


def test_fork_gives_the_parent_back_or_another(folder: Path, tell: Tell, bundle: Path) -> None:
    same = tell("fork", folder / "p.dbgm", "--step", 2, "--bundle", bundle)
    assert same["counts"]["removed"] == same["counts"]["new"] == 0
    words = ("fork", folder / "p.dbgm", "--take", "1", "--step", 1, "--bundle", bundle)
    other = tell(*words, "--t0", 700, "--guidance", 6, "--seed", 8)
    assert other["counts"]["new"] > 0 and other["take"]["parent"] == same["parent"]
    assert tell(*words, "--mood", "happy")["take"]["settings"]["mood"] == "happy"
    assert "no step 9" in tell(*words[:-3], 9, *words[-2:], status=1)["error"]["message"]
    with pytest.raises(SystemExit) as usage:
        main(["fork", str(folder / "p.dbgm"), "--step", "1", "--t0", "2000"])
    assert usage.value.code == 2


def test_notes_come_back_as_locks(folder: Path, tell: Tell, bundle: Path) -> None:
    unchanged = tell("notes", folder / "p.dbgm", "--from-midi", folder / "out.mid", status=1)
    assert "as they are" in unchanged["error"]["message"]
    file = mido.MidiFile(folder / "out.mid")
    track = next(t for t in file.tracks if any(m.type == "note_on" for m in t))
    spot = next(i for i, message in enumerate(track) if message.type == "note_on")
    pitch = track[spot].note
    end = next(i for i in range(spot, len(track)) if track[i].type == "note_off" and track[i].note == pitch)
    for i in (spot, end):
        track[i] = track[i].copy(note=pitch + 1)
    file.save(folder / "edited.mid")
    told = tell("notes", folder / "p.dbgm", "--from-midi", folder / "edited.mid", "-o", folder / "e.mid")
    assert told["counts"]["removed"] == told["counts"]["new"] == 1
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        take = project.take(project.find_take().id)
    assert len(take.hand) == 1 and take.origin == "edit"
    tell("reroll", folder / "p.dbgm", "--bars", "1:99", "--seed", 5, "--bundle", bundle)
    with Project.open(folder / "p.dbgm", read_only=True) as project:
        rerolled = project.take(project.find_take().id)
    assert take.hand[0] in rerolled.notes and rerolled.hand == take.hand


def test_takes_are_tidied_all_or_nothing(folder: Path, tell: Tell, capsys: pytest.CaptureFixture[str]) -> None:
    tell("takes", folder / "p.dbgm", "--rename", "1", "Harbour", "--star", "1")
    assert main(["takes", str(folder / "p.dbgm")]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 and shown[1].endswith("Harbour") and " * " in shown[1]
    tell("takes", folder / "p.dbgm", "--unstar", "1", "--delete", "none", status=1)
    (take,) = tell("takes", folder / "p.dbgm")["takes"]
    assert take["starred"] and take["name"] == "Harbour"
    (take,) = tell("takes", folder / "p.dbgm", "--unstar", "Harbour", "--forget-steps", 0)["takes"]
    assert take["steps"] == 0 and not take["starred"]
    assert "no denoising steps" in tell("fork", folder / "p.dbgm", "--step", 1, status=1)["error"]["message"]
    assert tell("takes", folder / "p.dbgm", "--delete", "1")["takes"] == []
    assert "no take yet" in tell("export", folder / "p.dbgm", "-o", folder / "x.mid", status=1)["error"]["message"]
