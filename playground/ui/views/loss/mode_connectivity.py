"""Between two solutions: the loss on the straight line and around the bend, along the way or from above."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from playground.analysis.base import Analysis
from playground.analysis.loss.mode_connectivity import ModeConnectivity, ModeConnectivityAnalysis, Profile
from playground.ui.views.base import View
from playground.ui.views.shared.contours import HeightScale
from playground.ui.views.shared.curve_lines import to_scale
from playground.ui.views.shared.surface_plot import DARK, OWN, PATH, ContourPlot, style_of
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import check_box, combo_box
from playground.ui.widgets.plots import NO_LOGARITHM, Plot
from playground.ui.widgets.theme import THEME

LINES = (("line", "train", "dash"), ("line", "test", "dot"), ("bend", "train", "line"), ("bend", "test", "dot"))
"""Which way and which examples each curve is of, and how it is drawn."""
FLAT = 1e-6
"""A barrier that is lower is none."""
LOW = 0.1
"""A barrier around the bend under this share of that on the line counts for hardly any."""


class ModeConnectivityView(View):
    """What lies between this network and a second one, as a profile of the loss or on a plane."""

    analysis: ClassVar[type[Analysis]] = ModeConnectivityAnalysis
    title: ClassVar[str] = "Between two solutions"
    empty: ClassVar[str] = "Press play; when this network has learned, see what lies between it and a second one."
    pulses: ClassVar[int] = 30

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ModeConnectivity | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("What lies between")
        self.plot = Plot()
        self.plot.setAccessibleName("Loss between two networks")
        self.curves = {key[:2]: pg.PlotCurveItem(connect="finite") for key in LINES}
        for curve in self.curves.values():
            self.plot.addItem(curve)
        self.surface = ContourPlot()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.plot)
        self.pages.addWidget(self.surface)
        self.legend = self.legend_in(self.pages, self.plot, self.surface)
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.pages, 1)
        self._make_options()
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.plot.reset_wanted.connect(self.renew)
        self.restyle()

    def _make_options(self) -> None:
        self.picture_box = combo_box(
            "Picture", "The loss along both ways, or both ways from above on the plane that holds them",
            [("Along the ways", "profile"), ("From above", "plane")],
        )  # fmt: skip
        self.log_box = self.parameters.switch("logarithmic")
        self.run_box = check_box(
            "To the other run", "Go to a run that is shown beside this one; else a second network is trained", True
        )
        self.other_button = QPushButton("Another second network")
        self.other_button.setAccessibleName("Another second network")
        self.other_button.setToolTip("Train one from other first weights: is the way to every solution the same?")
        rows = [("Picture", self.picture_box), ("", self.log_box), ("", self.run_box), ("", self.other_button)]
        self.add_more(rows)
        self.parameters.bind("picture", self.picture_box)
        self.parameters.bind("other_run", self.run_box)
        self.other_button.clicked.connect(self._another)

    @Slot()
    def _another(self) -> None:
        self.run_box.setChecked(False)
        self.parameters.choose("seed", self.parameters.value("seed") + 1)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.restyle()
        self.surface.dress()
        self.words.setFont(THEME.font(13))
        for way, part, sample in LINES:
            self.curves[way, part].setPen(line_pen(sample, QColor(THEME.tokens.part_color(part)), THEME.px(2)))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.words.setText(in_words(result))
        above = self.picture_box.currentData() == "plane" and result.plane is not None
        self.pages.setCurrentWidget(self.surface if above else self.plot)
        if result.plane is not None and above:
            self.surface.show_surface(result.plane, HeightScale.of(result.plane.values, True))
            self.legend.show_entries(self._plane_entries(result))
            return
        logarithmic = self.log_box.isChecked()
        self.plot.side.logarithmic = logarithmic
        self.plot.name_axes("from this network (0) to the second (1)", "loss (log scale)" if logarithmic else "loss")
        shown: list[np.ndarray] = []
        for (way, part), curve in self.curves.items():
            values = _values(result, way, part)
            curve.setVisible(values is not None)
            if values is not None:
                shown.append(to_scale(values, logarithmic))
                curve.setData(result.ways, shown[-1])
        together = np.concatenate(shown)
        self.plot.say(NO_LOGARITHM if logarithmic and not np.isfinite(together).any() else "")
        self._fit(together, logarithmic)
        self.legend.show_entries(self._profile_entries(result))

    def _fit(self, values: np.ndarray, logarithmic: bool) -> None:
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if not logarithmic:
            low = min(low, 0.0)
        room = 0.05 * max(high - low, 1e-9)
        self.plot.box.setRange(xRange=(-0.02, 1.02), yRange=(low - room, high + room), padding=0.0)

    def _profile_entries(self, result: ModeConnectivity) -> list[Entry]:
        train, test = THEME.tokens.part_color("train"), THEME.tokens.part_color("test")
        found = [Entry("straight", "dash", train)]
        if result.bend is not None:
            found.append(Entry("around the bend", "line", train))
        if len(result.line.test):
            found.append(Entry("test", "dot", test))
        if self.picture_box.currentData() == "plane":
            found.append(Entry("from above when the bend is trained"))
        return [*found, Entry(f"{result.examples} train examples")]

    def _plane_entries(self, result: ModeConnectivity) -> list[Entry]:
        style = style_of(0)
        return [
            Entry("this network", "disc", PATH),
            Entry(f"second: {result.second}", "disc", DARK),
            Entry("straight", OWN.sample, OWN.color),
            Entry("around the bend", style.sample, style.color),
            Entry("dark is low"),
        ]

    def pose(self, posing: bool) -> None:
        self.surface.draw_shapes(posing)

    def settle(self) -> None:
        super().settle()
        self.surface.fit()

    # Reading --------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None or not 0.0 <= place.x() <= 1.0:
            return
        index = int(np.abs(self.result.ways - place.x()).argmin())
        words = [f"at {self.result.ways[index]:.2f} of the way"]
        for way, part, name in (("line", "train", "straight"), ("bend", "train", "around the bend")):
            values = _values(self.result, way, part)
            if values is not None:
                words.append(f"{name} {number_words(float(values[index]))}")
        self.legend.show_readout(", ".join(words))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def _values(result: ModeConnectivity, way: str, part: str) -> np.ndarray | None:
    """The losses of one curve; None where there are none."""
    profile: Profile | None = result.line if way == "line" else result.bend
    values = None if profile is None else getattr(profile, part)
    return values if values is not None and len(values) else None


def in_words(result: ModeConnectivity) -> str:
    """What lies between the two networks, for a person who reads no curves."""
    line = result.line
    straight = f"On the straight line the loss climbs {_climb(line)}."
    if result.bend is None:
        learned = f"The second network ({result.second}) has learned {result.second_steps:,} of {result.step:,} steps. "
        return straight if result.second_steps >= result.step else learned + straight
    around = f"Around the bend: {_climb(result.bend)}."
    if not result.whole:
        return f"{straight} {around} The bend has learned {100 * result.bent:.0f} %."
    if line.barrier < FLAT:
        return f"{straight} Nothing lies between these two."
    if result.bend.barrier < LOW * line.barrier:
        return f"{straight} {around} Both lie in one connected valley."
    return f"{straight} {around} This bend finds no low way."


def _climb(profile: Profile) -> str:
    """How far the loss rises over its ends, and where most."""
    if profile.barrier < FLAT:
        return "nowhere"
    return f"by {number_words(profile.barrier)}, most at {profile.top:.2f} of the way"
