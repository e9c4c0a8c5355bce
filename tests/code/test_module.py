"""The network half of written files: every preset gives the loss and the gradient of the compiled network."""

from __future__ import annotations

from functools import cache

import pytest
import torch

from playground.code.module import network_code
from playground.code.network import NetworkCode
from playground.document.files import read
from playground.document.project import Project
from playground.network.check import check
from playground.network.compiled import Network
from playground.paths import PRESETS
from tests.code.running import draw_anew, feeds_of, run, with_weights_of

PRESET_FILES = sorted(path for path in PRESETS.glob("*/*.json") if path.stem != "chapter")


@cache
def project(preset: str) -> Project:
    return read(next(path for path in PRESET_FILES if path.stem == preset))


def compare(graph_of: Project, rows: int = 6) -> NetworkCode:
    """Hold the written network to the compiled one; returns its code."""
    report = check(graph_of.graph)
    assert report.ok, report.errors()
    code = network_code(graph_of.graph, report)
    if not code.losses:
        return code
    names = run(code)
    torch.manual_seed(3)
    network = Network(report)
    model = with_weights_of(network, code, names)
    feeds = feeds_of(report, rows)
    draw_anew(network)
    draw_anew(model)
    expected = network(feeds)
    found = names["loss"](model, *(feeds[output] for output in code.feeds))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    if expected.requires_grad:
        expected.backward()
        found.backward()
    written = dict(model.named_parameters())
    for name, parameter in network.named_parameters():
        if name in code.names and parameter.grad is not None:
            gradient = written[code.names[name]].grad
            assert gradient is not None, name
            torch.testing.assert_close(gradient, parameter.grad, rtol=1e-4, atol=1e-6)
    return code


@pytest.mark.parametrize("preset", [path.stem for path in PRESET_FILES])
def test_every_preset_is_written_as_it_computes(preset: str) -> None:
    compare(project(preset))
