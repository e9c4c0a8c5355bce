"""What the steps of a sequence are called: the tokens they came from."""

from __future__ import annotations

from playground.blocks.signal import Signal
from playground.network.check import Output, Report


def tokens_of(report: Report, node: str) -> Output | None:
    """The tokens that the steps arriving at a node came from, in whatever way; None where there were none.

    Where the data give vectors for the steps, they may name them in another port, as the sequence to be guessed.
    """
    sources = report.followed(node)
    steps = report.signals[sources[0]].shape[:1] if sources else ()
    passed: set[str] = set()
    waiting = list(sources)
    while waiting:
        source = waiting.pop(0)
        if _names(report.signals[source], steps):
            return source
        if source[0] not in passed:
            passed.add(source[0])
            waiting.extend(report.followed(source[0]))
    for name in report.data_nodes():
        for port in report.blocks[name].outputs if name in passed else ():
            if _names(report.signals[name, port.name], steps):
                return name, port.name
    return None


def _names(signal: Signal, steps: tuple[int, ...]) -> bool:
    return signal.kind == "tokens" and signal.shape == steps and bool(signal.classes)
