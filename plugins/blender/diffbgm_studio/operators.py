"""What the buttons do. Long work runs beside Blender: a timer looks after it, Esc cancels it."""

from dataclasses import replace

import bpy

from . import host, pictures, placing, preferences, session
from .client.faults import Fault
from .client.process import DONE

TICK_S = 0.1


def redraw(context):
    """Let the sequencers show how things stand."""
    manager = getattr(context, "window_manager", None)
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()


def chosen_or_fault(scene):
    """The music that is meant.

    Raises:
        Fault: if it is not clear.
    """
    chosen = placing.chosen_music(scene)
    if chosen is None:
        raise Fault("No music is chosen.", "Make a music strip the active one.")
    return chosen


class _Long:
    """An operator whose work runs beside Blender. With a window it is modal; without one it waits."""

    bl_options = {"REGISTER", "UNDO"}
    _timer = None

    def session(self, context, scene):
        """The session to run; faults become reports."""
        raise NotImplementedError

    @classmethod
    def poll(cls, context):
        return session.running() is None

    def execute(self, context):
        """Run to the end: for scripts, and a Blender without a window."""
        try:
            session.begin(self.session(context, host.sequencer_scene(context)))
        except Fault as fault:
            return self._refuse(fault)
        return self._close(context, session.wait())

    def invoke(self, context, _event):
        """Start, and look after it from a timer."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            session.begin(self.session(context, host.sequencer_scene(context)))
        except Fault as fault:
            return self._refuse(fault)
        manager = context.window_manager
        self._timer = manager.event_timer_add(TICK_S, window=context.window)
        manager.progress_begin(0, 100)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Esc cancels; everything else goes on as usual."""
        at_work = session.running()
        if at_work is None:
            return self._leave(context)
        if event.type == "ESC" and event.value == "PRESS":
            session.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        over = session.tick()
        if over is not None:
            self._leave(context)
            return self._close(context, over)
        progress = at_work.job.progress()
        context.window_manager.progress_update(round(progress.share * 100))
        if context.workspace is not None:
            context.workspace.status_text_set(f"Diff-BGM: {progress.text()}   (Esc cancels)")
        redraw(context)
        return {"RUNNING_MODAL"}

    def cancel(self, context):
        """Blender ends the operator."""
        session.on_load()
        self._leave(context)

    def _leave(self, context):
        manager = context.window_manager
        if self._timer is not None:
            manager.event_timer_remove(self._timer)
            self._timer = None
            manager.progress_end()
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        redraw(context)
        return {"CANCELLED"}

    def _refuse(self, fault):
        session.STATE.message, session.STATE.failed = str(fault), True
        self.report({"ERROR"}, str(fault))
        return {"CANCELLED"}

    def _close(self, context, over):
        done = over.state == DONE and not over.failed
        self.report({"ERROR"} if over.failed else {"INFO"}, over.message)
        redraw(context)
        return {"FINISHED"} if done else {"CANCELLED"}


class DIFFBGM_OT_score(_Long, bpy.types.Operator):
    """Compose music for the strip, the selection or the scene, and add it to the sequencer"""

    bl_idname = "diffbgm.score"
    bl_label = "Score"

    def session(self, context, scene):
        """Compose for what is chosen."""
        asked = scene.diffbgm
        engine, extra = preferences.engine_words(), preferences.further_options()
        stretch = pictures.stretch_of(
            scene,
            asked.scope,
            use_markers=asked.use_markers,
            use_cuts=asked.use_cuts,
            always_render=asked.always_render,
        )
        return session.score(scene, engine, stretch, asked.music(extra), asked.channel)


class DIFFBGM_OT_more_takes(_Long, bpy.types.Operator):
    """Compose further takes for the picture of the chosen music, with the settings above"""

    bl_idname = "diffbgm.more_takes"
    bl_label = "More Takes"

    def session(self, context, scene):
        """Compose again for the same picture."""
        _, record = chosen_or_fault(scene)
        engine, extra = preferences.engine_words(), preferences.further_options()
        return session.more_takes(scene, engine, record, scene.diffbgm.music(extra))


class DIFFBGM_OT_reroll(_Long, bpy.types.Operator):
    """Write these bars of the chosen music anew; every other note stays as it is"""

    bl_idname = "diffbgm.reroll"
    bl_label = "Re-roll Bars"

    def session(self, context, scene):
        """Write the bars anew."""
        _, record = chosen_or_fault(scene)
        asked = scene.diffbgm
        bars = (asked.first_bar, max(asked.first_bar, asked.last_bar))
        count = record.take().bars.count
        if bars[0] > count:
            raise Fault(f"There is no bar {bars[0]}: this music has {count}.", "Choose other bars.")
        engine, extra = preferences.engine_words(), preferences.further_options()
        return session.reroll(scene, engine, record, (bars[0], min(bars[1], count)), asked.music(extra))


class DIFFBGM_OT_reconform(_Long, bpy.types.Operator):
    """Let the chosen music follow the sequencer as it is cut now; bars of unchanged shots stay as they are"""

    bl_idname = "diffbgm.reconform"
    bl_label = "Follow the New Cut"

    def session(self, context, scene):
        """Follow the cut."""
        _, record = chosen_or_fault(scene)
        asked = scene.diffbgm
        stretch = pictures.stretch_of(
            scene,
            record.scope,
            use_markers=asked.use_markers,
            use_cuts=asked.use_cuts,
            always_render=asked.always_render or record.scope == "STRIP",
            names=record.keep,
        )
        engine, extra = preferences.engine_words(), preferences.further_options()
        return session.reconform(scene, engine, record, stretch, asked.music(extra))


class DIFFBGM_OT_cancel(bpy.types.Operator):
    """Stop composing; the timeline stays as it is"""

    bl_idname = "diffbgm.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context):
        return session.running() is not None

    def execute(self, context):
        """Stop."""
        session.cancel()
        redraw(context)
        return {"FINISHED"}


class DIFFBGM_OT_use_take(bpy.types.Operator):
    """Let the music strips play this take"""

    bl_idname = "diffbgm.use_take"
    bl_label = "Use Take"
    bl_options = {"REGISTER", "UNDO"}

    take: bpy.props.StringProperty(name="Take", description="Its id")

    def execute(self, context):
        """Change the sound of the strips."""
        scene = host.sequencer_scene(context)
        try:
            strips, record = chosen_or_fault(scene)
            record.take(self.take)
            placing.show_take(scene, strips, replace(record, current=self.take))
        except Fault as fault:
            self.report({"ERROR"}, str(fault))
            return {"CANCELLED"}
        return {"FINISHED"}


class DIFFBGM_OT_bars_from(bpy.types.Operator):
    """Choose the bars from the playhead or from the selected strips"""

    bl_idname = "diffbgm.bars_from"
    bl_label = "Bars From"
    bl_options = {"REGISTER", "UNDO"}

    source: bpy.props.EnumProperty(
        name="From",
        items=(
            ("PLAYHEAD", "Playhead", "The bar at the playhead"),
            ("SELECTION", "Selection", "The bars under the selected strips"),
        ),
    )

    def execute(self, context):
        """Set the bars."""
        scene = host.sequencer_scene(context)
        try:
            strips, record = chosen_or_fault(scene)
            first, last = self._frames(scene, strips)
            bars = session.bars_of_frames(scene, strips, record, first, last)
        except Fault as fault:
            self.report({"ERROR"}, str(fault))
            return {"CANCELLED"}
        scene.diffbgm.first_bar, scene.diffbgm.last_bar = bars
        return {"FINISHED"}

    def _frames(self, scene, strips):
        if self.source == "PLAYHEAD":
            return scene.frame_current, scene.frame_current
        ours = {strip.name for strip in placing.music_strips(scene)}
        chosen = [strip for strip in host.strips_of(scene) if strip.select and strip.name not in ours]
        if not chosen:
            raise Fault("No strip but the music is selected.", "Select the strips over the bars that you mean.")
        return min(map(host.start_of, chosen)), max(map(host.end_of, chosen))


class DIFFBGM_OT_remove(bpy.types.Operator):
    """Take the chosen music and its markers out of the sequencer; its files stay"""

    bl_idname = "diffbgm.remove"
    bl_label = "Remove Music"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        """Remove strips and markers."""
        scene = host.sequencer_scene(context)
        try:
            strips, record = chosen_or_fault(scene)
        except Fault as fault:
            self.report({"ERROR"}, str(fault))
            return {"CANCELLED"}
        placing.remove(scene, strips, record)
        return {"FINISHED"}


CLASSES = (
    DIFFBGM_OT_score,
    DIFFBGM_OT_more_takes,
    DIFFBGM_OT_reroll,
    DIFFBGM_OT_reconform,
    DIFFBGM_OT_cancel,
    DIFFBGM_OT_use_take,
    DIFFBGM_OT_bars_from,
    DIFFBGM_OT_remove,
)
