"""Run inside a Blender with a window by `test_blender_window`: the modal operators, Esc, the panel.

    blender --factory-startup --enable-event-simulate --python blender_window.py -- FOLDER

FOLDER is as for `blender_scene`. The user's part is played by timers, one step after the other; each writes what it
saw into `window.json`.
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
FOUND = {"ticks": 0}
LIMIT_S = 600
BEGAN = time.monotonic()


def addon():
    return sys.modules["diffbgm_studio"]


def window():
    return bpy.context.window_manager.windows[0]


def area():
    return max(window().screen.areas, key=lambda area: area.width * area.height)


def sequencer():
    """A context in the sequencer, as a click into its sidebar has it."""
    region = next(region for region in area().regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window(), area=area(), region=region)


def install():
    bpy.ops.preferences.addon_install(filepath=str(FOLDER / "addon.zip"))
    __import__("diffbgm_studio.panel").panel.DIFFBGM_PT_details.bl_options = set()  # unfolded, so that it is drawn
    bpy.ops.preferences.addon_enable(module="diffbgm_studio")
    __import__("diffbgm_studio.session")
    settings = bpy.context.preferences.addons["diffbgm_studio"].preferences
    settings.engine, settings.options = ASKED["engine"], ASKED["options"]
    area().ui_type = "SEQUENCE_EDITOR"
    area().spaces.active.show_region_ui = True
    scene = bpy.context.scene
    scene.render.fps = 24
    movie = addon().host.strips_of(scene).new_movie("b", str(FOLDER / "b.mp4"), 1, 1)
    addon().host.editor_of(scene).active_strip = movie
    scene.diffbgm.scope, scene.diffbgm.steps = "STRIP", 30
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "film.blend"))
    bpy.ops.ed.undo_push(message="The film is there")
    for name in ("score", "details", "music"):
        count_draws(name)
    return open_tab


def count_draws(name):
    """Note how often one of our panels is drawn."""
    panel = getattr(sys.modules["diffbgm_studio.panel"], f"DIFFBGM_PT_{name}")
    draw = panel.draw
    FOUND[f"{name}_drawn"] = 0

    def counted(self, context):
        draw(self, context)
        FOUND[f"{name}_drawn"] += 1

    panel.draw = counted


def open_tab():
    """Click down the tabs of the sidebar, one after the other: ours is the last."""
    region = next(region for region in area().regions if region.type == "UI")
    clicks = FOUND.setdefault("clicks", 0)
    x, y = region.x + region.width - 12, region.y + region.height - 20 - 30 * clicks
    if FOUND["score_drawn"] or y < region.y:
        return start
    FOUND["clicks"] += 1
    for kind, value in (("MOUSEMOVE", "NOTHING"), ("LEFTMOUSE", "PRESS"), ("LEFTMOUSE", "RELEASE")):
        window().event_simulate(type=kind, value=value, x=x, y=y)
    return open_tab


def start():
    """Press Score: it must come back at once."""
    with sequencer():
        began = time.monotonic()
        FOUND["started"] = list(bpy.ops.diffbgm.score("INVOKE_DEFAULT"))
        FOUND["blocked_s"] = time.monotonic() - began
    return composing


def composing():
    """Wait until the engine composes, while Blender goes on; then press Esc."""
    at_work = addon().session.running()
    FOUND["ticks"] += 1
    if at_work is None:
        raise RuntimeError(f"ended before Esc: {addon().session.STATE.message}")
    if "Composing" not in at_work.job.progress().label:
        return composing
    screenshot("at_work.png")
    FOUND["process"] = at_work.job._process.pid
    FOUND["pressed_s"] = time.monotonic()
    middle = area().x + area().width // 2, area().y + area().height // 2
    window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=middle[0], y=middle[1])
    window().event_simulate(type="ESC", value="PRESS")
    window().event_simulate(type="ESC", value="RELEASE")
    return cancelled


def cancelled():
    if addon().session.running() is not None:
        return cancelled
    FOUND["cancel_s"] = time.monotonic() - FOUND.pop("pressed_s")
    FOUND["message"] = addon().session.STATE.message
    FOUND["strips"] = [strip.name for strip in addon().host.strips_of(bpy.context.scene)]
    with sequencer():
        bpy.ops.diffbgm.score("INVOKE_DEFAULT")
    return scored


def scored():
    """Wait until the music is there."""
    if addon().session.running() is not None:
        return scored
    FOUND["scored"] = addon().session.STATE.message
    FOUND["after"] = [strip.name for strip in addon().host.strips_of(bpy.context.scene)]
    return undone


def undone():
    """One step back, and forth."""
    screenshot("scored.png")
    with sequencer():
        bpy.ops.ed.undo()
        FOUND["undone"] = [strip.name for strip in addon().host.strips_of(bpy.context.scene)]
        bpy.ops.ed.redo()
        FOUND["redone"] = [strip.name for strip in addon().host.strips_of(bpy.context.scene)]
    return


def screenshot(name):
    with sequencer():
        bpy.ops.screen.screenshot(filepath=str(FOLDER / name))


def finish():
    (FOLDER / "window.json").write_text(json.dumps(FOUND))
    bpy.ops.wm.quit_blender()


STEP = [install]


def play():
    try:
        if time.monotonic() - BEGAN > LIMIT_S:
            raise TimeoutError(STEP[0].__name__)  # noqa: TRY301
        STEP[0] = STEP[0]()
    except Exception:  # noqa: BLE001 - the test tells it
        FOUND["traceback"] = traceback.format_exc()
        STEP[0] = None
    if STEP[0] is None:
        finish()
        return None
    return 0.2


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(play, first_interval=1.0)
