"""Blocks opened in slow motion: what steps say of windows, gates and heads, against autograd on the real modules."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.analysis.inside.slow_motion.steps import SlowStep
from playground.analysis.inside.slow_motion.tape import Tape
from playground.analysis.inside.slow_motion.unrolled import Unrolled
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node, wired
from tests.training.runs import project

DIGITS = node("data", "digits")
OUT = node("out", "dense", units=10, activation="identity")
ENTROPY = node("loss", "cross-entropy")


def of_digits(*nodes: Any) -> Graph:
    return chain(DIGITS, *nodes, node("flat", "flatten"), OUT, loss=ENTROPY)


def of_letters(*nodes: Any) -> Graph:
    return chain(
        node("data", "remember-first", examples=100, length=6), node("embedding", "embedding", units=3), *nodes,
        node("out", "dense", units=4, activation="identity"), loss=ENTROPY,
    )  # fmt: skip


def of_steps(*nodes: Any, **padding: Any) -> Graph:
    return chain(
        node("data", "reverse", examples=100, length=5, **padding), node("embedding", "embedding", units=4), *nodes,
        node("out", "dense", units=8, activation="identity"), loss=ENTROPY,
    )  # fmt: skip


def joined() -> Graph:
    return wired(
        [
            node("data", "typed-examples", rows="0.5, -1 -> 0.3"), node("more", "feature-expansion"),
            node("left", "dense", units=3), node("right", "dense", units=3), node("both", "concatenate"),
            node("product", "multiply"), node("sum", "add"), node("norm", "layer-norm"), node("drop", "dropout"),
            node("last", "dense", units=1), node("loss", "mean-squared-error"),
        ],
        "data.features > more", "more > left", "more > right", "left > product", "right > product", "left > sum",
        "product > sum", "sum > norm", "norm > drop", "drop > both", "left > both", "both > last",
        "last > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


GRAPHS: dict[str, Graph] = {
    "convolution": of_digits(
        node("conv", "conv2d", filters=3, padding="same"), node("pool", "max-pool2d"),
        node("again", "conv2d", filters=2, activation="tanh", stride=2, bias=False), node("norm", "batch-norm"),
    ),
    "means": of_digits(
        node("conv", "conv2d", filters=3, kernel_size=2), node("pool", "avg-pool2d", kernel_size=3, stride=2),
        node("mean", "global-average-pooling"),
    ),
    "simple rnn": of_letters(node("memory", "simple-rnn", units=4)),
    "lstm": of_letters(node("memory", "lstm", units=4)),
    "gru": of_letters(node("memory", "gru", units=4)),
    "states of all steps": of_letters(
        node("memory", "lstm", units=4, states="all"), node("more", "gru", units=3, states="all"),
        node("mean", "global-average-pooling"),
    ),
    "attention": of_steps(node("attention", "multi-head-attention", heads=2, causal=True), node("norm", "layer-norm")),
    "places": of_steps(node("places", "positional-encoding", kind="learned"),
                       node("attention", "multi-head-attention", heads=1, projections="none", scaled=False)),
    "merges": joined(),
}  # fmt: skip
RECURRENT = ("simple rnn", "lstm", "gru", "states of all steps")


def question_of(graph: Graph, steps: int = 2) -> Question:
    session = Session(project(graph), "cpu")
    session.advance(steps)
    return Question(subject=Subject(graph), snapshot=session.snapshot(), project=session.project)


def opened(name: str, **options: int) -> Backpropagation:
    return BackpropagationAnalysis(**{"digits": 10, **options}).compute(question_of(GRAPHS[name]))


def step_of(result: Backpropagation, way: str, title: str, of: str = "") -> SlowStep:
    found = [step for step in result.steps if step.way == way and title in step.title and of in (step.node, "")]
    assert found, [step.title for step in result.steps]
    return found[0]


@pytest.mark.parametrize("name", GRAPHS)
def test_gradients_equal_those_of_the_whole_network(name: str) -> None:
    question = question_of(GRAPHS[name])
    result = BackpropagationAnalysis().compute(question)
    subject = question.loaded()
    subject.calm()
    named = dict(subject.network.named_parameters())
    found = torch.autograd.grad(subject.network(subject.example(0)), list(named.values()), allow_unused=True)
    for (key, _), gradient in zip(named.items(), found, strict=True):
        if gradient is not None:
            np.testing.assert_allclose(result.gradients[key], gradient.numpy(), atol=1e-6, rtol=1e-5)


# What is written -----------------------------------------------------------------------------------------------------

SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
         ast.Pow: operator.pow}  # fmt: skip
UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def calculated(text: str) -> float:
    """The value of a written sum of products."""
    plain = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: f"1e{power[1].translate(UP)}", text)

    plain = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: f"**{power[1].translate(UP)}", plain)

    def value(tree: ast.expr) -> float:
        if isinstance(tree, ast.Constant):
            return float(tree.value)
        if isinstance(tree, ast.UnaryOp):
            return -value(tree.operand)
        assert isinstance(tree, ast.BinOp), text
        return SIGNS[type(tree.op)](value(tree.left), value(tree.right))

    return value(ast.parse(plain.replace("−", "-").replace("·", "*"), mode="eval").body)


def sums(result: Backpropagation) -> Iterator[tuple[str, str]]:
    """The last two sides of every line whose numbers are all written out."""
    for step in result.steps:
        for line in step.lines if step.way != "update" else ():
            sides = line.split(" = ")
            if len(sides) > 2 and "…" not in line and re.fullmatch(r"[0-9 .()·+/−⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", sides[-2]):
                yield sides[-2], sides[-1]


@pytest.mark.parametrize("name", GRAPHS)
def test_every_line_that_is_written_out_is_true(name: str) -> None:
    written = list(sums(opened(name)))
    assert len(written) > 3
    for numbers, result in written:
        assert calculated(numbers) == pytest.approx(calculated(result), abs=1e-7, rel=1e-5), numbers


@pytest.mark.parametrize("name", GRAPHS)
def test_no_block_is_one_opaque_operation_any_more(name: str) -> None:
    graph = GRAPHS[name]
    result = opened(name)
    nodes = [one.id for one in graph.nodes if one.id not in ("data", "loss")]
    assert {step.node for step in result.steps} >= set(nodes)
    for step in result.steps:
        if step.node in nodes and step.way == "forward":
            assert any("=" in line for line in step.lines), step.title


def test_a_kernel_gets_the_sum_over_the_windows_and_a_window_is_chosen() -> None:
    result = opened("convolution", unit=1, row=2, column=3)
    forward, back = (step_of(result, way, "patch times kernel", "conv") for way in ("forward", "backward"))
    assert forward.lines[0].startswith("z⁽¹⁾₂₃₄ = ")
    assert [(one.option, one.value, one.count) for one in forward.choices] == [
        ("unit", 1, 3), ("row", 2, 8), ("column", 3, 8)
    ]  # fmt: skip
    weights = result.gradients["conv.weight"]
    title = "∂L/∂w⁽¹⁾, filter 2, channel 1"
    picture = next(one for one in back.pictures if one.title == title)
    np.testing.assert_allclose(picture.values, weights[1, 0], atol=1e-6)
    arriving = next(one for one in back.pictures if one.title.startswith("∂L/∂z")).values
    question = question_of(GRAPHS["convolution"])
    pixels = np.pad(question.loaded().example(0)["data", "features"][0, 0].numpy(), 1)
    shares = [arriving[i, j] * pixels[i : i + 3, j : j + 3] for i in range(8) for j in range(8)]
    np.testing.assert_allclose(np.sum(shares, axis=0), weights[1, 0], atol=1e-5)
    own = next(one for one in back.pictures if one.title == "this window's share").values
    np.testing.assert_allclose(own, shares[2 * 8 + 3], atol=1e-6)
    patch = next(one for one in forward.pictures if one.title == "patch").values
    np.testing.assert_allclose(patch, pixels[2:5, 3:6], atol=1e-6)


def test_one_channel_of_a_patch_is_shown_and_all_count() -> None:
    result = opened("convolution", channel=2)
    step = step_of(result, "forward", "patch times kernel", "again")
    assert "a⁽²⁾, channel 3" in [picture.title for picture in step.pictures]
    assert step.choices[-1].option == "channel" and step.choices[-1].count == 3


def test_of_a_window_one_number_won_and_it_alone_gets_the_gradient() -> None:
    result = opened("convolution")
    forward, back = (step_of(result, way, "the largest of a window") for way in ("forward", "backward"))
    winner = forward.lines[1].split(" is the largest")[0]
    assert back.lines[0].startswith(f"∂L/∂{winner} = ∂L/∂a⁽²⁾")
    assert back.lines[1] == "The other 3 of this window get nothing from it."


# Through time ---------------------------------------------------------------------------------------------------------


def unrolled_of(name: str) -> tuple[Tape, Unrolled]:
    question = question_of(GRAPHS[name])
    tape = Tape(question.loaded(), 0)
    operation = next(one for one in tape.operations if one.inner)
    return tape, Unrolled(tape, operation)


@pytest.mark.parametrize("name", RECURRENT)
def test_the_time_steps_add_up_to_the_gradient(name: str) -> None:
    tape, unrolled = unrolled_of(name)
    parameters = [key for key in tape.gradients if key.startswith("memory.")]
    assert len(parameters) == 4
    for index in ((0, 0), (3, 2), (1, 1)):
        chosen = {key: index[: tape.gradients[key].dim()] for key in parameters}
        for found in unrolled.over_time(chosen):
            assert found.index == chosen[found.name] and len(found.shares) == 6
            assert found.shares.sum() == pytest.approx(float(tape.gradients[found.name][found.index]), abs=1e-9)


@pytest.mark.parametrize("name", RECURRENT)
def test_values_and_gradients_of_every_time_step_are_those_of_the_real_layer(name: str) -> None:
    tape, unrolled = unrolled_of(name)
    question = question_of(GRAPHS[name])
    subject = question.loaded()
    module = subject.network.get_submodule("memory").double()
    x = tape.places["embedding:output"].value
    arriving = tape.places["memory:output"].gradient
    assert arriving is not None
    with torch.enable_grad():
        states, steps = {"hidden": x.new_zeros(1, 4), "cell": x.new_zeros(1, 4)}, []
        for given in torch.nn.functional.linear(x, module.weight_ih_l0, module.bias_ih_l0).unbind(1):
            states = module.advance(given, states)
            steps.append(states)
        hidden = [step["hidden"] for step in steps]
        given_out = hidden[-1] if arriving.dim() == 2 else torch.stack(hidden, dim=1)
        kept = [value for step in steps for value in step.values()]
        gradients = torch.autograd.grad(given_out, kept, arriving, allow_unused=True, materialize_grads=True)
    letters = {"hidden": "h", "input": "i", "forget": "f", "output": "o", "candidate": "g", "cell": "c", "reset": "r",
               "update": "z"}  # fmt: skip
    if name == "gru":
        letters["candidate"] = "n"
    names = [(f"memory:{letters[key]}@{time}", value) for time, step in enumerate(steps) for key, value in step.items()]
    for (key, value), gradient in zip(names, gradients, strict=True):
        torch.testing.assert_close(tape.places[key].value, value.detach(), atol=1e-6, rtol=0.0)
        found = tape.places[key].gradient
        assert found is not None or not bool(gradient.any())
        if found is not None:
            torch.testing.assert_close(found, gradient, atol=1e-6, rtol=0.0)
    assert unrolled.series("h").shape == (4, 6)


def test_the_gradient_by_lag_is_a_product_with_one_factor_for_each_step() -> None:
    """Of one unit each factor is u (1 − h²)."""
    graph = of_letters(node("memory", "simple-rnn", units=1))
    question = question_of(graph)
    tape = Tape(question.loaded(), 0)
    unrolled = Unrolled(tape, next(one for one in tape.operations if one.inner))
    states = unrolled.series("h")[0]
    weight = float(tape.parameters["memory.weight_hh_l0"].detach())
    at, lengths = unrolled.by_lag(3)
    assert at == 5 and len(lengths) == 6  # only the last state is given, so that the gradient arrives there
    factors = [abs(weight * (1.0 - states[time] ** 2)) for time in range(5, 0, -1)]
    expected = lengths[0] * np.cumprod([1.0, *factors])
    np.testing.assert_allclose(lengths, expected, atol=1e-12, rtol=1e-9)


def test_with_all_states_given_the_lag_counts_from_the_chosen_step() -> None:
    _, unrolled = unrolled_of("states of all steps")
    at, lengths = unrolled.by_lag(3)
    assert at == 3 and len(lengths) == 4 and lengths[0] > 0.0


def state_token(title: str) -> str:
    return title.partition("“")[2].removesuffix("”")


def test_the_spectral_norm_is_told_as_the_most_that_a_step_back_can_stretch() -> None:
    question = question_of(GRAPHS["simple rnn"])
    result = BackpropagationAnalysis(digits=8).compute(question)
    state = step_of(result, "backward", "new state")
    line = next(line for line in state.lines if line.startswith("Spectral norm"))
    matrix = question.loaded().network.get_submodule("memory").weight_hh_l0.detach().numpy()
    norm = np.linalg.svd(matrix)[1][0]
    assert f": {norm:.5f}" in line
    bars = next(picture for picture in state.pictures if "by lag" in picture.title).values[0]
    assert (bars[1:] <= bars[:-1] * norm * 1.000001).all()


@pytest.mark.parametrize(("name", "gates"), [
    ("simple rnn", ["what comes in and the state before", "new state"]),
    ("lstm", ["Input gate", "Forget gate", "Candidate", "Output gate", "Cell", "Hidden state"]),
    ("gru", ["Reset gate", "Update gate", "Candidate", "Hidden state"]),
])  # fmt: skip
def test_a_time_step_is_opened_gate_by_gate(name: str, gates: list[str]) -> None:
    result = opened(name, time=2)
    titles = [step.title.split(": ")[1] for step in result.steps if step.node == "memory" and step.way == "forward"]
    token = state_token(titles[0])
    assert token in "ABCD" and titles == [f"{gate}, time step 3 “{token}”" for gate in gates]
    backward = [step.title.split(": ")[1] for step in result.steps if step.node == "memory" and step.way == "backward"]
    assert backward == [*reversed(titles), "sum over all 6 time steps"]
    summed = step_of(result, "backward", "sum over all")
    assert any(picture.look == "bars" and picture.options == ("", "time") for picture in summed.pictures)
    state = step_of(result, "backward", gates[-1])
    choice = state.choices[0]
    assert (choice.option, choice.value, choice.count, choice.word) == ("time", 2, 6, token)
    assert any(line.startswith("Spectral norm of U") for line in state.lines) == (name == "simple rnn")
    assert any(line.endswith("add up:") for line in state.lines) == (name != "simple rnn"), "from the next step's gates"
    assert {picture.look for picture in state.pictures} == {"signed", "bars", "chain"}
    longest = next(picture for picture in state.pictures if "by lag" in picture.title)
    assert longest.values.shape == (1, 6)


# Attention ------------------------------------------------------------------------------------------------------------


def test_one_head_is_opened_score_by_score() -> None:
    result = opened("attention", head=1, time=2, key=4)
    own = [step for step in result.steps if step.node == "attention"]
    titles = [step.title.split(": ")[1] for step in own if step.way == "forward"]
    assert titles == ["Queries", "Keys", "Values", "Scores", "Mask", "softmax", "Weighted sum of the values",
                      "All heads together"]  # fmt: skip
    assert [step.title.split(": ")[1] for step in own if step.way == "backward"] == titles[::-1]
    score = step_of(result, "forward", "Scores")
    assert score.lines[0].startswith("s⁽²⁾₂₃₅") and "q⁽²⁾₂₃₁·k⁽²⁾₂₅₁" in score.lines[0]
    assert "must not look at step 5" in step_of(result, "forward", "Mask").lines[0]
    assert step_of(result, "forward", "softmax").lines[0].endswith(" = 0")
    assert step_of(result, "backward", "Mask").lines[-1].endswith("= 0")
    assert [(one.option, one.value) for one in score.choices] == [("head", 1), ("time", 2), ("key", 4)]


def test_the_numbers_of_attention_are_those_of_the_real_module() -> None:
    question = question_of(GRAPHS["attention"])
    tape = Tape(question.loaded(), 0)
    module = question.loaded().network.get_submodule("attention").double()
    inside = module.inside(tape.places["embedding:output"].value)
    torch.testing.assert_close(tape.places["attention:α"].value, inside["attention"].detach(), atol=1e-6, rtol=0.0)
    torch.testing.assert_close(tape.places["attention:u"].value, inside["scores"].detach(), atol=1e-6, rtol=0.0)


# What is drawn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
def test_pictures_mark_what_took_part_inside_of_themselves(name: str) -> None:
    pictures = [picture for step in opened(name).steps for picture in step.pictures]
    assert pictures
    for picture in pictures:
        assert picture.values.ndim == 2 and picture.values.size
        if picture.mark is not None:
            top, left, down, across = picture.mark
            assert 0 <= top < top + down <= picture.values.shape[0], picture.title
            assert 0 <= left < left + across <= picture.values.shape[1], picture.title
        for option in picture.options:
            assert option == "" or option in BackpropagationAnalysis.model_fields


def test_weights_that_are_no_numbers_any_more_are_shown_as_such() -> None:
    for name in ("convolution", "lstm", "attention"):
        question = question_of(GRAPHS[name])
        assert question.snapshot is not None
        spoilt = replace(question.snapshot, parameters=np.full_like(question.snapshot.parameters, np.nan))
        result = BackpropagationAnalysis().compute(replace(question, snapshot=spoilt))
        assert any("not a number" in line for step in result.steps for line in step.lines)
