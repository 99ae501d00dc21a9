"""F_v: one feature per sampled frame, by the image tower of CLIP, or of X-CLIP over eight frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.features.encoders.loading import loading, refuse_type
from engine.features.encoders.places import identity
from engine.wording import Told

_CLIP: Final = ("clip", "clip_vision_model")
_XCLIP: Final = "xclip"
_BATCH: Final = 8


class FrameEncoder:
    """Frames -> their projected image features (section 4.2, F_v).

    The paper names a video CLIP; its features are 512 wide, as are those of CLIP ViT-B/32, on which it is built.
    X-CLIP looks at eight neighbouring frames at once and gives the middle one their feature.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Load from a local folder.

        Raises:
            EncoderError: it holds something else, or is damaged.
        """
        with loading(folder, Told("image encoder")):
            import transformers

            self._kind = refuse_type(folder, Told("CLIP image encoder"), (*_CLIP, _XCLIP))
            self._prepare: Any = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
            config: Any = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
            loader: Any = transformers.XCLIPModel
            if self._kind != _XCLIP:
                loader = transformers.CLIPVisionModelWithProjection
                if self._kind == "clip":  # both towers; the width of their common space stands above them
                    config.vision_config.projection_dim = config.projection_dim
                    config = config.vision_config
            self._model: Any = loader.from_pretrained(folder, config=config, local_files_only=True)
        self._model.eval().requires_grad_(False).to(device)
        self._device = device
        self.identity = identity(folder)
        self.width = int(self._model.config.projection_dim)

    @property
    def context(self) -> int:
        """Frames that one feature looks at."""
        return int(self._model.config.vision_config.num_frames) if self._kind == _XCLIP else 1

    def encode_stream(
        self, frames: Iterable[NDArray[np.uint8]], *, cancel: CancelToken = NEVER
    ) -> Iterator[NDArray[np.float32]]:
        """The same for frames that come one by one: features in order, a few at a time, few frames held at once."""
        margin = self.context // 2
        held: list[NDArray[np.uint8]] = []
        done = 0  # frames at the head of `held` that have their features and are context alone
        for frame in frames:
            held.append(frame)
            if len(held) - done == _BATCH + margin:
                yield self.encode(held, first=done, end=done + _BATCH, cancel=cancel)
                dropped = max(0, done + _BATCH - margin)
                held, done = held[dropped:], done + _BATCH - dropped
        if len(held) > done:
            yield self.encode(held, first=done, cancel=cancel)

    @torch.inference_mode()
    def encode(
        self,
        frames: Sequence[NDArray[np.uint8]],
        *,
        first: int = 0,
        end: int | None = None,
        cancel: CancelToken = NEVER,
    ) -> NDArray[np.float32]:
        """RGB frames uint8 `[h, w, 3]` -> features of those from `first` to `end`, f32 `[n, width]`, not normalised."""
        rows, end = [], len(frames) if end is None else end
        for start in range(first, end, _BATCH):
            cancel.raise_if_cancelled()
            batch = list(range(start, min(start + _BATCH, end)))
            rows.append(self._clips(frames, batch) if self.context > 1 else self._images([frames[i] for i in batch]))
        return np.concatenate(rows) if rows else np.zeros((0, self.width), np.float32)

    def _pixels(self, frames: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels: torch.Tensor = self._prepare(images=list(frames), return_tensors="pt")["pixel_values"]
        return pixels.to(self._device)

    def _images(self, frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        return _to_numpy(self._model(pixel_values=self._pixels(frames)).image_embeds)

    def _clips(self, frames: Sequence[NDArray[np.uint8]], batch: list[int]) -> NDArray[np.float32]:
        rows = []
        for middle in batch:
            around = np.clip(np.arange(self.context) + middle - self.context // 2, 0, len(frames) - 1)
            pixels = self._pixels([frames[i] for i in around]).reshape(1, self.context, 3, *self._size())
            rows.append(_to_numpy(self._model.get_video_features(pixel_values=pixels).pooler_output))
        return np.concatenate(rows)

    def _size(self) -> tuple[int, int]:
        side = int(self._model.config.vision_config.image_size)
        return side, side


def _to_numpy(values: torch.Tensor) -> NDArray[np.float32]:
    out: NDArray[np.float32] = values.float().cpu().numpy()
    return out
