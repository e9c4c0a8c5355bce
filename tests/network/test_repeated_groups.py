"""What the check says of repeated groups and of weights used twice: shapes, counts, errors of copies, remedies."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from playground.document.graph import Graph, Group, Node
from playground.editing import fixes
from playground.network.check import Problem, Report, check
from playground.network.compiled import compile_graph
from tests.benchmarks.deep_networks import bert_base, residual_152, thousand_blocks
from tests.network.small_graphs import chain, node, wired

DATA = node("data", "circles", examples=40, labels="zero-one")


def residual(repeat: int = 3, shared: bool = False, width: int = 4, last: int = 4, **fields: Any) -> Graph:
    """A residual block of two dense layers on points in the plane, widened to `width` before."""
    graph = wired(
        [
            DATA, node("in", "dense", units=width, activation="tanh"),
            node("dense-1", "dense", units=3, activation="tanh"),
            node("dense-2", "dense", units=last, activation="identity"),
            node("add", "add"), node("out", "dense", units=1, activation="sigmoid"),
            node("loss", "binary-cross-entropy"),
        ],
        "data.features > in", "in > dense-1", "dense-1 > dense-2", "dense-2 > add", "in > add", "add > out",
        "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    members = ("dense-1", "dense-2", "add")
    group = Group(id="block", title="Residual block", nodes=members, repeat=repeat, shared=shared, **fields)
    return graph.replace(groups=(group,))


def errors(report: Report) -> list[tuple[str, str]]:
    return [(problem.node, problem.message) for problem in report.errors()]


def test_each_copy_has_shapes_and_parameters_of_its_own() -> None:
    report = check(residual())
    assert report.ok, report.problems
    one = 4 * 3 + 3 + 3 * 4 + 4
    assert report.total_parameters == 2 * 4 + 4 + 3 * one + 5
    assert report.parameters["block/3/dense-2"] == 16
    assert report.signals["block/2/add", "output"].shape == (4,)
    assert [problem.node for problem in report.problems] == []


def test_the_network_computes_the_copies_one_after_the_other() -> None:
    network = compile_graph(residual())
    weights = dict(network.named_parameters())
    assert {"dense-1.weight", "block/2/dense-1.weight", "block/3/dense-2.bias"} <= weights.keys()
    x = torch.randn(5, 2)
    values = network.run({("data", "features"): x, ("data", "target"): torch.zeros(5, 1)})

    def dense(name: str, value: torch.Tensor) -> torch.Tensor:
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    expected = torch.tanh(dense("in", x))
    for prefix in ("", "block/2/", "block/3/"):
        expected = expected + dense(f"{prefix}dense-2", torch.tanh(dense(f"{prefix}dense-1", expected)))
    torch.testing.assert_close(values[network.slots["block/3/add", "output"]], expected)


def test_shared_copies_count_once_and_hold_one_tensor() -> None:
    graph = residual(shared=True)
    report = check(graph)
    assert report.ok and report.total_parameters == 12 + 31 + 5
    assert report.parameters["block/2/dense-1"] == report.parameters["block/3/dense-2"] == 0
    network = compile_graph(graph)
    names = [name for name, _ in network.named_parameters()]
    assert names == [f"{node}.{name}" for node in ("in", "dense-1", "dense-2", "out") for name in ("weight", "bias")]
    assert network.get_parameter("block/3/dense-1.weight") is network.get_parameter("dense-1.weight")


def test_an_error_of_a_copy_is_told_once_on_the_drawn_block() -> None:
    graph = wired(
        [
            DATA, node("wide", "dense", units=6), node("cut", "reshape", shape="3 x 2"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > wide", "wide > cut", "cut > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    graph = graph.replace(groups=(Group(id="g", title="Block", nodes=("wide", "cut"), repeat=5),))
    report = check(graph)
    # Dense takes a series step by step, so 6 numbers for each of 3 steps reach the second Reshape.
    assert [found for found, _ in errors(report)] == ["cut"]
    assert errors(report)[0][1].startswith("Block, copy 2 of 5, Reshape: ")


def test_what_is_wrong_in_the_drawn_block_is_told_of_it_alone() -> None:
    graph = residual()
    bad = graph.replace(
        nodes=tuple(one.replace(parameters={"units": -1}) if one.id == "dense-1" else one for one in graph.nodes)
    )
    found = errors(check(bad))
    assert [name for name, _ in found] == ["dense-1"]
    assert "copy" not in found[0][1]
    unwired = graph.replace(edges=tuple(edge for edge in graph.edges if edge.target != "dense-2"))
    assert errors(check(unwired)) == [("dense-2", "Dense waits for a wire into “input”.")]


def test_a_shared_group_says_in_which_copy_the_shape_changes() -> None:
    graph = chain(
        DATA, node("a", "dense", units=3), node("out", "dense", units=1),
        loss=node("loss", "mean-squared-error"),
    ).replace(groups=(Group(id="g", title="Layer", nodes=("a",), repeat=4, shared=True),))  # fmt: skip
    (problem,) = check(graph).errors()
    assert problem.node == "a"
    assert problem.message.startswith("Layer, copy 2 of 4, Dense")
    assert problem.message.endswith("weights of the first copy: its weight is 3 × 3, and the other's is 3 × 2.")
    (fix,) = problem.fixes
    assert (fix.action, fix.node, dict(fix.parameters)) == ("change", "g", {"shared": False})


def twin(other: Node, owner: str = "one") -> Graph:
    """Two towers on one kind of points; the second uses the weights of the first."""
    return wired(
        [
            DATA, node("one", "dense", units=3), other.replace(weights_of=owner),
            node("both", "concatenate"), node("out", "dense", units=1), node("loss", "mean-squared-error"),
        ],
        "data.features > one", f"data.features > {other.id}", "one > both", f"{other.id} > both", "both > out",
        "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def test_a_twin_counts_nothing_and_is_the_same_tensor() -> None:
    graph = twin(node("two", "dense", units=3, activation="tanh"))
    report = check(graph)
    assert report.ok, report.problems
    assert (report.parameters["one"], report.parameters["two"]) == (9, 0)
    assert report.shared == {"two.weight": "one.weight", "two.bias": "one.bias"}
    network = compile_graph(graph)
    assert network.get_parameter("two.weight") is network.get_parameter("one.weight")


def test_a_twin_may_keep_what_the_other_lacks() -> None:
    graph = twin(node("two", "dense", units=3))
    plain = graph.replace(
        nodes=tuple(one.replace(parameters={**one.parameters, "bias": one.id == "two"}) for one in graph.nodes[1:3])
    )
    report = check(graph.replace(nodes=(graph.nodes[0], *plain.nodes, *graph.nodes[3:])))
    assert report.shared == {"two.weight": "one.weight"} and report.parameters["two"] == 3


MISFITS = [
    (node("two", "dense", units=5), "one", "weights of Tower: its weight is 5 × 2, and the other's is 3 × 2."),
    (node("two", "tanh"), "one", "weights of Tower: it has no weights."),
    (node("two", "dense", units=3), "both", "weights of Concatenate: that one has no weights."),
    (node("two", "dense", units=3), "gone", "The block whose weights it uses is gone."),
]


@pytest.mark.parametrize(("other", "owner", "words"), MISFITS)
def test_weights_that_do_not_fit_are_refused_with_a_remedy(other: Node, owner: str, words: str) -> None:
    graph = twin(other, owner)
    graph = graph.replace(nodes=tuple(one.replace(title="Tower") if one.id == "one" else one for one in graph.nodes))
    (problem,) = check(graph).errors()
    assert problem.node == "two" and problem.message.endswith(words)
    assert [(fix.action, dict(fix.parameters)) for fix in problem.fixes] == [("change", {"weights_of": None})]


def problem_of(graph: Graph) -> Problem:
    (problem,) = check(graph).errors()
    return problem


def test_too_many_copies_are_refused_with_the_number_that_is_allowed() -> None:
    graph = residual(repeat=1_000)
    assert check(graph).ok
    wide = graph.replace(groups=(graph.groups[0].replace(inside="all"), Group(id="all", repeat=3)))
    problem = problem_of(wide)
    assert problem.message.startswith("With all copies there would be 9,004 blocks; 5,000 are the most.")
    assert [(fix.node, dict(fix.parameters)) for fix in problem.fixes] == [("block", {"repeat": 555})]


def test_data_are_not_repeated_and_copies_that_would_bite_their_tails_are_refused() -> None:
    graph = residual()
    everything = graph.groups[0].replace(nodes=("data", *graph.groups[0].nodes))
    told = errors(check(graph.replace(groups=(everything,))))
    assert [(name, "Data stand once" in message) for name, message in told if name == "data"] == [("data", True)]
    around = wired(
        [
            DATA, node("a", "dense", units=2), node("c", "dense", units=2),
            node("d", "dense", units=1), node("b", "dense", units=2), node("e", "dense", units=2),
            node("m", "dense", units=2), node("loss", "mean-squared-error"),
        ],
        "data.features > a", "a > m", "m > b", "b > e", "e > c", "c > d", "d > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    around = around.replace(groups=(Group(id="g", nodes=("a", "c", "d", "b", "m"), repeat=2),))
    problem = problem_of(around)
    assert "run out of the group and back into it" in problem.message
    assert dict(problem.fixes[0].parameters) == {"repeat": 1}


@pytest.mark.parametrize("graph", [twin(node("two", "dense", units=5)), twin(node("two", "tanh"))])
def test_the_remedy_of_a_misfit_mends_it(graph: Graph) -> None:
    (problem,) = check(graph).errors()
    assert check(fixes.apply(graph, problem.node, problem.fixes[0])).ok


def test_the_remedy_of_too_many_copies_is_the_largest_number_that_is_allowed() -> None:
    graph = residual(repeat=1_000)
    wide = graph.replace(groups=(graph.groups[0].replace(inside="all"), Group(id="all", repeat=3)))
    problem = problem_of(wide)
    assert check(fixes.apply(wide, problem.node, problem.fixes[0])).ok


def test_a_block_that_a_later_copy_asks_for_is_put_into_the_group() -> None:
    graph = wired(
        [
            DATA, node("wide", "dense", units=6), node("cut", "reshape", shape="1 x 3 x 2"), node("join", "flatten"),
            node("out", "dense", units=1), node("loss", "mean-squared-error"),
        ],
        "data.features > wide", "wide > cut", "cut > join", "join > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    graph = graph.replace(groups=(Group(id="g", title="Block", nodes=("wide", "cut"), repeat=3),))
    (problem,) = check(graph).errors()
    assert problem.node == "wide" and problem.message.startswith("Block, copy 2 of 3, Dense")
    mended = fixes.apply(graph, problem.node, next(fix for fix in problem.fixes if fix.block == "flatten"))
    assert set(mended.group("g").nodes) == {"wide", "cut", mended.nodes[-1].id}
    assert check(mended).ok


def test_the_known_deep_networks_have_the_known_numbers_of_parameters() -> None:
    """ResNet-152 has 60,192,808 with three channels in and 1,000 classes out, of which the last layer has 2,049,000
    (He et al. 2015, as torchvision builds it); an encoder block of BERT-base has 7,087,872 (Devlin et al. 2018) with
    the 768 biases of its keys, which change nothing and are left out here."""
    pictures = check(residual_152())
    assert pictures.ok and len([name for name in pictures.order if name.endswith("conv")]) == 1 + 3 * 50 + 4
    assert pictures.total_parameters == 60_192_808 - 2_049_000 - 2 * 64 * 49 + 2_049 * 10
    words = check(bert_base())
    block = sum(words.parameters[name] for name in words.graph.members("encoder"))
    assert words.ok and block == 12 * (7_087_872 - 768)
    assert 109e6 < words.total_parameters < 111e6


def test_a_thousand_blocks_in_groups_are_checked_whole() -> None:
    report = check(thousand_blocks())
    assert report.ok and len(report.order) == 1_000
