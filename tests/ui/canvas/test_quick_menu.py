"""The quick menu, with the keyboard and the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from playground.data.registry import CATALOGUE
from playground.ui.canvas.block_list import Heading
from playground.ui.canvas.kept_rows import KeptRow
from playground.ui.canvas.quick_menu import QuickMenu

# Popups on the offscreen platform say that they cannot be raised.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def menu(qtbot, document) -> QuickMenu:
    widget = QuickMenu(document)
    qtbot.addWidget(widget)
    return widget


def test_enter_takes_the_first_block_that_fits(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20), source=("dense-1", "output"))
    assert menu.isVisible()
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert chosen.args == ["dense"]
    assert not menu.isVisible()


def test_typing_filters_and_arrows_choose(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20), source=("dense-1", "output"))
    QTest.keyClicks(menu.search, "relu")
    assert menu.blocks()[0] == "relu"
    second = menu.blocks()[1]
    QTest.keyClick(menu.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert chosen.args == [second]


def test_what_does_not_fit_is_below_with_its_reason(menu) -> None:
    menu.open_at(QPoint(20, 20), source=("circles-1", "target"))
    rows = [menu.list.rows.row_of(menu.list.rows.index(number)) for number in range(menu.list.rows.rowCount())]
    border = rows.index(Heading("Does not fit here"))
    assert all(row.fits for row in rows[:border])
    assert all(not row.fits and row.reason for row in rows[border + 1 :])
    index = menu.list.rows.index_of(rows[border + 1].block)
    assert "does not fit" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_rows_show_the_resulting_shape(menu) -> None:
    menu.open_at(QPoint(20, 20), source=("dense-1", "output"))
    row = menu.list.rows.row_of(menu.list.rows.index_of("tanh"))
    assert row.shape == "batch × features 3"
    assert "which gives batch × features 3" in menu.context.text()


def test_escape_cancels(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20))
    with qtbot.assertNotEmitted(menu.chosen), qtbot.waitSignal(menu.cancelled):
        QTest.keyClick(menu.search, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_choosing_does_not_cancel(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20))
    with qtbot.assertNotEmitted(menu.cancelled):
        QTest.keyClick(menu.search, Qt.Key.Key_Return)


def test_a_click_chooses(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20), source=("dense-1", "output"))
    place = menu.list.visualRect(menu.list.rows.index_of(menu.blocks()[2])).center()
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.mouseClick(menu.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert chosen.args == [menu.blocks()[2]]


def test_words_that_nothing_has(qtbot, menu) -> None:
    menu.open_at(QPoint(20, 20))
    QTest.keyClicks(menu.search, "xyzzy")
    with qtbot.assertNotEmitted(menu.chosen):
        QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert menu.isVisible()
    menu.hide()


def test_the_menu_starts_afresh_each_time(menu) -> None:
    menu.open_at(QPoint(20, 20))
    QTest.keyClicks(menu.search, "relu")
    menu.hide()
    menu.open_at(QPoint(20, 20))
    assert menu.search.text() == ""
    assert len(menu.blocks()) == sum(block.listed for block in CATALOGUE.values())
    menu.hide()


def test_the_menu_stays_on_the_screen(menu) -> None:
    menu.open_at(QPoint(5_000, 5_000))
    screen = menu.screen().availableGeometry()
    assert screen.contains(menu.geometry())
    menu.hide()


def test_before_an_input_the_menu_says_so(menu) -> None:
    menu.open_at(QPoint(20, 20), target=("dense-1", "input"))
    assert menu.context.text() == "Before Dense 1"
    menu.hide()


def test_a_on_a_selected_block_opens_the_menu_and_appends(canvas, document) -> None:
    canvas.select(["dense-1"])
    QTest.keyClick(canvas, Qt.Key.Key_A)
    menu = canvas.quick_menu
    assert menu.isVisible()
    QTest.keyClicks(menu.search, "tanh")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    added = canvas.selected_node()
    assert document.graph.node(added).block == "tanh"
    assert [edge.source for edge in document.graph.into(added)] == ["dense-1"]


def test_a_ready_group_is_found_by_its_words_and_put_behind_the_selected_block(qtbot, canvas, document) -> None:
    canvas.select(["dense-1"])
    QTest.keyClick(canvas, Qt.Key.Key_A)
    menu = canvas.quick_menu
    QTest.keyClicks(menu.search, "residual dense")
    rows = [menu.list.rows.row_of(menu.list.rows.index(number)) for number in range(menu.list.rows.rowCount())]
    found = next(number for number, row in enumerate(rows) if isinstance(row, KeptRow))
    menu.list.setCurrentIndex(menu.list.rows.index(found))
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    (group,) = document.graph.groups
    assert rows[found].title in group.title and not menu.isVisible()
    assert any(edge.source == "dense-1" and edge.target in group.nodes for edge in document.graph.edges)
