"""What this program is, and under which licences its parts come."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from engine.resources import find_resource
from engine.version import __version__


class AboutBox(QDialog):
    """Name, version, where the idea comes from, licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Diff-BGM Studio"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 490)
        heading = QLabel(f"Diff-BGM Studio {__version__}")
        heading.setObjectName("heading")
        says = QLabel(
            self.tr(
                "Writes the background music of a film from its picture, on this machine. Nothing leaves it.\n"
                "After the paper “Diff-BGM: A Diffusion Model for Video Background Music Generation” (CVPR 2024)."
            )
        )
        says.setWordWrap(True)
        says.setObjectName("dim")
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        for title, text in self._pages():
            browser = QTextBrowser()
            browser.setOpenExternalLinks(True)
            browser.document().setDocumentMargin(12)
            browser.setMarkdown(text)
            browser.setAccessibleName(title)
            tabs.addTab(browser, title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        for widget in (heading, says, tabs, buttons):
            column.addWidget(widget)

    def _pages(self) -> list[tuple[str, str]]:
        own = self.tr("This program is under the MIT licence. Qt {} is used under the LGPL, version 3.")
        own = own.format(qVersion())
        pages = [(self.tr("Licence"), f"{own}\n\n{_read('licences', 'MIT.txt')}")]
        # The page of parts is written by the build, from what the application holds.
        held = (self.tr("Parts"), "THIRD_PARTY.md" if find_resource("licences", "THIRD_PARTY.md") else "README.md")
        for title, name in (held, ("POP909", "POP909.txt")):
            text = _read("licences", name)
            if text:
                pages.append((title, text))
        return pages


def _read(*parts: str) -> str:
    path = find_resource(*parts)
    return "" if path is None else path.read_text(encoding="utf-8")
