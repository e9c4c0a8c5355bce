"""Colours for Python: words of the language, names that are defined, texts, numbers and comments."""

from __future__ import annotations

import builtins
import keyword
import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from playground.ui.widgets.theme import THEME

LIGHT_COLORS = {"keyword": "#7b2fa3", "name": "#0a5c93", "text": "#2f6f2f", "number": "#9a4b00", "comment": "#5d6a7a",
                "builtin": "#4056a1"}  # fmt: skip
DARK_COLORS = {"keyword": "#d3a2f2", "name": "#7cc4f0", "text": "#a3d18a", "number": "#f0b074", "comment": "#93a1b2",
               "builtin": "#a5b4f5"}  # fmt: skip
TRIPLE = '"""'
BUILTINS = frozenset(name for name in dir(builtins) if name.islower())
TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<open>[rbfRBF]*\"\"\")"
    r"|(?P<text>[rbfRBF]*(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'))"
    r"|(?P<name>(?<=def )\w+|(?<=class )\w+|@[\w.]+)"
    r"|(?P<number>(?<![\w.])(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+)(?!\w))"
    r"|(?P<word>[A-Za-z_]\w*)"
)


class PythonHighlighter(QSyntaxHighlighter):
    """Colours a document line by line, in the colours of the theme."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take over the colours of the theme."""
        colors = DARK_COLORS if THEME.color("panel").lightnessF() < 0.5 else LIGHT_COLORS
        for kind, color in colors.items():
            form = QTextCharFormat()
            form.setForeground(QColor(color))
            if kind == "keyword":
                form.setFontWeight(QFont.Weight.Bold)
            self._formats[kind] = form
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line; its state says whether it ends inside a text of several lines."""
        start = 0
        self.setCurrentBlockState(0)
        if self.previousBlockState() == 1:
            start = self._finish(text, 0)
        while start >= 0 and (found := TOKENS.search(text, start)) is not None:
            kind = str(found.lastgroup)
            if kind == "open":
                self.setFormat(found.start(), found.end() - found.start(), self._formats["text"])
                start = self._finish(text, found.end())
                continue
            if kind == "word":
                kind = "keyword" if keyword.iskeyword(found[0]) else "builtin" if found[0] in BUILTINS else ""
            if kind:
                self.setFormat(found.start(), found.end() - found.start(), self._formats[kind])
            start = found.end()

    def _finish(self, text: str, start: int) -> int:
        """Colour to the end of a text of several lines; −1 where it goes on in the next line."""
        end = text.find(TRIPLE, start)
        stop = len(text) if end < 0 else end + len(TRIPLE)
        self.setFormat(start, stop - start, self._formats["text"])
        if end < 0:
            self.setCurrentBlockState(1)
            return -1
        return stop
