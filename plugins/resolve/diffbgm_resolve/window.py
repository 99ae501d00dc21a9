"""The window: Fusion's UIManager, which Studio has; Free from 19.1 on has none, and the settings file serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...blender.diffbgm_studio.client.choices import MOODS, PALETTES, STRICTNESS
from .settings import Settings

WINDOW, PROGRESS_WINDOW = "DiffBgmStudio", "DiffBgmProgress"
_MENUS = (("mood", "Mood", MOODS), ("palette", "Palette", PALETTES), ("strictness", "Hits", STRICTNESS))
_NUMBERS = (
    ("takes", "Takes", 1, 9),
    ("seed", "Seed (-1: new)", -1, 2**31 - 1),
    ("t0", "t0", 0, 1000),
    ("k", "k", 1, 32),
    ("steps", "Steps (0: usual)", 0, 1000),
)
_CHECKS = (("stems", "A track for each part"),)
_TEXTS = (
    ("engine", "Engine"),
    ("folder", "Music folder"),
    ("rendered", "Rendered video"),
    ("media", "Look for clips in"),
    ("options", "Further options"),
)


class Windows:
    """Windows of Fusion's UIManager.

    Args:
        fusion: the application object; bmd: the module that Resolve hands to its scripts.
    """

    def __init__(self, fusion: Any, bmd: Any) -> None:
        self._ui = fusion.UIManager
        self._dispatcher = bmd.UIDispatcher(self._ui)

    @classmethod
    def where_available(cls, fusion: Any, bmd: Any) -> Windows | None:
        """Windows, or None where this Resolve has no UIManager."""
        if fusion is None or bmd is None or getattr(fusion, "UIManager", None) is None:
            return None
        return cls(fusion, bmd)

    def ask(self, settings: Settings, title: str) -> Settings | None:
        """Let the user choose; None when the window was closed."""
        ui, chosen = self._ui, []
        window = self._dispatcher.AddWindow(
            {"ID": WINDOW, "WindowTitle": title, "Geometry": [200, 200, 460, 520]},
            [ui.VGroup([*self._rows(), self._buttons()])],
        )
        items = window.GetItems()
        for name, _, choices in _MENUS:
            items[name].AddItems([row[1] for row in choices])
            items[name].CurrentIndex = [row[0] for row in choices].index(getattr(settings, name))
        for name, _, low, high in _NUMBERS:
            items[name].Minimum, items[name].Maximum = low, high
            items[name].Value = getattr(settings, name)
        for name, _ in _CHECKS:
            items[name].Checked = getattr(settings, name)
        for name, _ in _TEXTS:
            items[name].Text = getattr(settings, name)

        def accept(_event: Any) -> None:
            chosen.append(_read(items, settings))
            self._dispatcher.ExitLoop()

        def close(_event: Any) -> None:
            self._dispatcher.ExitLoop()

        window.On.go.Clicked = accept
        window.On.cancel.Clicked = close
        getattr(window.On, WINDOW).Close = close
        window.Show()
        self._dispatcher.RunLoop()
        window.Hide()
        return chosen[0] if chosen else None

    def _rows(self) -> list[Any]:
        ui = self._ui
        kinds = [(name, label, ui.ComboBox) for name, label, _ in _MENUS]
        kinds += [(name, label, ui.SpinBox) for name, label, _, _ in _NUMBERS]
        kinds += [(name, label, ui.LineEdit) for name, label in _TEXTS]
        rows = [
            ui.HGroup([ui.Label({"Text": label, "Weight": 0.4}), kind({"ID": name, "Weight": 0.6})])
            for name, label, kind in kinds
        ]
        return rows + [ui.CheckBox({"ID": name, "Text": label}) for name, label in _CHECKS]

    def _buttons(self) -> Any:
        ui = self._ui
        return ui.HGroup([ui.Button({"ID": "go", "Text": "Go"}), ui.Button({"ID": "cancel", "Text": "Cancel"})])

    def watch(self, title: str, poll: Callable[[], tuple[str, bool]], cancel: Callable[[], None]) -> None:
        """Show how work goes until it is over.

        Args:
            poll: gives the line to show, and whether the work is over; it is asked every fifth of a second.
            cancel: called when the user cancels.
        """
        ui = self._ui
        window = self._dispatcher.AddWindow(
            {"ID": PROGRESS_WINDOW, "WindowTitle": title, "Geometry": [240, 240, 460, 110]},
            [ui.VGroup([ui.Label({"ID": "line", "Text": "Starting"}), ui.Button({"ID": "cancel", "Text": "Cancel"})])],
        )
        items = window.GetItems()
        timer = ui.Timer({"ID": "DiffBgmTimer", "Interval": 200, "SingleShot": False})

        def tick(_event: Any) -> None:
            line, over = poll()
            items["line"].Text = line
            if over:
                self._dispatcher.ExitLoop()

        def stop(_event: Any) -> None:
            cancel()
            self._dispatcher.ExitLoop()

        self._dispatcher.On.Timeout = tick
        window.On.cancel.Clicked = stop
        getattr(window.On, PROGRESS_WINDOW).Close = stop
        window.Show()
        timer.Start()
        self._dispatcher.RunLoop()
        timer.Stop()
        window.Hide()

    def tell(self, title: str, lines: list[str]) -> None:
        """Show some lines until the user has read them."""
        ui = self._ui
        window = self._dispatcher.AddWindow(
            {"ID": WINDOW, "WindowTitle": title, "Geometry": [240, 240, 560, 260]},
            [
                ui.VGroup(
                    [
                        ui.TextEdit({"ID": "text", "ReadOnly": True, "PlainText": "\n".join(lines)}),
                        ui.Button({"ID": "ok", "Text": "OK", "Weight": 0}),
                    ]
                )
            ],
        )

        def close(_event: Any) -> None:
            self._dispatcher.ExitLoop()

        window.On.ok.Clicked = close
        getattr(window.On, WINDOW).Close = close
        window.Show()
        self._dispatcher.RunLoop()
        window.Hide()


def _read(items: Any, settings: Settings) -> Settings:
    """What the window shows."""
    values: dict[str, Any] = {name: choices[items[name].CurrentIndex][0] for name, _, choices in _MENUS}
    values.update({name: int(items[name].Value) for name, _, _, _ in _NUMBERS})
    values.update({name: bool(items[name].Checked) for name, _ in _CHECKS})
    values.update({name: str(items[name].Text) for name, _ in _TEXTS})
    return replace(settings, **values)
