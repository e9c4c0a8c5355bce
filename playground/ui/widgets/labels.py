"""Labels and tool tips that show words as they are: what comes from a file is never taken for markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QWidget


class Label(QLabel):
    """A label of plain text. Where markup is wanted, say so with `setTextFormat` and escape what is foreign."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def plain_tip(words: str) -> str:
    """Words for a tool tip, which Qt would show as rich text where they look like it."""
    return GuiQt.convertFromPlainText(words) if GuiQt.mightBeRichText(words) else words
