"""One pass over whole files: times, cuts, sizes, damage, cancelling."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from engine.video.analyse import analyse
from engine.video.shots import detect_shots
from tests.unit.video.conftest import slide, texture, write_frames

CURVES = {
    *("content", "hue", "sat", "lum", "edges", "motion", "camera", "brightness", "saturation", "contrast"),
    *("colourfulness", "warmth", "detail", "faces", "flash", "change", "lasting", "gradual"),
}


def test_known_cuts_come_back_exactly(tiny_video) -> None:
    tiny = tiny_video(shots_s=(1.0, 1.5, 1.0), audio_hz=200.0)
    told: list[tuple[float, float]] = []
    signals = analyse(tiny.path, report=lambda done, total: told.append((done, total)))
    assert set(signals.curves) == CURVES
    for name, curve in signals.curves.items():
        assert curve.shape == (tiny.n_frames,), name
        assert curve.dtype == np.float32, name
        assert np.isfinite(curve).all(), name
    assert signals.info.duration_s == tiny.duration_s
    assert tuple(shot.start_s for shot in detect_shots(signals)[1:]) == tiny.cuts_s
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (float(tiny.duration_s),) * 2


def test_the_last_frames_are_not_lost_when_sound_comes_first(shared_media: Path) -> None:
    # Its picture is the second stream; the decoder still holds three frames when the file ends.
    signals = analyse(shared_media / "awkward" / "file+with+data&streams=works?.mp4")
    assert len(signals.pts) == 309


def test_variable_rates_keep_their_times(tmp_path: Path) -> None:
    a, b = texture(1), texture(2)
    stamps = np.cumsum([0, *([20, 70, 33] * 20)])[:50].tolist()
    pictures = [slide(a, i) for i in range(23)] + [slide(b, i) for i in range(27)]
    path = write_frames(tmp_path / "vfr.mkv", pictures, stamps=stamps, time_base=Fraction(1, 1000))
    signals = analyse(path)
    assert signals.pts.tolist() == stamps
    assert signals.info.is_vfr
    shots = detect_shots(signals)
    assert [shot.start_s for shot in shots] == [0, Fraction(stamps[23], 1000)]


def test_a_late_start_is_time_zero(tmp_path: Path) -> None:
    path = write_frames(
        tmp_path / "late.mkv",
        [texture(1)] * 20 + [texture(2)] * 20,
        stamps=[10_000 + 40 * i for i in range(40)],
        time_base=Fraction(1, 1000),
    )
    signals = analyse(path)
    assert signals.info.start_s == 10
    assert signals.times_s[0] == 0
    assert detect_shots(signals)[1].start_s == Fraction(20, 25)
    assert signals.info.duration_s == Fraction(40, 25)


def test_rotated_pictures_are_measured_upright(tmp_path: Path) -> None:
    """What moves to the left in the file moves up for the viewer: in picture widths that is more."""
    pictures = [slide(texture(3, finest=100), 2 * i) for i in range(30)]
    upright = analyse(write_frames(tmp_path / "upright.mp4", pictures))
    turned = analyse(write_frames(tmp_path / "turned.mp4", pictures, rotation=-90))
    assert (turned.info.width, turned.info.height, turned.info.rotation) == (90, 160, 90)
    ratio = turned.curves["motion"].mean() / upright.curves["motion"].mean()
    assert ratio == pytest.approx(160 / 90, rel=0.15)


def test_looks_are_what_they_say(tmp_path: Path) -> None:
    def of(blue: int, green: int, red: int) -> dict[str, float]:
        picture = np.full((90, 160, 3), (blue, green, red), np.uint8)
        signals = analyse(write_frames(tmp_path / f"{blue}_{green}_{red}.mp4", [picture] * 5))
        return {name: float(curve.mean()) for name, curve in signals.curves.items()}

    black, white, orange, sky = of(0, 0, 0), of(255, 255, 255), of(20, 120, 230), of(230, 120, 20)
    assert black["brightness"] < 0.02
    assert white["brightness"] > 0.98
    assert orange["warmth"] > 0.5
    assert sky["warmth"] < -0.5
    assert orange["saturation"] > 0.8 > 0.1 > white["saturation"]
    assert orange["colourfulness"] > 0.3 > 0.05 > white["colourfulness"]
    busy, plain = texture(1, finest=160), texture(1, finest=8)
    detail = [
        analyse(write_frames(tmp_path / f"{i}.mp4", [p] * 5)).curves["detail"] for i, p in enumerate((plain, busy))
    ]
    assert detail[1].mean() > 2 * detail[0].mean()


def test_cancelling_stops_at_once(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "long.mp4", [slide(texture(1), i) for i in range(400)])
    cancel, asked_at = CancelToken(), []

    def ask(done: float, _total: float) -> None:
        assert done < 10
        if not asked_at:
            asked_at.append(time.thread_time())
            cancel.cancel()

    with pytest.raises(RunCancelled):
        analyse(path, report=ask, cancel=cancel)
    assert time.thread_time() - asked_at[0] < 0.2


def test_a_file_that_breaks_off_is_used_or_refused(tmp_path: Path) -> None:
    grain = np.random.default_rng(1)
    pictures = [grain.integers(0, 255, (90, 160, 3), np.uint8) for _ in range(300)]
    whole = write_frames(tmp_path / "whole.mkv", pictures)
    data = whole.read_bytes()
    half, stump = tmp_path / "half.mkv", tmp_path / "stump.mkv"
    half.write_bytes(data[: len(data) // 2])
    stump.write_bytes(data[: len(data) // 20])
    assert 4 < analyse(half).info.duration_s < 7
    with pytest.raises(InputError, match=r"breaks off: 0\.. s of the 12\.0 s"):
        analyse(stump)


def test_a_short_picture_beside_long_sound_is_no_broken_file(tiny_video, tmp_path: Path) -> None:
    import av

    path = tmp_path / "still.mkv"
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=25)
        picture.width, picture.height, picture.pix_fmt = 160, 90, "yuv420p"
        sound = container.add_stream("aac", rate=44100, layout="stereo")
        for image in (texture(1),) * 5:
            container.mux(picture.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(picture.encode())
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 44100 * 20), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    assert analyse(path).info.duration_s == Fraction(5, 25)


def test_damage_in_the_middle_costs_frames_not_the_rest(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [slide(texture(1), i) for i in range(200)])
    data = bytearray(path.read_bytes())
    middle = (data.index(b"mdat") + data.index(b"moov")) // 2
    data[middle : middle + 600] = bytes(np.random.default_rng(1).integers(0, 256, 600, np.uint8))
    path.write_bytes(data)
    signals = analyse(path)
    assert len(signals.pts) > 150
    assert float(signals.info.duration_s) == pytest.approx(8, abs=0.2)
