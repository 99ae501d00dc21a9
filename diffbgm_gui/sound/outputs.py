"""Where the mix goes: a sound device, or nowhere. Either way it keeps the time that everything else follows.

The device is served from a thread of its own, so that a busy window does not make it stutter. Sound is pushed: were it
pulled, Qt's audio threads would call Python, and stopping could wait for them while they wait for the interpreter.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMetaObject, QObject, Qt, QThread, QTimer, Signal, Slot

from diffbgm_gui.sound.desk import MixDesk
from diffbgm_gui.sound.recordings import RATE_HZ, Wave
from engine.wording import Told

logger = logging.getLogger(__name__)

TICK_MS: Final = 5
BUFFER_S: Final = 0.3
"""What the device could hold."""
FILLED_S: Final = 0.03
"""What it does hold: how late a change is heard. Grows where the machine does not keep up."""
MOST_FILLED_S: Final = 0.2
IDLE_S: Final = 8.0
"""So long after the last sound the device is let go."""


class Output(Protocol):
    """Renders a desk in real time."""

    @property
    def explanation(self) -> str:
        """Why nothing is heard, for people; empty where something is."""

    def begin(self, desk: MixDesk) -> None:
        """Serve a desk from now on."""

    def wake(self) -> None:
        """There is something to play."""

    def heard(self) -> float:
        """Frames of the desk's stream that have been heard, reckoned on to this moment."""

    def close(self) -> None:
        """Let go of everything."""


class SilentOutput:
    """No device: a clock that lets the desk go on without sound."""

    def __init__(self, explanation: str = "") -> None:
        self.explanation = explanation
        self._desk: MixDesk | None = None
        self._last = time.monotonic()

    def begin(self, desk: MixDesk) -> None:
        self._desk = desk
        self._last = time.monotonic()

    def wake(self) -> None:
        self.heard()

    def heard(self) -> float:
        desk = self._desk
        if desk is None:
            return 0.0
        now = time.monotonic()
        due = int((now - self._last) * RATE_HZ)
        if due > 0:
            self._last += due / RATE_HZ
            desk.render(due, silent=True)
        return desk.written + (now - self._last) * RATE_HZ

    def close(self) -> None:
        self._desk = None


class DeviceOutput(QObject):
    """The sound device that the system prefers; the next one when it goes away.

    Signals: `lost()` when no device is left.

    Attributes:
        underruns: how often the device ran dry while something played.
        filled_s: how much is written ahead.
    """

    lost = Signal()

    def __init__(self, multimedia: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation = ""
        self._thread = QThread(self)
        self._thread.setObjectName("diffbgm-mixer")
        self._pump = _Pump(multimedia)
        self._pump.moveToThread(self._thread)
        self._pump.lost.connect(self.lost, Qt.ConnectionType.QueuedConnection)
        self._devices = multimedia.QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(self._pump.look_again, Qt.ConnectionType.QueuedConnection)

    @property
    def underruns(self) -> int:
        return self._pump.underruns

    @property
    def filled_s(self) -> float:
        return self._pump.filled_s

    def begin(self, desk: MixDesk) -> None:
        self._pump.desk = desk
        self._thread.start(QThread.Priority.HighPriority)

    def wake(self) -> None:
        QMetaObject.invokeMethod(self._pump, "wake", Qt.ConnectionType.QueuedConnection)

    def choose(self, name: str) -> None:
        """Play on the device of a name; "" or one that is not there: on the one that the system prefers."""
        self._pump.wanted = name
        QMetaObject.invokeMethod(self._pump, "look_again", Qt.ConnectionType.QueuedConnection)

    def heard(self) -> float:
        return self._pump.clock.now()

    def close(self) -> None:
        if self._thread.isRunning():
            QMetaObject.invokeMethod(self._pump, "stop", Qt.ConnectionType.QueuedConnection)
            self._thread.quit()
            self._thread.wait(2000)


class HeardClock:
    """Frames heard, smooth: devices take sound in portions, time goes on between them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._origin: float | None = None
        self._frames = 0.0
        self._most = 0.0

    def stopped_at(self, frames: float) -> None:
        """Nothing moves; so much has been heard."""
        with self._lock:
            self._origin, self._frames, self._most = None, frames, frames

    def tell(self, frames: float, written: float) -> None:
        """So many frames have left, of so many written. The first tenths of a second count less and less."""
        now = time.monotonic()
        with self._lock:
            origin = now - frames / RATE_HZ
            if self._origin is None or abs(origin - self._origin) > 0.03:
                self._origin = origin
            else:
                self._origin += 0.05 * (origin - self._origin)
            self._frames, self._most = frames, written

    def now(self) -> float:
        """Frames heard by now."""
        with self._lock:
            if self._origin is None:
                return self._frames
            return min(max((time.monotonic() - self._origin) * RATE_HZ, 0.0), self._most)


class _Pump(QObject):
    """Fills the device, on the mixer's thread."""

    lost = Signal()

    def __init__(self, multimedia: Any) -> None:
        super().__init__()
        self._media = multimedia
        self.desk: MixDesk | None = None
        self.wanted = ""
        self.clock = HeardClock()
        self.underruns = 0
        self.filled_s = FILLED_S
        self._timer: QTimer | None = None
        self._sink: Any = None
        self._device: Any = None
        self._id: Any = None
        self._converter: Converter | None = None
        self._left_over = b""
        self._base = 0
        self._sent = 0
        self._awake_until = 0.0
        self._is_dry = False

    @Slot()
    def wake(self) -> None:
        """Open the device where it is not, and keep it filled."""
        self._awake_until = time.monotonic() + IDLE_S
        if self._sink is None and not self._open():
            return
        if self._timer is None:
            self._timer = QTimer(self)
            self._timer.setTimerType(Qt.TimerType.PreciseTimer)
            self._timer.setInterval(TICK_MS)
            self._timer.timeout.connect(self._fill)
        self._timer.start()
        self._fill()

    @Slot()
    def stop(self) -> None:
        """Let go of the device."""
        if self._timer is not None:
            self._timer.stop()
        self._shut()

    @Slot()
    def look_again(self) -> None:
        """Devices came or went: move to the one that the system prefers now."""
        if self._sink is None:
            return
        now = self._wanted_device()
        if now.id() != self._id or now.isNull():
            self._shut()
            self.wake()

    def _open(self) -> bool:
        device = self._wanted_device()
        if device.isNull() or self.desk is None:
            self.lost.emit()
            return False
        shape = wanted_format(self._media, device)
        self._id = device.id()
        self._converter = Converter(self._media, shape)
        self._sink = self._media.QAudioSink(device, shape)
        self._sink.setBufferSize(shape.bytesForDuration(round(BUFFER_S * 1e6)))
        self._base, self._sent, self._left_over = self.desk.written, 0, b""
        self._device = self._sink.start()
        if self._device is None or self._sink.error() != self._media.QAudio.Error.NoError:
            logger.warning("the sound device does not start: %s, %s", self._sink.error(), self._sink.state())
            self._shut()
            self.lost.emit()
            return False
        self.clock.stopped_at(self._base)
        return True

    def _wanted_device(self) -> Any:
        devices = self._media.QMediaDevices.audioOutputs() if self.wanted else ()
        named = (device for device in devices if device.description() == self.wanted)
        return next(named, self._media.QMediaDevices.defaultAudioOutput())

    def _shut(self) -> None:
        if self._sink is not None:
            self._sink.reset()
            self._sink.stop()
            self._sink.deleteLater()
            self._sink = self._device = None
            assert self.desk is not None
            self.clock.stopped_at(self.desk.written)

    def _fill(self) -> None:
        sink, desk, converter = self._sink, self.desk, self._converter
        if sink is None or desk is None or converter is None:
            return
        if sink.error() in (self._media.QAudio.Error.FatalError, self._media.QAudio.Error.IOError):
            self._shut()
            self.wake()
            return
        held = sink.bufferSize() - sink.bytesFree()
        self._note(held)
        now = time.monotonic()
        if desk.is_playing:
            self._awake_until = now + IDLE_S
        elif now > self._awake_until:
            self.stop()
            return
        room = converter.bytes_of(self.filled_s) - held - len(self._left_over)
        if room > 0:
            n = min(converter.frames_for(room), RATE_HZ // 5)
            self._left_over += converter.convert(desk.render(n))
        sent = self._device.write(self._left_over[: max(0, sink.bytesFree())])
        if sent > 0:
            self._left_over = self._left_over[sent:]
            self._sent += sent

    def _note(self, held: int) -> None:
        """Tell the clock, and write further ahead where the device ran dry."""
        assert self.desk is not None and self._converter is not None
        heard_s = (self._sent - held) / self._converter.bytes_a_second
        if heard_s > 0:
            self.clock.tell(self._base + heard_s * RATE_HZ, self.desk.written)
            if held == 0 and self.desk.is_playing and not self._is_dry:
                self.underruns += 1
                self.filled_s = min(MOST_FILLED_S, self.filled_s * 1.5)
            self._is_dry = held == 0


def wanted_format(multimedia: Any, device: Any) -> Any:
    """What to give a device: `RATE_HZ`, stereo, 16 bits where it takes that, else what it prefers."""
    kinds = multimedia.QAudioFormat.SampleFormat
    shape = multimedia.QAudioFormat()
    shape.setSampleRate(RATE_HZ)
    shape.setChannelCount(2)
    for kind in (kinds.Int16, kinds.Float):
        shape.setSampleFormat(kind)
        if device.isFormatSupported(shape):
            return shape
    return device.preferredFormat()


class Converter:
    """From the desk's frames to the bytes of a device: rate, channels, kind of sample."""

    def __init__(self, multimedia: Any, shape: Any) -> None:
        kinds = multimedia.QAudioFormat.SampleFormat
        self._channels = shape.channelCount()
        self._rate = shape.sampleRate()
        self._kind = {kinds.Int16: "i2", kinds.Int32: "i4", kinds.Float: "f4", kinds.UInt8: "u1"}[shape.sampleFormat()]
        self.bytes_a_second = self._rate * shape.bytesPerFrame()
        self._frame_bytes = shape.bytesPerFrame()
        self._resampler = _Resampler(self._rate) if self._rate != RATE_HZ else None

    def bytes_of(self, seconds: float) -> int:
        """Whole frames of so long."""
        return int(seconds * self._rate) * self._frame_bytes

    def frames_for(self, n_bytes: int) -> int:
        """Frames of the desk that fill so many bytes."""
        return max(1, -(-n_bytes * RATE_HZ // self.bytes_a_second))

    def convert(self, wave: Wave) -> bytes:
        """The next frames, f32 `[n, 2]`."""
        if self._resampler is not None:
            wave = self._resampler(wave)
        return _encoded(_in_channels(wave, self._channels), self._kind)


def _in_channels(wave: Wave, channels: int) -> Wave:
    if channels == 2:
        return wave
    if channels == 1:
        return wave.mean(1, keepdims=True)
    return np.pad(wave, ((0, 0), (0, channels - 2)))


def _encoded(wave: Wave, kind: str) -> bytes:
    if kind == "f4":
        return wave.astype("<f4").tobytes()
    cut = np.clip(wave, -1.0, 1.0)
    scaled: NDArray[Any] = {
        "i2": lambda: np.rint(cut * 32767).astype("<i2"),
        "i4": lambda: np.rint(cut.astype(np.float64) * 2147483647).astype("<i4"),
        "u1": lambda: np.rint(cut * 127 + 128).astype(np.uint8),
    }[kind]()
    return scaled.tobytes()


class _Resampler:
    """FFmpeg's, as a stream."""

    def __init__(self, rate_hz: int) -> None:
        from av.audio.resampler import AudioResampler

        self._resampler = AudioResampler(format="flt", layout="stereo", rate=rate_hz)

    def __call__(self, wave: Wave) -> Wave:
        from av.audio.frame import AudioFrame

        frame = AudioFrame.from_ndarray(np.ascontiguousarray(wave).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = RATE_HZ
        parts = [part.to_ndarray().reshape(-1, 2) for part in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def make_output() -> Output:
    """The sound device of this machine, or a silent clock that says why."""
    try:
        from PySide6 import QtMultimedia
    except ImportError as error:
        from diffbgm_gui.player.choose import reason

        return SilentOutput(Told("There is no sound: {reason}", reason=reason(str(error))))
    if QtMultimedia.QMediaDevices.defaultAudioOutput().isNull():
        return SilentOutput(Told("There is no sound: no sound device was found."))
    return DeviceOutput(QtMultimedia)
