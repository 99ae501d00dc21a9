"""How quickly the window appears and whether it ever stops answering.

    python benchmarks/gui.py                 everything, as a table
    python benchmarks/gui.py start           until the window is painted, beside an empty PySide6 window in the same run
    python benchmarks/gui.py generate        the longest silence of the window's thread while the demo is composed
    python benchmarks/gui.py scrub           the same while a film of an hour with a take is scrubbed, zoomed and edited

A heartbeat of 2 ms runs on the window's thread; the longest pause between two beats is what a user would feel. Beside
it stands how long that thread itself worked at most between two beats, which other programs of the machine do not
lengthen, and the longest pause of another process that only sleeps: what the machine itself holds up.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.music.take import Take
    from engine.signals import FrameSignals, VideoInfo

ROOT = Path(__file__).resolve().parents[1]
BEAT_MS = 2
FELT_MS = 50.0
_EMPTY = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
"""
_STUDIO = """
from diffbgm_gui.app import make_application
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.preferences import Preferences
app = make_application([])
window = MainWindow(preferences=Preferences(), at_once=False)
"""
_SHOW = """
import sys, time
window.show()
app.processEvents()
window.repaint()
print(time.time(), "torch" in sys.modules, flush=True)
import os
os._exit(0)
"""
_SLEEPER = """
import sys, time
last, longest = time.perf_counter(), 0.0
end = last + float(sys.argv[1])
while last < end:
    time.sleep(0.002)
    now = time.perf_counter()
    longest, last = max(longest, now - last), now
print(longest * 1000)
"""


@dataclass
class Heartbeat:
    """Pauses of the window's thread and its work in them, in ms, by what was going on."""

    pauses: dict[str, list[float]] = field(default_factory=dict)
    works: dict[str, list[float]] = field(default_factory=dict)
    phase: str = "idle"
    _last: float = 0.0
    _worked: float = 0.0

    def start(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._beat)
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self.timer.start()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.pauses.setdefault(self.phase, []).append((now - self._last) * 1000)
        self.works.setdefault(self.phase, []).append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked

    def table(self) -> str:
        words = ("longest ms", "99.9 % ms", f"> {FELT_MS:.0f} ms", "longest work ms", "beats")
        rows = [f"{'while':<28}" + "".join(f"{word:>17}" for word in words)]
        for phase, pauses in self.pauses.items():
            ordered = sorted(pauses)
            felt = sum(pause > FELT_MS for pause in pauses)
            high = ordered[int(0.999 * (len(ordered) - 1))]
            work = max(self.works[phase])
            rows.append(f"{phase:<28}{ordered[-1]:>17.1f}{high:>17.1f}{felt:>17}{work:>17.1f}{len(pauses):>17}")
        return "\n".join(rows)


def measure_start(n: int) -> None:
    """Wall time from the start of the interpreter until the window is painted."""
    took: dict[str, list[float]] = {"empty PySide6 window": [], "studio": []}
    torch = False
    for i in range(n + 1):
        for name, code in (("empty PySide6 window", _EMPTY), ("studio", _STUDIO)):
            begun = time.time()
            run = subprocess.run(
                [sys.executable, "-c", code + _SHOW], cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True
            )
            shown, has_torch = run.stdout.split()
            torch |= has_torch == "True"
            if i:  # the first reads from the disk
                took[name].append(float(shown) - begun)
    for name, times in took.items():
        print(f"{name:<24}{statistics.median(times):>8.3f} s   ({min(times):.3f} to {max(times):.3f})")
    empty, studio = (statistics.median(times) for times in took.values())
    print(f"ratio {studio / empty:.2f}; torch imported: {torch}")


def _environment() -> dict[str, str]:
    folder = tempfile.gettempdir()
    return {
        **os.environ,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "DIFFBGM_CONFIG_DIR": folder,
    }


class Machine:
    """What the machine itself holds up, in a process beside."""

    def __init__(self, seconds: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SLEEPER, str(seconds)], stdout=subprocess.PIPE, text=True
        )

    def longest_ms(self) -> float:
        self._process.wait()
        assert self._process.stdout is not None
        return float(self._process.stdout.read())


def make_window() -> object:
    from diffbgm_gui.app import make_application
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.preferences import AppSettings, Preferences

    make_application([])
    window = MainWindow(preferences=Preferences(settings=AppSettings()))
    window.files.ask_to_save = lambda: "discard"
    window.resize(1440, 900)
    window.show()
    return window


def drive(until: Callable[[], bool], limit_s: float = 300) -> None:
    """Let the window live, in an event loop as the program's own, until something is true."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, end = QEventLoop(), time.monotonic() + limit_s

    def ask() -> None:
        if until() or time.monotonic() > end:
            loop.quit()

    timer = QTimer(interval=1)
    timer.timeout.connect(ask)
    timer.start()
    loop.exec()
    if time.monotonic() > end:
        raise TimeoutError("it took too long")


def measure_generate() -> None:
    """From the open window over the demo to a take that is heard."""
    from diffbgm_gui.run_state import Phase
    from engine.resources import resource_path

    window, beat = make_window(), Heartbeat()
    studio = window.studio
    drive(lambda: window.isVisible())
    beat.start()
    begun = time.monotonic()
    beat.phase = "engine wakes up"
    drive(lambda: studio.bridge._engine is not None)
    beat.phase = "first look at the film"
    studio.open_video(resource_path("demo", "demo.mp4"))
    drive(lambda: studio.state.phase is Phase.READY)
    for name in ("first take", "second take"):
        beat.phase = f"{name} (import, load)" if name == "first take" else name
        n = len(studio.document.takes)
        studio.generate()
        drive(lambda: studio.state.step > 0)
        beat.phase = f"{name}, steps"
        drive(lambda n=n: len(studio.document.takes) > n and not studio.state.is_busy)
        beat.phase = f"{name}, instruments"
        drive(lambda: studio.audible(studio.document.current) is not None)
    beat.phase = "denoising steps"
    studio.load_steps()
    drive(lambda: bool(studio.steps(studio.document.current)))
    print(beat.table())
    seconds = time.monotonic() - begun
    print(f"in {seconds:.0f} s; a process that only sleeps: {Machine(10).longest_ms():.1f} ms in 10 s beside")
    studio.saved = studio.document
    window.close()


def hour_take(path: Path) -> tuple[VideoInfo, FrameSignals, Take]:
    """A film of an hour (the demo's pictures, over and over), its measurements, and a take of 20,000 notes."""
    import numpy as np

    from engine.music.notes import Note, Voice
    from engine.pipeline import analyse_video
    from engine.resources import resource_path
    from engine.signals import FrameSignals
    from engine.video.shots import detect_shots
    from tests.helpers.takes import take_of, video_info

    duration_s, rng = Fraction(3600), np.random.default_rng(1)
    info = video_info(path, duration_s)
    once = analyse_video(resource_path("demo", "demo.mp4"))
    n_frames = 3600 * 25
    times = -(-n_frames // len(once.pts))
    curves = {name: np.tile(curve, times)[:n_frames] for name, curve in once.curves.items()}
    signals = FrameSignals(info, np.arange(n_frames, dtype=np.int64) * 40, Fraction(1, 1000), curves)
    n_beats = 6000
    take = take_of(path, n_beats=n_beats, steps=0)
    onsets = np.sort(rng.integers(0, n_beats * 4, 20_000))
    notes = tuple(sorted({Note(int(o), Voice(int(rng.integers(3))), int(rng.integers(36, 90)), 3, 80) for o in onsets}))
    plan = replace(take.plan, info=info, shots=detect_shots(signals))
    return info, signals, replace(take, plan=plan, notes=notes, hand=())


def measure_scrub() -> None:
    """Playhead, zoom, scroll, selection and edits over an hour."""
    from diffbgm_gui.document import TakeEntry, add_take, move_cut, toggle_star, with_sensitivity, with_settings
    from diffbgm_gui.run_state import PictureMeasured, VideoChosen, VideoOpened

    window, beat = make_window(), Heartbeat()
    studio, axis = window.studio, window.axis
    path = Path(tempfile.gettempdir()) / "hour.mp4"
    info, signals, take = hour_take(path)
    drive(lambda: studio.bridge._engine is not None)
    studio._show(studio.document.__class__(video=path))
    studio.take_event(VideoChosen(path))
    studio.take_event(VideoOpened(path, info, (".mp4",)))
    beat.start()
    beat.phase = "shots arrive"
    studio.take_event(PictureMeasured(path, signals, take.plan.shots))
    _settle()
    beat.phase = "take arrives"
    studio.edit("take", lambda document: add_take(document, TakeEntry(take, "Take 1")))
    _settle()
    beat.phase = "scrubbing"
    for i in range(300):
        window.player.seek(3600 * ((i * 37) % 300) / 300)
        drive(_once())
    beat.phase = "zooming"
    for i in range(160):
        axis.zoom_by(1.12 if i < 80 else 1 / 1.12, 1800.0)
        drive(_once())
    axis.zoom_by(40.0, 600.0)
    beat.phase = "scrolling"
    for i in range(300):
        axis.scroll_to(600 + i * 4)
        drive(_once())
    beat.phase = "moving a cut"
    shots = studio.shots
    for i in range(40):
        time_s = shots[450].start_s + Fraction(i, 40)
        studio.edit("cut", lambda document, t=time_s: move_cut(document, shots, 450, t), merge="cut 450")
        drive(_once())
    beat.phase = "stars"
    for i in range(1, 30):
        automatic = studio.stars
        time_s = shots[i * 20].start_s
        studio.edit("star", lambda d, t=time_s, stars=automatic: toggle_star(d, t, automatic=stars))
        drive(_once())
    beat.phase = "a slider of the panel"
    for t0 in range(0, 1000, 20):
        studio.edit("t0", lambda document, t0=t0: with_settings(document, t0=t0), merge="t0")
        drive(_once())
    beat.phase = "sensitivity"
    for value in range(0, 100, 5):
        studio.edit("cuts", lambda d, value=value: with_sensitivity(d, value / 100), merge="cuts")
        drive(_once())
    beat.phase = "undo, redo"
    for _ in range(5):
        studio.undo()
        drive(_once())
    for _ in range(5):
        studio.redo()
        drive(_once())
    print(beat.table())
    print(f"a process that only sleeps: {Machine(10).longest_ms():.1f} ms in 10 s beside")
    studio.saved = studio.document
    window.close()


def _once() -> Callable[[], bool]:
    """True after a few turns of the event loop."""
    end = time.monotonic() + 0.012
    return lambda: time.monotonic() > end


def _settle(seconds: float = 1.0) -> None:
    end = time.monotonic() + seconds
    drive(lambda: time.monotonic() > end)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("start", "generate", "scrub", "all"), default="all")
    parser.add_argument("-n", type=int, default=5, help="starts of each (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.what == "all":
        here = [sys.executable, str(Path(__file__).resolve())]
        for what in ("start", "generate", "scrub"):
            print(f"\n{what}", flush=True)
            subprocess.run([*here, what, "-n", str(arguments.n)], check=True)
        return 0
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="diffbgm-benchmark-", ignore_cleanup_errors=True) as folder:
        for name in ("STATE", "CONFIG", "CACHE"):
            os.environ[f"DIFFBGM_{name}_DIR"] = str(Path(folder) / name.lower())
        if arguments.what == "start":
            measure_start(arguments.n)
        elif arguments.what == "generate":
            measure_generate()
        else:
            measure_scrub()
    print(f"threads at the end: {threading.active_count()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
