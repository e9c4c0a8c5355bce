"""Formulas: LaTeX to pictures in the colour of the theme, remembered."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.theme import THEME

SIZE = 17
"""Height of the letters in pixels at 100 %."""


@functools.lru_cache(maxsize=512)
def formula_svg(latex: str, color: str) -> str:
    """The formula as SVG text. Takes about 15 ms the first time. Raises ValueError for what ziamath cannot read."""
    import ziafont  # 0.25 s, so not at start
    import ziamath

    ziafont.config.svg2 = False  # outlines in place: QtSvg draws nothing for <symbol>
    try:
        return str(ziamath.Latex(latex, size=SIZE, color=color).svg())
    except Exception as error:  # its parser raises whatever it stumbles on
        raise ValueError(f"the formula {latex!r} cannot be drawn: {error}") from error


@functools.lru_cache(maxsize=256)
def _renderer(latex: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(formula_svg(latex, color).encode()))


def warm_up() -> None:
    """Import the formula renderer ahead of its first use; may run in any thread."""
    formula_svg("x", "#000000")


class FormulaLabel(QWidget):
    """Shows one formula, shrunk to the width where it is too long. It is drawn just after the events at hand."""

    def __init__(self) -> None:
        super().__init__()
        self._latex = ""
        self._shown: QSvgRenderer | None = None
        self._failed = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._render)
        THEME.changed.connect(self._schedule)

    def set_latex(self, latex: str) -> None:
        """Show another formula; an empty one shows nothing."""
        if latex != self._latex:
            self._latex = latex
            self.setAccessibleName(f"Formula {latex}" if latex else "")
            self._schedule()

    @Slot()
    def _schedule(self) -> None:
        self._later.start(0)

    @Slot()
    def _render(self) -> None:
        self._shown, self._failed = None, False
        if self._latex:
            try:
                self._shown = _renderer(self._latex, THEME.tokens.text)
            except ValueError:
                self._failed = True
        self.setFixedHeight(self._height())
        self.update()

    def _height(self) -> int:
        if self._shown is None:
            return THEME.px(22)
        return round(self._drawn(self._shown).height()) + THEME.px(4)

    def _drawn(self, renderer: QSvgRenderer) -> QRectF:
        """Where the formula goes: at its own size, or narrower to fit."""
        natural = renderer.defaultSize() * THEME.scale
        shrink = min(1.0, max(1, self.width() - 2) / max(1, natural.width()))
        return QRectF(1, THEME.px(2), natural.width() * shrink, natural.height() * shrink)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), self._height())

    def resizeEvent(self, event: object) -> None:
        height = self._height()
        if height != self.height():
            self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._shown is not None:
            self._shown.render(painter, self._drawn(self._shown))
        elif self._failed:
            painter.setFont(THEME.font(12, mono=True))
            painter.setPen(THEME.color("text"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._latex)
