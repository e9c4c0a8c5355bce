"""What every block of a network gives, as a place in its report."""

from __future__ import annotations

from playground.blocks.families import computes
from playground.network.check import Output, Report


def outputs_of(report: Report) -> dict[str, Output]:
    """The first output of every block that computes numbers from numbers, in order."""
    found: dict[str, Output] = {}
    for name in report.order:
        block = report.blocks[name]
        if not computes(block.family) or not block.outputs:
            continue
        output = name, block.outputs[0].name
        signal = report.signals.get(output)
        if signal is not None and signal.of_kind.numbers:
            found[name] = output
    return found
