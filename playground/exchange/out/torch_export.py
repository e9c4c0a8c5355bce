"""Out as `.pt2`: the graph that torch.export makes, which torch alone can run, in Python and in C++."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from playground.exchange.out.exported import Exported
from playground.exchange.refusals import ExchangeRefused


@contextmanager
def quiet() -> Iterator[None]:
    """What exporters warn of among themselves is nothing that a person could do anything about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def program_of(network: Exported) -> torch.export.ExportedProgram:
    """The network as torch.export traces it, with any number of examples in a batch. Raises ExchangeRefused."""
    batch = torch.export.Dim("batch")
    shapes = tuple({0: batch} for _ in network.inputs)
    try:
        with quiet(), torch.no_grad():
            return torch.export.export(network, network.example(), dynamic_shapes=(shapes,), strict=False)
    except Exception as error:  # torch raises whatever a block's code does in tracing
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ExchangeRefused(f"torch.export cannot follow this network: {reason[:300].rstrip('.')}.") from error


def pt2_bytes(network: Exported) -> bytes:
    """The content of a `.pt2` file. Raises ExchangeRefused."""
    stream = io.BytesIO()
    with quiet():
        torch.export.save(program_of(network), stream)
    return stream.getvalue()
