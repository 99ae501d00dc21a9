"""The encoders on tiny random weights: shapes, batches, determinism, refusals; what is kept of their results."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.errors import EncoderError, InputError, RunCancelled
from engine.features.encoders.captioner import Captioner, sentences
from engine.features.encoders.frames import FrameEncoder
from engine.features.encoders.places import (
    CAPTIONS,
    ENCODERS_VARIABLE,
    FRAMES,
    SENTENCES,
    find_encoder,
    get_encoder,
    identity,
    own_folder,
)
from engine.features.encoders.sentences import SentenceEncoder
from engine.features.encoders.store import FeatureStore
from tests.helpers.tiny_encoders import write_encoders

PICTURES = [np.random.default_rng(i).integers(0, 255, (40, 60, 3)).astype(np.uint8) for i in range(21)]


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoders(tmp_path_factory.mktemp("encoders"))


@pytest.fixture(scope="module", params=[False, True], ids=["clip", "xclip"])
def frame_encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FrameEncoder:
    root = write_encoders(tmp_path_factory.mktemp("frames"), video=request.param)
    return FrameEncoder(root / FRAMES.folder)


def test_frames_have_features_of_their_own(frame_encoder: FrameEncoder) -> None:
    rows = frame_encoder.encode(PICTURES[:5])
    assert rows.shape == (5, 512) and rows.dtype == np.float32 and frame_encoder.width == 512
    assert np.abs(rows[0] - rows[1]).max() > 1e-3
    assert frame_encoder.encode([]).shape == (0, 512)


def test_a_stream_gives_what_a_list_gives(frame_encoder: FrameEncoder) -> None:
    for n in (1, 7, 8, 9, 16, 21):
        parts = list(frame_encoder.encode_stream(iter(PICTURES[:n])))
        assert np.allclose(np.concatenate(parts), frame_encoder.encode(PICTURES[:n]), atol=1e-4), n


def test_a_stream_holds_few_frames(frame_encoder: FrameEncoder) -> None:
    taken = 0

    def frames() -> object:
        nonlocal taken
        for picture in PICTURES:
            taken += 1
            yield picture

    next(frame_encoder.encode_stream(frames()))  # type: ignore[arg-type]
    assert taken <= 8 + frame_encoder.context


def test_captions_are_repeatable(encoders: Path) -> None:
    captioner = Captioner(encoders / CAPTIONS.folder)
    (best,) = captioner.caption(PICTURES[0])
    assert best == captioner.caption(PICTURES[0])[0] and best.strip() == best != ""
    drawn = captioner.caption(PICTURES[0], n=3, seed=1)
    assert len(drawn) == 3 and drawn == captioner.caption(PICTURES[0], n=3, seed=1)
    assert drawn != captioner.caption(PICTURES[0], n=3, seed=2)
    assert sentences(["  a  dog ", ""]) == ("a dog", "a picture")


def test_captioning_can_be_stopped_between_words(encoders: Path) -> None:
    captioner, cancel = Captioner(encoders / CAPTIONS.folder), CancelToken()
    captioner._model.text_decoder.register_forward_pre_hook(lambda *_: cancel.cancel())
    with pytest.raises(RunCancelled):
        captioner.caption(PICTURES[0], cancel=cancel)


def test_sentences_are_encoded_each_alone(encoders: Path) -> None:
    encoder = SentenceEncoder(encoders / SENTENCES.folder)
    texts = ["a man", "the dog running in the red city at night", "a man", *["sea"] * 20]
    rows = encoder.encode(texts)
    assert rows.shape == (23, 768) and encoder.width == 768
    assert np.allclose(rows[0], rows[2]) and np.allclose(rows[0], encoder.encode(["a man"])[0], atol=1e-5)
    assert np.abs(rows[0] - rows[1]).max() > 1e-3
    assert np.isfinite(encoder.encode(["word " * 400])).all()


def test_a_folder_of_another_kind_is_refused(encoders: Path, tmp_path: Path) -> None:
    for load, folder, words in (
        (FrameEncoder, "bert", "'bert', not a CLIP"),
        (Captioner, "clip", "'clip', not a BLIP"),
        (SentenceEncoder, "blip", "'blip', not a BERT"),
    ):
        with pytest.raises(EncoderError, match=words):
            load(encoders / folder)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderError, match="cannot be loaded") as caught:
        SentenceEncoder(tmp_path)
    assert "\n" not in caught.value.message


def test_folders_are_found_by_option_variable_and_cache(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_encoder(FRAMES, encoders) == encoders / "clip" == get_encoder(FRAMES, encoders)
    assert find_encoder(FRAMES) is None
    monkeypatch.setenv(ENCODERS_VARIABLE, str(encoders))
    assert find_encoder(SENTENCES) == encoders / "bert"
    monkeypatch.setenv(ENCODERS_VARIABLE, str(tmp_path))
    assert find_encoder(SENTENCES) is None
    own_folder(SENTENCES).parent.mkdir(parents=True)
    own_folder(SENTENCES).symlink_to(encoders / "bert", target_is_directory=True)
    assert find_encoder(SENTENCES) == own_folder(SENTENCES)
    (tmp_path / "blip").mkdir()
    with pytest.raises(InputError, match="incomplete"):
        find_encoder(CAPTIONS)
    with pytest.raises(InputError, match="no folder of encoders"):
        find_encoder(CAPTIONS, tmp_path / "nowhere")


def test_identity_changes_with_the_weights(encoders: Path, tmp_path: Path) -> None:
    other = write_encoders(tmp_path, text_width=64)
    assert identity(encoders / "bert") == identity(encoders / "bert") != identity(other / "bert")
    assert identity(other / "clip") == identity(encoders / "clip")
    with (other / "clip" / "model.safetensors").open("r+b") as file:
        file.seek(-2, 2)
        file.write(b"xy")
    assert identity(other / "clip") != identity(encoders / "clip")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert store.rows("a") is None and store.texts("b") is None
    store.keep_rows("a", rows)
    store.keep_texts("b", [["x", "y"], ["z"]])
    assert np.array_equal(FeatureStore(tmp_path).rows("a"), rows) and store.texts("b") == [["x", "y"], ["z"]]
    assert store.rows("A") is None
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())
    for path in tmp_path.iterdir():
        path.write_bytes(b"damaged")
    assert store.rows("a") is None and store.texts("b") is None
    silent = FeatureStore(tmp_path / "no", enabled=False)
    silent.keep_rows("a", rows)
    assert silent.rows("a") is None and not (tmp_path / "no").exists()


def test_a_store_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = FeatureStore(tmp_path / "file" / "below")
    store.keep_rows("a", np.zeros((1, 1), np.float32))
    assert store.rows("a") is None


def test_a_store_lets_go_of_what_is_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr("engine.features.encoders.store.MAX_BYTES", 5000)
    store = FeatureStore(tmp_path)
    for i in range(4):
        store.keep_rows(str(i), np.full((1, 400), i, np.float32))
        for age, path in enumerate(sorted(tmp_path.iterdir(), key=lambda p: p.stat().st_mtime_ns, reverse=True)):
            os.utime(path, (1000 - age, 1000 - age))
    assert store.rows("3") is not None and store.rows("0") is None
    assert len(list(tmp_path.iterdir())) == 2


def test_encoders_load_in_two_threads_at_once(encoders: Path) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda load=load, name=name: found.append(load(encoders / name)))
        for load, name in ((FrameEncoder, "clip"), (SentenceEncoder, "bert"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
