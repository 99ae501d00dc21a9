"""Soundfont files, and the tones that the built-in player makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audio.sampler import render_part
from engine.audio.soundfont import SoundFont
from engine.audio.synth import default_soundfont
from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from engine.music.notes import Voice
from engine.music.score import EXPRESSION, PEDAL, Control, Part, ScoreNote
from tests.helpers.soundfont import KEYS, VELOCITIES, TinyZone, write_soundfont

RATE = 44100
ATTACK, DECAY, SUSTAIN, RELEASE = 34, 36, 37, 38
CUTOFF, PAN, ATTENUATION, VIBRATO_DEPTH, VIBRATO_RATE = 8, 17, 48, 6, 24

Wave = NDArray[np.float32]


def _play(font: SoundFont, *notes: ScoreNote, seconds: float = 2.0, controls: tuple[Control, ...] = ()) -> Wave:
    part = Part("Test", Voice.MELODY, 0, notes, controls)
    return render_part(font, part, points=round(seconds * RATE), sample_rate=RATE)


def _font(tmp_path: Path, *zones: TinyZone, preset: dict[int, int] | None = None) -> SoundFont:
    return SoundFont(write_soundfont(tmp_path / "tiny.sf2", zones or (TinyZone(),), preset=preset))


def _hz(wave: Wave, first_s: float = 0.2, last_s: float = 0.9) -> float:
    part = wave[0, round(first_s * RATE) : round(last_s * RATE)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 19))
    return float(np.argmax(spectrum) * RATE / (1 << 19))


def _rms(wave: Wave, first_s: float, last_s: float) -> float:
    return float(np.sqrt((wave[:, round(first_s * RATE) : round(last_s * RATE)].astype(np.float64) ** 2).mean()))


@pytest.mark.parametrize("pitch", [36, 57, 60, 69, 81])
def test_notes_are_in_tune(tmp_path: Path, pitch: int) -> None:
    wave = _play(_font(tmp_path), ScoreNote(0.0, pitch, 1.0, 100))
    cents = 1200 * np.log2(_hz(wave) / (440 * 2 ** ((pitch - 69) / 12)))
    assert abs(cents) < 3


@pytest.mark.parametrize("program", [0, 4, 24, 42, 73])
def test_the_default_soundfont_is_in_tune(program: int) -> None:
    part = Part("Test", Voice.MELODY, program, (ScoreNote(0.0, 69, 1.0, 100),))
    wave = render_part(SoundFont(default_soundfont()), part, points=RATE, sample_rate=RATE)
    hz = _hz(wave)
    partial = round(hz / 440)
    assert partial >= 1
    assert abs(1200 * np.log2(hz / (440 * partial))) < 15


def test_louder_notes_are_louder_by_the_square(tmp_path: Path) -> None:
    font = _font(tmp_path)
    soft, loud = (_rms(_play(font, ScoreNote(0.0, 60, 1.0, velocity)), 0.2, 0.8) for velocity in (50, 100))
    assert loud / soft == pytest.approx(4, rel=0.01)


def test_a_note_sounds_from_its_start_to_its_end(tmp_path: Path) -> None:
    wave = _play(_font(tmp_path, TinyZone({RELEASE: -3986})), ScoreNote(0.5, 60, 1.0, 100))
    assert not wave[:, : RATE // 2].any()
    assert _rms(wave, 0.5, 0.55) > 0.1
    assert _rms(wave, 0.9, 1.0) == pytest.approx(_rms(wave, 0.6, 0.7), rel=0.01)
    assert _rms(wave, 1.15, 2.0) < 1e-4  # the release is a tenth of a second


def test_loops_go_on_without_a_seam(tmp_path: Path) -> None:
    wave = _play(_font(tmp_path), ScoreNote(0.0, 60, 4.0, 127), seconds=4.0)[0, RATE : 3 * RATE]
    assert _rms(wave[None], 0, 1) > 0.1
    jumps = np.abs(np.diff(wave))
    assert jumps.max() < 1.02 * np.median(np.sort(jumps)[-200:])


def test_a_sample_without_a_loop_ends_by_itself(tmp_path: Path) -> None:
    wave = _play(_font(tmp_path, TinyZone(loops=False)), ScoreNote(0.0, 60, 2.0, 100))
    assert _rms(wave, 0.1, 0.7) > 0.1
    assert not wave[:, round(0.8 * RATE) :].any()


def test_envelopes_take_their_time(tmp_path: Path) -> None:
    slow = _play(_font(tmp_path, TinyZone({ATTACK: 0})), ScoreNote(0.0, 60, 2.0, 100))  # one second
    assert _rms(slow, 0.45, 0.55) / _rms(slow, 1.2, 1.4) == pytest.approx(0.5, rel=0.05)
    falling = _play(
        _font(tmp_path, TinyZone({DECAY: 2400, SUSTAIN: 200})), ScoreNote(0.0, 60, 2.0, 100)
    )  # 100 dB in 4 s, held at -20 dB
    assert 20 * np.log10(_rms(falling, 0.39, 0.41) / _rms(falling, 0.01, 0.03)) == pytest.approx(-9.5, abs=0.5)
    assert 20 * np.log10(_rms(falling, 1.4, 1.6) / _rms(falling, 0.002, 0.01)) == pytest.approx(-20, abs=0.6)


def test_zones_are_chosen_by_key_and_velocity(tmp_path: Path) -> None:
    font = _font(
        tmp_path,
        TinyZone({KEYS: (0, 59), PAN: -500}),
        TinyZone({KEYS: (60, 127), VELOCITIES: (0, 63), PAN: 500}),
        TinyZone({KEYS: (60, 127), VELOCITIES: (64, 127), PAN: 0}),
    )
    assert len(font.zones(0)) == 3
    for pitch, velocity, sides in ((50, 100, (1, 0)), (70, 50, (0, 1)), (70, 100, (1, 1))):
        wave = _play(font, ScoreNote(0.0, pitch, 1.0, velocity))
        heard = [float(np.abs(side).max()) > 1e-3 for side in wave]
        assert heard == [bool(side) for side in sides]


def test_presets_add_to_instruments(tmp_path: Path) -> None:
    plain = _rms(_play(_font(tmp_path), ScoreNote(0.0, 60, 1.0, 100)), 0.2, 0.8)
    quiet = _font(tmp_path, TinyZone({ATTENUATION: 100}), preset={ATTENUATION: 150})
    level = _rms(_play(quiet, ScoreNote(0.0, 60, 1.0, 100)), 0.2, 0.8)
    assert 20 * np.log10(level / plain) == pytest.approx(-0.4 * 25, abs=0.1)
    other = _font(tmp_path, TinyZone({KEYS: (0, 64)}), preset={52: 30})
    assert 1200 * np.log2(_hz(_play(other, ScoreNote(0.0, 60, 1.0, 100))) / 261.6256) == pytest.approx(30, abs=3)


def test_a_low_pass_takes_the_top_off(tmp_path: Path) -> None:
    dark = _font(tmp_path, TinyZone({CUTOFF: 4000}))  # 82 Hz: the sine lies two octaves above
    plain = _rms(_play(_font(tmp_path), ScoreNote(0.0, 60, 1.0, 127)), 0.2, 0.8)
    assert 20 * np.log10(_rms(_play(dark, ScoreNote(0.0, 60, 1.0, 127)), 0.2, 0.8) / plain) == pytest.approx(-20, abs=3)
    softly = _rms(_play(dark, ScoreNote(0.0, 60, 1.0, 32)), 0.2, 0.8) / (32 / 127) ** 2
    assert softly < 0.5 * _rms(_play(dark, ScoreNote(0.0, 60, 1.0, 127)), 0.2, 0.8), "soft notes are darker"


def test_vibrato_moves_the_pitch(tmp_path: Path) -> None:
    font = _font(tmp_path, TinyZone({VIBRATO_DEPTH: 100, VIBRATO_RATE: -1200 * 2}))  # 2 Hz, one semitone
    wave = _play(font, ScoreNote(0.0, 60, 2.0, 100))
    heard = [_hz(wave, at, at + 0.06) for at in np.arange(0.05, 1.8, 0.06)]
    assert 1200 * np.log2(max(heard) / min(heard)) == pytest.approx(190, abs=40)


def test_the_pedal_holds_what_was_let_go(tmp_path: Path) -> None:
    font = _font(tmp_path)
    controls = (Control(0.1, PEDAL, 127), Control(1.2, PEDAL, 0))
    wave = _play(font, ScoreNote(0.0, 60, 0.4, 100), controls=controls)
    assert _rms(wave, 1.0, 1.19) == pytest.approx(_rms(wave, 0.1, 0.3), rel=0.01)
    assert _rms(wave, 1.4, 2.0) < 1e-3


def test_expression_moves_what_already_sounds(tmp_path: Path) -> None:
    controls = (Control(0.0, EXPRESSION, 127), Control(0.9, EXPRESSION, 127), Control(1.0, EXPRESSION, 64))
    wave = _play(_font(tmp_path), ScoreNote(0.0, 60, 2.0, 100), controls=controls)
    assert _rms(wave, 1.2, 1.8) / _rms(wave, 0.2, 0.8) == pytest.approx((64 / 127) ** 2, rel=0.01)


def test_rendering_is_repeatable_and_can_be_cancelled(tmp_path: Path) -> None:
    font = _font(tmp_path)
    notes = tuple(ScoreNote(0.1 * i, 50 + i, 0.1 * i + 0.3, 60 + i) for i in range(10))
    assert np.array_equal(_play(font, *notes), _play(font, *notes))
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        render_part(font, Part("Test", Voice.MELODY, 0, notes), points=RATE, sample_rate=RATE, cancel=cancel)


def test_a_missing_program_falls_back(tmp_path: Path) -> None:
    font = _font(tmp_path)
    assert font.zones(42) == font.zones(0)


def test_compressed_samples_are_decoded(tmp_path: Path) -> None:
    plain = write_soundfont(tmp_path / "plain.sf2", [TinyZone()])
    packed = write_soundfont(tmp_path / "packed.sf3", [TinyZone()], vorbis=True)
    assert packed.stat().st_size < 0.5 * plain.stat().st_size
    note = ScoreNote(0.0, 60, 1.0, 100)
    one, other = (_play(SoundFont(path), note) for path in (plain, packed))
    assert _rms(one - other, 0.1, 0.9) < 0.05 * _rms(one, 0.1, 0.9)


@pytest.mark.parametrize("content", [b"", b"hello", b"RIFF\x04\x00\x00\x00sfbk", b"RIFF\x04\x00\x00\x00WAVE"])
def test_what_is_no_soundfont_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.sf2"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        SoundFont(path)
    assert "bad.sf2" in error.value.message


def test_a_truncated_soundfont_is_refused(tmp_path: Path) -> None:
    whole = write_soundfont(tmp_path / "tiny.sf2", [TinyZone()]).read_bytes()
    for size in (len(whole) - 60, len(whole) // 2, 600):
        (tmp_path / "cut.sf2").write_bytes(whole[:size])
        with pytest.raises(InputError):
            _play(SoundFont(tmp_path / "cut.sf2"), ScoreNote(0.0, 60, 1.0, 100))


def test_a_missing_soundfont_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        SoundFont(tmp_path / "none.sf2")
    assert "none.sf2" in error.value.message
