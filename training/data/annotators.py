"""What looks at videos for the dataset builder: image, caption and text encoders where they are installed, and styles.

The paper (section 3.2) takes captions from BLIP, ten for each eight frames, and the style from a language model that is
told the song's title and artist. Here the style is one of our moods: the one whose sentence CLIP finds nearest to the
video's frames, or, without encoders, the one nearest to how the picture is appraised. Which of the two it was is
written beside it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.features.appraisal import Appraisal, appraise
from engine.features.picture import measure_picture
from engine.music.moods import AUTO, MOODS
from engine.signals import FrameSignals
from engine.timebase import Shot, TempoMap

FRAMES_PER_CAPTION: Final = 8
SENTENCES_EACH: Final = 10
STYLES: Final = tuple(name for name in MOODS if name != AUTO)

_PROMPT: Final = "a {} music video"
_PICTURE_BPM: Final = 120.0

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Style:
    """A label out of `STYLES`, who gave it, and a score of each label."""

    label: str
    by: str
    scores: dict[str, float]


class Encoders(Protocol):
    """Pre-trained encoders, behind what the builder needs of them.

    Attributes:
        identity: changes when the weights do.
    """

    identity: str

    def visual(self, frames: Sequence[Picture]) -> FloatArray:
        """RGB frames -> features `[n, 512]`."""
        ...

    def captions(self, frame: Picture, *, n: int, seed: int) -> tuple[str, ...]:
        """`n` sentences about a frame."""
        ...

    def sentences(self, texts: Sequence[str]) -> FloatArray:
        """Sentences -> features `[n, 768]`."""
        ...

    def style(self, visual: FloatArray) -> Style | None:
        """The label nearest to a video's features; None when the weights hold no text encoder."""
        ...


class EngineEncoders:
    """The encoders of the engine's `paper` profile, from local folders or the hub."""

    def __init__(self, folder: Path | None, device: str) -> None:
        """Load them, downloading what is missing.

        Raises:
            EngineError: transformers is not installed, or weights cannot be had.
        """
        from engine.features.encoders import places
        from engine.features.encoders.captioner import Captioner
        from engine.features.encoders.frames import FrameEncoder
        from engine.features.encoders.sentences import SentenceEncoder

        self._clip = places.get_encoder(places.FRAMES, folder)
        self._frames = FrameEncoder(self._clip, device)
        self._captioner = Captioner(places.get_encoder(places.CAPTIONS, folder), device)
        self._sentences = SentenceEncoder(places.get_encoder(places.SENTENCES, folder), device)
        parts = (self._frames.identity, self._captioner.identity, self._sentences.identity)
        self.identity = "-".join(part[:8] for part in parts)
        self._labels: FloatArray | None = None

    def visual(self, frames: Sequence[Picture]) -> FloatArray:
        return self._frames.encode(frames)

    def captions(self, frame: Picture, *, n: int, seed: int) -> tuple[str, ...]:
        return self._captioner.caption(frame, n=n, seed=seed)

    def sentences(self, texts: Sequence[str]) -> FloatArray:
        return self._sentences.encode(texts)

    def style(self, visual: FloatArray) -> Style | None:
        if self._labels is None:
            self._labels = _label_features(self._clip)
        if not len(self._labels) or self._labels.shape[1] != visual.shape[1]:
            return None
        scores = _unit(visual).mean(0) @ _unit(self._labels).T
        return _style(scores, "zero-shot CLIP")


def open_encoders(folder: Path | None, device: str) -> Encoders | str:
    """The encoders, or the sentence that says why there are none."""
    try:
        return EngineEncoders(folder, device)
    except ImportError as error:
        return f"The encoders cannot be loaded: {error}."
    except EngineError as error:
        return error.message


def appraised_style(signals: FrameSignals, shots: Sequence[Shot]) -> Style:
    """The mood that is nearest to how the picture is appraised: valence, arousal, register and tension, all 0..1."""
    duration_s = float(signals.info.duration_s)
    n_beats = max(1, round(duration_s * _PICTURE_BPM / 60))
    found = appraise(measure_picture(signals, shots, TempoMap.constant(_PICTURE_BPM), n_beats))
    seen = _place(found)
    names = ("valence", "arousal", "register", "tension")
    away = [np.mean([(MOODS[s].semantic.get(n, 0.5) - seen[n]) ** 2 for n in names]) for s in STYLES]
    return _style(-np.sqrt(np.array(away)), "appraisal of the picture")


def _place(found: Appraisal) -> dict[str, float]:
    def mean(*curves: FloatArray) -> float:
        known = np.concatenate([c[np.isfinite(c)] for c in curves])
        return float(known.mean()) if len(known) else 0.5

    return {
        "valence": mean(found.pleasantness),
        "arousal": mean(found.density, found.intensity),
        "register": mean(found.register),
        "tension": mean(found.tension),
    }


def _style(scores: NDArray[np.floating[Any]], by: str) -> Style:
    values = {name: round(float(score), 5) for name, score in zip(STYLES, scores, strict=True)}
    return Style(max(values, key=lambda name: values[name]), by, values)


def _unit(rows: FloatArray) -> FloatArray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-8), np.float32)


def _label_features(folder: Path) -> FloatArray:
    """CLIP's text features of every style `[S, width]`; empty where the folder holds no text encoder or tokenizer."""
    import torch
    import transformers

    try:
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            words: Any = transformers.CLIPTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = transformers.CLIPTextModelWithProjection.from_pretrained(folder, local_files_only=True)
            tokens = words([_PROMPT.format(style) for style in STYLES], padding=True, return_tensors="pt")
            return np.asarray(model.eval()(**tokens).text_embeds.float().numpy(), np.float32)
    except (OSError, ValueError, TypeError, RuntimeError, KeyError, ImportError, IndexError):
        return np.zeros((0, 0), np.float32)
