"""The array operations of every block, held to its module under autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.blocks import activation, class_loss, class_loss_layers, divergence, normalization
from playground.blocks.base import Block
from playground.blocks.families import role_of
from playground.blocks.registry import BLOCKS
from playground.blocks.signal import Signal
from tests.blocks import block_cases, plan_cases
from tests.blocks.case import (
    IMAGE,
    INDEX,
    LOGITS,
    ONE,
    ONE_PROBABILITY,
    VECTOR,
    ZERO_ONE,
    Case,
    batch_of,
    compared,
    same,
)
from tests.blocks.planned import Planned

DTYPES = [np.dtype(np.float64), np.dtype(np.float32)]
PLANNED = [
    case for case in (*block_cases.CASES, *plan_cases.CASES)
    # What compares pixels follows a convolution, which torch computes.
    if type(case.block).plan is not Block.plan and not any(signal.pixelwise for signal in case.inputs)
    and case.name not in plan_cases.LEFT_OUT
]  # fmt: skip
in_both_precisions = pytest.mark.parametrize("dtype", DTYPES, ids=str)
every_case = pytest.mark.parametrize("case", PLANNED, ids=lambda case: case.name)
KEEPING = [case for case in PLANNED if case.block.family == "normalization"]


def steps(planned: Planned, count: int = 2) -> None:
    """Take steps on other numbers each."""
    assert planned.plan(), f"{planned.block.title} writes no plan for {planned.signals}"
    for step in range(count):
        planned.compare(*(batch(signal, planned.rows, 10 * step + port) for port, signal in enumerate(planned.signals)))


def batch(signal: Signal, rows: int, seed: int) -> torch.Tensor:
    """Numbers for a wire; of steps that may be without an answer some are."""
    values = batch_of(signal, rows, seed)
    if signal.unanswered:
        lots = torch.rand(values.shape, generator=torch.Generator().manual_seed(seed))
        values[lots < 0.4] = class_loss_layers.NOT_ASKED
    return values


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)
def test_every_block_has_array_operations_or_a_reason(block: type[Block]) -> None:
    if role_of(block.family) == "measure":
        return  # it takes no part in a step
    file = f"{block.__module__.replace('.', '/')}.py"
    planned, reason = block.plan is not Block.plan, plan_cases.WITHOUT.get(block.id, "")
    assert planned or reason, (
        f"write {block.__name__}.plan in {file}, or the reason why it has none into WITHOUT in "
        "tests/blocks/plan_cases.py"
    )
    assert not (planned and reason), f"{block.id} has array operations: take it off WITHOUT in {plan_cases.__file__}"
    known = {type(case.block) for case in PLANNED}
    assert reason or block in known, f"give {block.id} a case in tests/blocks/block_cases.py"


def test_only_blocks_that_exist_have_a_reason() -> None:
    assert plan_cases.WITHOUT.keys() <= {block.id for block in BLOCKS}


@in_both_precisions
@every_case
def test_values_and_gradients_are_those_of_the_module(case: Case, dtype: np.dtype) -> None:
    steps(Planned(case.block, case.inputs, dtype))


@every_case
@pytest.mark.parametrize("wanted", [(), (0,)], ids=["no input", "first input"])
@pytest.mark.parametrize("learns", [False, True], ids=["frozen", "learning"])
def test_only_what_is_wanted_is_computed(case: Case, wanted: tuple[int, ...], learns: bool) -> None:
    planned = Planned(case.block, case.inputs, DTYPES[0], wanted=wanted, learns=learns)
    steps(planned)
    assert planned.backward == (bool(planned.wanted) or planned.learns)
    if not planned.backward:
        assert not planned.operations.backward_calls


@in_both_precisions
@pytest.mark.parametrize("case", KEEPING, ids=lambda case: case.name)
def test_a_frozen_block_uses_what_it_has_gathered(case: Case, dtype: np.dtype) -> None:
    steps(Planned(case.block, case.inputs, dtype, learns=False, training=False))


@in_both_precisions
@pytest.mark.parametrize("signal", [VECTOR, Signal((3, 1, 1), kind="image"), IMAGE], ids=lambda signal: signal.kind)
def test_one_row_is_normalized_by_what_has_been_gathered(signal: Signal, dtype: np.dtype) -> None:
    steps(Planned(normalization.BatchNorm(), (signal,), dtype, rows=1))


@every_case
@pytest.mark.parametrize("rows", [1, 2])
def test_small_batches_agree_too(case: Case, rows: int) -> None:
    steps(Planned(case.block, case.inputs, DTYPES[0], rows=rows))


@every_case
def test_an_undefined_number_is_not_hidden(case: Case) -> None:
    if case.inputs[0].scale == "index":
        return
    planned = Planned(case.block, case.inputs, DTYPES[1], wanted=(), learns=False)
    assert planned.plan()
    values = [batch(signal, planned.rows, port) for port, signal in enumerate(case.inputs)]
    values[0].view(-1)[0] = torch.nan
    planned.compare(*values)  # NaN is held to be the same as NaN, and as nothing else


WIDE = Signal((50,), classes=tuple(map(str, range(50))))
WIDE_CASES = [
    *(same(kind(), WIDE) for kind in activation.ACTIVATIONS),
    *(same(kind(), WIDE) for kind in normalization.BLOCKS),
    *(compared(kind(), WIDE, WIDE.but(scale="probability", low=0.0, high=1.0, sums_to_one=True))
      for kind in (class_loss.CategoricalCrossEntropy, divergence.KLDivergence, class_loss.BinaryCrossEntropy)),
    compared(class_loss.CrossEntropy(), WIDE, WIDE.but(shape=(), kind="classes", scale="index")),
]  # fmt: skip


@in_both_precisions
@pytest.mark.parametrize("case", WIDE_CASES, ids=lambda case: case.block.id)
def test_what_is_computed_otherwise_for_many_numbers_agrees_too(case: Case, dtype: np.dtype) -> None:
    steps(Planned(case.block, case.inputs, dtype, rows=90))


CORNERS = [0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 19.0, -19.0, 80.0, -80.0, 1e4, -1e4]


@in_both_precisions
@pytest.mark.parametrize("kind", activation.ACTIVATIONS, ids=lambda kind: kind.id)
def test_activations_agree_where_they_bend_and_far_out(kind: type[activation.Activation], dtype: np.dtype) -> None:
    planned = Planned(kind(), (ONE,), dtype, rows=len(CORNERS))
    assert planned.plan()
    planned.compare(torch.tensor(CORNERS)[:, None])


@in_both_precisions
@pytest.mark.parametrize("low", [0.0, -0.02])
def test_binary_cross_entropy_bears_certainty_and_targets_a_little_outside(low: float, dtype: np.dtype) -> None:
    planned = Planned(class_loss.BinaryCrossEntropy(), (ONE_PROBABILITY, ZERO_ONE), dtype, rows=4)
    assert planned.plan()
    inside = torch.tensor([[0.2], [0.7], [1e-6], [0.999]])
    planned.compare(inside, torch.tensor([[low], [1.0], [0.0], [1.0]]))
    planned = Planned(class_loss.BinaryCrossEntropy(), (ONE_PROBABILITY, ZERO_ONE), dtype, rows=4)
    assert planned.plan()
    planned.compare(torch.tensor([[0.0], [1.0], [0.0], [1.0]]), torch.tensor([[0.0], [1.0], [1.0], [0.0]]))


@in_both_precisions
def test_a_class_that_is_all_too_improbable_costs_a_finite_loss(dtype: np.dtype) -> None:
    signal = Signal((3,), scale="probability", low=0.0, high=1.0, sums_to_one=True)
    planned = Planned(class_loss.CrossEntropy(), (signal, INDEX), dtype, rows=3)
    assert planned.plan()
    shares = torch.tensor([[0.0, 0.5, 0.5], [1e-13, 0.2, 0.8], [0.1, 0.3, 0.6]])
    planned.compare(shares, torch.tensor([0, 0, 2]))


@in_both_precisions
def test_a_batch_without_any_answer_has_no_loss(dtype: np.dtype) -> None:
    steps_of, answers = Signal((2, 3), kind="series"), INDEX.but(shape=(2,), unanswered=True)
    planned = Planned(class_loss.CrossEntropy(), (steps_of, answers), dtype, rows=1, wanted=())
    assert planned.plan()
    planned.compare(torch.randn(1, 2, 3), torch.full((1, 2), class_loss_layers.NOT_ASKED))
    assert np.isnan(planned.output)


def test_a_target_with_class_weights_that_learns_is_left_to_torch() -> None:
    for prediction, target in ((ONE, ZERO_ONE), (LOGITS, Signal((3,), scale="one-hot", classes=("a", "b", "c")))):
        weighted = target.but(weights=(1.0, 2.0, 3.0)[: max(2, target.size)])
        planned = Planned(class_loss.BinaryCrossEntropy(), (prediction, weighted.but(kind="vector")), DTYPES[0])
        assert 1 in planned.wanted and not planned.plan()


def test_the_generator_of_the_moment_is_used() -> None:
    for block in (normalization.Dropout(rate=0.5), normalization.GaussianNoise()):
        planned = Planned(block, same(block).inputs, DTYPES[1])
        assert planned.plan()
        for module in (planned.module, planned.expected):  # as when a run is put back to an earlier step
            module.generator = torch.Generator().manual_seed(11)
        planned.compare(batch_of(VECTOR))
