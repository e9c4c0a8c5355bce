"""Formulas: LaTeX to pictures in the colour of the theme, remembered."""

from __future__ import annotations

import functools
import re
import threading
from contextlib import suppress

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.theme import THEME

SIZE = 17
"""Height of the letters in pixels at 100 %."""
SHRINK_FIRST = 0.9
"""A formula that would be shrunk more than this is broken into lines at its wide spaces."""
LOADING_MS, LOOK_MS = 500, 50
"""How long the first formula of a program waits, since a project is being opened then; and between two looks whether
what draws it is loaded."""


@functools.lru_cache(maxsize=512)
def formula_svg(latex: str, color: str) -> str:
    """The formula as SVG text. Takes about 15 ms the first time. Raises ValueError for what ziamath cannot read."""
    from ziafont.config import config  # 0.25 s, so not at start
    from ziamath.zmath import Latex

    config.svg2 = False  # outlines in place: QtSvg draws nothing for <symbol>
    try:
        # The round epsilon of the font looks like one that is cut off on its right.
        shown = _of_bearable_height(latex.replace(r"\epsilon", r"\varepsilon"))
        return str(Latex(shown, size=SIZE, color=color).svg())
    except Exception as error:  # its parser raises whatever it stumbles on
        raise ValueError(f"the formula {latex!r} cannot be drawn: {error}") from error


def _of_bearable_height(latex: str) -> str:
    """Brackets of one size round sums with limits: those that stretch grow to a hundred lines there."""
    if re.search(r"\\(sum|prod|int)\s*_", latex) is None:
        return latex
    return re.sub(r"\\(?:left|right)([()\[\]])", r"\\Big\1", latex)


@functools.lru_cache(maxsize=256)
def _renderer(latex: str, color: str) -> QSvgRenderer:
    renderer = QSvgRenderer(QByteArray(formula_svg(latex, color).encode()))
    renderer.setViewBox(renderer.viewBoxF().adjusted(-1.0, -1.0, 4.0, 1.0))  # slanted letters lean out of their box
    return renderer


class FormulaLoading:
    """Loads what draws formulas beside the window: it takes a third of a second."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    @property
    def done(self) -> bool:
        """Whether a formula can be drawn at once."""
        return self._thread is not None and not self._thread.is_alive()

    def begin(self) -> None:
        """Load; does nothing the second time."""
        if self._thread is None:
            # No QThread: nobody waits for it, and the program may end while it still loads.
            self._thread = threading.Thread(target=_draw_first, name="formula-loading", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """Wait until it is loaded."""
        self.begin()
        if self._thread is not None:
            self._thread.join()


LOADING = FormulaLoading()


def _draw_first() -> None:
    with suppress(ValueError, ImportError):
        formula_svg("x", "#000000")


def broken_into_lines(latex: str) -> list[str]:
    """The formula cut at `\\quad` and `\\qquad` outside of braces and environments."""
    lines = [""]
    depth = 0
    for piece in re.split(r"(\\(?:q?quad|left|right)(?![a-zA-Z])|\\begin|\\end|\\.|[{}])", latex):
        if piece in ("{", r"\begin", r"\left"):
            depth += 1
        elif piece in ("}", r"\end", r"\right"):
            depth -= 1
        if piece in (r"\quad", r"\qquad") and depth == 0:
            lines.append("")
        else:
            lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


class FormulaLabel(QWidget):
    """Shows a formula, in several lines or shrunk where it is too long.

    It is drawn just after the events at hand, and only when it can be seen; the first one of a program a moment later.
    """

    def __init__(self) -> None:
        super().__init__()
        self._latex = ""
        self.lines: list[QSvgRenderer] = []
        self.failed = False
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

    def is_drawn(self) -> bool:
        """Whether the picture of the present formula is there."""
        return bool(self.lines) and not self._later.isActive()

    def draw_now(self) -> None:
        """Draw at once what waits to be drawn, as for a picture."""
        if self._latex and not self.failed and not self.is_drawn():
            self._later.stop()
            LOADING.finish()
            self._draw()

    @Slot()
    def _schedule(self) -> None:
        self._later.start(0 if LOADING.done else LOADING_MS)

    @Slot()
    def _render(self) -> None:
        if self._latex and not self.isVisible():
            self.lines, self.failed = [], False  # drawn when it is shown
        elif self._latex and not LOADING.done:
            LOADING.begin()
            self._later.start(LOOK_MS)
        else:
            self._draw()

    def _draw(self) -> None:
        self.lines, self.failed = [], False
        if self._latex:
            try:
                self.lines = self._fitting(THEME.tokens.text)
            except ValueError:
                self.failed = True
        self.setFixedHeight(self._height())
        self.update()

    def _fitting(self, color: str) -> list[QSvgRenderer]:
        whole = _renderer(self._latex, color)
        if whole.viewBoxF().width() * THEME.scale * SHRINK_FIRST <= self.width():
            return [whole]
        return [_renderer(line, color) for line in broken_into_lines(self._latex)]

    def line_boxes(self) -> list[QRectF]:
        """Where the lines go: at their own size, or narrower to fit."""
        places: list[QRectF] = []
        top = float(THEME.px(2))
        for line in self.lines:
            natural = line.viewBoxF().size() * THEME.scale
            shrink = min(1.0, max(1, self.width() - 2) / max(1, natural.width()))
            places.append(QRectF(1, top, natural.width() * shrink, natural.height() * shrink))
            top += natural.height() * shrink + THEME.px(6)
        return places

    def _height(self) -> int:
        places = self.line_boxes()
        return round(places[-1].bottom()) + THEME.px(2) if places else THEME.px(22)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), self._height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._latex and not self.lines and not self.failed and not self._later.isActive():
            self._schedule()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width() and self._latex:
            self._schedule()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for line, place in zip(self.lines, self.line_boxes(), strict=True):
            line.render(painter, place)
        if self.failed:
            painter.setFont(THEME.font(12, mono=True))
            painter.setPen(THEME.color("text"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._latex)
