"""The Engine tab: how the picture is followed, how the music is sampled, with which model, where."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QRegularExpression, QSize
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QToolButton

from diffbgm_gui.document import Document, with_asked, with_settings
from diffbgm_gui.icons import icon
from diffbgm_gui.study_events import BundleKnown
from diffbgm_gui.widgets.panel.bundle_box import BundleBox
from diffbgm_gui.widgets.panel.controls import Choice, Line, Number, Slider, Switch, calm
from diffbgm_gui.widgets.panel.form import DEFAULTS, Page, Setting, of_settings, tr
from engine.settings import MAX_SEED

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

K_STOPS: Final = (32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
BEATS_PER_BAR: Final = 4


def t0_sentence(t0: int) -> str:
    """What a place of the switch means."""
    if t0 <= 0:
        return tr("The story of the picture leads all the way: mood, light and colour.")
    if t0 >= 1000:
        return tr("Motion and cuts lead all the way.")
    share = f"{(1000 - t0) / 10:g}"
    return tr(
        "The story leads through the first {} % of the way from noise to music, motion and cuts the rest."
    ).format(share)


def k_sentence(k: int) -> str:
    """What a size of the blocks means."""
    if k == 1:
        return tr("Every beat looks at its own picture alone.")
    if k % BEATS_PER_BAR:
        return tr("{} beats share one look at the picture.").format(k)
    if k == BEATS_PER_BAR:
        return tr("The beats of a bar share one look at the picture.")
    return tr("{} bars share one look at the picture.").format(k // BEATS_PER_BAR)


class EnginePage(Page):
    """See the module."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._usual_guidance = DEFAULTS.guidance
        self._add_following()
        self._add_sampling()
        self._add_seed()
        self._add_model()
        self.finish()
        studio.event.connect(self._heard)

    # -- the paper's two sliders -----------------------------------------------------------------------------------

    def _add_following(self) -> None:
        self.section(tr("Following the picture"))
        self.t0 = Slider(range(1001), (tr("story"), tr("motion")), default=DEFAULTS.t0, page=50)
        self.add(
            of_settings("t0", tr("t0 – what leads"), say=str),
            self.t0,
            tr(
                "When the music stops listening to the story (mood, light, colour) and starts to follow motion and "
                "cuts.\n"
                "Towards story: the mood decides more. Towards motion: rhythm and density follow the picture closely."
            ),
            wide=True,
        )
        self.t0_said = self.note()
        self.k = Slider(K_STOPS, (tr("long arc"), tr("every shot")), default=DEFAULTS.k, unit="")
        self.add(
            of_settings("k", tr("k – how local"), say=lambda k: tr("{} beats").format(k)),
            self.k,
            tr(
                "How many beats share one look at the picture.\n"
                "Long arc: broad development over many bars. Every shot: the music reacts beat by beat."
            ),
            wide=True,
        )
        self.k_said = self.note()
        self.guidance = Number(0, 20, decimals=2, step=0.25)
        self.guidance_row = self.add(
            Setting(
                "guidance",
                tr("Guidance"),
                lambda document: document.settings.guidance,
                lambda document, value: with_settings(document, guidance=value),
                lambda: self._usual_guidance,
                lambda value: f"{value:g}",
            ),
            self.guidance,
            tr("How strictly the music obeys the picture. Low is free, high is literal; above 4 it may sound forced."),
        )
        self.plan_guidance = Number(0, 20, decimals=2, step=0.25)
        self.add(
            of_settings("plan_guidance", tr("Harmony"), say=lambda value: f"{value:g}"),
            self.plan_guidance,
            tr("How strictly the music keeps to its planned key, chords and sections. Low wanders, high is strict."),
        )

    # -- sampling --------------------------------------------------------------------------------------------------

    def _add_sampling(self) -> None:
        self.section(tr("Sampling"))
        self.steps = Number(1, 1000)
        self.add(
            of_settings("steps", tr("Steps"), say=str),
            self.steps,
            tr("How often the music is refined. Few are quick and rough, many slow and clean; 24 is a good middle."),
        )
        self.draft_first = Switch(tr("Draft first"))
        self.add(
            Setting(
                "draft_first",
                tr("Preview"),
                lambda document: document.draft_first,
                lambda document, on: with_asked(document, draft_first=on),
                lambda: True,
                lambda on: tr("on") if on else tr("off"),
            ),
            self.draft_first,
            tr("A quick pass of few steps comes first, to be heard within seconds while the full one is composed."),
        )
        self.sampler = Choice(
            [
                ("dpm++", "DPM++", tr("Good music in few steps")),
                ("ddim", "DDIM", tr("Even steps, nothing added on the way")),
                ("ddpm", "DDPM", tr("The paper's: fresh noise at each step; wants many")),
            ]
        )
        self.add(
            of_settings("sampler", tr("Sampler"), say=str.upper),
            self.sampler,
            tr("The rule by which noise becomes music. Each gives another piece for the same seed."),
        )
        words = {"auto": tr("Auto"), "joint": tr("Overlapping"), "separate": tr("Separate")}
        self.windows = Choice(
            [
                ("auto", words["auto"], tr("As suits the model")),
                ("joint", words["joint"], tr("Windows of 8 bars overlap by half and agree: no seams")),
                ("separate", words["separate"], tr("8 bars each on its own, as the paper has it")),
            ]
        )
        self.add(
            of_settings("windows", tr("Windows"), say=words.__getitem__),
            self.windows,
            tr("How pieces longer than 8 bars are put together. Overlapping ones hang together throughout."),
        )

    # -- the seed --------------------------------------------------------------------------------------------------

    def _add_seed(self) -> None:
        self.seed = Line(tr("new each time"))
        self.seed.line.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self.seed))
        self.add(
            Setting("seed", tr("Seed"), _seed_text, _with_seed, lambda: "", lambda _: tr("new each time")),
            self.seed,
            tr(
                "The number all chance comes from: the same seed, settings and video give the same notes.\n"
                "Empty draws a new one each time."
            ),
        )
        self.keep_seed = QToolButton()
        self.keep_seed.setCheckable(True)
        self.keep_seed.setIcon(icon("lock"))
        self.keep_seed.setAccessibleName(tr("Keep the seed"))
        self.keep_seed.clicked.connect(self._lock_seed)
        self.new_seed = QToolButton()
        self.new_seed.setIcon(icon("reroll"))
        self.new_seed.setAccessibleName(tr("Draw a seed"))
        self.new_seed.setToolTip(tr("Draw another seed and keep it"))
        self.new_seed.clicked.connect(lambda: self._set_seed(secrets.randbelow(MAX_SEED + 1)))
        for button in (self.keep_seed, self.new_seed):
            button.setIconSize(QSize(15, 15))
            calm(button)
            self.seed.layout().addWidget(button)
        self.seed_said = self.note()

    @property
    def last_seed(self) -> int | None:
        """Of the take that is heard."""
        take = self.studio.document.take
        return None if take is None else take.settings.seed

    def _set_seed(self, seed: int | None) -> None:
        self.studio.edit(tr("Seed"), lambda document: with_settings(document, seed=seed), merge="seed")

    def _lock_seed(self, on: bool) -> None:
        last = self.last_seed
        self._set_seed((last if last is not None else secrets.randbelow(MAX_SEED + 1)) if on else None)
        self._show_seed(self.studio.document)

    def _show_seed(self, document: Document) -> None:
        is_kept, last = document.settings.seed is not None, self.last_seed
        self.keep_seed.setChecked(is_kept)
        self.keep_seed.setIcon(icon("lock" if is_kept else "unlock"))
        offer = tr("Keep the seed of the take: {}").format(last) if last is not None else tr("Keep a seed")
        self.keep_seed.setToolTip(tr("Draw a new seed each time again") if is_kept else offer)
        self.seed_said.setText(tr("The take has seed {}.").format(last) if last is not None else "")
        self.seed_said.setVisible(last is not None)

    # -- model and device ------------------------------------------------------------------------------------------

    def _add_model(self) -> None:
        self.section(tr("Model"))
        self.bundle = BundleBox(self.studio)
        self.put(self.bundle)
        words = {"auto": tr("Auto"), "cpu": tr("Processor"), "cuda": "CUDA", "mps": "Apple MPS"}
        self.device = Choice(
            [
                ("auto", words["auto"], tr("A GPU where there is one")),
                ("cpu", words["cpu"], ""),
                ("cuda", words["cuda"], tr("An NVIDIA GPU")),
                ("mps", words["mps"], tr("The GPU of an Apple computer")),
            ]
        )
        self.add(
            of_settings("device", tr("Device"), say=words.__getitem__),
            self.device,
            tr("Where the music is computed. It changes how long that takes; notes may differ a little between kinds."),
        )

    def _heard(self, event: Any) -> None:
        if not isinstance(event, BundleKnown):
            return
        before = self._usual_guidance
        self._usual_guidance = event.facts.guidance if event.facts.guidance is not None else DEFAULTS.guidance
        if self._usual_guidance == before:
            return
        self.guidance_row.explain(self.guidance_row.tip)
        if event.is_new and self.studio.document.settings.guidance == before:
            self.guidance_row.go_back()
        self.guidance_row.show_document(self.studio.document)

    def show_document(self, document: Document) -> None:
        super().show_document(document)
        if hasattr(self, "seed_said"):
            self._show_seed(document)
        if hasattr(self, "k_said"):
            self.t0_said.setText(t0_sentence(document.settings.t0))
            self.k_said.setText(k_sentence(document.settings.k))


def _seed_text(document: Document) -> str:
    return "" if document.settings.seed is None else str(document.settings.seed)


def _with_seed(document: Document, text: str) -> Document:
    return with_settings(document, seed=min(int(text), MAX_SEED) if text else None)
