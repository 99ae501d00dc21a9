"""The one job that runs at a time, from its start to what it leaves in the timeline.

A modal operator calls `tick` from a timer; a script in a Blender without a window calls `wait`.
"""

import atexit
import json
import time
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from secrets import token_hex

import bpy

from . import host, placing
from .client import takes as files
from .client.commands import (
    Command,
    Picture,
    reconform_command,
    reroll_command,
    score_command,
)
from .client.cutlist import otio_text
from .client.faults import Fault
from .client.process import DONE, FAILED, RUNNING, Job
from .client.times import seconds_of


class Session:
    """A job and what its product is for.

    Args:
        scene: name of the scene that gets it.
        put: gets the scene and the product when all went well; returns a sentence.
    """

    def __init__(self, job, scene, put):
        self.job, self.scene, self._put = job, scene, put
        self.message, self.failed = "", False

    @property
    def state(self):
        """How the job stands."""
        return self.job.progress().state

    def tick(self):
        """Look after the job; returns whether it is over. The timeline changes only here."""
        progress = self.job.progress()
        if progress.state == RUNNING:
            return False
        self.message, self.failed = progress.text(), progress.state == FAILED
        if progress.state == DONE:
            try:
                scene = bpy.data.scenes.get(self.scene)
                if scene is None:
                    raise Fault(f"The scene '{self.scene}' is not there any more.", "Its music is in the folder.")
                self.message = " ".join([self._put(scene, self.job.product), *progress.warnings])
            except Fault as fault:
                self.message, self.failed = str(fault), True
        return True


class _State:
    """What the panel shows."""

    def __init__(self):
        self.session = None
        self.message, self.failed = "", False


STATE = _State()


def running():
    """The session at work, or None."""
    return STATE.session


def begin(session):
    """Start a session's job.

    Raises:
        Fault: if another one is at work.
    """
    if STATE.session is not None:
        raise Fault("Music is being composed already.", "Wait for it, or press Esc.")
    STATE.session, STATE.message, STATE.failed = session, "", False
    session.job.start()
    return session


def tick():
    """Look after the session at work; returns it when it is over, else None."""
    session = STATE.session
    if session is None or not session.tick():
        return None
    STATE.session, STATE.message, STATE.failed = None, session.message, session.failed
    return session


def wait(poll_s=0.05):
    """Work until the session is over, without a window; returns it."""
    while True:
        session = tick()
        if session is not None:
            session.job.join()
            return session
        time.sleep(poll_s)


def cancel():
    """Stop the session at work, at once."""
    if STATE.session is not None:
        STATE.session.job.cancel()


@bpy.app.handlers.persistent
def on_load(*_):
    """Another file is opened, which ends the operator: so ends its job."""
    if STATE.session is not None:
        STATE.session.job.kill()
        STATE.session, STATE.message, STATE.failed = None, "Cancelled.", False


@atexit.register
def on_exit():
    """Blender closes: leave no process behind."""
    if STATE.session is not None:
        STATE.session.job.kill()


# ---- places of files -----------------------------------------------------------------------------------------------


def blend_or_fault():
    """The .blend on disk, beside which all is kept."""
    blend = host.blend_file()
    if blend is None:
        raise Fault("This .blend has no file yet.", "Save it first: projects and music are kept beside it.")
    return blend


def music_folder(blend):
    """Where the sound files of a .blend go."""
    return blend.with_name(f"{blend.stem}_music")


# ---- jobs ----------------------------------------------------------------------------------------------------------


def score(scene, engine, stretch, music, channel, blender=None):
    """A session that composes for a stretch of the timeline.

    Args:
        engine: the words its command line begins with; blender: the program for rendering, this one by default.

    Raises:
        Fault: if this cannot work.
    """
    blend, rate = blend_or_fault(), host.rate_of(scene)
    folder = music_folder(blend)
    project = files.free_name(blend.parent, files.safe_name(f"{blend.stem}-{stretch.title}.dbgm"))
    scratch = files.scratch_in(folder)
    commands, tentative, path = [], [], stretch.file
    if path is None:
        path, commands = shown_by(stretch, folder, project, scratch, blender, with_sound=music.duck_notes)
        tentative.append(path)
    picture = stretch.picture(path, rate)
    commands.append(score_command(engine, picture, music, scratch / "take.wav", project))
    origin_s, duration_s = stretch.origin_s(rate), stretch.duration_s(rate)

    def finish(answers):
        made = files.made_by_score(answers[-1])
        return settle_all(made, folder, project.stem, origin_s, duration_s)

    record = partial(
        files.MusicRecord,
        id=token_hex(6),
        project=host.relative(project),
        folder=host.relative(folder),
        origin_s=str(origin_s),
        duration_s=str(duration_s),
        scope=stretch.scope,
        keep=stretch.keep,
        picture=picture_text(picture),
    )

    def put(at, made):
        shown = shown_parts(made[0], stems=music.stems)
        replace_earlier(at, stretch)
        placing.place(at, record(takes=tuple(made), current=made[0].id, shown=shown), stretch.start, channel)
        return told(made)

    job = Job(commands, finish=finish, scratch=[scratch], tentative=tentative, project=project)
    return Session(job, scene.name, put)


def shown_by(stretch, folder, project, scratch, blender=None, *, with_sound=False):
    """The file that will show a stretch, and the commands that make it: a cut list is written at once, all else must be
    rendered. Speech is heard in a rendered picture only.

    Raises:
        Fault: if the cut list cannot be written.
    """
    if stretch.pieces and not with_sound:
        path = files.free_name(folder, f"{project.stem}.otio")
        text = otio_text(stretch.title, stretch.pieces, host.rate_of(bpy.data.scenes[stretch.scene]))
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Fault(f"'{path}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
        return path, []
    path = files.free_name(folder, f"{project.stem} picture.mp4")
    return path, [render_command(stretch, path, scratch, blender, with_sound=with_sound)]


def render_command(stretch, target, scratch, blender=None, *, with_sound=False):
    """Render a stretch in a second Blender, from a copy of the .blend as it is now."""
    copy = scratch / "copy.blend"
    host.save_copy(copy)
    scene = bpy.data.scenes[stretch.scene]
    asked = {
        "blend": str(copy),
        "scene": stretch.scene,
        "start": stretch.start,
        "end": stretch.end,
        "target": str(target),
        "keep": list(stretch.keep),
        "leave_out": [strip.name for strip in placing.music_strips(scene)],
        "with_sound": bool(with_sound),
    }
    script = Path(__file__).with_name("render_picture.py")
    words = host.background_words(script, blender)
    return Command((*words, "--", json.dumps(asked)), "Rendering the picture")


def more_takes(scene, engine, record, music):
    """A session that adds takes to a record, for the same picture.

    Raises:
        Fault: if this cannot work.
    """
    picture, project = picture_from(record), there(record.project)
    folder = host.absolute(record.folder)
    scratch = files.scratch_in(folder)
    music = replace(music, stems="mix" not in record.shown)
    command = score_command(engine, picture, music, scratch / "take.wav", project)

    def finish(answers):
        return _settled(record, files.made_by_score(answers[-1]), folder, project)

    return Session(Job([command], finish=finish, scratch=[scratch]), scene.name, _put_takes(record.id))


def reroll(scene, engine, record, bars, music):
    """A session that writes some bars of the current take anew, `music.takes` times.

    Raises:
        Fault: if this cannot work.
    """
    project, folder = there(record.project), host.absolute(record.folder)
    scratch = files.scratch_in(folder)
    stems = "mix" not in record.shown
    seeds = [None if music.seed is None else music.seed + index for index in range(music.takes)]
    commands = [
        reroll_command(
            engine, project, record.current, bars, scratch / f"take.{index}.wav", seed=seed, stems=stems,
            extra=music.extra,
        )
        for index, seed in enumerate(seeds)
    ]  # fmt: skip

    def finish(answers):
        return _settled(record, [files.made_by_revision(answer, bars) for answer in answers], folder, project)

    return Session(Job(commands, finish=finish, scratch=[scratch]), scene.name, _put_takes(record.id))


def reconform(scene, engine, record, stretch, music, blender=None):
    """A session that lets the current take follow the sequencer as it is cut now.

    Raises:
        Fault: if this cannot work.
    """
    if picture_from(record).range_s is not None:
        raise Fault("This music was made for a stretch of one file.", "Score the strip again, or score the scene.")
    project, folder, rate = there(record.project), host.absolute(record.folder), host.rate_of(scene)
    scratch = files.scratch_in(folder)
    path, commands = shown_by(stretch, folder, project, scratch, blender)
    stems = "mix" not in record.shown
    commands = [
        *commands,
        reconform_command(
            engine, project, record.current, path, scratch / "take.wav", stems=stems, extra=music.extra
        ),
    ]  # fmt: skip
    duration_s = stretch.duration_s(rate)
    picture = stretch.picture(path, rate)

    def finish(answers):
        return settle_all([files.made_by_revision(answers[-1])], folder, project.stem, Fraction(0), duration_s)

    def put(at, made):
        strips, old = _now(at, record.id)
        fresh = replace(
            old, takes=tuple(made), current=made[0].id, origin_s="0", duration_s=str(duration_s),
            picture=picture_text(picture), markers=(),
        )  # fmt: skip
        channel = min(strip.channel for strip in strips)
        placing.remove(at, strips, old)
        placing.place(at, fresh, stretch.start, channel)
        return f"The music follows the new cut. {told(made)}"

    return Session(Job(commands, finish=finish, scratch=[scratch], tentative=[path]), scene.name, put)


def there(text):
    """A file of a record, which must be there."""
    path = host.absolute(text)
    if not path.is_file():
        raise Fault(f"The project file is missing: {path}.", "Put it back beside the .blend, or score again.")
    return path


def settle_all(made, folder, stem, origin_s, duration_s):
    """Bring the files of several takes to where they stay."""
    return [files.settle(one, folder, stem, origin_s, duration_s) for one in made]


def _settled(record, made, folder, project):
    return settle_all(made, folder, project.stem, Fraction(record.origin_s), Fraction(record.duration_s))


def _now(scene, record_id):
    """The strips and the record as they are now: the user may have changed them while the engine was at work."""
    strips = placing.music_strips(scene, record_id)
    if not strips:
        raise Fault("The music strip is not there any more.", "Its new take is in the folder of the music.")
    return strips, placing.record_of(strips[0])


def _put_takes(record_id):
    def put(scene, made):
        strips, record = _now(scene, record_id)
        placing.show_take(scene, strips, record.with_takes(made))
        return told(made)

    return put


def replace_earlier(scene, stretch):
    """Take out the music that was made for the same stretch before."""
    for strip in placing.music_strips(scene):
        record = placing.record_of(strip) if strip.name in host.strips_of(scene) else None
        same = record is not None and (record.scope, record.keep) == (stretch.scope, stretch.keep)
        if same and host.start_of(strip) == stretch.start:
            placing.remove(scene, placing.music_strips(scene, record.id), record)
            replace_earlier(scene, stretch)
            return


def shown_parts(take, *, stems):
    """The parts that get strips."""
    parts = tuple(part for part in take.files if part != placing.MIX)
    return parts if stems and parts else (placing.MIX,)


def told(made):
    """A sentence on takes."""
    first = made[0]
    exact = sum(abs(hit.error_ms) < 0.5 for hit in first.hits)
    hits = f"{exact} of {len(first.hits)} hits exact, " if first.hits else ""
    count = f"{len(made)} takes" if len(made) > 1 else first.name
    return f"{count}: {hits}{first.bars.count} bars, seed {first.seed}."


def bars_of_frames(scene, strips, record, first, last):
    """The bars of the current take that sound between two frames of the scene."""
    rate = host.rate_of(scene)
    start = Fraction(host.origin_of(strips[0])).limit_denominator(1000)
    origin_s = Fraction(record.origin_s)
    begin_s = origin_s + seconds_of(first - start, rate)
    end_s = origin_s + seconds_of(last - start, rate)
    bars = record.take().bars
    if last <= first:
        bar = bars.bar_at(float(begin_s))
        return bar, bar
    return bars.bars_between(float(begin_s), float(end_s))


def picture_text(picture):
    """A picture as text, its path as the .blend writes it."""
    return json.dumps(
        {
            "path": host.relative(picture.path),
            "range_s": None if picture.range_s is None else [str(second) for second in picture.range_s],
            "markers": [[str(second), label] for second, label in picture.markers],
            "stars": None if picture.stars is None else [str(second) for second in picture.stars],
        },
        ensure_ascii=False,
    )


def picture_from(record):
    """The picture that a record was made for.

    Raises:
        Fault: if its file is missing.
    """
    data = json.loads(record.picture)
    path = host.absolute(data["path"])
    if not path.is_file():
        raise Fault(f"The picture is missing: {path}.", "Score again.")
    span = data["range_s"]
    return Picture(
        path=path,
        range_s=None if span is None else (Fraction(span[0]), Fraction(span[1])),
        markers=tuple((Fraction(second), label) for second, label in data["markers"]),
        stars=None if data["stars"] is None else tuple(map(Fraction, data["stars"])),
    )
