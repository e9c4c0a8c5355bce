"""A landscape in the real window: one block on an empty canvas plays, a click begins elsewhere, undo goes back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt

from playground.document.graph import Choice
from playground.ui.views.loss.descent import DescentView
from tests.end_to_end.conftest import Person
from tests.network.small_graphs import chain, node
from tests.training.descents import landscape
from tests.training.runs import circles, project


def view_of(person: Person) -> DescentView:
    found = person.place.views.dock("descent").view
    assert isinstance(found, DescentView)
    return found


def test_a_single_block_on_an_empty_canvas_plays(person: Person) -> None:
    person.place.actions.act["new"].trigger()
    person.sees(lambda: person.place.canvas.isVisible())
    person.drops("test-function", person.at(0, 0))
    assert person.place.document.report.ok
    assert "descent" in person.place.views.open_ids()
    person.waits_for("ready")
    person.place.trainer.take_step(30)
    person.sees(lambda: person.step == 30)
    person.sees(lambda: view_of(person).result is not None and view_of(person).result.step == 30)
    assert len(view_of(person).result.trajectories[0].steps) == 31


def test_a_click_begins_elsewhere_and_undo_begins_where_it_did(person: Person, tmp_path: Path) -> None:
    person.opens(landscape("sgd", {"learning_rate": 0.05}, function="bowl", start_x=-3.0, start_y=2.0), tmp_path)
    person.place.views.show_only(["descent", "curves"])
    person.sees(lambda: person.place.feed.live is not None)
    person.place.trainer.take_step(20)
    person.sees(lambda: view_of(person).result is not None and view_of(person).result.step == 20)
    (plot,) = view_of(person).plots
    place = plot.mapFromScene(plot.box.mapViewToScene(plot.box.viewRect().center()))
    person.qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place) + QPoint(30, 30))
    chosen = person.graph.node("f").parameters
    assert (chosen["start_x"], chosen["start_y"]) != (-3.0, 2.0)
    start = [chosen["start_x"], chosen["start_y"]]
    person.sees(lambda: view_of(person).result.trajectories[0].places[0].tolist() == start)
    assert person.step == 0
    person.undoes()
    person.sees(lambda: view_of(person).result.trajectories[0].places[0].tolist() == [-3.0, 2.0])
    # The run before is still there to be compared with.
    assert person.place.feed.runs.runs[0].frame.step == 20


def test_an_optimizer_that_does_not_fit_is_refused_with_a_remedy(person: Person, tmp_path: Path) -> None:
    graph = chain(
        circles(), node("wide", "dense", units=200, activation="tanh"), node("out", "dense", units=1),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip
    person.opens(project(graph, "adam"), tmp_path)
    person.sees(lambda: person.place.feed.live is not None)
    training = person.project.training.replace(optimizer=Choice(id="newton"))
    person.place.document.apply("Newton", person.project.replace(training=training))
    person.sees(lambda: "at most 500 weights" in person.place.messages.text)
    person.button("Use Adam", person.place.messages).click()
    assert person.project.training.optimizer.id == "adam"
    person.place.trainer.take_step(3)
    person.sees(lambda: person.step == 3)
