"""The operations of blocks for slow motion against numbers calculated by hand, also of forms that torch lacks."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from playground.blocks.attention.multi_head import MultiHeadAttention
from playground.blocks.images.convolution import Conv2D
from playground.blocks.images.pooling import AvgPool2D, MaxPool2D
from playground.blocks.parts import Part
from playground.blocks.recurrent.layers import GRU, LSTM, SimpleRNN
from playground.blocks.signal import Signal

Numbers = dict[str, torch.Tensor]


def played(parts: tuple[Part, ...], inputs: list[torch.Tensor], parameters: Numbers, known: Numbers) -> Numbers:
    """The values of all operations; those that are `known` stay as they are."""
    values = dict(known)
    before = ""
    for part in parts:
        taken = [values[o] if isinstance(o, str) else values[before] if o < 0 else inputs[o] for o in part.takes]
        before = part.key
        if part.key not in known:
            (values[part.key],) = part.run(taken, parameters)
    return values


def image(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)[None, None]


def of_image(block: Any, x: torch.Tensor, **parameters: torch.Tensor) -> list[list[float]]:
    module = block.build(Signal(tuple(x.shape[1:]), kind="image"))
    values = played(block.parts(module, x), [x], parameters, {})
    return [[round(one, 6) for one in row] for row in values["a"][0, 0].tolist()]


ONE_TO_NINE = image([1, 2, 3], [4, 5, 6], [7, 8, 9])
ONE_TO_SIXTEEN = image([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16])


def test_a_patch_times_a_kernel_is_a_cross_correlation() -> None:
    weight = torch.tensor([[1.0, 0.0, -1.0]] * 3, dtype=torch.float64)[None, None]
    block = Conv2D(filters=1, activation="identity", bias=False)
    assert of_image(block, ONE_TO_NINE, weight=weight) == [[-6.0]]  # flipped it would be +6
    weight = torch.tensor([[1.0, 0.0], [0.0, -1.0]], dtype=torch.float64)[None, None]
    block = Conv2D(filters=1, kernel_size=2, activation="identity", bias=False)
    assert of_image(block, ONE_TO_NINE, weight=weight) == [[-4.0, -4.0], [-4.0, -4.0]]


def test_the_largest_and_the_mean_of_windows() -> None:
    assert of_image(MaxPool2D(), ONE_TO_SIXTEEN) == [[6.0, 8.0], [14.0, 16.0]]
    assert of_image(AvgPool2D(), ONE_TO_SIXTEEN) == [[3.5, 5.5], [11.5, 13.5]]
    mixed = image([1, 3, 2, 1], [4, 6, 5, 2], [7, 2, 8, 3], [1, 4, 9, 0])
    assert of_image(MaxPool2D(), mixed) == [[6.0, 5.0], [7.0, 9.0]]
    assert of_image(AvgPool2D(), mixed) == [[3.5, 2.5], [3.5, 5.0]]


# One cell with all weights 1 and no biases, x = 1, and h = c = 1/2 before -------------------------------------------


def one_step(block: Any, **known: float) -> dict[str, float]:
    """The values of the second time step, by their letters; `known` ones of that step are given."""
    x = torch.ones(1, 2, 1, dtype=torch.float64)
    module = block.build(Signal((2, 1), kind="series"))
    ones = {
        name: torch.ones_like(p, dtype=torch.float64) * ("weight" in name) for name, p in module.named_parameters()
    }
    half = torch.full((1, 1), 0.5, dtype=torch.float64)
    before = {"h@0": half, "c@0": half}
    given = {f"{letter}@1": torch.full((1, 1), value, dtype=torch.float64) for letter, value in known.items()}
    values = played(block.parts(module, x), [x], ones, before | given)
    return {key.removesuffix("@1"): float(value) for key, value in values.items() if key.endswith("@1")}


def test_a_plain_cell() -> None:
    assert one_step(SimpleRNN(units=1))["h"] == pytest.approx(0.905148, abs=5e-7)


def test_an_lstm_cell_without_peepholes_as_torch_has_it() -> None:
    cell = one_step(LSTM(units=1))
    assert [cell[gate] for gate in "ifo"] == pytest.approx([0.817574] * 3, abs=5e-7)
    assert cell["g"] == pytest.approx(0.905148, abs=5e-7)
    assert cell["c"] == pytest.approx(1.148813, abs=5e-7) and cell["h"] == pytest.approx(0.668253, abs=5e-7)


def test_an_lstm_cell_with_peepholes_differs_in_the_sums_of_its_gates_alone() -> None:
    """Gates that see the cell too get V c = 1/2 more; torch has no such weights, so the sums are given here."""
    cell = one_step(LSTM(units=1), si=2.0, sf=2.0, so=2.0)
    assert [cell[gate] for gate in "ifo"] == pytest.approx([0.880797] * 3, abs=5e-7)
    assert cell["c"] == pytest.approx(1.237650, abs=5e-7) and cell["h"] == pytest.approx(0.744083, abs=5e-7)


def test_a_gru_cell_as_torch_has_it_and_with_its_update_gate_the_other_way_round() -> None:
    cell = one_step(GRU(units=1))
    assert cell["z"] == cell["r"] == pytest.approx(0.817574, abs=5e-7)
    assert cell["h"] == pytest.approx(0.570642, abs=5e-7)
    assert one_step(GRU(units=1), z=1.0 - cell["z"])["h"] == pytest.approx(0.816595, abs=5e-7)


# Attention with the input itself as queries, keys and values ---------------------------------------------------------


def attended(rows: list[list[float]], **parameters: Any) -> Numbers:
    x = torch.tensor([rows], dtype=torch.float64)
    block = MultiHeadAttention(heads=1, projections="none", **parameters)
    module = block.build(Signal(tuple(x.shape[1:]), kind="series"))
    return played(block.parts(module, x), [x], {}, {})


def test_two_unit_vectors_look_at_each_other() -> None:
    assert attended([[1, 0], [0, 1]])["α"][0, 0, 0].tolist() == pytest.approx([0.66976, 0.33024], abs=5e-6)
    causal = attended([[1, 0], [0, 1]], causal=True)
    assert causal["α"][0, 0, 0].tolist() == [1.0, 0.0] and torch.isneginf(causal["u"][0, 0, 0, 1])


@pytest.mark.parametrize(
    ("scaled", "weights"),
    [(False, [0.114051, 0.146444, 0.241445, 0.188038, 0.310022]),
     (True, [0.136145, 0.162471, 0.231378, 0.193887, 0.276118])],
)  # fmt: skip
def test_sat_looks_at_the_cat_sat_on_mat(scaled: bool, weights: list[float]) -> None:
    words = [[1, 0], [0.5, 0.5], [0.5, 1], [0, 1], [1, 1]]
    found = attended(words, scaled=scaled)
    if not scaled:
        assert found["s"][0, 0, 2].tolist() == [0.5, 0.75, 1.25, 1.0, 1.5]
    assert found["α"][0, 0, 2].tolist() == pytest.approx(weights, abs=5e-7)
