"""The Music tab: what it shall feel like, its time, its harmony, its instruments, how many takes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QToolButton

from diffbgm_gui.document import MOST_TAKES, Document, with_asked, with_harmony, with_sensitivity, with_settings
from diffbgm_gui.icons import icon
from diffbgm_gui.languages import in_one
from diffbgm_gui.widgets.panel.controls import Choice, Number, Range, Slider, Switch, Text, calm
from diffbgm_gui.widgets.panel.energy import AUTO, DRAWN, ICON, SHAPES, shape_icon, shape_of, with_shape
from diffbgm_gui.widgets.panel.form import DEFAULTS, Page, Setting, of_settings, tr
from diffbgm_gui.widgets.panel.names import engine_words, mood_items, mood_title, palette_items
from diffbgm_gui.widgets.panel.sound_rows import add_sound
from diffbgm_gui.widgets.panel.tasting import Taster
from diffbgm_gui.widgets.roll.painting import chord_name
from engine import EngineError
from engine.music.chords import PITCH_NAMES, Key, parse_key, read_progression, write_progression
from engine.music.palettes import PALETTES

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

TEMPO: Final = (30, 300)


def key_title(key: str | None) -> str:
    """A key for people; Auto where it is left to the program."""
    if key is None:
        return tr("Auto")
    parsed = parse_key(key)
    name = PITCH_NAMES[parsed.tonic]
    return (tr("{} minor") if parsed.minor else tr("{} major")).format(name)


def key_items() -> list[tuple[str | None, str, str]]:
    """Auto, the majors, the minors."""
    keys = [Key(tonic, minor).label for minor in (False, True) for tonic in range(12)]
    return [(None, tr("Auto"), ""), *((key, key_title(key), "") for key in keys)]


class MusicPage(Page):
    """See the module."""

    _described = ""
    _kept: tuple[str | None, ...] = ()

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.section(pairs=True)
        self._add_feeling()
        self._add_tempo()
        self._add_palette()
        self._add_strictness()
        self._add_takes()
        self._add_time()
        self._add_harmony()
        add_sound(self)
        self.finish()
        studio.state_changed.connect(lambda _state: self._follow_film())
        self._follow_film()

    # -- what it feels like ----------------------------------------------------------------------------------------

    def _add_feeling(self) -> None:
        self.mood = Choice(mood_items())
        self.add(
            of_settings("mood", tr("Mood"), say=mood_title),
            self.mood,
            tr(
                "The feeling of the music: mode, register, density and loudness lean towards it.\n"
                "Auto takes it from the picture: colour, light, motion and cutting."
            ),
        )
        self.energy = Choice(self._energy_items())
        self._energy_row = self.add(
            Setting("energy", tr("Energy"), self._shape, self._with_shape, lambda: AUTO, lambda _: tr("Auto")),
            self.energy,
            tr(
                "How loud and busy the music is over the film, as a curve on the timeline.\n"
                "Auto follows motion and cutting. A shape can be drawn further there."
            ),
        )
        self._draw_shapes()

    def _energy_items(self) -> list[tuple[str, str, str]]:
        return [
            (AUTO, tr("Auto"), tr("As the picture suggests")),
            ("calm", tr("Calm"), tr("Low throughout")),
            ("steady", tr("Steady"), tr("In the middle throughout")),
            ("driving", tr("Driving"), tr("High throughout")),
            ("building", tr("Building"), tr("From low to high")),
            ("arch", tr("Rise and fall"), tr("Highest after the middle")),
            ("fading", tr("Fading"), tr("From high to low")),
            (DRAWN, tr("Drawn"), tr("As drawn on the timeline")),
        ]

    def _draw_shapes(self) -> None:
        for name in SHAPES:
            self.energy.set_icon(name, shape_icon(name, self.devicePixelRatioF()), ICON)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "energy"):
            self._draw_shapes()

    def _duration_s(self) -> Fraction:
        info = self.studio.state.info
        return Fraction(0) if info is None else Fraction(info.duration_s)

    def _shape(self, document: Document) -> str:
        return shape_of(document, self._duration_s())

    def _with_shape(self, document: Document, name: str) -> Document:
        return with_shape(document, name, self._duration_s())

    def _follow_film(self) -> None:
        has_film = self.studio.state.info is not None
        self._energy_row.allow(has_film, tr("Open a video first: the curve lies over its length."))
        self._energy_row.show_document(self.studio.document)
        self.energy.box.model().item(self.energy.box.findData(DRAWN)).setEnabled(False)  # type: ignore[attr-defined]

    # -- time ------------------------------------------------------------------------------------------------------

    def _add_tempo(self) -> None:
        self.tempo = Range(*TEMPO, names=(tr("Lowest tempo"), tr("Highest tempo")))
        default = (DEFAULTS.tempo_min, DEFAULTS.tempo_max)
        self.add(
            Setting(
                "tempo",
                tr("Tempo, BPM"),
                lambda document: (document.settings.tempo_min, document.settings.tempo_max),
                lambda document, pair: with_settings(document, tempo_min=pair[0], tempo_max=pair[1]),
                lambda: default,
                lambda pair: f"{pair[0]:g} – {pair[1]:g} BPM",
            ),
            self.tempo,
            tr(
                "Beats per minute between which the tempo is chosen, so that as many cuts as possible fall on beats.\n"
                "A narrow range fixes the pace, a wide one hits more cuts. A mood narrows it further."
            ),
        )

    def _add_strictness(self) -> None:
        words = {"strict": tr("Strict"), "balanced": tr("Balanced"), "free": tr("Free")}
        self.strictness = Choice(
            [
                ("strict", words["strict"], tr("More cuts are starred, and stars land on first beats of bars")),
                ("balanced", words["balanced"], tr("The strongest cuts are starred, and land on beats")),
                ("free", words["free"], tr("The music keeps its pace; a few cuts land")),
            ]
        )
        self.add(
            of_settings("strictness", tr("Hits"), say=words.__getitem__),
            self.strictness,
            tr("How far the tempo bends so that cuts land on beats. Stars that you set yourself always land."),
        )

    def _add_time(self) -> None:
        self.section(tr("Hits and time"))
        self.hit_onsets = Switch(tr("A note at each star"))
        self.add(
            of_settings("hit_onsets", tr("Accents"), say=_on_or_off),
            self.hit_onsets,
            tr("A note begins at every starred cut, and is played louder, so that the hit is heard and not only kept."),
        )
        self._add_tempo_limits()

    def _add_tempo_limits(self) -> None:
        self.max_tempo_change = Number(0, 100, unit=tr(" % a bar"), scale=100)
        self.add(
            of_settings(
                "max_tempo_change", tr("Tempo change"), say=lambda share: tr("{:.0f} % a bar").format(100 * share)
            ),
            self.max_tempo_change,
            tr(
                "How much the tempo may change from bar to bar. 0 keeps it steady; more hits more cuts and is heard "
                "sooner."
            ),
        )
        self.short_bars = Switch(tr("Allow bars of 2/4"))
        self.add(
            of_settings("short_bars", tr("Short bars"), say=_on_or_off),
            self.short_bars,
            tr("Half a bar may be put in where it brings a cut onto the first beat, as film composers do."),
        )
        words = {"ring": tr("Rings out"), "loop": tr("Loops")}
        self.ending = Choice(
            [
                ("ring", words["ring"], tr("A closing chord lands and rings to the last frame")),
                ("loop", words["loop"], tr("The end flows into the beginning: for films that repeat")),
            ]
        )
        self.add(
            of_settings("ending", tr("Ending"), say=words.__getitem__),
            self.ending,
            tr("How the music ends: with a chord that closes and rings out, or flowing into its own beginning."),
        )
        self.sensitivity = Slider(range(101), (tr("hard cuts only"), tr("every change")), default=50, page=5, unit=" %")
        self.add(
            Setting(
                "sensitivity",
                tr("Shots"),
                lambda document: round(100 * document.settings.sensitivity),
                lambda document, percent: with_sensitivity(document, percent / 100),
                lambda: round(100 * DEFAULTS.sensitivity),
                lambda percent: f"{percent} %",
            ),
            self.sensitivity,
            tr(
                "How small a change of the picture counts as a cut. More cuts give the music more to land on.\n"
                "The timeline shows the effect at once. It replaces cuts that were edited."
            ),
            wide=True,
        )

    # -- instruments and takes -------------------------------------------------------------------------------------

    def _add_palette(self) -> None:
        self.palette_choice = Choice(palette_items())
        self._palette_row = self.add(
            of_settings("palette", tr("Palette"), say=lambda name: engine_words(PALETTES[name].title)),
            self.palette_choice,
            _palette_tip(),
        )
        self.taster = Taster(self.studio, self)
        self.listen = QToolButton()
        self.listen.setIcon(icon("headphones"))
        self.listen.setAccessibleName(tr("Listen to these instruments"))
        self.listen.setToolTip(tr("Hear the palette: the beginning of the take, or a few bars where there is none yet"))
        calm(self.listen)
        self.listen.clicked.connect(lambda: self.taster.taste(self.studio.document.settings.palette))
        self.palette_choice.layout().setSpacing(2)
        self.palette_choice.layout().addWidget(self.listen)
        self.studio.document_changed.connect(self._describe_palette)
        self._describe_palette(self.studio.document)

    def _describe_palette(self, document: Document) -> None:
        palette = PALETTES.get(document.settings.palette)
        if palette is not None and palette.name != self._described:
            self._described = palette.name
            self._palette_row.explain(
                f"{engine_words(palette.title)}: {engine_words(palette.description)}\n{_palette_tip()}"
            )

    def _add_takes(self) -> None:
        self.n_takes = Number(1, MOST_TAKES)
        self.add(
            Setting(
                "n_takes",
                tr("Takes"),
                lambda document: document.n_takes,
                lambda document, n: with_asked(document, n_takes=n),
                lambda: 1,
                str,
            ),
            self.n_takes,
            tr("How many candidates are composed at once, each from another seed, to compare on the wall."),
        )

    # -- harmony ---------------------------------------------------------------------------------------------------

    def _add_harmony(self) -> None:
        self.section(tr("Harmony"))
        self.key = Choice(key_items())
        self.add(
            Setting(
                "key",
                tr("Key"),
                lambda document: None if document.direction.key is None else parse_key(document.direction.key).label,
                lambda document, key: with_harmony(document, key=key, chords=document.direction.chords),
                lambda: None,
                key_title,
            ),
            self.key,
            tr("The key of the music. Auto finds one that suits the mood of the picture."),
        )
        self.chords = Text(tr("Auto – or: C | Am | F G"), rows=2)
        self.add(
            Setting("chords", tr("Chords"), self._chord_text, self._with_chords, lambda: "", lambda _: tr("Auto")),
            self.chords,
            tr(
                "Chords that the harmony follows, bar by bar: C | Am | F G | %\n"
                "Chords of a bar share its four beats, % repeats the bar before, N is no chord. Without bar lines "
                "each chord is one beat. Empty leaves them to the program."
            ),
        )
        self.take_over = QToolButton()
        self.take_over.setIcon(icon("copy"))
        self.take_over.setAccessibleName(tr("Take over the chords of the take"))
        self.take_over.setToolTip(tr("Write key and chords of the take here, to change some of them"))
        calm(self.take_over)
        self.take_over.clicked.connect(self._take_over)
        self.chords.layout().setSpacing(2)
        self.chords.layout().addWidget(self.take_over, 0, Qt.AlignmentFlag.AlignTop)
        self.chords_said = self.note()
        self.chords_said.setObjectName("bad")
        self.chords_said.hide()

    def _take_over(self) -> None:
        """Ask for the harmony that the take has."""
        take = self.studio.document.take
        if take is not None:
            harmony = take.plan.harmony
            chords = [None if chord is None else chord_name(chord.label) for chord in harmony.chords]
            self.studio.edit(
                tr("Chords of the take"),
                lambda document: with_harmony(document, key=harmony.key.label, chords=chords),
            )

    def _chord_text(self, document: Document) -> str:
        """The chords as the field shows them: as typed, as long as that says the same or cannot be read."""
        typed = self.chords.value()
        try:
            if typed.strip() and read_progression(typed) == document.direction.chords:
                return typed
        except EngineError:
            if self.chords.box.hasFocus() or document.direction.chords == self._kept:
                return typed
        return write_progression(document.direction.chords)

    def _with_chords(self, document: Document, text: str) -> Document:
        """The document with the chords that were typed; as it was while they cannot be read."""
        self._kept = document.direction.chords
        try:
            chords = read_progression(text)
        except EngineError as error:
            self.chords_said.setText(in_one(error.message, error.hint))
            self.chords_said.show()
            return document
        self.chords_said.hide()
        return with_harmony(document, key=document.direction.key, chords=chords)

    def show_document(self, document: Document) -> None:
        super().show_document(document)
        if hasattr(self, "take_over"):
            self.take_over.setEnabled(document.take is not None)
        if hasattr(self, "chords_said") and self.chords_said.isVisibleTo(self.body):
            try:
                read_progression(self.chords.value())
            except EngineError:
                return
            self.chords_said.hide()


def _palette_tip() -> str:
    return tr("Which instruments play melody, inner voices and bass. The notes stay the same for the same seed.")


def _on_or_off(value: Any) -> str:
    return tr("on") if value else tr("off")
