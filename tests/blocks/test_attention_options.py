"""The options of attention: quick ways give what the readable one gives, and the positions turn as they should."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from playground.blocks.attention.layers import LONG, MultiHeadAttentionLayer
from playground.blocks.attention.mixtures import rotated
from playground.blocks.attention.multi_head import MultiHeadAttention
from playground.blocks.base import BlockError
from playground.blocks.signal import Signal
from tests.blocks.case import SERIES

STEPS = LONG + 7
LENGTHY = Signal((STEPS, 8), kind="series")


def layer(**options: Any) -> MultiHeadAttentionLayer:
    torch.manual_seed(0)
    module = MultiHeadAttention(**options).build(LENGTHY)
    assert isinstance(module, MultiHeadAttentionLayer)
    return module


@pytest.mark.parametrize(
    "options",
    [
        {}, {"causal": True}, {"scaled": False}, {"reach": 2}, {"reach": 2, "causal": True}, {"reach": 30},
        {"reach": 1, "causal": True, "rotary": True}, {"heads": 4, "key_heads": 2, "causal": True}, {"reach": STEPS},
    ],
    ids=str,
)  # fmt: skip
def test_training_gives_what_one_sees(options: dict[str, Any]) -> None:
    module = layer(**options)
    x = torch.randn(3, STEPS, 8)
    gradients = []
    for training in (True, False):
        moving = x.clone().requires_grad_()
        result = module.train(training)(moving)
        result.square().sum().backward()
        gradients.append((result.detach(), moving.grad))
    for quick, readable in zip(*gradients, strict=True):
        torch.testing.assert_close(quick, readable, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("causal", "heads"), [(False, 2), (True, 2), (True, 1)])
def test_linear_attention_is_the_matrix_of_its_shares_times_the_values(causal: bool, heads: int) -> None:
    module = layer(mixing="linear", causal=causal, heads=heads)
    x = torch.randn(3, STEPS, 8)
    inner = module.inside(x)
    expected = module.out((inner["attention"] @ inner["values"]).transpose(1, 2).flatten(2))
    torch.testing.assert_close(module(x), expected, rtol=1e-5, atol=1e-5)
    queries, keys, _ = module.projected(x)
    torch.testing.assert_close(inner["queries"], torch.nn.functional.elu(queries) + 1)
    products = inner["queries"] @ (torch.nn.functional.elu(keys) + 1).mT
    shares = products.tril() if causal else products
    torch.testing.assert_close(inner["attention"], shares / shares.sum(-1, keepdim=True))


def test_a_turned_product_knows_the_distance_alone() -> None:
    query, key = torch.randn(1, 1, 1, 6).repeat(1, 1, 9, 1), torch.randn(1, 1, 1, 6).repeat(1, 1, 9, 1)
    products = (rotated(query) @ rotated(key).mT)[0, 0]
    for apart in range(-3, 4):
        along = products.diagonal(apart)
        torch.testing.assert_close(along, along[:1].expand_as(along), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(rotated(query, 4)[..., 0, :], rotated(query)[..., 4, :])
    pair = rotated(torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]]))[0, 0, 1]
    torch.testing.assert_close(pair, torch.tensor([0.540302, 0.841471]), atol=1e-6, rtol=0)


def test_one_head_of_keys_is_every_head_with_the_same_keys() -> None:
    shared, full = layer(heads=4, key_heads=1), layer(heads=4)
    with torch.no_grad():
        for name in ("query", "out"):
            getattr(full, name).load_state_dict(getattr(shared, name).state_dict())
        full.key.weight.copy_(shared.key.weight.repeat(4, 1))
        full.value.weight.copy_(shared.value.weight.repeat(4, 1))
        full.value.bias.copy_(shared.value.bias.repeat(4))
    x = torch.randn(2, 10, 8)
    torch.testing.assert_close(shared.eval()(x), full.eval()(x))


def test_a_step_sees_no_farther_than_its_reach() -> None:
    weights = layer(reach=2, causal=True).inside(torch.randn(1, 9, 8))["attention"][0, 0]
    assert [int((row > 0).sum()) for row in weights] == [1, 2, 3, 3, 3, 3, 3, 3, 3]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"heads": 4, "key_heads": 3}, "share"), ({"projections": "none", "key_heads": 1}, "share"),
        ({"heads": 4, "rotary": True}, "pairs"), ({"mixing": "linear", "reach": 2}, "local"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BlockError, match=words) as caught:
        MultiHeadAttention(**options).expect(SERIES)
    assert caught.value.fixes
