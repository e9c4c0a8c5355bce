"""The view of real and generated points: colours, ticks, words under the mouse, and what can be switched off."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from playground.analysis.answers.generated_points import GeneratedPointsAnalysis
from playground.ui.views.answers.generated_points import COVERED, MISSING, GeneratedPointsView
from playground.ui.widgets import drawing
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_generated


@pytest.fixture
def view(qtbot: Any) -> GeneratedPointsView:
    THEME.use("light")
    made = GeneratedPointsView()
    qtbot.addWidget(made)
    made.resize(420, 420)
    made.show()
    made.show_result(results_generated.generated())
    made.settle()
    return made


def words(view: GeneratedPointsView) -> list[str]:
    return [entry.text for entry in view.legend.entries]


def test_the_legend_counts_the_modes(view: GeneratedPointsView) -> None:
    assert words(view) == ["real (test)", "generated", "4 of 4 modes covered", "100% near a mode"]
    assert [entry.sample for entry in view.legend.entries[:2]] == ["disc", "diamond"]
    view.show_result(results_generated.collapsed())
    assert words(view)[2:] == ["1 of 4 modes covered", "100% near a mode"]
    view.show_result(dataclasses.replace(results_generated.generated(), modes=None))
    assert words(view) == ["real (test)", "generated"] and view.rings == []


def test_every_mode_has_a_tick_or_a_cross_outside_the_ring(view: GeneratedPointsView) -> None:
    assert [ring.tick.toPlainText() for ring in view.rings] == ["✓"] * 4
    view.show_result(results_generated.collapsed())
    assert [ring.tick.toPlainText() for ring in view.rings] == ["✓", "✗", "✗", "✗"]
    assert [ring.circle.pen().color().name() for ring in view.rings] == [COVERED, MISSING, MISSING, MISSING]
    assert view.rings[1].circle.pen().style() == Qt.PenStyle.DashLine
    for ring in view.rings:
        assert np.hypot(ring.tick.pos().x(), ring.tick.pos().y()) == pytest.approx(4.0 + 1.8, abs=1e-4)
    assert len(view.rings) == 4


def test_points_have_the_colours_of_the_field_and_shapes_of_their_own(view: GeneratedPointsView) -> None:
    assert view.real.opts["symbol"] == "o" and view.generated.opts["symbol"] == "d"
    assert view.generated.opts["brush"].color() == drawing.class_color(0)
    assert view.real.opts["brush"].color() == drawing.class_color(1)
    image = view.field.image.astype(int)
    outside, on_ring = image[0, 0], image[int(np.abs(np.linspace(-6, 6, 24) - 4).argmin()), 12]
    assert outside[0] > outside[2] and on_ring[2] > on_ring[0]  # orange outside, blue on the ring


def test_field_real_points_and_modes_can_be_switched_off(view: GeneratedPointsView) -> None:
    for box in (view.field_box, view.real_box, view.modes_box):
        box.setChecked(False)
    assert not view.field.isVisible() and not view.real.isVisible() and view.rings == []
    assert words(view)[0] == "generated"
    view.modes_box.setChecked(True)
    assert len(view.rings) == 4


def test_both_axes_have_names_and_the_same_scale(view: GeneratedPointsView) -> None:
    assert view.plot.names == ("x1", "x2")
    assert view.plot.box.state["aspectLocked"]
    (left, right), (bottom, top) = view.plot.box.viewRange()
    size = view.plot.box.size()
    assert (right - left) / size.width() == pytest.approx((top - bottom) / size.height(), rel=1e-3)
    wanted = view.wanted()
    assert isinstance(wanted, GeneratedPointsAnalysis)
    assert wanted.aspect == pytest.approx(size.width() / size.height(), abs=0.03)


def test_the_mouse_reads_the_field_and_the_mode(view: GeneratedPointsView) -> None:
    view.show_result(results_generated.collapsed())
    assert view.readout(0.0, 4.0).startswith("x1 0, x2 4.00: real by ")
    assert view.readout(0.0, 4.0).endswith("· mode 1 gets 100% of the generated")
    assert view.readout(4.0, 0.0).endswith("· mode 2 gets 0% of the generated")
    assert view.readout(0.0, 0.0) == "x1 0, x2 0: real by 0%"
    assert view.readout(7.0, 0.0) == ""
    view.plot.hovered.emit(QPointF(0.0, 4.0))
    assert "mode 1" in view.legend.readout
    view.plot.left.emit()
    assert view.legend.readout == ""


def test_the_same_real_points_are_drawn_once(view: GeneratedPointsView, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(view.real, "setData", lambda **data: drawn.append(len(data["pos"])))
    for _ in range(3):
        view.show_result(results_generated.collapsed())
    assert drawn == []
    view.show_result(dataclasses.replace(results_generated.collapsed(), real=np.zeros((3, 2), dtype=np.float32)))
    assert drawn == [3]


def test_a_mode_without_size_is_not_drawn(view: GeneratedPointsView) -> None:
    result = results_generated.collapsed()
    assert result.modes is not None
    reaches = result.modes.reaches.copy()
    reaches[2] = 0.0
    view.show_result(dataclasses.replace(result, modes=dataclasses.replace(result.modes, reaches=reaches)))
    assert [ring.circle.isVisible() for ring in view.rings] == [True, True, False, True]
    view.show_result(dataclasses.replace(result, modes=None))
    assert "mode" not in view.readout(0.0, 4.0)
