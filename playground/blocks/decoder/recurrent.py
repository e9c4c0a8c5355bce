"""The block that says a sequence: a recurrent decoder with teacher forcing and a choice of context."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.attention.cross import SCORE_HELP, expect_memory, expect_padding, padding_of
from playground.blocks.attention.scores import Score
from playground.blocks.base import Block, BlockError, Port, numbers_only
from playground.blocks.code import Code, kept
from playground.blocks.decoder.forcing import Schedule
from playground.blocks.decoder.layers import DecoderLayer
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class Decoder(Block):
    """Says a sequence token by token, from a memory of the source and from what it has said before."""

    id: ClassVar[str] = "decoder"
    family: ClassVar[str] = "recurrent"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"attention", "two sequences", "free running"})
    title: ClassVar[str] = "Decoder"
    summary: ClassVar[str] = (
        "Says a sequence token by token: each step gets the token before, the state before and a view of the source. "
        "While learning it is told the right token before; in evaluation it hears itself."
    )
    formula: ClassVar[str] = (
        r"h_t = \mathrm{cell}(E_{y_{t-1}}, c, h_{t-1}), \quad c_t = \sum_j \alpha_{tj} m_j, \quad"
        r" s_t = W \tanh(U [h_t; c_t] + b)"
    )
    source: ClassVar[str] = (
        "Cho et al. 2014; Sutskever, Vinyals & Le 2014; Bahdanau, Cho & Bengio 2015; Luong, Pham & Manning 2015"
    )
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("memory", "States of the source"),
        Port("given", "Said so far"),
        Port("padding", "Tokens of the source, for the padding mask", optional=True),
    )

    units: int = parameter(
        32, ge=1, le=4_096, logarithmic=True, help="Numbers in the state that goes from step to step."
    )
    embedding: int = parameter(16, ge=1, le=4_096, logarithmic=True, help="Numbers in the vector of each token said.")
    cell: Literal["gru", "lstm"] = parameter(
        "gru", help="What goes from step to step: a GRU, or an LSTM with its cell."
    )
    context: Literal["fixed", "attention", "attention first"] = parameter(
        "attention",
        help="What is seen of the source. Fixed: its last state, which has to hold everything. Attention: each state "
        "looks at all of the source, and both together say the token. Attention first: the state before looks, and the "
        "cell gets what it has seen, so that steps cannot be computed at once.",
    )
    score: Score = parameter("dot", help=SCORE_HELP)
    teacher_forcing: float = parameter(
        1.0, ge=0.0, le=1.0, label="Teacher forcing",
        help="How often, while learning, a step is given the right token before instead of the one that was said; "
        "where it is scheduled, how often in the end.",
    )  # fmt: skip
    schedule: Schedule = parameter(
        "constant", help="Constant, or from 1 down to the ratio above: in a line, or as the inverse sigmoid falls."
    )
    over: int = parameter(
        500, ge=1, le=1_000_000, logarithmic=True, label="Schedule over", help="Training steps that the way down takes."
    )
    evaluation: Literal["free running", "teacher forcing"] = parameter(
        "free running",
        label="In evaluation",
        help="Free running: it hears only itself, as when it is used. Teacher forcing: it is given the right tokens, "
        "which shows how good single steps are.",
    )

    def subtitle(self) -> str:
        return f"{self.units} units · {self.cell.upper()} · {self.context}"

    def expect(self, *inputs: Signal) -> None:
        memory, given = inputs[:2]
        numbers_only(self.title, memory, port="memory")
        if self.context != "fixed" or len(memory.shape) != 1:
            expect_memory(self.title, memory)
        if given.kind != "tokens" or len(given.shape) != 1 or not given.classes:
            raise BlockError(
                f"{self.title} is told what has been said so far, a sequence of tokens, but {given.words()} arrives.",
                port="given",
            )
        if given.unanswered:
            raise BlockError(
                f"{self.title} is told what has been said so far, but a target arrives in which some steps have no "
                "answer. Wire the port “given” of the data here.",
                port="given",
            )
        expect_padding(memory.shape[0] if len(memory.shape) == 2 else 1, *inputs[2:])

    def build(self, *inputs: Signal) -> nn.Module:
        return DecoderLayer(
            len(inputs[1].classes), self.embedding, self.units, inputs[0].shape[-1], self.cell, self.context,
            self.score, padding_of(*inputs[2:]), self.teacher_forcing, self.schedule, self.over,
            self.evaluation != "free running",
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        options = {
            "cell": self.cell, "context": self.context, "score": self.score, "padding": padding_of(*inputs[2:]),
            "ratio": self.teacher_forcing, "schedule": self.schedule,
            "over": self.over if self.schedule != "constant" else 1, "forced": self.evaluation != "free running",
        }  # fmt: skip
        usual = {
            "cell": "gru", "context": "attention", "score": "dot", "padding": None, "ratio": 1.0,
            "schedule": "constant", "over": 1, "forced": False,
        }  # fmt: skip
        named = "".join(f", {name}={value!r}" for name, value in options.items() if value != usual[name])
        sizes = f"{len(inputs[1].classes)}, {self.embedding}, {self.units}, {inputs[0].shape[-1]}"
        wires = ", ".join(f"{{{number}}}" for number in range(len(inputs)))
        return kept(f"DecoderLayer({sizes}{named})", f"{{module}}({wires})", uses=(DecoderLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, DecoderLayer)
        plain = ("dot", "scaled")
        if self.context != "fixed":
            kind = module.attention.score.kind if module.context != "fixed" else ""
            if kind != self.score and not (kind in plain and self.score in plain):
                return False
        same = (module.units, module.context, module.long, module.embedding.embedding_dim) == (
            self.units, self.context, self.cell == "lstm", self.embedding
        )  # fmt: skip
        if not same or (module.schedule == "constant") != (self.schedule == "constant"):
            return False
        if self.context != "fixed":
            module.attention.score.kind = self.score
        module.ratio, module.schedule, module.over = self.teacher_forcing, self.schedule, self.over
        module.forced = self.evaluation != "free running"
        return True

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        # torch's layers keep their weights in a second list, which the check cannot exchange for small ones.
        assert isinstance(module, DecoderLayer)
        return (torch.Size((*inputs[1].shape, module.out.out_features)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), kind="series", axes=("time", "features")),)

    def live_formula(self, *inputs: Signal) -> str:
        steps, words = inputs[1].shape[0], len(inputs[1].classes)
        return f"E is {words} × {self.embedding}, h has {self.units} numbers, s is {steps} × {words}"


BLOCKS: tuple[type[Block], ...] = (Decoder,)
