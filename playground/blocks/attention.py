"""Attention: every step of a sequence looks at the others, and what tells them where each of them stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, cast

import torch
from torch import nn

from playground.blocks.attention_parts import attention_parts, positions_parts
from playground.blocks.base import Block, BlockError, Fix, Port, series_only
from playground.blocks.code import Code, kept
from playground.blocks.merge_operations import plan_addition
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import PADDING, Signal
from playground.document.declaration import parameter

BASE = 10_000.0
"""The slowest wave of the sinusoidal positions is this many times as long as the fastest, which takes 2π steps."""


def sinusoids(steps: int, width: int) -> torch.Tensor:
    """Sinusoidal positions (steps, width): sines in the even columns, cosines in the odd ones, ever slower waves."""
    places = torch.arange(steps, dtype=torch.float64)[:, None]
    columns = torch.arange(0, width, 2, dtype=torch.float64)
    angles = places * BASE ** (-columns / width)  # (steps, waves)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width].float()


class SinusoidalLayer(nn.Module):
    """Adds the same sines and cosines to every example."""

    positions: torch.Tensor

    def __init__(self, positions: torch.Tensor) -> None:
        super().__init__()
        # They follow from the shape: no need to keep them in files.
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.positions


class LearnedPositionsLayer(nn.Embedding):
    """Adds a learned vector for each step, the same to every example."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


class PositionalEncoding(Block):
    """Adds to each step a vector that tells where it stands."""

    id: ClassVar[str] = "positional-encoding"
    family: ClassVar[str] = "attention"
    title: ClassVar[str] = "Positional encoding"
    summary: ClassVar[str] = (
        "Adds to every step a vector that tells where it stands. Without it attention sees a heap of tokens: their "
        "order would make no difference."
    )
    formula: ClassVar[str] = (
        r"a_t = x_t + p_t, \quad p_{t, 2i} = \sin\left(t / 10000^{2i/d}\right),"
        r" \quad p_{t, 2i+1} = \cos\left(t / 10000^{2i/d}\right)"
    )
    source: ClassVar[str] = "Vaswani et al. 2017, Attention is all you need; learned: Gehring et al. 2017"

    kind: Literal["sinusoidal", "learned"] = parameter(
        "sinusoidal",
        help="Sines and cosines of ever longer waves, which need no learning, or a learned vector for each step.",
    )

    def subtitle(self) -> str:
        return self.kind

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        steps, width = inputs[0].shape
        if self.kind == "learned":
            return LearnedPositionsLayer(steps, width)
        if torch.get_default_device().type == "meta":  # Only the shape is asked for; `arange` loads symbolic algebra.
            return SinusoidalLayer(torch.empty(steps, width))
        return SinusoidalLayer(sinusoids(steps, width))

    def to_code(self, *inputs: Signal) -> Code:
        steps, width = inputs[0].shape
        if self.kind == "learned":
            return kept(f"nn.Embedding({steps}, {width})", "{0} + {module}.weight")
        return kept(f"SinusoidalLayer(sinusoids({steps}, {width}))", uses=(SinusoidalLayer, sinusoids))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if isinstance(module, SinusoidalLayer):
            plan_addition(operations, operations.buffer(module.positions), None)
        else:
            plan_addition(operations, operations.parameter("weight"), operations.parameter_gradient("weight"))
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return positions_parts(module, module.positions if isinstance(module, SinusoidalLayer) else None)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        steps, width = inputs[0].shape
        learned = " learned" if self.kind == "learned" else ""
        return f"p is {steps} × {width}{learned}, the same for every example"


class MultiHeadAttentionLayer(nn.Module):
    """Scaled dot-product attention of a sequence to itself, by several heads side by side.

    The steps are computed one by one, as the formula has them, so that what is looked at is what is learned from.
    """

    def __init__(
        self, width: int, heads: int, causal: bool = False, scaled: bool = True, learned: bool = True,
        bias: bool = True, padding: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.scaled = scaled
        self.padding = padding
        # A bias of the keys would add the same to all scores of a query, which softmax takes away again.
        self.query, self.key, self.value, self.out = (
            nn.Linear(width, width, bias=biased) if learned else nn.Identity() for biased in (bias, False, bias, bias)
        )

    def forward(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        weights = self.weights(self.scores(x, tokens))
        mixed = weights @ self._by_head(self.value(x))  # (batch, heads, time, d_k)
        return cast(torch.Tensor, self.out(mixed.transpose(1, 2).flatten(2)))

    def scores(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        """How well each query (third axis) fits each key (last axis); −∞ where it must not look."""
        queries, keys = self._by_head(self.query(x)), self._by_head(self.key(x))
        scores = queries @ keys.transpose(2, 3)  # (batch, heads, time, time)
        if self.scaled:
            scores = scores / math.sqrt(queries.shape[-1])
        hidden = self.hidden(x, tokens)
        return scores if hidden is None else scores.masked_fill(hidden, -math.inf)

    def hidden(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor | None:
        """Which keys each query must not see, to be broadcast to the scores; None where it sees all."""
        future = None
        if self.causal:
            steps = torch.arange(x.shape[1], device=x.device)
            future = torch.gt(steps, steps[:, None])  # (time, time)
        if tokens is None or self.padding is None:
            return future
        filler = torch.eq(tokens, self.padding)[:, None, None, :]  # (batch, 1, 1, time)
        return filler if future is None else filler | future

    def weights(self, scores: torch.Tensor) -> torch.Tensor:
        """Scores to weights that sum to 1 over the keys; 0 where a query may look at no key at all."""
        if self.padding is None:
            return scores.softmax(-1)
        blind = torch.isneginf(scores).all(-1, keepdim=True)
        return scores.masked_fill(blind, 0.0).softmax(-1).masked_fill(blind, 0.0)

    def inside(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """`scores` before and `attention` after softmax, both (batch, heads, looking, looked at)."""
        scores = self.scores(x, tokens)
        return {"scores": scores, "attention": self.weights(scores)}

    def _by_head(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, time, width) -> (batch, heads, time, d_k)"""
        return x.reshape(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)


class MultiHeadAttention(Block):
    """Self-attention by several heads; d_k, the numbers of one head, is the width divided by the number of heads."""

    id: ClassVar[str] = "multi-head-attention"
    family: ClassVar[str] = "attention"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"attention"})
    title: ClassVar[str] = "Multi-head attention"
    summary: ClassVar[str] = (
        "Every step asks a question, compares it with the key of every step and takes a mixture of their values: the "
        "better a key fits, the more of its value. Each head asks questions of its own."
    )
    formula: ClassVar[str] = r"\mathrm{softmax}\left(\frac{Q K^{\top}}{\sqrt{d_k}}\right) V"
    source: ClassVar[str] = "Vaswani et al. 2017, Attention is all you need"
    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {
        f"{name}.{kind}": (f"{letter}{short}",)
        for name, short in (("query", "q"), ("key", "k"), ("value", "v"), ("out", "o"))
        for kind, letter in (("weight", "W"), ("bias", "b"))
    }
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "Input"),
        Port("padding", "Tokens, for the padding mask", optional=True),
    )

    heads: int = parameter(2, ge=1, le=64, help="How many heads look at the sequence, each with its own matrix.")
    causal: bool = parameter(
        False, label="Causal mask", help="Lets no step look at those after it, as when the next token is to be guessed."
    )
    scaled: bool = parameter(
        True,
        label="Divide by √dₖ",
        help="Keeps the scores of long vectors small. Large scores let softmax choose one key alone, and it stops "
        "learning.",
    )
    projections: Literal["learned", "none"] = parameter(
        "learned",
        help="Learned matrices make queries, keys and values from the input, and one mixes the heads; with none, the "
        "input itself is all three.",
    )
    bias: bool = parameter(True, help="Whether the learned matrices add a bias; that of the keys would change nothing.")

    def subtitle(self) -> str:
        return f"{self.heads} head{'s' if self.heads > 1 else ''}" + (" · causal" if self.causal else "")

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, inputs[0])
        steps, width = inputs[0].shape
        if width % self.heads:
            fitting = max(heads for heads in range(1, self.heads) if width % heads == 0)
            wider = width + self.heads - width % self.heads
            raise BlockError(
                f"{self.title} shares the features among its heads, but {width} cannot be divided by {self.heads}.",
                Fix(f"Set heads to {fitting}", "set", parameters={"heads": fitting}),
                Fix(f"Set units to {wider}", "set", parameters={"units": wider}, node="input"),
                port="input",
            )
        if len(inputs) > 1:
            self._expect_tokens(inputs[1], steps)

    def _expect_tokens(self, tokens: Signal, steps: int) -> None:
        if tokens.kind != "tokens" or tokens.shape != (steps,):
            raise BlockError(
                f"The padding mask is made from the sequence of {steps} tokens, but {tokens.words()} arrives.",
                port="padding",
            )
        if PADDING not in tokens.classes:
            padding = {"most_padding": max(1, steps // 2)}
            raise BlockError(
                f"These tokens have no {PADDING}, so there is nothing to mask. Remove the wire, or use sequences of "
                "different lengths.",
                Fix("Let the lengths vary", "set", parameters=padding, node="padding"),
                port="padding",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return MultiHeadAttentionLayer(
            inputs[0].shape[1], self.heads, self.causal, self.scaled, self.projections == "learned", self.bias,
            self._padding(*inputs),
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        options = {
            "causal": self.causal, "scaled": self.scaled, "learned": self.projections == "learned", "bias": self.bias,
            "padding": self._padding(*inputs),
        }  # fmt: skip
        usual = {"causal": False, "scaled": True, "learned": True, "bias": True, "padding": None}
        given = "".join(f", {name}={value}" for name, value in options.items() if value != usual[name])
        make = f"MultiHeadAttentionLayer({inputs[0].shape[1]}, {self.heads}{given})"
        wires = "{0}, {1}" if len(inputs) > 1 else "{0}"
        return kept(make, f"{{module}}({wires})", uses=(MultiHeadAttentionLayer,))

    @staticmethod
    def _padding(*inputs: Signal) -> int | None:
        """The number of the token that fills sequences, where a mask is made from it."""
        return inputs[1].classes.index(PADDING) if len(inputs) > 1 else None

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, MultiHeadAttentionLayer)
        if isinstance(module.query, nn.Linear) != (self.projections == "learned"):
            return False
        if isinstance(module.query, nn.Linear) and (module.query.bias is not None) != self.bias:
            return False
        module.heads, module.causal, module.scaled = self.heads, self.causal, self.scaled
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, MultiHeadAttentionLayer)
        return attention_parts(module, module, *inputs)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        steps, width = inputs[0].shape
        size = width // self.heads
        made = f"W of Q, K, V and the output are {width} × {width}; " if self.projections == "learned" else ""
        return f"{made}each head has Q, K, V of {steps} × {size} and weights of {steps} × {steps}, dₖ is {size}"


BLOCKS: tuple[type[Block], ...] = (PositionalEncoding, MultiHeadAttention)
