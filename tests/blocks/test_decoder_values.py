"""Attention between two sequences and decoders, held to torch's own functions and to loops by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from playground.blocks.attention.cross import CrossAttentionLayer
from playground.blocks.attention.scores import ScoreLayer
from playground.blocks.decoder.forcing import forcing_ratio, steepness
from playground.blocks.decoder.layers import DecoderLayer
from playground.blocks.decoder.recurrent import Decoder
from playground.blocks.signal import Signal


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_scaled_scores_are_those_of_torchs_multi_head_attention() -> None:
    torch.manual_seed(0)
    ours = CrossAttentionLayer(8, 6, 2, padding=9)
    torchs = nn.MultiheadAttention(8, 2, batch_first=True, kdim=6, vdim=6)
    with torch.no_grad():
        torchs.q_proj_weight.copy_(ours.query.weight)
        torchs.k_proj_weight.copy_(ours.key.weight)
        torchs.v_proj_weight.copy_(ours.value.weight)
        torchs.in_proj_bias.copy_(torch.cat([ours.query.bias, torch.zeros(8), ours.value.bias]))
        torchs.out_proj.weight.copy_(ours.out.weight)
        torchs.out_proj.bias.copy_(ours.out.bias)
    x, memory = numbers(3, 5, 8), numbers(3, 7, 6, seed=1)
    tokens = torch.randint(8, (3, 7))
    tokens[1, 4:] = 9
    given, weights = torchs(x, memory, memory, key_padding_mask=tokens == 9, average_attn_weights=False)
    torch.testing.assert_close(ours(x, memory, tokens), given)
    torch.testing.assert_close(ours.inside(x, memory, tokens)["attention"], weights)


def test_without_matrices_it_is_torchs_scaled_dot_product() -> None:
    ours = CrossAttentionLayer(4, 4, 1, learned=False)
    x, memory = numbers(2, 3, 4), numbers(2, 5, 4, seed=1)
    torch.testing.assert_close(ours(x, memory), functional.scaled_dot_product_attention(x, memory, memory))


def test_all_of_a_source_that_is_padding_is_looked_at_nowhere() -> None:
    ours = CrossAttentionLayer(4, 4, 2, padding=0)
    inner = ours.inside(numbers(1, 3, 4), numbers(1, 5, 4), torch.zeros(1, 5, dtype=torch.int64))
    assert torch.equal(inner["attention"], torch.zeros(1, 2, 3, 5))


@pytest.mark.parametrize("kind", ["dot", "scaled", "additive", "cosine", "network"])
def test_every_score_is_its_formula_pair_by_pair(kind: str) -> None:
    torch.manual_seed(0)
    layer = ScoreLayer(kind, 2, 3)
    queries, keys = numbers(2, 2, 4, 3), numbers(2, 2, 5, 3, seed=1)
    found = layer(queries, keys)
    for batch, head, i, j in ((0, 0, 0, 0), (1, 1, 3, 4), (0, 1, 2, 1)):
        q, k = queries[batch, head, i], keys[batch, head, j]
        if kind == "additive":
            right = layer.vector[head] @ torch.tanh(q + k)
        elif kind == "cosine":
            right = 5.0 * functional.cosine_similarity(q, k, dim=0)
        elif kind == "network":
            right = layer.last(layer.hidden(layer.both(torch.cat([q, k])).tanh()).tanh())[0]
        else:
            right = q @ k / (math.sqrt(3) if kind == "scaled" else 1.0)
        torch.testing.assert_close(found[batch, head, i, j], right)


def looped(layer: DecoderLayer, memory: torch.Tensor, given: torch.Tensor, free: bool) -> torch.Tensor:
    """A GRU decoder with dot-product attention behind the cell, with torch's cell, one example and step at a time."""
    cell = nn.GRUCell(layer.cell.input_size, layer.units)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.cell.state_dict().items()})
    examples = []
    for source, told in zip(memory, given, strict=True):
        state, said, steps = torch.tanh(layer.first(source[-1])), told[0], []
        for step in range(len(told)):
            state = cell(layer.embedding(said), state)
            look = layer.attention
            weights = torch.softmax(look.key(source) @ look.query(state), dim=0)
            seen = look.out(weights @ look.value(source))
            scores = layer.out(torch.tanh(layer.combine(torch.cat([state, seen]))))
            steps.append(scores)
            said = scores.argmax() if free or step + 1 == len(told) else told[step + 1]
        examples.append(torch.stack(steps))
    return torch.stack(examples)


@torch.no_grad()
def test_a_decoder_is_a_loop_over_steps_forced_or_free() -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(6, 3, 4, 5)
    memory, given = numbers(3, 7, 5), torch.randint(6, (3, 8))
    torch.testing.assert_close(layer.train()(memory, given), looped(layer, memory, given, False))
    torch.testing.assert_close(layer.eval()(memory, given), looped(layer, memory, given, True))
    layer.forced = True
    torch.testing.assert_close(layer(memory, given), looped(layer, memory, given, False))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("context", ["fixed", "attention"])
@torch.no_grad()
def test_all_steps_at_once_are_the_steps_one_by_one(cell: str, context: str) -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(6, 3, 4, 5, cell, context, padding=5)
    memory, given, tokens = numbers(3, 7, 5), torch.randint(6, (3, 8)), torch.randint(5, (3, 7))
    tokens[0, 4:] = 5
    at_once = layer.train()(memory, given, tokens)
    layer.told = lambda given: torch.ones_like(given, dtype=torch.bool)  # type: ignore[method-assign]
    torch.testing.assert_close(layer(memory, given, tokens), at_once)
    other = memory.clone()
    other[0, 4:] = 9.0  # padding is not looked at, and the first state comes from the last token
    torch.testing.assert_close(layer(other, given, tokens)[0], at_once[0])


@torch.no_grad()
def test_a_share_of_the_tokens_is_told_and_the_same_seed_tells_the_same() -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(6, 3, 4, 5, ratio=0.25, schedule="linear", over=10)
    shares, coins = [], []
    for _ in range(2):
        layer.taken.zero_()
        layer.generator = torch.Generator().manual_seed(3)
        for step in range(12):
            assert layer.forcing() == pytest.approx(max(0.25, 1.0 - 0.075 * step))
            told = layer.told(torch.zeros(400, 10, dtype=torch.int64))
            shares.append(1.0 if told is None else float(told.float().mean()))
            coins.append(told)
    assert (
        shares[0] == 1.0 and shares[5] == pytest.approx(0.625, abs=0.03) and shares[11] == pytest.approx(0.25, abs=0.03)
    )
    assert all(one is None or torch.equal(one, other) for one, other in zip(coins[:12], coins[12:], strict=True))
    assert int(layer.taken) == 12


def test_the_inverse_sigmoid_has_gone_half_the_way_after_half_the_steps() -> None:
    k = steepness(500)
    assert k * math.log(k) == pytest.approx(250.0)
    ratios = [forcing_ratio("inverse sigmoid", 0.2, 500, step) for step in (0, 250, 5_000, 10**9)]
    assert ratios == pytest.approx([0.2 + 0.8 * k / (k + 1.0), 0.6, 0.2, 0.2], abs=1e-3)


@torch.no_grad()
def test_a_living_decoder_takes_what_changes_nothing_of_its_shape() -> None:
    arriving = Signal((7, 5), kind="series"), Signal((8,), kind="tokens", scale="index", classes=tuple("abcdef"))
    module = Decoder().build(*arriving)
    other = Decoder(score="scaled", teacher_forcing=0.3, evaluation="teacher forcing")
    assert other.update(module)
    fresh = other.build(*arriving)
    fresh.load_state_dict(module.state_dict())
    memory, given = numbers(3, 7, 5), torch.randint(6, (3, 8))
    for training in (True, False):
        results = []
        for each in (module, fresh):
            torch.manual_seed(1)
            results.append(each.train(training)(memory, given))
        assert torch.equal(*results)
    changes: tuple[dict[str, object], ...] = (
        {"units": 8}, {"cell": "lstm"}, {"context": "fixed"}, {"schedule": "linear"}, {"score": "cosine"},
    )  # fmt: skip
    assert not any(Decoder.model_validate(change).update(module) for change in changes)
