"""A video through tiny encoders: captions, rows, and what is encoded again when something changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.encoding import FRAMES_PER_CAPTION, RATE_HZ, EncoderOptions, caption_video, check_encoders, encode_picture
from engine.errors import EncoderError, RunCancelled
from engine.features.encoders.captioner import Captioner
from engine.features.encoders.frames import FrameEncoder
from engine.features.encoders.sentences import SentenceEncoder
from engine.music.encoded import Caption
from engine.signals import VideoInfo
from engine.video.frames import frame_times
from engine.video.probe import probe
from tests.helpers.tiny_encoders import write_encoders
from tests.helpers.video import TinyVideo

BEAT_S = [i * 0.6 for i in range(16)]


@dataclass
class Calls:
    """What the encoders were really asked."""

    frames: int = 0
    captioned: int = 0
    sentences: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoders(tmp_path_factory.mktemp("encoders"))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    count = Calls()
    encode, caption, read = FrameEncoder.encode, Captioner.caption, SentenceEncoder.encode

    def frames(self: FrameEncoder, pictures: list[np.ndarray], **options: int) -> np.ndarray:
        rows = encode(self, pictures, **options)  # type: ignore[arg-type]
        count.frames += len(rows)
        return rows

    def captioned(self: Captioner, *args: object, **options: object) -> tuple[str, ...]:
        count.captioned += 1
        return caption(self, *args, **options)  # type: ignore[arg-type]

    def sentences(self: SentenceEncoder, texts: list[str], **options: object) -> np.ndarray:
        count.sentences += texts
        return read(self, texts, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(FrameEncoder, "encode", frames)
    monkeypatch.setattr(Captioner, "caption", captioned)
    monkeypatch.setattr(SentenceEncoder, "encode", sentences)
    return count


@pytest.fixture
def video(tiny_video: Callable[..., TinyVideo]) -> Path:
    return tiny_video(shots_s=(4.0, 3.0, 2.5), audio_hz=None).path


@pytest.fixture
def info(video: Path) -> VideoInfo:
    return probe(video)


def test_one_caption_for_every_eight_frames(video: Path, info: VideoInfo, encoders: Path, calls: Calls) -> None:
    captions = caption_video(video, info, EncoderOptions(encoders))
    assert [(c.start_s, c.end_s) for c in captions] == [(0.0, 4.0), (4.0, 8.0), (8.0, 9.5)]
    assert len(frame_times(info.duration_s, RATE_HZ)) == 19 and FRAMES_PER_CAPTION == 8
    assert calls.captioned == 3 and calls.frames == 0 and calls.sentences == []
    assert caption_video(video, info, EncoderOptions(encoders)) == captions
    assert calls.captioned == 3
    several = caption_video(video, info, EncoderOptions(encoders, n_texts=4))
    assert [len(c.texts) for c in several] == [4, 4, 4] and calls.captioned == 6


def test_only_edited_captions_are_encoded_again(video: Path, info: VideoInfo, encoders: Path, calls: Calls) -> None:
    options = EncoderOptions(encoders)
    first = encode_picture(video, info, BEAT_S, options)
    assert first.n_beats == 15 and first.semantic.shape == (15, 768) and first.dynamic.shape == (15, 512)
    assert (calls.frames, calls.captioned, sorted(calls.sentences)) == (
        19, 3, sorted({text for c in first.captions for text in c.texts}),
    )  # fmt: skip
    again = encode_picture(video, info, BEAT_S, options)
    assert (calls.frames, calls.captioned, len(calls.sentences)) == (19, 3, len(set(calls.sentences)))
    assert np.array_equal(again.semantic, first.semantic) and np.array_equal(again.dynamic, first.dynamic)

    before = len(calls.sentences)
    edited = (first.captions[0], replace(first.captions[1], texts=("a red boat",)), first.captions[2])
    changed = encode_picture(video, info, BEAT_S, replace(options, captions=edited))
    assert calls.sentences[before:] == ["a red boat"]
    assert (calls.frames, calls.captioned) == (19, 3)
    of_caption = np.array([min(int((i + 0.5) * 0.6 / 4), 2) for i in range(15)])
    differs = np.abs(changed.semantic - first.semantic).max(1) > 1e-6
    assert (differs == (of_caption == 1)).all() and changed.captions == edited
    encode_picture(video, info, BEAT_S, replace(options, captions=edited))
    assert calls.sentences[before:] == ["a red boat"]


def test_other_weights_encode_anew_and_no_cache_always(
    video: Path, info: VideoInfo, encoders: Path, calls: Calls, tmp_path: Path
) -> None:
    said = (Caption(0.0, 9.5, ("the sea",)),)
    options = EncoderOptions(encoders, captions=said)
    encode_picture(video, info, BEAT_S, options)
    encode_picture(video, info, BEAT_S, replace(options, folder=write_encoders(tmp_path, text_width=64)))
    assert calls.sentences == ["the sea"] * 2 and calls.frames == 19
    for _ in range(2):
        encode_picture(video, info, BEAT_S, replace(options, use_cache=False))
    assert calls.sentences == ["the sea"] * 4 and calls.frames == 57 and calls.captioned == 0


def test_frames_of_a_beat_are_those_of_its_time(video: Path, info: VideoInfo, encoders: Path) -> None:
    """Beats within one plain shot have nearly one feature; beats of two shots do not."""
    options = EncoderOptions(encoders, captions=(Caption(0.0, 9.0, ("a",)),))
    rows = encode_picture(video, info, BEAT_S, options, cuts_s=(4.0, 7.0)).dynamic
    shot = np.digitize([(i + 0.5) * 0.6 for i in range(15)], [4.0, 7.0])
    centres = [rows[shot == s].mean(0) for s in range(3)]
    own = [int(np.argmin([np.linalg.norm(row - centre) for centre in centres])) for row in rows]
    assert sum(a == b for a, b in zip(own, shot, strict=True)) == 15


def test_progress_rises_to_the_end(video: Path, info: VideoInfo, encoders: Path) -> None:
    told: list[float] = []
    encode_picture(video, info, BEAT_S, EncoderOptions(encoders), report=lambda done, of: told.append(done / of))
    assert told == sorted(told) and told[-1] == pytest.approx(1.0) and len(told) > 10


def test_it_can_be_stopped(video: Path, info: VideoInfo, encoders: Path, calls: Calls) -> None:
    cancel = CancelToken()

    def report(done: float, of: float) -> None:
        if done > 0:
            cancel.cancel()

    with pytest.raises(RunCancelled):
        encode_picture(video, info, BEAT_S, EncoderOptions(encoders), report=report, cancel=cancel)
    assert calls.frames < 19


def test_a_downloaded_encoder_is_announced(
    video: Path, info: VideoInfo, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def download(kind: object, folder: Path, *, report: Callable[[float, float], None], cancel: CancelToken) -> Path:
        report(1, 2)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(encoders / folder.name, target_is_directory=True)
        report(2, 2)
        return folder

    monkeypatch.setattr("engine.features.encoders.download.download", download)
    told: list[float] = []
    encode_picture(
        video, info, BEAT_S, EncoderOptions(), notice=said.append, report=lambda done, of: told.append(done / of)
    )
    assert len(said) == 3 and "605 MB" in said[0] and told == sorted(told)
    encode_picture(video, info, BEAT_S, EncoderOptions(), notice=said.append)
    assert len(said) == 3


def test_a_video_shorter_than_a_frame_interval(
    tiny_video: Callable[..., TinyVideo], encoders: Path, calls: Calls
) -> None:
    video = tiny_video(shots_s=(0.2,), audio_hz=None).path
    rows = encode_picture(video, probe(video), [0.0, 0.6], EncoderOptions(encoders))
    assert rows.n_beats == 1 and calls.frames == calls.captioned == 1
    assert rows.captions[0].end_s == pytest.approx(float(Fraction(5, 24)), abs=0.02)


def test_without_transformers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.features.encoders.places.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match="transformers is not installed"):
        check_encoders(EncoderOptions())
