"""What the studio's document means for the mixer: which take is heard, how loud, and where it gives way to speech."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from diffbgm_gui.bridge import EngineBridge
from diffbgm_gui.document import with_settings
from diffbgm_gui.player import FrameGrid
from diffbgm_gui.sound.film_sound import DuckReady, FilmSound, FilmSounds
from diffbgm_gui.studio_events import TakeAudible

if TYPE_CHECKING:
    from diffbgm_gui.playback import Playback
    from diffbgm_gui.studio import Studio

logger = logging.getLogger(__name__)


class StudioMix(QObject):
    """Keeps a playback with a studio: its film, its takes, its settings.

    Faders are settings of the next export, so they are edits of the document; mutes and solos are for listening only.
    The film's own sound is heard until there is music; then as the settings have it, until the user says otherwise.

    Args:
        worker: decodes the film's sound; a thread of its own by default.
    """

    def __init__(
        self, studio: Studio, playback: Playback, *, worker: EngineBridge | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent if parent is not None else playback)
        self._studio, self._playback, self._mixer = studio, playback, playback.mixer
        self._worker = worker if worker is not None else EngineBridge(name="diffbgm-film-sound")
        self._worker.event_arrived.connect(self._told)
        self._sounds = FilmSounds()
        self._film: tuple[str, float] | None = None
        self._signals: Any = None
        self._original_choice: bool | None = None
        self._ducking: tuple[Any, ...] | None = None
        self._music_shift_db = 0.0
        studio.document_changed.connect(self._document_changed)
        studio.state_changed.connect(self._state_changed)
        studio.shown_changed.connect(self._choose_take)
        studio.event.connect(self._happened)
        self._state_changed(studio.state)
        self._document_changed(studio.document)

    # -- what the user does ----------------------------------------------------------------------------------------

    def set_music_db(self, level_db: float) -> None:
        """The music's fader."""
        self._edit(self.tr("Music level"), "music_gain_db", level_db)

    def set_original_db(self, level_db: float) -> None:
        """The fader of the film's own sound."""
        self._edit(self.tr("Original level"), "original_gain_db", level_db)

    def set_original_on(self, on: bool) -> None:
        """Hear the film's own sound, or not, whatever the settings say."""
        self._original_choice = on
        self._relevel()

    def set_music_on(self, on: bool) -> None:
        """Hear the music, or not."""
        self._mixer.set_on(music=on)

    def close(self) -> None:
        """Let go of files and thread."""
        self._worker.event_arrived.disconnect(self._told)
        self._worker.close()
        self._sounds.close()

    def _edit(self, text: str, name: str, level_db: float) -> None:
        settings = {name: max(-60.0, min(24.0, level_db))}
        self._studio.edit(text, lambda document: with_settings(document, **settings), merge=name)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _state_changed(self, state: Any) -> None:
        info = state.info
        film = None if info is None else (info.path, float(info.duration_s))
        if film != self._film:
            is_other = film is None or self._film is None or film[0] != self._film[0]
            self._film = film
            self._film_changed(info) if is_other else self._playback_duration(info)
        if state.signals is not self._signals:
            self._signals = state.signals
            self._playback.frames = frame_grid(info, state.signals)

    def _film_changed(self, info: Any) -> None:
        self._worker.forget()
        self._original_choice, self._ducking = None, None
        playback = self._playback
        if info is None:
            playback.close()
            playback.duration_s = 0.0
            return
        from pathlib import Path

        playback.duration_s = float(info.duration_s)
        playback.frames = frame_grid(info, None)
        playback.open(Path(info.path))
        self._worker.submit(_guarded(self._sounds.decode(info)))
        self._document_changed(self._studio.document)

    def _playback_duration(self, info: Any) -> None:
        """The film was measured, and is not as long as its header said."""
        self._playback.duration_s = float(info.duration_s)
        self._playback.set_range(self._range())

    def _document_changed(self, document: Any) -> None:
        self._choose_take()
        if self._playback.duration_s > 0:
            self._playback.set_range(self._range())
        take = document.take
        if take is not None and self._film is not None:
            self._studio.make_audible(take)
        self._relevel()
        self._duck()

    def _range(self) -> tuple[float, float] | None:
        span = self._studio.document.direction.range_s
        return None if span is None else (float(span[0]), float(span[1]))

    def _choose_take(self) -> None:
        """Hear the step that was scrubbed to, where it was made audible, else the take."""
        studio = self._studio
        take, shown = studio.document.take, studio.shown
        wanted = None if take is None else take.id
        if take is not None and shown.step is not None and not shown.is_live:
            step = f"{take.id}@{shown.step}"
            wanted = step if studio.audible(step) is not None else wanted
        audible = studio.audible(wanted)
        if wanted is not None and audible is None:
            return  # until it is there, what was heard before goes on
        before = self._mixer.take_id
        try:
            self._mixer.set_take(wanted, None if audible is None else audible.voices)
        except (OSError, ValueError) as error:
            logger.warning("a take cannot be heard: %s", error)
            return
        if self._mixer.take_id != before:
            self._relevel()

    def _happened(self, event: Any) -> None:
        if isinstance(event, TakeAudible):
            self._choose_take()

    def _relevel(self) -> None:
        document, mixer = self._studio.document, self._mixer
        settings, take = document.settings, document.take
        heard = self._original_choice
        if heard is None:
            heard = mixer.take_id is None or settings.original_audio == "mix"
        # The files of a take hold the gain that it was made with.
        made_with_db = 0.0 if take is None else take.settings.music_gain_db
        mixer.set_on(original=heard)
        mixer.set_faders(music_db=settings.music_gain_db - made_with_db, original_db=settings.original_gain_db)

    def _duck(self) -> None:
        """Let the music give way where the settings would let it in the mix."""
        document, info = self._studio.document, self._studio.state.info
        settings, take = document.settings, document.take
        if info is None or take is None or not settings.duck or settings.original_audio != "mix":
            self._ducking = None
            self._mixer.set_duck(None)
            return
        speech = take.plan.speech
        asked = (info.path, settings.duck_db, speech)
        if asked != self._ducking:
            self._ducking = asked
            self._worker.submit(_guarded(self._sounds.duck(info, speech, settings.duck_db)))

    def _told(self, event: Any) -> None:
        path = None if self._film is None else self._film[0]
        match event:
            case FilmSound() if event.path == path:
                self._mixer.set_original(event.recording)
            case DuckReady() if self._ducking is not None and event.path == path:
                self._mixer.set_duck(event.duck)


def frame_grid(info: Any, signals: Any) -> FrameGrid:
    """The frames of a film: as measured where it was watched, else by its header's rate."""
    if info is None:
        return FrameGrid()
    rate = float(info.frame_rate)
    if signals is None:
        return FrameGrid(rate)
    times = (signals.pts - signals.pts[0]) * float(signals.time_base)
    return FrameGrid(rate, times)


def _guarded(task: Callable[..., None]) -> Callable[..., None]:
    """A task whose failure leaves the film without its sound, and is logged."""

    def work(emit: Any, cancel: Any) -> None:
        try:
            task(emit, cancel)
        except OSError as error:
            logger.warning("the sound of the film cannot be kept: %s", error)

    return work
