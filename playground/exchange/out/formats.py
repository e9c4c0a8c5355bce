"""The formats that a trained network can be written in; command line and menu offer what stands here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playground.data.preparation import Prepared
from playground.document.files import write_atomically
from playground.exchange.out.exported import Exported, exported
from playground.exchange.refusals import ExchangeRefused
from playground.training.session.session import Session


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a network."""

    id: str
    """As it is typed after `--to`."""
    title: str
    ending: str
    make: Callable[[Exported, str], bytes]
    """The content of a file, from the network and the title of its project. Raises ExchangeRefused."""


_ONE_AT_A_TIME = threading.Lock()
"""The exporters of torch keep what they trace where all threads see it."""


def _onnx(network: Exported, title: str) -> bytes:
    from playground.exchange.out.onnx import onnx_bytes

    with _ONE_AT_A_TIME:
        return onnx_bytes(network, title)


def _pt2(network: Exported, title: str) -> bytes:
    from playground.exchange.out.torch_export import pt2_bytes

    with _ONE_AT_A_TIME:
        return pt2_bytes(network)


FORMATS: tuple[Format, ...] = (
    Format("onnx", "ONNX", ".onnx", _onnx),
    Format("pt2", "PyTorch (torch.export)", ".pt2", _pt2),
)
FORMAT = {one.id: one for one in FORMATS}


def write_network(session: Session, format_: Format, path: Path, *, with_scaling: bool = False) -> tuple[str, ...]:
    """Write the network of a session with the weights of the moment; returns sentences on what is in the file.

    Raises ExchangeRefused where the network has no such form or the file cannot be written.
    """
    network = network_of(session, with_scaling=with_scaling)
    write_content(format_.make(network, session.project.title), path)
    return described(network, session.prepared)


def write_content(content: bytes, path: Path) -> None:
    """Write a file whole or not at all. Raises ExchangeRefused."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise ExchangeRefused(f"{path} cannot be written: {error.strerror or error}.") from error


def network_of(session: Session, *, with_scaling: bool = False) -> Exported:
    """The network of a session with the weights of the moment. Raises ExchangeRefused."""
    prepared = session.prepared if with_scaling else {}
    return exported(session.project.graph, session.report, session.snapshot(), prepared)


def described(network: Exported, prepared: Mapping[str, Prepared]) -> tuple[str, ...]:
    """What goes in and comes out, and whether it is scaled, one sentence each."""
    lines = []
    for verb, gates in (("In", network.inputs), ("Out", network.outputs)):
        for gate in gates:
            scaled = ", in the units of the data" if gate.scaler is not None else ""
            lines.append(f"{verb}: “{gate.name}”, {gate.signal.badge(named=False)}{scaled} ({gate.title}).")
    unscaled = [name for name, data in prepared.items() if (data.scaler.factor != 1.0).any()]
    if unscaled and not any(gate.scaler is not None for gate in network.inputs):
        lines.append("The features must be scaled as in training; --with-scaling puts that into the file.")
    return tuple(lines)
