"""A run that was left by an edit goes on as if the edit had never been."""

from __future__ import annotations

import numpy as np
import pytest

from playground.document import library
from playground.document.files import read
from playground.document.project import Project
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import OPTIMIZERS, SEARCHING, circles, noisy_graph, plain_graph, project, run


def wider(before: Project) -> Project:
    """The same project with two more of what one block counts."""
    graph = before.graph
    for name in ("units", "filters", "clusters", "examples"):
        for one in graph.nodes[:-2]:
            if name in one.parameters and one.parameters[name] != 10:  # not the output for ten classes
                changed = one.replace(parameters={**one.parameters, name: int(one.parameters[name]) + 2})
                return before.replace(graph=graph.replace(nodes=[changed if n is one else n for n in graph.nodes]))
    raise AssertionError("nothing to widen")


def of(name: str) -> Project:
    return read(next(entry.path for entry in library.presets() if entry.id == name))


RUNS = {
    **{name: project(noisy_graph(), name, rate=None) for name in OPTIMIZERS},
    **{name: project(plain_graph(), name, rate=None) for name in SEARCHING},
    "plateau": project(plain_graph(), schedule={"id": "plateau"}, stop={"patience": 50}),
    "all at once": project(plain_graph(), batch_size=0),
    "lstm": of("co2-lstm"),
    "gan": of("gan-ring"),
    "k-means": of("k-means-blobs"),
    "batch norm and convolution": of("small-cnn-digits"),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_that_was_left_goes_on_bit_for_bit(name: str) -> None:
    settings, (before, after) = RUNS[name], (7, 12)
    whole, edited = run(settings, before), run(settings, before)
    whole.advance(after)
    told = [mark.text for mark in edited.history.marks]
    left = edited.apply(wider(settings))
    assert left is not None and left.step == before
    edited.advance(3)
    again = Session(left.project)
    again.take_up(left)
    assert again.step == before and [mark.text for mark in again.history.marks] == told
    again.advance(after)
    assert_same_run(again, whole)


def assert_same_run(one: Session, other: Session) -> None:
    first, second = one.snapshot(), other.snapshot()
    np.testing.assert_array_equal(first.parameters, second.parameters)
    for kind in ("buffers", "memory"):
        ours, theirs = getattr(first, kind), getattr(second, kind)
        assert ours.keys() == theirs.keys()
        for key, values in ours.items():
            np.testing.assert_array_equal(values, theirs[key], err_msg=key)
    assert one.latest == other.latest and one.epoch == other.epoch and one.finished == other.finished
    curves = {name: curve.rows() for name, curve in one.history.curves.items() if "step_size" not in name}
    for name, rows in curves.items():
        theirs = other.history.curves[name].rows()
        # The time that was spent is another one.
        np.testing.assert_array_equal(np.delete(rows, 3, axis=1)[-1], np.delete(theirs, 3, axis=1)[-1], err_msg=name)


def test_the_edit_after_leaves_the_run_at_rest_alone() -> None:
    session = run(project(plain_graph()), 40)
    steps, points = [one.step for one in session.trail.snapshots], len(session.history.curves["train_loss"])
    left = session.apply(wider(session.project))
    assert left is not None and [mark.text for mark in session.history.marks] == ["Dense 1: units 3 → 5"]
    session.advance(200)
    session.rewind()
    assert [one.step for one in left.journal.trail.snapshots] == steps and not left.journal.history.marks
    assert len(left.journal.history.curves["train_loss"]) == points and left.nbytes > 0


def test_another_seed_and_what_is_changed_in_vain_leave_the_run_or_keep_it() -> None:
    session = run(project(plain_graph()), 10)
    assert session.apply(session.project.replace(title="other")) is None
    moved = session.project.replace(seed=9)
    left = session.apply(moved)
    assert left is not None and (left.step, session.step, session.project.seed) == (10, 0, 9)


def test_dropout_alone_needs_no_other_run() -> None:
    graph = chain(circles(), node("drop", "dropout", rate=0.3), node("out", "dense", units=1, activation="sigmoid"),
                  loss=node("loss", "binary-cross-entropy"))  # fmt: skip
    session = run(project(graph), 5)
    nodes = [n.replace(parameters={"rate": 0.5}) if n.id == "drop" else n for n in graph.nodes]
    assert session.apply(session.project.replace(graph=graph.replace(nodes=nodes))) is None
