"""Positions and attention against numbers computed by hand and torch's own attention; masks; the optional wire."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground.blocks.attention.layers import MultiHeadAttentionLayer
from playground.blocks.attention.multi_head import MultiHeadAttention
from playground.blocks.attention.positions import PositionalEncoding, sinusoids
from playground.blocks.registry import BLOCKS
from playground.blocks.reveals import Transparent
from playground.blocks.signal import Signal
from playground.document.graph import Edge, Graph, Node
from playground.editing import fixes
from playground.network.check import check, infer
from playground.network.compiled import compile_graph
from tests.blocks.case import IMAGE, SERIES, TOKENS, VECTOR, batch_of
from tests.blocks.cases_attention import PADDED

SENTENCE = torch.tensor([[[1.0, 0.0], [0.5, 0.5], [0.5, 1.0], [0.0, 1.0], [1.0, 1.0]]])
"""The vectors of “the cat sat on mat”, (1, 5, 2)."""
SAT = 2


def layer(signal: Signal = SERIES, *further: Signal, **parameters: Any) -> MultiHeadAttentionLayer:
    torch.manual_seed(0)
    module = MultiHeadAttention(**parameters).build(signal, *further)
    assert isinstance(module, MultiHeadAttentionLayer)
    return module


def plain(width: int, **parameters: Any) -> MultiHeadAttentionLayer:
    """One head for which queries, keys and values are the input itself."""
    return layer(Signal((width, width), kind="series"), heads=1, projections="none", **parameters)


# Positions ----------------------------------------------------------------------------------------------------------


def test_sinusoids_are_those_of_the_paper() -> None:
    table = sinusoids(2, 4)
    assert table[0].tolist() == [0.0, 1.0, 0.0, 1.0]
    torch.testing.assert_close(table[1], torch.tensor([0.841471, 0.540302, 0.0099998, 0.99995]), atol=1e-6, rtol=0)
    assert sinusoids(3, 5).shape == (3, 5)


def test_what_two_positions_have_in_common_depends_on_their_distance_alone() -> None:
    table = sinusoids(60, 64)
    products = (table[:-3] * table[3:]).sum(dim=1)
    torch.testing.assert_close(products, torch.full((57,), 25.587029), atol=2e-5, rtol=0)


@pytest.mark.parametrize("kind", ["sinusoidal", "learned"])
def test_the_same_positions_are_added_to_every_example(kind: str) -> None:
    block = PositionalEncoding.model_validate({"kind": kind})
    x = batch_of(SERIES)
    added = block.build(SERIES)(x) - x
    torch.testing.assert_close(added, added[:1].expand_as(added))
    if kind == "sinusoidal":
        torch.testing.assert_close(added[0], sinusoids(5, 4))


# Weights ------------------------------------------------------------------------------------------------------------


def test_two_steps_that_are_unit_vectors() -> None:
    x = torch.eye(2)[None]
    weights = plain(2).inside(x)["attention"][0, 0]
    torch.testing.assert_close(weights[0], torch.tensor([0.66976, 0.33024]), atol=1e-5, rtol=0)
    torch.testing.assert_close(weights[1], torch.tensor([0.33024, 0.66976]), atol=1e-5, rtol=0)
    assert plain(2, causal=True).inside(x)["attention"][0, 0, 0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("scaled", "row"),
    [
        (False, [0.114051, 0.146444, 0.241445, 0.188038, 0.310022]),
        (True, [0.136145, 0.162471, 0.231378, 0.193887, 0.276118]),
    ],
)
def test_the_row_of_sat(scaled: bool, row: list[float]) -> None:
    module = plain(2, scaled=scaled)
    inner = module.inside(SENTENCE)
    scores = torch.tensor([0.5, 0.75, 1.25, 1.0, 1.5]) / (math.sqrt(2) if scaled else 1.0)
    torch.testing.assert_close(inner["scores"][0, 0, SAT], scores)
    torch.testing.assert_close(inner["attention"][0, 0, SAT], torch.tensor(row), atol=1e-5, rtol=0)
    torch.testing.assert_close(module(SENTENCE)[0, SAT], torch.tensor(row) @ SENTENCE[0], atol=1e-5, rtol=0)


def test_large_scores_make_softmax_choose_one_key() -> None:
    x = torch.tensor([[[math.sqrt(8.0), 0.0], [0.0, 0.0]]])
    assert plain(2, scaled=False).inside(x)["attention"][0, 0, 0, 0].item() == pytest.approx(0.99966, abs=1e-5)


def torchs_own(module: MultiHeadAttentionLayer) -> nn.MultiheadAttention:
    """torch's attention with the same weights."""
    width = module.query.in_features
    own = nn.MultiheadAttention(width, module.heads, batch_first=True)
    with torch.no_grad():
        parts = (module.query, module.key, module.value)
        own.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        own.in_proj_bias.copy_(torch.cat([module.query.bias, torch.zeros(width), module.value.bias]))
        own.out_proj.weight.copy_(module.out.weight)
        own.out_proj.bias.copy_(module.out.bias)
    return own


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_outputs_and_weights_are_those_of_torch(heads: int, causal: bool, padded: bool) -> None:
    tokens = torch.tensor([[0, 1, 1, 2, 2], [0, 2, 2, 2, 2], [1, 0, 1, 0, 1]])
    module = layer(SERIES, *((PADDED,) if padded else ()), heads=heads, causal=causal)
    x = batch_of(SERIES, count=3)
    given = (x, tokens) if padded else (x,)
    future = torch.ones(5, 5, dtype=torch.bool).triu(1) if causal else None
    filler = tokens == 2 if padded else None
    output, weights = torchs_own(module)(
        x, x, x, attn_mask=future, key_padding_mask=filler, average_attn_weights=False
    )
    torch.testing.assert_close(module(*given), output)
    torch.testing.assert_close(module.inside(*given)["attention"], weights)
    assert isinstance(module, Transparent)


# Masks --------------------------------------------------------------------------------------------------------------


def test_the_future_changes_nothing_under_the_causal_mask() -> None:
    module, x = layer(causal=True), batch_of(SERIES)
    changed = x.clone()
    changed[:, 3:] += 1.0
    torch.testing.assert_close(module(changed)[:, :3], module(x)[:, :3], atol=0, rtol=0)
    assert not torch.equal(module(changed)[:, 3:], module(x)[:, 3:])
    weights = module.inside(x)["attention"]
    assert torch.count_nonzero(weights.triu(1)) == 0
    torch.testing.assert_close(weights.sum(-1), torch.ones(6, 2, 5))


def test_what_stands_at_the_padding_changes_nothing_elsewhere() -> None:
    module, x = layer(SERIES, PADDED), batch_of(SERIES, count=1)
    tokens = torch.tensor([[0, 1, 0, 2, 2]])
    changed = x.clone()
    changed[:, 3:] += 1.0
    torch.testing.assert_close(module(changed, tokens)[:, :3], module(x, tokens)[:, :3], atol=0, rtol=0)
    assert torch.count_nonzero(module.inside(x, tokens)["attention"][..., 3:]) == 0


@pytest.mark.parametrize("causal", [False, True])
def test_a_step_that_may_look_nowhere_takes_nothing_and_has_a_gradient(causal: bool) -> None:
    module = plain_padded = layer(SERIES, PADDED, projections="none", causal=causal)
    tokens = torch.tensor([[2, 2, 0, 1, 1], [2, 2, 2, 2, 2]])
    x = batch_of(SERIES, count=2).requires_grad_()
    weights, output = module.inside(x, tokens)["attention"], plain_padded(x, tokens)
    assert torch.count_nonzero(weights[1]) == 0 and torch.count_nonzero(output[1]) == 0
    blind = [0.0, 0.0, 1.0, 1.0, 1.0] if causal else [1.0] * 5
    torch.testing.assert_close(weights[0].sum(-1), torch.tensor([blind, blind]))
    output.square().sum().backward()
    assert x.grad is not None and torch.isfinite(x.grad).all()


def test_heads_masks_and_scale_change_in_the_living_module() -> None:
    module = layer()
    other = MultiHeadAttention(heads=4, causal=True, scaled=False)
    assert other.update(module)
    assert (module.heads, module.causal, module.scaled) == (4, True, False)
    assert not MultiHeadAttention(bias=False).update(module)
    assert not MultiHeadAttention(projections="none").update(module)


# On the canvas ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signals", "words", "labels"),
    [
        ((TOKENS,), "class numbers of tokens", ["Insert Embedding"]),
        ((VECTOR,), "a series of time × features", ["Insert Reshape: one number a step"]),
        ((IMAGE,), "a series of time × features", ["Insert Reshape: one row of pixels a step"]),
        ((Signal((5, 9), kind="series"),), "9 cannot be divided by 4", ["Set heads to 3", "Set units to 12"]),
        ((SERIES, VECTOR), "made from the sequence of 5 tokens", []),
        ((SERIES, PADDED.but(shape=(4,))), "made from the sequence of 5 tokens", []),
        ((SERIES, TOKENS), "have no [PAD]", ["Let the lengths vary"]),
    ],
)
def test_what_does_not_fit_is_refused_with_remedies(
    signals: tuple[Signal, ...], words: str, labels: list[str]
) -> None:
    result = infer(MultiHeadAttention(heads=4), signals)
    assert words in result.error and result.error.endswith(".")
    assert [fix.label for fix in result.fixes] == labels


def sequence_graph(most_padding: int, padded: bool = False, heads: int = 2) -> Graph:
    """Tokens that are to be reversed by one attention block, with or without the padding wire."""
    nodes = (
        Node(id="data", block="reverse", parameters={"length": 6, "symbols": 4, "most_padding": most_padding}),
        Node(id="embedding", block="embedding", parameters={"units": 8}),
        Node(id="positions", block="positional-encoding"),
        Node(id="attention", block="multi-head-attention", parameters={"heads": heads}),
        Node(id="dense", block="dense", parameters={"units": 4, "activation": "identity"}),
        Node(id="loss", block="cross-entropy"),
    )
    edges = [
        Edge(source="data", source_port="features", target="embedding"),
        Edge(source="embedding", target="positions"),
        Edge(source="positions", target="attention"),
        Edge(source="attention", target="dense"),
        Edge(source="dense", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    ]
    if padded:
        edges.append(Edge(source="data", source_port="features", target="attention", target_port="padding"))
    return Graph(nodes=nodes, edges=tuple(edges))


def test_the_padding_wire_may_be_there_or_not() -> None:
    for padded in (False, True):
        graph = sequence_graph(most_padding=3, padded=padded)
        report = check(graph)
        assert report.problems == ()
        assert len(report.inputs["attention"]) == 1 + padded
        network = compile_graph(graph)
        tokens = torch.tensor([[0, 1, 2, 4, 4, 4]])
        values = network.run({("data", "features"): tokens, ("data", "target"): torch.tensor([[-1, -1, -1, 2, 1, 0]])})
        inner = network.get_submodule("attention").inside(values[network.slots["positions", "output"]], tokens)
        assert (torch.count_nonzero(inner["attention"][..., 3:]) == 0) == padded
        assert torch.isfinite(values[network.slots["loss", "loss"]])


def test_remedies_reach_the_nodes_behind_the_wires() -> None:
    wide = sequence_graph(most_padding=0, heads=3)
    (problem,) = check(wide).errors()
    for fix in problem.fixes:
        assert check(fixes.apply(wide, problem.node, fix)).ok
    whole = sequence_graph(most_padding=0, padded=True)
    (problem,) = check(whole).errors()
    assert problem.port == "padding"
    mended = fixes.apply(whole, problem.node, problem.fixes[0])
    assert mended.node("data").parameters["most_padding"] == 3
    assert check(mended).ok


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)
def test_only_the_last_port_may_be_optional(block: type) -> None:
    assert not any(port.optional for port in block.inputs[:-1])
    assert not any(port.optional and (port.many or port.name in block.learns_from) for port in block.inputs)


def test_the_numbers_of_a_longer_sequence_stay_finite() -> None:
    module = layer(Signal((200, 64), kind="series"), heads=8, causal=True)
    output = module(10.0 * torch.randn(2, 200, 64))
    assert np.isfinite(output.detach().numpy()).all()
