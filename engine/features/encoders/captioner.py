"""Captions of frames, by BLIP (section 3.2, 4.2)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.features.encoders.loading import loading, refuse_type
from engine.features.encoders.places import identity
from engine.wording import Told

MAX_TOKENS: Final = 30
_BEAMS: Final = 3
_TOP_P: Final = 0.9


class Captioner:
    """Frames -> sentences. One a frame is the best of a beam search; several are drawn at random from a seed."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Load from a local folder.

        Raises:
            EncoderError: it holds something else, or is damaged.
        """
        with loading(folder, Told("caption model")):
            import transformers

            refuse_type(folder, Told("BLIP caption model"), ("blip",))
            self._prepare: Any = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
            self._words: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            loader = transformers.BlipForConditionalGeneration
            self._model: Any = loader.from_pretrained(folder, local_files_only=True)
        self._model.eval().requires_grad_(False).to(device)
        self._device = device
        self.identity = identity(folder)

    @torch.inference_mode()
    def caption(
        self, frame: NDArray[np.uint8], *, n: int = 1, seed: int = 0, cancel: CancelToken = NEVER
    ) -> tuple[str, ...]:
        """Sentences for one RGB frame uint8 `[h, w, 3]`.

        Args:
            n: how many; the paper's data has 10 for every 8 frames.
            seed: of the draw where n > 1.
        """
        cancel.raise_if_cancelled()
        how: dict[str, Any] = {"num_beams": _BEAMS, "do_sample": False}
        if n > 1:
            how = {"do_sample": True, "top_p": _TOP_P, "num_beams": 1, "num_return_sequences": n}
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            pixels = self._prepare(images=[frame], return_tensors="pt")["pixel_values"].to(self._device)
            tokens = self._generate(pixels, how, cancel)
        return sentences(self._words.batch_decode(tokens, skip_special_tokens=True))

    def _generate(self, pixels: torch.Tensor, how: dict[str, Any], cancel: CancelToken) -> torch.Tensor:
        from transformers import StoppingCriteria, StoppingCriteriaList

        class Cancelled(StoppingCriteria):  # type: ignore[misc,unused-ignore]
            """Looks at `cancel` after every word."""

            def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
                cancel.raise_if_cancelled()
                return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)

        stop = StoppingCriteriaList([Cancelled()])
        tokens: torch.Tensor = self._model.generate(
            pixel_values=pixels, max_new_tokens=MAX_TOKENS, stopping_criteria=stop, **how
        )
        return tokens


def sentences(texts: Sequence[str]) -> tuple[str, ...]:
    """Captions with single spaces; an empty one says that there is a picture."""
    return tuple(" ".join(text.split()) or "a picture" for text in texts)
