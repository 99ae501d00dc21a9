"""Playing the picture of a video: libVLC where it is there, else Qt Multimedia, else frames decoded one by one."""

from diffbgm_gui.player.base import Player
from diffbgm_gui.player.choose import KINDS, make_player
from diffbgm_gui.player.frames import FrameGrid, timecode
from diffbgm_gui.player.stills import StillsPlayer

__all__ = ["KINDS", "FrameGrid", "Player", "StillsPlayer", "make_player", "timecode"]
