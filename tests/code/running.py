"""Written networks, run by themselves: without Playground, as a file would."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from playground.blocks.signal import Signal
from playground.code.module import network_code
from playground.code.network import NetworkCode
from playground.code.sources import Sources
from playground.document.graph import Graph
from playground.network.check import Report, check
from playground.network.compiled import Network
from playground.network.remedies import Output
from tests.blocks.case import batch_of


def text_of(code: NetworkCode) -> str:
    """The network half of a file."""
    sources = Sources()
    assert all(sources.need(use) == use.__name__ for use in code.uses)
    lines = (line.text for line in code.lines)
    return "\n".join((*code.imports, *sources.imports, "", sources.text(), "", *lines, ""))


def run(code: NetworkCode) -> dict[str, Any]:
    """What the file defines."""
    text = text_of(code)
    assert "playground" not in text
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, "written.py", "exec"), names)
    return names


def feeds_of(report: Report, rows: int = 6, seed: int = 0) -> dict[Output, torch.Tensor]:
    """Random examples for all data blocks."""
    outputs = ((name, port.name) for name in report.data_nodes() for port in report.blocks[name].outputs)
    return {output: batch_of(_real(report.signals[output]), rows, seed + place) for place, output in enumerate(outputs)}


def _real(signal: Signal) -> Signal:
    """The signal, but for targets that may leave out an answer."""
    return signal.but(kind="classes") if signal.scale == "index" and not signal.classes else signal


def with_weights_of(network: Network, code: NetworkCode, names: dict[str, Any]) -> nn.Module:
    """The written network with the weights of the compiled one, which has no others."""
    model: nn.Module = names["Network"]()
    state = model.state_dict()
    ours = {name: value for name, value in network.state_dict().items() if name in code.names}
    with torch.no_grad():
        for name, value in ours.items():
            assert state[code.names[name]].shape == value.shape, name
            state[code.names[name]].copy_(value)
    filled = set(code.names.values())
    every = dict(model.named_parameters(remove_duplicate=False))
    shared = {id(value) for name, value in every.items() if name in filled}
    empty = [name for name, value in every.items() if id(value) not in shared]
    assert not empty, f"nothing fills {empty}"
    return model


def draw_anew(module: nn.Module, seed: int = 5) -> None:
    """Let everything that draws random numbers begin at the same place."""
    generator = torch.Generator().manual_seed(seed)
    for each in module.modules():
        if "generator" in vars(each):
            each.generator = generator


def compared(graph: Graph, rows: int = 6) -> NetworkCode:
    """Hold the written network of a graph to the compiled one, in loss and gradient; returns its code."""
    report = check(graph)
    assert report.ok, report.errors()
    code = network_code(graph, report)
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
    written = dict(model.named_parameters(remove_duplicate=False))
    for name, parameter in network.named_parameters():
        if name in code.names and parameter.grad is not None and written[code.names[name]].requires_grad:
            gradient = written[code.names[name]].grad
            assert gradient is not None, name
            torch.testing.assert_close(gradient, parameter.grad, rtol=1e-4, atol=1e-6)
    return code
