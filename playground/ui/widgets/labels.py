"""Labels and tool tips that show words as they are: what comes from a file is never taken for markup."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QWidget


class Label(QLabel):
    """A label of plain text. Where markup is wanted, say so with `setTextFormat` and escape what is foreign."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


TIP_LINE = 80
"""Characters in a line of a tool tip."""
MOST_ON_BUTTON = 80
"""Characters; a longer text would make a window as wide as itself."""


def one_line(words: str, most: int = 10_000) -> str:
    """Words in one line, cut after so many characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def on_button(words: str) -> str:
    """Words for a button or a menu, where Qt would take "&" for the mark of a key."""
    return one_line(words, MOST_ON_BUTTON).replace("&", "&&")


def plain_tip(words: str) -> str:
    """Words for a tool tip in lines that fit on a screen, which Qt would not break; never shown as rich text."""
    wrapper = textwrap.TextWrapper(TIP_LINE, break_long_words=False, break_on_hyphens=False)
    wrapped = "\n".join(wrapper.fill(line) for line in words.split("\n"))
    return GuiQt.convertFromPlainText(wrapped) if GuiQt.mightBeRichText(wrapped) else wrapped


def elided(metrics: QFontMetrics | QFontMetricsF, text: str, mode: Qt.TextElideMode, room: float) -> str:
    """The text with an ellipsis where it is wider than the room.

    `elidedText` alone cuts a text that is given the very width that `horizontalAdvance` tells, which is rounded.
    """
    return text if metrics.horizontalAdvance(text) <= room else shortened(metrics, text, mode, room)


def shortened(metrics: QFontMetrics | QFontMetricsF, text: str, mode: Qt.TextElideMode, room: float) -> str:
    """The text with an ellipsis: what it lacks is said elsewhere, such as in a tool tip."""
    if isinstance(metrics, QFontMetricsF):
        return metrics.elidedText(text, mode, room)
    return metrics.elidedText(text, mode, int(room))
