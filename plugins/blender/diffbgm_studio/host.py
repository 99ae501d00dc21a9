"""What differs between Blender's versions, and facts about strips. No other module asks for a version."""

import sys
from pathlib import Path

import bpy

from .client.times import frame_rate

VISUAL = ("MOVIE", "IMAGE", "SCENE", "META", "MOVIECLIP", "COLOR")
"""Strips that show a picture of their own."""
TRANSITIONS = ("CROSS", "GAMMA_CROSS", "WIPE", "ALPHA_OVER", "ALPHA_UNDER", "OVER_DROP")
_RATE_TOLERANCE = 0.002
MOST_CHANNELS = 32
"""Blender before 4.0 has so many; later ones have more."""


def sequencer_scene(context):
    """The scene that the sequencer shows: from 5.0 on it may differ from the window's."""
    return getattr(context, "sequencer_scene", None) or context.scene


def editor_of(scene):
    """The scene's sequence editor, made where there is none."""
    return scene.sequence_editor or scene.sequence_editor_create()


def strips_of(scene):
    """The collection of top-level strips: `strips` from 4.4 on, `sequences` before."""
    editor = editor_of(scene)
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def all_strips_of(scene):
    """Every strip, those inside meta strips included."""
    editor = editor_of(scene)
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def active_strip(scene):
    """The active strip, or None."""
    editor = scene.sequence_editor
    return None if editor is None else editor.active_strip


def _of(strip, *names):
    """The first of some properties that this version has."""
    for name in names:
        if hasattr(strip, name):
            return getattr(strip, name)
    raise AttributeError(names[0])


def start_of(strip):
    """First frame that shows or sounds."""
    return round(_of(strip, "frame_final_start", "left_handle"))


def end_of(strip):
    """The frame after the last one."""
    return round(_of(strip, "frame_final_end", "right_handle"))


def origin_of(strip):
    """The frame at which the strip's content begins, trimmed or not."""
    return _of(strip, "frame_start", "content_start")


def rate_of(scene):
    """Frames a second, exact."""
    return frame_rate(scene.render.fps, scene.render.fps_base)


def is_visual(strip):
    """Whether the strip shows a picture of its own and is not muted."""
    return strip.type in VISUAL and not strip.mute


def inputs_of(strip):
    """Names of the strips that an effect strip works on."""
    names = []
    for name in ("input_1", "input_2"):
        other = getattr(strip, name, None)
        if other is not None:
            names.append(other.name)
    return tuple(names)


def file_of(strip):
    """The file of a movie or sound strip."""
    path = strip.sound.filepath if strip.type == "SOUND" else strip.filepath
    library = getattr(strip, "library", None)
    return Path(bpy.path.abspath(path, library=library))


def is_plain_movie(scene, strip):
    """Whether a strip shows its file frame by frame, so that the file can stand for it."""
    if strip.type != "MOVIE" or not file_of(strip).is_file():
        return False
    retiming = getattr(strip, "retiming_keys", None)
    if retiming is None:
        retiming = getattr(strip, "retiming_handles", ())
    effects = any(strip.name in inputs_of(other) for other in all_strips_of(scene))
    return (
        abs(strip.fps - float(rate_of(scene))) < _RATE_TOLERANCE
        and not strip.use_reverse_frames
        and strip.strobe <= 1
        and abs(getattr(strip, "speed_factor", 1.0) - 1) < 1e-6
        and len(retiming) == 0
        and not effects
        and offset_of(strip) >= 0
        and end_of(strip) - origin_of(strip) <= strip.frame_duration
    )


def fills_the_frame(strip):
    """Whether a strip covers what lies below it, unmoved and unscaled."""
    transform, crop = strip.transform, strip.crop
    return (
        strip.blend_alpha >= 1
        and strip.blend_type in ("REPLACE", "ALPHA_OVER", "CROSS")
        and abs(transform.rotation) < 1e-6
        and abs(transform.offset_x) + abs(transform.offset_y) < 1e-6
        and crop.min_x == crop.max_x == crop.min_y == crop.max_y == 0
        and not strip.use_flip_x
        and not strip.use_flip_y
    )


def offset_of(strip):
    """Frames of the file before the first one that shows."""
    hold = getattr(strip, "animation_offset_start", 0)
    return start_of(strip) - origin_of(strip) + hold


def free_channel(scene, start, end, count=1):
    """The lowest of `count` channels in a row that are free between two frames and lie above all that is there."""
    used = {strip.channel for strip in strips_of(scene) if start_of(strip) < end and end_of(strip) > start}
    above = max(used, default=0) + 1
    if above + count - 1 <= MOST_CHANNELS:
        return above
    for channel in range(1, MOST_CHANNELS - count + 2):
        if used.isdisjoint(range(channel, channel + count)):
            return channel
    return above


def add_sound(scene, name, path, channel, frame):
    """A sound strip of a file, with the path written from the .blend where that is possible."""
    return strips_of(scene).new_sound(name, relative(path), channel, int(frame))


def change_sound(strip, path):
    """Let a sound strip play another file of the same length; all else about it stays."""
    old = strip.sound
    strip.sound = bpy.data.sounds.load(relative(path), check_existing=True)
    if old is not None and old.users == 0:
        bpy.data.sounds.remove(old)


def remove_strips(scene, strips):
    """Remove strips, and the sounds that nothing else plays."""
    for strip in strips:
        sound = getattr(strip, "sound", None)
        strips_of(scene).remove(strip)
        if sound is not None and sound.users == 0:
            bpy.data.sounds.remove(sound)


def relative(path):
    """A path as the .blend writes it: from where it lies, where it can."""
    try:
        return bpy.path.relpath(str(path))
    except ValueError:  # another drive
        return str(path)


def absolute(path):
    """A path that the .blend wrote, as it is on this machine."""
    return Path(bpy.path.abspath(path)).resolve()


def blend_file():
    """The file of this .blend, or None as long as it was not saved."""
    return Path(bpy.data.filepath) if bpy.data.filepath else None


def save_copy(path):
    """Write the .blend as it is now, unsaved changes included, to another place; links in it keep their aim."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False, check_existing=False)


def background_words(script, program=None):
    """How a command line begins that runs a script in another Blender without a window."""
    program = program or bpy.app.binary_path
    if not program:  # Blender as a module of Python
        return (sys.executable, str(script))
    return (
        program,
        "--background",
        "--factory-startup",
        "-noaudio",
        "--python-exit-code",
        "1",
        "--python",
        str(script),
    )


def video_settings(scene, *, with_sound):
    """Let a scene render to a small, quickly written MPEG-4 file."""
    image = scene.render.image_settings
    if hasattr(image, "media_type"):  # from 5.0 on
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    image.color_mode = "RGB"
    video = scene.render.ffmpeg
    video.format = "MPEG4"
    video.codec = "H264"
    video.constant_rate_factor = "MEDIUM"
    video.ffmpeg_preset = "REALTIME"
    video.gopsize = 12
    video.audio_codec = "AAC" if with_sound else "NONE"
