"""BGM909's features: read without running code, laid on beats by time, never touched by augmentation."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import InputError
from engine.timebase import BEATS_PER_WINDOW
from tests.helpers.features import write_features
from tests.helpers.songs import BEAT_S, write_songs
from training.config import PaperRun, load_config
from training.data.bgm909 import BeatFeatures, on_beats, read_all, read_scenes, read_song_features
from training.data.corpus import Corpus, build_corpus, save_corpus
from training.data.pop909 import read_song, song_folders
from training.data.rolls import RollWindows, transposed
from training.stages import load_paper_data, paper_loop

N_BARS = 12
SONG_S = (4 * N_BARS + 1) * BEAT_S


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = write_songs(tmp_path_factory.mktemp("songs"), n_songs=10, n_bars=N_BARS)
    return build_corpus([read_song(song) for song in song_folders(folder)])


def steady(n: int) -> np.ndarray:
    return np.arange(n) * BEAT_S


def test_rows_follow_time_not_index(tmp_path: Path) -> None:
    """A ritardando: beats twice as long in the second half take rows twice as far apart."""
    beat_s = np.concatenate([np.arange(8) * 0.5, 4.0 + np.arange(8)])
    write_features(tmp_path, ["001"], frames=120, captions=12, duration_s=12.0)
    rows = on_beats(read_song_features(tmp_path, "001"), beat_s)
    middles = np.concatenate([beat_s[:8] + 0.25, beat_s[8:] + 0.5])
    assert np.abs(rows.dynamic[:, 0] / 10 - middles).max() <= 0.05 + 1e-3
    assert (rows.semantic[:, 0] == np.floor(middles)).all()
    assert rows.known.all() and rows.dynamic.shape == (16, 512) and rows.semantic.shape == (16, 768)


@pytest.mark.parametrize(("told", "frame_rate", "known"), [(6.0, None, 12), (None, 10.0, 12), (None, None, 20)])
def test_beats_beyond_the_video_are_unknown(
    tmp_path: Path, told: float | None, frame_rate: float | None, known: int
) -> None:
    """The duration is told by the annotation, else by the scenes and a frame rate, else the song's."""
    write_features(tmp_path, ["001"], frames=60, captions=6, duration_s=told)
    rows = on_beats(read_song_features(tmp_path, "001", frame_rate=frame_rate), steady(20))
    assert rows.known.sum() == known and rows.known[:known].all()


def test_the_rate_of_samples_is_believed_where_it_is_told(tmp_path: Path) -> None:
    write_features(tmp_path, ["001"], frames=21, captions=3, duration_s=10.2)
    (tmp_path / "annotations" / "001.json").write_text(
        '{"video": {"duration_s": 10.2}, "sampling": {"visual_s": 0.5, "caption_s": 4.0}}'
    )
    rows = on_beats(read_song_features(tmp_path, "001"), steady(20))
    assert (rows.dynamic[:, 0] == np.rint((steady(20) + 0.25) / 0.5)).all()
    assert (rows.semantic[:, 0] == np.floor((steady(20) + 0.25) / 4)).all()


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("ran"),))


def test_files_of_more_than_arrays_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_features(tmp_path, ["001"], frames=60, captions=6, duration_s=6.0)
    visual = tmp_path / "new_raw_video_feats" / "001.pth"
    good = visual.read_bytes()
    visual.write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(InputError, match="more than one plain array"):
        read_song_features(tmp_path, "001")
    torch.save({"rows": torch.zeros(3, 512), "bomb": _Bomb()}, visual)
    with pytest.raises(InputError, match="more than one plain array"):
        read_song_features(tmp_path, "001")
    torch.save(np.ones((7, 512), np.float32), visual)  # as some published files are
    assert read_song_features(tmp_path, "001").visual.shape == (7, 512)
    visual.write_bytes(good)
    np.save(tmp_path / "caption_feats" / "001.npy", np.array([_Bomb()], object), allow_pickle=True)
    with pytest.raises(InputError, match="more than one plain array"):
        read_song_features(tmp_path, "001")
    assert not (tmp_path / "ran").exists()


def test_shapes_and_values_are_checked_and_missing_songs_reported(tmp_path: Path) -> None:
    names = ["001", "002", "003", "004", "005"]
    write_features(tmp_path, names[:4], frames=60, captions=6, duration_s=6.0)
    torch.save(torch.zeros(60, 256), tmp_path / "new_raw_video_feats" / "002.pth")
    captions = np.zeros((6, 768), np.float32)
    captions[2, 5] = np.nan
    np.save(tmp_path / "caption_feats" / "003.npy", captions)
    (tmp_path / "detection" / "004_scenes.txt").write_text("10 4\n")
    found, report = read_all(tmp_path, dict.fromkeys(names, steady(12)))
    assert list(found) == ["001"] and report.found == ("001",)
    assert "512" in report.missing["002"] and "not finite" in report.missing["003"]
    assert "scene list" in report.missing["004"] and "no new_raw_video_feats/005" in report.missing["005"]
    assert "4 without" in "\n".join(report.lines())
    with pytest.raises(InputError, match="no BGM909 features"):
        read_all(tmp_path / "nowhere", {"001": steady(12)})
    with pytest.raises(InputError, match="No song has features"):
        read_all(tmp_path, {"005": steady(12)})


def test_scene_lists(tmp_path: Path) -> None:
    file = tmp_path / "001_scenes.txt"
    file.write_text("0 24\n25,70\n\n71 99\n")
    scenes = read_scenes(file)
    assert scenes is not None and scenes.tolist() == [[0, 24], [25, 70], [71, 99]]
    file.write_text("0 24 7\n")
    with pytest.raises(InputError, match="first and a last frame"):
        read_scenes(file)
    assert read_scenes(tmp_path / "absent.txt") is None


def features_of(corpus: Corpus, known: int | None = None) -> dict[str, BeatFeatures]:
    rng = np.random.default_rng(0)
    found = {}
    for song, name in enumerate(corpus.names):
        n = corpus.n_beats(song)
        rows = [rng.standard_normal((n, width)).astype(np.float16) for width in (512, 768)]
        found[str(name)] = BeatFeatures(rows[0], rows[1], np.arange(n) < (n if known is None else known))
    return found


def test_augmentation_moves_notes_and_never_features(corpus: Corpus) -> None:
    windows = RollWindows(corpus, [0, 1], features_of(corpus))
    index = np.array([0, 3, 6])
    plain = windows.batch(index, np.zeros(3, np.int64))
    for shift in (-6, 1, 5):
        moved = windows.batch(index, np.full(3, shift))
        assert torch.equal(plain.semantic, moved.semantic) and torch.equal(plain.dynamic, moved.dynamic)
        assert torch.equal(torch.roll(plain.rolls, shift, -1), moved.rolls)  # nothing lies near an end here
    song, beat = windows.windows[3]
    expected = features_of(corpus)[str(corpus.names[song])].dynamic[beat : beat + BEATS_PER_WINDOW]
    assert (plain.dynamic[1].numpy() == expected.astype(np.float32)).all()


def test_transposition_never_wraps() -> None:
    pitch = np.array([0, 2, 60, 125, 127])
    assert transposed(pitch, -6).tolist() == [6, 8, 54, 119, 121]
    assert transposed(pitch, 5).tolist() == [5, 7, 65, 118, 120]
    for shift in range(-6, 6):
        moved = transposed(np.arange(128), shift)
        assert moved.min() >= 0 and moved.max() <= 127
        assert (np.abs(moved - np.arange(128)) <= 12).all() and ((moved - np.arange(128) - shift) % 12 == 0).all()


def test_rolls_are_the_papers(corpus: Corpus) -> None:
    windows = RollWindows(corpus, [0], features_of(corpus))
    roll = windows.batch(np.array([0]), np.array([0])).rolls[0]
    assert roll.shape == (2, 128, 128) and set(roll.unique().tolist()) == {0.0, 1.0}
    assert not (roll[0] * roll[1]).any()
    notes = corpus.notes(0)
    inside = (notes.onset < 128) & (notes.onset >= 0)
    cells = {(int(o), int(p)) for o, p in zip(notes.onset[inside], notes.pitch[inside], strict=True)}
    assert cells == {tuple(cell) for cell in roll[0].nonzero().tolist()}
    assert roll[1, 1:4, 36].tolist() == [1, 1, 1] and roll[0, 0, 36] == 1  # a bass note of one beat


def test_windows_that_the_video_does_not_cover_are_left_out(corpus: Corpus) -> None:
    every = RollWindows(corpus, [0], features_of(corpus))
    some = RollWindows(corpus, [0], features_of(corpus, known=40))
    assert 0 < len(some) < len(every) and (some.windows[:, 1] + BEATS_PER_WINDOW <= 40).all()


def test_the_papers_network_trains_and_resumes(corpus: Corpus, tmp_path: Path) -> None:
    save_corpus(corpus, tmp_path / "corpus.npz")
    features = write_features(
        tmp_path / "bgm", [str(n) for n in corpus.names], frames=60, captions=12, duration_s=SONG_S
    )
    config = load_config("debug-paper")
    assert isinstance(config, PaperRun)
    data = load_paper_data(tmp_path / "corpus.npz", features, songs=config.songs)
    assert len(data.report.found) == 7 and not data.report.missing  # 4 songs to train, 3 to validate
    whole, broken = (paper_loop(config, data, tmp_path / name) for name in ("whole", "broken"))
    assert whole.run(say=lambda text: None)
    descend = broken._descend

    def stopping(loss: torch.Tensor) -> torch.Tensor:
        broken._stop = broken.step == 1
        return descend(loss)

    broken._descend = stopping  # type: ignore[method-assign]
    assert not broken.run(say=lambda text: None) and broken.step == 2
    resumed = paper_loop(config, data, tmp_path / "broken")
    assert resumed.run(say=lambda text: None)
    for name, value in whole.ema.state_dict().items():
        assert torch.equal(value, resumed.ema.state_dict()[name]), name
    assert (tmp_path / "whole" / "paper" / "samples" / "0000004.png").is_file()
