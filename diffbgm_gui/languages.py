"""The language of the window: English in the source, others from `resources/translations`."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from engine.resources import find_resource
from engine.wording import Told

logger = logging.getLogger(__name__)

SOURCE: Final = "en"
TRANSLATED: Final = ("zh_CN",)
SENTENCES: Final = "Engine"
"""The context of the engine's sentences, in which their templates are looked up."""

FONTS: Final = {
    "zh_CN": (
        "PingFang SC", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC",
        "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    ),
}  # fmt: skip
"""Families to take a language's letters from, the best first. Of a font for all Chinese and Japanese Qt takes the
Japanese shapes unless it is told."""

_installed: list[QTranslator] = []


def language_for(preferred: str) -> str:
    """A language that there is: the preferred one, or for "" the desktop's, or English."""
    wanted = [preferred] if preferred else [name.replace("-", "_") for name in QLocale.system().uiLanguages()]
    for name in wanted:
        if name.split("_")[0] == SOURCE:
            return SOURCE
        for there in TRANSLATED:
            if name == there or (name.split("_")[0] == there.split("_")[0] and "TW" not in name and "Hant" not in name):
                return there
    return SOURCE


def use_language(app: QApplication, preferred: str) -> str:
    """Let an application speak a language; which one it is. Widgets that are there already keep their words."""
    while _installed:
        app.removeTranslator(_installed.pop())
    language = language_for(preferred)
    QLocale.setDefault(QLocale(language))
    app.setFont(font_for(language, app.font()))
    if language == SOURCE:
        return language
    path = find_resource("translations", f"diffbgm_{language}.qm")
    places = ((path.parent, path.stem) if path is not None else None, (_of_qt(), f"qtbase_{language}"))
    for place in places:
        translator = QTranslator(app)
        if place is not None and translator.load(place[1], str(place[0])):
            app.installTranslator(translator)
            _installed.append(translator)
        else:
            logger.info("there is no translation %s", place)
    return language


def font_for(language: str, font: QFont) -> QFont:
    """A font with a language's letters where it has none of its own; those of other languages leave it."""
    known = {family for families in FONTS.values() for family in families}
    own = [family for family in font.families() if family not in known]
    made = QFont(font)
    made.setFamilies(own)
    there = next((family for family in FONTS.get(language, ()) if QFontDatabase.hasFamily(family)), None)
    if there is not None:  # the desktop's font may be a name for another one, which Qt would not look for in a list
        made.setFamilies([QFontInfo(made).family(), there])
    return made


def _of_qt() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)


def in_words(text: str) -> str:
    """A sentence of the engine in the user's language; what is no such sentence stays as it is."""
    if not isinstance(text, Told):
        return text
    found = QCoreApplication.translate(SENTENCES, text.template)
    if not text.values:
        return found
    values = {name: in_words(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return found.format(**values)


def in_one(message: str, hint: str = "") -> str:
    """A message and its hint as one text in the user's language."""
    return f"{in_words(message)} {in_words(hint)}".strip()
