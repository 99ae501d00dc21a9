"""The menu scripts of DaVinci Resolve, as they are installed, against a stand-in for its documented API.

What they get from the engine is real where the music matters, and from a stand-in where a test is about Resolve.
"""

from __future__ import annotations

import ast
import json
import os
import runpy
import shutil
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.diffusion.model import save_bundle
from engine.project import Project
from plugins.blender.diffbgm_studio.client.faults import Fault
from plugins.resolve import install
from plugins.resolve.diffbgm_resolve import settings as asked
from plugins.resolve.diffbgm_resolve import timecode
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo
from tests.plugins.fake_resolve import (
    FakeBmd,
    FakeDispatcher,
    FakeFreeFusion,
    FakeFusion,
    FakeResolve,
    FakeWindow,
    UndocumentedError,
    simple_otio,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the installed program is a shell script")
SCORE, REROLL, FOLLOW = install.ENTRIES


class Studio:
    """Resolve with the scripts installed, their settings and what they said."""

    def __init__(self, folder: Path, engine: str, resolve: FakeResolve) -> None:
        self.folder, self.resolve = folder, resolve
        self.program = folder / "diffbgm"
        self.program.write_text(f'#!/bin/sh\ncd "{install.HERE.parents[1]}" && exec "{sys.executable}" {engine} "$@"\n')
        self.program.chmod(0o755)
        self.settings: dict[str, Any] = {"engine": str(self.program), "folder": str(folder / "music")}
        self.scripts = {path.name: path for path in install.install(folder / "scripts")}
        self.fusion: Any = None
        self.bmd: Any = None

    @property
    def place(self) -> Path:
        return self.folder / "music" / "Harbour_ part 1" / "Rough cut"

    @property
    def tracks(self) -> list[tuple[str, str, bool, list[tuple[str, int, int]]]]:
        assert self.resolve.timeline is not None
        return self.resolve.timeline.tracks()

    @property
    def markers(self) -> dict[int, dict[str, Any]]:
        assert self.resolve.timeline is not None
        return {int(frame): marker for frame, marker in self.resolve.timeline.GetMarkers().items()}

    def choose(self, entry: str) -> None:
        """Choose an entry of the menu, which runs its file with the globals that Resolve gives."""
        (self.folder / "settings.json").write_text(json.dumps(self.settings))
        names = {"resolve": self.resolve, "fusion": self.fusion, "bmd": self.bmd}
        runpy.run_path(str(self.scripts[entry]), init_globals=names, run_name="__main__")

    def commands(self) -> list[list[str]]:
        """What the stand-in engine was called with."""
        log = self.folder / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Resolve with the stand-in engine."""
    monkeypatch.setenv("DIFFBGM_RESOLVE_SETTINGS", str(tmp_path / "settings.json"))
    engine = Path(__file__).with_name("stand_in_engine.py")
    made = Studio(tmp_path, f'"{engine}"', FakeResolve(otio=lambda path: path.write_text("a timeline")))
    made.settings["options"] = f"--log {tmp_path / 'log'}"
    yield made
    assert not [path for path in made.place.glob("*") if path.name.startswith(".working")]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


# ---- the installed files -------------------------------------------------------------------------------------------


def test_installed_scripts_stand_alone(tmp_path: Path) -> None:
    paths = install.install(tmp_path)
    assert [path.parent.name for path in paths] == ["Diff-BGM Studio"] * 3
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [node for node in froms if node.level], "a module was left outside"
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert len(names) == len(set(names)), "two modules use one name"
        packages = {node.module.split(".")[0] for node in froms if node.module}
        packages |= {
            a.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names
        }
        assert packages - {"DaVinciResolveScript"} <= set(sys.stdlib_module_names)
    install.remove(tmp_path)
    assert not list(tmp_path.iterdir())


def test_top_level_names_of_the_parts_do_not_collide() -> None:
    seen: dict[str, str] = {}
    for source in install.SOURCES:
        for node in ast.parse(source.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            for name in [t.id for t in targets if isinstance(t, ast.Name) and t.id != "__all__"]:
                assert seen.setdefault(name, source.name) == source.name, name


def test_where_resolve_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPDATA", "C:/Users/x/AppData/Roaming")
    inside = "Blackmagic Design/DaVinci Resolve"
    assert install.scripts_folder("win32").as_posix().endswith(f"Roaming/{inside}/Support/Fusion/Scripts/Utility")
    assert install.scripts_folder("darwin").as_posix().endswith(f"Application Support/{inside}/Fusion/Scripts/Utility")
    assert install.scripts_folder("linux").as_posix().endswith(".local/share/DaVinciResolve/Fusion/Scripts/Utility")


def test_outside_of_resolve_a_sentence(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(studio.scripts[SCORE]), run_name="__main__")
    assert said(capsys).startswith("This script runs inside DaVinci Resolve.")


# ---- with the real engine ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.mark.slow  # the engine starts three times
def test_score_reroll_and_follow_with_the_real_engine(
    tmp_path: Path,
    bundle: Path,
    tiny_video: Callable[..., TinyVideo],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DIFFBGM_RESOLVE_SETTINGS", str(tmp_path / "settings.json"))
    for name, shots_s in (("a", (3.0,)), ("b", (4.0,)), ("c", (2.5,))):
        shutil.copy(tiny_video(shots_s=shots_s, audio_hz=300.0).path, tmp_path / f"{name}.mp4")
    clips = [(tmp_path / "a.mp4", 0, 72), (tmp_path / "b.mp4", 0, 96), (tmp_path / "c.mp4", 0, 60)]
    resolve = FakeResolve(otio=lambda path: simple_otio(path, clips, 24))
    studio = Studio(tmp_path, "-m engine", resolve)
    studio.settings.update(steps=3, seed=5, options=f"--bundle {bundle}")
    timeline = resolve.timeline
    assert timeline is not None
    timeline.AddMarker(120, "Blue", "* the door", "", 1)

    studio.choose(SCORE)
    told = said(capsys)
    assert "Note:" not in told, told
    assert timeline.exports == ["EXPORT_OTIO"]
    name, kind, on, items = studio.tracks[1]
    assert (name, kind, on) == ("♪ Take 1", "stereo", True)
    assert items == [("Rough cut Take 1.wav", 86400, 228)]
    with wave.open(str(studio.place / "Rough cut Take 1.wav")) as file:
        assert Fraction(file.getnframes(), file.getframerate()) == Fraction(228, 24)
        assert any(file.readframes(file.getnframes()))
    ours = {frame: marker for frame, marker in studio.markers.items() if marker["customData"]}
    assert {72, 168} <= set(ours), "no markers at the editor's own cuts"
    assert studio.markers[120]["name"] == "* the door"  # the user's own marker is left

    timeline._playhead = "01:00:04:00"
    studio.choose(REROLL)
    assert "Note:" not in said(capsys)
    assert [(name, on) for name, _, on, _ in studio.tracks[1:]] == [("♪ Take 1", False), ("♪ Take 1 reroll", True)]

    clips[:] = [clips[0], (tmp_path / "c.mp4", 0, 60), clips[1]]  # the user changes the order
    studio.choose(FOLLOW)
    assert "Note:" not in said(capsys)
    assert [on for _, _, on, _ in studio.tracks] == [True, False, False, True]
    assert studio.tracks[3][3][0][1:] == (86400, 228)
    ours = {frame for frame, marker in studio.markers.items() if marker["customData"]}
    assert 132 in ours and 168 not in ours
    with Project.open(studio.place / "Rough cut.dbgm", read_only=True) as project:
        assert [take.origin for take in project.takes()] == ["score", "reroll", "reconform"]


# ---- with the stand-in ---------------------------------------------------------------------------------------------


def test_takes_and_stems_get_tracks_of_their_own(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.settings.update(takes=2, stems=True, seed=7)
    studio.choose(SCORE)
    assert "Note:" not in said(capsys)
    assert [(name, kind, on) for name, kind, on, _ in studio.tracks[1:]] == [
        ("♪ Take 1 1 Melody - Piano", "stereo", True),
        ("♪ Take 1 2 Bass - Piano", "stereo", True),
        ("♪ Take 2 1 Melody - Piano", "stereo", False),
        ("♪ Take 2 2 Bass - Piano", "stereo", False),
    ]
    assert all(items[0][1:] == (86400, 228) for _, _, _, items in studio.tracks[1:])
    pool = studio.resolve.GetProjectManager().GetCurrentProject()
    assert pool is not None
    root = pool.GetMediaPool().GetRootFolder()
    assert pool.GetMediaPool().GetCurrentFolder() is root  # where the user was
    (folder,) = root.GetSubFolderList()
    assert folder.GetName() == "Diff-BGM" and len(folder.GetClipList()) == 4
    studio.choose(SCORE)
    assert len(root.GetSubFolderList()) == 1  # the bin is used again


def test_markers_of_the_user_stay_and_are_handed_on(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    timeline = studio.resolve.timeline
    assert timeline is not None
    timeline.AddMarker(24, "Red", "hit me", "mine", 1)
    timeline.AddMarker(60, "Red", "door *", "", 1)
    for _ in range(2):  # the second run must not take our markers for the user's
        studio.choose(SCORE)
        assert "Note:" not in said(capsys)
        command = studio.commands()[-1]
        assert [word for word in command if word.startswith("--marker")] == ["--marker=1=hit me", "--marker=5/2=door"]
        assert [word for word in command if word.startswith("--star")] == ["--star=5/2"]
        assert studio.markers[24]["note"] == "mine"
        ours = {frame: m for frame, m in studio.markers.items() if m["customData"]}
        assert {frame: m["color"] for frame, m in ours.items()} == {48: "Mint", 72: "Lemon"}
        assert ours[48]["note"] == "bar 2 beat 1, +12.5 ms"


@pytest.mark.parametrize(
    ("rate", "exact", "start", "timecode_text"),
    [
        ("23.976", Fraction(24000, 1001), 86400, "01:00:00:00"),
        ("29.97 DF", Fraction(30000, 1001), 107892, "01:00:00;00"),
        ("25", Fraction(25), 0, "00:00:00:00"),
    ],
)
def test_sounds_lie_right_at_every_frame_rate(
    studio: Studio,
    capsys: pytest.CaptureFixture[str],
    rate: str,
    exact: Fraction,
    start: int,
    timecode_text: str,
) -> None:
    studio.resolve = FakeResolve(
        rate=rate,
        exact_rate=exact,
        start=start,
        timecode=timecode_text,
        frames=200,
        otio=lambda path: path.write_text("x"),
    )
    studio.choose(SCORE)
    assert "Note:" not in said(capsys)
    assert studio.tracks[1][3][0][1:] == (start, 200)
    assert round(2 * exact) in studio.markers


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("SetTrackName", "is called 'Audio 2', not '♪ Take 1'"),
        ("AddTrack", "added no audio track"),
        ("AppendToTimeline", "is not on track A2"),
        ("AddMarker", "kept 0 of 3 markers"),
        ("ImportMedia", "did not import"),
        ("SetTrackEnable", "is still on"),
    ],
)
def test_what_resolve_does_not_do_is_told(
    studio: Studio, capsys: pytest.CaptureFixture[str], lie: str, told: str
) -> None:
    studio.resolve.lies.add(lie)
    studio.settings["takes"] = 2
    studio.choose(SCORE)
    assert told in said(capsys)


def test_a_sound_that_lands_elsewhere_is_told(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.resolve.slip = 24
    studio.choose(SCORE)
    assert "lies on A2 from frame 86424 for 228 frames, not from 86400 for 228" in said(capsys)


def test_older_formats_where_otio_is_missing(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    class Older(FakeResolve):
        EXPORT_OTIO = None  # what a constant that is not there gives in Resolve

    studio.resolve = Older(otio=lambda path: path.write_text("x"))
    studio.resolve.broken_exports = {"EXPORT_FCPXML_1_10": True, "EXPORT_FCPXML_1_9": False}  # says yes, writes nothing
    studio.choose(SCORE)
    assert studio.commands()[-1][1].endswith("Rough cut.xml")
    assert "Note:" not in said(capsys)


def test_no_export_at_all(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("EXPORT_OTIO", "EXPORT_FCPXML_1_10", "EXPORT_FCPXML_1_9", "EXPORT_FCP_7_XML", "EXPORT_EDL")
    studio.resolve.broken_exports = dict.fromkeys(names, True)
    studio.choose(SCORE)
    assert said(capsys).startswith("Resolve could not export the timeline.")
    assert len(studio.tracks) == 1


def test_no_timeline_and_no_engine_are_sentences(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.settings["engine"] = "/nowhere"
    studio.choose(SCORE)
    assert "is not there: /nowhere" in said(capsys)
    studio.resolve.timeline = None
    studio.choose(SCORE)
    assert said(capsys).startswith("No timeline is open.")


def test_reroll_and_follow_without_music(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    for entry in (REROLL, FOLLOW):
        studio.choose(entry)
        assert said(capsys).startswith("This timeline has no music yet.")


def test_a_failing_engine_leaves_the_timeline(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.settings["options"] += " --fail"
    studio.choose(SCORE)
    assert "The clip 'a.mov' is missing. Give --media." in said(capsys)
    assert len(studio.tracks) == 1 and not studio.markers
    assert not [path for path in studio.place.iterdir() if path.name.startswith("Rough cut")]


def test_the_playhead_chooses_the_bar(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.choose(SCORE)
    timeline = studio.resolve.timeline
    assert timeline is not None
    for playhead, bar in (("01:00:00:00", 1), ("01:00:02:00", 2), ("01:00:05:23", 3), ("02:00:00:00", 5)):
        timeline._playhead = playhead
        studio.choose(REROLL)
        assert f"--bars={bar}:{bar}" in studio.commands()[-1]
    assert "Note:" not in said(capsys)


def test_choosing_again_cancels(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.settings["options"] += " --slow"
    first = threading.Thread(target=studio.choose, args=(SCORE,))
    first.start()
    deadline = time.monotonic() + 30
    while not (studio.place / "at-work").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    began = time.monotonic()
    studio.choose(SCORE)
    first.join(30)
    assert not first.is_alive() and time.monotonic() - began < 20
    told = said(capsys)
    assert "it is being cancelled" in told and "Cancelled. The timeline is as it was." in told
    assert len(studio.tracks) == 1 and not studio.markers
    assert not [path for path in studio.place.iterdir() if path.name.startswith(("Rough cut", "at-work", "stop"))]


# ---- the window ----------------------------------------------------------------------------------------------------


def user(*, cancel_at: str = "", texts: dict[str, Any] | None = None) -> tuple[Callable[..., None], list[str]]:
    """Somebody who sets some widgets and goes on, and what they read."""
    read: list[str] = []

    def act(window: FakeWindow, dispatcher: FakeDispatcher) -> None:
        if "go" in window.items:
            for name, value in (texts or {}).items():
                setattr(window.items[name], *value)
            button = "cancel" if cancel_at == "ask" else "go"
            getattr(window.On, button).Clicked({})
        elif "line" in window.items:
            dispatcher.On.Timeout({})
            read.append(window.items["line"].Text)
            if cancel_at == "watch" and "Composing" in read[-1]:
                window.On.cancel.Clicked({})
        else:
            read.append(window.items["text"].PlainText)
            window.On.ok.Clicked({})

    return act, read


def with_window(studio: Studio, **how: Any) -> list[str]:
    act, read = user(**how)
    studio.fusion, studio.bmd = FakeFusion(), FakeBmd(act)
    return read


def test_the_window_asks_shows_progress_and_tells(studio: Studio) -> None:
    read = with_window(studio, texts={"mood": ("CurrentIndex", 1), "t0": ("Value", 300), "stems": ("Checked", True)})
    studio.choose(SCORE)
    command = studio.commands()[-1]
    assert "--mood=calm" in command and "--t0=300" in command and "--stems" in command
    kept = json.loads((studio.folder / "settings.json").read_text())
    assert (kept["mood"], kept["t0"], kept["stems"]) == ("calm", 300, True)
    assert "3 markers at hits." in read[-1]


def test_closing_the_window_does_nothing(studio: Studio) -> None:
    read = with_window(studio, cancel_at="ask")
    studio.choose(SCORE)
    assert not studio.commands() and not read


def test_cancel_in_the_window(studio: Studio) -> None:
    studio.settings["options"] += " --slow"
    read = with_window(studio, cancel_at="watch")
    studio.choose(SCORE)
    assert read[-1] == "Cancelled. The timeline is as it was."
    assert len(studio.tracks) == 1


def test_free_without_windows_uses_the_settings_file(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.fusion, studio.bmd = FakeFreeFusion(), FakeBmd(lambda *_: None)
    studio.settings["palette"] = "guitar"
    studio.choose(SCORE)
    assert "--palette=guitar" in studio.commands()[-1]
    assert "3 markers at hits." in said(capsys)


def test_a_window_that_fails_does_not_stop_the_music(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(window: FakeWindow, _dispatcher: FakeDispatcher) -> None:
        raise TypeError("another UIManager")

    studio.fusion, studio.bmd = FakeFusion(), FakeBmd(fail)
    studio.choose(SCORE)
    told = said(capsys)
    assert "No window could be shown (TypeError: another UIManager)" in told and "3 markers at hits." in told


# ---- parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        ("24", Fraction(24)),
        (25.0, Fraction(25)),
        ("23.976", Fraction(24000, 1001)),
        (23.976, Fraction(24000, 1001)),
        ("29.97 DF", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("47.952", Fraction(48000, 1001)),
    ],
)
def test_frame_rates_of_settings(value: object, rate: Fraction) -> None:
    assert timecode.rate_of_setting(value) == rate


@pytest.mark.parametrize("value", ["", "fast", "0", None, "-24"])
def test_what_is_no_frame_rate(value: object) -> None:
    with pytest.raises(Fault, match="frame rate"):
        timecode.rate_of_setting(value)


@pytest.mark.parametrize(
    ("text", "rate", "frame"),
    [
        ("01:00:00:00", Fraction(24), 86400),
        ("00:00:01:12", Fraction(25), 37),
        ("00:01:00;02", Fraction(30000, 1001), 1800),  # two numbers are left out each minute
        ("00:10:00;00", Fraction(30000, 1001), 17982),  # but every tenth
        ("01:00:00;00", Fraction(30000, 1001), 107892),
        ("00:01:00;04", Fraction(60000, 1001), 3600),
        ("01:00:00:00", Fraction(24000, 1001), 86400),
    ],
)
def test_timecodes(text: str, rate: Fraction, frame: int) -> None:
    assert timecode.frame_of_timecode(text, rate) == frame


def test_what_is_no_timecode() -> None:
    with pytest.raises(Fault, match="timecode"):
        timecode.frame_of_timecode("12.5", Fraction(24))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "holds no settings"),
        ({"colour": "red"}, "unknown setting 'colour'"),
        ({"takes": "two"}, "not of the right kind"),
        ({"takes": True}, "not of the right kind"),
        ({"takes": 0}, "between 1 and 9"),
        ({"mood": "grumpy"}, "no mood 'grumpy'"),
    ],
)
def test_settings_are_checked(data: Any, told: str) -> None:
    with pytest.raises(Fault, match=told):
        asked.checked_settings(data, "settings.json")


def test_the_stand_in_refuses_what_is_not_documented() -> None:
    resolve = FakeResolve()
    timeline = resolve.timeline
    assert timeline is not None
    with pytest.raises(UndocumentedError):
        timeline.AddMusic("nice")
    with pytest.raises(UndocumentedError):
        timeline.AddMarker("24", "Red", "", "", 1)
    with pytest.raises(UndocumentedError):
        timeline.AddMarker(24, "Teal", "", "", 1)
    with pytest.raises(UndocumentedError):
        timeline.GetTrackName("audio", 0)
    with pytest.raises(UndocumentedError):
        timeline.Export("/x.edl", resolve.EXPORT_EDL)
    with pytest.raises(TypeError):
        timeline.GetName("now")  # type: ignore[call-arg]
    assert timeline.AddMarker(24, "Red", "", "", 1) and not timeline.AddMarker(24, "Red", "", "", 1)
