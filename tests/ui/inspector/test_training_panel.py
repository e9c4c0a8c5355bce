from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from playground.document.graph import Choice
from playground.document.project import MetricTarget, TrainingSettings
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.inspector.inspector import Inspector
from playground.ui.inspector.training_panel import TrainingPanel
from playground.ui.open_document import OpenDocument


@pytest.fixture
def panel(inspector: Inspector) -> TrainingPanel:
    inspector.setCurrentWidget(inspector.training)
    return inspector.training


def choose(combo: object, identifier: str) -> None:
    combo.setFocus()
    combo.setCurrentIndex(combo.findData(identifier))


def type_into(edit: QLineEdit, text: str, qtbot: QtBot) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_the_learning_rate_is_set_with_words_for_undo(
    panel: TrainingPanel, document: OpenDocument, qtbot: QtBot
) -> None:
    type_into(panel.optimizer.form.fields["learning_rate"].edit, "0.03", qtbot)
    assert document.project.training.optimizer == Choice(id="adam", parameters={"learning_rate": 0.03})
    assert document.undo_stack.undoText() == "Set learning rate to 0.03"
    document.undo_stack.undo()
    assert panel.optimizer.form.fields["learning_rate"].edit.text() != "0.03"


def test_a_drag_of_the_learning_rate_is_one_step(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    slider = panel.optimizer.form.fields["learning_rate"].slider
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, middle))
    for x in range(20, slider.width() - 20, 10):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 20, middle))
    assert document.undo_stack.count() == 1
    rate = document.project.training.optimizer.parameters["learning_rate"]
    assert 1.0 < rate < 10.0


def test_a_rate_out_of_bounds_is_refused(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    type_into(panel.optimizer.form.fields["learning_rate"].edit, "-1", qtbot)
    assert document.undo_stack.count() == 0
    assert "Learning rate of Adam" in panel.optimizer.form.rows["learning_rate"].error.text()


def test_another_optimizer_keeps_the_rate(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    type_into(panel.optimizer.form.fields["learning_rate"].edit, "0.03", qtbot)
    for identifier in ("sgd", "nadam", "momentum"):
        choose(panel.optimizer.combo, identifier)
        assert document.project.training.optimizer == Choice(id=identifier, parameters={"learning_rate": 0.03})
        assert panel.optimizer.form.fields["learning_rate"].edit.text() == "0.03"
    assert document.undo_stack.undoText() == "Set optimizer to Momentum"
    document.undo_stack.undo()
    assert panel.optimizer.combo.currentData() == "nadam"


@pytest.mark.parametrize("identifier", [cls.id for cls in OPTIMIZERS])
def test_every_optimizer_can_be_chosen(panel: TrainingPanel, document: OpenDocument, identifier: str) -> None:
    choose(panel.optimizer.combo, identifier)
    cls = next(cls for cls in OPTIMIZERS if cls.id == identifier)
    choice = document.project.training.optimizer
    assert choice.id == identifier
    assert cls.parameter_problems(dict(choice.parameters)) == []
    assert set(panel.optimizer.form.fields) == set(cls.model_fields)


@pytest.mark.parametrize("identifier", [cls.id for cls in SCHEDULES])
def test_every_schedule_can_be_chosen(panel: TrainingPanel, document: OpenDocument, identifier: str) -> None:
    choose(panel.schedule.combo, identifier)
    assert document.project.training.schedule.id == identifier
    assert panel.schedule.form is not None


@pytest.mark.parametrize("identifier", [cls.id for cls in INITIALIZERS])
def test_every_initializer_can_be_chosen(panel: TrainingPanel, document: OpenDocument, identifier: str) -> None:
    choose(panel.initializer.combo, identifier)
    assert document.project.training.initializer.id == identifier


def test_batch_sizes(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    assert panel.batch_size.spin.value() == 32
    qtbot.mouseClick(panel.all_examples, Qt.MouseButton.LeftButton)
    assert document.project.training.batch_size == 0
    assert panel.batch_size.spin.text() == "all"
    assert document.undo_stack.undoText() == "Set batch size to all examples"
    qtbot.mouseClick(panel.one_example, Qt.MouseButton.LeftButton)
    assert document.project.training.batch_size == 1
    slider = panel.batch_size.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert document.project.training.batch_size == 4
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert document.project.training.batch_size == 0
    assert document.undo_stack.count() == 3
    document.undo_stack.undo()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert panel.batch_size.spin.value() == 32


def test_penalties_and_clipping(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    type_into(panel.regularization.fields["l1"].edit, "0.001", qtbot)
    qtbot.mouseClick(panel.regularization.fields["max_norm"].box, Qt.MouseButton.LeftButton)
    assert document.project.training.regularization.l1 == 0.001
    assert document.project.training.regularization.max_norm == 1.0
    assert panel.clipping.rows["limit"].isHidden()
    choose(panel.clipping.fields["kind"].combo, "norm")
    assert document.project.training.clipping.kind == "norm"
    assert panel.clipping.rows["limit"].isVisible()
    type_into(panel.clipping.fields["limit"].edit, "0", qtbot)
    assert document.project.training.clipping.limit == 1.0
    assert "greater than 0" in panel.clipping.rows["limit"].error.text()


def test_stop_rules(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    section = panel.stop
    qtbot.mouseClick(section.form.fields["patience"].box, Qt.MouseButton.LeftButton)
    assert document.project.training.stop.patience == 10
    choose(section.target_metric, "validation_accuracy")
    assert document.project.training.stop.target == MetricTarget(metric="validation_accuracy", at_least=0.95)
    assert section.bound_row.label.text() == "at least"
    type_into(section.bound.edit, "0.8", qtbot)
    assert document.project.training.stop.target == MetricTarget(metric="validation_accuracy", at_least=0.8)
    choose(section.target_metric, "train_loss")
    assert document.project.training.stop.target == MetricTarget(metric="train_loss", at_most=0.01)
    assert section.bound.edit.text() == "0.01"
    choose(section.target_metric, "")
    assert document.project.training.stop.target is None
    assert section.bound_row.isHidden()
    for _ in range(document.undo_stack.count()):
        document.undo_stack.undo()
    assert not section.form.fields["patience"].box.isChecked()


def test_seed_dice_and_device(panel: TrainingPanel, document: OpenDocument, qtbot: QtBot) -> None:
    panel.seed.setFocus()
    panel.seed.selectAll()
    qtbot.keyClicks(panel.seed, "77")
    qtbot.keyClick(panel.seed, Qt.Key.Key_Return)
    assert document.project.seed == 77
    qtbot.mouseClick(panel.dice, Qt.MouseButton.LeftButton)
    assert panel.seed.value() == document.project.seed
    document.undo_stack.undo()
    assert panel.seed.value() == 77
    choose(panel.device, "cpu")
    assert document.project.training.device == "cpu"


def test_the_engine(panel: TrainingPanel, document: OpenDocument) -> None:
    assert panel.engine.currentData() == "automatic"
    choose(panel.engine, "torch")
    assert document.project.training.engine == "torch"
    document.undo_stack.undo()
    assert panel.engine.currentData() == "automatic" == document.project.training.engine


def test_gathering_precision_and_pruning(panel: TrainingPanel, document: OpenDocument) -> None:
    assert not panel.pruning.rows["share"].isVisible()
    panel.accumulate.setValue(4)
    assert document.undo_stack.undoText() == "Set batches in a step to 4"
    choose(panel.precision, "bfloat16")
    choose(panel.pruning.fields["kind"].combo, "filters")
    before, training = TrainingSettings(), document.project.training
    assert (training.accumulate, training.precision, training.pruning.kind) == (4, "bfloat16", "filters")
    assert panel.pruning.rows["share"].isVisible()
    for _ in range(3):
        document.undo_stack.undo()
    after = document.project.training
    assert (after.accumulate, after.precision, after.pruning) == (1, "single", before.pruning)
    assert panel.accumulate.value() == 1 and panel.precision.currentData() == "single"


def test_devices_that_are_not_here_cannot_be_chosen(panel: TrainingPanel) -> None:
    from playground.training.device import available_devices

    for row in range(panel.device.count()):
        item = panel.device.model().item(row)
        assert item.isEnabled() == (panel.device.itemData(row) in {"automatic", *available_devices()})


def test_the_panel_stays_narrow(panel: TrainingPanel, inspector: Inspector, qtbot: QtBot) -> None:
    inspector.resize(300, 900)
    choose(panel.clipping.fields["kind"].combo, "norm")
    choose(panel.stop.target_metric, "validation_accuracy")
    qtbot.waitUntil(lambda: panel.widget().width() <= panel.viewport().width())
