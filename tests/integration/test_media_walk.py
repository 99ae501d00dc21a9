"""`diffbgm score` on real test videos that lie beside the checkout: a correct film, or one true sentence.

Of the large folders every third file is taken, all of them where DIFFBGM_WALK is "all"; that all can be read, and
written with music, is tested for each file in `tests/unit/video/test_shared_media.py`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import av
import pytest

from engine.cli.main import main
from engine.diffusion.model import save_bundle
from tests.helpers.tiny_model import tiny_model

FOLDERS = ("edited", "natural", "awkward", "broken")
LONGEST_S = 60
EVERY = {"edited": 3, "awkward": 3} if os.environ.get("DIFFBGM_WALK") != "all" else {}
NO_PICTURE = "has sound but no picture"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


def picture_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = container.streams.best("video")
        assert stream is not None
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def lengths_s(path: Path) -> tuple[float, float]:
    """Length of what is heard and the end of what is seen."""
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(sound))
        heard = samples / sound.rate
    with av.open(str(path)) as container:
        stamps = [packet.pts * packet.time_base for packet in container.demux(video=0) if packet.pts is not None]
    return float(heard), float(max(stamps) - min(stamps))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", FOLDERS)
def test_files_end_well(
    folder: str, shared_media: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scored.mkv"
    for video in sorted((shared_media / folder).iterdir())[:: EVERY.get(folder, 1)]:
        began = time.monotonic()
        code = main(["score", str(video), "-o", str(out), "--bundle", str(bundle), "--steps", "1", "--seed", "1", "-q"])
        assert folder != "broken" or time.monotonic() - began < LONGEST_S, video.name
        said = capsys.readouterr().err
        assert code in (0, 1), video.name
        assert "Traceback" not in said and "inside the program" not in said, (video.name, said)
        if code == 0:
            assert [path.name for path in tmp_path.iterdir()] == [out.name], video.name
            heard, seen = lengths_s(out)
            assert heard > 0 and abs(heard - seen) < 2.5, (video.name, heard, seen)
            out.unlink()
        else:
            assert list(tmp_path.iterdir()) == [], video.name
            assert said.startswith("diffbgm: "), video.name
            assert folder == "broken" or (folder == "awkward" and NO_PICTURE in said), (video.name, said)


def test_packets_of_real_films_are_copied(shared_media: Path, bundle: Path, tmp_path: Path) -> None:
    for name in ("edited/bikes_5cuts.mp4", "natural/flower_cc0.mp4"):
        out = tmp_path / "scored.mp4"
        arguments = ["score", str(shared_media / name), "-o", str(out), "--bundle", str(bundle), "--steps", "1", "-q"]
        assert main(arguments) == 0
        assert picture_packets(out) == picture_packets(shared_media / name)
