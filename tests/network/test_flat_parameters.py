"""Flat parameters: the modules see what the flat tensor holds, and the other way round."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.network.compiled import compile_graph
from playground.network.flat import FlatParameters
from tests.network.small_graphs import multilayer, node


def small() -> nn.Module:
    graph = multilayer(node("data", "spirals"), (4, "tanh"), (3, "prelu"), (2, "identity"), loss="cross-entropy")
    return compile_graph(graph)


def test_places_cover_the_flat_tensor_without_gap_or_overlap() -> None:
    network = small()
    flat = FlatParameters(network)
    assert flat.layout.size == 2 * 4 + 4 + 4 * 3 + 3 + 1 + 3 * 2 + 2 == flat.values.numel()
    stops = [0, *(place.stop for place in flat.layout.places)]
    assert [place.start for place in flat.layout.places] == stops[:-1]
    assert [place.name for place in flat.layout.places] == [name for name, _ in network.named_parameters()]
    assert flat.layout.by_name()["layer-1.weight"].shape == (4, 2)
    assert [place.name for place in flat.layout.of_node("layer-2")][-1] == "layer-2.function.weight"


def test_flattening_keeps_the_values_and_what_the_network_computes() -> None:
    network = small()
    before = {name: value.clone() for name, value in network.named_parameters()}
    flat = FlatParameters(network)
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, before[name]) and torch.equal(flat.view(name), before[name])
        assert parameter.untyped_storage().data_ptr() == flat.values.untyped_storage().data_ptr()


def test_a_write_to_either_side_is_seen_by_the_other() -> None:
    network = small()
    flat = FlatParameters(network)
    weight = dict(network.named_parameters())["layer-1.weight"]
    flat.values.fill_(2.0)
    assert weight.unique().tolist() == [2.0]
    with torch.no_grad():
        weight[1, 0] = 7.0
    assert flat.values[2].item() == 7.0


def test_backward_writes_into_the_flat_gradients() -> None:
    network = small()
    flat = FlatParameters(network)
    feeds = {("data", "features"): torch.randn(8, 2), ("data", "target"): torch.randint(2, (8,))}
    network(feeds).backward()
    expected = torch.autograd.grad(network(feeds), list(network.parameters()))
    assert torch.allclose(flat.gradients, torch.cat([gradient.flatten() for gradient in expected]))
    once = flat.gradients.clone()
    network(feeds).backward()
    assert torch.allclose(flat.gradients, 2.0 * once)
    flat.gradients.zero_()
    assert all(p.grad is not None and not p.grad.any() for p in network.parameters())


def test_nodes_can_be_grouped_in_another_order() -> None:
    network = small()
    flat = FlatParameters(network, ["layer-3", "layer-1", "layer-2"])
    assert [place.node for place in flat.layout.places] == ["layer-3"] * 2 + ["layer-1"] * 2 + ["layer-2"] * 3


@pytest.mark.parametrize("module", [nn.ReLU(), nn.Sequential()])
def test_a_module_without_parameters_is_flat_already(module: nn.Module) -> None:
    flat = FlatParameters(module)
    assert flat.values.shape == flat.gradients.shape == (0,) and flat.layout.size == 0
