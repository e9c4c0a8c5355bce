"""The attribution view: what is asked for, what is said, where the mouse is, and pictures of long lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from playground.analysis.answers.attribution import AttributionAnalysis
from playground.ui.views.answers.attribution import AttributionView
from playground.ui.views.answers.attribution_pictures import map_colors, overlay_colors
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME
from tests.ui.views import results_attribution as results


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


@pytest.fixture
def view(qtbot: Any) -> AttributionView:
    view = AttributionView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.resize(700, 480)
    view.show()
    return view


def show(view: AttributionView, result: Any) -> None:
    view.show_result(result)
    view.settle()


def test_the_choices_become_parameters(view: AttributionView) -> None:
    show(view, results.picture())
    assert view.wanted() == AttributionAnalysis()
    view.method_box.setCurrentIndex(view.method_box.findData("occlusion"))
    view.window_box.setValue(5)
    view.stride_box.setValue(2)
    view.baseline_box.setCurrentIndex(view.baseline_box.findData("mean"))
    view.class_box.setCurrentIndex(view.class_box.findText("true"))
    assert view.wanted() == AttributionAnalysis(
        method="occlusion", window=5, stride=2, baseline="mean", explained="true"
    )
    view.class_box.setCurrentIndex(view.class_box.findText("7"))
    view.mean_box.setChecked(True)
    wanted = view.wanted()
    assert (wanted.explained, wanted.output, wanted.averaged) == ("output", 7, True)


def test_every_choice_asks_for_another_result(qtbot: Any, view: AttributionView) -> None:
    show(view, results.picture())
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.keyClick(view.method_box, Qt.Key.Key_Down)
    assert view.wanted().method == "saliency"
    with qtbot.waitSignal(view.example_chosen) as chosen:
        view.example_box.setValue(9)
    assert chosen.args == [8]


def test_the_words_say_what_was_predicted_and_what_the_numbers_sum_to(view: AttributionView) -> None:
    show(view, results.picture())
    assert view.words.text() == "predicted 1 (0.82), true 7"
    words = [entry.text for entry in view.legend.entries]
    assert words[:3] == ["for “1”", "against “1”", "counts much"]
    assert words[3:] == ["score 5.50, of the baseline 0.250", "integrated gradients sum to 5.25, off by 0"]
    show(view, results.series())
    assert view.legend.entries[-1].text.endswith(": take more steps (⋯)")
    assert view.words.text() == "predicted 2.5, true 2"
    assert [view.class_box.itemText(row) for row in range(view.class_box.count())] == ["output 1", "output 2"]
    show(view, results.mean_table())
    assert view.words.text() == "mean over 50 test examples"
    assert not view.example_box.isEnabled()


def test_maps_are_orange_against_and_blue_for(view: AttributionView) -> None:
    result = results.one_map()
    (shown,) = result.maps
    colors = map_colors(shown)
    assert QColor(*colors[2, 3].tolist()) == QColor(POSITIVE)
    assert colors[1, 0, 0] > colors[1, 0, 2]  # orange
    upon = overlay_colors(result, shown)
    assert QColor(*upon[2, 3].tolist()) == QColor(POSITIVE)
    untouched = upon[7, 7]
    assert untouched[0] == untouched[1] == untouched[2]


def test_one_method_is_shown_beside_and_upon_the_example(view: AttributionView) -> None:
    show(view, results.one_map())
    assert [tile.caption for tile in view.pictures.tiles] == [
        "the example", "Integrated gradients", "upon the example",
    ]  # fmt: skip
    show(view, results.picture())
    assert len(view.pictures.tiles) == 6
    plain = view.pictures.tiles[2].picture
    view.overlay_box.setChecked(True)
    assert view.pictures.tiles[2].picture != plain


@pytest.mark.parametrize("size", [QSize(700, 480), QSize(330, 240), QSize(260, 700)])
def test_no_picture_lies_upon_another(view: AttributionView, size: QSize) -> None:
    view.resize(size)
    show(view, results.picture())
    boxes = [view.pictures.box(number) for number in range(6)]
    for number, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[number + 1 :])
        assert box.right() <= view.pictures.width() and box.width() >= 56


def test_the_number_under_the_mouse_is_read_out(qtbot: Any, view: AttributionView) -> None:
    show(view, results.picture())
    box = view.pictures.box(3)
    place = QPoint(round(box.left() + box.width() * 3.5 / 8), round(box.top() + box.height() * 2.5 / 8))
    qtbot.mouseMove(view.pictures, place + QPoint(1, 1))
    qtbot.mouseMove(view.pictures, place)
    assert view.legend.readout == "row 3, column 4: pixel 16.0; integrated gradients +0.500"
    show(view, results.few_columns())
    row = view.bars.bar_box(0, 0)
    assert view.bars.words_at(row.center()) == "colour = red (10.0): gradient × input −1.00"
    assert view.bars.accessibleDescription().startswith("colour = red (10.0): gradient × input −1.00; ")
    assert view.bars.words_at(QPointF(5, view.bars.bar_box(2, 0).bottom() + 30)) == ""
    show(view, results.series())
    strip = view.trace.strip(1)
    assert view.trace.words_at(strip.center()).startswith("step 13 of 24, 292: gradient × input")


def test_bars_are_sorted_by_size_and_point_to_their_side(view: AttributionView) -> None:
    show(view, results.few_columns())
    sizes = np.abs(results.few_columns().maps[0].values[view.bars.order])
    assert (np.diff(sizes) <= 0).all()
    picture = view.bars.grab().toImage()
    for row, column in enumerate(view.bars.order.tolist()):
        box = view.bars.bar_box(row, 0)
        colors = {
            picture.pixelColor(int(x), int(box.center().y())).name()
            for x in np.arange(box.left(), box.right())
        }
        value = results.few_columns().maps[0].values[column]
        assert (NEGATIVE in colors) == (value < 0) and (POSITIVE in colors) == (value > 0)


def test_long_names_are_shortened_and_many_rows_scroll(view: AttributionView) -> None:
    view.resize(360, 260)
    show(view, results.table())
    assert view.bars.minimumSizeHint().height() > view.areas.height()
    short = view.bars.short_name(29, view.bars.name_width())
    assert "…" in short and short.endswith(" = 1,000") and short.startswith("a ra")


def test_a_saved_picture_shows_all_rows_of_a_long_list(view: AttributionView, tmp_path: Path) -> None:
    view.resize(500, 300)
    show(view, results.table())
    assert view.picture_widget() is view.bars
    view.save_png(tmp_path / "all.png")
    assert QImage(str(tmp_path / "all.png")).height() > 2 * 30 * 20
    assert view.heading == "Attribution"
    show(view, results.few_columns())
    assert view.picture_widget() is view


def test_words_stand_on_the_colours_of_what_they_say(view: AttributionView) -> None:
    for width in (700, 240):
        view.resize(width, 480)
        show(view, results.tokens())
        cells = [view.sequence.cell(number, step) for number in range(2) for step in range(30)]
        for number, cell in enumerate(cells):
            assert cell.right() <= view.sequence.width()
            assert not any(cell.adjusted(1, 1, -1, -1).intersects(other) for other in cells[number + 1 :])
    assert view.sequence.words_at(view.sequence.cell(1, 2).center()).startswith("step 3, C: gradient × input ")
    show(view, results.tokens(averaged=9))
    assert view.sequence.word(4) == "5"


def test_the_units_of_a_block_are_named_and_the_strongest_comes_first(qtbot: Any, view: AttributionView) -> None:
    show(view, results.picture())
    view.class_box.setCurrentIndex(view.class_box.findText("9"))
    with qtbot.waitSignal(view.wanted_changed):
        show(view, results.units())
    choices = [view.class_box.itemText(row) for row in range(view.class_box.count())]
    assert choices == ["strongest", "unit 1", "unit 2", "unit 3"] and view.class_box.currentText() == "strongest"
    assert view.words.text() == "Code · unit 3 gives 0.75"
    assert view.legend.entries[0].text == "for “unit 3”"


def test_channels_of_a_coloured_picture_add_up(view: AttributionView) -> None:
    show(view, results.colored())
    shown = results.colored().maps[1]
    assert shown.shown.shape == (8, 8) and shown.shown[0, 0] == 1.0 and shown.shown[0, 7] == -0.5
    box = view.pictures.box(2)
    words = view.pictures.words_at(QPointF(box.left() + 2, box.top() + 2))
    assert words == "row 1, column 1: pixel 1.00, 0, 0; gradient × input +1.00"


def test_where_there_is_no_room_for_all_methods_it_says_how_many_are_shown(view: AttributionView) -> None:
    view.resize(900, 400)
    show(view, results.table())
    assert len(view.bars.maps) == 5
    view.resize(340, 400)
    QApplication.processEvents()
    assert 1 <= len(view.bars.maps) < 5
    assert "integrated-gradients" in [shown.method for shown in view.bars.maps]
    boxes = [view.bars.bar_box(0, number) for number in range(len(view.bars.maps))]
    assert all(box.width() >= 40 for box in boxes) and boxes[-1].right() <= view.bars.width() + 1
