"""Networks of the course notes: parameter counts, and gradients that were worked out by hand."""

from __future__ import annotations

import pytest
import torch

from playground.document.graph import Graph
from playground.network.check import check
from playground.network.compiled import Network, compile_graph
from tests.network.small_graphs import chain, multilayer, node


@pytest.mark.parametrize(
    ("graph", "count"),
    [
        (multilayer(node("data", "mnist", labels="one-hot"), (16, "sigmoid"), (16, "sigmoid"), (10, "sigmoid"),
                    loss="mean-squared-error"), 13_002),
        (multilayer(node("data", "mnist"), (128, "relu"), (64, "relu"), (10, "identity"), loss="cross-entropy"),
         109_386),
        (multilayer(node("data", "plane"), (4, "relu"), (1, "identity"), loss="mean-squared-error"), 17),
        (multilayer(node("data", "insurance", labels="zero-one"), (2, "sigmoid"), (1, "sigmoid"),
                    loss="binary-cross-entropy"), 13),
        (chain(
            node("data", "mnist"), node("first", "conv2d", filters=6, kernel_size=5, padding="same", activation="tanh"),
            node("half", "avg-pool2d"), node("second", "conv2d", filters=16, kernel_size=5, activation="tanh"),
            node("quarter", "avg-pool2d"), node("flatten", "flatten"),
            node("third", "dense", units=120), node("fourth", "dense", units=84),
            node("answer", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy"),
        ), 61_706),
    ],
)
def test_parameter_counts(graph: Graph, count: int) -> None:
    report = check(graph)
    assert report.problems == () and report.total_parameters == count
    assert sum(parameter.numel() for parameter in compile_graph(graph).parameters()) == count


def without_bias(*layers: tuple[int, str], loss: str, **parameters: object) -> Network:
    dense = [
        node(f"layer-{number}", "dense", units=units, activation=activation, bias=False)
        for number, (units, activation) in enumerate(layers, 1)
    ]
    data = node("data", "plane", target_scaling="min-max")
    return compile_graph(chain(data, *dense, loss=node("loss", loss, **parameters)))


def set_weights(network: Network, **values: list[list[float]]) -> None:
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(torch.tensor(values[name.replace("-", "_").replace(".", "_")]))


def test_the_two_layer_net_by_hand() -> None:
    """x = (0.1, 0.3), w = (0.4, -0.2), W = 0.1, y = 1, learning rate 0.5, sigmoids, no biases."""
    network = without_bias((1, "sigmoid"), (1, "sigmoid"), loss="sum-of-squares-error")
    set_weights(network, layer_1_weight=[[0.4, -0.2]], layer_2_weight=[[0.1]])
    feeds = {("data", "features"): torch.tensor([[0.1, 0.3]]), ("data", "target"): torch.tensor([[1.0]])}
    values = network.run(feeds)
    assert values[network.slots["layer-1", "output"]].item() == pytest.approx(0.49500017, abs=1e-7)
    assert values[network.slots["layer-2", "output"]].item() == pytest.approx(0.51237248, abs=1e-7)
    loss = network.total_loss(values)
    assert loss.item() == pytest.approx(0.118890, abs=1e-6)
    loss.backward()
    weights = dict(network.named_parameters())
    steps = {name: (-0.5 * parameter.grad).flatten().tolist() for name, parameter in weights.items()}  # type: ignore[operator]
    assert steps["layer-2.weight"] == pytest.approx([0.03015349], abs=1e-7)
    assert steps["layer-1.weight"] == pytest.approx([0.00015228, 0.00045683], abs=1e-7)
    with torch.no_grad():
        for parameter in weights.values():
            parameter -= 0.5 * parameter.grad  # type: ignore[operator]
    assert weights["layer-2.weight"].item() == pytest.approx(0.13015349, abs=1e-7)
    assert weights["layer-1.weight"].flatten().tolist() == pytest.approx([0.40015228, -0.19954317], abs=1e-7)
    assert network(feeds).item() == pytest.approx(0.117079, abs=1e-6)


def test_cross_entropy_gives_the_plain_difference_as_output_error() -> None:
    network = without_bias((1, "sigmoid"), (1, "sigmoid"), loss="binary-cross-entropy")
    set_weights(network, layer_1_weight=[[0.4, -0.2]], layer_2_weight=[[0.1]])
    network({("data", "features"): torch.tensor([[0.1, 0.3]]), ("data", "target"): torch.tensor([[1.0]])}).backward()
    gradient = dict(network.named_parameters())["layer-2.weight"].grad
    assert gradient is not None and gradient.item() == pytest.approx(-0.487628 * 0.49500017, abs=1e-6)


def test_one_neuron_per_layer() -> None:
    """y = 1, a(L) = .66, a(L-1) = .48: the partial derivatives of C0 = (a - y)²."""
    graph = chain(
        node("data", "noisy-curve"), node("last", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "sum-of-squares-error", half=False),
    )
    network = compile_graph(graph)
    weight = 0.5
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.fill_(weight if name == "last.weight" else 0.663294 - weight * 0.48)
    before = torch.tensor([[0.48]], requires_grad=True)
    values = network.run({("data", "features"): before, ("data", "target"): torch.tensor([[1.0]])})
    after = values[network.slots["last", "output"]]
    cost = network.total_loss(values)
    (at_output,) = torch.autograd.grad(cost, after, retain_graph=True)
    cost.backward()
    gradients = {name: parameter.grad.item() for name, parameter in network.named_parameters()}  # type: ignore[union-attr]
    assert after.item() == pytest.approx(0.66, abs=1e-6) and cost.item() == pytest.approx(0.1156, abs=1e-6)
    assert at_output.item() == pytest.approx(-0.68, abs=1e-6)
    assert gradients["last.bias"] == pytest.approx(-0.152592, abs=1e-6)
    assert gradients["last.weight"] == pytest.approx(-0.07324416, abs=1e-6)
    assert before.grad is not None and before.grad.item() == pytest.approx(-0.152592 * weight, abs=1e-6)


def test_gradient_of_a_line_by_hand() -> None:
    """x = (1, 2, 3), y = (2, 4, 6), m = b = 0: the derivatives are -18.6667 and -8."""
    graph = chain(
        node("data", "noisy-curve"), node("line", "dense", units=1, activation="identity"),
        loss=node("loss", "mean-squared-error"),
    )
    network = compile_graph(graph)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    x = torch.tensor([[1.0], [2.0], [3.0]])
    network({("data", "features"): x, ("data", "target"): 2.0 * x}).backward()
    gradients = {name: parameter.grad.item() for name, parameter in network.named_parameters()}  # type: ignore[union-attr]
    assert gradients == pytest.approx({"line.weight": -18.6667, "line.bias": -8.0}, abs=1e-4)


def test_exclusive_or_by_hand() -> None:
    """h1 = OR, h2 = AND, y = h1 and not h2, with step units."""
    graph = chain(
        node("data", "truth-table", labels="zero-one"), node("hidden", "dense", units=2, activation="step"),
        node("out", "dense", units=1, activation="step"), loss=node("loss", "mean-squared-error"),
    )
    network = compile_graph(graph)
    values = {
        "hidden.weight": [[1.0, 1.0], [1.0, 1.0]], "hidden.bias": [-0.5, -1.5],
        "out.weight": [[1.0, -1.0]], "out.bias": [-0.5],
    }
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(torch.tensor(values[name]))
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    exclusive = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    loss = network({("data", "features"): corners, ("data", "target"): exclusive})
    assert loss.item() == 0.0
    loss.backward()
    assert all(parameter.grad is not None and not parameter.grad.any() for parameter in network.parameters())


@pytest.mark.parametrize(("activation", "low", "high"), [("sigmoid", 0.0, 1e-6), ("relu", 0.5, 2.0)])
def test_ten_sigmoid_layers_starve_the_first(activation: str, low: float, high: float) -> None:
    network = without_bias(*[(1, activation)] * 10, (1, "identity"), loss="mean-squared-error")
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1.0)
    network({("data", "features"): torch.ones(4, 2), ("data", "target"): torch.zeros(4, 1)}).backward()
    weights = dict(network.named_parameters())
    first, last = (weights[name].grad.norm().item() for name in ("layer-1.weight", "layer-11.weight"))  # type: ignore[union-attr]
    assert low < first / last < high
