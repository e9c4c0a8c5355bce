"""The table of runs: a row for each, ticks that show and pin, and what can be done with the chosen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem

from playground.ui.views.run.runs import PIN, SHOW, RunsView
from tests.ui.views import results
from tests.ui.views.showing import active, shown


def cell(view: RunsView, row: int, column: int) -> QTableWidgetItem:
    item = view.table.item(row, column)
    assert item is not None
    return item


def texts(view: RunsView, row: int) -> list[str]:
    return [cell(view, row, column).text() for column in range(2, view.table.columnCount())]


def test_the_newest_run_is_first_and_says_how_it_differs_and_what_it_reached(qtbot: Any) -> None:
    view = shown(qtbot, RunsView(), results.runs(), 900)
    headings = [view.table.horizontalHeaderItem(column).text() for column in range(view.table.columnCount())]
    assert headings[:5] == ["Show", "Pin", "Run", "Settings", "Steps"] and "test accuracy" in headings
    newest, oldest = texts(view, 0), texts(view, 1)
    assert newest[:3] == ["run 2 (on screen), from run 1, step 490", "learning rate 0.01 → 0.001", "1,743"]
    assert oldest[:3] == ["run 1", "Adam 0.01, batch 20, seed 1", "1,260"]
    assert oldest[-2:] == ["0 of 1 met", "0a1b2c3d"]
    assert view.words.text().startswith("Run 2: Adam 0.001, batch 20, seed 1")


def test_ticks_show_and_pin_and_the_run_on_screen_is_always_shown(qtbot: Any) -> None:
    view = shown(qtbot, RunsView(), results.runs(), 900)
    told: list[tuple[str, int]] = []
    view.run_chosen.connect(lambda *what: told.append(what))
    for column, words in ((SHOW, ("hide", "show")), (PIN, ("pin", "unpin"))):
        item = cell(view, 1, column)
        for word in words:
            turned = item.checkState() == Qt.CheckState.Unchecked
            item.setCheckState(Qt.CheckState.Checked if turned else Qt.CheckState.Unchecked)
            assert told[-1] == (word, 1)
    own = cell(view, 0, SHOW)
    assert own.checkState() == Qt.CheckState.Checked and not own.flags() & Qt.ItemFlag.ItemIsUserCheckable
    count = len(told)
    view.show_result(results.runs())  # filling the table is nobody's choice
    assert len(told) == count


def test_keys_do_what_the_menu_does_but_not_with_the_run_on_screen(qtbot: Any) -> None:
    view = active(qtbot, RunsView(), results.runs(), 900)
    view.table.setFocus()
    view.table.selectRow(1)
    for key, words in ((Qt.Key.Key_B, "beside"), (Qt.Key.Key_G, "continue"), (Qt.Key.Key_Delete, "forget")):
        with qtbot.waitSignal(view.run_chosen) as told:
            qtbot.keyClick(view.table, key)
        assert told.args == [words, 1]
    view.table.selectRow(0)
    assert view.chosen == 2 and not any(action.isEnabled() for action in view.acts.values())
    with qtbot.assertNotEmitted(view.run_chosen):
        qtbot.keyClick(view.table, Qt.Key.Key_Delete)


def test_the_chosen_run_stays_chosen_while_others_come_and_equal_weights_are_said(qtbot: Any) -> None:
    view = shown(qtbot, RunsView(), results.runs(), 900)
    view.table.selectRow(1)
    first, second = results.runs().rows
    third = replace(second, number=3, title="run 3", result=first.result)
    view.show_result(replace(results.runs(), rows=(first, second, third)))
    assert view.chosen == 1 and view.table.rowCount() == 3
    assert "The same weights as run 3." in view.words.text()


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (0, ""),
        (1, "1 older run is no longer kept: there are at most 2. Pin those you want to keep (P)."),
        (1_200, "1,200 older runs are no longer kept: there are at most 2. Pin those you want to keep (P)."),
    ],
)
def test_runs_that_are_no_longer_kept_are_counted(qtbot: Any, gone: int, words: str) -> None:
    view = shown(qtbot, RunsView(), replace(results.runs(), gone=gone))
    assert view.words.text().startswith("Run 2: Adam 0.001")
    assert view.words.text().endswith(words or "seed 1.")
