"""Preferences of the add-on: where the engine is."""

import bpy

from .client.commands import split_options
from .client.faults import Fault
from .client.locate import find_engine

PACKAGE = __package__


class DIFFBGM_preferences(bpy.types.AddonPreferences):
    """Where the engine is, and options that every call of it gets."""

    bl_idname = PACKAGE

    engine: bpy.props.StringProperty(
        name="Engine",
        description="The program 'diffbgm' or the folder that holds it; empty: found on the PATH",
        subtype="FILE_PATH",
    )
    options: bpy.props.StringProperty(
        name="Further options",
        description="Options that every run of the engine gets, as on its command line: --device cuda",
    )

    def draw(self, _context):
        """Draw the fields, and what was found."""
        layout = self.layout
        layout.prop(self, "engine")
        layout.prop(self, "options")
        try:
            layout.label(text=f"Found: {engine_words()[0]}", icon="CHECKMARK")
        except Fault as fault:
            layout.label(text=str(fault), icon="ERROR")


def settings():
    """The preferences, or None where the add-on runs without being installed."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return None if addon is None else addon.preferences


def engine_words():
    """The words a command line of the engine begins with.

    Raises:
        Fault: if there is no engine.
    """
    preferences = settings()
    chosen = preferences.engine if preferences is not None else ""
    return find_engine(bpy.path.abspath(chosen) if chosen else "")


def further_options():
    """The user's own options.

    Raises:
        Fault: if a quote is open.
    """
    preferences = settings()
    return () if preferences is None else split_options(preferences.options)
