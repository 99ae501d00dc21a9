"""A video through the encoders of the `paper` profile: captions, and condition rows one a beat (section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import content_key
from engine.cancel import NEVER, CancelToken
from engine.events import Report, no_report
from engine.features.aligning import encoded_rows
from engine.features.encoders.places import (
    CAPTIONS,
    FRAMES,
    KINDS,
    SENTENCES,
    EncoderKind,
    Notice,
    find_encoder,
    get_encoder,
    identity,
    no_notice,
    require_transformers,
)
from engine.features.encoders.store import FeatureStore
from engine.music.encoded import Caption, EncodedRows
from engine.signals import VideoInfo
from engine.video.frames import Picture, frame_times, sampled_frames

if TYPE_CHECKING:
    from engine.features.encoders.captioner import Captioner
    from engine.features.encoders.frames import FrameEncoder

RATE_HZ: Final = Fraction(2)
"""Frames that are looked at a second: one a beat at least, up to 120 BPM. The paper does not say its own."""

FRAMES_PER_CAPTION: Final = 8
"""Section 3.2."""

_VERSION: Final = 1
"""Raised when sampling changes, so that what was kept is not taken for what would be made now."""

_MEGABYTES_A_SECOND: Final = 10.0


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """How a video is encoded.

    Attributes:
        folder: with the folders clip, blip and bert in it; None for what is on the machine, or the hub.
        captions: given ones; None lets the caption model write them.
        n_texts: sentences it writes for each stretch; one is its best, several are drawn.
        device: for all encoders.
        use_cache: whether results may be kept and reused.
    """

    folder: Path | None = None
    captions: tuple[Caption, ...] | None = None
    n_texts: int = 1
    device: str = "cpu"
    use_cache: bool = True


class _Shares:
    """Splits a progress into parts of known weight."""

    def __init__(self, report: Report, weights: Sequence[float]) -> None:
        self._report, self._weights, self._total = report, list(weights), sum(weights) or 1.0
        self._before, self._next = 0.0, 0

    def part(self) -> Report:
        """The report of the next part."""
        start, weight = self._before, self._weights[self._next]
        self._before, self._next = start + weight, self._next + 1

        def report(done: float, of: float) -> None:
            self._report((start + weight * (done / of if of else 1.0)) / self._total, 1.0)

        return report


def check_encoders(options: EncoderOptions) -> None:
    """Refuse early what would fail late.

    Raises:
        EncoderError: transformers is not installed.
        InputError: the folder of encoders is none, or one of its parts is incomplete.
    """
    require_transformers()
    for kind in KINDS:
        find_encoder(kind, options.folder)


def encode_picture(
    video: Path,
    info: VideoInfo,
    beat_s: Sequence[float],
    options: EncoderOptions,
    *,
    cuts_s: Sequence[float] = (),
    notice: Notice = no_notice,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> EncodedRows:
    """Condition rows of a video, one a beat.

    Args:
        beat_s: edges of the beats in seconds from the first frame, `[T + 1]`.
        cuts_s: where shots begin, so that no beat looks across a cut.

    Raises:
        EncoderError: an encoder is not installed or cannot be had.
        InputError: the video cannot be read.
    """
    job = _Job(video, info, options, notice, cancel)
    captions = [CAPTIONS] if options.captions is None else []
    shares = _Shares(report, job.weights([FRAMES, *captions, SENTENCES], seconds=float(info.duration_s)))
    folders = {kind: job.folder(kind, shares.part()) for kind in (FRAMES, *captions, SENTENCES)}
    frames, said = job.look(folders, shares.part())
    sentences = job.read(said, folders[SENTENCES], shares.part())
    return encoded_rows(
        beat_s, frames=frames, rate_hz=float(RATE_HZ), captions=said, sentences=sentences, cuts_s=cuts_s
    )


def caption_video(
    video: Path,
    info: VideoInfo,
    options: EncoderOptions,
    *,
    notice: Notice = no_notice,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> tuple[Caption, ...]:
    """The captions that the caption model writes, one entry for every eight frames looked at.

    Raises:
        EncoderError, InputError: see `encode_picture`.
    """
    job = _Job(video, info, options, notice, cancel)
    shares = _Shares(report, job.weights([CAPTIONS], seconds=float(info.duration_s))[:-1])
    folders = {CAPTIONS: job.folder(CAPTIONS, shares.part())}
    return job.look(folders, shares.part())[1]


class _Job:
    """One video and the encoders that it needs, loaded when something must really be encoded."""

    def __init__(
        self, video: Path, info: VideoInfo, options: EncoderOptions, notice: Notice, cancel: CancelToken
    ) -> None:
        self.video, self.info, self.options, self.notice, self.cancel = video, info, options, notice, cancel
        self.store = FeatureStore(enabled=options.use_cache)
        require_transformers()

    def weights(self, kinds: Sequence[EncoderKind], *, seconds: float) -> list[float]:
        """Rough seconds of each part: downloads, looking, reading."""
        here = [find_encoder(kind, self.options.folder) is not None for kind in kinds]
        downloads = [
            0.0 if found else kind.megabytes / _MEGABYTES_A_SECOND for kind, found in zip(kinds, here, strict=True)
        ]
        return [*downloads, max(1.0, seconds / 2), 1.0]

    def folder(self, kind: EncoderKind, report: Report) -> Path:
        return get_encoder(kind, self.options.folder, notice=self.notice, report=report, cancel=self.cancel)

    def look(self, folders: dict[EncoderKind, Path], report: Report) -> tuple[NDArray[np.float32], tuple[Caption, ...]]:
        """Features of the frames (none where there is no encoder for them) and captions, in one decode pass."""
        content = f"v{_VERSION} {content_key(self.video)} {RATE_HZ}"
        keys = {kind: f"{kind.folder} {identity(folder)} {content}" for kind, folder in folders.items()}
        words = f"{keys.get(CAPTIONS, '')} {FRAMES_PER_CAPTION} {self.options.n_texts}"
        rows = self.store.rows(keys[FRAMES]) if FRAMES in folders else np.zeros((0, 0), np.float32)
        texts = self.store.texts(words) if CAPTIONS in folders else []
        if rows is None or texts is None:
            new = self._watch(
                folders[FRAMES] if rows is None else None, folders[CAPTIONS] if texts is None else None, report
            )
            if rows is None:
                rows = new[0]
                self.store.keep_rows(keys[FRAMES], rows)
            if texts is None:
                texts = new[1]
                self.store.keep_texts(words, texts)
        report(1, 1)
        said = self.options.captions if self.options.captions is not None else self._spans(texts)
        return rows, said

    def _watch(
        self, frames: Path | None, captions: Path | None, report: Report
    ) -> tuple[NDArray[np.float32], list[list[str]]]:
        from engine.features.encoders.captioner import Captioner
        from engine.features.encoders.frames import FrameEncoder

        encoder = FrameEncoder(frames, self.options.device) if frames is not None else None
        captioner = Captioner(captions, self.options.device) if captions is not None else None
        texts: list[list[str]] = []
        pictures = self._captioned(captioner, texts, report)
        if encoder is None:
            for _ in pictures:
                pass
            return np.zeros((0, 0), np.float32), texts
        return _gathered(encoder, pictures, self.cancel), texts

    def _captioned(self, captioner: Captioner | None, texts: list[list[str]], report: Report) -> Iterator[Picture]:
        """The sampled frames; on the way, the middle one of every eight is put into words."""
        n = len(frame_times(self.info.duration_s, RATE_HZ))
        pictures = sampled_frames(self.video, self.info, rate_hz=RATE_HZ, report=report, cancel=self.cancel)
        for i, picture in enumerate(pictures):
            first = i // FRAMES_PER_CAPTION * FRAMES_PER_CAPTION
            middle = (first + min(n, first + FRAMES_PER_CAPTION)) // 2
            if captioner is not None and i == middle:
                written = captioner.caption(picture, n=self.options.n_texts, seed=len(texts), cancel=self.cancel)
                texts.append(list(written))
            yield picture

    def _spans(self, texts: Sequence[Sequence[str]]) -> tuple[Caption, ...]:
        """Texts with the stretches that they stand for."""
        length = FRAMES_PER_CAPTION / RATE_HZ
        edges = [float(i * length) for i in range(len(texts))] + [float(self.info.duration_s)]
        return tuple(
            Caption(start_s, max(end_s, start_s + 0.001), tuple(some))
            for start_s, end_s, some in zip(edges[:-1], edges[1:], texts, strict=True)
        )

    def read(self, captions: Sequence[Caption], folder: Path, report: Report) -> dict[str, NDArray[np.float32]]:
        """The feature of every sentence; only those are encoded that these weights have not seen before."""
        name = identity(folder)
        found = {text: self.store.rows(f"bert {name} {text}") for caption in captions for text in caption.texts}
        new = [text for text, row in found.items() if row is None]
        if new:
            from engine.features.encoders.sentences import SentenceEncoder

            rows = SentenceEncoder(folder, self.options.device).encode(new, cancel=self.cancel)
            for text, row in zip(new, rows, strict=True):
                self.store.keep_rows(f"bert {name} {text}", row)
                found[text] = row
        report(1, 1)
        return {text: row for text, row in found.items() if row is not None}


def _gathered(encoder: FrameEncoder, pictures: Iterator[Picture], cancel: CancelToken) -> NDArray[np.float32]:
    return np.concatenate(list(encoder.encode_stream(pictures, cancel=cancel)))
