"""What the menu entries do: score, re-roll the bars at the playhead, follow the new cut."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from secrets import token_hex
from typing import Any

from ...blender.diffbgm_studio.client.commands import (
    Command,
    Picture,
    reconform_command,
    reroll_command,
    score_command,
    split_options,
)
from ...blender.diffbgm_studio.client.faults import Fault
from ...blender.diffbgm_studio.client.locate import find_engine
from ...blender.diffbgm_studio.client.process import DONE, FAILED, RUNNING, Job
from ...blender.diffbgm_studio.client.takes import (
    Made,
    MusicRecord,
    TakeFiles,
    free_name,
    made_by_revision,
    made_by_score,
    safe_name,
    scratch_in,
    settle,
)
from .desk import OWN_MARK, Desk, Report
from .settings import (
    Settings,
    checked_settings,
    music_root,
    read_settings,
    settings_file,
    write_settings,
)
from .window import Windows

SCORE, REROLL, FOLLOW = "Score the Timeline", "Re-roll Bars at the Playhead", "Follow the New Cut"
ENTRIES = (SCORE, REROLL, FOLLOW)
_BEAT_S = 1.0
_STALE_S = 10.0


@dataclass(frozen=True)
class Place:
    """Where the music of one timeline is kept.

    Attributes:
        folder: of sounds and projects; record: the file that knows the takes.
    """

    folder: Path

    @property
    def record(self) -> Path:
        """The file that knows the takes."""
        return self.folder / "music.json"

    @property
    def at_work(self) -> Path:
        """A file that is fresh while music is being composed here."""
        return self.folder / "at-work"

    @property
    def stop(self) -> Path:
        """A file that asks whoever is at work to stop."""
        return self.folder / "stop"

    def read(self) -> MusicRecord:
        """What is known of the music.

        Raises:
            Fault: if nothing is.
        """
        try:
            return MusicRecord.from_text(self.record.read_text(encoding="utf-8"))
        except OSError:
            raise Fault("This timeline has no music yet.", f"First choose '{SCORE}'.") from None

    def write(self, record: MusicRecord) -> None:
        """Keep what is known of the music."""
        try:
            self.record.write_text(record.to_text(), encoding="utf-8")
        except OSError as error:
            raise Fault(f"'{self.record}' cannot be written: {(error.strerror or str(error)).lower()}.") from error

    def is_at_work(self) -> bool:
        """Whether another run composes for this timeline now."""
        try:
            return time.time() - self.at_work.stat().st_mtime < _STALE_S
        except OSError:
            return False


def place_of(desk: Desk, settings: Settings) -> Place:
    """Where the music of a timeline goes."""
    project = safe_name(str(desk.project.GetName()))
    return Place(music_root(settings) / project / safe_name(desk.name))


class Run:
    """One choice from the menu.

    Args:
        resolve, fusion, bmd: what Resolve hands to its scripts; the latter two may be None.
        say: prints one line.
    """

    def __init__(self, resolve: Any, fusion: Any = None, bmd: Any = None, say: Callable[[str], None] = print) -> None:
        self._resolve, self._say = resolve, say
        self._windows = Windows.where_available(fusion, bmd)
        self._title = "Diff-BGM Studio"

    def __call__(self, entry: str) -> int:
        """Do it; returns 0 when all went well, else 1."""
        self._title = f"Diff-BGM Studio: {entry}"
        try:
            lines, status = self._work(entry), 0
        except Fault as fault:
            lines, status = [str(fault)], 1
        except Exception as error:  # noqa: BLE001 - a sentence instead of a traceback on Resolve's console
            lines, status = [f"Something unexpected went wrong ({type(error).__name__}: {error})."], 1
        for line in lines:
            self._say(line)
        if lines:
            self._shown(lambda windows: windows.tell(self._title, lines))
        return status

    def _shown(self, call: Callable[[Windows], Any]) -> tuple[bool, Any]:
        """Whether a window was shown, and what it gave. Where it cannot be shown the script goes on without."""
        if self._windows is None:
            return False, None
        try:
            return True, call(self._windows)
        except Exception as error:  # noqa: BLE001 - UIManager differs between versions, and music matters more
            self._windows = None
            self._say(f"No window could be shown ({type(error).__name__}: {error}); the settings file serves.")
            return False, None

    def _work(self, entry: str) -> list[str]:
        desk = Desk.open(self._resolve)
        settings = read_settings(settings_file())
        shown, chosen = self._shown(lambda windows: windows.ask(settings, self._title))
        if shown and chosen is None:
            return []
        if chosen is not None:
            settings = checked_settings(asdict(chosen), "The window")
            write_settings(settings, settings_file())
        engine, place = find_engine(settings.engine), place_of(desk, settings)
        if place.is_at_work():
            place.stop.write_text("", encoding="utf-8")
            return ["Music for this timeline was being composed: it is being cancelled."]
        scratch = scratch_in(place.folder)
        place.stop.unlink(missing_ok=True)
        work = {SCORE: self._score, REROLL: self._reroll, FOLLOW: self._follow}[entry]
        try:
            job, put = work(desk, settings, engine, place, scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        if self._watch(job, place) != DONE:
            return ["Cancelled. The timeline is as it was."]
        return put(job.product).lines()

    # ---- the three choices -----------------------------------------------------------------------------------------

    def _score(self, desk: Desk, settings: Settings, engine: Sequence[str], place: Place, scratch: Path) -> Any:
        project = free_name(place.folder, safe_name(f"{desk.name}.dbgm"))
        picture = self._picture(desk, place, project)
        music = settings.music()
        command = score_command(engine, picture, music, scratch / "take.wav", project)

        def put(takes: list[TakeFiles]) -> Report:
            shown = _shown(takes[0], stems=settings.stems)
            record = MusicRecord(
                token_hex(6), str(project), str(place.folder), "0", str(self._length(desk)), "TIMELINE", "",
                tuple(takes), takes[0].id, shown,
            )  # fmt: skip
            place.write(record)
            return self._lay(desk, place, record, takes)

        job = self._job(
            desk, command, lambda answers: made_by_score(answers[-1]), place, project, (scratch, picture.path)
        )
        return job, put

    def _reroll(self, desk: Desk, settings: Settings, engine: Sequence[str], place: Place, scratch: Path) -> Any:
        record = place.read()
        bars = record.take().bars
        bar = bars.bar_at(float(desk.playhead_s()))
        command = reroll_command(
            engine, Path(record.project), record.current, (bar, bar), scratch / "take.wav",
            seed=settings.music().seed, stems=_has_stems(record), extra=split_options(settings.options),
        )  # fmt: skip

        def made(answers: list[dict[str, Any]]) -> list[Made]:
            return [made_by_revision(answers[-1], (bar, bar))]

        return self._revision(desk, place, record, command, made, (scratch, None))

    def _follow(self, desk: Desk, settings: Settings, engine: Sequence[str], place: Place, scratch: Path) -> Any:
        record = place.read()
        picture = self._picture(desk, place, Path(record.project))
        command = reconform_command(
            engine, Path(record.project), record.current, picture.path, scratch / "take.wav",
            stems=_has_stems(record), extra=settings.source_options(),
        )  # fmt: skip
        record = replace(record, duration_s=str(self._length(desk)))

        def made(answers: list[dict[str, Any]]) -> list[Made]:
            return [made_by_revision(answers[-1])]

        return self._revision(desk, place, record, command, made, (scratch, picture.path))

    # ---- their parts -----------------------------------------------------------------------------------------------

    def _length(self, desk: Desk) -> Fraction:
        return Fraction(desk.frames) / desk.rate

    def _picture(self, desk: Desk, place: Place, project: Path) -> Picture:
        """The timeline as a file beside the project, with the user's markers."""
        path = desk.without_own_markers(lambda: desk.export(place.folder, project.stem))
        moments, stars = desk.moments()
        return Picture(path, markers=moments, stars=stars)

    def _job(
        self,
        desk: Desk,
        command: Command,
        made: Callable[[list[dict[str, Any]]], list[Made]],
        place: Place,
        project: Path,
        passing: tuple[Path, Path | None],
    ) -> Job:
        """Start a command.

        Args:
            made: its takes, from its answer.
            passing: the scratch folder, and the exported timeline, which stays when all goes well.
        """
        length = self._length(desk)

        def finish(answers: list[dict[str, Any]]) -> list[TakeFiles]:
            return [settle(one, place.folder, project.stem, Fraction(0), length) for one in made(answers)]

        scratch, exported = passing
        tentative = [] if exported is None else [exported]
        return Job([command], finish=finish, scratch=[scratch], tentative=tentative, project=project).start()

    def _revision(
        self,
        desk: Desk,
        place: Place,
        record: MusicRecord,
        command: Command,
        made: Callable[[list[dict[str, Any]]], list[Made]],
        passing: tuple[Path, Path | None],
    ) -> Any:
        job = self._job(desk, command, made, place, Path(record.project), passing)

        def put(takes: list[TakeFiles]) -> Report:
            new = record.with_takes(takes)
            place.write(new)
            return self._lay(desk, place, new, takes)

        return job, put

    def _lay(self, desk: Desk, place: Place, record: MusicRecord, takes: Sequence[TakeFiles]) -> Report:
        """Put the sounds of some takes on tracks, the first one to be heard, and its hits into the timeline."""
        report = Report()
        desk.quiet_own_tracks(report)
        sounds = [(take, part, place.folder / take.files[part]) for take in takes for part in record.shown]
        items = desk.import_sounds([path for _, _, path in sounds], report)
        for item, (take, part, _) in zip(items, sounds, strict=True):
            name = f"{OWN_MARK} {take.name}" if part == "mix" else f"{OWN_MARK} {take.name} {part}"
            desk.place(item, name, desk.frames, report, enabled=take is takes[0])
        desk.remove_own_markers()
        desk.add_hits(takes[0].hits, record.id, report)
        report.done.append(f"{takes[0].name}: seed {takes[0].seed}, {takes[0].bars.count} bars.")
        return report

    def _watch(self, job: Job, place: Place) -> str:
        """Wait for a job, show how it goes, and let it be cancelled; returns how it ended.

        Raises:
            Fault: if it failed.
        """
        last = [0.0, ""]

        def poll() -> tuple[str, bool]:
            if place.stop.exists():
                job.cancel()
            now = time.time()
            if now - last[0] >= _BEAT_S:
                last[0] = now
                place.at_work.write_text("", encoding="utf-8")
            progress = job.progress()
            return progress.text(), progress.state != RUNNING

        try:
            self._shown(lambda windows: windows.watch(self._title, poll, job.cancel))
            self._wait(poll)
        finally:
            job.cancel()
            job.join()
            place.at_work.unlink(missing_ok=True)
            place.stop.unlink(missing_ok=True)
        progress = job.progress()
        if progress.state == FAILED:
            raise Fault(progress.message, progress.hint)
        return progress.state

    def _wait(self, poll: Callable[[], tuple[str, bool]]) -> None:
        """Wait without a window: a line on the console whenever something new is to be told."""
        told = ""
        while True:
            line, over = poll()
            if over:
                return
            if line.split(":")[0] != told:
                told = line.split(":")[0]
                self._say(line)
            time.sleep(0.1)


def _shown(take: TakeFiles, *, stems: bool) -> tuple[str, ...]:
    parts = tuple(part for part in take.files if part != "mix")
    return parts if stems and parts else ("mix",)


def _has_stems(record: MusicRecord) -> bool:
    return "mix" not in record.shown


def resolve_of(names: dict[str, Any]) -> Any:
    """Resolve's object: as the menu hands it over, or from outside, which Studio allows.

    Raises:
        Fault: if there is none.
    """
    if names.get("resolve"):
        return names["resolve"]
    application = names.get("app") or names.get("fusion")
    if application is not None and callable(getattr(application, "GetResolve", None)):
        return application.GetResolve()
    try:
        import DaVinciResolveScript

        found = DaVinciResolveScript.scriptapp("Resolve")
    except ImportError:
        found = None
    if not found:
        raise Fault("This script runs inside DaVinci Resolve.", "Choose it under Workspace > Scripts.")
    return found


def run_entry(entry: str, names: dict[str, Any]) -> int:
    """What a menu script calls with its own globals."""
    try:
        resolve = resolve_of(names)
    except Fault as fault:
        sys.stdout.write(f"{fault}\n")
        return 1
    return Run(resolve, names.get("fusion") or names.get("fu"), names.get("bmd"))(entry)
