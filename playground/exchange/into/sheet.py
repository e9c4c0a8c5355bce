"""The blocks that come of a file while it is read: cards with parameters, wires and weights, each checked when laid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Block
from playground.blocks.signal import Signal
from playground.data.registry import CATALOGUE
from playground.document.graph import MOST_NODES, Edge, Graph, Node
from playground.exchange.into.wire import Wire
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import Output, infer

Tensors = dict[str, NDArray[Any]]
LONGEST_TITLE = 60


class Unsupported(Exception):
    """An operation for which there is no block; the message is a sentence that says why."""


@dataclass
class Card:
    """A block that was laid, and may change until something lies behind it."""

    id: str
    block: str
    parameters: dict[str, Any]
    sources: tuple[tuple[str, Output], ...]
    """Port by port where its inputs come from."""
    tensors: Tensors = field(default_factory=dict)
    """Its parameters and running statistics by their short names."""
    title: str = ""
    signals: tuple[Signal, ...] = ()
    """What it gives, port by port."""
    scaling: tuple[NDArray[Any], NDArray[Any]] | None = None
    """Of a layer that only scales and shifts: by which factors and how far, unit by unit."""
    weights_of: str | None = None
    """The card whose weights it uses."""


class Sheet:
    """Lays cards and knows what each gives."""

    def __init__(self) -> None:
        self.cards: dict[str, Card] = {}
        self._numbers: dict[str, int] = {}

    def lay(
        self,
        block: str,
        parameters: Mapping[str, Any],
        sources: Sequence[Output],
        tensors: Tensors | None = None,
        title: str = "",
    ) -> Card:
        """Put a block behind others. Raises Unsupported where it does not take what arrives or these parameters."""
        if len(self.cards) >= MOST_NODES - 10:
            raise ExchangeRefused(f"The file has more than {MOST_NODES:,} layers, which is more than a canvas takes.")
        declaration = CATALOGUE[block]
        ports = [port.name for port in declaration.inputs]
        names = ports * len(sources) if ports and declaration.inputs[0].many else ports
        card = Card(
            self._free_id(block), block, dict(parameters),
            tuple(zip(names, sources, strict=False)), dict(tensors or {}), readable(title),
        )  # fmt: skip
        self.look_at(card)
        self.cards[card.id] = card
        return card

    def look_at(self, card: Card) -> None:
        """Find out what a card gives, after it was laid or changed. Raises Unsupported, with the card as it was."""
        problems = CATALOGUE[card.block].parameter_problems(card.parameters)
        if problems:
            raise Unsupported(problems[0][1])
        block = CATALOGUE[card.block].model_validate(card.parameters)
        found = infer(block, tuple(self.signal(source) for _, source in card.sources))
        if found.error:
            raise Unsupported(found.error)
        card.signals = found.outputs

    def lay_data(self, signals: tuple[Signal, ...]) -> Card:
        """The place of a data block, which is chosen when all is known."""
        card = Card(self._free_id("data"), "", {}, (), signals=signals)
        self.cards[card.id] = card
        return card

    def lay_foreign(
        self, operator: str, reason: str, shape: tuple[int, ...] | None, sources: Sequence[Output], title: str
    ) -> Card:
        """The card of an operation that has no block. Without a shape it is not known what it gives."""
        sizes = " x ".join(map(str, shape)) if shape else ""
        parameters = {"operator": operator[:100], "reason": reason[:600], **({"shape": sizes} if sizes else {})}
        card = Card(self._free_id("foreign-operator"), "foreign-operator", parameters, (), title=readable(title))
        card.sources = tuple(("input", source) for source in dict.fromkeys(sources))
        if shape and sources and all(self.cards[name].signals for name, _ in sources):
            card.signals = self._zeros(card)
        self.cards[card.id] = card
        return card

    def _zeros(self, card: Card) -> tuple[Signal, ...]:
        block = CATALOGUE[card.block].model_validate({**card.parameters, "zeros": True})
        return infer(block, tuple(self.signal(source) for _, source in card.sources)).outputs

    def signal(self, output: Output) -> Signal:
        """What an output gives. Raises Unsupported where nobody knows, as behind a card without a shape."""
        card = self.cards[output[0]]
        ports = ["features", "target"] if not card.block else [port.name for port in CATALOGUE[card.block].outputs]
        try:
            return card.signals[ports.index(output[1])]
        except (IndexError, ValueError) as error:
            raise Unsupported("It is not known what arrives, as something before it is not supported.") from error

    def wire(self, card: Card) -> Wire:
        """What a card gives on its only output."""
        return Wire.plain((card.id, "output"), card.signals[0].shape)

    def card_of(self, wire: Wire) -> Card:
        """The card that gives a tensor."""
        return self.cards[wire.output[0]]

    def remove(self, card: Card) -> None:
        """Take a card away that nothing lies behind."""
        del self.cards[card.id]

    def _free_id(self, block: str) -> str:
        self._numbers[block] = self._numbers.get(block, 0) + 1
        return f"{block}-{self._numbers[block]}"

    # In the end -----------------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        """All cards and wires, in the order in which they were laid."""
        nodes = [
            Node(
                id=card.id, block=card.block, parameters=_told(card), title=card.title, weights_of=card.weights_of
            )
            for card in self.cards.values()
        ]
        edges = [
            Edge(source=source, source_port=port, target=card.id, target_port=name)
            for card in self.cards.values()
            for name, (source, port) in card.sources
        ]
        return Graph(nodes=tuple(nodes), edges=tuple(edges))

    def tensors(self) -> Tensors:
        """All weights and running statistics by `node.name`."""
        return {f"{card.id}.{name}": array for card in self.cards.values() for name, array in card.tensors.items()}


def _told(card: Card) -> dict[str, Any]:
    """The parameters of a card without those that are as usual."""
    block: Block = CATALOGUE[card.block].model_validate(card.parameters)
    return block.model_dump(mode="json", exclude_defaults=True)


def readable(title: str) -> str:
    """A name from a file as a title: in printable letters, not too long; empty for one that only numbers operations."""
    clean = "".join(letter for letter in title if letter.isprintable()).strip()
    return "" if clean.startswith("node_") else clean[:LONGEST_TITLE]


def matrix(values: NDArray[Any]) -> NDArray[np.float32]:
    """Numbers of a file as weights. Raises Unsupported for what is no number."""
    found = np.ascontiguousarray(values, dtype=np.float32)
    if not np.isfinite(found).all():
        raise Unsupported("Some of its weights are not finite numbers.")
    return found
