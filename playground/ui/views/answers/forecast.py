"""Forecasts: what was, what is said of the time to come, how sure it is, and what came."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QPointF, Qt, Slot
from PySide6.QtGui import QColor, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.forecast import BANDS, Forecast, ForecastAnalysis
from playground.analysis.base import Analysis
from playground.data.base import PARTS
from playground.ui.views.answers.forecast_parts import BEHIND, Band, PartShades, ScoreTable, Strip, mark_of, readout
from playground.ui.views.base import View
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

FILL = (78, 40)
"""How strongly the bands are filled, the inner one first, from 0 to 255."""
FILL_BESIDE = 0.65
"""The same where several fans lie over each other, as a share of that."""
SHOWN_PATHS = 30
"""Paths that are drawn one by one."""
PAST = 3
"""Horizons of history before the origin that are shown, unless the window is longer."""
RESCALE_EVERY = 500
"""Milliseconds between two fits of the vertical axis while the origin stays."""
PATIENCE = 3
"""Results that may still be of an older origin after another was chosen."""


class _ModelItems:
    """The curves of one model: its bands, its paths, its forecast."""

    def __init__(self, plot: Plot, number: int) -> None:
        self.number = number
        self.bands = [Band() for _ in BANDS]
        self.paths = pg.PlotDataItem(connect="finite")
        self.line = pg.PlotDataItem(symbol=mark_of(number).symbol)
        for depth, item in enumerate((*reversed(self.bands), self.paths, self.line)):
            item.setZValue(number + 10 * depth)
            plot.addItem(item)
        self.restyle()

    def restyle(self) -> None:
        color = QColor(mark_of(self.number).color)
        self.line.setPen(pg.mkPen(color, width=THEME.px(2)))
        self.line.setSymbolBrush(color)
        self.line.setSymbolPen(pg.mkPen(THEME.tokens.panel))
        self.line.setSymbolSize(THEME.px(7))
        thin = QColor(color)
        thin.setAlpha(110)
        self.paths.setPen(pg.mkPen(thin))

    def _fill(self, share: float) -> None:
        for band, strength in zip(self.bands, FILL, strict=True):
            pale = QColor(mark_of(self.number).color)
            pale.setAlpha(round(share * strength))
            band.setBrush(pale)
            band.setPen(pg.mkPen(None))

    def show(self, result: Forecast, one_by_one: bool) -> None:
        model = result.models[self.number]
        self._fill(1.0 if len(result.models) == 1 else FILL_BESIDE)
        now = result.values[result.origin]
        x = result.times[result.origin : result.origin + 1 + result.horizon]
        self.line.setData(x[1:], model.ahead)
        for band, low, high in zip(self.bands, model.low, model.high, strict=True):
            band.setVisible(not one_by_one)
            band.show_between(x, np.append(now, low), np.append(now, high))
        paths = model.paths[:SHOWN_PATHS] if one_by_one else model.paths[:0]
        ends = np.full((len(paths), 1), np.nan)
        starts = np.full((len(paths), 1), now)
        together = np.concatenate([starts, paths, ends], axis=1)
        self.paths.setData(np.tile(np.append(x, np.nan), len(paths)), together.ravel())

    def remove(self, plot: Plot) -> None:
        for item in (*self.bands, self.paths, self.line):
            plot.removeItem(item)


class ForecastView(View):
    """History, every model's forecast with its fan, the truth, the seasonal naive forecast; the origin can be moved."""

    analysis: ClassVar[type[Analysis]] = ForecastAnalysis
    title: ClassVar[str] = "Forecast"
    empty: ClassVar[str] = "Press play to see the forecast."
    by_gesture: ClassVar[frozenset[str]] = frozenset({"origin"})
    pulses: ClassVar[int] = 2
    rank: ClassVar[int] = 96

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Forecast | None = None
        self._pending: int | None = None
        """An origin that was chosen and whose result has not come."""
        self._patience = 0
        self._own_range = False
        self._ranged: tuple[float, ...] = ()
        self._since_rescale = QElapsedTimer()
        self.model_items: list[_ModelItems] = []
        self._make_plot()
        self.strip = Strip()
        self.table = ScoreTable()
        self.legend = self.legend_in(self.plot, self.plot)
        self.paths_box = self.parameters.switch("single_paths")
        self.options_layout.addWidget(self.paths_box)
        self.body_layout.addWidget(self.plot, 1)
        self.body_layout.addWidget(self.strip)
        self.body_layout.addWidget(self.table)
        self._connect()
        self.restyle()

    def _make_plot(self) -> None:
        self.plot = Plot()
        self.plot.setAccessibleName("Forecast")
        self.plot.bottom.grouped = False
        self.plot.side.setStyle(hideOverlappingLabels=True)  # none is cut off at the edges
        self.shades = PartShades(self.plot, BEHIND)
        self.measured = pg.PlotDataItem()
        self.seen = pg.PlotDataItem()
        self.came = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.naive = pg.PlotDataItem(connect="finite")
        self.origin = pg.InfiniteLine(angle=90, movable=True)
        self.origin.setCursor(Qt.CursorShape.SizeHorCursor)
        for depth, item in enumerate((self.measured, self.seen, self.naive, self.came, self.origin)):
            item.setZValue(60 + depth)
            self.plot.addItem(item, ignoreBounds=True)
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _connect(self) -> None:
        self.origin.sigDragged.connect(self._dragged)
        self.origin.sigPositionChangeFinished.connect(self._dropped)
        self.strip.picked.connect(self._picked)
        self.strip.released.connect(self._dropped)
        for plot in (self.plot, self.strip):
            plot.hovered.connect(self._read)
            plot.left.connect(self._forget)
        self.plot.range_taken.connect(self._keep_range)
        self.plot.reset_wanted.connect(self.reset_range)
        self._shortcut("Left", self.step_back)
        self._shortcut("Right", self.step_forth)
        self._shortcut("PgUp", self.season_back)
        self._shortcut("PgDown", self.season_forth)
        self._shortcut("Home", self.first_origin)
        self._shortcut("End", self.last_origin)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _shortcut(self, key: str, slot: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        tokens = THEME.tokens
        self.plot.restyle()
        self.shades.restyle()
        self.strip.restyle()
        self.measured.setPen(pg.mkPen(tokens.text))
        self.seen.setPen(pg.mkPen(tokens.text, width=THEME.px(2)))
        self.came.setSize(THEME.px(5))
        self.came.setBrush(pg.mkBrush(tokens.text))
        self.came.setPen(pg.mkPen(None))
        self.naive.setPen(line_pen("dash", THEME.color("secondary"), THEME.px(2)))
        self.origin.setPen(pg.mkPen(tokens.accent, width=THEME.px(2)))
        self.origin.setHoverPen(pg.mkPen(tokens.accent, width=THEME.px(5)))
        for model in self.model_items:
            model.restyle()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self._settle_pending(result.origin)
        self._match_models(len(result.models))
        self.plot.name_axes(result.time_name, result.value_name)
        count, here, window = len(result.values), result.origin, result.first_origin + 1
        self.measured.setData(result.times[:count], result.values)
        seen = slice(here + 1 - window, here + 1)
        self.seen.setData(result.times[seen], result.values[seen])
        ahead = result.times[result.ahead]
        known = np.isfinite(result.truth)
        self.came.setData(ahead[known], result.truth[known])
        self.naive.setData(ahead, result.naive)
        for model in self.model_items:
            model.show(result, self.paths_box.isChecked())
        self.shades.show(result)
        self.strip.show_series(result)
        self._place_origin(self._pending if self._pending is not None else here)
        self.table.show_scores(result)
        self.legend.show_entries(self._entries(result))
        self.plot.setToolTip(plain_tip(self._tip(result)))
        self._rescale()

    def _settle_pending(self, origin: int) -> None:
        self._patience -= 1
        if origin == self._pending or self._patience <= 0:
            self._pending = None

    def _match_models(self, count: int) -> None:
        while len(self.model_items) > count:
            self.model_items.pop().remove(self.plot)
        while len(self.model_items) < count:
            self.model_items.append(_ModelItems(self.plot, len(self.model_items)))

    def _place_origin(self, step: int) -> None:
        assert self.result is not None
        place = float(self.result.times[step])
        if not self.origin.moving:
            self.origin.setValue(place)
        self.strip.origin.setValue(place)

    def _entries(self, result: Forecast) -> list[Entry]:
        tokens = THEME.tokens
        fan = f"fan: {', '.join(f'{share:.0%}' for share in BANDS)}"
        return [
            Entry(f"from {result.moments[result.origin]}"),
            Entry("measured", "line", tokens.text),
            Entry("what came", "disc", tokens.text),
            *([Entry(fan, "square", _pale(mark_of(0).color))] if result.errors_from else []),
            *(Entry(part, "square", _tint(part)) for part in PARTS),
        ]

    @staticmethod
    def _tip(result: Forecast) -> str:
        if not result.errors_from:
            return "Drag the line to forecast from another moment; with so little history there is no fan yet."
        shares = " and ".join(f"{share:.0%}" for share in BANDS)
        return (
            "Drag the line, or press ← and →, to forecast from another moment. The fan holds "
            f"{shares} of {len(result.models[0].paths)} paths, one for each seed: "
            "the forecast plus the errors that the model made over a whole horizon at an earlier time "
            f"({result.errors_from}). Dropout, where there is any, is switched on for the paths."
        )

    # The axes -------------------------------------------------------------------------------------------------------

    def _rescale(self) -> None:
        """Fit the axes: at once when the origin moved, now and then while it stays, not while it is dragged."""
        assert self.result is not None
        if self._own_range or self.origin.moving:
            return
        left, right = self._sides()
        moved = (left, right) != self._ranged[:2]
        if not moved and self._since_rescale.isValid() and self._since_rescale.elapsed() < RESCALE_EVERY:
            return
        self._since_rescale.start()
        low, high = self._heights(left, right)
        self._ranged = (left, right, low, high)
        self.plot.box.setRange(xRange=(left, right), yRange=(low, high), padding=0.0)

    def _sides(self) -> tuple[float, float]:
        result = self.result
        assert result is not None
        step = result.times[1] - result.times[0]
        past = max(result.first_origin + 1, PAST * result.horizon)
        here = result.times[result.origin]
        return float(here - (past + 0.5) * step), float(here + (1.25 * result.horizon + 0.5) * step)

    def _heights(self, left: float, right: float) -> tuple[float, float]:
        """Room for all that is measured and forecast in sight; of the fan no more than twice that."""
        result = self.result
        assert result is not None
        times = result.times[: len(result.values)]
        found = [result.values[(times >= left) & (times <= right)], result.naive]
        found += [model.ahead for model in result.models]
        together = np.concatenate(found)
        low, high = float(np.nanmin(together)), float(np.nanmax(together))
        room = (high - low) or 1.0
        ends = np.concatenate([[low, high], *(side[-1] for model in result.models for side in (model.low, model.high))])
        low, high = max(float(np.nanmin(ends)), low - room), min(float(np.nanmax(ends)), high + room)
        return low - 0.05 * (high - low), high + 0.05 * (high - low)

    @Slot()
    def reset_range(self) -> None:
        """Look at the origin again after a zoom."""
        self._own_range = False
        self._since_rescale.invalidate()
        if self.result is not None:
            self._rescale()

    @Slot()
    def _keep_range(self) -> None:
        self._own_range = True

    def settle(self) -> None:
        super().settle()
        self._since_rescale.invalidate()
        if self.result is not None:
            self._rescale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.strip.setVisible(self.height() >= THEME.px(230))

    def pose(self, posing: bool) -> None:
        self.came.opts["useCache"] = not posing  # in a vector picture they must be shapes
        for model in self.model_items:
            model.line.scatter.opts["useCache"] = not posing

    # The origin -----------------------------------------------------------------------------------------------------

    def choose_origin(self, step: int) -> None:
        """Forecast from this step, or the nearest that can be an origin.

        An example of the part under examination is looked at by all views together.
        """
        result = self.result
        if result is None:
            return
        step = min(max(step, result.first_origin), len(result.values) - 1)
        if step == self.chosen_origin:
            return
        self._pending, self._patience = step, PATIENCE
        self._place_origin(step)
        first, count = result.part_origins
        row = step - first
        an_example = 0 <= row < count
        if an_example:
            self.example_chosen.emit(row)
        self.parameters.choose("origin", None if an_example else step)
        self.wanted_changed.emit()

    @property
    def chosen_origin(self) -> int:
        """The origin that was chosen last, whether its forecast has come or not; −1 before the first."""
        if self._pending is not None:
            return self._pending
        return self.result.origin if self.result is not None else -1

    def _step_at(self, place: float) -> int:
        assert self.result is not None
        times = self.result.times
        return round((place - float(times[0])) / float(times[1] - times[0]))

    @Slot(object)
    def _dragged(self, line: pg.InfiniteLine) -> None:
        if self.result is not None:
            self.choose_origin(self._step_at(line.value()))

    @Slot(float)
    def _picked(self, place: float) -> None:
        if self.result is not None:
            self._own_range = False
            self.choose_origin(self._step_at(place))

    @Slot()
    def _dropped(self) -> None:
        if self.result is not None:
            self._place_origin(self.chosen_origin)
            self._rescale()

    @Slot()
    def step_back(self) -> None:
        """One step earlier."""
        self.choose_origin(self.chosen_origin - 1)

    @Slot()
    def step_forth(self) -> None:
        """One step later."""
        self.choose_origin(self.chosen_origin + 1)

    @Slot()
    def season_back(self) -> None:
        """One season earlier."""
        self.choose_origin(self.chosen_origin - (self.result.season if self.result is not None else 1))

    @Slot()
    def season_forth(self) -> None:
        """One season later."""
        self.choose_origin(self.chosen_origin + (self.result.season if self.result is not None else 1))

    @Slot()
    def first_origin(self) -> None:
        """The first moment of the held-out time."""
        if self.result is not None:
            self.choose_origin(self.result.part_origins[0])

    @Slot()
    def last_origin(self) -> None:
        """The last moment that was measured: what comes is not known to anyone."""
        if self.result is not None:
            self.choose_origin(len(self.result.values) - 1)

    # The mouse ------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is not None:
            self.legend.show_readout(readout(self.result, self._step_at(place.x())))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def _pale(color: str) -> str:
    """A colour as the inner band of a fan has it on the panel."""
    return mixed(color, THEME.color("panel"), 0.55).name()


def _tint(part: str) -> str:
    return mixed(THEME.tokens.part_color(part), THEME.color("panel"), 0.5).name()
