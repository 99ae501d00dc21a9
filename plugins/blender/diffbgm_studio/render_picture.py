"""Run by a second Blender in the background: renders a stretch of the sequencer small, as the engine's picture.

    blender -b --python render_picture.py -- '{"blend": ..., "scene": ..., "start": ..., "end": ..., "target": ...}'

Tells its progress on stderr as the engine does, one JSON object a line, and answers on stdout with one.
"""

import importlib
import json
import sys
import time
from pathlib import Path

import bpy

LEAST_WIDTH = 320


def main():
    """Render what the arguments after `--` ask for; the exit status is 1 if that fails."""
    asked = json.loads(sys.argv[sys.argv.index("--") + 1])
    try:
        render(asked)
    except Exception as error:  # noqa: BLE001 - the answer must be an object
        answer = {"ok": False, "error": {"message": f"Blender could not render the picture: {error}", "hint": ""}}
        status = 1
    else:
        answer, status = {"ok": True, "output": asked["target"]}, 0
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def render(asked):
    """Render the frames from `start` up to `end` of a scene."""
    bpy.ops.wm.open_mainfile(filepath=asked["blend"])
    scene = bpy.data.scenes[asked["scene"]]
    choose_strips(scene, asked["keep"], asked["leave_out"])
    scene.frame_start, scene.frame_end, scene.frame_step = asked["start"], asked["end"] - 1, 1
    shape(scene.render)
    host().video_settings(scene, with_sound=asked["with_sound"])
    scene.render.filepath = asked["target"]
    bpy.app.handlers.render_write.append(Teller(asked["end"] - asked["start"]))
    bpy.ops.render.render(animation=True, scene=scene.name)
    if not Path(asked["target"]).is_file():
        raise RuntimeError("no file was written")


def host():
    """The module `host` of this add-on, whatever Blender calls its package here."""
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder.parent))
    return importlib.import_module(f"{folder.name}.host")


def choose_strips(scene, keep, leave_out):
    """Mute what is not asked for: with `keep` all other pictures, but for effects on kept ones."""
    kept = set(keep)
    for strip in host().strips_of(scene):
        if strip.name in leave_out:
            strip.mute = True
        elif kept and strip.type != "SOUND" and strip.name not in kept:
            inputs = host().inputs_of(strip)
            strip.mute = not inputs or not kept.issuperset(inputs)


def shape(render):
    """Small, with an even number of pixels each way, all of it, without burnt-in text."""
    render.use_sequencer = True
    render.use_compositing = False
    render.use_border = False
    render.use_multiview = False
    render.use_stamp = False
    render.use_overwrite = True
    render.use_placeholder = False
    render.use_file_extension = True
    percent = small_percentage(render.resolution_x, render.resolution_y)
    if percent is None:
        render.resolution_x += render.resolution_x % 2
        render.resolution_y += render.resolution_y % 2
        percent = 100
    render.resolution_percentage = percent


def small_percentage(width, height):
    """The least percentage that is large enough to be watched and gives even numbers of pixels; None without one."""
    for percent in range(1, 101):
        x, y = width * percent // 100, height * percent // 100
        large = max(x, y) >= min(LEAST_WIDTH, max(width, height))
        if large and x % 2 == 0 and y % 2 == 0:
            return percent
    return None


class Teller:
    """Tells the progress after each frame that was written."""

    def __init__(self, total):
        self.total, self.done, self.began, self.last = total, 0, time.monotonic(), 0.0

    def __call__(self, *_):
        self.done += 1
        now = time.monotonic()
        if now - self.last < 0.1 and self.done < self.total:
            return
        self.last = now
        eta_s = (now - self.began) / self.done * (self.total - self.done)
        event = {"event": "progress", "stage": "picture", "done": self.done, "total": self.total}
        sys.stderr.write(json.dumps({**event, "share": self.done / self.total, "eta_s": eta_s}) + "\n")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
