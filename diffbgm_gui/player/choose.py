"""The best player of this machine."""

from __future__ import annotations

import logging
import re
import sys
from typing import Final

from PySide6.QtCore import QObject

from diffbgm_gui.player.base import Player
from diffbgm_gui.player.qt_media import QtPlayer
from diffbgm_gui.player.stills import StillsPlayer
from diffbgm_gui.player.vlc_media import VlcPlayer, load_vlc
from engine.wording import Told

logger = logging.getLogger(__name__)

KINDS: Final = ("vlc", "qt", "stills")


def make_player(kind: str = "", parent: QObject | None = None) -> Player:
    """A player of pictures.

    Args:
        kind: one of `KINDS` to ask for it; empty for the first that is there. Where the one asked for is not there, the
            stills, which say why.
    """
    said: Told | None = None
    for name in order() if kind == "" else (kind,):
        player = _vlc(parent) if name == "vlc" else _qt(parent) if name == "qt" else None
        if isinstance(player, Player):
            return player
        said = player or said
    return StillsPlayer(said or Told("no library for playing was asked for."), parent)


def order() -> tuple[str, ...]:
    """What is tried: VLC is smoother, but a built application has Qt's player with it, and the system's VLC was made
    with other versions of the libraries that both use."""
    return ("qt", "vlc") if getattr(sys, "frozen", False) else ("vlc", "qt")


def _vlc(parent: QObject | None) -> Player | Told:
    """The player, or why it is not there."""
    instance = load_vlc()
    return Told("VLC is not there.") if instance is None else VlcPlayer(instance, parent)


def _qt(parent: QObject | None) -> Player | Told:
    """The player, or why it is not there."""
    try:
        from PySide6 import QtMultimedia
    except ImportError as error:
        logger.info("Qt Multimedia does not load: %s", error)
        return reason(str(error))
    player = QtPlayer(QtMultimedia, parent)
    if player.is_available:
        return player
    player.deleteLater()
    return Told("Qt Multimedia has no backend on this machine.")


def reason(said: str) -> Told:
    """Why Qt Multimedia does not load, for people, from what the loader said."""
    from engine.desktop import debian_package

    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", said)
    if library is None:
        return Told("Qt Multimedia does not load.")
    name = library.group(1)
    return Told(
        "the system library {name} is missing (Debian, Ubuntu: apt install {package}).",
        name=name,
        package=debian_package(name),
    )
