"""The paper's network through the commands: import, captions, an edit, a film."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from engine.cli import main as cli
from engine.cli.encoders import usual_guidance
from engine.diffusion.model import save_bundle
from engine.settings import GenerationSettings
from tests.helpers.formula_weights import published_entries, write_published_checkpoint
from tests.helpers.tiny_encoders import write_encoders
from tests.helpers.tiny_model import tiny_model
from tests.helpers.tiny_paper import TINY_NETWORK, published_params
from tests.helpers.video import TinyVideo
from training.import_checkpoint import import_checkpoint


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A bundle and encoders."""
    root = tmp_path_factory.mktemp("paper")
    (root / "params.json").write_text(json.dumps(published_params()))
    checkpoint = write_published_checkpoint(root / "weights_best.pt", published_entries(TINY_NETWORK))
    import_checkpoint(checkpoint, root / "bundle")
    return str(root / "bundle"), str(write_encoders(root / "encoders"))


@pytest.fixture
def video(tiny_video: Callable[..., TinyVideo]) -> str:
    return str(tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0).path)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> dict[str, object]:
    assert cli.main([*arguments, "--json"]) == status
    out, err = capsys.readouterr()
    assert err == ""
    return dict(json.loads(out))


def test_captions_are_written_edited_and_followed(
    folders: tuple[str, str], video: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, encoders = folders
    file = tmp_path / "captions.json"
    shown = answer(capsys, "captions", video, "--encoders", encoders)
    assert cli.main(["captions", video, "--encoders", encoders, "-o", str(file)]) == 0
    assert capsys.readouterr().out.strip() == str(file)
    table = json.loads(file.read_text())
    assert table["captions"] == shown["captions"] and [c["end_s"] for c in table["captions"]] == [4.0, 4.5]
    assert cli.main(["captions", video, "--encoders", encoders]) == 0
    assert table["captions"][0]["text"] in capsys.readouterr().out

    table["captions"][0]["text"] = "the red sea at night"
    file.write_text(json.dumps(table))
    common = ("score", video, "--bundle", bundle, "--encoders", encoders, "--seed", "3", "--steps", "2")
    made = answer(capsys, *common, "--captions", str(file), "-o", str(tmp_path / "film.mp4"))
    manifest = made["manifest"]
    assert isinstance(manifest, dict)
    assert manifest["captions"][0]["texts"] == ["the red sea at night"]
    assert manifest["settings"]["guidance"] == 5.0
    assert (tmp_path / "film.mp4").stat().st_size > 0
    answer(capsys, *common, "--guidance", "1", "--windows", "joint", "-o", str(tmp_path / "joint.mid"))
    assert len(mido.MidiFile(tmp_path / "joint.mid").tracks) > 1


def test_mistakes_are_one_sentence(
    folders: tuple[str, str], video: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, encoders = folders
    (tmp_path / "text.json").write_text("[1]")
    score = ("score", video, "--bundle", bundle, "-o", str(tmp_path / "out.mid"))
    for arguments, words in (
        ((*score, "--encoders", str(tmp_path / "none")), "no folder of encoders"),
        ((*score, "--encoders", encoders, "--captions", str(tmp_path / "text.json")), "not a file of captions"),
        ((*score, "--encoders", encoders, "--captions", str(tmp_path / "none.json")), "There is no file"),
        (("captions", video, "--encoders", encoders, "-o", str(tmp_path / "captions.txt")), "kind of file"),
    ):
        failed = answer(capsys, *arguments, status=1)
        assert isinstance(failed["error"], dict)
        assert words in failed["error"]["message"] and failed["error"]["hint"]
    assert not (tmp_path / "out.mid").exists()
    with pytest.raises(SystemExit) as left:
        cli.main(["captions", video, "--texts", "0"])
    assert left.value.code == 2


def test_rows_and_steps_of_such_a_bundle(
    folders: tuple[str, str], video: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, encoders = folders
    rows = answer(capsys, "features", video, "--bundle", bundle)
    assert rows["n_beats"] and rows["chords"]
    gif = tmp_path / "steps.gif"
    drawn = answer(
        capsys, "steps", video, "--bundle", bundle, "--encoders", encoders, "--steps", "2", "--gif", str(gif)
    )
    assert drawn["frames"] == 2 and gif.stat().st_size > 0


def test_a_bundle_brings_its_own_guidance(folders: tuple[str, str], tmp_path: Path) -> None:
    save_bundle(tiny_model(), tmp_path / "compact", "tiny")
    usual = GenerationSettings().guidance
    assert usual_guidance(folders[0]) == 5.0
    assert usual_guidance(None) == usual_guidance(str(tmp_path / "compact")) == usual
    assert usual_guidance(str(tmp_path / "nowhere")) == usual


def test_doctor_names_the_encoders(folders: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.cli import parts

    missing = parts._encoder("clip")
    assert not missing.found and not missing.required
    assert "605 MB" in missing.how and "DIFFBGM_ENCODERS" in missing.how and "frames" in missing.changes
    monkeypatch.setenv("DIFFBGM_ENCODERS", folders[1])
    assert all(parts._encoder(name).found for name in ("clip", "blip", "bert"))
    monkeypatch.setattr(parts, "_version_of", lambda *names: None)
    part = parts._encoder("bert")
    assert not part.found and part.detail == "transformers is not installed" and "pip install" in part.how
