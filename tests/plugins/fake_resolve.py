# ruff: noqa: N802 - Resolve spells its methods so
"""A stand-in for DaVinci Resolve: the part of its documented scripting API (README of the developer folder, 18.5 to
20) that the menu scripts use, and nothing else.

A call of something that is not documented, or with arguments of another number or type than documented, fails the test
(`UndocumentedError`). What the documentation promises is done: one marker a frame, tracks counted from 1, frames of
items counted from the timeline's start frame, frames of markers from its beginning. `lies` names setters that say True
and do nothing, as real ones are known to.
"""

from __future__ import annotations

import itertools
import json
import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

COLOURS = {
    "Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia", "Rose", "Lavender", "Sky", "Mint", "Lemon",
    "Sand", "Cocoa", "Cream",
}  # fmt: skip
WIDGETS = {"VGroup", "HGroup", "Label", "ComboBox", "SpinBox", "LineEdit", "CheckBox", "Button", "TextEdit", "Timer"}
SUB_TYPES = {"mono", "stereo", "5.1", "5.1film", "7.1", "7.1film", *(f"adaptive{n}" for n in range(1, 37))}
_ids = itertools.count(1)


class UndocumentedError(BaseException):
    """The script relied on something that Resolve does not document. No `except Exception` of a script hides it."""


def _is(value: object, *kinds: type) -> None:
    """Whether an argument has a documented type; a bool is no number."""
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise UndocumentedError(f"{value!r} is not one of {[kind.__name__ for kind in kinds]}")


class _Object:
    """Everything that is not documented fails."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UndocumentedError(f"{type(self).__name__}.{name}")


class FakeItem(_Object):
    """A MediaPoolItem."""

    def __init__(self, path: Path) -> None:
        self._path, self._id = path, f"item-{next(_ids)}"

    def GetName(self) -> str:
        return self._path.name

    def GetUniqueId(self) -> str:
        return self._id

    def GetClipProperty(self, propertyName: str) -> str:
        _is(propertyName, str)
        if propertyName != "File Path":
            raise UndocumentedError(propertyName)
        return str(self._path)

    def _frames(self, rate: Fraction) -> int:
        with wave.open(str(self._path)) as file:
            return round(Fraction(file.getnframes(), file.getframerate()) * rate)


class FakeTimelineItem(_Object):
    def __init__(self, item: FakeItem, start: int, frames: int) -> None:
        self._item, self._start, self._frames = item, start, frames

    def GetName(self) -> str:
        return self._item.GetName()

    def GetStart(self) -> int:
        return self._start

    def GetDuration(self) -> int:
        return self._frames

    def GetMediaPoolItem(self) -> FakeItem:
        return self._item


class FakeFolder(_Object):
    def __init__(self, name: str) -> None:
        self._name, self._folders, self._clips = name, [], []

    def GetName(self) -> str:
        return self._name

    def GetSubFolderList(self) -> list[FakeFolder]:
        return list(self._folders)

    def GetClipList(self) -> list[FakeItem]:
        return list(self._clips)


class FakeTimeline(_Object):
    def __init__(self, resolve: FakeResolve, name: str, rate: str, start: int, timecode: str, frames: int) -> None:
        self._resolve, self._name, self._rate, self._start, self._timecode = resolve, name, rate, start, timecode
        self._playhead, self._frames = timecode, frames
        self._markers: dict[float, dict[str, Any]] = {}
        self._audio: list[dict[str, Any]] = [{"name": "Audio 1", "kind": "stereo", "on": True, "items": []}]
        self._otio: Callable[[Path], None] = lambda path: path.write_text("")
        self.exports: list[str] = []

    def GetName(self) -> str:
        return self._name

    def GetStartFrame(self) -> int:
        return self._start

    def GetEndFrame(self) -> int:
        return self._start + self._frames

    def GetStartTimecode(self) -> str:
        return self._timecode

    def GetCurrentTimecode(self) -> str:
        return self._playhead

    def GetSetting(self, settingName: str) -> str:
        _is(settingName, str)
        return {"timelineFrameRate": self._rate}[settingName]

    def Export(self, fileName: str, exportType: float, exportSubtype: float | None = None) -> bool:
        _is(fileName, str)
        (name,) = [name for name, value in vars(FakeResolve).items() if value == exportType]
        if name in ("EXPORT_EDL", "EXPORT_AAF") and exportSubtype is None:
            raise UndocumentedError(f"{name} needs a subtype")
        if not Path(fileName).is_absolute():
            raise UndocumentedError("a path that is not absolute")
        self.exports.append(name)
        if name in self._resolve.broken_exports:
            return self._resolve.broken_exports[name]
        self._otio(Path(fileName))
        return True

    # markers: frames counted from the timeline's beginning

    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {frame: dict(marker) for frame, marker in self._markers.items()}

    def AddMarker(
        self, frameId: float, color: str, name: str, note: str, duration: float, customData: str = ""
    ) -> bool:
        _is(frameId, int, float)
        for text in (color, name, note, customData):
            _is(text, str)
        _is(duration, int, float)
        if color not in COLOURS:
            raise UndocumentedError(f"the colour {color}")
        if "AddMarker" in self._resolve.lies:
            return True
        if float(frameId) in self._markers or not 0 <= frameId < self._frames:
            return False
        self._markers[float(frameId)] = {
            "color": color, "duration": float(duration), "note": note, "name": name, "customData": customData,
        }  # fmt: skip
        return True

    def DeleteMarkerAtFrame(self, frameNum: float) -> bool:
        _is(frameNum, int, float)
        return self._markers.pop(float(frameNum), None) is not None

    # tracks: counted from 1

    def _track(self, trackType: str, trackIndex: int) -> dict[str, Any]:
        _is(trackIndex, int)
        if trackType != "audio" or not 1 <= trackIndex <= len(self._audio):
            raise UndocumentedError(f"track {trackType} {trackIndex}")
        return self._audio[trackIndex - 1]

    def GetTrackCount(self, trackType: str) -> int:
        if trackType not in ("audio", "video", "subtitle"):
            raise UndocumentedError(f"tracks of {trackType}")
        return len(self._audio) if trackType == "audio" else 1

    def AddTrack(self, trackType: str, subTrackType: str = "mono") -> bool:
        if trackType != "audio" or subTrackType not in SUB_TYPES:
            raise UndocumentedError(f"AddTrack({trackType}, {subTrackType})")
        if "AddTrack" not in self._resolve.lies:
            name = f"Audio {len(self._audio) + 1}"
            self._audio.append({"name": name, "kind": subTrackType, "on": True, "items": []})
        return True

    def GetTrackName(self, trackType: str, trackIndex: int) -> str:
        return str(self._track(trackType, trackIndex)["name"])

    def SetTrackName(self, trackType: str, trackIndex: int, name: str) -> bool:
        _is(name, str)
        track = self._track(trackType, trackIndex)
        if "SetTrackName" not in self._resolve.lies:
            track["name"] = name
        return True

    def GetIsTrackEnabled(self, trackType: str, trackIndex: int) -> bool:
        return bool(self._track(trackType, trackIndex)["on"])

    def SetTrackEnable(self, trackType: str, trackIndex: int, on: bool) -> bool:
        _is(on, bool)
        track = self._track(trackType, trackIndex)
        if "SetTrackEnable" not in self._resolve.lies:
            track["on"] = on
        return True

    def GetItemListInTrack(self, trackType: str, index: int) -> list[FakeTimelineItem]:
        return list(self._track(trackType, index)["items"])

    def tracks(self) -> list[tuple[str, str, bool, list[tuple[str, int, int]]]]:
        """For tests: (name, kind, on, items as (name, start, frames))."""
        return [
            (t["name"], t["kind"], t["on"], [(i.GetName(), i.GetStart(), i.GetDuration()) for i in t["items"]])
            for t in self._audio
        ]


class FakePool(_Object):
    def __init__(self, resolve: FakeResolve) -> None:
        self._resolve = resolve
        self._root = self._current = FakeFolder("Master")

    def GetRootFolder(self) -> FakeFolder:
        return self._root

    def GetCurrentFolder(self) -> FakeFolder:
        return self._current

    def SetCurrentFolder(self, folder: FakeFolder) -> bool:
        _is(folder, FakeFolder)
        self._current = folder
        return True

    def AddSubFolder(self, folder: FakeFolder, name: str) -> FakeFolder:
        _is(folder, FakeFolder)
        _is(name, str)
        made = FakeFolder(name)
        folder._folders.append(made)
        return made

    def ImportMedia(self, items: list[str]) -> list[FakeItem]:
        _is(items, list)
        for path in items:
            _is(path, str)
        if "ImportMedia" in self._resolve.lies:
            return []
        made = [FakeItem(Path(path)) for path in items if Path(path).is_file()]
        self._current._clips.extend(made)
        return made

    def AppendToTimeline(self, clips: list[dict[str, Any]]) -> list[FakeTimelineItem]:
        _is(clips, list)
        timeline = self._resolve.timeline
        placed = []
        for clip in clips:
            _is(clip, dict)
            unknown = set(clip) - {"mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame"}
            if unknown or clip.get("mediaType") not in (1, 2, None):
                raise UndocumentedError(f"clipInfo {clip}")
            _is(clip["mediaPoolItem"], FakeItem)
            for name in ("trackIndex", "recordFrame"):
                _is(clip[name], int)
            track = timeline._track("audio", clip["trackIndex"])
            start = clip["recordFrame"] + self._resolve.slip
            frames = clip["mediaPoolItem"]._frames(self._resolve.rate)
            item = FakeTimelineItem(clip["mediaPoolItem"], start, frames)
            if "AppendToTimeline" not in self._resolve.lies:
                track["items"].append(item)
            placed.append(item)
        return placed


class FakeProject(_Object):
    def __init__(self, resolve: FakeResolve) -> None:
        self._resolve, self._pool = resolve, FakePool(resolve)

    def GetName(self) -> str:
        return "Harbour: part 1"

    def GetMediaPool(self) -> FakePool:
        return self._pool

    def GetCurrentTimeline(self) -> FakeTimeline | None:
        return self._resolve.timeline


class FakeManager(_Object):
    def __init__(self, project: FakeProject | None) -> None:
        self._project = project

    def GetCurrentProject(self) -> FakeProject | None:
        return self._project


class FakeResolve(_Object):
    """Resolve.

    Args:
        otio: writes the timeline into a file, whatever its kind.
        lies: setters that say True and do nothing; slip: frames by which clips land late.
        broken_exports: name of an export -> what it answers, without writing.
    """

    EXPORT_AAF, EXPORT_DRT, EXPORT_EDL, EXPORT_FCP_7_XML = 1.0, 2.0, 3.0, 4.0
    EXPORT_FCPXML_1_9, EXPORT_FCPXML_1_10, EXPORT_OTIO = 5.0, 6.0, 7.0
    EXPORT_NONE = 100.0

    def __init__(
        self,
        *,
        rate: str = "24",
        exact_rate: Fraction = Fraction(24),
        start: int = 86400,
        timecode: str = "01:00:00:00",
        frames: int = 228,
        otio: Callable[[Path], None] | None = None,
    ) -> None:
        self.lies: set[str] = set()
        self.broken_exports: dict[str, bool] = {}
        self.slip = 0
        self.rate = exact_rate
        self.timeline: FakeTimeline | None = FakeTimeline(self, "Rough cut", rate, start, timecode, frames)
        if otio is not None:
            self.timeline._otio = otio
        self._manager = FakeManager(FakeProject(self))

    def GetProjectManager(self) -> FakeManager:
        return self._manager


def simple_otio(path: Path, clips: Sequence[tuple[Path, int, int]], rate: int, start: int = 86400) -> None:
    """Write a timeline of clips (file, first frame in it, frames) one after the other, as Resolve writes OTIO."""

    def time(value: float) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}

    def span(first: float, frames: float) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(first), "duration": time(frames)}

    children = [
        {
            "OTIO_SCHEMA": "Clip.2",
            "name": file.name,
            "source_range": span(first, frames),
            "media_references": {
                "DEFAULT_MEDIA": {
                    "OTIO_SCHEMA": "ExternalReference.1",
                    "target_url": str(file),
                    "available_range": span(0, first + frames),
                }
            },
            "active_media_reference_key": "DEFAULT_MEDIA",
        }
        for file, first, frames in clips
    ]
    track = {"OTIO_SCHEMA": "Track.1", "name": "Video 1", "kind": "Video", "children": children}
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "", "children": [track]}
    timeline = {
        "OTIO_SCHEMA": "Timeline.1", "name": "Rough cut", "global_start_time": time(start), "tracks": stack,
    }  # fmt: skip
    path.write_text(json.dumps(timeline), encoding="utf-8")


# ---- Fusion's UIManager --------------------------------------------------------------------------------------------


class FakeWidget:
    """A widget: attributes as given; ComboBox takes items."""

    def __init__(self, kind: str, *parts: Any) -> None:
        self.kind, self.children, self.names = kind, [], []
        for part in parts:
            if isinstance(part, dict):
                for name, value in part.items():
                    setattr(self, name, value)
            else:
                self.children = list(part)

    def AddItems(self, names: list[str]) -> None:
        assert self.kind == "ComboBox"
        self.names = list(names)

    def Start(self) -> None:
        assert self.kind == "Timer"

    def Stop(self) -> None:
        assert self.kind == "Timer"


class FakeManagerOfWidgets(_Object):
    def __getattr__(self, name: str) -> Any:
        known = (
            "VGroup",
            "HGroup",
            "Label",
            "ComboBox",
            "SpinBox",
            "LineEdit",
            "CheckBox",
            "Button",
            "TextEdit",
            "Timer",
        )
        if name not in known:
            raise UndocumentedError(f"UIManager.{name}")
        return lambda *parts: FakeWidget(name, *parts)


class _Handlers:
    """`window.On.button.Clicked = f`, by name of the widget."""

    def __init__(self) -> None:
        self.__dict__["by_id"] = {}

    def __getattr__(self, name: str) -> Any:
        return self.by_id.setdefault(name, _Slot())

    def __setattr__(self, name: str, value: Any) -> None:
        self.by_id[name] = value


class _Slot:
    pass


class FakeWindow(_Object):
    def __init__(self, options: dict[str, Any], children: list[FakeWidget]) -> None:
        self.ID, self.title, self.shown, self.On = options["ID"], options["WindowTitle"], False, _Handlers()
        self.items: dict[str, FakeWidget] = {}
        self._collect(children)

    def _collect(self, widgets: list[FakeWidget]) -> None:
        for widget in widgets:
            if hasattr(widget, "ID"):
                self.items[widget.ID] = widget
            self._collect(widget.children)

    def GetItems(self) -> dict[str, FakeWidget]:
        return self.items

    def Show(self) -> None:
        self.shown = True

    def Hide(self) -> None:
        self.shown = False


class FakeBmd(_Object):
    """The module `bmd`; its dispatcher asks `user` what happens in each loop.

    Args:
        user: gets the window that is shown and the dispatcher, again and again until a handler leaves the loop.
    """

    def __init__(self, user: Callable[[FakeWindow, FakeDispatcher], None]) -> None:
        self._user = user

    def UIDispatcher(self, ui: FakeManagerOfWidgets) -> FakeDispatcher:
        _is(ui, FakeManagerOfWidgets)
        return FakeDispatcher(self._user)


class FakeDispatcher(_Object):
    def __init__(self, user: Callable[[FakeWindow, FakeDispatcher], None]) -> None:
        self._user, self.windows, self.On, self._running = user, [], _Handlers(), False

    def AddWindow(self, options: dict[str, Any], children: list[FakeWidget]) -> FakeWindow:
        self.windows.append(FakeWindow(options, children))
        return self.windows[-1]

    def RunLoop(self) -> None:
        self._running = True
        while self._running:
            window = next(window for window in self.windows if window.shown)
            self._user(window, self)

    def ExitLoop(self) -> None:
        self._running = False


class FakeFusion(_Object):
    def __init__(self) -> None:
        self.UIManager = FakeManagerOfWidgets()


class FakeFreeFusion(_Object):
    """Fusion in Resolve Free from 19.1 on: no UIManager."""

    UIManager = None
