"""Undo in the real window brings the run back that an edit left: weights, curves, moments, and what comes next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from playground.document import edits
from playground.document.project import Project
from playground.editing import commands
from playground.training.session.session import Session
from playground.ui.threads.training_news import Frame
from tests.end_to_end.conftest import Person, spirals


def learned(person: Person, folder: Path, steps: int = 60) -> Frame:
    person.opens(spirals(), folder)
    person.sees(lambda: person.place.feed.live is not None)
    person.place.trainer.take_step(steps)
    person.sees(lambda: person.place.feed.live.step == steps)
    person.rests()
    person.place.files.save()
    person.sees(lambda: "•" not in person.window.windowTitle())
    return person.place.feed.live


def set_units(person: Person, units: int, key: str = "") -> None:
    graph = edits.set_parameters(person.graph, "dense-1", {"units": units})
    person.place.document.edit_graph("Set units", graph, key)


def delete(person: Person, *names: str) -> None:
    person.place.canvas.select(names)
    person.presses(Qt.Key.Key_Delete, on=person.place.canvas)


def cut_wire(person: Person) -> None:
    wire = next(edge for edge in person.graph.edges if edge.target == "dense-2")
    person.place.document.edit_graph("Cut", edits.disconnect(person.graph, [wire.key]))


def other_data(person: Person) -> None:
    graph = edits.set_parameters(person.graph, "data", {"examples": 300})
    person.place.document.edit_graph("More examples", graph)


def new_seed(person: Person) -> None:
    person.place.document.apply("New seed", person.project.replace(seed=77))


EDITS = {
    "one block deleted": lambda person: delete(person, "dense-1"),
    "several blocks deleted": lambda person: delete(person, "dense-1", "dense-2"),
    "a wire cut": cut_wire,
    "units": lambda person: set_units(person, 12),
    "examples": other_data,
    "seed": new_seed,
    "rewind": lambda person: person.place.run.rewind(),
}


def assert_back(person: Person, before: Frame, steps: list[int]) -> None:
    place = person.place
    person.sees(lambda: place.feed.live is not None and place.feed.live.run == before.run)
    person.rests()
    live = place.feed.live
    assert (live.step, live.latest) == (before.step, before.latest)
    np.testing.assert_array_equal(live.snapshot.parameters, before.snapshot.parameters)
    for key, values in before.snapshot.memory.items():
        np.testing.assert_array_equal(live.snapshot.memory[key], values)
    assert [one.step for one in place.feed.trail] == steps
    assert not place.feed.marks and place.feed.curves()["train_loss"].step[-1] == before.step
    assert place.time_bar.slider.maximum() == before.step
    person.sees(lambda: "•" not in person.window.windowTitle())


@pytest.mark.parametrize("name", EDITS)
def test_undo_and_redo_bring_runs_back_and_go_on_as_if_nothing_had_been(
    person: Person, tmp_path: Path, name: str
) -> None:
    before = learned(person, tmp_path)
    place, project = person.place, person.project
    steps = [one.step for one in place.feed.trail]
    EDITS[name](person)
    broken = bool(place.run.why_not_play())
    if not broken:
        person.sees(lambda: place.feed.live is not None and place.feed.live.run != before.run)
        place.trainer.take_step(30)
        person.sees(lambda: place.feed.live.step == (0 if name in ("seed", "rewind") else before.step) + 30)
        person.rests()
    after = place.feed.live
    assert "•" in person.window.windowTitle()
    person.undoes()
    assert_back(person, before, steps)
    person.redoes()
    if broken:
        assert place.run.why_not_play()
    else:
        person.sees(lambda: place.feed.live is not None and place.feed.live.run == after.run)
        person.rests()
        np.testing.assert_array_equal(place.feed.live.snapshot.parameters, after.snapshot.parameters)
    person.undoes()
    assert_back(person, before, steps)
    place.trainer.take_step(25)
    person.sees(lambda: place.feed.live.step == before.step + 25)
    person.rests()
    whole = Session(project)
    whole.advance(before.step)
    whole.advance(25)
    np.testing.assert_array_equal(place.feed.live.snapshot.parameters, whole.snapshot().parameters)


def test_undo_past_several_edits_one_of_which_breaks_the_graph(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    steps = [one.step for one in place.feed.trail]
    set_units(person, 12)
    place.trainer.take_step(5)
    person.sees(lambda: place.feed.live.step == before.step + 5)
    training = person.project.training.replace(batch_size=20)
    place.document.apply("Batch", person.project.replace(training=training))
    delete(person, "dense-2")
    assert place.run.why_not_play()
    set_units(person, 5)
    place.document.undo_stack.setIndex(0)
    assert_back(person, before, steps)
    place.document.undo_stack.setIndex(2)  # up to the change of the batch
    person.sees(lambda: place.feed.live is not None and place.feed.live.snapshot.array("dense-1.weight").shape[0] == 12)
    person.rests()
    assert place.feed.live.step == before.step + 5 and place.feed.live.project.training.batch_size == 20


def test_an_edit_after_an_undone_one_begins_where_the_document_stands(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    delete(person, "dense-2")
    person.undoes()
    set_units(person, 12)
    person.sees(lambda: place.feed.live is not None and place.feed.live.run != before.run)
    assert [mark.text.rsplit(": ")[-1] for mark in place.feed.marks] == ["units 8 → 12"]
    person.undoes()
    person.sees(lambda: place.feed.live is not None and place.feed.live.run == before.run)
    set_units(person, 4)
    person.sees(lambda: place.feed.live is not None and place.feed.live.snapshot.array("dense-1.weight").shape[0] == 4)
    assert [mark.text.rsplit(": ")[-1] for mark in place.feed.marks] == ["units 8 → 4"]


def test_while_it_plays_undo_goes_on_with_the_run_that_was_left(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    place.trainer.play()
    person.waits_for("running")
    set_units(person, 12)
    person.sees(lambda: place.feed.live.run != before.run and place.feed.live.step > before.step + 100)
    person.undoes()
    person.sees(lambda: place.feed.live.run == before.run and place.trainer.state == "running")
    then = place.feed.live.step
    person.sees(lambda: place.feed.live.step > then + 50)
    assert not place.feed.marks
    place.trainer.pause()
    person.rests()


def test_a_movement_of_the_hand_is_one_edit_one_mark_and_one_run(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    for units in (9, 10, 11, 12):
        set_units(person, units, "units#1")
    person.sees(lambda: place.feed.live is not None and place.feed.live.snapshot.array("dense-1.weight").shape[0] == 12)
    person.rests()
    assert [mark.text.rsplit(": ")[-1] for mark in place.feed.marks] == ["units 8 → 12"]
    assert [run.number for run in place.feed.runs.runs] == [1, 2]
    set_units(person, 8, "units#1")  # the hand goes back to where it was
    assert_back(person, before, [one.step for one in before.trail])
    assert place.document.undo_stack.count() == 0


def test_a_look_back_is_there_again_after_undo(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    place.time.go_to(20)
    past = place.feed.past
    assert past is not None
    set_units(person, 12)
    person.sees(lambda: place.feed.live is not None and place.feed.live.run != before.run)
    assert place.feed.past is None
    person.undoes()
    person.sees(lambda: place.feed.past is past)
    assert place.feed.frame.step == past.step


def test_a_branch_is_undone_in_one_step(person: Person, tmp_path: Path) -> None:
    from playground.ui.time.branching import CHOICES

    before = learned(person, tmp_path)
    place = person.place
    place.time.go_to(20)
    place.branching.branch(CHOICES[1])
    person.sees(lambda: place.feed.live is not None and place.feed.live.run != before.run)
    person.sees(lambda: place.feed.live.project.training.optimizer.parameters["learning_rate"] == 0.002)
    person.undoes()
    person.sees(lambda: place.feed.live.run == before.run)
    person.rests()
    assert place.feed.live.step == before.step and not place.feed.marks
    assert person.project.training.optimizer.parameters["learning_rate"] == 0.02


def test_run_numbers_begin_anew_with_each_project(person: Person, tmp_path: Path) -> None:
    learned(person, tmp_path)
    place = person.place
    place.run.rewind()
    person.sees(lambda: place.feed.runs.current.number == 2)
    place.document.undo_stack.setClean()
    other: Project = spirals().replace(title="Other")
    person.opens(other, tmp_path)
    person.sees(lambda: place.feed.live is not None and place.feed.live.project.title == "Other")
    assert [run.number for run in place.feed.runs.runs] == [1]


def test_a_structural_edit_by_hand_on_the_canvas(person: Person, tmp_path: Path) -> None:
    before = learned(person, tmp_path)
    place = person.place
    commands.delete(place.document, ["dense-1"])
    person.sees(lambda: "dense-1" not in {node.id for node in person.graph.nodes})
    person.undoes()
    assert_back(person, before, [one.step for one in before.trail])
