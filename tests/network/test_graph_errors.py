"""Every error that a person can draw: where it sits, what it says, and that each offered fix removes it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from playground.document.graph import Graph
from playground.editing import fixes
from playground.network.check import check
from tests.network.small_graphs import chain, error_at, multilayer, node, wired

SPIRALS = node("data", "spirals")
IRIS = node("data", "iris")
MNIST = node("data", "mnist")
PLANE = node("data", "plane")


@dataclass(frozen=True)
class Wrong:
    """A graph with one fault: the node it sits on, a part of the sentence, and the labels of the fixes."""

    name: str
    graph: Graph
    node: str
    says: str
    fixes: tuple[str, ...]
    cured: tuple[str, ...] | None = None
    """Labels of the fixes after which the whole graph can be trained; all of them by default."""


def loss_on(data: object, units: int, loss: str, activation: str = "identity") -> Graph:
    return multilayer(data, (units, activation), loss=loss)  # type: ignore[arg-type]


def labelled(block: str, labels: str) -> object:
    return node("data", block, labels=labels)


def two_into(merge: str, first: int, second: int, **parameters: object) -> Graph:
    return wired(
        [
            SPIRALS, node("a", "dense", units=first), node("b", "dense", units=second), node("m", merge, **parameters),
            node("out", "dense", units=2, activation="identity"), node("loss", "cross-entropy"),
        ],
        "data.features > a", "data.features > b", "a > m", "b > m", "m > out", "out > loss.prediction",
        "data.target > loss.target",
    )


WRONG = (
    Wrong("dense on an image", chain(MNIST, node("d", "dense", units=10), loss=node("loss", "cross-entropy")), "d",
          "Dense expects a flat vector, but an image of 1 × 28 × 28 arrives.",
          ("Insert Flatten", "Insert Global average pooling")),
    Wrong("target missing",
          wired([SPIRALS, node("d", "dense", units=2), node("loss", "cross-entropy")],
                "data.features > d", "d > loss.prediction"),
          "loss", "Cross-entropy waits for a wire into “target”.", ("Wire the target of Spirals here",)),
    Wrong("unit count for classes", loss_on(IRIS, 5, "cross-entropy"), "loss",
          "Cross-entropy expects one output for each of the 3 classes, but a vector of 5 numbers arrives.",
          ("Set units to 3", "Insert Dense of 3")),
    Wrong("one output for two classes", loss_on(SPIRALS, 1, "cross-entropy"), "loss",
          "one output for each of the 2 classes, but a vector of 1 number arrives",
          ("Set units to 2", "Insert Dense of 2", "Use binary cross-entropy"), ("Set units to 2", "Insert Dense of 2")),
    Wrong("image into a class loss", chain(MNIST, loss=node("loss", "cross-entropy")), "loss",
          "but an image of 1 × 28 × 28 arrives", ("Insert Flatten",), ()),
    Wrong("units behind an activation",
          chain(IRIS, node("d", "dense", units=5), node("f", "relu"), node("g", "dropout"),
                loss=node("loss", "cross-entropy")),
          "loss", "one output for each of the 3 classes", ("Set units to 3", "Insert Dense of 3")),
    Wrong("units behind features have no place",
          chain(IRIS, node("f", "feature-expansion"), loss=node("loss", "cross-entropy")), "loss",
          "one output for each of the 3 classes", ("Insert Dense of 3",)),
    Wrong("one-hot into cross-entropy", loss_on(labelled("iris", "one-hot"), 3, "cross-entropy"), "loss",
          "Cross-entropy expects class numbers as target, but a vector of 3 numbers arrives.",
          ("Give the target as class numbers", "Use the one-hot form")),
    Wrong("class numbers into one-hot", loss_on(IRIS, 3, "categorical-cross-entropy"), "loss",
          "the target arrives as class numbers", ("Give the target as one-hot", "Use cross-entropy")),
    Wrong("class numbers into divergence", loss_on(IRIS, 3, "kl-divergence"), "loss",
          "KL divergence expects a probability for each class as target",
          ("Give the target as one-hot", "Use cross-entropy")),
    Wrong("class numbers into a difference", loss_on(IRIS, 3, "mean-squared-error"), "loss",
          "Mean squared error compares numbers, but the target arrives as class numbers.",
          ("Give the target as one-hot", "Use cross-entropy")),
    Wrong("class numbers for one output", loss_on(SPIRALS, 1, "mean-squared-error"), "loss",
          "compares numbers", ("Give the target as 0 and 1", "Give the target as one-hot", "Use cross-entropy"),
          ("Give the target as 0 and 1",)),
    Wrong("too many outputs for one number", loss_on(PLANE, 4, "huber"), "loss",
          "the prediction is a vector of 4 numbers and the target is a vector of 1 number",
          ("Set units to 1", "Insert Dense of 1")),
    Wrong("two outputs for 0 and 1", loss_on(labelled("spirals", "zero-one"), 2, "binary-cross-entropy"), "loss",
          "Binary cross-entropy compares number with number",
          ("Set units to 1", "Insert Dense of 1", "Give the target as one-hot")),
    Wrong("one output for one-hot", loss_on(labelled("spirals", "one-hot"), 1, "mean-absolute-error"), "loss",
          "compares number with number", ("Set units to 2", "Insert Dense of 2", "Give the target as 0 and 1")),
    Wrong("signed labels in binary cross-entropy", loss_on(labelled("xor", "signed"), 1, "binary-cross-entropy"),
          "loss", "expects a target of 0 and 1, but −1 and +1 arrive", ("Give the target as 0 and 1", "Use hinge")),
    Wrong("logarithms in binary cross-entropy",
          loss_on(labelled("xor", "one-hot"), 2, "binary-cross-entropy", "log-softmax"), "loss",
          "expects logits or probabilities, but log-probabilities arrive", ("Set activation to sigmoid",)),
    Wrong("0 and 1 in hinge", loss_on(labelled("xor", "zero-one"), 1, "hinge"), "loss",
          "Hinge expects labels of −1 and +1 or class numbers",
          ("Give the target as −1 and +1", "Give the target as class numbers"), ("Give the target as −1 and +1",)),
    Wrong("one score for class numbers", loss_on(SPIRALS, 1, "hinge"), "loss",
          "Hinge expects one score for each of the 2 classes",
          ("Set units to 2", "Insert Dense of 2", "Give the target as −1 and +1")),
    Wrong("picture as target of a vector",
          wired([MNIST, node("flat", "flatten"), node("d", "dense", units=784), node("loss", "mean-squared-error")],
                "data.features > flat", "flat > d", "d > loss.prediction", "data.features > loss.target"),
          "loss", "the target is an image of 1 × 28 × 28", ("Flatten the target",)),
    Wrong("picture as target of a picture in another shape",
          wired([MNIST, node("flat", "flatten"), node("d", "dense", units=784), node("r", "reshape", shape="28 x 28"),
                 node("loss", "mean-squared-error")],
                "data.features > flat", "flat > d", "d > r", "r > loss.prediction", "data.features > loss.target"),
          "loss", "the prediction is a series of time 28 × features 28", ("Insert Reshape to 1 × 28 × 28",)),
    Wrong("reshape to a wrong size",
          chain(SPIRALS, node("d", "dense", units=60), node("r", "reshape", shape="1 x 8 x 8"), node("f", "flatten"),
                node("e", "dense", units=2), loss=node("loss", "cross-entropy")),
          "r", "Reshape to 1 × 8 × 8 needs 64 numbers for each example, but a vector of 60 numbers arrives.",
          ("Set shape to 1 × 6 × 10", "Set units to 64")),
    Wrong("sum of different widths", two_into("add", 4, 6), "m",
          "Add takes number by number, so all inputs must have the same shape, "
          "but a vector of 4 numbers and a vector of 6 numbers arrive.", ("Set units to 4", "Insert Dense of 4")),
    Wrong("product of different widths", two_into("multiply", 5, 3), "m", "Multiply takes number by number",
          ("Set units to 5", "Insert Dense of 5")),
    Wrong("concatenation of a vector and an image",
          wired([MNIST, node("f", "flatten"), node("a", "dense"), node("m", "concatenate"),
                 node("out", "dense", units=10), node("loss", "cross-entropy")],
                "data.features > f", "f > a", "a > m", "data.features > m", "m > out", "out > loss.prediction",
                "data.target > loss.target"),
          "m", "a vector of 8 numbers and an image of 1 × 28 × 28 arrive", ("Insert Flatten",)),
    Wrong("concatenation along an axis that is not there", two_into("concatenate", 4, 6, axis=2), "m",
          "should join along axis 2, but a vector of 4 numbers has only 1", ("Set axis to 1",)),
    Wrong("batch norm of five axes",
          chain(SPIRALS, node("d", "dense", units=6), node("r", "reshape", shape="1 x 1 x 2 x 3 x 1"),
                node("b", "batch-norm"), node("f", "flatten"), node("e", "dense", units=2),
                loss=node("loss", "cross-entropy")),
          "b",
          "an image of channels × height × width, a volume or a series, but a tensor of 1 × 1 × 2 × 3 × 1 arrives",
          ("Insert Flatten",)),
    Wrong("expansion of a picture",
          chain(node("data", "digits"), node("x", "feature-expansion"), node("d", "dense", units=10),
                loss=node("loss", "cross-entropy")),
          "x", "Feature expansion expects a flat vector, but an image of 1 × 8 × 8 arrives.", ("Insert Flatten",)),
    Wrong("expansion that gives nothing",
          chain(node("data", "noisy-curve"),
                node("x", "feature-expansion", originals=False, squares=False, sines=False),
                node("d", "dense", units=1), loss=node("loss", "mean-squared-error")),
          "x", "has only products switched on", ("Switch the inputs on",)),
    Wrong("a coding for two classes", loss_on(labelled("iris", "zero-one"), 1, "mean-squared-error"), "data",
          "3 classes", ("Give the labels as one-hot", "Give the labels as class numbers"), ()),
    Wrong("a parameter out of bounds", loss_on(SPIRALS, 0, "cross-entropy"), "layer-1",
          "Units of Dense must be a whole number from 1 to 65536, but 0 arrived.", ("Set units to 8",), ()),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_the_error_and_its_fixes(wrong: Wrong) -> None:
    report = check(wrong.graph)
    assert not report.ok
    problem = error_at(report, wrong.node)
    assert wrong.says in problem.message and problem.message.endswith(".")
    assert tuple(fix.label for fix in problem.fixes) == wrong.fixes
    for fix in problem.fixes:
        mended = check(fixes.apply(wrong.graph, problem.node, fix))
        assert (problem.node, problem.message) not in {(each.node, each.message) for each in mended.problems}, fix.label
        if wrong.cured is None or fix.label in wrong.cured:
            assert mended.ok, (fix.label, mended.errors())


def test_errors_are_not_repeated_downstream() -> None:
    graph = chain(MNIST, node("a", "dense"), node("b", "dense", units=10), loss=node("loss", "cross-entropy"))
    assert [problem.node for problem in check(graph).problems] == ["a"]


def test_two_faults_are_told_at_once() -> None:
    graph = chain(SPIRALS, node("a", "dense", units=0), loss=node("loss", "huber", delta=-1.0))
    assert {problem.node for problem in check(graph).errors()} == {"a", "loss"}


def test_unknown_blocks_and_ports_are_named() -> None:
    nodes = [SPIRALS, node("a", "hologram"), node("b", "dense")]
    report = check(wired(nodes, "data.colour > b", "data.features > b.in"))
    messages = " ".join(problem.message for problem in report.errors())
    assert "There is no block “hologram”" in messages
    assert "Spirals has no output “colour”" in messages and "Dense has no input “in”; it has input" in messages


def test_a_port_for_one_wire_takes_one() -> None:
    graph = wired([SPIRALS, node("a", "dense"), node("b", "dense")], "data.features > a", "data.features > b", "a > b")
    assert "“Input” takes one wire, but 2 arrive." in error_at(check(graph), "b").message


def test_a_circle_is_refused() -> None:
    graph = wired([node("a", "add"), node("b", "relu")], "a > b", "b > a")
    (problem,) = check(graph).problems
    assert "cycle" in problem.message


def test_a_merge_without_wires_waits_for_two() -> None:
    assert "at least two wires into “inputs”" in error_at(check(wired([SPIRALS, node("a", "add")])), "a").message


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        (wired([]), "There is no data on the canvas"),
        (wired([SPIRALS]), "needs a loss block"),
        (loss_on(PLANE, 1, "huber"), ""),
        (wired([PLANE, node("x", "tanh"), node("p", "reshape", shape="2"), node("loss", "huber")],
               "data.features > x", "x > p", "data.target > loss.target", "data.target > loss.prediction"),
         "There is nothing to train"),
        (wired([PLANE, node("d", "dense"), node("loss", "huber")],
               "data.features > d", "data.target > loss.target", "data.target > loss.prediction"),
         "no block on the way to a loss has weights"),
    ],
)
def test_what_a_whole_graph_lacks(graph: Graph, says: str) -> None:
    report = check(graph)
    assert report.ok == (says == "")
    assert says in " ".join(problem.message for problem in report.errors())


def test_a_fix_that_lost_its_place_is_refused() -> None:
    wrong = WRONG[0]
    fix = error_at(check(wrong.graph), wrong.node).fixes[0]
    unwired = wrong.graph.replace(edges=())
    with pytest.raises(KeyError):
        fixes.apply(unwired, wrong.node, fix)


def test_the_second_wire_is_mended_where_the_second_is_wrong() -> None:
    wrong = next(each for each in WRONG if each.name == "concatenation of a vector and an image")
    (fix,) = error_at(check(wrong.graph), "m").fixes
    mended = fixes.apply(wrong.graph, "m", fix)
    assert [edge.source for edge in mended.into("m")] == ["a", "flatten-1"]
