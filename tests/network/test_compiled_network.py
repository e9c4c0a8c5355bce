"""The compiled network against plain torch, and what it refuses."""

from __future__ import annotations

import copy

import pytest
import torch

from playground.network.compiled import CannotCompile, compile_graph
from tests.network.small_graphs import chain, multilayer, node, wired

FEEDS = {("data", "features"): torch.randn(5, 2), ("data", "target"): torch.randint(2, (5,))}


def test_run_equals_plain_torch() -> None:
    network = compile_graph(multilayer(node("data", "xor"), (4, "tanh"), (2, "identity"), loss="cross-entropy"))
    weights = dict(network.named_parameters())
    values = network.run(FEEDS)
    hidden = torch.tanh(FEEDS["data", "features"] @ weights["layer-1.weight"].T + weights["layer-1.bias"])
    logits = hidden @ weights["layer-2.weight"].T + weights["layer-2.bias"]
    assert torch.allclose(values[network.slots["layer-1", "output"]], hidden)
    assert torch.allclose(values[network.slots["layer-2", "output"]], logits)
    loss = torch.nn.functional.cross_entropy(logits, FEEDS["data", "target"])
    assert torch.allclose(values[network.slots["loss", "loss"]], loss) and torch.allclose(network(FEEDS), loss)


def test_losses_are_weighed_and_added() -> None:
    graph = wired(
        [node("data", "plane"), node("d", "dense", units=1), node("a", "mean-squared-error", weight=3.0),
         node("b", "mean-absolute-error", weight=0.5)],
        "data.features > d", "d > a.prediction", "data.target > a.target", "d > b.prediction", "data.target > b.target",
    )
    network = compile_graph(graph)
    values = network.run({("data", "features"): torch.randn(5, 2), ("data", "target"): torch.randn(5, 1)})
    squared, absolute = values[network.slots["a", "loss"]], values[network.slots["b", "loss"]]
    assert torch.allclose(network.total_loss(values), 3.0 * squared + 0.5 * absolute)


def test_steps_to_a_hidden_layer_are_those_it_needs() -> None:
    graph = chain(
        node("data", "xor"), node("a", "dense"), node("b", "relu"), node("c", "dense", units=2),
        loss=node("loss", "cross-entropy"),
    )
    network = compile_graph(graph)
    assert [step.node for step in network.steps_to([("b", "output")])] == ["a", "b"]
    assert [step.node for step in network.steps_to([("data", "features")])] == []
    assert [step.node for step in network.steps_to([("loss", "loss"), ("a", "output")])] == ["a", "b", "c", "loss"]
    feeds = {("data", "features"): FEEDS["data", "features"]}
    values = network.run(feeds, network.steps_to([("b", "output")]))
    assert values[network.slots["b", "output"]].shape == (5, 8)
    assert values[network.slots["c", "output"]].numel() == 0


def test_a_skip_connection_adds_what_went_round() -> None:
    graph = wired(
        [node("data", "xor"), node("a", "dense", units=2), node("s", "add"), node("loss", "cross-entropy")],
        "data.features > a", "a > s", "data.features > s", "s > loss.prediction", "data.target > loss.target",
    )
    network = compile_graph(graph)
    values = network.run(FEEDS)
    expected = values[network.slots["a", "output"]] + FEEDS["data", "features"]
    assert torch.equal(values[network.slots["s", "output"]], expected)


def test_a_copy_is_independent() -> None:
    network = compile_graph(multilayer(node("data", "xor"), (4, "prelu"), (2, "identity"), loss="cross-entropy"))
    twin = copy.deepcopy(network)
    before = twin(FEEDS)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    assert torch.equal(twin(FEEDS), before) and not torch.equal(network(FEEDS), before)


@pytest.mark.parametrize("name", ["read", "readers", "training", "forward", "steps", "weight", "run"])
def test_a_node_may_be_called_like_an_attribute(name: str) -> None:
    graph = chain(node("data", "xor"), node(name, "dense", units=2), loss=node("loss", "cross-entropy"))
    network = compile_graph(graph)
    assert {key for key, _ in network.named_parameters()} == {f"{name}.weight", f"{name}.bias"}
    assert network(FEEDS).requires_grad
    assert network.get_submodule(name) is dict(network.named_children())[name]
    assert network.get_parameter(f"{name}.weight").shape == (2, 2)


def test_a_graph_with_errors_is_not_compiled() -> None:
    graph = multilayer(node("data", "iris"), (4, "tanh"), (2, "identity"), loss="cross-entropy")
    with pytest.raises(CannotCompile, match="one output for each of the 3 classes") as caught:
        compile_graph(graph)
    (problem,) = caught.value.problems
    assert problem.node == "loss" and problem.fixes


def test_warnings_do_not_forbid_compiling() -> None:
    graph = multilayer(node("data", "iris"), (3, "tanh"), loss="cross-entropy")
    assert compile_graph(graph).report.problems[0].severity == "warning"


def test_what_is_given_is_fed_and_not_computed() -> None:
    network = compile_graph(multilayer(node("data", "xor"), (4, "tanh"), (2, "identity"), loss="cross-entropy"))
    given = {("layer-1", "output"): torch.randn(3, 4)}
    steps = network.steps_to([("layer-2", "output")], given)
    assert [step.node for step in steps] == ["layer-2"]
    found = network.run(given, steps)[network.slots["layer-2", "output"]]
    weights = dict(network.named_parameters())
    expected = given["layer-1", "output"] @ weights["layer-2.weight"].T + weights["layer-2.bias"]
    assert torch.allclose(found, expected)
    assert network.steps_to([("layer-1", "output")], given) == []
    assert [step.node for step in network.steps_to([("layer-2", "output")])] == ["layer-1", "layer-2"]


def test_a_node_called_generator_is_no_source_of_noise() -> None:
    graph = chain(
        node("data", "xor"), node("generator", "dense", units=2), node("drop", "dropout"),
        loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    network = compile_graph(graph)
    source = torch.Generator()
    network.draw_from(source)
    modules = dict(network.named_children())
    assert modules["drop"].generator is source and isinstance(modules["generator"], torch.nn.Module)
