"""Phases take turns: each trains its own blocks on its own losses with its own optimizer, and nothing else moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from playground.document import edits
from playground.document.graph import Group
from playground.document.project import Phase, Project
from playground.network.check import check
from playground.network.compiled import compile_graph
from playground.training.phases import active_phases, turn
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired
from tests.training.phased_runs import BLOCKS, LEFT, RIGHT, SHARED, memory, moved, rate, taking_turns, two_heads
from tests.training.runs import (
    array,
    assert_same,
    change,
    circles,
    points,
    project,
    put,
    run,
    weights,
)

# Whose turn it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_only_the_blocks_of_the_phase_move_bit_for_bit(optimizer: str) -> None:
    session = run(taking_turns({**LEFT, "steps": 2}, RIGHT, optimizer=optimizer), 0)
    expected = [["body", "left"], ["body", "left"], ["right"]]
    assert [moved(session) for _ in range(9)] == expected * 3


def test_a_step_belongs_to_the_phase_whose_turn_it_is() -> None:
    phases = active_phases(taking_turns({**LEFT, "steps": 2}, {**RIGHT, "steps": 3}), check(two_heads()))
    assert [turn(phases, step) for step in range(10)] == [0, 0, 1, 1, 1] * 2
    assert [turn(phases[:1], step) for step in range(3)] == [0, 0, 0]


def test_every_step_has_a_batch_of_its_own_and_both_losses_are_followed() -> None:
    session = run(taking_turns(LEFT, RIGHT), 6)
    assert (session.epoch, session.examples) == (2.0, 56)
    curves = session.history.curves
    for name in ("train_loss", "train_loss.loss-left", "train_loss.loss-right"):
        assert curves[name].data().step[-1] == 6
    total = session.latest["test_loss.loss-left"] + session.latest["test_loss.loss-right"]
    assert session.latest["test_loss"] == pytest.approx(total)


def textbook(settings: Project, optimizers: list[Any], steps: int) -> dict[str, NDArray[np.float32]]:
    """The two players in a loop of one's own, all examples in every batch."""
    session = Session(settings, "cpu")
    network = compile_graph(settings.graph)
    for name, parameter in network.named_parameters():
        parameter.data = torch.tensor(array(session, name))
    feeds = dict(zip(network.feed_outputs, session.evaluator.train, strict=True))
    made = []
    for phase, make in zip(settings.training.phases, optimizers, strict=True):
        own = [p for name, p in network.named_parameters() if name.split(".")[0] in phase.trains]
        made.extend([(phase, make(own))] * phase.steps)
    for step in range(steps):
        phase, optimizer = made[step % len(made)]
        network.zero_grad()
        values = network.run(feeds)
        network.total_loss(values, phase.losses).backward()
        optimizer.step()
    return {name: parameter.detach().numpy() for name, parameter in network.named_parameters()}


@pytest.mark.parametrize("second", [RIGHT, SHARED], ids=["apart", "shared"])
def test_two_players_do_what_the_textbook_loop_does(second: dict[str, Any]) -> None:
    settings = taking_turns(
        {**LEFT, "optimizer": rate("adam", 0.02, beta1=0.5), "steps": 2},
        {**second, "optimizer": rate("momentum", 0.1, momentum=0.8)},
        batch_size=0,
    )
    optimizers = [
        lambda own: torch.optim.Adam(own, lr=0.02, betas=(0.5, 0.999)),
        lambda own: torch.optim.SGD(own, lr=0.1, momentum=0.8),
    ]
    expected = textbook(settings, optimizers, 40)
    session = run(settings, 40)
    for name, values in expected.items():
        np.testing.assert_allclose(array(session, name), values, atol=2e-6, err_msg=name)


# What learns --------------------------------------------------------------------------------------------------------


def test_each_optimizer_has_a_memory_of_its_own() -> None:
    session = run(taking_turns({**LEFT, "steps": 2}, SHARED), 6)
    kept = memory(session)
    steps = {name.removesuffix("/step"): float(value) for name, value in kept.items() if name.endswith("/step")}
    assert {name: steps[name] for name in ("body.weight", "left.bias", "1:body.weight", "1:right.bias")} == {
        "body.weight": 4.0, "left.bias": 4.0, "1:body.weight": 2.0, "1:right.bias": 2.0
    }  # fmt: skip
    assert "right.weight" not in steps and "1:left.weight" not in steps and not any("spare" in name for name in steps)
    assert not torch.equal(kept["body.weight/exp_avg"], kept["1:body.weight/exp_avg"])


def test_a_frozen_block_of_a_phase_stays() -> None:
    session = run(taking_turns(LEFT, RIGHT, graph=two_heads(body={"trainable": False})), 0)
    assert [moved(session) for _ in range(4)] == [["left"], ["right"]] * 2


def test_a_phase_of_frozen_blocks_does_nothing() -> None:
    session = run(taking_turns(LEFT, RIGHT, graph=two_heads(right={"trainable": False}), regularization={"l2": 0.1}), 0)
    assert [moved(session) for _ in range(4)] == [["body", "left"], []] * 2


def test_a_block_has_its_own_rate_in_every_phase() -> None:
    plain, slow = (
        run(taking_turns(LEFT, SHARED, graph=graph, optimizer="sgd", batch_size=0), 0)
        for graph in (two_heads(), two_heads(body={"learning_rate_factor": 0.5}))
    )
    for session_step in range(2):
        starts = [array(session, "body.weight").copy() for session in (plain, slow)]
        if session_step:  # from the same place again, so that the gradients are the same
            slow.restore(plain.snapshot())
            starts[1] = array(slow, "body.weight").copy()
        for session in (plain, slow):
            session.advance(1)
        steps = [array(s, "body.weight") - start for s, start in zip((plain, slow), starts, strict=True)]
        assert np.abs(steps[0]).max() > 1e-4
        np.testing.assert_allclose(steps[1], 0.5 * steps[0], atol=1e-7)


def test_a_schedule_counts_for_all_phases() -> None:
    schedule = {"id": "step", "parameters": {"every": 1, "gamma": 0.1}}
    session = run(
        taking_turns({**LEFT, "optimizer": rate("sgd", 1.0)}, {**RIGHT, "optimizer": rate("sgd", 0.2)},
                     schedule=schedule), 4,
    )  # fmt: skip
    assert session.learning_rate == pytest.approx(0.1)
    assert session.learner.rates == pytest.approx((0.1, 0.02))


def test_a_block_in_no_phase_keeps_its_statistics_too() -> None:
    graph = wired(
        [circles(), node("body", "dense", units=3), node("norm", "batch-norm"), node("left", "dense", units=1),
         node("loss-left", "binary-cross-entropy")],
        "data.features > body", "body > norm", "norm > left", "left > loss-left.prediction",
        "data.target > loss-left.target",
    )  # fmt: skip
    session = run(taking_turns(LEFT, graph=graph), 5)
    assert (session.snapshot().buffers["norm.running_mean"] == 0.0).all()
    session = run(taking_turns({**LEFT, "trains": ["body", "left", "norm"]}, graph=graph), 5)
    assert (session.snapshot().buffers["norm.running_mean"] != 0.0).any()


# Penalties and limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "regularization", [{"l1": 0.5}, {"l2": 0.5}, {"max_norm": 0.05}, {"l1": 0.1, "l2": 0.1, "max_norm": 0.1}], ids=str
)
def test_penalties_touch_only_the_blocks_of_the_phase(regularization: dict[str, float]) -> None:
    session = run(taking_turns(LEFT, RIGHT, optimizer="momentum", regularization=regularization), 0)
    assert [moved(session) for _ in range(4)] == [["body", "left"], ["right"]] * 2


def test_max_norm_holds_after_the_turn_of_each_block() -> None:
    session = run(taking_turns(LEFT, RIGHT, regularization={"max_norm": 0.05}), 1)
    assert np.linalg.norm(array(session, "left.weight")) <= 0.05 + 1e-6 < np.linalg.norm(array(session, "right.weight"))
    session.advance(1)
    assert np.linalg.norm(array(session, "right.weight")) <= 0.05 + 1e-6
    assert np.linalg.norm(array(session, "spare.weight")) > 0.1


@pytest.mark.parametrize("number", [0, 1])
def test_the_clipped_norm_is_that_of_the_phase_alone(number: int) -> None:
    """The penalty of the other phase is large, but it must not shorten this one's step: that has the limit's length."""
    others = ("right", "spare") if number == 0 else ("body", "left", "spare")
    graph = two_heads(**{name: {"l2": 100.0} for name in others})
    settings = taking_turns(
        LEFT, RIGHT, graph=graph, optimizer="sgd", rate=1.0, clipping={"kind": "norm", "limit": 0.01}
    )
    session = run(settings, number)
    before = weights(session)
    session.advance(1)
    assert np.linalg.norm(weights(session) - before) == pytest.approx(0.01, rel=1e-3)


def test_the_l2_of_a_phase_by_hand() -> None:
    """Where the loss is flat, w = 1 becomes w (1 - 2 λ η) = 0.9 in its own turn, and only then."""
    graph = wired(
        [points((0.0, 0.0, 1)), node("a", "dense", units=1, bias=False), node("b", "dense", units=1, bias=False),
         node("loss-a", "mean-squared-error"), node("loss-b", "mean-squared-error")],
        "data.features > a", "data.features > b", "a > loss-a.prediction", "b > loss-b.prediction",
        "data.target > loss-a.target", "data.target > loss-b.target",
    )  # fmt: skip
    phases = [{"losses": ["loss-a"], "trains": ["a"]}, {"losses": ["loss-b"], "trains": ["b"]}]
    session = run(taking_turns(*phases, graph=graph, optimizer="sgd", rate=0.1, regularization={"l2": 0.5}), 0)
    for name in ("a.weight", "b.weight"):
        put(session, name, 1.0, 1.0)
    for expected in ((0.9, 1.0), (0.9, 0.9), (0.81, 0.9)):
        session.advance(1)
        found = [array(session, name)[0, 0] for name in ("a.weight", "b.weight")]
        np.testing.assert_allclose(found, expected, rtol=1e-6)


# What is named ------------------------------------------------------------------------------------------------------


def test_groups_stand_for_their_blocks() -> None:
    graph = edits.add_group(two_heads(), Group(id="player", title="Player", nodes=("body", "left", "loss-left")))
    named = taking_turns({**LEFT, "trains": ["player"]}, RIGHT, graph=graph)
    assert_same(run(named, 7), run(taking_turns(LEFT, RIGHT), 7))
    smaller = edits.add_group(graph, Group(id="other", nodes=("left",)))
    session = run(named, 1)
    session.apply(named.replace(graph=smaller))
    assert moved(session) == ["right"]
    assert moved(session) == ["body"]


@pytest.mark.parametrize(
    "phases",
    [
        [{**LEFT, "losses": ["loss-left", "gone"], "trains": ["gone", "body", "left"]}, RIGHT],
        [LEFT, {"losses": ["gone"], "trains": ["body"]}, RIGHT],
        [LEFT, {"losses": ["loss-left"], "trains": ["gone"]}, RIGHT],
        [{"losses": ["left"], "trains": ["spare"]}, LEFT, RIGHT],
    ],
)
def test_what_is_not_on_the_canvas_is_passed_over(phases: list[dict[str, Any]]) -> None:
    assert_same(run(taking_turns(*phases), 7), run(taking_turns(LEFT, RIGHT), 7))


def test_without_a_phase_that_works_all_losses_train_all_blocks() -> None:
    plain = run(project(two_heads(), "adam", rate=0.05), 9)
    lost = run(taking_turns({"losses": ["gone"], "trains": ["body"]}), 9)
    every = {"losses": ["loss-left", "loss-right"], "trains": list(BLOCKS), "steps": 3}
    for session in (lost, run(taking_turns(every), 9)):
        assert_same(session, plain)


def test_a_single_phase_leaves_the_other_loss_out() -> None:
    session = run(taking_turns(LEFT), 0)
    assert [moved(session) for _ in range(2)] == [["body", "left"]] * 2
    both = run(taking_turns({**LEFT, "losses": ["loss-left", "loss-right"]}), 2)
    assert (array(both, "body.weight") != array(session, "body.weight")).any()


def test_a_phase_may_have_several_losses() -> None:
    every = {"losses": ["loss-left", "loss-right"], "trains": list(BLOCKS)}
    session = run(taking_turns(LEFT, every), 1)
    assert moved(session) == list(BLOCKS)


# Changes while it runs ----------------------------------------------------------------------------------------------


def with_phases(before: Project, *phases: dict[str, Any]) -> Project:
    return before.replace(training=before.training.replace(phases=tuple(Phase.model_validate(one) for one in phases)))


def test_the_rate_of_one_phase_changes_live_and_memory_stays() -> None:
    settings = taking_turns(LEFT, {**RIGHT, "optimizer": rate("adam", 0.05)})
    session, untouched = run(settings, 5), run(settings, 5)
    before, learner = memory(session), session.learner
    session.apply(with_phases(settings, LEFT, {**RIGHT, "optimizer": rate("adam", 0.001)}))
    assert session.learner is learner
    assert all(torch.equal(value, memory(session)[name]) for name, value in before.items())
    assert [mark.text for mark in session.history.marks] == ["Right: learning rate 0.05 → 0.001"]
    for each in (session, untouched):
        start = array(each, "right.weight").copy()
        each.advance(1)
        each.step_taken = np.abs(array(each, "right.weight") - start).max()  # type: ignore[attr-defined]
    assert session.step_taken == pytest.approx(untouched.step_taken / 50, rel=1e-3)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(array(session, "left.weight"), array(untouched, "left.weight"))


def test_the_optimizer_of_the_network_is_that_of_phases_without_one() -> None:
    settings = taking_turns(LEFT, {**RIGHT, "optimizer": rate("sgd", 0.3)}, optimizer="sgd", rate=0.1)
    session = run(settings, 2)
    session.apply(change(settings, optimizer=rate("sgd", 0.02)))
    assert session.learner.rates == pytest.approx((0.02, 0.3))
    assert [mark.text for mark in session.history.marks] == ["learning rate 0.1 → 0.02"]


def test_another_optimizer_starts_with_an_empty_memory_and_the_same_weights() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session = run(settings, 4)
    before = weights(session)
    session.apply(with_phases(settings, LEFT, {**RIGHT, "optimizer": rate("momentum", 0.1)}))
    np.testing.assert_array_equal(weights(session), before)
    assert memory(session) == {}
    assert [mark.text for mark in session.history.marks] == ["Right: optimizer Adam → Momentum"]
    assert [moved(session) for _ in range(2)] == [["body", "left"], ["right"]]


def test_more_steps_for_one_phase_change_live() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session = run(settings, 4)
    learner = session.learner
    session.apply(with_phases(settings, LEFT, {**RIGHT, "steps": 3}))
    assert session.learner is learner
    assert [mark.text for mark in session.history.marks] == ["Right: steps 1 → 3"]
    # The fifth step is the first of a round of four.
    assert [moved(session) for _ in range(4)] == [["body", "left"], ["right"], ["right"], ["right"]]


def test_another_membership_keeps_all_weights_and_the_memory_that_fits() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session = run(settings, 6)
    before, kept = session.snapshot(), memory(session)
    session.apply(with_phases(settings, {**LEFT, "trains": ["left"]}, {**RIGHT, "trains": ["right", "spare", "body"]}))
    for name in BLOCKS:
        np.testing.assert_array_equal(array(session, f"{name}.weight"), before.array(f"{name}.weight"))
    after = memory(session)
    for name in ("left.weight/exp_avg", "1:right.weight/exp_avg_sq"):
        assert torch.equal(after[name], kept[name])
    assert not after["1:spare.weight/exp_avg"].any()
    assert [mark.text for mark in session.history.marks] == ["Left: blocks changed", "Right: blocks changed"]
    assert (session.step, session.epoch) == (6, 2.0)
    assert [moved(session) for _ in range(2)] == [["left"], ["body", "right", "spare"]]


def test_phases_come_and_go_while_it_runs() -> None:
    plain = project(two_heads(), "adam", rate=0.05)
    session = run(plain, 3)
    before = session.snapshot()
    session.apply(with_phases(plain, LEFT, RIGHT))
    np.testing.assert_array_equal(array(session, "right.weight"), before.array("right.weight"))
    assert moved(session) == ["right"]  # the fourth step
    session.apply(plain)
    assert moved(session) == list(BLOCKS)
    assert [mark.text for mark in session.history.marks] == ["phases 0 → 2", "phases 2 → 0"]


def test_an_unknown_optimizer_of_a_phase_leaves_the_session_as_it_was() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session, untouched = run(settings, 3), run(settings, 9)
    for wrong in ({**RIGHT, "optimizer": {"id": "nobody"}}, {**RIGHT, "optimizer": rate("adam", -1.0)}):
        with pytest.raises((KeyError, ValueError)):
            session.apply(with_phases(settings, LEFT, wrong))
    assert session.project == settings
    session.advance(6)
    assert_same(session, untouched)
