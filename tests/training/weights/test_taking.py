"""A run takes weights from elsewhere in one step: bit-safe, undoable, and the optimizers forget what was replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from playground.document.files import to_json
from playground.document.pairing import fingerprint, write_pair
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from playground.training.weights.matching import match
from playground.training.weights.reading import read_weights
from playground.training.weights.source import Values, source_of, state_of
from playground.training.weights.wanted import wanted_of
from tests.training.runs import array, assert_same, noisy_graph, plain_graph, project, run, train_node

SETTINGS = project(noisy_graph(), "adam", rate=0.01)


def given(seed: int = 9, names: tuple[str, ...] = ("wide.weight", "norm.running_mean")) -> Values:
    """Some weights of another run."""
    other = state_of(run(SETTINGS.replace(seed=seed), 30).snapshot())
    return Values({name: other[name] for name in names}, "weights of another run: 2 of 10")


def test_only_what_is_taken_changes_and_the_optimizer_forgets_only_that() -> None:
    session = run(SETTINGS, 12)
    before, memory, new = session.snapshot(), session.learner.memory_by_name(), given()
    noise = session.learner.model.noise.get_state()
    session.take(new)
    after = state_of(session.snapshot())
    for name, old in state_of(before).items():
        np.testing.assert_array_equal(after[name], new.arrays.get(name, old))
    kept = session.learner.memory_by_name()
    assert not kept["wide.weight/exp_avg"].any() and torch.equal(kept["wide.bias/exp_avg"], memory["wide.bias/exp_avg"])
    assert torch.equal(session.learner.model.noise.get_state(), noise)
    assert session.step == 12 and [mark.text for mark in session.history.marks] == [new.words]
    assert session.history.marks[0].moment.step == 12
    session.advance(20)


def test_the_run_before_comes_back_bit_for_bit() -> None:
    whole, session = run(SETTINGS, 12), run(SETTINGS, 12)
    left = session.take(given())
    session.advance(5)
    again = Session(left.project)
    again.take_up(left)
    assert not again.history.marks
    for one in (whole, again):
        one.advance(15)
    assert_same(whole, again)


def test_taking_all_weights_equals_having_learned_them() -> None:
    """Two runs with the same weights answer alike."""
    trained, session = run(SETTINGS.replace(seed=5), 40), Session(SETTINGS)
    source = source_of("run 1", trained.snapshot(), trained.project)
    found = match(source, wanted_of(SETTINGS.graph, session.report.order, session.snapshot()))
    assert len(found.fitting) == len(found.pairs) == 8
    session.take(Values(found.values(), found.mark()))
    assert session.evaluate(full=True) == trained.evaluate(full=True)


def test_a_run_that_begins_with_weights_equals_one_that_takes_them_at_once() -> None:
    taking, new = Session(SETTINGS), given()
    taking.take(new)
    beginning = Session(SETTINGS, first=new)
    assert [mark.text for mark in beginning.history.marks] == [new.words]
    assert beginning.latest == taking.latest
    for session in (taking, beginning):
        session.advance(8)
    assert_same(taking, beginning)
    with pytest.raises(ValueError, match="shape"):
        Session(SETTINGS, first=Values({"wide.weight": np.zeros((1, 1), np.float32)}, "of another shape"))


def test_what_is_taken_before_the_first_step_belongs_to_the_first_weights() -> None:
    session, new = Session(SETTINGS), given()
    session.take(new)
    first = session.snapshot()
    session.advance(8)
    session.rewind()
    np.testing.assert_array_equal(session.snapshot().parameters, first.parameters)
    np.testing.assert_array_equal(session.snapshot().buffers["norm.running_mean"], new.arrays["norm.running_mean"])
    assert [mark.text for mark in session.history.marks] == [new.words]
    # Another seed draws the others, and still begins with what was taken.
    session.apply(SETTINGS.replace(seed=77))
    np.testing.assert_array_equal(array(session, "wide.weight"), new.arrays["wide.weight"])
    assert not np.array_equal(array(session, "out.weight"), first.array("out.weight"))


def test_what_is_taken_later_is_not_what_a_run_begins_with() -> None:
    session, first = Session(SETTINGS), Session(SETTINGS).snapshot()
    session.advance(8)
    session.take(given())
    session.rewind()
    np.testing.assert_array_equal(session.snapshot().parameters, first.parameters)


@pytest.mark.parametrize("steps", [0, 6])
def test_a_saved_run_goes_on_and_rewinds_as_it_would_have(steps: int, tmp_path: Path) -> None:
    session = run(SETTINGS, steps)
    session.take(given())
    session.advance(7)
    write_checkpoint(session.checkpoint(), tmp_path / "run.safetensors")
    again = Session(SETTINGS)
    assert again.resume(read_checkpoint(tmp_path / "run.safetensors")) == ()
    for one in (session, again):
        one.advance(9)
    assert_same(session, again)
    session.rewind()
    again.rewind()
    assert_same(session, again)


def test_what_does_not_fit_leaves_the_run_as_it_was() -> None:
    session, whole = run(SETTINGS, 6), run(SETTINGS, 6)
    for wrong in ({"wide.weight": np.zeros((2, 2), np.float32)}, {"gone.weight": np.zeros(1, np.float32)}):
        with pytest.raises((KeyError, ValueError)):
            session.take(Values({"wide.bias": np.ones(6, np.float32), **wrong}, "x"))
    for one in (session, whole):
        one.advance(9)
    assert_same(session, whole)


@pytest.mark.parametrize("steps", [0, 9])
def test_a_block_is_drawn_anew_and_nothing_else(steps: int) -> None:
    session = run(SETTINGS, steps)
    before = state_of(session.snapshot())
    left = session.reset("norm", "out", words="Out and Norm drawn anew")
    once = state_of(session.snapshot())
    assert not np.array_equal(once["out.weight"], before["out.weight"]) and not once["out.bias"].any()
    assert not once["norm.running_mean"].any() and (once["norm.weight"] == 1.0).all()
    assert np.array_equal(once["wide.weight"], before["wide.weight"])
    session.reset("out")
    assert not np.array_equal(array(session, "out.weight"), once["out.weight"]), "each time gives other weights"
    other = run(SETTINGS, steps)
    other.reset("out")
    np.testing.assert_array_equal(array(other, "out.weight"), once["out.weight"])
    again = Session(left.project)
    again.take_up(left)
    np.testing.assert_array_equal(again.snapshot().parameters, run(SETTINGS, steps).snapshot().parameters)


def test_a_frozen_block_takes_weights_and_keeps_them() -> None:
    settings = project(train_node(noisy_graph(), "wide", trainable=False), "adam", rate=0.01)
    session, new = run(settings, 5), given()
    session.take(new)
    session.advance(30)
    np.testing.assert_array_equal(array(session, "wide.weight"), new.arrays["wide.weight"])


def test_a_numpy_engine_goes_on_with_what_was_taken() -> None:
    settings = project(plain_graph(), engine="numpy")
    session = run(settings, 5)
    assert session.learner.engine.id == "numpy"
    session.take(Values({"layer-1.weight": np.zeros((3, 2), np.float32)}, "zeros"))
    twin = run(project(plain_graph(), engine="torch"), 5)
    twin.take(Values({"layer-1.weight": np.zeros((3, 2), np.float32)}, "zeros"))
    for one in (session, twin):
        one.advance(1)
    np.testing.assert_allclose(session.snapshot().parameters, twin.snapshot().parameters, atol=1e-6)
    assert session.learner.engine.id == "numpy" and array(session, "layer-1.weight").any()


def test_a_saved_project_lends_its_weights_to_another(tmp_path: Path) -> None:
    trained = run(project(plain_graph()), 20)
    text = to_json(trained.project).encode()
    write_pair(tmp_path / "a.json", text, trained.checkpoint().to_bytes(fingerprint(text)))
    session = Session(project(plain_graph(), seed=4))
    found = match(
        read_weights(tmp_path / "a.json"), wanted_of(session.project.graph, session.report.order, session.snapshot())
    )
    session.take(Values(found.values(), found.mark()))
    np.testing.assert_array_equal(session.snapshot().parameters, trained.snapshot().parameters)
    assert [mark.text for mark in session.history.marks] == ["weights of a: 4 of 4"]
