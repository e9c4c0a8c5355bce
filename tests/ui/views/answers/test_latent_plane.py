"""The latent plane: points by class, decoded pictures, and the example that is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from playground.analysis.answers.latent_plane import LatentPlaneAnalysis
from playground.ui.views.answers.latent_plane import JOINT, LatentPlaneView, mosaic
from playground.ui.widgets import drawing
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_autoencoder as results
from tests.ui.views.showing import active


def place_of(view: LatentPlaneView, row: int) -> QPoint:
    assert view.result is not None
    x, y = view.result.codes[row].tolist()
    return view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(x, y)))


def test_every_class_has_a_colour_and_a_shape_of_its_own(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    entries = view.legend.entries[:10]
    assert [entry.text for entry in entries] == list("0123456789")
    assert len({entry.symbol for entry in entries}) == len({entry.color for entry in entries}) == 10
    for number, cloud in enumerate(view.clouds):
        assert cloud.opts["symbol"] == drawing.class_symbol(number)
        x, y = cloud.getData()
        np.testing.assert_allclose(np.stack([x, y], axis=1), view.result.codes[number::10], rtol=1e-6)
    assert view.legend.entries[10].text == "test: the first 60 of 80 examples"
    assert view.plot.names == ("Code 1", "Code 2")


def test_points_without_classes_have_the_colour_of_their_part(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.plane_without_classes())
    assert len(view.clouds) == 1 and len(view.clouds[0].getData()[0]) == 60
    assert view.clouds[0].opts["brush"].color() == QColor(THEME.tokens.test)


def test_fewer_classes_leave_no_points_behind(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    view.show_result(results.latent_plane(classes=2))
    assert [cloud.isVisible() for cloud in view.clouds] == [True] * 2 + [False] * 8


def test_a_point_under_the_mouse_is_read_out_with_its_picture(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    assert view.thumb.isHidden()
    x, y = view.result.codes[7].tolist()
    view.plot.hovered.emit(QPointF(x, y))
    assert view.legend.readout.startswith("test example 8 (7): Code 1 ")
    assert view.thumb.isVisible() and not view.thumb.geometry().contains(place_of(view, 7))
    assert view.plot.rect().contains(view.thumb.geometry())
    view.plot.hovered.emit(QPointF(0.0, 0.0))
    assert view.legend.readout == "" and view.thumb.isHidden()


def test_a_click_on_a_point_and_the_arrows_examine_another_example(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    view.plot.grab()
    with qtbot.waitSignal(view.example_chosen) as clicked:
        qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view, 7))
    row = clicked.args[0]
    assert (place_of(view, row) - place_of(view, 7)).manhattanLength() < 3
    view.plot.setFocus()
    for key, expected in ((Qt.Key.Key_Right, 5), (Qt.Key.Key_Left, 3)):
        with qtbot.waitSignal(view.example_chosen) as pressed:
            qtbot.keyClick(view.plot, key)
        assert pressed.args == [expected]


def test_decoded_pictures_fill_the_plane_the_right_way_round(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.decoded_plane())
    (left, right), (bottom, top) = view.plot.box.viewRange()
    assert [left, right, bottom, top] == pytest.approx(view.result.decoded.extent)
    drawn = mosaic(view.result.decoded)
    assert drawn.shape == (3 * 9, 5 * 9, 3)
    assert (drawn[2 * 9 + 1 :, 1:9] == 153).all()  # a plot draws the last row on top
    assert (drawn[0] == JOINT).all() and drawn[: 2 * 9, 9:].max() == JOINT
    image = view.plot.grab().toImage()
    corner = view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(left + (right - left) / 20, top - 0.1)))
    assert image.pixelColor(corner).value() == 153


def test_ticking_decoded_asks_for_as_many_pictures_as_have_room(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    assert view.wanted() == LatentPlaneAnalysis()
    with qtbot.waitSignal(view.wanted_changed):
        view.decoded_box.setChecked(True)
    small = view.wanted()
    assert small.columns >= 4 and small.rows >= 4
    with qtbot.waitSignal(view.wanted_changed):
        view.resize(900, 600)
    assert view.wanted().columns > small.columns
    view.show_result(replace(results.latent_plane(), decoder=False))
    assert view.decoded_box.isHidden()


def test_the_axes_follow_the_points_without_trembling_and_never_against_a_person(qtbot: Any) -> None:
    view = active(qtbot, LatentPlaneView(), results.latent_plane())
    before = view.plot.box.viewRange()
    result = results.latent_plane()
    view.show_result(replace(result, codes=result.codes * np.float32(0.95)))
    assert view.plot.box.viewRange() == before
    view.show_result(replace(result, codes=result.codes * np.float32(3.0)))
    assert view.plot.box.viewRange()[0][1] > 2.5
    view.plot.box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
    view.plot.box.sigRangeChangedManually.emit(view.plot.box.state["mouseEnabled"])
    view.show_result(result)
    assert view.plot.box.viewRange() == [[0, 1], [0, 1]]
    view.plot.reset_wanted.emit()
    assert view.plot.box.viewRange()[0] == pytest.approx(before[0])


def test_codes_that_ran_away_are_left_out(qtbot: Any) -> None:
    result = results.latent_plane(classes=1)
    codes = result.codes.copy()
    codes[3] = np.nan
    view = active(qtbot, LatentPlaneView(), replace(result, codes=codes))
    assert len(view.clouds[0].getData()[0]) == 59
    assert view.nearest(QPointF(*codes[5].tolist())) == 5
