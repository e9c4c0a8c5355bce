"""Gradient flow by layer: numbers against autograd and the run itself, and warnings that name what is wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.analysis.question import Question
from playground.analysis.run.gradient_flow import RECENT, GradientFlowAnalysis, LayerFlow
from playground.analysis.run.gradient_warnings import LayerFacts, short, warnings
from playground.analysis.shared.unit_health import as_in_training, norms_by_node, weight_gradients
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Graph
from playground.network.check import check
from playground.training.history import Mark, Moment
from playground.training.session.session import Session
from playground.training.step_sizes import curve_name
from tests.analysis.subjects import chain, question_of, spirals
from tests.network.small_graphs import chain as blocks
from tests.network.small_graphs import multilayer, node
from tests.training.phased_runs import LEFT, RIGHT, taking_turns
from tests.training.runs import circles, noisy_graph, project, run, train_node


def flow_of(session: Session, step: int | None = None, chosen: str | None = None) -> LayerFlow:
    snapshot = session.snapshot()
    if step is not None:
        snapshot = next(one for one in session.trail.snapshots if one.step == step)
    history = {name: curve.data() for name, curve in session.history.curves.items()}
    question = Question(
        subject=Subject(session.project.graph), snapshot=snapshot, history=history, project=session.project, node=chosen
    )
    return GradientFlowAnalysis().compute(question)


def stepped(session: Session, steps: int) -> Session:
    for _ in range(steps):
        session.advance(1)
    return session


def test_before_the_first_step_gradients_are_those_of_autograd() -> None:
    question = question_of(chain("spirals", spirals(), [6, 2]))
    flow = GradientFlowAnalysis().compute(question)
    subject, snapshot = question.subject, question.snapshot
    assert subject is not None and snapshot is not None
    part = subject.prepared["data"].parts["train"]
    features, target = torch.tensor(part["features"][:256]), torch.tensor(part["target"][:256])
    weights = [torch.tensor(snapshot.array(place.name), requires_grad=True) for place in snapshot.layout.places]
    hidden = torch.tanh(features @ weights[0].T + weights[1])
    torch.nn.functional.cross_entropy(hidden @ weights[2].T + weights[3], target).backward()
    for layer, (weight, bias) in zip(flow.layers, (weights[:2], weights[2:]), strict=True):
        together = torch.cat([weight.grad.ravel(), bias.grad.ravel()])  # type: ignore[union-attr]
        assert layer.now["gradient"] == pytest.approx(float(together.norm()), rel=1e-4)
        norm = float(torch.cat([weight.ravel(), bias.ravel()]).norm())
        assert layer.now["weights"] == pytest.approx(norm, rel=1e-5)
        assert math.isnan(layer.now["update"]) and math.isnan(layer.now["ratio"]) and layer.step.size == 0


def test_over_time_it_shows_the_measured_steps_and_looks_back_at_a_moment() -> None:
    session = stepped(Session(project(), "cpu"), 30)
    now, past = flow_of(session), flow_of(session, step=12)
    assert [layer.node for layer in now.layers] == ["layer-1", "layer-2"]
    layer = now.layers[0]
    rows = session.history.curves[curve_name("gradient", "layer-1")].data()
    np.testing.assert_array_equal(layer.step, rows.step)
    np.testing.assert_array_equal(layer.gradient, rows.value)
    np.testing.assert_allclose(layer.over_time("ratio"), layer.update / layer.weights)
    assert layer.now["gradient"] == np.median(rows.value[-RECENT:])
    assert past.step == 12 and len(past.layers[0].step) == 30
    assert past.layers[0].now["update"] == np.median(layer.update[12 - RECENT : 12])
    assert past.layers[0].now["ratio"] == pytest.approx(past.layers[0].now["update"] / past.layers[0].now["weights"])
    columns, table = now.table()
    assert columns[0] == "block" and len(table) == 60 and table[0][0] == "layer-1"


def test_what_was_measured_before_a_change_tells_nothing_of_now() -> None:
    session = stepped(Session(project(), "cpu"), 12)
    question = Question(
        Subject(session.project.graph), session.snapshot(),
        {name: curve.data() for name, curve in session.history.curves.items()}, project=session.project,
    )  # fmt: skip
    changed = replace(question, marks=(Mark(Moment(12, 1.0, 120, 1.0), "layer-1: tanh → relu"),))
    layer = GradientFlowAnalysis().compute(changed).layers[0]
    assert len(layer.step) == 12 and math.isnan(layer.now["update"])
    subject = Subject(session.project.graph)
    subject.load(session.snapshot())
    assert layer.now["gradient"] == pytest.approx(norms_by_node(weight_gradients(subject))["layer-1"])
    earlier = replace(question, marks=(Mark(Moment(10, 1.0, 120, 1.0), "learning rate 0.1 → 0.2"),))
    layer = GradientFlowAnalysis().compute(earlier).layers[0]
    assert layer.now["update"] == np.median(layer.update[10:12])


def test_the_chosen_block_is_told_and_frozen_blocks_are_left_out() -> None:
    session = run(project(train_node(noisy_graph(), "wide", trainable=False)), 3)
    flow = flow_of(session, chosen="norm")
    assert [layer.node for layer in flow.layers] == ["norm", "out"] and flow.chosen == "norm"
    assert flow_of(session, chosen="wide").chosen == ""


def test_looking_leaves_running_statistics_as_they_were() -> None:
    session = run(project(noisy_graph()), 5)
    subject = Subject(session.project.graph)
    subject.load(session.snapshot())
    before = {name: buffer.clone() for name, buffer in subject.network.named_buffers()}
    with as_in_training(subject):
        assert all(module.training for module in subject.network.children())
        subject.network.run(subject.feeds("train"))
    assert not subject.network.training
    for name, buffer in subject.network.named_buffers():
        assert torch.equal(buffer, before[name])


def test_with_phases_each_block_has_the_gradient_of_its_own_losses() -> None:
    settings = taking_turns(LEFT, RIGHT)
    session = run(settings, 0)
    subject = Subject(settings.graph)
    subject.load(session.snapshot())
    found = weight_gradients(subject, settings)
    network = subject.network
    total = network.total_loss(network.run(subject.feeds("train")), {"loss-left"})
    named = dict(network.named_parameters())
    expected = torch.autograd.grad(total, named["body.weight"])[0]
    np.testing.assert_allclose(found["body.weight"], expected.numpy(), rtol=1e-4, atol=1e-8)
    assert {name.split(".")[0] for name in found} == {"body", "left", "right"}


@pytest.mark.parametrize(
    "graph",
    [
        files.read(library.paths()["remember-lstm"]).graph,
        blocks(node("data", "digits"), node("conv", "conv2d", filters=3), node("flat", "flatten"),
               node("out", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy")),
    ],
    ids=["lstm", "conv"],
)  # fmt: skip
def test_other_kinds_of_blocks_flow_too(graph: Graph) -> None:
    report = check(graph)
    if not report.ok:
        pytest.fail(str(report.problems))
    flow = flow_of(run(project(graph, rate=0.01), 2))
    assert flow.layers and all(layer.now["gradient"] > 0 for layer in flow.layers)


# Warnings -------------------------------------------------------------------------------------------------------------


def deep(activation: str, initializer: str = "xavier-normal") -> Session:
    graph = multilayer(circles(), *[(8, activation)] * 10, (1, "sigmoid"), loss="mean-squared-error")
    return stepped(Session(project(graph, initializer={"id": initializer}), "cpu"), 6)


def test_ten_sigmoids_vanish_and_the_button_puts_relu_into_them_but_not_into_the_last() -> None:
    flow = flow_of(deep("sigmoid"))
    warning = next(one for one in flow.warnings if one.kind == "vanishing")
    assert flow.layers[0].now["gradient"] < 1e-6
    assert warning.nodes[0] == "layer-1" and "under 0.000001" in warning.sentence and "ReLU" in warning.advice
    assert [name for name, _ in warning.edits] == [f"layer-{number}" for number in range(1, 11)]
    assert all(change == {"activation": "relu"} for _, change in warning.edits)
    assert warning.fix.startswith("Use ReLU in")


def test_ten_relus_do_not_vanish() -> None:
    flow = flow_of(deep("relu", "he-normal"))
    assert flow.layers[0].now["gradient"] > 1e-6
    assert not any(one.kind in ("vanishing", "exploding") for one in flow.warnings)


def facts(*gradients: float, **changes: float) -> list[LayerFacts]:
    return [
        replace(LayerFacts(f"n{number}", f"Layer {number}", gradient, 1.0, 1e-3), **changes)  # type: ignore[arg-type]
        for number, gradient in enumerate(gradients, start=1)
    ]


def kinds(layers: list[LayerFacts]) -> list[str]:
    return [warning.kind for warning in warnings(layers)]


def test_a_loss_that_has_settled_is_no_vanishing_gradient() -> None:
    assert kinds(facts(1e-9, 2e-9, 1e-8)) == []
    assert kinds(facts(1e-9, 2e-9, 1e-2)) == ["vanishing"]
    assert kinds(facts(2e-6, 2e-5, 1e-2)) == []
    assert kinds(facts(0.0, 0.0, 0.0)) == ["none"]
    assert kinds(facts(0.0, 1e-9, 1e-1)) == ["none", "vanishing"]
    assert warnings(facts(0.0, 0.0, 0.0), loss=1e-5) == ()
    # Side by side nothing is lost on the way, and one layer alone does not explode from layer to layer.
    assert kinds(facts(0.0, 1e-9, 1e-1, behind=frozenset())) == []  # type: ignore[arg-type]
    assert kinds(facts(1e3, update=2.0, alone=True)) == []
    assert kinds(facts(math.nan, math.nan)) == []


def test_two_nets_side_by_side_are_not_measured_by_each_other() -> None:
    session = stepped(Session(files.read(library.find("learning-rate-sweep")), "cpu"), 3)
    assert not flow_of(session).warnings
    zeros = flow_of(stepped(Session(files.read(library.find("zero-initialization")), "cpu"), 3))
    assert {warning.kind: warning.nodes for warning in zeros.warnings}["none"] == ("zero-1",)


def test_a_task_that_is_solved_is_no_fault() -> None:
    session = stepped(Session(files.read(library.find("perceptron-and")), "cpu"), 80)
    assert session.history.last("train_loss") == 0.0
    assert not flow_of(session).warnings


def test_what_explodes_is_said_unless_clipping_holds_the_step() -> None:
    assert kinds(facts(1.0, 5e3, update=0.01)) == []
    (warning,) = warnings(facts(1.0, 5e3, update=2.0))
    assert warning.kind == "exploding" and warning.nodes == ("n2",) and "NaN" not in warning.sentence
    assert "Layer 2 gets 5000," in warning.sentence and "2 times as long" in warning.sentence
    assert "Clip" in warning.advice and warning.edits == ()
    assert kinds(facts(1.0, 40.0, update=0.3)) == ["exploding"]
    assert kinds(facts(1.0, 40.0, update=0.3, weights=50.0)) == []
    unknown = facts(1.0, 40.0, update=math.nan)
    assert kinds(unknown) == ["exploding"] and warnings(unknown, clipped=True) == ()
    (warning,) = warnings(facts(1.0, 1e16, update=0.01))
    assert "NaN is near" in warning.sentence
    assert kinds(facts(1.0, math.inf)) == ["exploding"]


def test_dead_and_saturated_layers_are_named_with_their_share() -> None:
    layers = [
        LayerFacts("a", "First", activation="relu", settable=True, dead=0.25, units=8),
        LayerFacts("b", "Second", activation="relu", dead=1.0, units=4),
        LayerFacts("c", "Third", activation="relu", settable=True, dead=0.125, units=8),
        LayerFacts("d", "Fourth", activation="tanh", settable=True, saturated=0.8, units=8),
        LayerFacts("e", "Answer", activation="sigmoid", settable=True, saturated=1.0, last=True, units=1),
    ]
    dead, saturated = warnings(layers)
    assert dead.sentence.endswith("100% of Second (4 of 4), 25% of First (2 of 8).")
    assert dead.edits == (("a", {"activation": "leaky-relu"}),) and dead.nodes == ("b", "a")
    assert "80% of Fourth (tanh)" in saturated.sentence and saturated.edits == (("d", {"activation": "relu"}),)


def test_equal_units_and_blocked_ways_are_found_in_a_net_of_zeros() -> None:
    flow = flow_of(stepped(Session(project(initializer={"id": "zeros"}, rate=0.5), "cpu"), 3))
    found = {warning.kind: warning for warning in flow.warnings}
    assert found["none"].nodes == ("layer-1",) and found["copies"].sentence.startswith("All 3 units of")


def test_dead_units_are_counted_in_a_net_made_by_hand() -> None:
    graph = chain("spirals", spirals(), [4, 2])
    graph = graph.replace(nodes=tuple(
        one.replace(parameters={**one.parameters, "activation": "relu"}) if one.id == "dense-1" else one
        for one in graph.nodes
    ))  # fmt: skip
    question = question_of(graph)
    assert question.snapshot is not None
    values = question.snapshot.parameters.copy()
    place = question.snapshot.layout.by_name()["dense-1.bias"]
    values[place.start : place.start + 4] = [-1e3, 1e3, -1e3, 1e3]
    flow = GradientFlowAnalysis().compute(replace(question, snapshot=replace(question.snapshot, parameters=values)))
    (dead,) = (warning for warning in flow.warnings if warning.kind == "dead")
    assert "50% of" in dead.sentence and "(2 of 4)" in dead.sentence


def test_numbers_are_said_shortly() -> None:
    assert [short(x) for x in (0.0, 0.5, 3.21e-9, 4.14e7, math.inf)] == [
        "0", "0.5", "3.2e−9", "4.1e7", "no finite number"
    ]  # fmt: skip


def test_without_loss_or_weights_it_says_why_not() -> None:
    graph = chain("spirals", spirals(), [6, 2])
    bare = graph.replace(nodes=graph.nodes[:-1], edges=tuple(e for e in graph.edges if e.target != graph.nodes[-1].id))
    assert "loss" in GradientFlowAnalysis().why_not(check(bare), bare)
    frozen = train_node(train_node(graph, "dense-1", trainable=False), "dense-2", trainable=False)
    assert "weights that learn" in GradientFlowAnalysis().why_not(check(frozen), frozen)
    assert GradientFlowAnalysis().why_not(check(graph), graph) == ""
