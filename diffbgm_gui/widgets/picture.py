"""The picture and the controls beneath it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.player import Player
from diffbgm_gui.widgets.timeline import clock


class Picture(QWidget):
    """Shows an image as large as it fits; without one, a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._lines = ("", "")
        self.setMinimumSize(240, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture")

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
        painter.fillRect(self.rect(), QColor(theme.SUNKEN))
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
        painter.setPen(QColor(theme.TEXT))
        middle = QRectF(20, self.height() / 2 - 32, self.width() - 40, 28)
        painter.drawText(middle, int(Qt.AlignmentFlag.AlignCenter), self._lines[0])
        font.setPixelSize(13)
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        painter.drawText(middle.translated(0, 32), int(Qt.AlignmentFlag.AlignCenter), self._lines[1])


class PlayerView(QWidget):
    """Picture, transport and, where there is sound, which of the two sound tracks is heard.

    Args:
        player: plays; this widget only draws and passes on.
    """

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.player = player
        self.picture = Picture()
        self.play_button = _flat("play", "Play or pause (Space)", player.toggle)
        start = _flat("start", "Back to the start (Home)", lambda: player.seek(0.0))
        end = _flat("end", "To the end (End)", lambda: player.seek(player.duration_s))
        self.time_label = QLabel("0:00.0 / 0:00.0")
        self.time_label.setObjectName("dim")
        bar = QWidget()
        bar.setObjectName("panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(2)
        for widget in (start, self.play_button, end):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.time_label)
        row.addStretch(1)
        self.music_button = self._listen("Music", "Hear the video with the generated music")
        self.original_button = self._listen("Original", "Hear the video as it was")
        self._add_sound(row)
        self.transport = bar
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.picture, 1)
        layout.addWidget(bar)
        player.frame_ready.connect(self.picture.show_image)
        player.position_changed.connect(self.show_time)
        player.playing_changed.connect(self._show_playing)

    def _listen(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("flat")
        button.setCheckable(True)
        button.setToolTip(tip)
        return button

    def _add_sound(self, row: QHBoxLayout) -> None:
        self.listen_group = QButtonGroup(self)
        self.listen_group.setExclusive(True)
        for button in (self.music_button, self.original_button):
            self.listen_group.addButton(button)
        self.original_button.setChecked(True)
        if self.player.explanation:
            # Nothing is heard, so there is nothing to choose: the reason stands here instead.
            label = QLabel("Still pictures, no sound")
            label.setObjectName("dim")
            label.setToolTip(self.player.explanation)
            row.addWidget(label)
            for button in (self.music_button, self.original_button):
                button.setParent(self)
                button.hide()
            return
        row.addWidget(self.music_button)
        row.addWidget(self.original_button)
        row.addSpacing(10)
        icon = QLabel()
        icon.setPixmap(draw_icon("sound").pixmap(16, 16))
        row.addWidget(icon)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        self.volume.setValue(80)
        self.volume.setFixedWidth(84)
        self.volume.setToolTip("How loud it plays here; the exported music is not changed")
        self.volume.setAccessibleName("Volume")
        self.volume.valueChanged.connect(lambda value: self.player.set_volume(value / 100))
        self.player.set_volume(0.8)
        row.addWidget(self.volume)

    def show_time(self, seconds: float) -> None:
        whole = clock(self.player.duration_s, tenths=True)
        self.time_label.setText(f"{clock(seconds, tenths=True)} / {whole}")

    def _show_playing(self, playing: bool) -> None:
        self.play_button.setIcon(draw_icon("pause" if playing else "play"))


def _flat(icon: str, tip: str, clicked: object) -> QPushButton:
    button = QPushButton(draw_icon(icon), "")
    button.setObjectName("flat")
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda: clicked())  # type: ignore[operator]
    return button


def draw_icon(name: str, colour: str = "") -> QIcon:
    """Icons of the transport, drawn: play, pause, start, end, sound."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour or theme.TEXT))
    if name == "play":
        painter.drawPolygon(_polygon((18, 12), (52, 32), (18, 52)))
    elif name == "pause":
        painter.drawRect(17, 12, 10, 40)
        painter.drawRect(37, 12, 10, 40)
    elif name == "start":
        painter.drawRect(14, 14, 7, 36)
        painter.drawPolygon(_polygon((50, 14), (24, 32), (50, 50)))
    elif name == "end":
        painter.drawRect(43, 14, 7, 36)
        painter.drawPolygon(_polygon((14, 14), (40, 32), (14, 50)))
    elif name == "sound":
        painter.drawPolygon(_polygon((8, 24), (18, 24), (32, 12), (32, 52), (18, 40), (8, 40)))
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(QColor(colour or theme.TEXT))
        pen.setWidth(5)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(QRectF(28, 18, 22, 28), -70 * 16, 140 * 16)
    painter.end()
    return QIcon(pixmap)


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])
