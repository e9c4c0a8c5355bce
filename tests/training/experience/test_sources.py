"""A source that makes its examples as it goes: the run keeps every promise that it keeps with rows of data."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.data.registry import DATASETS
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import check
from playground.training.batches import Batch, DataError
from playground.training.divergence import Diverged
from playground.training.experience.registry import SOURCES, source_of
from playground.training.experience.rows import Feeder
from playground.training.readiness import refusals
from playground.training.saving.checkpoint import Checkpoint, CheckpointError, read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from playground.training.stacked.stack import CannotStack, Stack
from tests.network.small_graphs import multilayer, node, wired
from tests.training.experience.sources import Noisy, Prioritized, declared, graph_of
from tests.training.runs import assert_same, change, circles, plain_graph, project, run, weights, with_rate

SOURCE_OF = {"prioritized-circles": Prioritized, "noisy-circles": Noisy}


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with declared():
        yield


@pytest.fixture(params=SOURCE_OF)
def block(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["numpy", "torch"])
def settings(block: str, request: pytest.FixtureRequest) -> Project:
    """3 steps of 10, 10 and 8 examples an epoch."""
    return project(graph_of(block), "adam", rate=0.05, engine=request.param)


def assert_same_run(one: Session, other: Session) -> None:
    assert_same(one, other)
    ours, theirs = one.learner.experience.state(), other.learner.experience.state()
    assert (ours.position, ours.epoch, ours.source) == (theirs.position, theirs.epoch, theirs.source)
    np.testing.assert_array_equal(ours.generator, theirs.generator)
    assert ours.memory.keys() == theirs.memory.keys() != set()
    for name, array in ours.memory.items():
        np.testing.assert_array_equal(array, theirs.memory[name])


def saved_and_resumed(session: Session, path: Path) -> Session:
    write_checkpoint(session.checkpoint(), path)
    other = Session(session.project, "cpu")
    other.resume(read_checkpoint(path))
    return other


def test_the_data_choose_the_source(settings: Project) -> None:
    session = run(settings, 0)
    assert session.learner.engine.id == settings.training.engine
    assert type(session.learner.experience) is SOURCE_OF[settings.graph.nodes[0].block]
    assert type(run(project(), 0).learner.experience) is Feeder
    assert source_of(check(wired([]))) is Feeder


def test_it_learns(settings: Project) -> None:
    session = run(settings, 0)
    before = session.latest["train_loss"]
    session.advance(600)
    assert session.evaluate(full=True)["train_loss"] < 0.3 * before
    assert (session.epoch, session.examples, session.steps_per_epoch) == (200.0, 200 * 28, 3)
    assert session.latest.keys() >= {"train_accuracy", "test_loss"}


def test_a_batch_is_made_after_the_step_on_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    session = run(project(graph_of("prioritized-circles")), 0)
    steps, seen, made = [], [], Prioritized.make

    def make(self: Prioritized, size: int) -> Batch:
        steps.append(session.step)
        seen.append(weights(session))
        return made(self, size)

    with monkeypatch.context() as patch:
        patch.setattr(Prioritized, "make", make)
        session.advance(9)
    assert steps == list(range(9))
    for step, parameters in enumerate(seen):
        np.testing.assert_array_equal(parameters, weights(run(session.project, step)))


def test_what_comes_depends_on_the_weights() -> None:
    settings = project(graph_of("prioritized-circles"))
    one, other = run(settings, 3), run(settings, 3)
    other.set_parameter("layer-2.bias", (0,), 3.0)
    batches = []
    for session in (one, other):
        session.learner.learn(1)  # asks the network, and draws by its answers
        batches.append(next(iter(session.learner.experience.take(1))))
    assert not torch.equal(batches[0][0], batches[1][0])


@pytest.mark.parametrize("chunks", [[1] * 20, [7, 13], [3, 3, 14]])
def test_the_chunks_of_a_run_do_not_matter(settings: Project, chunks: list[int]) -> None:
    session = run(settings, 0)
    for chunk in chunks:
        assert session.advance(chunk) == chunk
    assert_same_run(session, run(settings, 20))


@pytest.mark.parametrize("steps", [0, 1, 3, 8])
def test_a_run_from_a_file_equals_an_uninterrupted_one(settings: Project, steps: int, tmp_path: Path) -> None:
    resumed = saved_and_resumed(run(settings, steps), tmp_path / "run.safetensors")
    assert_same_run(resumed, run(settings, steps))
    resumed.advance(7)
    assert_same_run(resumed, run(settings, steps + 7))


def test_every_moment_of_the_past_is_a_place_to_go_on_from(settings: Project, tmp_path: Path) -> None:
    session = run(settings, 0)
    for _ in range(14):
        session.advance(1)
    whole, again = run(settings, 20), saved_and_resumed(session, tmp_path / "run.safetensors")
    for past in (session, again):
        assert len(past.trail.snapshots) > 10
        for moment in past.trail.snapshots[::3]:
            other = Session(settings, "cpu")
            other.branch_from(moment, past.history, past.trail.snapshots)
            assert other.step == moment.step
            other.advance(20 - moment.step)
            assert_same_run(other, whole)


def test_a_state_is_a_place_to_return_to(settings: Project) -> None:
    session = run(settings, 4)
    state = session.learner.state()
    kept = {name: array.copy() for name, array in state.experience.memory.items()}
    session.advance(9)
    for name, array in kept.items():
        np.testing.assert_array_equal(state.experience.memory[name], array)
    session.learner.return_to(state)
    assert_same_run(session, run(settings, 4))
    session.advance(9)
    assert_same_run(session, run(settings, 13))


def test_a_run_that_was_left_by_an_edit_goes_on(settings: Project) -> None:
    session = run(settings, 7)
    layer = settings.graph.node("layer-1")
    wide = layer.replace(parameters={**layer.parameters, "units": 5})
    wider = settings.graph.replace(nodes=[wide if one is layer else one for one in settings.graph.nodes])
    stood = session.learner.experience.state()
    left = session.apply(settings.replace(graph=wider))
    assert left is not None and left.nbytes > stood.nbytes
    followed = session.learner.experience.state()  # the data are the same, so it goes on where it stood
    assert followed.position == stood.position and np.array_equal(followed.generator, stood.generator)
    session.advance(5)
    again = Session(left.project, "cpu")
    again.take_up(left)
    again.advance(8)
    assert_same_run(again, run(settings, 15))


def test_other_data_begin_anew_in_the_same_epoch(settings: Project) -> None:
    session = run(settings, 7)
    more = graph_of(settings.graph.nodes[0].block, examples=60)
    session.apply(settings.replace(graph=more))
    state = session.learner.experience.state()
    assert (state.epoch, state.position, session.step) == (2, 0, 7)
    session.apply(session.project.replace(graph=plain_graph()))
    assert session.learner.experience.state().source == "rows" and session.learner.experience.epoch == 2
    session.advance(3)


def test_rewinding(settings: Project) -> None:
    session = run(settings, 8)
    session.rewind()
    assert_same_run(session, run(settings, 0))
    session.advance(8)
    assert_same_run(session, run(settings, 8))


@pytest.mark.parametrize(("size", "left"), [(4, 5), (0, 1), (99, 1), (1, 18)])
def test_another_batch_size_in_mid_run(settings: Project, size: int, left: int, tmp_path: Path) -> None:
    session = run(settings, 4)
    session.apply(change(settings, batch_size=size))
    assert session.steps_left_in_epoch == left
    resumed = saved_and_resumed(session, tmp_path / "run.safetensors")
    for each in (session, resumed):
        each.advance(left)
        assert (each.epoch, each.examples) == (2.0, 56)
        each.advance(3)
    assert_same_run(session, resumed)


@pytest.mark.parametrize("rate", [1000.0, 0.7])
def test_divergence_is_found_at_its_step(block: str, rate: float) -> None:
    data = circles().replace(block=block)
    settings = project(multilayer(data, (3, "identity"), (1, "identity"), loss="mean-squared-error"), rate=0.01)
    session = run(settings, 10)
    session.apply(with_rate(settings, rate))
    good, failed = session.step, 0
    alone = run(settings, 10)
    alone.apply(with_rate(settings, rate))
    while not failed:
        try:
            alone.advance(1)
        except Diverged as error:
            failed = error.step
    with pytest.raises(Diverged) as caught:
        session.advance(2_000)
    assert caught.value.step == failed > good and session.step == failed - 1
    assert caught.value.node in {"layer-1", "layer-2", "loss"} and "rate" in caught.value.message
    assert_same_run(session, alone)


def test_a_step_that_fails_leaves_everything_as_it_was(settings: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    session, source = run(settings, 3), SOURCE_OF[settings.graph.nodes[0].block]
    made, calls = source.make, itertools.count()

    def make(self: Noisy, size: int) -> Batch:
        if next(calls) == 2:
            raise torch.OutOfMemoryError("no memory left")
        return made(self, size)  # type: ignore[arg-type]

    monkeypatch.setattr(source, "make", make)
    with pytest.raises(torch.OutOfMemoryError):
        session.advance(3)
    assert_same_run(session, run(settings, 3))
    session.advance(3)
    assert_same_run(session, run(settings, 6))


def test_a_state_of_another_source_is_refused() -> None:
    rows = run(project(plain_graph()), 5)
    session = run(project(graph_of("prioritized-circles")), 5)
    with pytest.raises(ValueError, match="another source of experience"):
        session.learner.experience.restore(rows.learner.experience.state())
    with pytest.raises(CheckpointError, match="another source of experience"):
        session.resume(rows.checkpoint())
    assert_same_run(session, run(session.project, 0))
    state = session.learner.experience.state()
    with pytest.raises(ValueError, match="lacks 'priority'"):
        session.learner.experience.restore(replace(state, memory={}))
    with pytest.raises(ValueError, match="no such position"):
        session.learner.experience.restore(replace(state, position=29))


def test_files_from_before_there_were_sources_open() -> None:
    session = run(project(optimizer="adam"), 8)
    checkpoint = session.checkpoint()
    del checkpoint.meta["source"]
    for entry in checkpoint.meta["trail"]:
        del entry["source"], entry["experience"]
    other = Session(session.project, "cpu")
    assert other.resume(Checkpoint(checkpoint.tensors, checkpoint.meta)) == ()
    assert len(other.trail.snapshots) == len(session.trail.snapshots)
    for moment in other.trail.snapshots:
        branch = Session(session.project, "cpu")
        branch.branch_from(moment, other.history)
        branch.advance(12 - moment.step)
        assert_same(branch, run(session.project, 12))


def two_sources(*blocks: str) -> Graph:
    """Two data blocks, each with a layer; the loss compares both."""
    nodes = [circles().replace(id=f"data-{i}", block=block) for i, block in enumerate(blocks)]
    layers = [node(f"layer-{i}", "dense", units=1) for i in range(2)]
    return wired(
        [*nodes, *layers, node("loss", "mean-squared-error")],
        "data-0.features > layer-0", "data-1.features > layer-1", "layer-0 > loss.prediction", "layer-1 > loss.target",
    )  # fmt: skip


def test_two_sources_cannot_feed_one_network() -> None:
    settings = project(two_sources("prioritized-circles", "noisy-circles"))
    with pytest.raises(DataError, match="Prioritized circles and Noisy circles each choose") as caught:
        Session(settings, "cpu")
    assert caught.value.node == "data-1"
    (problem,) = refusals(settings, check(settings.graph))
    assert problem.node == "data-1"


def test_a_source_feeds_the_rows_beside_it() -> None:
    session = run(project(two_sources("circles", "prioritized-circles")), 5)
    assert type(session.learner.experience) is Prioritized and session.step == 5


def test_many_runs_in_one_step_are_refused_in_a_sentence(settings: Project) -> None:
    with pytest.raises(CannotStack, match="made while they learn"):
        Stack([settings, settings.replace(seed=2)])


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda cls: cls.id)
def test_every_dataset_asks_for_a_source_that_there_is(dataset: type) -> None:
    named = {source.id for source in SOURCES}
    assert dataset.experience in named, "name it in SOURCES of playground/training/experience/registry.py"  # type: ignore[attr-defined]
