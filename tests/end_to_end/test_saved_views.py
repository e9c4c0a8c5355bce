"""What a view looks at is saved with the project and is there again when it is opened."""

from __future__ import annotations

from pathlib import Path

from playground.document import edits
from playground.document.files import read
from playground.document.project import OpenView
from tests.end_to_end.conftest import Person, spirals


def test_a_race_is_opened_as_it_was_saved(person: Person, tmp_path: Path) -> None:
    options = {"over": "setting", "path": "training.batch_size", "low": 5.0, "high": 40.0, "count": 3, "epochs": 2}
    path = person.opens(spirals().replace(views=(OpenView(view="race", options=options),)), tmp_path)
    view = person.place.views.dock("race").view
    person.sees(lambda: view.choices.setting is not None and view.choices.setting.path == "training.batch_size")
    wanted = view.chosen(1)
    assert (wanted.over, wanted.low, wanted.high, wanted.count, wanted.epochs) == ("setting", 5.0, 40.0, 3, 2)
    view.choices.count_box.setValue(4)
    person.place.files.save()
    person.sees(lambda: read(path).views != spirals().views)
    saved = next(one for one in read(path).views if one.view == "race").options
    assert {**saved, "logarithmic": True} == {**options, "count": 4, "logarithmic": True}


OPTIONS = {
    "curves": {"smoothing": 0.25, "logarithmic": True, "axis": "step"},
    "decision-boundary": {"resolution": 25, "test_points": True},
    "loss-surface": {"directions": "random", "resolution": 13, "logarithmic": False},
    "probe": {"placed": True, "x": 0.5, "y": -1.0, "example": 3},
}
"""As another version of the program, or a person with an editor, may have written them."""


def test_the_options_of_views_are_obeyed_kept_and_saved_again(person: Person, tmp_path: Path) -> None:
    views = tuple(OpenView(view=name, options=options) for name, options in OPTIONS.items())
    path = person.opens(spirals().replace(views=views), tmp_path)
    docks = person.place.views
    assert docks.example == 3
    assert docks.dock("curves").view.smoothing.value() == 25
    assert docks.dock("curves").view.log_box.isChecked()
    assert docks.dock("decision-boundary").view.wanted().resolution == 25
    assert docks.dock("loss-surface").view.wanted().resolution == 13
    probe = docks.dock("probe").view.wanted()
    assert (probe.placed, probe.x, probe.y) == (True, 0.5, -1.0)
    docks.dock("curves").view.log_box.click()
    person.place.files.save()
    person.sees(lambda: read(path).views != views)
    saved = {one.view: one.options for one in read(path).views}
    assert saved == {**OPTIONS, "curves": {"smoothing": 0.25, "axis": "step"}}


def test_another_project_is_opened_with_its_own_options_and_example(person: Person, tmp_path: Path) -> None:
    person.opens(spirals().replace(views=(OpenView(view="curves", options={"smoothing": 0.25}),)), tmp_path)
    docks = person.place.views
    docks.dock("curves").view.log_box.click()
    docks.follow_example(7)
    (tmp_path / "other").mkdir()
    person.opens(spirals().replace(views=(OpenView(view="curves"),)), tmp_path / "other")
    assert docks.example == 0
    assert docks.dock("curves").view.saved_options() == {}
    assert docks.dock("curves").view.smoothing.value() == 60


def test_a_view_shows_the_title_that_the_canvas_shows(person: Person, tmp_path: Path) -> None:
    """The network is kept for graphs of one structure; the name must be that of now."""
    person.opens(spirals().replace(views=(OpenView(view="weights"),)), tmp_path)
    view = person.place.views.dock("weights").view
    person.sees(lambda: view.result is not None)
    document = person.place.document
    graph = document.graph
    renamed = graph.node("dense-1").replace(title="First layer")
    document.edit_graph("Rename", edits.replace_node(graph, renamed))
    person.sees(lambda: "First layer" in {matrix.title for matrix in view.result.matrices})


def test_another_project_shows_no_number_of_the_one_before_under_a_resting_mouse(
    person: Person, tmp_path: Path
) -> None:
    person.opens(spirals().replace(views=(OpenView(view="curves"),)), tmp_path)
    docks = person.place.views
    person.place.trainer.play()
    view = docks.dock("curves").view
    person.sees(lambda: view.result is not None and len(view.lines) > 0)
    person.place.trainer.pause()
    person.rests()
    view.plot.hovered.emit(view.plot.box.viewRect().center())
    assert view.legend.readout
    late = docks.key_of("curves")
    (tmp_path / "other").mkdir()
    person.opens(spirals().replace(title="Another", views=(OpenView(view="curves"),)), tmp_path / "other")
    assert docks.dock("curves").view.legend.readout == ""
    assert late != docks.key_of("curves")  # an answer that comes late is dropped
