"""What comes from a file is shown as it is: titles, notes and names are never taken for markup, wherever they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QMessageBox,
    QPushButton,
    QWidget,
)

import playground.ui
from playground.document.graph import Note
from playground.document.project import Project
from playground.editing.commands import rename
from playground.ui.views.registry import VIEWS
from playground.ui.widgets.question import Choice, tell
from tests.end_to_end.conftest import Person, spirals

HOSTILE = "<b>x</b><img src='file:///nothing.png'>\nR & D[*]\u05e9\u05dc\u05d5\u05dd"
MARKUP = "<img src='file"
KEY_MARK = re.compile(r"(?<!&)& D")
CONTESTS = ("race", "luck", "ensemble")


def hostile_project() -> Project:
    project = spirals()
    graph = project.graph
    nodes = tuple(node.replace(title=f"{HOSTILE}{number}") for number, node in enumerate(graph.nodes))
    return project.replace(
        title=HOSTILE, summary=HOSTILE, lesson=f"{HOSTILE}\n{HOSTILE}", author=HOSTILE,
        graph=graph.replace(nodes=nodes, notes=(Note(id="note-1", text=HOSTILE),)),
    )  # fmt: skip


def taken_for_markup() -> list[str]:
    """Labels and tool tips, anywhere in the program, that would read markup out of foreign text."""
    bad = []
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel) and MARKUP in widget.text() and reads_markup(widget):
            bad.append(f"label in {_place(widget)}: {widget.text()[:80]}")
        tips = [widget.toolTip(), *(action.toolTip() for action in widget.actions())]
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            tips += _tips(widget.model())
        bad += [f"tip in {_place(widget)}: {tip[:80]}" for tip in tips if MARKUP in tip and GuiQt.mightBeRichText(tip)]
    for action in QApplication.instance().findChildren(QAction):
        if MARKUP in action.toolTip() and GuiQt.mightBeRichText(action.toolTip()):
            bad.append(f"tip of {action.text()}")
        if KEY_MARK.search(action.text()):
            bad.append(f"menu: {action.text()}")
    return bad + taken_for_keys() + drawn_as_markup()


def taken_for_keys() -> list[str]:
    """Buttons that would make an underlined letter of "&", and lines of it."""
    kinds = (QPushButton, QCheckBox)
    buttons = [widget for widget in QApplication.allWidgets() if isinstance(widget, kinds)]
    return [f"button: {one.text()}" for one in buttons if KEY_MARK.search(one.text())]


def drawn_as_markup() -> list[str]:
    """Words in plots and on the canvas that were read as markup."""
    views = [widget for widget in QApplication.allWidgets() if isinstance(widget, QGraphicsView)]
    texts = [item for view in views if view.scene() for item in view.scene().items()]
    return [
        f"drawn: {item.toPlainText()[:80]}" for item in texts
        if isinstance(item, QGraphicsTextItem) and "nothing.png" in item.toHtml() and MARKUP not in item.toPlainText()
    ]  # fmt: skip


def reads_markup(label: QLabel) -> bool:
    automatic = label.textFormat() == Qt.TextFormat.AutoText and GuiQt.mightBeRichText(label.text())
    return automatic or label.textFormat() in (Qt.TextFormat.RichText, Qt.TextFormat.MarkdownText)


def _tips(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    found: list[str] = []
    for row in range(min(model.rowCount(parent), 60)):
        # Lists keep their number of columns to themselves.
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(min(columns, 12)):
            index = model.index(row, column, parent)
            tip: Any = model.data(index, Qt.ItemDataRole.ToolTipRole)
            found += [tip] if isinstance(tip, str) else []
            found += _tips(model, index) if column == 0 else []
    return found


def _place(widget: QWidget) -> str:
    names = []
    while widget is not None:
        names.append(type(widget).__name__)
        widget = widget.parentWidget()
    return " < ".join(names)


def test_no_label_and_no_tip_reads_markup_from_a_file(person: Person, tmp_path: Path) -> None:
    person.opens(hostile_project(), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(5)
    person.sees(lambda: person.step == 5)
    title = person.window.windowTitle()
    assert "R & D" in title and "\n" not in title and "[*]" not in title
    person.place.canvas.select(["dense-1"])
    rename(person.place.document, "dense-1", f"{HOSTILE} again")
    assert person.place.actions.act["undo"].text().count("\n") == 0
    seen = taken_for_markup()
    for node in person.project.graph.nodes:
        person.place.inspector.select(node.id)
        seen += taken_for_markup()
    for identifier in VIEWS:
        if identifier not in CONTESTS and not person.place.views.why_not(identifier):
            person.place.views.open(identifier)
            view = person.place.views.dock(identifier).view
            person.sees(lambda view=view: view.result is not None or bool(view.message))
            seen += taken_for_markup()
            person.place.views.close(identifier)
    person.place.messages.tell(f"{HOSTILE} cannot be read.", [(HOSTILE, lambda: None)])
    person.place.show_gallery()
    assert sorted(set(seen + taken_for_markup())) == []


def test_message_boxes_are_plain_and_show_all_their_words(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    words = f"“{HOSTILE}” has work that is in no file, and it could not be kept for later: the disk is full."
    seen: list[str] = []

    def look(box: QMessageBox) -> int:
        box.show()
        label = box.findChild(QLabel, "qt_msgbox_label")
        needed = label.fontMetrics().horizontalAdvance(label.text()) if not label.wordWrap() else 0
        assert needed <= label.width() and label.heightForWidth(label.width()) <= label.height()
        assert taken_for_markup() == []
        seen.append(label.text())
        box.close()
        return int(Choice.Ok.value)

    monkeypatch.setattr(QMessageBox, "exec", look)
    tell(person.window, "Not saved", words)
    assert seen == [words]


def test_labels_are_made_plain_in_every_room_of_the_window() -> None:
    """`Label` is plain; a bare QLabel guesses, and guesses wrongly at the first file with a "<" in a name."""
    folder = Path(playground.ui.__file__).parent
    bare = re.compile(r"(?<!\w)QLabel\(|\(QLabel\)")
    allowed = {folder / "widgets" / "labels.py", folder / "shell" / "companion.py", *(folder / "canvas").glob("*.py")}
    files = [path for path in sorted(folder.rglob("*.py")) if path not in allowed]
    assert [path.name for path in files if bare.search(path.read_text(encoding="utf-8"))] == []
