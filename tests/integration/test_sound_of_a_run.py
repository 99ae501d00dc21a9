"""What a run delivers: loudness and peaks in the file itself, stems, ranges, ducking."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly

from engine.audio import speech
from engine.audio.decode import read_audio
from engine.diffusion.model import save_bundle
from engine.direction import Direction
from engine.errors import InputError, OutputError, RunCancelled
from engine.events import Event, Warned
from engine.music.notes import Voice
from engine.runner import GenerationRequest, GenerationRunner, with_settings
from engine.settings import GenerationSettings
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

RATE = 48000


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture
def request_(tiny_video: Callable[..., TinyVideo], bundle: Path, tmp_path: Path) -> GenerationRequest:
    video = tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)
    settings = GenerationSettings(seed=5, steps=2, tempo_min=80, tempo_max=120)
    return GenerationRequest(
        video=video.path, output=tmp_path / "out.mp4", settings=settings, bundle=bundle, previews=False
    )


def _stems(folder: Path) -> dict[str, NDArray[np.float64]]:
    found = {}
    for path in sorted(folder.glob("*.wav")):
        rate, wave = wavfile.read(path)
        assert rate == RATE and wave.dtype == np.float32
        found[path.stem] = wave.T.astype(np.float64)
    return found


def _null_db(total: NDArray[np.float64], written: NDArray[np.float64]) -> float:
    return float(10 * np.log10(((total - written) ** 2).sum() / (written**2).sum()))


def _meters(wave: NDArray[np.float64]) -> tuple[float, float]:
    lufs = float(pyloudnorm.Meter(RATE).integrated_loudness(wave.T))
    return lufs, float(20 * np.log10(np.abs(resample_poly(wave, 4, 1, axis=1)).max()))


def _sound(path: Path) -> NDArray[np.float64]:
    return read_audio(path, sample_rate=RATE).samples.astype(np.float64)


@pytest.mark.parametrize("original_audio", ["replace", "mix", "keep"])
def test_the_file_is_as_loud_as_asked_and_stems_add_up(
    request_: GenerationRequest, tmp_path: Path, original_audio: str
) -> None:
    request = with_settings(
        replace(request_, wav=tmp_path / "music.wav", stems=tmp_path / "stems"), original_audio=original_audio
    )
    result = GenerationRunner().run(request)
    lufs, peak_db = _meters(_sound(request.output))
    assert lufs == pytest.approx(-14, abs=0.5)
    assert peak_db <= -1.0
    mix = result.manifest["mix"]
    assert mix["encoded"]["loudness_lufs"] == pytest.approx(lufs, abs=0.1)
    assert mix["measured"] == ("mixture" if original_audio == "mix" else "music")
    stems = _stems(tmp_path / "stems")
    assert ("Original sound" in stems) == (original_audio == "mix")
    music = np.sum([wave for name, wave in stems.items() if name != "Original sound"], axis=0)
    written = _sound(tmp_path / "music.wav")
    assert music.shape == written.shape
    assert _null_db(music, written) < -60


def test_stems_alone_ask_for_sound_and_those_of_other_instruments_leave(
    request_: GenerationRequest, tmp_path: Path
) -> None:
    request = replace(request_, output=tmp_path / "out.mid", stems=tmp_path / "stems")
    runner = GenerationRunner()
    runner.run(with_settings(request, palette="chamber"))
    first = set(_stems(tmp_path / "stems"))
    (tmp_path / "stems" / "my own.wav").write_bytes(b"")
    runner.run(with_settings(request, palette="piano"))
    second = {path.stem for path in (tmp_path / "stems").iterdir()}
    assert "my own" in second and not first & second
    assert all("Piano" in name for name in second - {"my own"})


def test_a_failed_run_leaves_no_folder(request_: GenerationRequest, tmp_path: Path) -> None:
    request = replace(request_, stems=tmp_path / "stems", manifest=tmp_path / "none" / "how.json")
    with pytest.raises(OutputError):
        GenerationRunner().run(request)
    assert list(tmp_path.iterdir()) == []


def test_a_range_is_composed_for_itself_and_lies_at_its_place(request_: GenerationRequest, tmp_path: Path) -> None:
    request = replace(
        request_,
        direction=Direction(range_s=(Fraction("1.26"), Fraction("3.5"))),
        wav=tmp_path / "music.wav",
        midi=tmp_path / "music.mid",
        manifest=tmp_path / "how.json",
    )
    result = GenerationRunner().run(request)
    start_s, end_s = Fraction(30, 24), Fraction(84, 24)
    assert result.plan.range_s == (start_s, end_s)
    assert result.score.end_s == end_s - start_s
    wave = _sound(tmp_path / "music.wav")
    assert wave.shape[1] == round(4.5 * RATE)
    first, last = round(start_s * RATE), round(end_s * RATE)
    assert not wave[:, :first].any() and not wave[:, last:].any()
    assert wave[:, first:last].any()
    assert mido.MidiFile(tmp_path / "music.mid").length <= float(end_s - start_s) + 0.01
    assert _sound(request.output).shape[1] == pytest.approx(4.5 * RATE, abs=2048)
    manifest = json.loads((tmp_path / "how.json").read_text())
    assert [hit["time_s"] for hit in manifest["hits"]] == [1.5, 2.5]
    assert manifest["range_s"] == [1.25, 3.5]


def test_a_range_outside_the_video_is_refused(request_: GenerationRequest) -> None:
    with pytest.raises(InputError, match="No picture"):
        GenerationRunner().run(replace(request_, direction=Direction(range_s=(Fraction(50), Fraction(60)))))


def test_what_is_known_of_a_video_is_not_measured_again(
    request_: GenerationRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = replace(request_, output=tmp_path / "a.mid", use_cache=False)
    runner = GenerationRunner()
    first = runner.run(request)
    monkeypatch.setattr("engine.runner.analyse_video", lambda *_, **__: pytest.fail("measured again"))
    second = runner.run(replace(request, known=first.known))
    assert second.notes == first.notes


def test_music_gives_way_to_real_speech(shared_media: Path, bundle: Path, tmp_path: Path) -> None:
    # quieter than the default: few notes beside speech have peaks that a limiter cannot bring to -14
    settings = GenerationSettings(seed=1, steps=2, original_audio="mix", duck_notes=True, loudness_lufs=-18)
    video = shared_media / "edited" / "nasa_13013.mp4"
    request = GenerationRequest(video, tmp_path / "out.mp4", settings, bundle=bundle, previews=False)
    result = GenerationRunner().run(request)
    mix = result.manifest["mix"]
    assert mix["ducking_db"] == pytest.approx(-8, abs=0.3)
    assert sum(end - start for start, end in mix["speech_s"]) > 8
    spoken = result.plan.speech_steps()
    tune = [note for note in result.notes if note.voice is Voice.MELODY]
    assert not [note for note in tune if any(a <= note.onset < b for a, b in spoken[:-1])]
    lufs, peak_db = _meters(_sound(request.output))
    assert lufs == pytest.approx(-18, abs=0.5) and peak_db <= -1.0


def test_without_a_detector_the_run_goes_on(
    request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(speech, "_has_vector_unit", lambda: False)
    events: list[Event] = []
    result = GenerationRunner().run(with_settings(request_, original_audio="mix"), events.append)
    assert any(isinstance(event, Warned) and "speech" in event.message for event in events)
    assert result.manifest["mix"]["ducking_db"] is None


def test_speech_is_looked_for_only_when_it_matters(
    request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(speech, "find_speech", lambda *_, **__: pytest.fail("looked for"))
    runner = GenerationRunner()
    runner.run(request_)
    runner.run(with_settings(request_, original_audio="keep"))
    runner.run(with_settings(request_, original_audio="mix", duck=False))
    runner.run(with_settings(replace(request_, output=tmp_path / "a.wav"), original_audio="mix"))


def test_cancelling_while_stems_are_written_leaves_nothing(request_: GenerationRequest, tmp_path: Path) -> None:
    from engine.cancel import CancelToken
    from engine.events import Stage, StageStarted

    cancel = CancelToken()

    def observe(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.MUX:
            cancel.cancel()

    request = replace(request_, stems=tmp_path / "stems", wav=tmp_path / "music.wav")
    with pytest.raises(RunCancelled):
        GenerationRunner().run(request, observe, cancel)
    assert list(tmp_path.iterdir()) == []
