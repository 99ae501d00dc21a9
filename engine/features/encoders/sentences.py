"""F_l: one feature per caption, by BERT."""

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

_BATCH: Final = 16
_MAX_TOKENS: Final = 128


class SentenceEncoder:
    """Captions -> their pooled features (section 4.2, F_l).

    The authors do not say which of BERT's outputs they took; this takes the one that BERT itself calls pooled: its
    first token through the pooling layer.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Load from a local folder.

        Raises:
            EncoderError: it holds something else, or is damaged.
        """
        with loading(folder, Told("text encoder")):
            import transformers

            refuse_type(folder, Told("BERT text encoder"), ("bert",))
            self._words: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = transformers.BertModel.from_pretrained(folder, local_files_only=True)
        self._model.eval().requires_grad_(False).to(device)
        self._device = device
        self.identity = identity(folder)
        self.width = int(self._model.config.hidden_size)

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], *, cancel: CancelToken = NEVER) -> NDArray[np.float32]:
        """Sentences -> features f32 `[n, width]`; each as if it were alone."""
        rows = []
        for first in range(0, len(texts), _BATCH):
            cancel.raise_if_cancelled()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                words = self._words(
                    list(texts[first : first + _BATCH]),
                    padding=True,
                    truncation=True,
                    max_length=min(_MAX_TOKENS, int(self._model.config.max_position_embeddings)),
                    return_tensors="pt",
                )
            found = self._model(**{name: values.to(self._device) for name, values in words.items()})
            rows.append(found.pooler_output.float().cpu().numpy())
        return np.concatenate(rows) if rows else np.zeros((0, self.width), np.float32)
