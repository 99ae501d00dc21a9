"""The controls of the next take: each by the keyboard, each in the request that reaches the engine, each undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QToolButton

from diffbgm_gui.document import Document
from diffbgm_gui.look import find_shots
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.widgets.panel.controls import Control
from diffbgm_gui.widgets.panel.engine_page import k_sentence, t0_sentence
from engine.direction import Direction
from engine.music.chords import parse_chord, read_progression
from engine.settings import MAX_SEED, GenerationSettings
from tests.gui.fakes import FakeEngine
from tests.gui.panel.using import type_into, use


@dataclass(frozen=True)
class Case:
    """What is set, and what the request must hold then. `first`: settings without which the control cannot be used."""

    value: Any
    settings: dict[str, Any] | None = None
    direction: Callable[[Direction], bool] | None = None
    document: dict[str, Any] | None = None
    n_requests: int = 1
    first: dict[str, Any] | None = None


MIX = {"original_audio": "mix"}
CASES: dict[str, Case] = {
    "mood": Case("calm", {"mood": "calm"}),
    "energy": Case(
        "building",
        direction=lambda d: [value for _, value in d.curve("energy").points] == [0.15, 0.95],
    ),
    "tempo": Case((90, 100), {"tempo_min": 90.0, "tempo_max": 100.0}),
    "strictness": Case("strict", {"strictness": "strict"}),
    "hit_onsets": Case(False, {"hit_onsets": False}),
    "max_tempo_change": Case(3, {"max_tempo_change": 0.03}),
    "short_bars": Case(True, {"short_bars": True}),
    "ending": Case("loop", {"ending": "loop"}),
    "sensitivity": Case(80, {"sensitivity": 0.8}),
    "key": Case("A:min", direction=lambda d: d.key == "A:min"),
    "chords": Case("Am | F G", direction=lambda d: d.chords == (*["Am"] * 4, *"FFGG")),
    "palette": Case("chamber", {"palette": "chamber"}),
    "n_takes": Case(3, document={"n_takes": 3}, n_requests=3),
    "draft_first": Case(True, document={"draft_first": True}, n_requests=2),
    "original_audio": Case("keep", {"original_audio": "keep"}),
    "original_gain_db": Case(-12, {"original_gain_db": -12.0}, first=MIX),
    "music_gain_db": Case(-3.5, {"music_gain_db": -3.5}),
    "duck": Case(False, {"duck": False}, first=MIX),
    "duck_db": Case(-14, {"duck_db": -14.0}, first=MIX),
    "duck_notes": Case(True, {"duck_notes": True}),
    "loudness_lufs": Case(-19.5, {"loudness_lufs": -19.5}),
    "true_peak_db": Case(-2, {"true_peak_db": -2.0}),
    "fade_in_s": Case(2, {"fade_in_s": 2.0}),
    "fade_out_s": Case(3, {"fade_out_s": 3.0}),
    "t0": Case(650, {"t0": 650}),
    "k": Case(2, {"k": 2}),
    "guidance": Case(3.5, {"guidance": 3.5}),
    "plan_guidance": Case(1.25, {"plan_guidance": 1.25}),
    "steps": Case(5, {"steps": 5}),
    "sampler": Case("ddim", {"sampler": "ddim"}),
    "windows": Case("separate", {"windows": "separate"}),
    "seed": Case("42", {"seed": 42}),
    "device": Case("cpu", {"device": "cpu"}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_each_control_changes_the_request(
    name: str, filmed: MainWindow, qtbot: Any, engine: FakeEngine, defaults: GenerationSettings
) -> None:
    case, control, studio = CASES[name], filmed.panel.controls[name], filmed.studio
    first = replace(defaults, **(case.first or {}))
    if case.first:
        studio.edit("first", lambda document: replace(document, settings=first))
    filmed.side_tabs.setCurrentWidget(
        filmed.panel.music if name in filmed.panel.music.controls else filmed.panel.engine
    )
    assert control.isEnabled()
    before, shown = studio.document, control.value()
    n_steps = studio.undo_stack.count()
    use(qtbot, control, case.value)
    after = studio.document
    assert studio.undo_stack.count() == n_steps + 1, "one step of history, however many keys it took"
    assert after.settings == replace(first, **(case.settings or {}))
    assert (after.n_takes, after.draft_first) == tuple(
        {"n_takes": 1, "draft_first": False, **(case.document or {})}.values()
    )
    _undo_and_redo(studio, control, before, after, shown)
    filmed.generate_button.click()
    qtbot.waitUntil(lambda: len(engine.requests) == case.n_requests and not filmed.state.is_busy, timeout=20_000)
    request = engine.requests[-1]
    asked = replace(first, **(case.settings or {}))
    assert request.settings == replace(asked, seed=request.settings.seed)
    assert asked.seed in (None, request.settings.seed)
    if case.direction is None:
        assert request.direction == before.direction
    else:
        assert case.direction(request.direction)
    if name == "draft_first":
        assert engine.requests[0].settings.steps < request.settings.steps


def _undo_and_redo(studio: Any, control: Control, before: Document, after: Document, shown: Any) -> None:
    seen = control.value()
    studio.undo()
    assert (studio.document.settings, studio.document.direction) == (before.settings, before.direction)
    assert control.value() == shown
    studio.redo()
    assert (studio.document.settings, studio.document.direction) == (after.settings, after.direction)
    assert control.value() == seen


def test_no_control_and_no_setting_is_left_out(filmed: MainWindow) -> None:
    assert set(filmed.panel.controls) == set(CASES)
    reached = {name for case in CASES.values() for name in case.settings or {}}
    assert reached == set(GenerationSettings.__dataclass_fields__)


def test_every_control_says_what_it_does_and_has_a_way_back(filmed: MainWindow, qtbot: Any) -> None:
    panel = filmed.panel
    for page in (panel.music, panel.engine):
        for row in page._bound:
            assert len(row.tip) > 30 and row.default_words, row.setting.name
            for field in row.control.fields():
                assert len(field.toolTip()) > 30 and field.accessibleName() and field.accessibleDescription()
                assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
        for button in page.findChildren(QToolButton):
            assert button.toolTip() and (button.accessibleName() or button.focusPolicy() == Qt.FocusPolicy.NoFocus)
    use(qtbot, panel.controls["steps"], 7)
    assert not panel.engine.controls["steps"].isHidden()
    row = next(row for row in panel.engine._bound if row.setting.name == "steps")
    row.reset.click()
    assert filmed.studio.document.settings.steps == GenerationSettings().steps


def test_the_wheel_scrolls_the_panel_and_changes_nothing(filmed: MainWindow, qtbot: Any) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    filmed.panel.controls["mood"].box.setFocus()
    before = filmed.studio.document
    for name in ("palette", "n_takes", "sensitivity"):
        field = filmed.panel.controls[name].fields()[0]
        at = QPointF(field.rect().center())
        turn = QWheelEvent(
            at, QPointF(field.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(field, turn)
    assert filmed.studio.document is before


def test_the_tempo_range_cannot_be_upside_down(filmed: MainWindow, qtbot: Any) -> None:
    tempo = filmed.panel.controls["tempo"]
    type_into(qtbot, tempo.low.box, "150")
    assert filmed.studio.document.settings.tempo_max == 150
    type_into(qtbot, tempo.high.box, "60")
    assert filmed.studio.document.settings.tempo_min == 60


def test_a_seed_beyond_the_largest_is_the_largest(filmed: MainWindow, qtbot: Any) -> None:
    type_into(qtbot, filmed.panel.controls["seed"].line, "9999999999")
    assert filmed.studio.document.settings.seed == MAX_SEED
    assert filmed.panel.controls["seed"].line.text() == str(MAX_SEED)


def test_the_seed_of_the_take_can_be_kept_and_let_go(filmed: MainWindow, qtbot: Any) -> None:
    page, studio = filmed.panel.engine, filmed.studio
    filmed.generate_button.click()
    qtbot.waitUntil(lambda: studio.document.take is not None and not filmed.state.is_busy, timeout=20_000)
    assert str(studio.document.take.settings.seed) in page.seed_said.text()
    page.keep_seed.click()
    assert studio.document.settings.seed == studio.document.take.settings.seed and page.keep_seed.isChecked()
    page.keep_seed.click()
    assert studio.document.settings.seed is None and not page.keep_seed.isChecked()
    page.new_seed.click()
    assert studio.document.settings.seed is not None and page.keep_seed.isChecked()


def test_what_acts_on_a_mix_can_be_used_in_a_mix_alone(filmed: MainWindow, qtbot: Any) -> None:
    controls = filmed.panel.controls
    of_a_mix = ("original_gain_db", "duck", "duck_db")
    assert not any(controls[name].isEnabled() for name in of_a_mix)
    assert "mixed" in controls["duck"].toolTip()
    use(qtbot, controls["original_audio"], "mix")
    assert all(controls[name].isEnabled() for name in of_a_mix)
    use(qtbot, controls["duck"], False)
    assert not controls["duck_db"].isEnabled()


def test_sensitivity_moves_the_cuts_at_once(filmed: MainWindow, qtbot: Any) -> None:
    signals = filmed.state.signals
    for percent in (0, 100):
        use(qtbot, filmed.panel.controls["sensitivity"], percent)
        assert filmed.studio.shots == find_shots(signals, percent / 100)


def test_the_slider_moves_by_keys_and_is_one_step_of_history(filmed: MainWindow, qtbot: Any) -> None:
    slider = filmed.panel.controls["t0"].slider
    n_steps = filmed.studio.undo_stack.count()
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(slider, key)
    assert filmed.studio.document.settings.t0 == 252
    assert filmed.studio.undo_stack.count() == n_steps + 1
    filmed.studio.undo()
    assert slider.value() == 200 and filmed.panel.engine.t0_said.text() == t0_sentence(200)


def test_k_goes_from_the_long_arc_to_every_shot(filmed: MainWindow, qtbot: Any) -> None:
    k = filmed.panel.controls["k"]
    qtbot.keyClick(k.slider, Qt.Key.Key_Home)
    assert filmed.studio.document.settings.k == 32
    assert filmed.panel.engine.k_said.text() == k_sentence(32) == "8 bars share one look at the picture."
    qtbot.keyClick(k.slider, Qt.Key.Key_End)
    assert filmed.studio.document.settings.k == 1
    use(qtbot, k, 7)  # between two places of the slider
    assert filmed.studio.document.settings.k == 7 and k.value() == 7


def test_chords_that_cannot_be_read_are_said_and_change_nothing(filmed: MainWindow, qtbot: Any) -> None:
    chords, page = filmed.panel.controls["chords"], filmed.panel.music
    use(qtbot, chords, "C | F |")
    use(qtbot, chords, "C | H |")
    assert page.chords_said.isVisible() and "H" in page.chords_said.text()
    assert filmed.studio.document.direction.chords == (*["C"] * 4,)  # as far as it could be read: "C |"
    use(qtbot, chords, "C | G |")
    assert not page.chords_said.isVisible()
    assert filmed.studio.document.direction.chords == (*["C"] * 4, *["G"] * 4)


def test_a_shape_of_energy_lies_over_the_range(filmed: MainWindow, qtbot: Any) -> None:
    studio, energy = filmed.studio, filmed.panel.controls["energy"]
    span = (Fraction(1), Fraction(3))
    studio.edit("range", lambda d: replace(d, direction=replace(d.direction, range_s=span)))
    use(qtbot, energy, "fading")
    assert [time_s for time_s, _ in studio.document.direction.curve("energy").points] == list(span)
    use(qtbot, energy, "auto")
    assert studio.document.direction.curve("energy") is None


def test_a_number_typed_and_not_confirmed_counts(filmed: MainWindow, qtbot: Any, engine: FakeEngine) -> None:
    filmed.side_tabs.setCurrentWidget(filmed.panel.engine)
    with qtbot.waitActive(filmed):
        filmed.windowHandle().requestActivate()
    box = filmed.panel.controls["steps"].box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "9")
    filmed.commands["generate"].trigger()
    qtbot.waitUntil(lambda: bool(engine.requests) and not filmed.state.is_busy)
    assert engine.requests[0].settings.steps == 9


def test_steppers_have_no_hidden_bounds(filmed: MainWindow) -> None:
    for name in ("original_gain_db", "duck_db", "fade_out_s", "guidance"):
        box = filmed.panel.controls[name].fields()[0]
        assert isinstance(box, QAbstractSpinBox) and box.minimumWidth() >= 64


def test_a_palette_is_heard_before_music_is_composed_with_it(
    filmed: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(filmed.panel.music.taster, "play", heard.append)
    use(qtbot, filmed.panel.controls["palette"], "chamber")
    filmed.panel.music.listen.click()
    qtbot.waitUntil(lambda: bool(heard), timeout=100_000)
    assert heard[0].stat().st_size > 500_000


def test_the_harmony_of_the_take_can_be_taken_over_to_be_changed(filmed: MainWindow, qtbot: Any) -> None:
    page, studio = filmed.panel.music, filmed.studio
    assert not page.take_over.isEnabled()
    filmed.generate_button.click()
    qtbot.waitUntil(lambda: studio.document.take is not None and not filmed.state.is_busy, timeout=20_000)
    page.take_over.click()
    harmony, direction = studio.document.take.plan.harmony, studio.document.direction
    labels = [None if chord is None else chord.label for chord in harmony.chords]
    asked = [None if name is None else parse_chord(name) for name in direction.chords]
    assert asked == [None if label is None else parse_chord(label) for label in labels]
    assert direction.key == harmony.key.label and page.controls["key"].value() == harmony.key.label
    assert read_progression(page.controls["chords"].value()) == direction.chords
    studio.undo()
    assert studio.document.direction.chords == () and page.controls["chords"].value() == ""
