"""Render the demo film: `python -m resources.demo.render_demo` from the root of the repository.

Every picture and every sound is computed here; nothing is loaded. Writes demo.mp4 (H.264 and AAC) and demo.json (the
true cuts) beside this file, or in the folder given by --output. About three minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from resources.demo import sound
from resources.demo.draw import FPS, Size
from resources.demo.scenes import N_FRAMES, SCENES, describe, render_frame

SIZE: Size = (1280, 720)
VIDEO_OPTIONS = {
    "preset": "slower",
    "crf": "29",
    # Gradients in the dark are where banding shows: give flat dark blocks more bits than the default would.
    "aq-mode": "3",
    "aq-strength": "1.1",
    "x264-params": "keyint=250:min-keyint=12:open-gop=0:bframes=5:ref=5:threads=1"
    ":colorprim=bt709:transfer=bt709:colormatrix=bt709",
}
AUDIO_BIT_RATE = 80_000
_AAC_FRAME = 1024


def _add_video(container: av.container.OutputContainer, size: Size) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=FPS, options=VIDEO_OPTIONS)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, FPS)
    stream.codec_context.thread_count = 1
    return stream


def _write_sound(container: av.container.OutputContainer, stream: av.AudioStream) -> None:
    samples = sound.render_sound()
    for start in range(0, samples.shape[1], _AAC_FRAME):
        part = np.ascontiguousarray(samples[:, start : start + _AAC_FRAME])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = sound.SAMPLE_RATE, start, Fraction(1, sound.SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _write_pictures(container: av.container.OutputContainer, stream: av.VideoStream, size: Size) -> None:
    starts = {scene.first_frame for scene in SCENES}
    for number in range(N_FRAMES):
        frame = av.VideoFrame.from_ndarray(render_frame(number, size), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", interpolation="BICUBIC")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        if number in starts:
            frame.pict_type = PictureType.I
        container.mux(stream.encode(frame))
        if number % FPS == 0:
            print(f"\r{number / N_FRAMES:4.0%}", end="", file=sys.stderr, flush=True)
    container.mux(stream.encode(None))
    print("\r100%", file=sys.stderr)


def render(folder: Path, size: Size = SIZE) -> Path:
    """Write demo.mp4 and demo.json into a folder, each aside first and then renamed; returns the film's path."""
    cv2.setNumThreads(1)
    film = folder / "demo.mp4"
    aside = folder / "demo.partial.mp4"
    try:
        with av.open(str(aside), "w", options={"movflags": "+faststart"}) as container:
            video = _add_video(container, size)
            audio = container.add_stream("aac", rate=sound.SAMPLE_RATE, layout="stereo")
            audio.bit_rate = AUDIO_BIT_RATE
            _write_sound(container, audio)
            _write_pictures(container, video, size)
        aside.replace(film)
    finally:
        aside.unlink(missing_ok=True)
    structure = {"video": film.name, "width": size[0], "height": size[1], **describe()}
    notes = folder / "demo.json"
    notes_aside = notes.with_suffix(".partial")
    notes_aside.write_text(json.dumps(structure, indent=2) + "\n", encoding="utf-8")
    notes_aside.replace(notes)
    return film


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Render the demo film and its list of cuts.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder for demo.mp4 and demo.json")
    film = render(parser.parse_args().output)
    print(f"{film} ({film.stat().st_size / 1e6:.2f} MB)")


if __name__ == "__main__":
    main()
