"""What the steps of a sequence are called: the tokens they came from."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from playground.analysis.subject import Subject
from playground.blocks.signal import Signal
from playground.network.check import Output, Report


def tokens_of(report: Report, node: str) -> Output | None:
    """The tokens that the steps arriving at a node came from, in whatever way; None where there were none.

    Where the data give vectors for the steps, they may name them in another port, as the sequence to be guessed.
    """
    sources = report.followed(node)
    return _tokens(report, sources, report.signals[sources[0]].shape[:1] if sources else ())


def words_at(subject: Subject, node: str, values: Sequence[torch.Tensor]) -> tuple[str, ...]:
    """The token of each step that arrives at a node, of the first example in the slots; empty where there are none."""
    return _words(subject, tokens_of(subject.report, node), values)


def words_before(subject: Subject, output: Output, values: Sequence[torch.Tensor]) -> tuple[str, ...]:
    """The token of each step that an output has; empty where it was not made of tokens."""
    report = subject.report
    return _words(subject, _tokens(report, [output], report.signals[output].shape[:1]), values)


def memory_and_looking(report: Report, node: str) -> tuple[Output, Output]:
    """Of a block that looks from one sequence at another: what is looked at, and what looks."""
    place = [port.name for port in report.blocks[node].inputs].index("memory")
    sources = report.inputs[node]
    return sources[place], sources[1 - place]


def _tokens(report: Report, sources: Sequence[Output], steps: tuple[int, ...]) -> Output | None:
    """The nearest tokens of so many steps from which these follow."""
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


def _words(subject: Subject, source: Output | None, values: Sequence[torch.Tensor]) -> tuple[str, ...]:
    if source is None:
        return ()
    vocabulary = subject.report.signals[source].classes
    tokens = values[subject.network.slots[source]][0].tolist()
    return tuple("·" if token < 0 else vocabulary[token] for token in tokens)


def _names(signal: Signal, steps: tuple[int, ...]) -> bool:
    return signal.kind == "tokens" and signal.shape == steps and bool(signal.classes)
