"""Attention between two sequences: every step of one looks at all steps of another, such as a decoder at its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, cast

import torch
from torch import nn

from playground.blocks.attention.scores import Score, ScoreLayer
from playground.blocks.base import Block, BlockError, Fix, Port, numbers_only, series_only
from playground.blocks.code import Code, kept
from playground.blocks.reveals import Reveal
from playground.blocks.signal import PADDING, Signal
from playground.document.declaration import parameter


class CrossAttentionLayer(nn.Module):
    """Attention of a sequence (batch, looking, width) to a memory (batch, looked at, size), by several heads."""

    def __init__(
        self, width: int, memory: int, heads: int, score: str = "scaled", learned: bool = True, bias: bool = True,
        padding: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads = heads
        self.padding = padding
        # A bias of the keys would add the same to all scores of a query, which softmax takes away again, unless tanh
        # comes between; there the bias of the queries serves both.
        self.query = nn.Linear(width, width, bias=bias) if learned else nn.Identity()
        self.key = nn.Linear(memory, width, bias=False) if learned else nn.Identity()
        self.value = nn.Linear(memory, width, bias=bias) if learned else nn.Identity()
        self.out = nn.Linear(width, width, bias=bias) if learned else nn.Identity()
        self.score = ScoreLayer(score, heads, width // heads)

    def forward(self, x: torch.Tensor, memory: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        return self.mixed(self.weights(self.scores(x, memory, tokens)), memory)

    def scores(self, x: torch.Tensor, memory: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        """How well each query (third axis) fits each key (last axis); −∞ where the memory is padding."""
        scores = cast(torch.Tensor, self.score(self._by_head(self.query(x)), self._by_head(self.key(memory))))
        if tokens is None or self.padding is None:
            return scores
        return scores.masked_fill(torch.eq(tokens, self.padding)[:, None, None, :], -math.inf)

    def weights(self, scores: torch.Tensor) -> torch.Tensor:
        """Scores to weights that sum to 1 over the keys; 0 where all of the memory is padding."""
        if self.padding is None:
            return scores.softmax(-1)
        blind = torch.isneginf(scores).all(-1, keepdim=True)
        return scores.masked_fill(blind, 0.0).softmax(-1).masked_fill(blind, 0.0)

    def mixed(self, weights: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        """The values of the memory, mixed as the weights say, and all heads together: (batch, looking, width)."""
        found = weights @ self._by_head(self.value(memory))  # (batch, heads, looking, d)
        return cast(torch.Tensor, self.out(found.transpose(1, 2).flatten(2)))

    def inside(
        self, x: torch.Tensor, memory: torch.Tensor, tokens: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """`scores` before and `attention` after softmax, both (batch, heads, looking, looked at)."""
        scores = self.scores(x, memory, tokens)
        return {"scores": scores, "attention": self.weights(scores)}

    def _by_head(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, time, width) -> (batch, heads, time, d)"""
        return x.reshape(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)


SCORES: Mapping[Score, str] = {
    "dot": r"s_{ij} = q_i \cdot k_j",
    "scaled": r"s_{ij} = q_i \cdot k_j / \sqrt{d}",
    "additive": r"s_{ij} = v \cdot \tanh(q_i + k_j)",
    "cosine": r"s_{ij} = g \, q_i \cdot k_j / (|q_i| \, |k_j|)",
    "network": r"s_{ij} = v \cdot \tanh(U \tanh(W [q_i; k_j] + b) + c)",
}
"""The formula of each score."""
SCORE_HELP = (
    "How a query is compared with a key: their dot product, the same divided by √d, the additive score of Bahdanau, "
    "v·tanh(q + k), their cosine times a learned number, or a small network of two layers."
)


class CrossAttention(Block):
    """Attention of one sequence to another: queries from the first, keys and values from the second."""

    id: ClassVar[str] = "cross-attention"
    family: ClassVar[str] = "attention"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"attention", "two sequences"})
    title: ClassVar[str] = "Cross-attention"
    summary: ClassVar[str] = (
        "Every step of one sequence asks a question, compares it with the key of every step of another and takes a "
        "mixture of their values: how a decoder looks at what the encoder has read."
    )
    formula: ClassVar[str] = r"a_i = \sum_j \mathrm{softmax}_j\left(s(q_i, k_j)\right) v_j"
    source: ClassVar[str] = "Bahdanau, Cho & Bengio 2015; Luong, Pham & Manning 2015; Vaswani et al. 2017"
    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {
        f"{name}.{kind}": (f"{letter}{short}",)
        for name, short in (("query", "q"), ("key", "k"), ("value", "v"), ("out", "o"))
        for kind, letter in (("weight", "W"), ("bias", "b"))
    }
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "Input, which looks"),
        Port("memory", "Memory, which is looked at"),
        Port("padding", "Tokens of the memory, for the padding mask", optional=True),
    )

    heads: int = parameter(2, ge=1, le=64, help="How many heads look at the memory, each with its own matrix.")
    score: Score = parameter("scaled", help=SCORE_HELP)
    projections: Literal["learned", "none"] = parameter(
        "learned",
        help="Learned matrices make queries, keys and values, and one mixes the heads; with none, the input itself "
        "asks and the memory itself is keys and values.",
    )
    bias: bool = parameter(True, help="Whether the learned matrices add a bias; that of the keys would change nothing.")

    def subtitle(self) -> str:
        return f"{self.heads} head{'s' if self.heads > 1 else ''} · {self.score}"

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, inputs[0])
        expect_memory(self.title, inputs[1])
        width, size = inputs[0].shape[1], inputs[1].shape[1]
        if width % self.heads:
            fitting = max(heads for heads in range(1, self.heads) if width % heads == 0)
            wider = width + self.heads - width % self.heads
            raise BlockError(
                f"{self.title} shares the features among its heads, but {width} cannot be divided by {self.heads}.",
                Fix(f"Set heads to {fitting}", "set", parameters={"heads": fitting}),
                Fix(f"Set units to {wider}", "set", parameters={"units": wider}, node="input"),
                port="input",
            )
        if self.projections == "none" and width != size:
            raise BlockError(
                f"Without learned matrices both sequences need vectors of one size, but {width} numbers look at "
                f"{size}.",
                Fix("Learn the matrices", "set", parameters={"projections": "learned"}),
                port="memory",
            )
        expect_padding(inputs[1].shape[0], *inputs[2:])

    def build(self, *inputs: Signal) -> nn.Module:
        return CrossAttentionLayer(
            inputs[0].shape[1], inputs[1].shape[1], self.heads, self.score, self.projections == "learned", self.bias,
            padding_of(*inputs[2:]),
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        options = {
            "score": self.score, "learned": self.projections == "learned", "bias": self.bias,
            "padding": padding_of(*inputs[2:]),
        }  # fmt: skip
        usual = {"score": "scaled", "learned": True, "bias": True, "padding": None}
        given = "".join(f", {name}={value!r}" for name, value in options.items() if value != usual[name])
        make = f"CrossAttentionLayer({inputs[0].shape[1]}, {inputs[1].shape[1]}, {self.heads}{given})"
        wires = ", ".join(f"{{{number}}}" for number in range(len(inputs)))
        return kept(make, f"{{module}}({wires})", uses=(CrossAttentionLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, CrossAttentionLayer)
        plain = ("dot", "scaled")
        learned = isinstance(module.query, nn.Linear)
        changed = learned != (self.projections == "learned") or (
            isinstance(module.query, nn.Linear) and (module.query.bias is not None) != self.bias
        )
        kept_score = module.score.kind == self.score or (module.score.kind in plain and self.score in plain)
        if changed or not kept_score or (self.score not in plain and module.heads != self.heads):
            return False
        module.heads, module.score.kind = self.heads, self.score
        return True

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        (steps, width), (seen, _) = inputs[0].shape, inputs[1].shape
        size = width // self.heads
        return f"each head has Q of {steps} × {size}, K and V of {seen} × {size} and weights of {steps} × {seen}"


def expect_memory(title: str, memory: Signal) -> None:
    """Refuse a memory that has no steps to look at. Raises BlockError."""
    numbers_only(title, memory, port="memory")
    if memory.kind == "series" and len(memory.shape) == 2:
        return
    raise BlockError(
        f"{title} looks at the steps of its memory, but {memory.words()} arrives.",
        Fix("Give the states of all steps", "set", parameters={"states": "all"}, node="memory"),
        port="memory",
    )


def expect_padding(steps: int, *tokens: Signal) -> None:
    """Refuse tokens that do not belong to a memory of these steps, or of which none is padding. Raises BlockError."""
    for signal in tokens:
        if signal.kind != "tokens" or signal.shape != (steps,):
            raise BlockError(
                f"The padding mask is made from the {steps} tokens of the memory, but {signal.words()} arrives.",
                port="padding",
            )
        if PADDING not in signal.classes:
            raise BlockError(
                f"These tokens have no {PADDING}, so there is nothing to mask. Remove the wire, or use sequences of "
                "different lengths.",
                port="padding",
            )


def padding_of(*tokens: Signal) -> int | None:
    """The number of the token that fills sequences, where a mask is made from it."""
    return tokens[0].classes.index(PADDING) if tokens else None


BLOCKS: tuple[type[Block], ...] = (CrossAttention,)
