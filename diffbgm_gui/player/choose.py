"""The best player of this machine."""

from __future__ import annotations

import logging
import re
from typing import Final

from PySide6.QtCore import QObject

from diffbgm_gui.player.base import Player
from diffbgm_gui.player.qt_media import QtPlayer
from diffbgm_gui.player.stills import StillsPlayer
from diffbgm_gui.player.vlc_media import VlcPlayer, load_vlc

logger = logging.getLogger(__name__)

KINDS: Final = ("vlc", "qt", "stills")


def make_player(kind: str = "", parent: QObject | None = None) -> Player:
    """A player of pictures.

    Args:
        kind: one of `KINDS` to ask for it; empty for the first that is there. Where the one asked for is not there, the
            stills, which say why.
    """
    said = ""
    if kind in ("", "vlc"):
        instance = load_vlc()
        if instance is not None:
            return VlcPlayer(instance, parent)
        said = "VLC is not there."
    if kind in ("", "qt"):
        try:
            from PySide6 import QtMultimedia
        except ImportError as error:
            logger.info("Qt Multimedia does not load: %s", error)
            return StillsPlayer(reason(str(error)), parent)
        player = QtPlayer(QtMultimedia, parent)
        if player.is_available:
            return player
        player.deleteLater()
        said = "Qt Multimedia has no backend on this machine."
    return StillsPlayer(said or "no library for playing was asked for.", parent)


def reason(said: str) -> str:
    """Why Qt Multimedia does not load, for people, from what the loader said."""
    from engine.desktop import debian_package

    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", said)
    if library is None:
        return "Qt Multimedia does not load."
    name = library.group(1)
    return f"the system library {name} is missing (Debian, Ubuntu: apt install {debian_package(name)})."
