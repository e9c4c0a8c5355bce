"""What lies behind and over the curves of a run: those of other runs, and the moment that a person looks back at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from playground.analysis.run.curves import OtherCurves
from playground.training.history import Moment
from playground.ui.views.run.curve_marks import veil
from playground.ui.views.shared import curve_lines
from playground.ui.widgets.legend import line_pen
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

MOST_POINTS = 600
PALE = 150
BETWEEN = 3.5
"""Above the raw lines, below the smooth ones."""


class OtherLines:
    """The lines of other runs: pale, with the name of the run at the end of each."""

    def __init__(self, plot: Plot, samples: dict[str, str]) -> None:
        self._plot = plot
        self._samples = samples
        self._lines: dict[tuple[str, str], pg.PlotDataItem] = {}
        self._names: dict[str, pg.TextItem] = {}
        self.ends: list[np.ndarray] = []
        """The places (2, n) of all lines, to which the axes are fitted."""

    @property
    def titles(self) -> list[str]:
        """Names of the runs that are drawn."""
        return list(self._names)

    def show(
        self, others: Sequence[OtherCurves], quantity: str, axis: str, strength: float, logarithmic: bool
    ) -> None:
        """Draw one quantity of these runs."""
        wanted = {
            (other.title, name): other.curves[name]
            for other in others
            for name in curve_lines.of_quantity(other.curves, quantity)
        }
        self._match(list(wanted))
        self.ends = []
        tips: dict[str, tuple[float, float]] = {}
        for key, curve in wanted.items():
            x, y = getattr(curve, axis), curve_lines.smooth(curve.step, curve.value, strength)
            x, y = curve_lines.thin(x, y, MOST_POINTS)
            y = curve_lines.to_scale(y, logarithmic)
            self._lines[key].setData(x, y)
            self.ends.append(np.stack([x, y]))
            if len(x):
                tips[key[0]] = float(x[-1]), float(y[-1])
        for title, words in self._names.items():
            words.setVisible(title in tips)
            if title in tips:
                words.setPos(*tips[title])

    def _match(self, keys: list[tuple[str, str]]) -> None:
        if list(self._lines) == keys:
            return
        for item in (*self._lines.values(), *self._names.values()):
            self._plot.removeItem(item)
        self._lines, self._names = {}, {}
        for key in keys:
            line = pg.PlotDataItem(connect="finite")
            line.setZValue(BETWEEN)
            self._plot.addItem(line)
            line.setClipToView(True)
            self._lines[key] = line
        for title in dict.fromkeys(title for title, _ in keys):
            words = pg.TextItem(title, anchor=(1.0, 1.0))
            words.setZValue(4)
            self._plot.addItem(words, ignoreBounds=True)
            self._names[title] = words
        self.restyle()

    def restyle(self) -> None:
        """Take over colours and sizes."""
        for (_, name), line in self._lines.items():
            part, _ = curve_lines.split_name(name)
            color = pg.mkColor(THEME.tokens.part_color(part) if part else THEME.tokens.text)
            color.setAlpha(PALE)
            line.setPen(line_pen(self._samples[part], color))
        for words in self._names.values():
            words.setColor(THEME.tokens.secondary)
            words.setFont(THEME.font(13))
            words.fill = pg.mkBrush(veil())


class MomentLine:
    """A line at the moment that is looked back at."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.words = pg.TextItem("")
        for item, depth in ((self.line, 7), (self.words, 8)):
            item.setZValue(depth)
            item.setVisible(False)
            plot.addItem(item, ignoreBounds=True)
        self._at: Moment | None = None
        self.restyle()

    def show(self, moment: Moment | None, axis: str) -> None:
        """Stand at a moment, or nowhere."""
        self._at = moment
        for item in (self.line, self.words):
            item.setVisible(moment is not None)
        if moment is not None:
            self.line.setValue(float(getattr(moment, axis)))
            self.words.setText(f"step {moment.step:,}")
            self.arrange()

    def arrange(self) -> None:
        """Keep the words inside the plot, at its lower end."""
        if self._at is None:
            return
        (left, right), (bottom, _) = self._plot.box.viewRange()
        x = float(self.line.value())
        self.words.setAnchor((1.0 if x > (left + right) / 2 else 0.0, 1.0))
        self.words.setPos(x, bottom)

    def restyle(self) -> None:
        """Take over colours and sizes."""
        self.line.setPen(pg.mkPen(THEME.tokens.accent, width=2, style=Qt.PenStyle.SolidLine))
        self.words.setColor(THEME.tokens.accent)
        self.words.setFont(THEME.font(13, bold=True))
        self.words.fill = pg.mkBrush(THEME.tokens.panel)
