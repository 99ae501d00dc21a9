"""A part of a picture that is copied: which packets it needs, and where it can begin."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import NEVER, CancelToken
from engine.signals import VideoInfo
from engine.video.reading import open_media, packets_of, picture_stream, time_base_of

if TYPE_CHECKING:
    from av.packet import Packet

BEGINS_ANYWHERE: Final = frozenset({"mp4", "mov"})
"""Muxers with edit lists: a file may begin between two key pictures, and hide what is only decoded."""


def part_of(info: VideoInfo, part_s: tuple[Fraction, Fraction]) -> VideoInfo:
    """A video as if its file held a part of it alone."""
    return replace(info, start_s=info.start_s + part_s[0], duration_s=part_s[1] - part_s[0])


def key_picture_before(info: VideoInfo, time_s: Fraction, *, cancel: CancelToken = NEVER) -> Fraction:
    """When the last picture up to a time is shown that needs no other to be decoded, in seconds from the first frame.

    0 where the file names none.

    Raises:
        InputError: if the video cannot be read.
        RunCancelled: soon after `cancel` asks.
    """
    path = Path(info.path)
    with open_media(path) as source:
        stream = picture_stream(source, path)
        base = time_base_of(stream)
        limit = info.start_s + time_s
        found = info.start_s
        for packet in packets_of(source, [stream], cancel):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.dts is not None and packet.dts * base > limit:
                break
            if packet.is_keyframe and stamp is not None and found < stamp * base <= limit:
                found = stamp * base
    return found - info.start_s


class PartGate:
    """Lets those packets through that `[begin, end)` needs, in stamps of the stream.

    From the last key picture up to the beginning on, and as far behind the end as pictures before it are made from.
    """

    def __init__(self, begin: int, end: int) -> None:
        self._begin, self._end = begin, end
        self._held: list[Packet[Any]] = []
        self._is_open = False
        self.is_over = False

    def take(self, packet: Packet[Any]) -> list[Packet[Any]]:
        """Packets to write, now that another one is read."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if self.is_over or packet.size == 0 or stamp is None:
            return []
        order = packet.dts if packet.dts is not None else stamp
        if not self._is_open:
            return self._before(packet, stamp, order)
        if order >= self._end:
            self.is_over = True
            return []
        return self._within(packet, stamp)

    def _before(self, packet: Packet[Any], stamp: int, order: int) -> list[Packet[Any]]:
        if packet.is_keyframe and stamp <= self._begin:
            self._held = [packet]
            return []
        if order <= self._begin:
            if self._held:
                self._held.append(packet)
            return []
        self._is_open = True
        waiting, self._held = [*self._held, packet], []
        return [ready for one in waiting for ready in self._within(one, one.pts if one.pts is not None else order)]

    def _within(self, packet: Packet[Any], stamp: int) -> list[Packet[Any]]:
        """Pictures shown behind the end wait: only where one before it follows are they needed."""
        self._held.append(packet)
        if stamp >= self._end:
            return []
        ready, self._held = self._held, []
        return ready
