"""The mixer: what of the film's sound and of the music is heard, and where playing stands.

It owns the clock: where the mix is heard is where the film stands, and the picture follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from diffbgm_gui.sound.desk import Duck, Levels, Material, MixDesk
from diffbgm_gui.sound.outputs import DeviceOutput, Output, SilentOutput, make_output
from diffbgm_gui.sound.recordings import RATE_HZ, Recording, open_wav
from engine.wording import Told

LOWEST_DB: Final = -60.0
"""At this a fader is shut."""
_KEPT: Final = 3


class Mixer(QObject):
    """Plays the mix of one film.

    Signals: `changed()` when a fader, a mute or what can be heard is another; `lost()` when the device went away and a
    silent clock stands in.

    Attributes:
        music_db, original_db: faders.
        music_on, original_on: whether they are heard.
        muted, soloed: voices, by the model's order.
    """

    changed = Signal()
    lost = Signal()

    def __init__(self, output: Output | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.music_db, self.original_db = 0.0, 0.0
        self.music_on, self.original_on = True, True
        self.muted: set[int] = set()
        self.soloed: set[int] = set()
        self.take_id: str | None = None
        self._desk = MixDesk()
        self._original: Recording | None = None
        self._duck: Duck | None = None
        self._voices: dict[str, dict[int, Recording]] = {}
        self._files: dict[str, dict[int, Path]] = {}
        self._pending: tuple[float, int] | None = None
        self._at_s = 0.0
        self._rate = 1.0
        self._playing = False
        self.output: Output = output if output is not None else make_output()
        if isinstance(self.output, DeviceOutput):
            self.output.lost.connect(self._device_lost)
        self.output.begin(self._desk)

    # -- what can be heard -----------------------------------------------------------------------------------------

    @property
    def explanation(self) -> str:
        """Why nothing is heard; empty where something is."""
        return self.output.explanation

    @property
    def voices(self) -> tuple[int, ...]:
        """The voices of the take that is heard, in the model's order."""
        return tuple(sorted(self._desk.material.voices))

    @property
    def has_original(self) -> bool:
        return self._original is not None

    def set_film(self, duration_s: float) -> None:
        """Another film, silent as yet."""
        self.pause()
        self._voices.clear()
        self._files.clear()
        self._original, self._duck, self.take_id = None, None, None
        self._desk.duration = round(duration_s * RATE_HZ)
        self._at_s = 0.0
        self._refresh()

    def set_duration(self, duration_s: float) -> None:
        """The film is known better."""
        self._desk.duration = round(duration_s * RATE_HZ)

    def set_original(self, recording: Recording | None) -> None:
        """The film's own sound."""
        if recording is not self._original:
            self._original = recording
            self._refresh()

    def set_take(self, take_id: str | None, files: Mapping[int, Path] | None = None) -> None:
        """The music: one file a voice. The same moment goes on, crossfaded; also where a take has other files now.

        Raises:
            OSError, ValueError: if a file cannot be read; what was heard before goes on.
        """
        named = {int(voice): path for voice, path in (files or {}).items()}
        is_known = take_id is None or (take_id in self._voices and self._files.get(take_id) == named)
        if take_id == self.take_id and is_known:
            return
        if take_id is not None and not is_known:
            self._voices[take_id] = {voice: open_wav(path) for voice, path in named.items()}
            self._files[take_id] = named
            while len(self._voices) > _KEPT:
                oldest = next(iter(self._voices))
                del self._voices[oldest], self._files[oldest]
        self.take_id = take_id
        self._refresh()

    def set_duck(self, duck: Duck | None) -> None:
        """How the music gives way to speech; None for not at all."""
        if duck is not self._duck:
            self._duck = duck
            self._relevel()

    def set_faders(self, *, music_db: float | None = None, original_db: float | None = None) -> None:
        """Loudness of music and film."""
        self.music_db = self.music_db if music_db is None else music_db
        self.original_db = self.original_db if original_db is None else original_db
        self._relevel()

    def set_on(self, *, music: bool | None = None, original: bool | None = None) -> None:
        """Whether music and film are heard."""
        self.music_on = self.music_on if music is None else music
        self.original_on = self.original_on if original is None else original
        self._relevel()

    def set_muted(self, voice: int, on: bool) -> None:
        """Silence one voice."""
        (self.muted.add if on else self.muted.discard)(voice)
        self._relevel()

    def set_soloed(self, voice: int, on: bool) -> None:
        """Hear only this voice, and others that are soloed."""
        (self.soloed.add if on else self.soloed.discard)(voice)
        self._relevel()

    def _refresh(self) -> None:
        voices = self._voices.get(self.take_id, {}) if self.take_id is not None else {}
        self._desk.set_material(Material(self._original, voices))
        self._relevel()

    def _relevel(self) -> None:
        gains = tuple(
            0.0 if voice in self.muted or (self.soloed and voice not in self.soloed) else 1.0 for voice in range(3)
        )
        self._desk.set_levels(
            Levels(
                gain_of(self.music_db) if self.music_on else 0.0,
                gain_of(self.original_db) if self.original_on else 0.0,
                gains,
                self._duck if self.original_on and self._original is not None else None,
            )
        )
        self.changed.emit()

    # -- playing ---------------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self._playing

    @property
    def has_ended(self) -> bool:
        """Whether the film's end (or, backwards, its beginning) has been heard."""
        return self._playing and self._desk.has_ended and self.output.heard() >= self._desk.ended_at

    @property
    def is_moving(self) -> bool:
        """Whether what was asked for last is heard already."""
        return self._pending is None or self.output.heard() > self._pending[1]

    @property
    def position_s(self) -> float:
        """Where the film stands: what is heard now, or where it was sent, until that is heard."""
        if not self._playing:
            return self._at_s
        heard = self.output.heard()
        if self._pending is not None:
            if heard <= self._pending[1]:
                return self._pending[0]
            self._pending = None
        return min(max(0.0, self._desk.place_at(heard) / RATE_HZ), self._desk.duration / RATE_HZ)

    @property
    def rate(self) -> float:
        return self._rate

    def play(self) -> None:
        """Play on from where it stands."""
        if not self._playing:
            self._playing = True
            self._go(self._at_s)

    def pause(self) -> float:
        """Fall silent; where in the film."""
        if self._playing:
            waited = self.position_s if not self.is_moving else None
            at = self._desk.pause() / RATE_HZ if waited is None else waited
            if waited is not None:
                self._desk.pause()
            self._at_s = min(max(0.0, at), self._desk.duration / RATE_HZ)
            self._playing, self._pending = False, None
        return self._at_s

    def seek(self, seconds: float) -> None:
        """Go to a place, playing or not."""
        self._at_s = min(max(0.0, seconds), self._desk.duration / RATE_HZ)
        if self._playing:
            self._go(self._at_s)

    def set_rate(self, rate: float) -> None:
        """Another speed, or direction."""
        if rate != self._rate and rate != 0:
            here, self._rate = self.position_s, rate
            if self._playing:
                self._go(here)

    def set_loop(self, span_s: tuple[float, float] | None) -> None:
        """Go round between two times."""
        span = None if span_s is None else (span_s[0] * RATE_HZ, span_s[1] * RATE_HZ)
        self._desk.set_loop(span)

    def choose_output(self, name: str) -> None:
        """Play on the device of a name; "" for the one that the system prefers."""
        if isinstance(self.output, DeviceOutput):
            self.output.choose(name)

    def close(self) -> None:
        """Let go of the device and the files."""
        self.pause()
        self.output.close()
        self._voices.clear()
        self._files.clear()
        self._original = None
        self._desk.set_material(Material())

    def _go(self, at_s: float) -> None:
        self.output.heard()  # a clock that nobody looked at goes on to now, before anything plays
        self._desk.play(at_s * RATE_HZ, self._rate)
        self._pending = (at_s, self._desk.written)
        self.output.wake()

    def _device_lost(self) -> None:
        """A silent clock takes over at the same place."""
        playing, here = self._playing, self.pause()
        self.output.close()
        self.output = SilentOutput(Told("There is no sound: no sound device was found."))
        self.output.begin(self._desk)
        self._at_s = here
        if playing:
            self.play()
        self.lost.emit()


def gain_of(level_db: float) -> float:
    """Linear gain of a fader."""
    return 0.0 if level_db <= LOWEST_DB else float(10 ** (level_db / 20))
