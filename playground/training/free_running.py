"""Free running: a network that was told the right tokens while learning says a sequence by itself, token by token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from playground.blocks.signal import END, PADDING, START, Signal
from playground.data.base import Dataset
from playground.network.check import Output, Report
from playground.network.compiled import Network, Step

Feeds = Mapping[Output, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Decoding:
    """A prediction of tokens that follows from the tokens before them, which a network can therefore say by itself."""

    node: str
    """The loss block."""
    prediction: Output
    target: Output
    given: Output
    """The port of the data that brings what has been said so far."""
    vocabulary: tuple[str, ...]
    steps: int
    alone: bool
    """Whether it hears itself in evaluation, so that one pass says the whole sequence."""

    @property
    def start(self) -> int:
        """The number of the token with which it begins."""
        return self.vocabulary.index(START)

    @property
    def end(self) -> int:
        """The number of the token with which it ends."""
        return self.vocabulary.index(END)

    @property
    def filler(self) -> int:
        """The number of the token that stands where nothing has been said yet."""
        return self.vocabulary.index(PADDING if PADDING in self.vocabulary else START)

    def begun(self, count: int) -> torch.Tensor:
        """What so many sequences have been given before they say anything: (count, steps)."""
        given = torch.full((count, self.steps), self.filler)
        given[:, 0] = self.start
        return given

    def words(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """The tokens up to the end by their names, without it."""
        numbers = list(tokens)
        stop = numbers.index(self.end) if self.end in numbers else len(numbers)
        return tuple(self.vocabulary[number] for number in numbers[:stop])

    def text(self, tokens: Sequence[int]) -> str:
        """The same as one text: words with blanks between, characters side by side."""
        words = self.words(tokens)
        return ("" if all(len(word) == 1 for word in words) else " ").join(words)


def decodings(report: Report) -> tuple[Decoding, ...]:
    """All predictions on the canvas that free running can say, in order of their losses."""
    found: list[Decoding] = []
    for node, _, prediction, target in report.comparisons():
        asked = report.signals[target]
        if not ends(asked):
            continue
        reached, heard = _sources(report, prediction)
        given = next((port for port in (*reached, *heard) if _starts(report, port, asked)), None)
        if given is not None:
            alone = given not in reached
            found.append(Decoding(node, prediction, target, given, asked.classes, asked.shape[0], alone))
    return tuple(found)


def ends(target: Signal) -> bool:
    """Whether these are sequences of tokens that end with a token of its own."""
    return target.kind == "tokens" and len(target.shape) == 1 and END in target.classes


def _starts(report: Report, port: Output, asked: Signal) -> bool:
    signal = report.signals[port]
    named = isinstance(report.blocks[port[0]], Dataset) and port[1] == "given"
    return named and START in signal.classes and signal.classes == asked.classes and signal.shape == asked.shape


def _sources(report: Report, output: Output) -> tuple[dict[Output, None], dict[Output, None]]:
    """All from which an output follows in evaluation; and what blocks are given that hear themselves then."""
    reached: dict[Output, None] = {}
    heard: dict[Output, None] = {}
    waiting = [output]
    while waiting:
        this = waiting.pop()
        if this in reached:
            continue
        reached[this] = None
        block = report.blocks[this[0]]
        hears_itself = "free running" in block.reveals and getattr(block, "evaluation", "") == "free running"
        for port, source in zip(block.inputs, report.followed(this[0]), strict=False):
            if hears_itself and port.name == "given":
                heard[source] = None
            else:
                waiting.append(source)
    return reached, heard


@contextmanager
def forced(network: Network) -> Iterator[None]:
    """Blocks that hear themselves in evaluation are given all tokens for a while."""
    modules = [vars(step.module) for step in network.steps if "forced" in vars(step.module)]
    before = [own["forced"] for own in modules]
    for own in modules:
        own["forced"] = True
    try:
        yield
    finally:
        for own, value in zip(modules, before, strict=True):
            own["forced"] = value


@torch.no_grad()
def free_run(
    network: Network, feeds: Feeds, decoding: Decoding, check: Callable[[], None] = lambda: None
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a network in evaluation says by itself: its prediction (N, steps, vocabulary), and the tokens (N, steps).

    The feeds, all that the prediction follows from but `given`, have N examples. Each step is predicted when only those
    before it have been said. `check` is called between steps and may raise what breaks off.
    """
    steps, slot = network.steps_to([decoding.prediction]), network.slots[decoding.prediction]
    count = max(len(values) for source, values in feeds.items() if source != decoding.given)
    given = decoding.begun(count).to(next(iter(feeds.values())).device)
    if decoding.alone:
        prediction = _predicted(network, {**feeds, decoding.given: given}, steps, slot)
        return prediction, prediction.argmax(-1)
    kept: torch.Tensor | None = None
    for step in range(decoding.steps):
        check()
        prediction = _predicted(network, {**feeds, decoding.given: given}, steps, slot)
        if kept is None:
            kept = torch.zeros_like(prediction)
        kept[:, step] = prediction[:, step]
        if step + 1 < decoding.steps:
            given[:, step + 1] = prediction[:, step].argmax(-1)
    assert kept is not None
    return kept, kept.argmax(-1)


def _predicted(network: Network, feeds: Feeds, steps: Sequence[Step], slot: int) -> torch.Tensor:
    return network.run(feeds, steps)[slot]
