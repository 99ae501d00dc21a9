"""Diff-BGM Studio in Blender's Video Sequence Editor: background music, composed from its picture.

The engine runs as a subprocess beside Blender; see docs/blender.md.
"""

bl_info = {
    "name": "Diff-BGM Studio",
    "author": "Diff-BGM Studio contributors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Video Sequencer > Sidebar > Diff-BGM",
    "description": "Background music for the sequencer, composed from its picture",
    "category": "Sequencer",
}


def register():
    """Add the panels, operators, settings and preferences."""
    import bpy

    from . import operators, panel, preferences, properties, session

    for cls in _classes(operators, panel, preferences, properties):
        bpy.utils.register_class(cls)
    bpy.types.Scene.diffbgm = bpy.props.PointerProperty(type=properties.DIFFBGM_settings)
    bpy.app.handlers.load_pre.append(session.on_load)


def unregister():
    """Take everything out again, and end what is at work."""
    import bpy

    from . import operators, panel, preferences, properties, session

    session.on_load()
    bpy.app.handlers.load_pre.remove(session.on_load)
    del bpy.types.Scene.diffbgm
    for cls in reversed(_classes(operators, panel, preferences, properties)):
        bpy.utils.unregister_class(cls)


def _classes(operators, panel, preferences, properties):
    first = (preferences.DIFFBGM_preferences, properties.DIFFBGM_settings)
    return (*first, *operators.CLASSES, *panel.CLASSES)
