"""The time machine in the real window: look back, play back, branch, compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from playground.document import edits, library
from playground.ui.time.branching import CHOICES
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals

TENTH = next(choice for choice in CHOICES if choice.name == "tenth")


def learned(person: Person, folder: Path, epochs: int = 12) -> None:
    person.opens(spirals(), folder)
    person.sees(lambda: person.place.feed.live is not None)
    person.place.trainer.take_epochs(epochs)
    person.sees(lambda: person.place.feed.live.epoch >= epochs)
    person.rests()
    person.sees(lambda: person.place.time_bar.slider.maximum() == person.place.feed.live.step)


def drag(person: Person, share: float) -> None:
    """Drag the handle of the slider to a share of the run."""
    slider = person.place.time_bar.slider
    middle = slider.height() // 2
    start = QPoint(round(slider.place_of(slider.value())), middle)
    end = QPoint(round(slider.place_of(slider.minimum() + share * (slider.maximum() - slider.minimum()))), middle)
    QTest.mousePress(slider, LEFT, NONE, start)
    QTest.mouseMove(slider, (start + end) / 2)
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, LEFT, NONE, end)


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, LEFT)


def test_a_drag_of_the_slider_shows_that_moment_everywhere(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    last = place.feed.live.step
    place.views.show_only(["curves", "decision-boundary", "weights"])
    drag(person, 0.4)
    past = place.feed.past
    assert past is not None and abs(past.step - 0.4 * last) < 0.2 * last and place.feed.frame.step == past.step
    person.sees(lambda: place.views.dock("decision-boundary").view.result.step == past.step)
    person.sees(lambda: place.views.dock("curves").view.result.moment.step == past.step)
    matrices = {matrix.title: matrix.values for matrix in place.views.dock("weights").view.result.matrices}
    assert any(np.array_equal(values, past.array("dense-1.weight")) for values in matrices.values())
    assert place.top_bar.figures["epoch"].accessibleName().endswith(f"{past.epoch:.3g}")
    assert f"step {past.step:,} of {last:,}" in place.time_bar.words.text()
    press(place.time_bar.now)
    assert place.feed.past is None and place.feed.frame.step == last
    person.sees(lambda: place.views.dock("decision-boundary").view.result.step == last)


def test_the_run_goes_on_while_one_looks_back(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    place.trainer.play()
    person.waits_for("running")
    drag(person, 0.3)
    shown, then = place.feed.frame.step, place.feed.live.step
    person.sees(lambda: place.feed.live.step > then + 200)
    assert place.feed.frame.step == shown and place.feed.snapshot is place.feed.past
    place.trainer.pause()
    person.waits_for("paused")
    assert place.feed.frame.step == shown
    place.run.toggle()  # who presses play wants to see it learn
    assert place.feed.past is None


def test_keys_move_through_the_moments(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place, slider = person.place, person.place.time_bar.slider
    steps = [one.step for one in place.feed.moments]
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert place.feed.frame.step == steps[-2]
    QTest.keyClick(slider, Qt.Key.Key_Left)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert place.feed.frame.step == steps[-2]
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert place.feed.frame.step == steps[0] == 0
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert abs(place.feed.frame.step - steps[-1] / 10) < steps[-1] / 10
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert place.feed.past is None


def test_a_click_on_the_curves_looks_back_at_that_moment(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    view = place.views.dock("curves").view
    person.sees(lambda: view.result is not None and view.isVisible())
    view.settle()
    box = view.plot.box.sceneBoundingRect()
    spot = view.plot.mapFromScene(box.center())
    QTest.mouseClick(view.plot.viewport(), LEFT, NONE, spot)
    person.sees(lambda: place.feed.past is not None)
    assert 0.3 < place.feed.past.step / place.feed.live.step < 0.7


def test_the_run_is_played_back_to_now(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path, 4)
    place = person.place
    place.time.set_seconds(0.4)
    seen: list[int] = []
    place.feed.frame_arrived.connect(lambda frame: seen.append(frame.step))
    QTest.mouseClick(place.time_bar.replay, LEFT)
    assert place.time.replaying and place.feed.frame.step == 0
    person.sees(lambda: not place.time.replaying)
    assert place.feed.past is None and seen == sorted(seen) and len(set(seen)) > 3


def test_the_best_moment_is_the_least_validation_loss(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path, 20)
    place = person.place
    curve = place.feed.curves()["validation_loss"]
    press(place.time_bar.best)
    assert place.feed.frame.step == place.feed.live.best.step
    assert place.feed.frame.latest["validation_loss"] == curve.value.min()


def test_a_weight_of_the_past_is_not_changed(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    now = place.feed.live.snapshot.parameters.copy()
    drag(person, 0.5)
    place.run.edit_weight("dense-1.weight", (0, 1), 2.5)
    assert "look back" in place.messages.text and place.messages.buttons()[:2] == ["Go to now", "Branch from here"]
    place.messages.press("Go to now")
    assert place.feed.past is None
    np.testing.assert_array_equal(place.feed.live.snapshot.parameters, now)


def test_a_branch_with_the_same_settings_repeats_the_run(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    end = place.feed.live
    drag(person, 0.5)
    start = place.feed.past.step
    place.branching.branch()
    person.sees(lambda: place.feed.runs.current.number == 2)
    assert place.feed.live.step == start and place.feed.runs.current.origin.step == start
    place.trainer.take_step(end.step - start)
    person.sees(lambda: place.feed.live.step == end.step)
    person.rests()
    np.testing.assert_array_equal(place.feed.live.snapshot.parameters, end.snapshot.parameters)
    place.views.show_only(["runs"])
    person.sees(lambda: place.views.dock("runs").view.result is not None)
    rows = place.views.dock("runs").view.result.rows
    assert [row.number for row in rows] == [1, 2] and rows[0].result == rows[1].result
    assert rows[1].origin == f"run 1, step {start:,}"


def test_the_demonstration_of_the_teacher(person: Person, tmp_path: Path) -> None:
    """Drag back to a moment, look at the surface there, branch with a tenth of the rate, see both paths on one."""
    learned(person, tmp_path, 15)
    place = person.place
    place.views.show_only(["curves", "loss-surface"])
    surface = place.views.dock("loss-surface").view
    drag(person, 0.6)
    past = place.feed.past.step
    person.sees(lambda: surface.result is not None and surface.result.step == past)
    place.branching.branch(TENTH)
    person.sees(lambda: place.feed.runs.current.number == 2)
    assert person.project.training.optimizer.parameters["learning_rate"] == 0.002
    place.run.toggle()
    person.sees(lambda: place.feed.live.step > past + 300)
    place.run.toggle()
    person.rests()
    assert any("0.02 → 0.002" in mark.text for mark in place.feed.marks)
    curves = place.views.dock("curves").view
    person.sees(lambda: curves.result is not None and [other.title for other in curves.result.others] == ["run 1"])
    person.sees(lambda: surface.result.step == place.feed.live.step)
    # One surface with both ways: that of the run on screen and that of the run it left.
    assert [other.title for other in place.feed.runs.shown()] == ["run 1"]
    (other,) = surface.result.others
    assert other.title == "run 1" and other.steps[-1] > past
    drawn = surface.plot.others[0].line
    assert drawn.isVisible() and np.array_equal(np.stack(drawn.getData(), axis=1), other.places)
    assert surface.plot.path.line.isVisible()
    assert any(entry.text.startswith("run 1: ") for entry in surface.legend.entries)
    # The plane of both holds both paths inside the picture.
    surface.choices.directions_box.setCurrentIndex(surface.choices.directions_box.findData("runs"))
    person.sees(lambda: surface.result.kind == "runs")
    for track in (surface.result.path, surface.result.others[0]):
        low, high = track.places.min(axis=0), track.places.max(axis=0)
        assert surface.result.alphas[0] < low[0] and high[0] < surface.result.alphas[-1]
        assert surface.result.betas[0] < low[1] and high[1] < surface.result.betas[-1]


def test_weights_that_are_clicked_span_the_loss_surface(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    place.views.show_only(["weights", "loss-surface"])
    weights, surface = (place.views.dock(name).view for name in ("weights", "loss-surface"))
    person.sees(lambda: weights.result is not None and surface.result is not None)
    surface.choices.directions_box.setCurrentIndex(surface.choices.directions_box.findData("weights"))
    person.sees(lambda: surface.result.kind == "weights")
    chosen = [("dense-1.weight", (0, 1)), ("dense-1.bias", (2,))]
    for weight in chosen:
        weights.settle()
        cells = (weights.canvas.cell_area(number, weight) for number in range(len(weights.canvas.matrices)))
        cell = next(area for area in cells if area is not None)
        QTest.mouseClick(weights.canvas, LEFT, NONE, cell.center().toPoint())
    person.sees(lambda: surface.result.weights == ("dense-1.weight[0, 1]", "dense-1.bias[2]"))
    person.sees(lambda: weights.result.pointed == tuple(chosen))
    snapshot = place.feed.snapshot
    values = (snapshot.array("dense-1.weight")[0, 1], snapshot.array("dense-1.bias")[2])
    np.testing.assert_allclose(surface.result.present, values, rtol=1e-4, atol=1e-5)


def test_an_edit_of_the_network_leaves_the_run_before_it_to_be_looked_at(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    before = place.feed.live
    graph = edits.set_parameters(person.graph, "dense-1", {"units": 12})
    place.document.edit_graph("More units", graph)
    person.sees(lambda: place.feed.runs.current.number == 2)
    assert place.feed.live.step == before.step and place.feed.live.snapshot.array("dense-1.weight").shape == (12, 2)
    assert place.feed.curves()["train_loss"].step[0] <= 20
    (earlier,) = place.feed.runs.shown()
    assert earlier.title == "run 1" and earlier.trail[-1].array("dense-1.weight").shape == (8, 2)
    place.branching.go_on_with(1)
    person.sees(lambda: place.feed.live.snapshot.array("dense-1.weight").shape == (8, 2))
    np.testing.assert_array_equal(place.feed.live.snapshot.parameters, before.snapshot.parameters)


def test_two_runs_side_by_side_show_the_same_step(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    place.run.rewind()
    person.sees(lambda: place.feed.runs.current.number == 2)
    place.trainer.take_epochs(8)
    person.sees(lambda: place.feed.live.epoch >= 8)
    person.rests()
    place.views.show_only(["decision-boundary", "runs"])
    runs = place.views.dock("runs").view
    person.sees(lambda: runs.result is not None and len(runs.result.rows) == 2)
    runs.table.selectRow(1)
    assert runs.chosen == 1
    runs.acts["beside"].trigger()
    other = place.side_by_side.other_views["decision-boundary"]
    person.sees(lambda: other.result is not None)
    drag(person, 0.5)
    step = place.feed.frame.step
    person.sees(lambda: abs(other.result.step - step) <= 40)
    assert other.isVisible() and place.views.dock("decision-boundary").view.isVisible()
    runs.acts["beside"].trigger()
    assert place.side_by_side.run is None and place.views.dock("decision-boundary").view.isVisible()


def test_one_goes_on_with_a_run_that_rests_and_its_settings(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    first = place.feed.live
    place.run.rewind()
    person.sees(lambda: place.feed.runs.current.number == 2)
    training = person.project.training.replace(batch_size=50)
    place.document.apply("Batch", person.project.replace(training=training))
    place.trainer.take_step(5)
    person.sees(lambda: place.feed.live.step == 5)
    place.branching.go_on_with(1)
    person.sees(lambda: place.feed.runs.current.number == 3)
    assert place.feed.live.step == first.step and person.project.training.batch_size == 10
    np.testing.assert_array_equal(place.feed.live.snapshot.parameters, first.snapshot.parameters)
    assert place.feed.curves()["train_loss"].step[-1] == first.step


@pytest.mark.parametrize(
    "name", ["small-cnn-digits", "gan-ring", "k-means-blobs", "reverse", "parabola", "karate-club", "co2-lstm", "sat"]
)
def test_every_kind_of_run_can_be_looked_back_at(person: Person, name: str) -> None:
    entry = next(entry for entry in library.presets() if entry.id == name)
    person.window.open_path(entry.path)
    place = person.place
    person.sees(lambda: place.feed.live is not None and place.feed.live.project.title == entry.title)
    for step in range(1, 4):
        place.trainer.take_step()
        person.sees(lambda step=step: place.feed.live.step >= step or bool(place.feed.live.finished))
    person.rests()
    QTest.keyClick(place.time_bar.slider, Qt.Key.Key_Home)
    assert place.feed.past is not None and place.feed.frame.step == 0
    views = [place.views.dock(identifier).view for identifier in place.views.open_ids()]
    views = [view for view in views if view.isVisible()]  # one that lies behind another asks nothing
    assert views
    person.sees(lambda: not place.analyst.any_busy() and all(view.result is not None for view in views))
    person.sees(lambda: all(view.result.step == 0 for view in views if hasattr(view.result, "step")))
