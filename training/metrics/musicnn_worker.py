"""Runs inside musicnn's own environment, which has nothing of this project: one file of sound in, features out.

Called as `python musicnn_worker.py JOB.json`; the job names the wave (f32 `[points]` at 16 kHz, .npy), the number of
patches wanted and where their features go (f32 `[patches, 200]`, .npy).

musicnn's own `extractor` is not called for the features: with TensorFlow 2.15 the penultimate layer that it hands out,
fetched together with all others, is the same for every patch, while the layer fetched alone is right and its product
with the output layer's weights gives musicnn's tags. So the network is built and restored here as `extractor` does, and
that one layer is fetched.
"""

import json
import sys
import tempfile
import wave
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

MODEL = "MTT_musicnn"
PATCH_FRAMES = 187
N_CLASSES = 50
BATCH = 64


def main(job_file: str) -> None:
    """Extract the penultimate layer of every patch."""
    batch_data = import_module("musicnn.extractor").batch_data
    job = json.loads(Path(job_file).read_text())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sound.wav"
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(16_000)
            out.writeframes((np.clip(np.load(job["wave"]), -1, 1) * 32767).astype("<i2").tobytes())
        patches, _ = batch_data(str(file), PATCH_FRAMES, PATCH_FRAMES)
    rows = penultimate(patches)[: job["patches"]]
    if len(rows) != job["patches"]:
        sys.exit(f"{len(rows)} patches instead of {job['patches']}")
    if len(rows) > 1 and float(np.ptp(rows, axis=0).max()) < 1e-6:
        sys.exit("the network gives the same features for every patch")
    np.save(job["out"], rows)


def penultimate(patches: Any) -> Any:
    """The penultimate layer, `[n, 187, 96]` -> `[n, 200]`."""
    tf, musicnn, models = (import_module(name) for name in ("tensorflow", "musicnn", "musicnn.models"))
    with tf.name_scope("model"):
        x = tf.compat.v1.placeholder(tf.float32, [None, *patches.shape[1:]])
        training = tf.compat.v1.placeholder(tf.bool)
        layer = models.define_model(x, training, MODEL, N_CLASSES)[-1]
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        folder = Path(str(musicnn.__file__)).parent / MODEL
        tf.compat.v1.train.Saver().restore(session, f"{folder}/")
        parts = [
            session.run(layer, {x: patches[i : i + BATCH], training: False}) for i in range(0, len(patches), BATCH)
        ]
    return np.concatenate(parts)


if __name__ == "__main__":
    main(sys.argv[1])
