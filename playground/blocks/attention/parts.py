"""The operations of attention: queries, keys and values, scores one by one, softmax, and the mixture of the values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.attention.mixtures import positive, rotated
from playground.blocks.parts import Axis, Index, Part, Term, Values, added_up, at, running, times

MATRIX: tuple[Axis, ...] = ("head", "query", "key")
QUERIES: tuple[Axis, ...] = ("head", "query", "unit")
KEYS: tuple[Axis, ...] = ("head", "key", "unit")
STEPS: tuple[Axis, ...] = ("query", "unit")
PROJECTED = (("q", "query", "Queries", QUERIES), ("k", "key", "Keys", KEYS), ("v", "value", "Values", KEYS))


WEIGHED = (
    r"\frac{\partial L}{\partial W} = \sum_i \frac{\partial L}{\partial z_i} \, x_i^\top, \quad "
    r"\frac{\partial L}{\partial x_i} = W^\top \frac{\partial L}{\partial z_i}"
)


class Attending(Protocol):
    """What the operations need of an attention layer."""

    heads: int
    key_heads: int
    scaled: bool
    rotary: bool
    linear: bool

    @property
    def out(self) -> nn.Module: ...

    def hidden(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor | None: ...

    def weights(self, scores: torch.Tensor) -> torch.Tensor: ...


def attention_parts(module: nn.Module, layer: Attending, *inputs: torch.Tensor) -> tuple[Part, ...]:
    """All heads, operation by operation. x is (1, time, width)."""
    _, steps, width = inputs[0].shape
    size = width // layer.heads
    learned = isinstance(layer.out, nn.Linear)
    parts = [
        _projection(getattr(module, name), letter, f"{name}.", title, axes, layer.heads, layer.key_heads)
        if learned else _heads(letter, title, axes, layer.heads, size)
        for letter, name, title, axes in PROJECTED
    ]  # fmt: skip
    if layer.rotary:
        parts += [_rotation("q", QUERIES, steps, size), _rotation("k", KEYS, steps, size)]
    compared = ("q′", "k′") if layer.rotary else ("q", "k")
    hidden = layer.hidden(*inputs)
    if layer.linear:
        parts += _linear_weights(size, compared, hidden)
    else:
        parts += _softmax_weights(layer, size, compared, hidden)
    parts.append(_mixture(steps))
    parts.append(_output(layer.out, size) if isinstance(layer.out, nn.Linear) else _side_by_side(size))
    return tuple(parts)


def _softmax_weights(
    layer: Attending, size: int, compared: tuple[str, str], hidden: torch.Tensor | None
) -> list[Part]:
    """From queries and keys to weights by way of scores and softmax."""
    parts = [_scores(size, layer.scaled, compared)]
    if hidden is not None:
        parts.append(_mask(hidden, -math.inf))
    parts.append(Part(
        "softmax", lambda x, p: (layer.weights(x[0]),), (-1,), "α", title="softmax", axes=MATRIX,
        sentence="Over all keys of a query the weights sum to 1.",
    ))  # fmt: skip
    return parts


def _linear_weights(size: int, compared: tuple[str, str], hidden: torch.Tensor | None) -> list[Part]:
    """From queries and keys to weights by way of products that are never negative, and their sum."""
    parts = [
        Part(
            "block", lambda x, p: (positive(x[0]),), (name,), f"φ{letter}", title=f"Positive {title}", axes=axes,
            formula=r"\varphi(x) = \mathrm{elu}(x) + 1", sentence="No number is negative any more.",
        )
        for name, letter, title, axes in zip(compared, "qk", ("queries", "keys"), (QUERIES, KEYS), strict=True)
    ]  # fmt: skip
    parts.append(_scores(size, False, ("φq", "φk")))
    if hidden is not None:
        parts.append(_mask(hidden, 0.0))
    parts.append(Part(
        "block", lambda x, p: (x[0] / x[0].sum(-1, keepdim=True).clamp_min(torch.finfo(x[0].dtype).tiny),), (-1,), "α",
        title="Shares", axes=MATRIX, formula=r"\alpha_{ij} = s_{ij} / \sum_k s_{ik}",
        sentence="Each product is divided by the sum of all of its query, so that the weights sum to 1.",
    ))  # fmt: skip
    return parts


def _projection(
    module: nn.Linear, letter: str, prefix: str, title: str, axes: tuple[Axis, ...], heads: int, key_heads: int
) -> Part:
    """Queries, keys or values: (batch, heads, time, d_k) from the input (batch, time, width).

    Several heads of queries may share one of `key_heads` heads of keys and values, which is repeated for each.
    """
    weight, bias = f"{prefix}weight", f"{prefix}bias"
    width = module.in_features
    size = width // heads
    biased = module.bias is not None
    sharing = 1 if letter == "q" else heads // key_heads

    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        made = by_head(functional.linear(values[0], parameters[weight], parameters.get(bias)), heads // sharing)
        return (made.repeat_interleave(sharing, dim=1),)

    def terms(index: Index) -> Sequence[Term]:
        head, step, unit = index
        row = head // sharing * size + unit
        found: list[Term] = [(at(weight, row, j), at(0, step, j)) for j in range(width)]
        return [*found, (at(bias, row),)] if biased else found

    return Part(
        "terms", run, (0,), letter, (weight, bias) if biased else (weight,), title=title, axes=axes, terms=terms,
        formula=rf"{letter}_i = W_{letter} \, x_i" + (rf" + b_{letter}" if biased else ""), backward=WEIGHED,
        sentence="Each step is weighed anew; every head has rows of the matrix for itself.",
        backward_sentence="The same weights were used at every step, so their gradient is a sum over the steps.",
    )  # fmt: skip


def _heads(letter: str, title: str, axes: tuple[Axis, ...], heads: int, size: int) -> Part:
    """The input itself as queries, keys or values."""

    def terms(index: Index) -> Sequence[Term]:
        head, step, unit = index
        return ((at(0, step, head * size + unit),),)

    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (by_head(values[0], heads),)

    return Part("terms", run, (0,), letter, title=title, axes=axes, terms=terms, hidden=True)


def _rotation(letter: str, axes: tuple[Axis, ...], steps: int, size: int) -> Part:
    """Queries or keys, each pair of numbers turned by an angle that grows with the place."""
    turns = rotated(torch.eye(size, dtype=torch.float64).repeat(steps, 1, 1).transpose(0, 1))  # (from, time, to)

    def terms(index: Index) -> Sequence[Term]:
        head, step, unit = index
        pair = unit - unit % 2
        return [(times(float(turns[source, step, unit])), at(0, head, step, source)) for source in (pair, pair + 1)]

    return Part(
        "terms", lambda x, p: (rotated(x[0]),), (letter,), f"{letter}′", title=f"Turned {letter}", axes=axes,
        terms=terms, formula=rf"{letter}'_t = R_t \, {letter}_t",
        backward=rf"\frac{{\partial L}}{{\partial {letter}_t}} = R_t^\top \frac{{\partial L}}{{\partial {letter}'_t}}",
        sentence="Each pair of numbers is turned by an angle that grows with the place, for later pairs more slowly.",
        backward_sentence="The gradient is turned back by the same angle.",
    )  # fmt: skip


def _scores(size: int, scaled: bool, names: tuple[str, str]) -> Part:
    scale = 1.0 / math.sqrt(size) if scaled else 1.0

    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (values[0] @ values[1].transpose(2, 3) * scale,)

    def terms(index: Index) -> Sequence[Term]:
        head, looking, seen = index
        front = (times(scale),) if scaled else ()
        return [(*front, at(0, head, looking, d), at(1, head, seen, d)) for d in range(size)]

    by = r" / \sqrt{d_k}" if scaled else ""
    return Part(
        "terms", run, names, "s", title="Scores", axes=MATRIX, terms=terms,
        formula=rf"s_{{ij}} = q_i \cdot k_j{by}",
        backward=rf"\frac{{\partial L}}{{\partial q_i}} = \sum_j \frac{{\partial L}}{{\partial s_{{ij}}}} \, k_j{by}, "
        rf"\quad \frac{{\partial L}}{{\partial k_j}} = \sum_i \frac{{\partial L}}{{\partial s_{{ij}}}} \, q_i{by}",
        sentence="How well the query of one step fits the key of another: number times number, added up"
        + (f", and divided by √{size}." if scaled else "."),
        backward_sentence="A query gets the keys that it was compared with, each times what arrives at the score.",
    )  # fmt: skip


def _mask(hidden: torch.Tensor, filled: float) -> Part:
    written, spoken = ("0", "0") if filled == 0.0 else (r"-\infty", "−∞")
    return Part(
        "mask", lambda x, p: (x[0].masked_fill(hidden, filled),), (-1,), "u", title="Mask", axes=MATRIX,
        formula=rf"u_{{ij}} = {written} \ \mathrm{{where}}\ i\ \mathrm{{must\ not\ see}}\ j",
        sentence=f"What must not be seen gets the score {spoken}, and so the weight 0.",
        backward=r"\frac{\partial L}{\partial s_{ij}} = 0 \ \mathrm{where}\ i\ \mathrm{must\ not\ see}\ j",
        backward_sentence="No gradient goes back where nothing was seen.",
    )  # fmt: skip


def _mixture(steps: int) -> Part:
    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (values[0] @ values[1],)

    def terms(index: Index) -> Sequence[Term]:
        head, looking, unit = index
        return [(at(0, head, looking, seen), at(1, head, seen, unit)) for seen in range(steps)]

    return Part(
        "terms", run, (-1, "v"), "m", title="Weighted sum of the values", axes=QUERIES, terms=terms,
        formula=r"m_i = \sum_j \alpha_{ij} \, v_j",
        backward=r"\frac{\partial L}{\partial \alpha_{ij}} = \frac{\partial L}{\partial m_i} \cdot v_j, \quad "
        r"\frac{\partial L}{\partial v_j} = \sum_i \alpha_{ij} \, \frac{\partial L}{\partial m_i}",
        sentence="A step takes the values of all steps, of each as much as its weight says.",
        backward_sentence="A value gets what arrives as much as it was looked at; a weight gets what arrives times the "
        "value.",
    )  # fmt: skip


def _output(module: nn.Linear, size: int) -> Part:
    """One matrix mixes what the heads have found: (batch, heads, time, d_k) -> (batch, time, width)."""
    width = module.in_features
    biased = module.bias is not None

    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        joined = values[0].transpose(1, 2).flatten(2)
        return (functional.linear(joined, parameters["out.weight"], parameters.get("out.bias")),)

    def terms(index: Index) -> Sequence[Term]:
        step, unit = index
        found: list[Term] = [
            (at("out.weight", unit, j), at(0, j // size, step, j % size)) for j in range(width)
        ]
        return [*found, (at("out.bias", unit),)] if biased else found

    return Part(
        "terms", run, (-1,), "a", ("out.weight", "out.bias") if biased else ("out.weight",), title="All heads together",
        axes=STEPS, terms=terms, formula="a_i = W_o \\, m_i" + (" + b_o" if biased else ""), backward=WEIGHED,
        sentence="What the heads have found stands side by side, and one matrix mixes it.",
        backward_sentence="Each head gets back what arrives times its columns of the matrix.",
    )  # fmt: skip


def _side_by_side(size: int) -> Part:
    def run(values: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (values[0].transpose(1, 2).flatten(2),)

    def terms(index: Index) -> Sequence[Term]:
        step, unit = index
        return ((at(0, unit // size, step, unit % size),),)

    return Part("terms", run, (-1,), "a", title="heads side by side", axes=STEPS, terms=terms, hidden=True)


def positions_parts(module: nn.Module, positions: torch.Tensor | None) -> tuple[Part, ...]:
    """Adds sinusoidal positions (time, width), or learned ones where there are none."""

    def terms(index: Index) -> Sequence[Term]:
        place = at("weight", *index) if positions is None else times(float(positions[index]))
        return [(at(0, *index),), (place,)]

    return (
        added_up(
            terms, running(module), (0,), ("time", "unit"), parameters=("weight",) if positions is None else (),
            title="where it stands", sentence="To each step is added what tells where it stands.",
            formula=r"a_t = x_t + p_t", backward=r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a}",
            backward_sentence="A sum passes the gradient on as it is.",
        ),
    )  # fmt: skip


def by_head(x: torch.Tensor, heads: int) -> torch.Tensor:
    """(batch, time, width) -> (batch, heads, time, d_k)"""
    return x.reshape(*x.shape[:2], heads, x.shape[2] // heads).transpose(1, 2)
