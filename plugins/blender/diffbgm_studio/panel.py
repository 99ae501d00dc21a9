"""The panel in the sequencer's sidebar."""

import textwrap

import bpy

from . import host, placing, session
from .client.faults import Fault


class _InSidebar:
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Diff-BGM"


def draw_text(layout, context, text, icon="NONE"):
    """A sentence on as many lines as it needs."""
    width = max(20, int(context.region.width / (7 * context.preferences.system.ui_scale))) if context.region else 40
    column = layout.column(align=True)
    for index, line in enumerate(textwrap.wrap(text, width)):
        column.label(text=line, icon=icon if index == 0 else "BLANK1")


class DIFFBGM_PT_score(_InSidebar, bpy.types.Panel):
    """Score the picture."""

    bl_idname = "DIFFBGM_PT_score"
    bl_label = "Score"

    def draw(self, context):
        """What to score, how, and how it goes."""
        layout, asked = self.layout, host.sequencer_scene(context).diffbgm
        at_work = session.running()
        settings = layout.column()
        settings.enabled = at_work is None
        settings.prop(asked, "scope")
        settings.prop(asked, "mood")
        settings.prop(asked, "palette")
        settings.prop(asked, "takes")
        if at_work is None:
            row = layout.row()
            row.scale_y = 1.4
            row.operator("diffbgm.score", icon="PLAY_SOUND")
        else:
            self._draw_progress(layout, context, at_work.job.progress())
        state = session.STATE
        if state.message and at_work is None:
            draw_text(layout, context, state.message, "ERROR" if state.failed else "INFO")

    @staticmethod
    def _draw_progress(layout, context, progress):
        if hasattr(layout, "progress"):  # from 4.0 on
            layout.progress(factor=progress.share, text=f"{progress.share:.0%}")
        draw_text(layout, context, progress.text(), "TIME")
        layout.operator("diffbgm.cancel", icon="CANCEL", text="Cancel (Esc)")


class DIFFBGM_PT_details(_InSidebar, bpy.types.Panel):
    """Further settings."""

    bl_idname = "DIFFBGM_PT_details"
    bl_label = "Details"
    bl_parent_id = "DIFFBGM_PT_score"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Hits, model, sound."""
        layout, asked = self.layout, host.sequencer_scene(context).diffbgm
        layout.enabled = session.running() is None
        column = layout.column(align=True)
        column.prop(asked, "use_cuts")
        column.prop(asked, "use_markers")
        column.prop(asked, "strictness")
        row = layout.row(align=True)
        row.prop(asked, "tempo_min")
        row.prop(asked, "tempo_max")
        column = layout.column(align=True)
        column.prop(asked, "t0")
        column.prop(asked, "k")
        column.prop(asked, "steps")
        row = layout.row(align=True)
        row.prop(asked, "fixed_seed")
        part = row.row()
        part.enabled = asked.fixed_seed
        part.prop(asked, "seed", text="")
        column = layout.column(align=True)
        column.prop(asked, "duck_notes")
        column.prop(asked, "always_render")
        column.prop(asked, "stems")
        column.prop(asked, "channel")


class DIFFBGM_PT_music(_InSidebar, bpy.types.Panel):
    """The music that is there."""

    bl_idname = "DIFFBGM_PT_music"
    bl_label = "Music"

    def draw(self, context):
        """Takes, hits, bars."""
        layout, scene = self.layout, host.sequencer_scene(context)
        layout.enabled = session.running() is None
        try:
            chosen = placing.chosen_music(scene) if scene.sequence_editor is not None else None
        except Fault as fault:
            draw_text(layout, context, str(fault), "ERROR")
            return
        if chosen is None:
            draw_text(layout, context, "Make a music strip the active one to see its takes.")
            return
        _, record = chosen
        self._draw_takes(layout, record)
        self._draw_bars(layout, scene.diffbgm, record.take())
        column = layout.column(align=True)
        column.operator("diffbgm.reconform", icon="FILE_REFRESH")
        column.operator("diffbgm.remove", icon="TRASH")

    @staticmethod
    def _draw_takes(layout, record):
        box = layout.box().column(align=True)
        for take in record.takes:
            icon = "RADIOBUT_ON" if take.id == record.current else "RADIOBUT_OFF"
            bars = f"  bars {take.changed_bars[0]}-{take.changed_bars[1]}" if take.changed_bars else ""
            button = box.operator("diffbgm.use_take", text=f"{take.name}{bars}  seed {take.seed}", icon=icon)
            button.take = take.id
        box.operator("diffbgm.more_takes", icon="ADD")

    @staticmethod
    def _draw_bars(layout, asked, take):
        hits = take.hits
        if hits:
            exact = sum(abs(hit.error_ms) < 0.5 for hit in hits)
            worst = max(abs(hit.error_ms) for hit in hits)
            layout.label(text=f"{exact} of {len(hits)} hits exact, worst {worst:.0f} ms", icon="MARKER_HLT")
        row = layout.row(align=True)
        row.prop(asked, "first_bar")
        row.prop(asked, "last_bar")
        row = layout.row(align=True)
        for source in ("PLAYHEAD", "SELECTION"):
            row.operator("diffbgm.bars_from", text=f"From {source.lower()}").source = source
        layout.operator("diffbgm.reroll", icon="FILE_REFRESH")


CLASSES = (DIFFBGM_PT_score, DIFFBGM_PT_details, DIFFBGM_PT_music)
