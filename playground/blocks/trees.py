"""The recursive net: the same weights join the vectors of two phrases into one, up the tree of a sentence."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import nn

from playground.blocks.base import Block, BlockError, Port, series_only
from playground.blocks.code import Code, kept
from playground.blocks.reveals import Reveal
from playground.blocks.signal import PADDING, Signal
from playground.document.declaration import parameter

JOIN = ")"
"""The token that joins the two phrases before it."""


class RecursiveLayer(nn.Module):
    """Leaves are h = tanh(V x + c), joined phrases h = tanh(W [left, right] + b); the root is the last step.

    The gradient goes back from the root to the leaves, each phrase sending it to its two parts (Goller and Kuechler
    1996, "Learning task-dependent distributed representations by backpropagation through structure").
    """

    gates: frozenset[str] = frozenset()

    def __init__(self, inputs: int, units: int, last: bool, join: int, padding: int) -> None:
        super().__init__()
        self.last, self.join, self.padding = last, join, padding
        self.leaf = nn.Linear(inputs, units)
        self.node = nn.Linear(2 * units, units)

    def forward(self, x: torch.Tensor, tree: torch.Tensor) -> torch.Tensor:
        states = self.inside(x, tree)["hidden"]
        return states[:, -1] if self.last else states

    def inside(self, x: torch.Tensor, tree: torch.Tensor) -> dict[str, torch.Tensor]:
        """The vectors of all phrases (batch, time, units), each where its last token stands; 0 at the padding."""
        joins, there = tree == self.join, (tree != self.padding)[..., None]
        left, right = self.parts_of(tree)
        leaves = torch.tanh(self.leaf(x)) * there
        found = [leaves[:, 0]]
        for time in range(1, x.shape[1]):
            before = torch.stack(found, dim=1)  # (batch, time, units)
            pair = [before.gather(1, one[:, time, None, None].expand(-1, 1, before.shape[2]))[:, 0]
                    for one in (left, right)]  # fmt: skip
            phrase = torch.tanh(self.node(torch.cat(pair, dim=1)))
            found.append(torch.where(joins[:, time, None], phrase, leaves[:, time]))
        return {"hidden": torch.stack(found, dim=1)}

    def parts_of(self, tree: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The steps of the two parts of each phrase, (batch, time) each; 0 for leaves and where a part is missing."""
        batch, steps = tree.shape
        stack = torch.zeros(batch, steps + 2, dtype=torch.int64, device=tree.device)
        size = torch.zeros(batch, 1, dtype=torch.int64, device=tree.device)
        left, right = [], []
        for time in range(steps):
            now = tree[:, time, None]
            joins, there = (now == self.join).long(), (now != self.padding).long()
            right.append(stack.gather(1, (size - 1).clamp(min=0)) * joins)
            left.append(stack.gather(1, (size - 2).clamp(min=0)) * joins)
            size = (size - 2 * joins).clamp(min=0)
            stack = stack.scatter(1, size, there * time)
            size = size + there
        return torch.cat(left, dim=1), torch.cat(right, dim=1)


class RecursiveNet(Block):
    """Goes up the tree of each example, which may be another one for each: the tokens that join say how."""

    id: ClassVar[str] = "recursive-net"
    family: ClassVar[str] = "recurrent"
    title: ClassVar[str] = "Recursive net"
    summary: ClassVar[str] = (
        "Joins the vectors of two phrases into one of the same size, with the same weights at every joint of the tree, "
        "until one vector stands for the whole sentence."
    )
    formula: ClassVar[str] = r"h = \tanh(W [h_{left}, h_{right}] + b), \quad h_{leaf} = \tanh(V x + c)"
    source: ClassVar[str] = "Socher, Lin, Ng and Manning 2011; Goller and Küchler 1996"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Input"), Port("tree", "Tree"))
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"hidden states"})

    units: int = parameter(16, ge=1, le=1_024, logarithmic=True, help="Numbers in the vector of every phrase.")
    states: Literal["last", "all"] = parameter(
        "last", label="Output", help="The vector of the whole sentence, the last, or those of all phrases."
    )

    def subtitle(self) -> str:
        given = "whole sentence" if self.states == "last" else "all phrases"
        return f"{self.units} unit{'s' if self.units > 1 else ''} · {given}"

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs[:1])
        tree = inputs[1]
        if tree.kind != "tokens" or tree.shape != inputs[0].shape[:1] or JOIN not in tree.classes:
            raise BlockError(
                f"{self.title} needs the tokens of the same {inputs[0].shape[0]} steps, with the token {JOIN} that "
                f"joins the two phrases before it, but {tree.words()} arrives. Wire the tokens of the data here.",
                port="tree",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return RecursiveLayer(inputs[0].shape[1], self.units, self.states == "last", *self._tokens(inputs[1]))

    def _tokens(self, tree: Signal) -> tuple[int, int]:
        """The numbers of the token that joins and of the padding, −1 where there is none."""
        return tree.classes.index(JOIN), tree.classes.index(PADDING) if PADDING in tree.classes else -1

    def to_code(self, *inputs: Signal) -> Code:
        join, padding = self._tokens(inputs[1])
        make = f"RecursiveLayer({inputs[0].shape[1]}, {self.units}, {self.states == 'last'}, {join}, {padding})"
        return kept(make, "{module}({0}, {1})", uses=(RecursiveLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RecursiveLayer)
        return module.leaf.out_features == self.units and module.last == (self.states == "last")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kept: dict[str, Any] = {"kind": "series", "axes": inputs[0].axes} if self.states == "all" else {}
        return (Signal(tuple(outputs[0][1:]), low=-1.0, high=1.0, **kept),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"W is {self.units} × {2 * self.units}, V is {self.units} × {inputs[0].shape[1]}"


BLOCKS: tuple[type[Block], ...] = (RecursiveNet,)
