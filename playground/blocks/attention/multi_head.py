"""Attention by several heads: every step of a sequence looks at the others."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from playground.blocks.attention.layers import MultiHeadAttentionLayer
from playground.blocks.attention.parts import attention_parts
from playground.blocks.base import Block, BlockError, Fix, Port, series_only
from playground.blocks.code import Code, kept
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import PADDING, Signal
from playground.document.declaration import parameter


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
    rotary: bool = parameter(
        False, label="Rotary positions",
        help="Turns queries and keys by an angle that grows with the place, so that a score knows how far apart two "
        "steps are. No positions have to be added to the input then.",
    )  # fmt: skip
    key_heads: int = parameter(
        0, ge=0, le=64, label="Heads of keys", advanced=True,
        help="Several heads of queries may share one head of keys and values, so that less has to be kept while text "
        "is written: 1 is multi-query attention, some are grouped queries. 0: as many as heads.",
    )  # fmt: skip
    reach: int = parameter(
        0, ge=0, le=4_096, advanced=True,
        help="Local attention: each step sees only so many steps to each side, which costs less where sequences are "
        "long. 0: all steps.",
    )
    mixing: Literal["softmax", "linear"] = parameter(
        "softmax", advanced=True,
        help="Linear: the weights are products of positive queries and keys, without softmax. Keys and values can then "
        "be added up first, and twice as many steps cost twice as much, not four times.",
    )  # fmt: skip

    def subtitle(self) -> str:
        marks = (
            (self.causal, "causal"), (self.rotary, "rotary"), (self.key_heads, f"{self.key_heads} of keys"),
            (self.reach, f"reach {self.reach}"), (self.mixing == "linear", "linear"),
        )  # fmt: skip
        heads = f"{self.heads} head{'s' if self.heads > 1 else ''}"
        return " · ".join([heads, *(mark for holds, mark in marks if holds)])

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
        self._expect_options(width // self.heads)
        if len(inputs) > 1:
            self._expect_tokens(inputs[1], steps)

    def _expect_options(self, size: int) -> None:
        if self.key_heads and (self.heads % self.key_heads or self.projections == "none"):
            raise BlockError(
                f"{self.heads} heads of queries cannot share {self.key_heads} learned heads of keys evenly.",
                Fix("As many heads of keys as heads", "set", parameters={"key_heads": 0}),
                port="input",
            )
        if self.rotary and size % 2:
            raise BlockError(
                f"Rotary positions turn pairs of numbers, but each head has {size}.",
                Fix("No rotary positions", "set", parameters={"rotary": False}),
                port="input",
            )
        if self.mixing == "linear" and self.reach:
            raise BlockError(
                "Linear attention adds up all steps, so it cannot be local.",
                Fix("See all steps", "set", parameters={"reach": 0}),
                Fix("Mix by softmax", "set", parameters={"mixing": "softmax"}),
                port="input",
            )

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
        return MultiHeadAttentionLayer(inputs[0].shape[1], self.heads, **self._options(*inputs))

    def _options(self, *inputs: Signal) -> dict[str, Any]:
        return {
            "causal": self.causal, "scaled": self.scaled, "learned": self.projections == "learned", "bias": self.bias,
            "padding": self._padding(*inputs), "key_heads": self.key_heads, "reach": self.reach, "rotary": self.rotary,
            "linear": self.mixing == "linear",
        }  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        usual = {name: given.default for name, given in signature(MultiHeadAttentionLayer).parameters.items()}
        given = "".join(f", {name}={value}" for name, value in self._options(*inputs).items() if value != usual[name])
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
        key_heads = self.key_heads or self.heads
        if isinstance(module.key, nn.Linear):
            width = module.key.in_features
            if module.key.out_features != width // self.heads * key_heads:
                return False
        module.heads, module.causal, module.scaled = self.heads, self.causal, self.scaled
        module.key_heads, module.reach, module.rotary = key_heads, self.reach, self.rotary
        module.linear = self.mixing == "linear"
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, MultiHeadAttentionLayer)
        return attention_parts(module, module, *inputs)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        steps, width = inputs[0].shape
        size = width // self.heads
        narrow = size * (self.key_heads or self.heads)
        made = f"W of Q, K, V and the output are {width} × {width}; " if self.projections == "learned" else ""
        if narrow != width:
            made = f"W of Q and the output are {width} × {width}, of K and V {narrow} × {width}; "
        return f"{made}each head has Q, K, V of {steps} × {size} and weights of {steps} × {steps}, dₖ is {size}"


BLOCKS: tuple[type[Block], ...] = (MultiHeadAttention,)
