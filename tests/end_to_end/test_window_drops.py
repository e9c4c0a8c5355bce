"""Files dropped on the window that become groups on the canvas: a group file, and a project with Shift held."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from playground.document.library import find
from playground.paths import RESOURCES
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals

SHIFT = Qt.KeyboardModifier.ShiftModifier


def drop(person: Person, path: Path, keys: Qt.KeyboardModifier) -> None:
    """Let a file fall into the middle of the canvas."""
    window, canvas = person.window, person.place.canvas
    middle = window.mapFromGlobal(canvas.mapToGlobal(canvas.rect().center()))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    entering = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, LEFT, keys)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    falling = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, LEFT, keys)
    QApplication.sendEvent(window, falling)


@pytest.mark.parametrize("from_gallery", [False, True])
@pytest.mark.parametrize(("kind", "keys"), [("group", NONE), ("project", SHIFT)])
def test_it_comes_onto_the_canvas_as_one_group(
    person: Person, tmp_path: Path, kind: str, keys: Qt.KeyboardModifier, from_gallery: bool
) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    before = person.graph
    source = RESOURCES / "groups" / "residual-dense.group.json" if kind == "group" else find("xor")
    dropped = Path(shutil.copy(source, tmp_path / f"mine{'.group' if kind == 'group' else ''}.json"))
    if from_gallery:
        person.place.show_gallery()
    drop(person, dropped, keys)
    (group,) = person.graph.groups
    assert set(group.nodes) == {node.id for node in person.graph.nodes} - {node.id for node in before.nodes}
    assert person.place.canvas.isVisible() and person.place.canvas.selected_groups() == (group.id,)
    person.place.document.undo_stack.undo()
    assert person.graph == before


def test_without_shift_a_project_opens(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    dropped = Path(shutil.copy(find("xor"), tmp_path / "other.json"))
    drop(person, dropped, NONE)
    person.sees(lambda: person.place.document.path == dropped)
    assert not person.graph.groups
