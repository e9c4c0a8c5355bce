"""No number, name or title of a plot lies outside of it, however small it is; nor two numbers on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QScrollArea

from playground.ui.views.answers.fit import FitView
from playground.ui.views.base import View
from playground.ui.widgets.plots import Axis, Plot
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_fit
from tests.ui.views.test_every_view import CASES, shown

WITH_PLOTS = [case for case in CASES if "legend" in case[0].analysis.model_fields]
SIZES = [(QSize(260, 200), 1.0), (QSize(420, 320), 1.0), (QSize(640, 440), 1.5)]
TOLERANCE = 1.5
"""Pixels that rounding may take."""


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


def tick_rects(axis: Axis) -> list[tuple[QRectF, str]]:
    """Where the numbers of an axis are painted, in the pixels of its plot."""
    picture = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(picture)
    painter.setFont(axis.style["tickFont"])
    specs = axis.generateDrawSpecs(painter)
    painter.end()
    return [(axis.mapRectToScene(rect), words) for rect, _, words in specs[2]] if specs is not None else []


def letterings(plot: Plot) -> list[tuple[QRectF, str]]:
    """Numbers, names of axes and title, with the room that each takes."""
    found = []
    for axis in (plot.bottom, plot.side):
        if not axis.isVisible():
            continue
        found += tick_rects(axis)
        if axis.label.isVisible():
            margin = axis.label.document().documentMargin()
            inner = axis.label.boundingRect().adjusted(margin, margin, -margin, -margin)
            found.append((axis.label.mapRectToScene(inner), axis.label.toPlainText()))
    title = plot.item.titleLabel
    if title.isVisible():
        found.append((title.item.mapRectToScene(title.item.boundingRect()), title.text))
    return found


@pytest.mark.parametrize(("size", "scale"), SIZES, ids=["tiny", "small", "large text"])
@pytest.mark.parametrize(
    ("view_class", "make"), WITH_PLOTS, ids=[f"{view.__name__}-{make.__name__}" for view, make in WITH_PLOTS]
)
def test_nothing_lies_outside_of_a_plot(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], size: QSize, scale: float
) -> None:
    THEME.set_scale(scale)
    panel = shown(qtbot, view_class, make(), size)
    panel.grab()  # pyqtgraph finds the width of its numbers when it paints them
    QApplication.processEvents()
    panel.grab()
    for plot in panel.view.findChildren(Plot):
        if not plot.isVisible():
            continue
        whole = QRectF(plot.viewport().rect()).adjusted(-TOLERANCE, -TOLERANCE, TOLERANCE, TOLERANCE)
        written = letterings(plot)
        assert written or not (plot.bottom.isVisible() or plot.side.isVisible())
        for rect, words in written:
            assert whole.contains(rect), (words, rect, whole)
        for axis in (plot.bottom, plot.side):
            for (one, first), (other, second) in combinations(tick_rects(axis), 2):
                assert not one.intersects(other), (first, second)
        around = next((area.widget() for area in panel.view.findChildren(QScrollArea) if area.isAncestorOf(plot)), None)
        around = around or panel.view
        lies = QRect(plot.mapTo(around, QPoint(0, 0)), plot.size())
        assert around.rect().adjusted(-1, -1, 1, 1).contains(lies), (lies, around.rect())


def test_the_top_number_of_a_fit_is_whole(qtbot: Any) -> None:
    panel = shown(qtbot, FitView, results_fit.share(), QSize(420, 320))
    panel.grab()
    plot = panel.view.plot
    plot.box.setYRange(0.0, 1.0, padding=0.0)
    words = {text: rect for rect, text in tick_rects(plot.side)}
    assert words["1.0"].top() >= 0.0 and words["0.0"].bottom() <= plot.height()


def test_a_name_with_markup_is_shown_as_it_is(qtbot: Any) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.name_axes("<b>age</b> & sex", "a < b")
    assert plot.bottom.label.toPlainText().strip() == "<b>age</b> & sex"
    assert plot.side.label.toPlainText().strip() == "a < b"
    plot.name_axes("a name far too long for an axis that is as short as this one is here, in a small window", "y")
    assert plot.bottom.label.toPlainText().strip().endswith("…")
