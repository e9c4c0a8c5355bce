"""Every block as code: what is written computes what the module computes, forward and back, with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from playground.blocks import class_loss, descent, divergence, landscapes, normalization
from playground.blocks.code import Code
from playground.blocks.estimator import Estimator
from playground.blocks.images import normalization as image_normalization
from playground.blocks.measure import Measure
from playground.blocks.recurrent import layers as recurrent
from playground.code.sources import Sources
from tests.blocks.block_cases import CASES
from tests.blocks.case import (
    IMAGE,
    LOGITS,
    ONE,
    ONE_PROBABILITY,
    PROBABILITIES,
    SERIES,
    Case,
    batches_of,
    compared,
    same,
)
from tests.blocks.plan_cases import CASES as MORE

FURTHER = (
    same(normalization.Dropout(rate=0.0)),
    same(normalization.GaussianNoise(deviation=0.0)),
    same(image_normalization.MapDropout(rate=0.0), IMAGE),
    compared(class_loss.BinaryCrossEntropy(), ONE_PROBABILITY, ONE.but(low=0.0, high=1.0)),
    compared(divergence.KLDivergence(), LOGITS, PROBABILITIES),
    *(Case(descent.DescentFunction(function=name, start_x=0.3, start_y=-0.7), (), ())
      for name in landscapes.LANDSCAPES),
    *(Case(descent.DescentFunction(function="typed", expression=text, start_x=0.3, start_y=-0.7), (), ())
      for text in ("x^2 + sin(3*x)", "-(x - y)^2 / 2 + 2^x", "max(x, .5, y) * exp(-x) - min(y, 2)", "1/3 + x*pi")),
)  # fmt: skip
WRITTEN = [case for case in (*CASES, *MORE, *FURTHER) if not isinstance(case.block, Estimator)]
COMPUTING = [case for case in WRITTEN if not isinstance(case.block, Measure)]
MEASURING = [case for case in WRITTEN if isinstance(case.block, Measure)]


class Bench(nn.Module):
    """The code of one block in a module of its own, whose names are those of a file."""

    def __init__(self, code: Code, names: dict[str, Any]) -> None:
        super().__init__()
        self.code, self.names = code, names
        for part in code.parts:
            setattr(self, part.name, self._run(part.make))
        with torch.no_grad():
            for statement in code.start:
                self._run(statement)

    def _run(self, template: str, *inputs: torch.Tensor) -> Any:
        wires = {f"wire_{number}": tensor for number, tensor in enumerate(inputs)}
        text = template.format(*wires, **{part.name: f"self.{part.name}" for part in self.code.parts})
        return eval(text, {**self.names, **wires, "self": self})

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self._run(self.code.expression, *inputs)

    def constrain(self) -> None:
        with torch.no_grad():
            self._run(self.code.constrain)

    def name_of(self, name: str) -> str:
        """What a weight of the module of `build` is called here."""
        part, own = self.code.part_of(name)
        return f"{part.name}.{own}" if own else part.name

    def take_weights(self, module: nn.Module) -> None:
        """The weights of the module of `build`, which has no others."""
        state = {}
        for name, value in module.state_dict().items():
            state[self.name_of(name)] = value
        ours = {name: value.shape for name, value in self.state_dict().items() if "num_batches" not in name}
        assert ours == {name: value.shape for name, value in state.items()}
        self.load_state_dict(state)


def bench_of(case: Case) -> tuple[Bench, nn.Module]:
    """The code of a case and the module of its block, with the same random weights."""
    code = case.block.to_code(*case.inputs)
    assert code.cannot == "" and code.expression
    torch.manual_seed(0)
    module = case.block.build(*case.inputs)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape) if parameter.dtype == torch.float32 else parameter)
    bench = Bench(code, names_of(code))
    bench.take_weights(module)
    return bench, module


def names_of(code: Code) -> dict[str, Any]:
    """What the code of the block may use: torch, and the sources of ours, run by themselves."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "functional": functional}
    sources = Sources()
    assert all(sources.need(each) == each.__name__ for each in code.uses)
    text = "\n".join((*code.imports, *sources.imports, sources.text()))
    assert "playground" not in text
    exec(text, names)
    return names


def draw_anew(module: nn.Module) -> None:
    for each in module.modules():
        if "generator" in vars(each):
            each.generator = torch.Generator().manual_seed(4)


def results_of(module: nn.Module, case: Case, order: list[str]) -> list[torch.Tensor]:
    """Outputs, then the gradients of inputs and parameters, these in the given order of their names."""
    draw_anew(module)
    batches = [batch.requires_grad_(batch.is_floating_point()) for batch in batches_of(case.inputs)]
    outputs = module(*batches)
    found = list(outputs) if isinstance(outputs, tuple) else [outputs]
    total = sum((output * torch.linspace(0.5, 1.5, output.numel()).view(output.shape)).sum() for output in found)
    if isinstance(total, torch.Tensor) and total.requires_grad:
        total.backward()
    learned = dict(module.named_parameters())
    leaves = [*batches, *(learned[name] for name in order)]
    return [*found, *(leaf.grad if leaf.grad is not None else torch.zeros_like(leaf) for leaf in leaves)]


@pytest.mark.parametrize("case", COMPUTING, ids=lambda case: case.name)
def test_the_code_gives_the_same_numbers_and_gradients(case: Case) -> None:
    bench, module = bench_of(case)
    ours = [name for name, _ in module.named_parameters()]
    theirs = [bench.name_of(name) for name in ours]
    for training in (True, False):
        found = results_of(bench.train(training), case, theirs)
        expected = results_of(module.train(training), case, ours)
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6, equal_nan=True)
    for name, buffer in module.state_dict().items():
        torch.testing.assert_close(bench.state_dict()[bench.name_of(name)], buffer)


@pytest.mark.parametrize("case", MEASURING, ids=lambda case: case.name)
def test_the_code_of_a_measure_gives_the_same_numbers(case: Case) -> None:
    assert isinstance(case.block, Measure)
    batches = batches_of(case.inputs)
    code = case.block.to_code(*case.inputs)
    assert Bench(code, names_of(code))(*batches) == pytest.approx(case.block.measure(*batches))


def test_a_place_on_a_landscape_is_brought_back() -> None:
    block = descent.DescentFunction(function="ravine", start_x=-4.0, start_y=0.6, constraint="l1", radius=1.5)
    bench, module = bench_of(Case(block, (), ()))
    assert isinstance(module, descent.DescentLayer)
    module.constrain()
    bench.constrain()
    torch.testing.assert_close(bench.state_dict()["module"], module.position.data)
    assert float(module.position.detach().abs().sum()) == pytest.approx(1.5)


def test_a_batch_of_one_example_is_normalized_by_the_running_statistics() -> None:
    bench, module = bench_of(same(normalization.BatchNorm(momentum=0.3), parameters=8))
    many, one = torch.randn(5, 4, generator=torch.Generator().manual_seed(1)), torch.tensor([[0.5, -1.0, 2.0, 3.0]])
    for batch in (many, one, many):
        torch.testing.assert_close(bench(batch), module(batch))


def test_the_forget_gate_of_an_lstm_begins_as_the_block_has_it() -> None:
    case = Case(recurrent.LSTM(units=3, forget_bias=2.0), (SERIES,), (3,))
    code = case.block.to_code(*case.inputs)
    bias = dict(case.block.build(*case.inputs).named_parameters())["bias_ih_l0"]
    assert torch.equal(Bench(code, names_of(code)).state_dict()["module.bias_ih_l0"], bias)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_cannot_be_written_says_why(case: Case) -> None:
    code = case.block.to_code(*case.inputs)
    assert bool(code.cannot) == isinstance(case.block, Estimator)
    if code.cannot:
        assert code.cannot.startswith(case.block.title) and code.cannot.endswith(".") and not code.expression
