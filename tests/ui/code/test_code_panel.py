"""The panel “Code”: the file of the project, its lines and its blocks, and what one takes away."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor

from playground.code.styles import STYLES, NotWritten, written_as
from playground.document import edits
from playground.document.library import find
from playground.training.opening import open_project
from playground.ui.code.highlighting import LIGHT_COLORS
from playground.ui.code.page import CodePage, difference
from playground.ui.code.panel import CodePanel, joined_ranges, nearest
from playground.ui.open_document import OpenDocument
from playground.ui.threads.analyst import Analyst
from playground.ui.widgets.theme import THEME


@pytest.fixture
def analyst() -> Iterator[Analyst]:
    analyst = Analyst()
    yield analyst
    analyst.shut_down()


def panel_of(qtbot: Any, analyst: Analyst, name: str) -> tuple[CodePanel, OpenDocument]:
    document = OpenDocument()
    document.open(open_project(find(name)))
    panel = CodePanel(document, analyst)
    qtbot.addWidget(panel)
    panel.resize(460, 600)
    panel.show()
    qtbot.waitUntil(lambda: panel.shown is not None, timeout=20_000)
    return panel, document


def test_the_file_follows_each_edit_and_stays_where_one_reads(qtbot: Any, analyst: Analyst) -> None:
    panel, document = panel_of(qtbot, analyst, "spirals")
    text = panel.page.toPlainText()
    assert text == written_as(document.project, "pytorch").text
    ast.parse(text)
    panel.page.verticalScrollBar().setValue(40)
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 5}))
    qtbot.waitUntil(lambda: "nn.Linear(2, 5)" in panel.page.toPlainText())
    assert panel.page.verticalScrollBar().value() == 40
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: panel.page.toPlainText() == text)


def test_a_hidden_panel_writes_nothing(qtbot: Any, analyst: Analyst) -> None:
    panel, document = panel_of(qtbot, analyst, "spirals")
    panel.hide()
    shown = panel.shown
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 5}))
    assert not analyst.busy("code") and panel.shown is shown
    panel.show()
    qtbot.waitUntil(lambda: "nn.Linear(2, 5)" in panel.page.toPlainText())


def test_a_chosen_block_lights_its_lines_and_a_line_chooses_its_block(qtbot: Any, analyst: Analyst) -> None:
    panel, _ = panel_of(qtbot, analyst, "spirals")
    panel.select(["dense-2"])
    lit = [panel.page.document().findBlockByNumber(n).text() for lines in panel.page.lit for n in lines]
    assert any("nn.Linear(8, 8)" in line for line in lit) and not any("nn.Linear(2, 8)" in line for line in lit)
    first = panel.page.lit[0].start
    geometry = panel.page.blockBoundingGeometry(panel.page.document().findBlockByNumber(first))
    top = geometry.translated(panel.page.contentOffset()).top()
    assert 0 <= top < panel.page.viewport().height()

    chosen: list[tuple[str, ...]] = []
    panel.nodes_chosen.connect(chosen.append)
    line = next(n for n, text in enumerate(panel.page.toPlainText().split("\n")) if "nn.Linear(2, 8)" in text)
    panel.page.setTextCursor(QTextCursor(panel.page.document().findBlockByNumber(line)))
    assert chosen[-1] == ("dense-1",)
    panel.page.setFocus()
    qtbot.keyClick(panel.page, Qt.Key.Key_Down)
    assert len(chosen) >= 1  # by keys, too, where Qt moves a cursor in a page that is only read


def test_the_switch_writes_in_other_ways_and_says_what_cannot_be(qtbot: Any, analyst: Analyst) -> None:
    panel, document = panel_of(qtbot, analyst, "spirals")
    panel.style_box.setCurrentIndex(panel.style_box.findData("distributed"))
    qtbot.waitUntil(lambda: "init_process_group" in panel.page.toPlainText(), timeout=20_000)
    document.open(open_project(find("two-layer-by-hand")))
    panel.style_box.setCurrentIndex(panel.style_box.findData("numpy"))
    qtbot.waitUntil(lambda: "import numpy" in panel.page.toPlainText() and "torch" not in panel.page.toPlainText())
    document.open(open_project(find("small-cnn-digits")))
    qtbot.waitUntil(lambda: panel.problem.isVisibleTo(panel))
    assert panel.problem.text().endswith(".") and not panel.copy_button.isEnabled()


def test_errors_on_the_canvas_leave_the_last_file_and_say_so(qtbot: Any, analyst: Analyst) -> None:
    panel, document = panel_of(qtbot, analyst, "spirals")
    text = panel.page.toPlainText()
    edge = document.graph.edges[0]
    document.edit_graph("Cut", document.graph.replace(edges=tuple(e for e in document.graph.edges if e != edge)))
    qtbot.waitUntil(lambda: "Mend the errors" in panel.problem.text())
    assert panel.page.toPlainText() == text


def test_copied_and_saved(qtbot: Any, analyst: Analyst, tmp_path: Path) -> None:
    panel, document = panel_of(qtbot, analyst, "spirals")
    told: list[tuple[str, str]] = []
    panel.told.connect(lambda text, tone: told.append((text, tone)))
    panel.copy_button.click()
    text = written_as(document.project, "pytorch").text
    assert QGuiApplication.clipboard().text() == text
    panel.save(tmp_path / "net")
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == text and told[-1][1] == "good"
    panel.save(tmp_path / "none" / "net.py")
    assert "cannot be written" in told[-1][0] and told[-1][1] == "warning"


def test_colours_of_both_themes(qtbot: Any) -> None:
    page = CodePage()
    qtbot.addWidget(page)
    page.show_text('class Net:  # words\n    """Two\n    lines."""\n    size = 1e-3 + len("a # b")\n')

    def colors(line: int) -> dict[str, str]:
        block = page.document().findBlockByNumber(line)
        return {
            block.text()[one.start : one.start + one.length]: one.format.foreground().color().name()
            for one in block.layout().formats()
        }

    assert colors(0) == {"class": LIGHT_COLORS["keyword"], "Net": LIGHT_COLORS["name"],
                         "# words": LIGHT_COLORS["comment"]}  # fmt: skip
    assert set(colors(1).values()) == set(colors(2).values()) == {LIGHT_COLORS["text"]}
    assert colors(3) == {"1e-3": LIGHT_COLORS["number"], "len": LIGHT_COLORS["builtin"],
                         '"a # b"': LIGHT_COLORS["text"]}  # fmt: skip
    THEME.use("dark")
    assert colors(0)["class"] != LIGHT_COLORS["keyword"]
    THEME.use("light")


def test_only_what_differs_is_changed() -> None:
    for before, after in (("abc", "abXc"), ("aaa", "aaaa"), ("", "new"), ("old", ""), ("same", "same")):
        start, old_end, new_end = difference(before, after)
        assert before[:start] + after[start:new_end] + before[old_end:] == after
    assert joined_ranges([1, 2, 5]) == (range(1, 3), range(5, 6))


def test_every_style_writes_python_or_says_why_not() -> None:
    for name in ("two-layer-by-hand", "iris", "gan-ring"):
        project = open_project(find(name))
        for style in STYLES:
            try:
                written = written_as(project, style.id)
            except NotWritten as refusal:
                assert str(refusal).endswith(".")
                continue
            ast.parse(written.text)
            line = next(iter(written.lines.values()))[0].start
            assert nearest(written, line)
