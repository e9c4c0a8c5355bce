"""Optimizers, schedules and initializers as they are written, held to what runs."""

import pytest
import torch
from torch import nn

from playground.code.sources import Sources
from playground.training.initializers import INITIALIZERS, initialize, starts
from playground.training.optimizers import OPTIMIZERS

ACTIVATIONS = ("identity", "tanh", "relu", "leaky-relu", "prelu", "selu", "gelu")
LAYERS = {
    "linear": lambda: nn.Linear(5, 3),
    "conv": lambda: nn.Conv2d(2, 4, 3),
    "lstm": lambda: nn.LSTM(3, 4, batch_first=True),
    "embedding": lambda: nn.Embedding(7, 2),
}


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.id)
def test_an_optimizer_takes_the_same_steps(kind) -> None:
    declaration = kind()
    code = declaration.to_code()
    sources = Sources()
    for used in code.uses:
        sources.need(used)
    names: dict = {"torch": torch}
    exec("\n".join([*sources.imports, sources.text()]), names)
    found = []
    for make in (
        lambda groups: declaration.build(groups),
        lambda groups: eval(code.expression.format("groups"), names, {"groups": groups}),
    ):
        weights = torch.tensor([1.0, -2.0, 0.5])
        weights.grad = torch.zeros(3)
        optimizer = make([{"params": [weights]}])
        optimizer.generator = torch.Generator().manual_seed(1)
        for _ in range(12):
            closure = Parabola(weights)
            closure()
            optimizer.step(closure) if declaration.evaluates else optimizer.step()
        found.append(weights.clone())
    torch.testing.assert_close(found[0], found[1], rtol=1e-6, atol=1e-7)
    assert not torch.equal(found[0], torch.tensor([1.0, -2.0, 0.5]))


class Parabola:
    """A bowl of three curvatures, with the ways to ask that a search needs."""

    curvatures = torch.tensor([1.0, 0.3, 2.0])

    def __init__(self, weights):
        self.weights = weights

    def __call__(self):
        self.weights.grad.copy_(self.curvatures * self.weights)
        return self.loss()

    def loss(self):
        return 0.5 * (self.curvatures * self.weights.square()).sum()

    def hessian(self):
        return torch.diag(self.curvatures)


def test_numbers_that_are_as_usual_are_not_written() -> None:
    by_id = {kind.id: kind for kind in OPTIMIZERS}
    assert by_id["adam"]().to_code().expression == "torch.optim.Adam({0}, lr=0.005)"
    assert by_id["nesterov"]().to_code().expression == "torch.optim.SGD({0}, lr=0.02, momentum=0.9, nesterov=True)"


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", INITIALIZERS, ids=lambda kind: kind.id)
def test_an_initializer_gives_the_same_numbers(kind, layer) -> None:
    for activation in ACTIVATIONS:
        initializer = kind()
        expected, written = LAYERS[layer](), LAYERS[layer]()
        initialize(expected, initializer, torch.Generator().manual_seed(5), activation)
        names = {"torch": torch, "nn": nn, "generator": torch.Generator().manual_seed(5)}
        with torch.no_grad():
            for start in starts(written, initializer, activation):
                for values in start.values.chunk(start.pieces):
                    code = (
                        start.initializer.to_code_of_bias(values)
                        if start.bias
                        else start.initializer.to_code(values, start.activation)
                    )
                    assert not code.cannot
                    exec(code.expression.format("values"), names, {"values": values})
        for one, other in zip(expected.parameters(), written.parameters(), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)
