"""What the add-ons share: finding the engine, its command lines, running it, frames and bars, WAV files, takes."""

from __future__ import annotations

import json
import os
import struct
import sys
import time
import wave
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli.main import build_parser
from engine.direction import Marker
from engine.interchange.reading import read_edit
from engine.music.moods import MOODS
from engine.music.palettes import PALETTES
from engine.music.tempo_solution import tempo_points
from engine.settings import STRICTNESS, GenerationSettings
from engine.timebase import TempoChange, TempoMap
from plugins.blender.diffbgm_studio.client import choices as menu
from plugins.blender.diffbgm_studio.client import process, takes, times, wav
from plugins.blender.diffbgm_studio.client.commands import (
    Command,
    Music,
    Picture,
    reconform_command,
    reroll_command,
    score_command,
    split_options,
)
from plugins.blender.diffbgm_studio.client.cutlist import Piece, otio_text
from plugins.blender.diffbgm_studio.client.faults import Fault
from plugins.blender.diffbgm_studio.client.locate import engine_environment, find_engine
from plugins.blender.diffbgm_studio.client.process import Job, Meter
from tests.helpers.video import TinyVideo

posix = pytest.mark.skipif(os.name == "nt", reason="needs signals and shell scripts")


# ---- finding the engine --------------------------------------------------------------------------------------------


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@posix
def test_the_engine_is_found_in_the_promised_order(tmp_path: Path) -> None:
    chosen, named = program(tmp_path / "a" / "diffbgm"), program(tmp_path / "b" / ".venv" / "bin" / "diffbgm")
    on_path, usual = program(tmp_path / "c" / "diffbgm"), program(tmp_path / ".local" / "bin" / "diffbgm")
    environ = {"PATH": str(on_path.parent), "HOME": str(tmp_path), "DIFFBGM": str(tmp_path / "b")}
    assert find_engine(str(chosen), environ) == (str(chosen),)
    assert find_engine(f" {chosen.parent} ", environ) == (str(chosen),)
    assert find_engine("", environ) == (str(named),)
    assert find_engine("", {**environ, "DIFFBGM": ""}) == (str(on_path),)
    assert find_engine("", {"PATH": "", "HOME": str(tmp_path)}) == (str(usual),)


@posix
def test_a_missing_engine_is_told(tmp_path: Path) -> None:
    environ = {"PATH": "", "HOME": str(tmp_path)}
    with pytest.raises(Fault, match="was not found"):
        find_engine("", environ)
    (tmp_path / "diffbgm").write_text("not a program")
    for wrong in (tmp_path / "nowhere", tmp_path / "diffbgm"):
        with pytest.raises(Fault, match="preferences name is not there"):
            find_engine(str(wrong), environ)
    with pytest.raises(Fault, match="variable DIFFBGM"):
        find_engine("", {**environ, "DIFFBGM": "/nowhere"})


def test_the_editors_python_does_not_leak() -> None:
    environ = engine_environment({"PYTHONHOME": "/x", "PYTHONPATH": "/y", "PATH": "/z", "DIFFBGM_CACHE_DIR": "/c"})
    assert environ == {"PATH": "/z", "DIFFBGM_CACHE_DIR": "/c", "PYTHONIOENCODING": "utf-8"}


# ---- command lines -------------------------------------------------------------------------------------------------


def parsed(command: Command) -> Any:
    assert command.argv[0] == "diffbgm"
    return build_parser().parse_args(command.argv[1:])


def test_menus_offer_what_the_engine_knows() -> None:
    assert [name for name, _, _ in menu.MOODS] == list(MOODS)
    assert [(name, title) for name, title, _ in menu.PALETTES] == [(p.name, p.title) for p in PALETTES.values()]
    assert tuple(name for name, _, _ in menu.STRICTNESS) == STRICTNESS


def test_defaults_are_the_engines() -> None:
    mine, theirs = Music(), GenerationSettings()
    assert (mine.mood, mine.palette, mine.t0, mine.k) == (theirs.mood, theirs.palette, theirs.t0, theirs.k)


def test_the_engine_reads_every_option_of_a_score_command(tmp_path: Path) -> None:
    music = Music(
        "calm", "guitar", 7, 3, 150, 4, 12, (80, 96.5), "strict", "broadcast", True, True, ("--device", "cpu")
    )
    picture = Picture(
        tmp_path / "a b.mp4",
        (Fraction(1001, 24000), Fraction(9, 2)),
        ((Fraction(1), "-the = door\n"), (Fraction(2), "")),
        (Fraction(1),),
    )
    command = score_command(("diffbgm",), picture, music, tmp_path / "take.wav", tmp_path / "p.dbgm")
    args = parsed(command)
    assert command.runs == 3
    assert (args.video, args.output) == (str(tmp_path / "a b.mp4"), str(tmp_path / "take.wav"))
    assert (args.mood, args.palette, args.seed, args.takes) == ("calm", "guitar", 7, 3)
    assert (args.t0, args.k, args.steps, args.tempo) == (150, 4, 12, (80, 96.5))
    assert (args.strictness, args.loudness, args.duck_notes, args.device) == ("strict", -23.0, True, "cpu")
    assert args.range == (Fraction(1001, 24000), Fraction(9, 2))
    assert args.marker == [Marker(Fraction(1), "-the = door"), Marker(Fraction(2), "")]
    assert args.star == [Fraction(1)]
    assert args.stems == str(tmp_path / "take parts")
    assert (args.json, args.progress) == (True, "json")


def test_options_are_taken_apart_as_typed() -> None:
    typed = r"""--device cuda --bundle "C:\my models\new" --key='A minor'"""
    assert split_options(typed) == ("--device", "cuda", "--bundle", r"C:\my models\new", "--key=A minor")
    with pytest.raises(Fault, match="open quote"):
        split_options('--key "A minor')


def test_no_stars_asked_and_none_wanted_differ(tmp_path: Path) -> None:
    def stars(given: tuple[Fraction, ...] | None) -> Any:
        picture = Picture(tmp_path / "a.mp4", stars=given)
        return parsed(score_command(("diffbgm",), picture, Music(), tmp_path / "t.wav", tmp_path / "p.dbgm")).star

    assert stars(None) is None  # the engine chooses
    assert stars(()) == [None]  # nowhere


def test_the_engine_reads_revisions(tmp_path: Path) -> None:
    wav_file, project = tmp_path / "t.wav", tmp_path / "p.dbgm"
    args = parsed(reroll_command(("diffbgm",), project, "abc", (5, 8), wav_file, seed=3, stems=True))
    assert (args.project, args.take, args.bars, args.seed) == (str(project), "abc", "5:8", 3)
    assert (args.output, args.manifest) == (str(wav_file), str(tmp_path / "t.json"))
    args = parsed(reconform_command(("diffbgm",), project, "abc", tmp_path / "new.mp4", wav_file, extra=("--seed=4",)))
    assert (args.edit, args.take, args.seed) == (str(tmp_path / "new.mp4"), "abc", 4)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001)])
def test_the_engine_reads_a_cut_list(tmp_path: Path, tiny_video: Callable[..., TinyVideo], rate: Fraction) -> None:
    film = tiny_video(shots_s=(2.0,), frame_rate=rate, audio_hz=None).path
    pieces = (Piece("a", film, 10, 20), Piece("black", None, 0, 6), Piece("b", film, 0, 12))
    path = tmp_path / "cut.otio"
    path.write_text(otio_text("scene", pieces, rate), encoding="utf-8")
    cuts = read_edit(path, timecode_of=lambda _path: Fraction(3600)).cuts
    assert cuts.frame_rate == rate and cuts.name == "scene"
    assert [(s.media, s.name) for s in cuts.segments if s.media] == [(film, "a"), (film, "b")]
    assert [s.start_s * rate for s in cuts.segments] == [0, 20, 26] and cuts.duration_s * rate == 38
    assert [s.source_s * rate for s in cuts.segments if s.media] == [10, 0]


# ---- running -------------------------------------------------------------------------------------------------------


def script(text: str, *, runs: int = 1) -> Command:
    """A process that runs some Python."""
    tell = "import json, sys, time\ndef say(**e): print(json.dumps(e), file=sys.stderr, flush=True)\n"
    return Command((sys.executable, "-c", tell + text), "Working", runs)


def over(job: Job, limit_s: float = 20) -> process.Progress:
    assert job.join(limit_s)
    return job.progress()


def until(condition: Any, limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_job_runs_its_commands_in_turn(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "kept").write_text("")
    first = script("say(event='warning', message='short film'); print('noise'); print('{\"ok\": true, \"n\": 1}')")
    second = script('print(\'{"ok": true, "n": 2}\')')
    job = Job(
        [first, second],
        finish=lambda answers: [answer["n"] for answer in answers],
        scratch=[scratch],
        tentative=[tmp_path / "kept"],
    ).start()
    done = over(job)
    assert (done.state, done.share) == ("done", 1.0)
    assert job.product == [1, 2]
    assert not scratch.exists() and (tmp_path / "kept").exists()


def test_a_failing_command_ends_the_job_with_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "half").write_text("")
    error = {"ok": False, "error": {"message": "No picture.", "hint": "Give one."}}
    bad = script(f"print({json.dumps(json.dumps(error))}); sys.exit(1)")
    never = script(f"open({str(tmp_path / 'never')!r}, 'w')")
    job = Job([bad, never], tentative=[tmp_path / "half"]).start()
    failed = over(job)
    assert (failed.state, failed.message, failed.hint) == ("failed", "No picture.", "Give one.")
    assert failed.text() == "No picture. Give one."
    assert not (tmp_path / "never").exists() and not (tmp_path / "half").exists()


def test_a_crash_is_told_with_its_last_line() -> None:
    failed = over(Job([script("say(event='stage', stage='synth'); raise ValueError('boom')")]).start())
    assert failed.state == "failed"
    assert "status 1" in failed.message and failed.hint == "ValueError: boom"


def test_a_missing_program_is_told() -> None:
    failed = over(Job([Command(("/nowhere/diffbgm",), "Composing")]).start())
    assert failed.state == "failed" and "does not start" in failed.message


def test_a_fault_in_finishing_is_told() -> None:
    def finish(_answers: Any) -> None:
        raise Fault("The disk is full.", "Free some space.")

    failed = over(Job([script("print('{\"ok\": true}')")], finish=finish).start())
    assert failed.text() == "The disk is full. Free some space."


def test_much_output_does_not_block() -> None:
    text = "print('x' * 3_000_000); sys.stderr.write('y' * 3_000_000 + chr(10)); print('{\"ok\": true}')"
    assert over(Job([script(text)]).start()).state == "done"


@posix
def test_cancel_counts_at_once_and_the_process_tidies_up(tmp_path: Path) -> None:
    tidy = tmp_path / "tidied"
    text = (
        "import signal\n"
        f"def end(*_): open({str(tidy)!r}, 'w').close(); sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "say(event='started', seed=1)\nsay(event='progress', stage='denoise', done=1, total=9, share=0.2, eta_s=8)\n"
        "time.sleep(60)"
    )
    job = Job([script(text)]).start()
    until(lambda: job.progress().share > 0)
    assert job.progress().label == "Composing"
    began = time.monotonic()
    job.cancel()
    assert job.progress().state == "cancelled" and time.monotonic() - began < 0.5
    assert over(job).state == "cancelled"
    assert tidy.exists()
    assert job.product is None


@posix
def test_a_stubborn_process_and_its_children_are_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.3)
    child = tmp_path / "child"
    text = (
        "import os, signal, subprocess\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "p = subprocess.Popen([sys.executable, '-c', "
        "'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'])\n"
        f"open({str(child)!r}, 'w').write(str(p.pid))\nsay(event='progress', stage='synth', share=0.5)\ntime.sleep(60)"
    )
    job = Job([script(text)]).start()
    until(lambda: job.progress().share > 0)
    job.cancel()
    assert over(job, 10).state == "cancelled"
    pid = int(child.read_text())
    until(lambda: not _is_alive(pid), 5)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_cancelling_before_the_second_command_skips_it(tmp_path: Path) -> None:
    commands = [script("time.sleep(0.5); print('{\"ok\": true}')"), script(f"open({str(tmp_path / 'x')!r}, 'w')")]
    job = Job(commands).start()
    job.cancel()
    assert over(job).state == "cancelled"
    assert not (tmp_path / "x").exists()


def feed(meter: Meter, *events: dict[str, Any]) -> None:
    for event in events:
        meter.take(json.dumps(event))


def test_progress_of_several_takes_adds_up() -> None:
    meter = Meter(Command((), "Composing", 2))
    feed(meter, {"event": "started", "seed": 1}, {"event": "progress", "stage": "synth", "share": 0.5, "eta_s": 4})
    assert (meter.share, meter.eta_s) == (0.25, 12)  # 4 s here, 8 s for the other
    assert meter.told() == "Take 1 of 2: Playing the instruments"
    feed(meter, {"event": "started", "seed": 2}, {"event": "progress", "stage": "analyse", "share": 0.5, "eta_s": 4})
    assert (meter.share, meter.eta_s) == (0.75, 4)
    assert meter.told().startswith("Take 2 of 2")


@given(st.lists(st.one_of(st.text(max_size=30), st.floats(0, 1)), max_size=20))
def test_progress_never_falls_whatever_is_said(said: list[Any]) -> None:
    meter, shares = Meter(Command((), "Composing", 2)), [0.0]
    for item in said:
        is_event = isinstance(item, float)
        meter.take(json.dumps({"event": "progress", "stage": "synth", "share": item}) if is_event else item)
        shares.append(meter.share)
    assert all(a <= b <= 1 for a, b in pairwise(shares))


def test_text_of_progress() -> None:
    assert process.Progress(label="Composing", share=0.43, eta_s=8.2).text() == "Composing: 43%, about 8 s left"
    assert process.Progress(label="Composing", elapsed_s=3.4).text() == "Composing: 0%, 3 s"
    assert process.eta_text(200) == "3 min"


# ---- frames and bars -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fps", "base", "rate"),
    [
        (24, 1.0, Fraction(24)),
        (24, np.float32(1.001), Fraction(24000, 1001)),
        (30, np.float32(1.001), Fraction(30000, 1001)),
        (25, 1.0, Fraction(25)),
        (60, np.float32(1.001), Fraction(60000, 1001)),
    ],
)
def test_frame_rates_are_exact(fps: int, base: float, rate: Fraction) -> None:
    assert times.frame_rate(fps, float(base)) == rate


@given(st.integers(0, 500_000), st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(60)]))
def test_frames_survive_seconds(frame: int, rate: Fraction) -> None:
    assert times.nearest_frame(times.seconds_of(frame, rate), rate) == frame


@given(st.lists(st.integers(400_000, 900_000), min_size=1, max_size=9), st.integers(0, 3000))
def test_beats_fall_where_the_engines_tempo_map_says(tempi_us: list[int], start_ms: int) -> None:
    changes = tuple(TempoChange(Fraction(beat), tempo_us) for beat, tempo_us in enumerate(tempi_us))
    tempo = TempoMap(Fraction(start_ms, 1000), changes)
    music = {"start_s": float(tempo.start_s), "bpm": 1.0, "beats": 12, "tempo": tempo_points(tempo, Fraction(100))}
    bars = times.Bars.of_manifest({"music": music})
    for beat in range(13):
        assert bars.second(beat) == pytest.approx(float(tempo.seconds(Fraction(beat))), abs=1e-6)


def test_bars_lie_where_the_tempo_puts_them() -> None:
    manifest = {"music": {"start_s": 1.0, "bpm": 120.0, "beats": 10, "tempo": [[1.0, 120.0], [3.0, 60.0], [7.0, 90.0]]}}
    bars = times.Bars.of_manifest(manifest)
    assert bars.count == 3
    assert [bars.second(beat) for beat in (0, 4, 8)] == pytest.approx([1.0, 3.0, 7.0])
    assert bars.span_of(2, 3) == pytest.approx((3.0, 7.0 + 2 * 60 / 90))
    assert [bars.bar_at(second) for second in (0, 1, 2.99, 3.0, 6.9, 7.0, 99)] == [1, 1, 1, 2, 2, 3, 3]
    assert bars.bars_between(3.0, 7.0) == (2, 2)
    assert bars.bars_between(2.9, 7.1) == (1, 3)
    assert bars.bars_between(90, 99) == (3, 3)


@given(st.floats(0, 60))
def test_beats_and_seconds_are_inverse(beat: float) -> None:
    bars = times.Bars(((0.5, 100.0), (2.0, 80.0), (9.0, 121.5)), 60)
    assert bars.beat(bars.second(beat)) == pytest.approx(beat, abs=1e-6)


# ---- WAV -----------------------------------------------------------------------------------------------------------


def write_wav(path: Path, samples: np.ndarray, rate: int = 48000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels())


def test_a_cut_is_exact_to_the_sample_and_keeps_other_chunks(tmp_path: Path) -> None:
    samples = np.arange(2 * 48000, dtype=np.int32).reshape(-1, 2) % 30000
    source = write_wav(tmp_path / "a.wav", samples)
    note = b"made by a machine"
    with source.open("r+b") as file:
        file.seek(0, 2)
        file.write(struct.pack("<4sI", b"note", len(note)) + note + b"\0")
    wav.cut_wav(source, tmp_path / "b.wav", Fraction(1, 4), Fraction(1, 2))
    assert np.array_equal(read_wav(tmp_path / "b.wav"), samples[12000:36000])
    data = (tmp_path / "b.wav").read_bytes()
    assert note in data and struct.unpack("<I", data[4:8])[0] == len(data) - 8
    assert wav.duration_of(tmp_path / "b.wav") == Fraction(1, 2)


def test_what_the_source_lacks_is_silence(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", np.full((4800, 1), 7))
    wav.cut_wav(source, tmp_path / "b.wav", Fraction(0), Fraction(1))
    cut = read_wav(tmp_path / "b.wav")
    assert len(cut) == 48000 and (cut[:4800] == 7).all() and not cut[4800:].any()
    wav.cut_wav(source, tmp_path / "c.wav", Fraction(5), Fraction(1))
    assert len(read_wav(tmp_path / "c.wav")) == 48000 and not read_wav(tmp_path / "c.wav").any()


@pytest.mark.parametrize("data", [b"", b"RIFF\0\0\0\0WAVE", b"OggS" + b"\0" * 60, b"RIFF\0\0\0\0WAVEdata\0\0\0\0"])
def test_what_is_no_wav_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(Fault, match="WAV"):
        wav.duration_of(tmp_path / "a.wav")


# ---- takes ---------------------------------------------------------------------------------------------------------


def manifest(seed: int = 5) -> dict[str, Any]:
    hit = {"time_s": 1.0, "kind": "cut", "label": "", "bar": 1, "beat": 3, "error_ms": 0.25, "starred": True}
    return {
        "seed": seed,
        "hits": [hit],
        "music": {"start_s": 0.0, "bpm": 120.0, "beats": 8, "tempo": [[0.0, 120.0]]},
    }


def made(tmp_path: Path, name: str = "Take 1") -> takes.Made:
    sound = write_wav(tmp_path / "made.wav", np.ones((96000, 2)))
    return takes.Made("id1", name, 5, sound, None, manifest())


def test_settled_files_never_overwrite(tmp_path: Path) -> None:
    folder = tmp_path / "film_music"
    first = takes.settle(made(tmp_path, "a/b: *"), folder, "film", Fraction(0), Fraction(1))
    second = takes.settle(made(tmp_path, "a/b: *"), folder, "film", Fraction(0), Fraction(1))
    assert first.files == {"mix": "film a_b_ _.wav"} and second.files == {"mix": "film a_b_ _ (2).wav"}
    assert wav.duration_of(folder / first.files["mix"]) == 1
    assert first.hits[0].label == "cut" and first.bars.count == 2


def test_a_record_survives_as_text(tmp_path: Path) -> None:
    take = takes.settle(made(tmp_path), tmp_path / "m", "film", Fraction(0), Fraction(1001, 24000))
    record = takes.MusicRecord(
        "r", "//p.dbgm", "//m", "0", "1001/24000", "SCENE", "{}", (take,), take.id, markers=(("♪ 1.1 ä", 7),)
    )
    assert takes.MusicRecord.from_text(record.to_text()) == record
    assert record.take().id == "id1"
    with pytest.raises(Fault, match="not there"):
        record.take("other")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"takes": 3}', "null"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(Fault, match="cannot be read"):
        takes.MusicRecord.from_text(text)


def test_a_newer_record_is_refused(tmp_path: Path) -> None:
    take = takes.settle(made(tmp_path), tmp_path / "m", "film", Fraction(0), Fraction(1))
    record = takes.MusicRecord("r", "", "", "0", "1", "SCENE", "{}", (take,), take.id, format=takes.FORMAT + 1)
    with pytest.raises(Fault, match="newer"):
        takes.MusicRecord.from_text(record.to_text())
