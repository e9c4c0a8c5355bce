"""Initializers: spread and range of the weights, seeds, and what deep nets make of them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from playground.blocks.base import Block
from playground.blocks.embedding import Embedding
from playground.blocks.normalization import BatchNorm, LayerNorm
from playground.blocks.recurrent.cells import LSTMLayer
from playground.blocks.registry import BLOCKS
from playground.blocks.signal import Signal
from playground.data.words.vectors import word_vectors
from playground.document.graph import Choice
from playground.training.initializers import INITIALIZERS, Initializer, gain, initialize, initializer_of

IDS = (
    "automatic",
    "zeros",
    "constant",
    "typed",
    "uniform",
    "normal",
    "xavier-uniform",
    "xavier-normal",
    "he-uniform",
    "he-normal",
    "orthogonal",
    "identity",
    "known-words",
)


def make(identifier: str, **parameters: Any) -> Initializer:
    return initializer_of(Choice(id=identifier, parameters=parameters))


def filled(
    identifier: str, shape: tuple[int, ...] = (200, 300), activation: str = "", seed: int = 0, **parameters: Any
) -> Tensor:
    weight = torch.full(shape, math.nan)
    make(identifier, **parameters).fill(weight, torch.Generator().manual_seed(seed), activation)
    return weight


def test_all_initializers_are_there_in_order() -> None:
    known = tuple(kind.id for kind in INITIALIZERS)
    missing = set(known) - set(IDS)
    assert not missing, f"name {sorted(missing)} in IDS of tests/training/test_initializers.py, with a test"
    assert known == IDS


def test_zeros_and_constant() -> None:
    assert torch.equal(filled("zeros"), torch.zeros(200, 300))
    assert torch.equal(filled("constant", value=-0.25), torch.full((200, 300), -0.25))


def test_the_identity_passes_on_what_arrives() -> None:
    assert torch.equal(filled("identity", (3, 3)), torch.eye(3))
    assert torch.equal(filled("identity", (4, 2)), torch.eye(4)[:, :2])
    picture = torch.randn(1, 3, 7, 7)
    for size in (1, 3, 5):
        kernel = filled("identity", (3, 3, size, size))
        assert torch.equal(nn.functional.conv2d(picture, kernel, padding="same"), picture)


def test_typed_numbers_go_in_unit_by_unit_with_their_biases_and_are_repeated_where_they_are_few() -> None:
    layer = nn.Linear(3, 2)
    initialize(layer, make("typed", weights="0.4, −0.2; 1 2 3 4", biases="0.5 -1"), torch.Generator(), "")
    torch.testing.assert_close(layer.weight.detach(), torch.tensor([[0.4, -0.2, 1.0], [2.0, 3.0, 4.0]]))
    assert layer.bias.tolist() == [0.5, -1.0]
    assert filled("typed", (2, 3), weights="1, 2").tolist() == [[1.0, 2.0, 1.0], [2.0, 1.0, 2.0]]


@pytest.mark.parametrize(
    ("identifier", "activation", "parameters", "bound"),
    [
        ("uniform", "", {"low": -0.2, "high": 0.2}, 0.2),
        ("xavier-uniform", "tanh", {}, math.sqrt(6 / 500)),
        ("xavier-uniform", "tanh", {"use_gain": True}, 5 / 3 * math.sqrt(6 / 500)),
        ("he-uniform", "relu", {}, math.sqrt(6 / 300)),
        ("he-uniform", "relu", {"keep": "backward"}, math.sqrt(6 / 200)),
        ("automatic", "tanh", {}, math.sqrt(6 / 500)),
        ("automatic", "", {}, math.sqrt(6 / 500)),
    ],
)
def test_even_spreads_fill_their_range_and_no_more(
    identifier: str, activation: str, parameters: dict[str, Any], bound: float
) -> None:
    weight = filled(identifier, activation=activation, **parameters)
    assert float(weight.abs().max()) <= bound * (1 + 1e-6)
    assert float(weight.min()) < -0.99 * bound and float(weight.max()) > 0.99 * bound
    assert float(weight.std()) == pytest.approx(bound / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize(
    ("identifier", "activation", "parameters", "deviation"),
    [
        ("normal", "", {"spread": 0.3}, 0.3),
        ("xavier-normal", "relu", {}, math.sqrt(2 / 500)),
        ("xavier-normal", "relu", {"use_gain": True}, math.sqrt(4 / 500)),
        ("he-normal", "relu", {}, math.sqrt(2 / 300)),
        ("he-normal", "tanh", {}, math.sqrt(2 / 300)),
        ("he-normal", "prelu", {}, math.sqrt(2 / (1 + 0.25**2) / 300)),
        ("he-normal", "relu", {"keep": "backward"}, math.sqrt(2 / 200)),
        ("automatic", "relu", {}, math.sqrt(2 / 300)),
        ("automatic", "gelu", {}, math.sqrt(2 / 300)),
        ("automatic", "selu", {}, math.sqrt(1 / 300)),
    ],
)
def test_bells_have_their_spread(
    identifier: str, activation: str, parameters: dict[str, Any], deviation: float
) -> None:
    weight = filled(identifier, activation=activation, **parameters)
    assert float(weight.std()) == pytest.approx(deviation, rel=0.02)
    assert abs(float(weight.mean())) < 0.02 * deviation
    assert float(weight.abs().max()) > 3 * deviation


def test_normal_has_its_mean_and_uniform_may_be_lopsided() -> None:
    assert float(filled("normal", mean=2.0, spread=0.01).mean()) == pytest.approx(2.0, abs=1e-3)
    lopsided = filled("uniform", low=1.0, high=3.0)
    assert float(lopsided.min()) >= 1.0 and float(lopsided.max()) <= 3.0


@pytest.mark.parametrize("shape", [(40, 40), (20, 50), (50, 20)])
def test_orthogonal_rows_or_columns_are_orthogonal_with_the_gain_as_length(shape: tuple[int, int]) -> None:
    weight = filled("orthogonal", shape, "relu")
    product = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    torch.testing.assert_close(product, 2.0 * torch.eye(min(shape)), atol=1e-4, rtol=0)
    plain = filled("orthogonal", shape, "relu", use_gain=False)
    torch.testing.assert_close(plain * math.sqrt(2.0), weight)


def test_the_field_of_a_convolution_counts_as_inputs() -> None:
    weight = filled("he-normal", (64, 32, 3, 3), "relu")
    assert float(weight.std()) == pytest.approx(math.sqrt(2 / (32 * 9)), rel=0.03)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("relu", math.sqrt(2)),
        ("tanh", 5 / 3),
        ("leaky-relu", math.sqrt(2 / (1 + 1e-4))),
        ("selu", 0.75),
        ("swish", math.sqrt(2)),
        ("sigmoid", 1.0),
        ("identity", 1.0),
        ("", 1.0),
    ],
)
def test_gains_are_those_of_torch(activation: str, expected: float) -> None:
    assert gain(activation) == pytest.approx(expected)


@pytest.mark.parametrize("identifier", IDS)
def test_a_seed_fixes_the_start_and_the_global_generator_is_left_alone(identifier: str) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first, again, other = (filled(identifier, (8, 9), "relu", seed) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert torch.equal(first, other) == (identifier in ("zeros", "constant", "typed", "identity"))
    assert torch.isfinite(first).all()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("identifier", IDS)
def test_weights_are_filled_in_place_without_a_gradient(identifier: str) -> None:
    weight = nn.Parameter(torch.full((4, 5), math.nan))
    place = weight.data_ptr()
    make(identifier).fill(weight, torch.Generator().manual_seed(0), "tanh")
    assert weight.data_ptr() == place
    assert weight.requires_grad and weight.grad_fn is None and weight.is_leaf


def deep_signal(identifier: str, activation: nn.Module, name: str, **parameters: Any) -> float:
    """Spread of what comes out of 50 layers of width 256, for 256 normal inputs."""
    generator = torch.Generator().manual_seed(0)
    signal = torch.randn(256, 256, generator=generator)
    initializer = make(identifier, **parameters)
    weight = torch.empty(256, 256)
    for _ in range(50):
        initializer.fill(weight, generator, name)
        signal = activation(signal @ weight.T)
    return float(signal.std())


def test_fifty_layers_keep_lose_or_blow_up_their_signal() -> None:
    relu, tanh = nn.ReLU(), nn.Tanh()
    assert 0.2 < deep_signal("he-normal", relu, "relu") < 1.3
    assert 0.2 < deep_signal("automatic", relu, "relu") < 1.3
    assert 1e-9 < deep_signal("xavier-normal", relu, "relu") < 1e-7
    assert deep_signal("normal", relu, "relu", spread=0.01) == 0.0
    assert 1e16 < deep_signal("normal", relu, "relu", spread=0.2) < 1e19
    assert deep_signal("xavier-normal", tanh, "tanh") == pytest.approx(0.10, abs=0.03)
    assert 0.8 < deep_signal("automatic", nn.SELU(), "selu") < 1.2


def test_initialize_fills_weights_clears_biases_and_leaves_the_rest() -> None:
    module = nn.Sequential(
        nn.Linear(6, 5), BatchNorm().build(Signal((5,))), nn.PReLU(5), LayerNorm().build(Signal((5,))),
        nn.Unflatten(1, (1, 5)), LayerNorm().build(Signal((1, 5))),
    )  # fmt: skip
    with torch.no_grad():
        for values in module.parameters():
            values.add_(0.125)
    before = {name: values.detach().clone() for name, values in module.named_parameters()}
    initialize(module, make("constant", value=7.0), torch.Generator(), "relu")
    after = dict(module.named_parameters())
    assert torch.equal(after["0.weight"].detach(), torch.full((5, 6), 7.0))
    assert torch.equal(after["0.bias"].detach(), torch.zeros(5))
    for name in ("1.weight", "1.bias", "2.weight", "3.weight", "5.weight", "5.bias"):
        assert torch.equal(after[name].detach(), before[name])


NORMALIZATIONS = [block for block in BLOCKS if block.family == "normalization"]


@pytest.mark.parametrize("block", NORMALIZATIONS, ids=lambda one: one.id)
@pytest.mark.parametrize("initializer", [make("constant", value=7.0), make("typed", biases="1, 2, 3")])
def test_what_a_normalization_learns_starts_as_it_says(block: type[Block], initializer: Initializer) -> None:
    module = block().build(Signal((3, 4, 4)))
    before = {name: values.detach().clone() for name, values in module.named_parameters()}
    initialize(module, initializer, torch.Generator(), "relu")
    for name, values in module.named_parameters():
        assert torch.equal(values.detach(), before[name])


def test_recurrent_layers_start_gate_by_gate_with_rotations_and_their_own_forget_bias() -> None:
    module = LSTMLayer(30, 20, last=True, forget_bias=2.0)
    initialize(module, make("automatic"), torch.Generator().manual_seed(0), "relu")
    for enter, carry in zip(module.weight_ih_l0.detach().chunk(4), module.weight_hh_l0.detach().chunk(4), strict=True):
        assert 0.95 * math.sqrt(6 / 50) < float(enter.abs().max()) <= math.sqrt(6 / 50)
        torch.testing.assert_close(carry @ carry.T, torch.eye(20), atol=1e-5, rtol=0)
    assert module.bias_ih_l0.tolist() == [0.0] * 20 + [2.0] * 20 + [0.0] * 40
    assert not module.bias_hh_l0.any()


def test_a_chosen_initializer_fills_recurrent_weights_too_but_not_the_forget_bias() -> None:
    module = LSTMLayer(3, 4, last=True, forget_bias=2.0)
    initialize(module, make("constant", value=0.5), torch.Generator(), "")
    assert bool((module.weight_ih_l0 == 0.5).all()) and bool((module.weight_hh_l0 == 0.5).all())
    assert module.bias_ih_l0.tolist() == [0.0] * 4 + [2.0] * 4 + [0.0] * 8


def test_tokens_start_far_apart_whatever_the_size_of_the_vocabulary() -> None:
    table = nn.Embedding(5_000, 8)
    initialize(table, make("automatic"), torch.Generator().manual_seed(0), "")
    assert float(table.weight.detach().std()) == pytest.approx(1.0, rel=0.02)
    initialize(table, make("zeros"), torch.Generator(), "")
    assert not table.weight.any()


def test_zero_start_keeps_hidden_units_alike() -> None:
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    initialize(net, make("constant", value=0.3), torch.Generator(), "tanh")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    features = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for _ in range(20):
        optimizer.zero_grad()
        net(features).sub(torch.tensor([[1.0], [0.0], [2.0]])).square().mean().backward()
        optimizer.step()
    hidden = next(net.parameters())
    assert torch.equal(hidden[0].detach().expand(4, 2), hidden.detach())
    assert not torch.allclose(hidden.detach(), torch.tensor(0.3))


def test_known_words_start_with_their_vectors_and_all_else_as_an_embedding_does() -> None:
    table = Embedding(units=60).build(Signal((3,), kind="tokens", classes=("[PAD]", "Queen", "zzyzx", "king")))
    initialize(table, make("known-words", scale=2.0), torch.Generator().manual_seed(3), "")
    known = word_vectors()
    drawn = torch.empty(4, 60).normal_(generator=torch.Generator().manual_seed(3))
    for row, word in ((1, "queen"), (3, "king")):
        wanted = torch.from_numpy(2.0 * known.vectors[known.places[word]])
        assert torch.equal(table.weight[row, :50].detach(), wanted)
        drawn[row, :50] = wanted
    assert torch.equal(table.weight.detach(), drawn)
    few = Embedding(units=3).build(Signal((3,), kind="tokens", classes=("king", "man")))
    initialize(few, make("known-words"), torch.Generator(), "")
    assert torch.equal(few.weight[0].detach(), torch.from_numpy(known.vectors[known.places["king"], :3]))


@pytest.mark.parametrize("kind", INITIALIZERS, ids=IDS)
def test_every_initializer_is_explained_and_survives_json(kind: type[Initializer]) -> None:
    assert kind.title and kind.summary
    assert kind.formula or kind.id == "automatic"
    assert all(info.help.endswith(".") for info in kind.parameter_infos())
    choice = Choice(id=kind.id, parameters=json.loads(json.dumps(kind().parameters())))
    assert initializer_of(choice) == kind()


@pytest.mark.parametrize(
    ("identifier", "parameters", "sentence"),
    [
        ("constant", {"value": "one"}, "Value c of Constant must be a number from -1000 to 1000, but 'one' arrived."),
        ("typed", {"weights": "0.4, oops"}, "Weights of Typed numbers: “oops” is no number."),
        ("typed", {"biases": " "}, "Biases of Typed numbers: type at least one number."),
        ("typed", {"weights": "1e9"}, "Weights of Typed numbers: “1e9” lies outside ±1000."),
        ("normal", {"spread": -1}, "Standard deviation σ of Normal must be a number from 0 to 1000, but -1 arrived."),
        ("uniform", {"low": 1.0, "high": 0.0}, "Uniform: the lower bound 1 lies above the upper bound 0."),
    ],
)
def test_bad_parameters_are_refused_with_a_sentence(identifier: str, parameters: dict[str, Any], sentence: str) -> None:
    kind = next(kind for kind in INITIALIZERS if kind.id == identifier)
    assert [problem for _, problem in kind.parameter_problems(parameters)] == [sentence]
    with pytest.raises(ValidationError):
        make(identifier, **parameters)


def test_an_unknown_initializer_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="lucky"):
        make("lucky")
