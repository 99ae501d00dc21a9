"""Run inside Blender, with or without a window, by `test_blender`: the add-on from its installation on.

    blender -b --factory-startup --python blender_scene.py -- FOLDER

FOLDER holds `addon.zip`, the clips `a.mp4`, `b.mp4`, `c.mp4` and `asked.json` ({"engine", "options", "blender"}).
Each check writes what it measured into `found.json`, which the test judges.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
ASKED = json.loads((FOLDER / "asked.json").read_text())
FOUND = {"version": list(bpy.app.version)}
CLIPS = (("a", 72), ("b", 96), ("c", 60))
START = 11


def main():
    package = install()
    addon = sys.modules[package]
    for name in ("host", "session", "placing", "pictures", "preferences"):
        setattr(addon, name, __import__(f"{package}.{name}", fromlist=["x"]))
    settings = bpy.context.preferences.addons[package].preferences
    settings.engine, settings.options = ASKED["engine"], ASKED["options"]
    checks = (
        build,
        unsaved,
        plans,
        cancelled,
        stopped,
        no_engine,
        scored,
        mixed,
        more,
        rerolled,
        switched,
        followed,
        reopened,
        strip,
    )
    for check in (*checks, rendered, failed):
        FOUND[check.__name__] = check(addon)
        sys.stderr.write(f"{check.__name__}: {FOUND[check.__name__]}\n")


def install():
    """Install the zip as a user does: as an extension where Blender has them, else as an add-on."""
    archive = str(FOLDER / "addon.zip")
    if bpy.app.version >= (4, 2, 0):
        bpy.ops.preferences.extension_repo_add(name="Local", type="LOCAL")
        repos = bpy.context.preferences.extensions.repos
        repo = next((repo for repo in repos if repo.name == "Local"), repos[0])
        bpy.ops.extensions.package_install_files(filepath=archive, repo=repo.module, enable_on_install=True)
        return f"bl_ext.{repo.module}.diffbgm_studio"
    bpy.ops.preferences.addon_install(filepath=archive)
    bpy.ops.preferences.addon_enable(module="diffbgm_studio")
    return "diffbgm_studio"


def strips_there(addon):
    return [
        (strip.name, strip.type, strip.channel, addon.host.start_of(strip), addon.host.end_of(strip))
        for strip in addon.host.strips_of(bpy.context.scene)
    ]


def markers_there():
    return sorted((marker.frame, marker.name) for marker in bpy.context.scene.timeline_markers)


def refusal(operator, **options):
    """What an operator says when it cannot work."""
    try:
        result = operator(**options)
    except RuntimeError as error:
        return str(error).strip()
    return f"no refusal: {result}"


def unsaved(addon):
    """A .blend without a file; then it gets one."""
    said = refusal(bpy.ops.diffbgm.score)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "film.blend"))
    return said


def build(addon):
    """Three clips one after the other, from frame 11 on."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 24, 1
    scene.render.resolution_x, scene.render.resolution_y = 640, 384
    frame = START
    for name, length in CLIPS:
        movie = addon.host.strips_of(scene).new_movie(name, str(FOLDER / f"{name}.mp4"), 1, frame)
        movie.select = False
        frame += length
    scene.frame_start, scene.frame_end = START, frame - 1
    scene.timeline_markers.new("* the door", frame=START + 120)
    asked = scene.diffbgm
    asked.steps, asked.fixed_seed, asked.seed, asked.takes = 3, True, 5, 2
    return strips_there(addon)


def plans(addon):
    """What would be watched, without doing it."""
    scene = bpy.context.scene
    strips = addon.host.strips_of(scene)
    a, b, c = (next(strip for strip in strips if strip.name == name) for name in "abc")

    def plan(scope, **options):
        asked = {"use_markers": True, "use_cuts": True, **options}
        stretch = addon.pictures.stretch_of(scene, scope, **asked)
        return {
            "frames": (stretch.start, stretch.end),
            "file": None if stretch.file is None else (stretch.file.name, stretch.offset),
            "pieces": [(piece.name, piece.first, piece.frames) for piece in stretch.pieces],
            "keep": stretch.keep,
            "cuts": stretch.cuts,
            "stars": stretch.stars,
        }

    found = {"scene": plan("SCENE"), "rendered": plan("SCENE", always_render=True)}
    a.select = b.select = True
    found["selection"] = plan("SELECTION")
    found["named"] = plan("SELECTION", names=("c",))
    b.mute = True
    found["muted"] = plan("SCENE")
    b.mute = False
    c.transform.offset_x = 10
    found["moved"] = plan("SCENE")
    c.transform.offset_x = 0
    c.use_reverse_frames = True
    found["reversed"] = plan("SCENE")
    c.use_reverse_frames = False
    over = strips.new_movie("over", str(FOLDER / "c.mp4"), 2, 101)
    over.frame_final_duration = 24
    found["over"] = plan("SCENE")
    over.frame_final_duration = 200  # holds its last picture
    found["held"] = plan("SCENE")
    strips.remove(over)
    a.select = b.select = False
    return found


def cancelled(addon):
    """Cancel while the engine composes from the cut list."""
    return cancel_at(addon, "Composing", always_render=False)


def stopped(addon):
    """Cancel while the second Blender renders."""
    return cancel_at(addon, "Rendering", always_render=True)


def cancel_at(addon, stage, *, always_render):
    scene = bpy.context.scene
    before = strips_there(addon), markers_there(), leftovers()
    stretch = addon.pictures.stretch_of(scene, "SCENE", use_markers=True, use_cuts=True, always_render=always_render)
    engine = addon.preferences.engine_words()
    music = scene.diffbgm.music(addon.preferences.further_options())
    addon.session.begin(addon.session.score(scene, engine, stretch, music, 0))
    second = refusal(bpy.ops.diffbgm.score)
    deadline = time.monotonic() + 300
    job = addon.session.running().job
    while not (stage in job.progress().label and job.progress().share > 0) and time.monotonic() < deadline:
        time.sleep(0.02)
    label = job.progress().label
    process = addon.session.running().job._process
    began = time.monotonic()
    bpy.ops.diffbgm.cancel()
    session = addon.session.tick()
    took_s = time.monotonic() - began
    gone = session.job.join(20)
    after = strips_there(addon), markers_there(), leftovers()
    return {
        "label": label,
        "state": session.state,
        "took_s": took_s,
        "gone": gone and process.poll() is not None,
        "same": before == after,
        "message": session.message,
        "second": second,
    }


def leftovers():
    """The files beside the .blend."""
    return sorted(
        str(path.relative_to(FOLDER))
        for path in (*FOLDER.glob("film*"), *FOLDER.glob("film_music/*"))
        if path.is_file() or path.name.startswith(".")
    )


def no_engine(addon):
    """A wrong path in the preferences."""
    package = addon.__name__
    settings = bpy.context.preferences.addons[package].preferences
    settings.engine = str(FOLDER / "nowhere")
    said = refusal(bpy.ops.diffbgm.score)
    settings.engine = ASKED["engine"]
    return said


def scored(addon):
    """Score the scene: two takes."""
    result = bpy.ops.diffbgm.score()
    return {"result": list(result), **music_now(addon), "message": addon.session.STATE.message}


def music_now(addon):
    scene = bpy.context.scene
    chosen = addon.placing.chosen_music(scene)
    if chosen is None:
        return {"strips": strips_there(addon), "markers": markers_there()}
    strips, record = chosen
    return {
        "strips": strips_there(addon),
        "markers": markers_there(),
        "sounds": [str(addon.host.file_of(strip)) for strip in strips],
        "paths": [strip.sound.filepath for strip in strips],
        "takes": [(take.name, take.seed, take.bars.count, take.changed_bars) for take in record.takes],
        "hits": [(hit.time_s, hit.label, hit.error_ms, hit.starred) for hit in record.take().hits],
        "files": leftovers(),
        "project": record.project,
        "data": sorted(sound.name for sound in bpy.data.sounds),
    }


def mixed(addon):
    """Mix the sequencer down."""
    return mixdown(addon, "mixdown.wav")


def mixdown(addon, name):
    bpy.context.scene.render.ffmpeg.audio_mixrate = 48000
    target = FOLDER / name
    for strip in addon.host.strips_of(bpy.context.scene):
        if strip.type == "SOUND" and not strip.name.startswith("♪"):
            strip.mute = True
    bpy.ops.sound.mixdown(filepath=str(target), container="WAV", codec="PCM", format="S16")
    return str(target)


def more(addon):
    """A further take of the same picture; then the first one again."""
    asked = bpy.context.scene.diffbgm
    asked.takes, asked.seed = 1, 9
    result = bpy.ops.diffbgm.more_takes()
    found = {"result": list(result), **music_now(addon)}
    _, record = addon.placing.chosen_music(bpy.context.scene)
    bpy.ops.diffbgm.use_take(take=record.takes[0].id)
    return found


def rerolled(addon):
    """Re-roll the bar at the playhead."""
    scene = bpy.context.scene
    strip = addon.placing.music_strips(scene)[0]
    strip.volume = 0.5
    scene.frame_current = START + 120  # at the star
    bpy.ops.diffbgm.bars_from(source="PLAYHEAD")
    playhead = (scene.diffbgm.first_bar, scene.diffbgm.last_bar)
    for other in addon.host.strips_of(scene):
        other.select = other.name == "b"
    bpy.ops.diffbgm.bars_from(source="SELECTION")
    selection = (scene.diffbgm.first_bar, scene.diffbgm.last_bar)
    scene.diffbgm.first_bar = scene.diffbgm.last_bar = 2
    scene.diffbgm.takes, scene.diffbgm.seed = 1, 77
    result = bpy.ops.diffbgm.reroll()
    volume = addon.placing.music_strips(scene)[0].volume
    mix = mixdown(addon, "rerolled.wav")
    return {
        "mix": mix,
        "result": list(result), "playhead": playhead, "selection": selection, "volume": volume, **music_now(addon)
    }  # fmt: skip


def switched(addon):
    """Back to the first take."""
    _, record = addon.placing.chosen_music(bpy.context.scene)
    result = bpy.ops.diffbgm.use_take(take=record.takes[0].id)
    return {"result": list(result), **music_now(addon)}


def followed(addon):
    """Two strips change places; the music follows. Then they change back."""
    scene = bpy.context.scene
    strips = addon.host.strips_of(scene)
    b, c = (next(strip for strip in strips if strip.name == name) for name in "bc")
    c.frame_start, b.frame_start, c.frame_start = 1000, 143, 83
    result = bpy.ops.diffbgm.reconform()
    found = {"result": list(result), "message": addon.session.STATE.message, **music_now(addon)}
    c.frame_start, b.frame_start, c.frame_start = 1000, 83, 179
    return found


def reopened(addon):
    """Save, open again."""
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "film.blend"))
    return music_now(addon)


def strip(addon):
    """Score one trimmed movie strip from its file, with stems, at a channel of its own."""
    scene = bpy.context.scene
    addon.host.editor_of(scene).active_strip = addon.placing.music_strips(scene)[0]
    bpy.ops.diffbgm.remove()
    gone = music_now(addon)
    movie = next(s for s in addon.host.strips_of(scene) if s.name == "b")
    movie.frame_offset_start = 24
    addon.host.editor_of(scene).active_strip = movie
    asked = scene.diffbgm
    asked.scope, asked.stems, asked.channel, asked.takes, asked.seed = "STRIP", True, 9, 1, 5
    result = bpy.ops.diffbgm.score()
    return {"result": list(result), "gone": gone, **music_now(addon)}


def rendered(addon):
    """The scene again, of which a part shows nothing now, rendered."""
    asked = bpy.context.scene.diffbgm
    asked.scope, asked.stems, asked.channel, asked.always_render = "SCENE", False, 0, True
    result = bpy.ops.diffbgm.score()
    return {"result": list(result), **music_now(addon)}


def failed(addon):
    """A failing engine leaves everything as it was."""
    before = music_now(addon)
    bpy.context.scene.diffbgm.scope, bpy.context.scene.diffbgm.always_render = "SCENE", False
    addon_settings = bpy.context.preferences.addons[addon.__name__].preferences
    addon_settings.options = "--bundle nowhere"
    said = refusal(bpy.ops.diffbgm.score)
    addon_settings.options = ASKED["options"]
    return {"said": said, "same": music_now(addon) == before}


try:
    main()
except Exception:  # noqa: BLE001 - the test tells it
    FOUND["traceback"] = traceback.format_exc()
    sys.stderr.write(FOUND["traceback"])
(FOLDER / "found.json").write_text(json.dumps(FOUND, default=list))
