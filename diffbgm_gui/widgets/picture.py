"""The picture, and the controls around it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.playback import Playback
from diffbgm_gui.run_state import ThumbReady, VideoChosen
from diffbgm_gui.sound.studio_mix import StudioMix
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.mixer import MixerStrip
from diffbgm_gui.widgets.timeline import picture_image
from diffbgm_gui.widgets.transport import TransportBar


class Picture(QWidget):
    """Shows an image as large as it fits; without one, a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._lines = ("", "")
        self.setMinimumSize(160, 72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Picture"))

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def say(self, line: str, hint: str = "") -> None:
        """What to say while there is no picture."""
        self._lines = (line, hint)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(640, 360)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        c = theme.colours()
        painter.fillRect(self.rect(), QColor(c.border if c.name == "light" else c.sunken))  # calm around the picture
        if self._image is None:
            self._paint_words(painter)
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(where, self._image)

    def _paint_words(self, painter: QPainter) -> None:
        font = painter.font()
        font.setPixelSize(17)
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().text))
        middle = QRectF(20, self.height() / 2 - 32, self.width() - 40, 28)
        painter.drawText(middle, int(Qt.AlignmentFlag.AlignCenter), self._lines[0])
        font.setPixelSize(13)
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().dim))
        painter.drawText(middle.translated(0, 32), int(Qt.AlignmentFlag.AlignCenter), self._lines[1])


class PlayerView(QWidget):
    """Picture, transport and mixer, kept with the studio's film and takes.

    Args:
        axis: its playhead goes with the playback.
        playback: plays; closed by `shut_down`.
    """

    def __init__(self, studio: Studio, axis: TimeAxis, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self.playback = studio, playback
        self.picture = Picture()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.picture)
        surface = playback.surface
        if surface is not None:
            self._pages.addWidget(surface)
            playback.picture.surface_wanted.connect(self._show_surface)
        self.mix = StudioMix(studio, playback)
        self.transport = TransportBar(studio, playback)
        self.mixer = MixerStrip(studio, playback, self.mix)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self._pages, 1)
        upper.addWidget(self.mixer)
        layout.addLayout(upper, 1)
        layout.addWidget(self.transport)
        playback.frame_ready.connect(self.picture.show_image)
        playback.position_changed.connect(axis.set_playhead)
        playback.failed.connect(self._failed)
        playback.notice.connect(lambda said: studio.notice("warning", said))
        studio.event.connect(self._happened)

    def shut_down(self) -> None:
        """Let go of files, devices and threads; the window closes."""
        self.mix.close()
        self.playback.shut_down()

    def _show_surface(self, wanted: bool) -> None:
        self._pages.setCurrentIndex(1 if wanted else 0)

    def _failed(self, said: str) -> None:
        self._studio.notice("warning", self.tr("The video does not play here."), said)

    def _happened(self, event: Any) -> None:
        if isinstance(event, VideoChosen):
            self.picture.show_image(None)
        elif isinstance(event, ThumbReady) and event.path == self._studio.state.path:
            image = picture_image(event.picture)
            self.playback.add_still(event.time_s, image)
            if self.picture.image is None:
                self.picture.show_image(image)
