"""Backpropagation step by step, against autograd on the whole network, finite differences and real training steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.analysis.inside.slow_motion.chain import Chain
from playground.analysis.inside.slow_motion.parts import parts_of
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.blocks import hard_activations
from playground.blocks.base import Block
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import check
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node, wired
from tests.training.runs import OPTIMIZERS, circles, one_neuron, points, project, train_node


def data(rows: str) -> Any:
    return node("data", "typed-examples", rows=rows)


def dense(name: str, units: int, activation: str = "tanh", **parameters: Any) -> Any:
    return node(name, "dense", units=units, activation=activation, **parameters)


def residual() -> Graph:
    """Two ways from the first layer to the sum, and two ways from there to the end."""
    return wired(
        [
            data("0.5, -1 -> 0.3"), dense("first", 3), dense("round", 3, "sigmoid"), node("sum", "add"),
            dense("left", 2), dense("right", 2, "relu"), node("both", "concatenate"), dense("last", 1, "identity"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > first", "first > round", "first > sum", "round > sum", "sum > left", "sum > right",
        "left > both", "right > both", "both > last", "last > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def two_rows(loss: str, **wires: str) -> Graph:
    """One example becomes a real and a generated row."""
    return wired(
        [
            data("0.5, -1 -> 0.3 0.7"), dense("generator", 2), node("both", "real-and-generated"), dense("judge", 2),
            node("soft", "softmax"), node("said", "softmax"), dense("yes", 1, "sigmoid"), node("loss", loss),
        ],
        "data.features > generator", "data.target > both.real", "generator > both.generated", "both.mixed > judge",
        "judge > soft", "both.mixed > said", "judge > yes",
        *(f"{source} > loss.{port}" for port, source in wires.items()),
    )  # fmt: skip


def of_points(labels: str, units: int, activation: str, loss: str, **parameters: Any) -> Graph:
    given = node("data", "drawn-points", points=[[0.4, -1.2, 1]], labels=labels, train_share=1.0, validation_share=0.0)
    return chain(given, dense("hidden", 4), dense("out", units, activation), loss=node("loss", loss, **parameters))


GRAPHS: dict[str, Graph] = {
    "mean squared": chain(
        data("1, 2 -> 0.5 -0.5"), dense("a", 3), dense("b", 2), loss=node("loss", "mean-squared-error")
    ),
    "half mean squared": chain(
        data("1, 2 -> 0.5 -0.5"), dense("a", 3, "gelu"), dense("b", 2, "prelu"),
        loss=node("loss", "half-mean-squared-error"),
    ),
    "sum of squares": chain(data("1, 2 -> 0.5 1"), dense("b", 2), loss=node("loss", "sum-of-squares-error")),
    "weighted loss": chain(data("1 -> 0.5"), dense("a", 2), dense("b", 1), loss=node("loss", "huber", weight=3.0)),
    "absolute": chain(data("1 -> 0.5"), dense("a", 2, "relu"), dense("b", 1), loss=node("loss", "mean-absolute-error")),
    "residual": residual(),
    "logits": of_points("index", 2, "identity", "cross-entropy"),
    "softmax": of_points("index", 2, "softmax", "cross-entropy"),
    "log softmax": of_points("index", 2, "log-softmax", "cross-entropy"),
    "one-hot logits": of_points("one-hot", 2, "identity", "categorical-cross-entropy"),
    "one-hot softmax": of_points("one-hot", 2, "softmax", "categorical-cross-entropy"),
    "binary logits": of_points("zero-one", 1, "identity", "binary-cross-entropy"),
    "binary": of_points("zero-one", 1, "sigmoid", "binary-cross-entropy"),
    "two yes or no": of_points("one-hot", 2, "sigmoid", "binary-cross-entropy"),
    "two rows, yes or no": two_rows("binary-cross-entropy", prediction="yes", target="both.is_real"),
    "two rows of shares": two_rows("categorical-cross-entropy", prediction="soft", target="said"),
    "hinge": of_points("signed", 1, "tanh", "hinge"),
    "norms": chain(
        circles(), dense("a", 4), node("batch", "batch-norm"), node("layer", "layer-norm"), node("drop", "dropout"),
        dense("b", 1, "sigmoid"), loss=node("loss", "binary-cross-entropy"),
    ),
}  # fmt: skip


def question_of(graph: Graph, seed: int = 0, **settings: Any) -> Question:
    session = Session(project(graph, seed=seed, **settings), "cpu")
    return context_at(session)


def context_at(session: Session) -> Question:
    return Question(
        subject=Subject(session.project.graph), snapshot=session.snapshot(), project=session.project
    )


def by_autograd(question: Question) -> dict[str, np.ndarray]:
    """Gradients of the total loss by one backward pass through the network as a whole."""
    subject = question.loaded()
    subject.calm()
    named = dict(subject.network.named_parameters())
    loss = subject.network(subject.example(question.example))
    found = torch.autograd.grad(loss, list(named.values()), allow_unused=True)
    return {name: g.numpy() for name, g in zip(named, found, strict=True) if g is not None}


def onward(chain: Chain) -> list[float]:
    """For every node the sum over its links of local derivative times gradient, and the rest."""
    return [
        sum(link.slope * chain.nodes[link.target].gradient for link in node.links) + node.rest for node in chain.nodes
    ]


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("seed", [0, 1])
def test_gradients_equal_autograd(name: str, seed: int) -> None:
    question = question_of(GRAPHS[name], seed)
    result = BackpropagationAnalysis().compute(question)
    expected = by_autograd(question)
    assert result.gradients.keys() == expected.keys()
    for key, gradient in expected.items():
        np.testing.assert_allclose(result.gradients[key], gradient, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_products_along_all_ways_add_up_to_the_gradient(name: str) -> None:
    question = question_of(GRAPHS[name])
    expected = by_autograd(question)
    for key, gradient in expected.items():
        for index in np.ndindex(gradient.shape):
            result = BackpropagationAnalysis(weight=key, index=index).compute(question)
            assert result.weight == (key, index)
            ways = list(result.chain.paths(10_000))
            product = sum(float(np.prod([slope for _, slope in way])) for way in ways)
            assert product == pytest.approx(float(gradient[index]), abs=1e-6, rel=1e-5)


def test_where_ways_part_there_are_branches_and_where_they_join_a_sum() -> None:
    question = question_of(residual())
    result = BackpropagationAnalysis(weight="first.weight", index=(0, 0)).compute(question)
    output = next(node for node in result.chain.nodes if node.symbol == "a⁽¹⁾₁")
    titles = question.loaded().title
    targets = {result.chain.nodes[link.target].where for link in output.links}
    assert targets == {titles("round"), titles("sum")}
    back = next(step for step in result.steps if step.way == "backward" and step.node == "first")
    assert back.lines[0] == f"2 ways come back, from {titles('sum')} and {titles('round')}, and add up:"
    shares = [float(part.strip("()").replace("−", "-")) for part in back.lines[1].split(" = ")[1].split(" + ")]
    total = float(back.lines[1].split(" = ")[2].replace("−", "-"))
    assert sum(shares) == pytest.approx(total, abs=1e-4)


def test_a_gradient_is_what_a_small_push_does_to_the_loss() -> None:
    question = question_of(residual(), 3)
    result = BackpropagationAnalysis().compute(question)
    subject = question.loaded()
    weight = dict(subject.network.named_parameters())["round.weight"]
    losses = []
    for push in (0.01, -0.01):
        with torch.no_grad():
            weight[1, 2] += push
            losses.append(float(subject.network(subject.example(0))))
            weight[1, 2] -= push
    slope = (losses[0] - losses[1]) / 0.02
    assert result.gradients["round.weight"][1, 2] == pytest.approx(slope, abs=1e-4)


# The update ---------------------------------------------------------------------------------------------------------


def lone_example(**settings: Any) -> Project:
    graph = chain(
        data("0.5, -1 -> 0.3"), dense("hidden", 3), dense("out", 1, "sigmoid"), loss=node("loss", "mean-squared-error")
    )
    return project(graph, **{"batch_size": 0, **settings})


SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"optimizer": name, "rate": 0.05} for name in OPTIMIZERS},
    "l2": {"regularization": {"l2": 0.1}},
    "l1": {"regularization": {"l1": 0.05}},
    "largest norm": {"regularization": {"max_norm": 0.4}},
    "clipped": {"clipping": {"kind": "norm", "limit": 0.01}},
    "pruned": {"pruning": {"kind": "weights", "share": 0.4, "begin": 0, "end": 5}},
    "schedule": {"schedule": {"id": "step", "parameters": {"gamma": 0.5, "every": 3}}},
}


@pytest.mark.parametrize("steps", [0, 1, 7])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_update_is_the_step_that_training_takes(name: str, steps: int) -> None:
    session = Session(lone_example(**SETTINGS[name]), "cpu")
    session.advance(steps)
    result = BackpropagationAnalysis().compute(context_at(session))
    before = session.snapshot()
    session.advance(1)
    after = session.snapshot()
    assert not np.array_equal(before.parameters, after.parameters)
    for key, values in result.updated.items():
        np.testing.assert_allclose(values, after.array(key), atol=1e-6)


def test_the_update_says_its_numbers() -> None:
    session = Session(lone_example(optimizer="adam", rate=0.01), "cpu")
    session.advance(2)
    result = BackpropagationAnalysis(digits=8).compute(context_at(session))
    session.advance(1)
    new = float(session.snapshot().array("out.bias")[0])
    written = next(line for step in result.steps if step.way == "update" for line in step.lines if "b⁽²⁾ ←" in line)
    assert float(written.rsplit(" = ", 1)[1].replace("−", "-")) == pytest.approx(new, abs=1e-6)
    assert any("0.9³" in line for step in result.steps for line in step.lines)


@pytest.mark.parametrize(
    ("optimizer", "parameters"),
    [("momentum", {"momentum": 0.0}), ("averaged-momentum", {"beta": 0.0}),
     ("rmsprop", {"alpha": 0.0}), ("adam", {"beta1": 0.0, "beta2": 0.0})],
)  # fmt: skip
def test_an_optimizer_without_memory_has_an_update_in_words(optimizer: str, parameters: dict[str, float]) -> None:
    base = lone_example(optimizer=optimizer, rate=0.01)
    chosen = base.training.optimizer
    known = {**chosen.parameters, **parameters}
    session = Session(base.replace(training=base.training.replace(optimizer=chosen.replace(parameters=known))), "cpu")
    session.advance(2)
    result = BackpropagationAnalysis(digits=8).compute(context_at(session))
    session.advance(1)
    new = float(session.snapshot().array("out.bias")[0])
    lines = [line for step in result.steps if step.way == "update" and step.node == "out" for line in step.lines]
    written = next(line for line in lines if "b⁽²⁾ ←" in line)
    assert float(written.rsplit(" = ", 1)[1].replace("−", "-")) == pytest.approx(new, abs=1e-6)
    if optimizer == "rmsprop":
        assert any(line.startswith("s ← 0 · ") for line in lines)


def test_frozen_blocks_take_no_step() -> None:
    graph = train_node(lone_example().graph, "hidden", trainable=False)
    result = BackpropagationAnalysis().compute(question_of(graph))
    assert {step.node for step in result.steps if step.way == "update"} == {"out"}


# What is written ----------------------------------------------------------------------------------------------------


def steps_of(result: Backpropagation, way: str) -> list[str]:
    return [step.title for step in result.steps if step.way == way]


def test_the_way_back_mirrors_the_way_forward() -> None:
    result = BackpropagationAnalysis().compute(question_of(GRAPHS["logits"]))
    forward, backward = steps_of(result, "forward"), steps_of(result, "backward")
    assert forward[1:] == backward[::-1]
    assert forward[-2:] == ["Cross-entropy: softmax", "Cross-entropy: surprise"]
    assert result.count("update") == 2


def test_softmax_and_cross_entropy_leave_probability_minus_answer() -> None:
    result = BackpropagationAnalysis().compute(question_of(GRAPHS["logits"]))
    softmax = next(step for step in result.steps if step.way == "forward" and step.title.endswith("softmax"))
    back = next(step for step in result.steps if step.way == "backward" and step.title.endswith("softmax"))
    (probabilities,), (gradient,) = softmax.given, back.given
    assert probabilities.values is not None and gradient.values is not None
    np.testing.assert_allclose(gradient.values, probabilities.values - np.array([0.0, 1.0]), atol=1e-12)


@pytest.mark.parametrize("block", hard_activations.BLOCKS)
def test_an_activation_that_no_layer_offers_tells_its_formula(block: type[Block]) -> None:
    graph = chain(data("1, 2 -> 0.5"), dense("a", 3), node("f", block.id), dense("b", 1),
                  loss=node("loss", "mean-squared-error"))  # fmt: skip
    steps = BackpropagationAnalysis().compute(question_of(graph)).steps
    assert [step.formula for step in steps if step.way == "forward" and step.node == "f"] == [block.formula]


def test_answers_beyond_0_and_1_have_the_loss_that_training_takes() -> None:
    """The test part is scaled as the training part is, so its answers may lie beyond."""
    logits, wanted = torch.tensor([[0.3, -1.2]]).double(), torch.tensor([[1.25, -0.5]]).double()
    loss = node("loss", "binary-cross-entropy")
    subject = Subject(chain(data("1, 2 -> 1 0"), dense("b", 2, "identity"), loss=loss))
    module = next(step.module for step in subject.network.steps if step.node == "loss")
    first, second = parts_of(subject.report.blocks["loss"], module, (logits, wanted))
    (surprise,) = second.run((*first.run((logits,), {}), wanted), {})
    assert torch.allclose(surprise, torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted))


def test_of_several_rows_no_line_takes_one_for_all() -> None:
    question = question_of(GRAPHS["two rows of shares"])
    result = BackpropagationAnalysis().compute(question)
    of_judge = [step for step in result.steps if step.way == "backward" and step.node == "judge"]
    (back,) = [step for step in of_judge if "sum" in step.title]
    of_weights = [line for line in back.lines if "w" in line.split(" = ")[0].lower()]
    assert of_weights and all("·" not in line for line in of_weights)  # a sum over the rows is no single product
    (loss,) = [step for step in result.steps if step.way == "forward" and step.node == "loss"]
    assert not any("right class" in line for line in loss.lines)


def test_large_tensors_are_said_in_short_and_one_unit_is_written_out() -> None:
    graph = chain(
        node("data", "digits"), node("flat", "flatten"), dense("wide", 100), dense("out", 10, "identity"),
        loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    result = BackpropagationAnalysis(weight="wide.weight", index=(41, 20)).compute(question_of(graph))
    step = next(step for step in result.steps if step.way == "forward" and step.node == "wide")
    assert step.lines[-1] == "… and 99 more" and step.lines[0].startswith("z⁽²⁾₄₂ = ")
    assert step.given[0].values is None and step.given[0].shape == (100,)
    np.testing.assert_allclose(onward(result.chain)[0], result.chain.nodes[0].gradient, atol=1e-12)
    assert result.chain.nodes[1].symbol == "z⁽²⁾₄₂"
    assert len(result.choices) <= 210 and all(len(index) in (1, 2) for _, (_, index) in result.choices)


def test_wires_carry_values_and_shares_of_the_gradient() -> None:
    question = question_of(residual())
    result = BackpropagationAnalysis().compute(question)
    by_ends = {(key.source, key.target): numbers for key, numbers in result.wires.items()}
    assert by_ends["data", "first"].backward == () and by_ends["data", "first"].forward == ("0.5", "−1")
    last = by_ends["last", "loss"]
    answer, target = float(last.forward[0].replace("−", "-")), 0.3
    assert float(last.backward[0].replace("−", "-")) == pytest.approx(2 * (answer - target), abs=2e-3)
    assert last.known < last.back < len(result.steps)
    assert by_ends["first", "sum"].back < by_ends["first", "round"].back


def test_the_table_has_every_number_of_every_step() -> None:
    result = BackpropagationAnalysis().compute(question_of(GRAPHS["sum of squares"]))
    columns, rows = result.table()
    assert columns == ["step", "way", "operation", "side", "quantity", "index", "value"]
    slopes = {(row[4], row[5]): row[6] for row in rows if row[1] == "backward" and row[3] == "out"}
    assert slopes["∂L/∂w⁽¹⁾", "2 1"] == pytest.approx(result.gradients["b.weight"][1, 0])


def test_the_weight_asked_for_then_the_one_pointed_at_then_the_selected_block() -> None:
    question = question_of(residual())
    pointed = Question(
        subject=question.subject, snapshot=question.snapshot, node="left", weights=(("last.bias", (0,)),)
    )
    assert BackpropagationAnalysis(weight="sum", index=(1,)).compute(pointed).weight == ("last.bias", (0,))
    selected = Question(subject=question.subject, snapshot=question.snapshot, node="left")
    assert BackpropagationAnalysis().compute(selected).weight[0] == "left.weight"
    assert BackpropagationAnalysis().compute(selected).updated == {}


def test_why_not_is_one_line() -> None:
    analysis = BackpropagationAnalysis()
    bare = wired([circles(), dense("a", 2)], "data.features > a")
    assert analysis.why_not(check(bare), bare) == "Nothing goes back without a loss. Wire a loss block to the network."
    weightless = wired(
        [data("1 -> 1"), node("loss", "mean-squared-error")],
        "data.features > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    assert "no block" in analysis.why_not(check(weightless), weightless).lower()
    graph = one_neuron(points((0.1, 0.2, 1)))
    assert analysis.why_not(check(graph), graph) == ""


@pytest.mark.parametrize("name", ["logits", "binary", "residual"])
def test_weights_that_are_no_numbers_any_more_are_shown_as_such(name: str) -> None:
    question = question_of(GRAPHS[name])
    assert question.snapshot is not None
    spoilt = replace(question.snapshot, parameters=np.full_like(question.snapshot.parameters, np.nan))
    result = BackpropagationAnalysis().compute(replace(question, snapshot=spoilt))
    assert any("not a number" in line for step in result.steps for line in step.lines)


def test_a_kernel_weight_is_followed_through_a_convolution_that_is_too_large_to_write_out() -> None:
    graph = chain(
        node("data", "digits"), node("conv", "conv2d", filters=4, activation="relu"), node("pool", "max-pool2d"),
        node("flat", "flatten"), dense("out", 10, "identity"), loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    question = question_of(graph)
    result = BackpropagationAnalysis(weight="conv.weight", index=(2, 0, 1, 1)).compute(question)
    first, *others = result.chain.nodes
    assert 1 <= len(first.links) <= 16 and others, "pooling lets one of four through"
    np.testing.assert_allclose(onward(result.chain)[0], by_autograd(question)["conv.weight"][2, 0, 1, 1], atol=1e-6)
    # The middle of a kernel of 3 × 3 meets each pixel where it stands: the local derivative is that pixel, or 0.
    pixels = question.loaded().example(0)["data", "features"].double().flatten().tolist()
    for link in first.links:
        assert any(link.slope == pytest.approx(pixel, abs=1e-9) for pixel in pixels)
