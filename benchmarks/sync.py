"""Do picture and sound keep together? `python -m benchmarks.sync [--player vlc|qt|stills] [--seconds 60]`.

A film whose every frame says its number and whose sound clicks every half second is played by the window's own parts,
into a virtual sound device (PulseAudio's null sink) that is recorded. What was shown is read off the screen, what was
heard off the recording, both against one clock:

    picture   time of the frame on the screen - time of the sound heard then: by the mixer's clock, and by the recording
    gain      from a change of a fader to half of the change in the recording
    A/B       the shortest level that the recording has while one take changes to another
    seek      from a seek while playing until the frame and the sound of the new place are there

Without PulseAudio a clock stands in for the device, and only the first figure is measured. VLC needs a display: the
benchmark starts Xvfb where it can. The bar: picture within 40 ms of the sound throughout (the frames on the screen
change every 42 ms, so the middle of a frame counts), gains within 50 ms of the mixer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.coded_video import read_number, write_coded_video

RATE = 48_000
FPS = 24
CLICK_S = 0.5
DRIFT_BAR_MS = 40.0
GAIN_BAR_MS = 50.0


class Device:
    """A PulseAudio of our own with a null sink, recorded as it plays."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "pulse.sock"
        self._environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        self._server = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error",
                "-L", f"module-null-sink sink_name=out rate={RATE}",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
            ],
            env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 10
        while not self.socket.exists() and time.monotonic() < until:
            time.sleep(0.05)
        os.environ["PULSE_SERVER"] = f"unix:{self.socket}"
        self.blocks: list[tuple[float, np.ndarray]] = []
        self._recorder = subprocess.Popen(
            ["parec", "-d", "out.monitor", "--latency-msec=5", f"--rate={RATE}", "--channels=1", "--format=s16le"],
            env={**self._environment, "PULSE_SERVER": f"unix:{self.socket}"}, stdout=subprocess.PIPE,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        while not self.blocks and time.monotonic() < until:
            time.sleep(0.05)

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        descriptor = self._recorder.stdout.fileno()
        while block := os.read(descriptor, 1 << 16):
            self.blocks.append((time.monotonic(), np.frombuffer(block[: len(block) // 2 * 2], np.int16)))

    def recorded(self) -> tuple[np.ndarray, np.ndarray]:
        """All samples -1..1, and when each was there; blocks come late, never early, so the earliest fit counts."""
        ends = np.cumsum([len(block) for _, block in self.blocks])
        lateness = np.array([at for at, _ in self.blocks]) - ends / RATE
        spans = np.maximum(1, (ends / RATE / 2).astype(int))
        origin = np.array([lateness[spans == span].min() for span in spans])
        samples = np.concatenate([block for _, block in self.blocks]).astype(np.float32) / 32768
        return samples, np.arange(len(samples)) / RATE + np.interp(np.arange(len(samples)), ends, origin)

    def close(self) -> None:
        for process in (self._recorder, self._server):
            process.terminate()
            process.wait(10)


def tone_wav(path: Path, hz: float, seconds: float) -> Path:
    """A steady tone at a tenth of full scale."""
    samples = np.rint(3277 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(samples, 2).tobytes())
    return path


def film(path: Path, seconds: float) -> Path:
    """Numbered frames; a click of 2 ms every half second."""
    sound = np.zeros(round(seconds * RATE), np.float32)
    for at in np.arange(CLICK_S, seconds, CLICK_S):
        sound[round(at * RATE) : round(at * RATE) + 96] = 0.8
    return write_coded_video(path, seconds=seconds, sound=sound, keyframe_every=96)


class Session:
    """A playback on a window, watched."""

    def __init__(self, app: Any, kind: str, path: Path, seconds: float, device: Device | None) -> None:
        from diffbgm_gui.bridge import EngineBridge
        from diffbgm_gui.playback import Playback
        from diffbgm_gui.player import FrameGrid, make_player
        from diffbgm_gui.sound.film_sound import FilmSound, FilmSounds
        from diffbgm_gui.sound.mixer import Mixer
        from diffbgm_gui.sound.outputs import SilentOutput
        from diffbgm_gui.widgets.picture import Picture
        from engine.video.probe import probe

        self.app, self.path = app, path
        self.playback = Playback(make_player(kind), Mixer(None if device is not None else SilentOutput()))
        self.playback.failed.connect(lambda said: print("failed:", said))
        self.number: int | None = None
        self.log: list[tuple[float, int, float]] = []
        self.window = self.playback.surface or Picture()
        self.window.resize(384, 216)
        self.window.show()
        if self.playback.surface is None:
            self.playback.frame_ready.connect(self.window.show_image)
        info = probe(path)
        self.playback.duration_s = float(info.duration_s)
        self.playback.frames = FrameGrid(float(info.frame_rate))
        self.playback.open(path)
        self.sounds, self.bridge, heard = FilmSounds(), EngineBridge(interval_ms=5), []
        self.bridge.event_arrived.connect(heard.append)
        self.bridge.submit(self.sounds.decode(info))
        self.until(lambda: any(isinstance(event, FilmSound) and event.is_complete for event in heard))
        self.playback.mixer.set_original(heard[-1].recording)

    def shown(self) -> int | None:
        if self.playback.surface is not None:
            return read_number(self.window.screen().grabWindow(self.window.winId()).toImage())
        image = self.window.image
        return None if image is None else read_number(image)

    def watch(self, seconds: float) -> None:
        """Note which frame is on the screen, and where the mixer says that the film is."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.app.processEvents()
            number, now = self.shown(), time.monotonic()
            if number is not None and self.playback.is_playing:
                self.log.append((now, number, self.playback.position_s))
            time.sleep(0.006)

    def until(self, true: Any, limit_s: float = 20.0) -> None:
        begun = time.monotonic()
        while not true() and time.monotonic() - begun < limit_s:
            self.app.processEvents()
            time.sleep(0.003)

    def close(self) -> None:
        self.playback.shut_down()
        self.bridge.close()
        self.sounds.close()


def line(name: str, values: np.ndarray, unit: str = "ms") -> None:
    """Print what a row of measurements comes to."""
    low, middle, high = np.percentile(values, (1, 50, 99))
    print(f"{name:<34}{middle:>8.1f} {unit}   1 %..99 % {low:.1f}..{high:.1f}   n {len(values)}")


def drift(log: list[tuple[float, int, float]], skip_s: float = 2.0) -> np.ndarray:
    """Picture ahead of the mixer's clock in ms, smoothed over a second so that the frame's own length goes out."""
    at, number, heard = (np.array(column) for column in zip(*log, strict=True))
    ahead = ((number + 0.5) / FPS - heard) * 1000
    kept = at > at[0] + skip_s
    at, ahead = at[kept], ahead[kept]
    seen = [ahead[(at >= t) & (at < t + 1.0)] for t in np.arange(at[0], at[-1] - 1.0, 0.5)]
    return np.array([part.mean() for part in seen if len(part) > 0])


def clicks(samples: np.ndarray, times: np.ndarray) -> np.ndarray:
    """When the clicks of the film were heard."""
    loud = np.flatnonzero(np.abs(samples) > 0.4)
    first = loud[np.insert(np.diff(loud) > RATE // 10, 0, True)]
    return times[first]


def by_recording(log: list[tuple[float, int, float]], heard_at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ahead of the recorded clicks, in ms: the picture, and the mixer's clock."""
    at, number, clock = (np.array(column) for column in zip(*log, strict=True))
    picture, mixer = [], []
    for moment in heard_at:
        if not at[0] + 2 < moment < at[-1] - 0.1:
            continue
        said = float(np.interp(moment, at, clock))
        truth = round(said / CLICK_S) * CLICK_S
        near = (at > moment - 0.25) & (at < moment + 0.25)
        shown = ((number[near] + 0.5) / FPS - at[near]).mean() + moment
        picture.append(1000 * (shown - truth))
        mixer.append(1000 * (said - truth))
    return np.array(picture), np.array(mixer)


def envelope(samples: np.ndarray) -> np.ndarray:
    """Level of a tone over 2 ms."""
    return np.sqrt(np.convolve(samples**2, np.ones(96) / 96, "same"))


def gain_latency(session: Session, device: Device, folder: Path) -> tuple[np.ndarray, float]:
    """Ms from a change to half of it in the recording; and the lowest level while takes change, against the lower."""
    playback = session.playback
    files = {name: tone_wav(folder / f"{name}.wav", hz, playback.duration_s) for name, hz in (("a", 1000), ("b", 1500))}
    mixer = playback.mixer
    mixer.set_on(original=False)
    mixer.set_take("a", {0: files["a"]})
    playback.seek(1.0)
    playback.play()
    session.watch(2.5)
    asked, swapped = [], []
    for turn in range(12):
        session.watch(0.35)
        asked.append(time.monotonic())
        mixer.set_muted(0, turn % 2 == 0)
    mixer.set_muted(0, False)
    for turn in range(6):
        session.watch(0.4)
        swapped.append(time.monotonic())
        name = "b" if turn % 2 == 0 else "a"
        mixer.set_take(name, {0: files[name]})
    session.watch(0.5)
    playback.pause()
    samples, times = device.recorded()
    level = envelope(samples)
    full = np.median(level[(times > asked[0] - 0.3) & (times < asked[0])])
    found = []
    for turn, at in enumerate(asked):
        part = (times > at) & (times < at + 0.3)
        crossed = level[part] < full / 2 if turn % 2 == 0 else level[part] > full / 2
        found.append(1000 * (times[part][np.argmax(crossed)] - at))
    lowest = min(level[(times > at) & (times < at + 0.3)].min() for at in swapped)
    return np.array(found), float(lowest / full)


def seeks(session: Session) -> np.ndarray:
    """Ms from a seek while playing until picture and clock are at the new place, within 60 ms of each other."""
    playback, spent = session.playback, []
    playback.mixer.set_on(original=True)
    playback.play()
    session.watch(1.0)
    for place in (20.0, 5.3, 40.7, 12.1, 30.9):
        target = place % max(10.0, playback.duration_s - 8)
        asked = time.monotonic()
        playback.seek(target)
        session.until(
            lambda t=target: (
                playback.mixer.is_moving
                and playback.position_s >= t
                and abs(((session.shown() or 0) + 0.5) / FPS - playback.position_s) < 0.06
            ),
            5.0,
        )
        spent.append(1000 * (time.monotonic() - asked))
        session.watch(1.2)
    playback.pause()
    return np.array(spent)


def with_display(kind: str) -> None:
    """Start again under Xvfb where a display is needed and none is there."""
    if kind == "vlc" and not os.environ.get("DISPLAY"):
        if shutil.which("xvfb-run") is None:
            raise SystemExit("VLC needs a display, or xvfb-run.")
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        os.execvp("xvfb-run", ["xvfb-run", "-a", sys.executable, "-m", "benchmarks.sync", *sys.argv[1:]])
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if kind == "vlc" else "offscreen")


def main() -> int:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--player", choices=("vlc", "qt", "stills"), default="vlc")
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    with_display(arguments.player)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        device = Device(folder) if shutil.which("pulseaudio") and shutil.which("parec") else None
        from PySide6.QtWidgets import QApplication

        app = QApplication([])
        path = film(folder / "film.mkv", arguments.seconds + 6)
        session = Session(app, arguments.player, path, arguments.seconds, device)
        playback = session.playback
        print(f"player {playback.picture.name}, sound {'PulseAudio, null sink' if device else 'a clock, no device'}")
        session.watch(0.5)
        processor = time.process_time()
        playback.play()
        session.watch(arguments.seconds)
        playback.pause()
        print(
            f"processor time of the process     {100 * (time.process_time() - processor) / arguments.seconds:>8.1f} %"
        )
        ahead = drift(session.log)
        line("picture ahead of the mixer's clock", ahead)
        misses = np.abs(ahead).max() > DRIFT_BAR_MS
        if device is not None:
            picture, mixer = by_recording(session.log, clicks(*device.recorded()))
            line("picture ahead of the recording", picture)
            line("mixer's clock ahead of recording", mixer)
            output = playback.mixer.output
            print(f"device ran dry {output.underruns} times; {1000 * output.filled_s:.0f} ms are written ahead")
            found, lowest = gain_latency(session, device, folder)
            line("gain, change to recording", found)
            print(f"A/B: level never below            {100 * lowest:>8.1f} % of the tone's")
            misses = misses or np.median(found) > GAIN_BAR_MS
        line("seek while playing, to in sync", seeks(session))
        session.close()
        if device is not None:
            device.close()
    return int(misses)


if __name__ == "__main__":
    sys.exit(main())
