"""Every block with weights may use those of another: both compute with one tensor, and its gradient is the sum."""

from __future__ import annotations

from typing import ClassVar

import pytest
import torch

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.network.check import Report, infer
from playground.network.compiled import Network
from playground.network.flat import FlatParameters
from playground.network.sharing import match
from tests.blocks.block_cases import CASES
from tests.blocks.case import Case, batches_of

WITH_WEIGHTS = [case for case in CASES if case.parameters]


def twins(case: Case) -> Network:
    """Two nodes of one block behind one source; the second, which comes first, uses the weights of the other."""

    class Source(Dataset):
        id: ClassVar[str] = "source"
        outputs: ClassVar[tuple[Port, ...]] = tuple(Port(f"p{n}", f"p{n}") for n in range(len(case.inputs)))

    arriving = tuple(("x", port.name) for port in Source.outputs)
    found = infer(case.block, case.inputs)
    signals: dict[tuple[str, str], Signal] = dict(zip(arriving, case.inputs, strict=True))
    for node in ("twin", "own"):
        signals.update({(node, port.name): s for port, s in zip(case.block.outputs, found.outputs, strict=True)})
    report = Report(
        ("x", "twin", "own"), {"x": Source.model_construct(), "twin": case.block, "own": case.block},
        {"twin": arriving, "own": arriving}, signals, {},
        shared={f"twin.{name}": f"own.{name}" for name in match(found.shapes, found.shapes).names},
    )  # fmt: skip
    return Network(report)


@pytest.mark.parametrize("case", WITH_WEIGHTS, ids=lambda case: case.name)
def test_both_compute_with_one_tensor(case: Case) -> None:
    network = twins(case).eval()
    flat = FlatParameters(network)
    assert {place.node for place in flat.layout.places} == {"own"}
    assert flat.layout.size == case.parameters
    batch = batches_of(case.inputs)
    feeds = {("x", f"p{n}"): tensor for n, tensor in enumerate(batch)}
    flat.values.uniform_(0.1, 0.4)
    answers, gradients = [], []
    for step in network.steps:
        flat.gradients.zero_()
        network.draw_from(torch.Generator().manual_seed(1))
        answers.append(network.run(feeds, [step])[step.outputs[0]])
        answers[-1].square().sum().backward()
        gradients.append(flat.gradients.clone())
    torch.testing.assert_close(answers[0], answers[1])
    torch.testing.assert_close(gradients[0], gradients[1])
    assert bool(gradients[0].any())
