"""The numbers of a point on its way through the network: one block below the other, and the answer as bars."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.probe import Probe
from playground.ui.widgets.drawing import class_color, ink_on, number_words, shades, signed_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

LEAST = 112
NUMBERED = "−00.00"
CELL = 20
GAP = 6
MOST_NUMBERED = 16
"""A block with more units is shown as cells without numbers; pointing at one reads it out."""
SMALL = 12
"""Side of a cell without a number, at least."""
STRIP = 4
"""Height of a bar that shows a share."""


@dataclass(frozen=True)
class Band:
    """One block: a title and a grid of numbers."""

    title: str
    values: tuple[float, ...]
    names: tuple[str, ...]
    limit: float
    """The magnitude that has the full colour."""


class ProbePanel(Canvas):
    """What every block makes of the point; signed values are orange, grey and blue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.probe: Probe | None = None
        self.bands: tuple[Band, ...] = ()
        self.setAccessibleName("The numbers of the point through the network")

    def show_probe(self, probe: Probe) -> None:
        """Show another point."""
        before = self._plan()
        self.probe = probe
        self.bands = bands(probe)
        words = ", ".join(f"{name} {number_words(value)}" for name, value in self._answers())
        self.setAccessibleDescription(f"{answer_words(probe)}: {words}")
        if self._plan() == before:
            self.update()
        else:
            self.changed()

    def _answers(self) -> list[tuple[str, float]]:
        return list(zip(self.probe.names, self.probe.answers.tolist(), strict=True)) if self.probe is not None else []

    # Room -------------------------------------------------------------------------------------------------------------

    def _columns(self, band: Band) -> int:
        wide = max(1.0, float(self.width()))
        if len(band.values) > MOST_NUMBERED:
            return max(1, min(len(band.values), int(wide // THEME.px(SMALL))))
        number = metrics().horizontalAdvance(NUMBERED) + THEME.px(4)
        fitting = max(1, int(wide // number))
        return min(len(band.values), 8, fitting)

    def _cell_height(self, band: Band) -> int:
        return THEME.px(SMALL if len(band.values) > MOST_NUMBERED else CELL)

    def _plan(self) -> tuple[tuple[int, int], ...]:
        """Rows and their height for each band."""
        return tuple((-(-len(band.values) // self._columns(band)), self._cell_height(band)) for band in self.bands)

    def _band_height(self, band: Band) -> float:
        rows = -(-len(band.values) // self._columns(band))
        return metrics().height() + 2 + rows * self._cell_height(band) + THEME.px(GAP)

    def _head(self) -> int:
        """The height of the first line, which says the answer."""
        return metrics().height() + THEME.px(GAP)

    def _share_height(self) -> int:
        return metrics().height() + THEME.px(STRIP + 4)

    def minimumSizeHint(self) -> QSize:
        high = math.ceil(sum(self._band_height(band) for band in self.bands))
        shares = len(self._answers()) * self._share_height()
        return QSize(THEME.px(LEAST), self._head() + high + shares + 3 * metrics().height() + THEME.px(GAP))

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def cell(self, number: int, unit: int) -> QRectF:
        """The rectangle of one number of a band."""
        top = self._head() + sum(self._band_height(band) for band in self.bands[:number]) + metrics().height() + 2
        band = self.bands[number]
        columns = self._columns(band)
        row, column = divmod(unit, columns)
        wide = self.width() / columns
        if len(band.values) > MOST_NUMBERED:
            wide = min(wide, THEME.px(2 * SMALL))
        return QRectF(column * wide, top + row * self._cell_height(band), wide, self._cell_height(band))

    # Painting and pointing --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.probe is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("text"))
        painter.setFont(THEME.font(13, bold=True))
        painter.drawText(QRectF(0, 0, self.width(), metrics().height()), 0, answer_words(self.probe))
        painter.setFont(THEME.font(13))
        y = float(self._head())
        for number, band in enumerate(self.bands):
            painter.setPen(THEME.color("secondary"))
            title = elided(metrics(), band.title, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRectF(0, y, self.width(), metrics().height()), 0, title)
            self._paint_band(painter, number, band)
            y += self._band_height(band)
        self._paint_answer(painter, y)

    def _paint_band(self, painter: QPainter, number: int, band: Band) -> None:
        numbered = len(band.values) <= MOST_NUMBERED
        colors = signed_table()[shades(np.array(band.values), -band.limit, band.limit)].tolist()
        for unit, (value, color) in enumerate(zip(band.values, colors, strict=True)):
            box = self.cell(number, unit)
            fill = QColor(*color)
            painter.fillRect(box.adjusted(0.5, 0.5, -0.5, -0.5), fill)
            if numbered:
                painter.setPen(ink_on(fill))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, short_words(value))

    def _paint_answer(self, painter: QPainter, y: float) -> None:
        assert self.probe is not None
        if self.probe.classifies:
            for number, (name, share) in enumerate(self._answers()):
                box = QRectF(0, y, self.width(), self._share_height())
                self._paint_share(painter, box, name, share, class_color(number))
                y += self._share_height()
        painter.setPen(THEME.color("secondary"))
        for name, words in (("slope of " + self.probe.answer, ""), *slope_words(self.probe)):
            self._paint_pair(painter, QRectF(0, y, self.width(), metrics().height()), name, words)
            y += metrics().height()

    def _paint_share(self, painter: QPainter, box: QRectF, name: str, share: float, color: QColor) -> None:
        painter.setPen(THEME.color("text"))
        self._paint_pair(painter, QRectF(box.left(), box.top(), box.width(), metrics().height()), name, f"{share:.1%}")
        track = QRectF(box.left(), box.top() + metrics().height(), box.width(), THEME.px(STRIP))
        painter.fillRect(track, THEME.color("line"))
        track.setWidth(track.width() * min(max(share, 0.0), 1.0))
        painter.fillRect(track, color)

    @staticmethod
    def _paint_pair(painter: QPainter, box: QRectF, name: str, number: str) -> None:
        """A name on the left, shortened where it must be, and its number on the right."""
        room = int(box.width()) - metrics().horizontalAdvance(number) - THEME.px(6)
        painter.drawText(box, 0, elided(metrics(), name, Qt.TextElideMode.ElideRight, room))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, number)

    def words_at(self, place: QPointF) -> str:
        for number, band in enumerate(self.bands):
            for unit, value in enumerate(band.values):
                if self.cell(number, unit).contains(place):
                    return f"{band.title}, {band.names[unit]}: {number_words(value)}"
        return ""


def bands(probe: Probe) -> tuple[Band, ...]:
    """The features, also scaled, as the network sees them, where that differs, and every block."""
    found = [_band("Features", probe.place, probe.feature_names)]
    if not np.allclose(probe.place, probe.seen):
        found.append(_band("as it sees them", probe.seen, probe.feature_names))
    for layer in probe.layers:
        names = tuple(f"unit {unit + 1}" for unit in range(len(layer.values)))
        found.append(_band(layer.title, tuple(layer.values.tolist()), names))
    return tuple(found)


def _band(title: str, values: tuple[float, ...], names: tuple[str, ...]) -> Band:
    finite = [abs(value) for value in values if math.isfinite(value)]
    # At least 1: a block whose units are all nearly 0 should look like that.
    return Band(title, values, names, max([1.0, *finite]))


def short_words(value: float) -> str:
    """A number in at most six signs."""
    if not math.isfinite(value):
        return number_words(value)
    size = abs(value)
    words = f"{value:.2f}" if size < 100 else f"{value:.1f}" if size < 1e3 else f"{value:.0f}"
    words = f"{value:.0e}" if size >= 1e5 or 0 < size < 0.005 else words
    return words.replace("e-0", "e−").replace("e+0", "e").replace("-", "−")


def answer_words(probe: Probe) -> str:
    """What is decided, in a few words."""
    answer = float(probe.answers[probe.decided])
    return f"says {probe.answer}, {answer:.1%}" if probe.classifies else f"says {number_words(answer)}"


def slope_words(probe: Probe) -> tuple[tuple[str, str], ...]:
    """How the answer grows with each feature: names and numbers."""
    return tuple(
        (name, f"{'+' if value > 0 else ''}{number_words(value)}")
        for name, value in zip(probe.feature_names, probe.slope, strict=True)
    )
