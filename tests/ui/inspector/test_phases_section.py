"""The section Phases of the Training tab, by mouse and keyboard; every change can be undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.document import edits
from playground.document.graph import Choice
from playground.document.project import Phase
from playground.training.session.session import Session
from playground.ui.inspector.inspector import Inspector
from playground.ui.inspector.phases_section import MOST_PHASES, PhaseEditor, PhasesSection
from playground.ui.open_document import OpenDocument
from tests.players import PLAYERS, adversarial_project


@pytest.fixture
def section(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> PhasesSection:
    inspector.setCurrentWidget(inspector.training)
    document.open(adversarial_project())
    laid_out(inspector.training.phases, qtbot)
    return inspector.training.phases


def laid_out(section: PhasesSection, qtbot: QtBot) -> None:
    """Wait until new editors have their places, so that they can be clicked."""
    qtbot.waitUntil(lambda: all(10 < editor.remove.height() < editor.height() for editor in section.editors))


def phases(document: OpenDocument) -> tuple[Phase, ...]:
    return document.project.training.phases


def shown(editor: PhaseEditor) -> tuple[list[str], list[str]]:
    """The names of the ticked losses and blocks."""
    return tuple(
        [row.item.title for row in ticks.rows.values() if row.box.isChecked()]
        for ticks in (editor.losses, editor.trains)
    )  # type: ignore[return-value]


def test_the_phases_of_the_project_are_shown_by_titles(section: PhasesSection) -> None:
    first, second = section.editors
    assert (first.title.text(), second.title.text()) == ("Discriminator", "Generator")
    assert shown(first) == (["Binary cross-entropy"], ["Discriminator (frame)", "Dense 3", "Dense 4"])
    assert shown(second) == (["Generator loss"], ["Generator (frame)", "Dense 1", "Dense 2"])
    assert first.steps.value() == 1 and first.optimizer.combo.currentText() == "as the network"
    assert not section.hint.isVisible() and section.add_button.text() == "Add a phase"


def test_a_frame_implies_its_blocks(section: PhasesSection, document: OpenDocument, qtbot: QtBot) -> None:
    rows = section.editors[0].trains.rows
    assert rows["judge-1"].box.isChecked() and not rows["judge-1"].box.isEnabled()
    assert not rows["make-1"].box.isChecked() and rows["make-1"].box.isEnabled()
    qtbot.mouseClick(rows[PLAYERS[0]].box, Qt.MouseButton.LeftButton)
    assert phases(document)[0].trains == ()
    assert not rows["judge-1"].box.isChecked() and rows["judge-1"].box.isEnabled()
    assert section.editors[0].idle.isVisible()
    qtbot.mouseClick(rows["judge-2"].name, Qt.MouseButton.LeftButton)  # a click on the name counts too
    assert phases(document)[0].trains == ("judge-2",)
    assert not section.editors[0].idle.isVisible()
    assert document.undo_stack.undoText().startswith("Train ")
    for _ in range(2):
        document.undo_stack.undo()
    assert phases(document)[0].trains == (PLAYERS[0],)
    assert not rows["judge-1"].box.isEnabled()


def test_losses_are_ticked(section: PhasesSection, document: OpenDocument, qtbot: QtBot) -> None:
    rows = section.editors[1].losses.rows
    assert [row.item.title for row in rows.values()] == ["Binary cross-entropy", "Generator loss"]
    rows["discriminator"].box.setFocus()
    qtbot.keyClick(rows["discriminator"].box, Qt.Key.Key_Space)
    assert phases(document)[1].losses == ("generator", "discriminator")
    assert document.undo_stack.undoText() == "Make Binary cross-entropy small in Generator"
    qtbot.mouseClick(rows["generator"].box, Qt.MouseButton.LeftButton)
    assert phases(document)[1].losses == ("discriminator",)
    assert document.undo_stack.undoText() == "No longer make Generator loss small in Generator"


def test_steps_and_title(section: PhasesSection, document: OpenDocument, qtbot: QtBot) -> None:
    editor = section.editors[0]
    editor.steps.setFocus()
    for _ in range(4):
        qtbot.keyClick(editor.steps, Qt.Key.Key_Up)
    assert phases(document)[0].steps == 5
    assert document.undo_stack.count() == 1 and document.undo_stack.undoText().startswith("Set steps of Disc")
    editor.title.setFocus()
    editor.title.selectAll()
    qtbot.keyClicks(editor.title, "Critic")
    qtbot.keyClick(editor.title, Qt.Key.Key_Return)
    assert phases(document)[0].title == "Critic"
    assert document.undo_stack.undoText() == "Rename Discriminator to Critic"
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (editor.title.text(), editor.steps.value()) == ("Discriminator", 1)


def test_a_phase_gets_an_optimizer_of_its_own(section: PhasesSection, document: OpenDocument, qtbot: QtBot) -> None:
    editor = section.editors[1]
    editor.optimizer.combo.setCurrentIndex(editor.optimizer.combo.findData("adam"))
    assert phases(document)[1].optimizer == Choice(id="adam")
    assert document.undo_stack.undoText() == "Set optimizer to Adam in Generator"
    edit = editor.optimizer.form.fields["learning_rate"].edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "0.02")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert phases(document)[1].optimizer == Choice(id="adam", parameters={"learning_rate": 0.02})
    assert phases(document)[0].optimizer is None
    editor.optimizer.combo.setCurrentIndex(0)
    assert phases(document)[1].optimizer is None and editor.optimizer.form is None
    assert document.undo_stack.count() == 3


def test_phases_are_added_and_removed(section: PhasesSection, document: OpenDocument, qtbot: QtBot) -> None:
    qtbot.mouseClick(section.editors[0].remove, Qt.MouseButton.LeftButton)
    assert [phase.title for phase in phases(document)] == ["Generator"]
    assert document.undo_stack.undoText() == "Remove Discriminator"
    assert [editor.title.text() for editor in section.editors] == ["Generator"]
    while section.add_button.isEnabled():
        qtbot.mouseClick(section.add_button, Qt.MouseButton.LeftButton)
    assert len(phases(document)) == len(section.editors) == MOST_PHASES == 8
    assert not section.editors[-1].idle.isHidden() and section.editors[-1].title.placeholderText() == "Phase 8"
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.project == adversarial_project()
    assert [editor.title.text() for editor in section.editors] == ["Discriminator", "Generator"]


def test_the_first_phases_give_each_loss_the_blocks_before_it(
    section: PhasesSection, document: OpenDocument, qtbot: QtBot
) -> None:
    project = adversarial_project()
    document.open(project.replace(training=project.training.replace(phases=())))
    assert section.editors == [] and section.hint.isVisible() and section.add_button.text() == "Add phases"
    qtbot.mouseClick(section.add_button, Qt.MouseButton.LeftButton)
    blocks = ("make-1", "make-2", "judge-1", "judge-2")
    assert [(phase.title, phase.losses, set(phase.trains)) for phase in phases(document)] == [
        ("Binary cross-entropy", ("discriminator",), set(blocks)), ("Generator loss", ("generator",), set(blocks))
    ]  # fmt: skip
    Session(document.project, "cpu").advance(4)
    assert document.undo_stack.undoText() == "Add phases"
    document.undo_stack.undo()
    assert section.editors == [] and section.hint.isVisible()


def test_a_single_loss_gets_a_single_phase(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> None:
    section = inspector.training.phases
    inspector.setCurrentWidget(inspector.training)
    qtbot.mouseClick(section.add_button, Qt.MouseButton.LeftButton)
    (phase,) = phases(document)
    assert (phase.title, phase.losses, phase.trains) == ("Cross-entropy", ("loss-1",), ("dense-1", "dense-2"))


def test_the_lists_follow_the_canvas(section: PhasesSection, document: OpenDocument) -> None:
    graph = document.graph
    renamed = edits.replace_node(graph, graph.node("judge-1").replace(title="Nose"))
    document.edit_graph("Rename", renamed)
    assert section.editors[0].trains.rows["judge-1"].item.title == "Nose"
    document.edit_graph("Delete", edits.delete(renamed, ["judge-1", "generator"]))
    assert "judge-1" not in section.editors[0].trains.rows
    assert list(section.editors[1].losses.rows) == ["discriminator"]
    assert section.editors[1].idle.isVisible()
    document.undo_stack.undo()
    assert "judge-1" in section.editors[0].trains.rows and not section.editors[1].idle.isVisible()


def test_every_control_has_a_name_of_its_own(section: PhasesSection) -> None:
    for editor in section.editors:
        names = [editor.title, editor.steps, editor.optimizer.combo, editor.remove]
        assert all(str(editor.number + 1) in widget.accessibleName() for widget in names)
        assert all(row.box.accessibleName() for row in editor.trains.rows.values())


def test_the_section_stays_narrow(section: PhasesSection, inspector: Inspector, qtbot: QtBot) -> None:
    panel = inspector.training
    inspector.resize(300, 900)
    section.editors[0].optimizer.combo.setCurrentIndex(section.editors[0].optimizer.combo.findData("adam"))
    qtbot.waitUntil(lambda: panel.widget().width() <= panel.viewport().width())
