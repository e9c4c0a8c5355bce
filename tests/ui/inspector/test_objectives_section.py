"""The section Objectives of the Training tab, by mouse and keyboard; every change can be undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.document.graph import Choice
from playground.ui.inspector.inspector import Inspector
from playground.ui.inspector.objectives_section import ObjectivesSection
from playground.ui.open_document import OpenDocument

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def section(inspector: Inspector, qtbot: QtBot) -> ObjectivesSection:
    inspector.setCurrentWidget(inspector.training)
    section = inspector.training.objectives
    inspector.training.ensureWidgetVisible(section)
    qtbot.mouseClick(section.add_button, LEFT)
    qtbot.waitUntil(lambda: section.editors[0].remove.height() > 10)
    return section


def objectives(document: OpenDocument) -> tuple[Choice, ...]:
    return document.project.training.objectives


def test_one_is_added_changed_and_removed(section: ObjectivesSection, document: OpenDocument, qtbot: QtBot) -> None:
    assert objectives(document) == (Choice(id="adversarial-training"),)
    assert document.undo_stack.undoText() == "Add Adversarial training"
    editor = section.editors[0]
    assert not section.hint.isVisible() and section.add_button.text() == "Add another"
    form = editor.choice.form
    assert form is not None
    form.fields["weight"].setFocus()
    form.changed.emit("weight", 0.25)
    form.changed.emit("weight", 0.75)
    assert objectives(document)[0].parameters == {"weight": 0.75}
    document.undo_stack.undo()  # both belong to one movement of the hand
    assert objectives(document)[0].parameters == {}
    qtbot.mouseClick(editor.remove, LEFT)
    assert objectives(document) == () and section.hint.isVisible()
    assert document.undo_stack.undoText() == "Remove Adversarial training"
    document.undo_stack.undo()
    assert objectives(document) == (Choice(id="adversarial-training"),) and len(section.editors) == 1


def test_what_cannot_be_had_is_said_before_play(section: ObjectivesSection, document: OpenDocument) -> None:
    assert not section.refused.isVisible()
    project = document.project
    document.apply("", project.replace(training=project.training.replace(optimizer=Choice(id="bfgs"))))
    assert section.refused.isVisible() and "several times in a step" in section.refused.text()
    document.undo_stack.undo()
    assert not section.refused.isVisible()
