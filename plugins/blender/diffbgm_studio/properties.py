"""What the panel asks, kept with each scene."""

import bpy

from .client.choices import MOODS, PALETTES, STRICTNESS
from .client.commands import Music

SCOPES = (
    ("STRIP", "Active strip", "The active strip; a movie strip is scored from its file"),
    ("SELECTION", "Selection", "The selected strips, from the first to the last"),
    ("SCENE", "Scene", "All that the sequencer shows between the scene's first and last frame"),
)


class DIFFBGM_settings(bpy.types.PropertyGroup):
    """Settings of the next take."""

    scope: bpy.props.EnumProperty(name="Score", items=SCOPES, default="SCENE")
    mood: bpy.props.EnumProperty(name="Mood", items=MOODS, default="auto")
    palette: bpy.props.EnumProperty(name="Palette", items=PALETTES, default="piano")
    takes: bpy.props.IntProperty(name="Takes", description="How many takes to compose", min=1, max=9, default=1)
    fixed_seed: bpy.props.BoolProperty(name="Fixed seed", description="The same seed gives the same notes")
    seed: bpy.props.IntProperty(name="Seed", min=0, default=1)
    t0: bpy.props.IntProperty(
        name="t0",
        description="Below this noise level single events of the picture lead instead of its feeling",
        min=0,
        max=1000,
        default=200,
    )
    k: bpy.props.IntProperty(
        name="k", description="How many beats look at the picture together", min=1, max=32, default=8
    )
    steps: bpy.props.IntProperty(name="Steps", description="Denoising steps", min=1, max=1000, default=24)
    tempo_min: bpy.props.FloatProperty(name="Tempo from", description="BPM", min=30, max=240, default=70, precision=0)
    tempo_max: bpy.props.FloatProperty(name="to", description="BPM", min=30, max=240, default=120, precision=0)
    strictness: bpy.props.EnumProperty(name="Hits", items=STRICTNESS, default="balanced")
    use_cuts: bpy.props.BoolProperty(
        name="Cuts are hits", description="Where a strip begins, the music should land", default=True
    )
    use_markers: bpy.props.BoolProperty(
        name="Markers are hits",
        description="The music should land on timeline markers; on those whose name begins or ends with * it must",
        default=True,
    )
    duck_notes: bpy.props.BoolProperty(
        name="Leave room for speech", description="Play less, and no melody, while someone speaks"
    )
    always_render: bpy.props.BoolProperty(
        name="Render the picture",
        description="Render a movie strip as well, with its transforms and effects, instead of reading its file",
    )
    stems: bpy.props.BoolProperty(name="Stems", description="One sound strip for each part instead of one for all")
    channel: bpy.props.IntProperty(name="Channel", description="0: above all strips", min=0, max=128, default=0)
    first_bar: bpy.props.IntProperty(name="Bars", min=1, default=1)
    last_bar: bpy.props.IntProperty(name="to", min=1, default=4)

    def music(self, extra=()):
        """What was asked, for the engine."""
        return Music(
            mood=self.mood,
            palette=self.palette,
            seed=self.seed if self.fixed_seed else None,
            takes=self.takes,
            t0=self.t0,
            k=self.k,
            steps=self.steps,
            tempo=(min(self.tempo_min, self.tempo_max), max(self.tempo_min, self.tempo_max)),
            strictness=self.strictness,
            duck_notes=self.duck_notes,
            stems=self.stems,
            extra=tuple(extra),
        )
