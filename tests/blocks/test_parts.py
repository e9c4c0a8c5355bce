"""The operations that blocks declare for slow motion, against the real module and autograd, on the table of cases."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from playground.blocks.parts import Factor, Part, Values, names_of, running
from tests.blocks.block_cases import CASES
from tests.blocks.case import Case, batches_of

COMPUTING = [case for case in CASES if case.block.family not in ("loss", "measure")]
MOST_CHECKED = 400
"""Numbers of one operation whose products are added up again."""
ONE_OPERATION = {
    "noise", "real-and-generated", "autoregression", "k-means", "k-means-filters", "perceptron", "nearest-neighbours",
    "support-vector-machine", "regroup-classes", "softmax", "log-softmax", "foreign-operator", "mixup",
    "local-response-norm", "gram-matrix", "cross-attention", "decoder", "one-hot-tokens", "bag-of-words", "tf-idf",
    "mean-of-words", "subword-embedding", "similarity", "learned-picture", "ridge", "reservoir", "recursive-net",
}  # fmt: skip
"""Blocks without a formula to write out number by number: they draw, search without a gradient, count, look up,
compare, or hear what they have said; attention between two sequences has the operations of self-attention, which is
written out; softmax over the channels of an image and its logarithm are written whole."""
Numbers = dict[str, torch.Tensor]


def example(case: Case) -> list[torch.Tensor]:
    """One example in double precision, each a leaf where a gradient can come back to it."""
    torch.manual_seed(3)
    rows = [batch[:1].double() if batch.is_floating_point() else batch[:1] for batch in batches_of(case.inputs)]
    return [row.clone().requires_grad_() if row.is_floating_point() else row for row in rows]


def module_of(case: Case) -> torch.nn.Module:
    torch.manual_seed(1)
    module = case.block.build(*case.inputs).eval()
    with torch.no_grad():
        for name, values in module.named_buffers():
            if name.startswith("running"):
                values.uniform_(0.5, 1.5)
    return module


def played(parts: tuple[Part, ...], inputs: Values, parameters: Numbers) -> tuple[list[torch.Tensor], Numbers]:
    """What the last part gives, and the values of all, by name."""
    known: Numbers = {}
    before, results = "", ()
    for part in parts:
        taken = [
            known[one] if isinstance(one, str) else known[before] if one < 0 else inputs[one] for one in part.takes
        ]
        results = part.run(taken, parameters)
        assert part.key not in known, f"two operations are called {part.key}"
        known[part.key], before = results[0], part.key
    return list(results), known


@pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
def test_the_operations_together_are_the_block_forward_and_back(case: Case) -> None:
    module = module_of(case)
    parameters = {name: p.detach().double().requires_grad_() for name, p in module.named_parameters()}
    inputs = example(case)
    parts = case.block.parts(module, *[one.detach() for one in inputs])
    torch.manual_seed(2)  # for blocks that draw numbers
    whole = running(module)(inputs, parameters)
    torch.manual_seed(2)
    results, _ = played(parts, inputs, parameters)
    leaves = [one for one in (*inputs, *parameters.values()) if one.requires_grad]
    assert len(results) == len(whole)
    for found, expected in zip(results, whole, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=0.0)
    if not whole[0].requires_grad:
        return
    torch.manual_seed(5)
    arriving = torch.randn_like(whole[0])
    gradients = [
        torch.autograd.grad(results_[0], leaves, arriving, allow_unused=True, materialize_grads=True)
        for results_ in (results, whole)
    ]
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=0.0)


def number_of(factor: Factor, sources: Values, parameters: Numbers) -> float:
    if factor.source is None:
        return factor.number
    whole = sources[factor.source][0] if isinstance(factor.source, int) else parameters[factor.source]
    return factor.of(float(whole[factor.index]))


@pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
def test_the_products_of_every_number_add_up_to_it(case: Case) -> None:
    module = module_of(case)
    parameters = {name: p.detach().double() for name, p in module.named_parameters()}
    inputs = [one.detach() for one in example(case)]
    parts = case.block.parts(module, *inputs)
    _, known = played(parts, inputs, parameters)
    before = ""
    for part in parts:
        sources = [known[o] if isinstance(o, str) else known[before] if o < 0 else inputs[o] for o in part.takes]
        before = part.key
        result = known[part.key][0]
        if part.axes:
            assert len(part.axes) == result.dim() and len(set(part.axes)) == len(part.axes)
        if part.terms is None:
            continue
        for index in itertools.islice(itertools.product(*map(range, result.shape)), MOST_CHECKED):
            products = [
                math.prod(number_of(factor, sources, parameters) for factor in term) for term in part.terms(index)
            ]
            total = max(products) if part.kind == "largest" else sum(products)
            assert total == pytest.approx(float(result[index]), abs=1e-6), (part.key, index)


@pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
def test_every_block_is_opened_unless_it_is_said_why_not(case: Case) -> None:
    parts = case.block.parts(module_of(case), *[one.detach() for one in example(case)])
    opened = any(part.kind != "block" for part in parts)
    assert opened or case.block.id in ONE_OPERATION, (
        f"“{case.block.id}” is one operation in slow motion: declare its parts, or say here why it has none"
    )


@pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
def test_the_parameters_of_the_operations_are_those_of_the_block(case: Case) -> None:
    module = module_of(case)
    parts = case.block.parts(module, *[one.detach() for one in example(case)])
    assert {name for part in parts for name in part.parameters} == set(names_of(module))
    symbols = case.block.parameter_symbols
    for name, parameter in module.named_parameters():
        assert parameter.shape[0] % len(symbols.get(name, "x")) == 0, "as many matrices as letters"
