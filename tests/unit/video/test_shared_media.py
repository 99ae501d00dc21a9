"""Every real test file either works or is refused in a sentence; labelled cuts are found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.shots import Tally, compare
from engine.errors import InputError
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.video.analyse import analyse
from engine.video.containers import CONTAINERS, check_container, takers_of
from engine.video.mux import mux
from engine.video.probe import probe
from engine.video.shots import detect_shots
from engine.video.sound import n_samples, read_original_sound

MAX_S = 240
KEEP = GenerationSettings(original_audio="keep")


@cache
def analysed(path: Path) -> FrameSignals:
    """Each file is read once for all tests here."""
    return analyse(path)


def look_at(path: Path) -> FrameSignals | None:
    """Probe, analyse and cut one file; None where it is refused."""
    refusal: InputError | None = None
    try:
        claimed, signals = probe(path), analysed(path)
    except InputError as error:
        refusal = error
    if refusal is not None:
        assert path.name in refusal.message
        assert refusal.hint
        return None
    n = len(signals.pts)
    assert n > 0
    assert (np.diff(signals.pts) > 0).all()
    for name, curve in signals.curves.items():
        assert curve.shape == (n,), name
        assert np.isfinite(curve).all(), name
    assert signals.info.duration_s > signals.times_s[-1] > -1
    assert 1 <= signals.info.frame_rate <= 240
    assert (claimed.width, claimed.height, claimed.rotation) == (
        signals.info.width,
        signals.info.height,
        signals.info.rotation,
    )
    assert claimed.start_s == signals.info.start_s
    counts = [len(detect_shots(signals, sensitivity=s)) for s in (0.0, 0.5, 1.0)]
    assert counts == sorted(counts)
    return signals


def walk(folder: Path, check: Callable[[Path], object]) -> list[str]:
    """What went wrong, one line a file."""
    faults = []
    for path in sorted(folder.iterdir()):
        began = time.monotonic()
        try:
            check(path)
        except Exception as error:  # noqa: BLE001 - the walk reports all files, whatever they raise
            faults.append(f"{path.name}: {error!r}")
        if time.monotonic() - began > MAX_S:
            faults.append(f"{path.name}: took {time.monotonic() - began:.0f} s")
    return faults


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["edited", "natural", "awkward", "broken"])
def test_every_file_works_or_is_refused(shared_media: Path, folder: str) -> None:
    assert walk(shared_media / folder, look_at) == []


def test_what_has_a_picture_is_not_refused(shared_media: Path) -> None:
    refused = []
    for folder in ("edited", "natural", "awkward"):
        for path in (shared_media / folder).iterdir():
            try:
                probe(path)
            except InputError as error:
                refused.append((path.name, error.message))
    assert len(refused) == 5
    assert all(name.startswith("audioonly") and "sound but no picture" in message for name, message in refused)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["edited", "natural", "awkward", "broken"])
def test_every_picture_can_be_written(shared_media: Path, folder: str, tmp_path: Path, make_sound) -> None:
    music = make_sound(seconds=1.0, at_s=[0.5])

    def write(path: Path) -> None:
        try:
            info = analysed(path).info
        except InputError:
            return
        takers = takers_of(info) or (".mp4", ".mov", ".mkv")
        for suffix in takers if info.duration_s < 20 else takers[:1]:
            output = tmp_path / f"out{suffix}"
            check_container(info, output)
            mux(path, music, output, info=info, settings=KEEP, metadata={})
            _check_written(output, info, n_original=len([t for t in info.audio if t.decodable][:1]))
            output.unlink()
        for suffix in set(CONTAINERS) - set(takers):
            with pytest.raises(Exception, match=r"cannot hold|encoded anew"):
                check_container(info, tmp_path / f"out{suffix}")
        sound = read_original_sound(info, sample_rate=8000)
        assert sound is None or sound.shape == (2, n_samples(info.duration_s, 8000))

    assert walk(shared_media / folder, write) == []
    assert list(tmp_path.iterdir()) == []


def _check_written(output: Path, info, *, n_original: int) -> None:
    """The picture starts at 0 and both it and the music last as long as the original's picture."""
    written = probe(output)
    frame_s = float(1 / info.frame_rate)
    assert written.rotation == info.rotation
    if output.suffix != ".mkv":  # which keeps the shape of pixels only where the packets tell it
        assert (written.width, written.height) == pytest.approx((info.width, info.height), abs=2)
    assert float(written.start_s) < 0.2 + frame_s
    with av.open(str(output)) as container:
        assert len(container.streams.audio) == 1 + n_original
        music = container.streams.audio[0]
        ends = [(frame.pts * frame.time_base, frame.samples) for frame in container.decode(music)]
    length_s = float(ends[-1][0]) + ends[-1][1] / 48000 - float(ends[0][0])
    assert length_s == pytest.approx(float(info.duration_s), abs=max(frame_s, 0.022))


@pytest.mark.slow
def test_labelled_cuts_are_found(shared_media: Path) -> None:
    truth = json.loads((shared_media / "cuts.json").read_text(encoding="utf-8"))
    total = Tally()
    for name, labels in truth.items():
        signals = analysed(shared_media / name)
        total += compare(detect_shots(signals), signals, labels)
    assert total.n_hard == 40
    assert total.recall >= 0.95, total.missed_s
    assert total.precision >= 0.95, total.extra_hard_s
    assert total.gradual_found / total.n_gradual >= 0.7
