"""A recurrent decoder: an embedding, a cell, its view of the source and the scores of the next token, step by step."""

from __future__ import annotations

from typing import cast

import torch
from torch import nn

from playground.blocks.attention.cross import CrossAttentionLayer
from playground.blocks.decoder.forcing import forcing_ratio


class DecoderLayer(nn.Module):
    """Says a sequence token by token: each step gets the token before, the state before and a view of the source.

    While learning it is given the right tokens as often as the forcing ratio says, and what it has said itself
    otherwise, each by a throw of its own; in evaluation only the first token, unless `forced`. Where all tokens are
    given and the state needs no view of the source, all steps are computed at once.

    `context` is “fixed”: the last state of the source, given to every step; “attention”: each state looks at all states
    of the source, and both together say the token (Luong, Pham & Manning 2015); “attention first”: the state before
    looks, and the cell gets what it has seen (Bahdanau, Cho & Bengio 2015). The first state is made from the last one
    of the source, which is that of its last token where `tokens` tell the padding.
    """

    taken: torch.Tensor

    def __init__(
        self, vocabulary: int, embedding: int, units: int, memory: int, cell: str = "gru", context: str = "attention",
        score: str = "dot", padding: int | None = None, ratio: float = 1.0, schedule: str = "constant", over: int = 1,
        forced: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.units, self.context, self.padding = units, context, padding
        self.ratio, self.schedule, self.over, self.forced = ratio, schedule, over, forced
        self.generator: torch.Generator | None = None
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.long = cell == "lstm"
        self.first = nn.Linear(memory, 2 * units if self.long else units)
        arriving = embedding + {"fixed": memory, "attention": 0, "attention first": units}[context]
        self.cell = (
            nn.LSTM(arriving, units, batch_first=True) if self.long else nn.GRU(arriving, units, batch_first=True)
        )
        if context != "fixed":
            self.attention = CrossAttentionLayer(units, memory, 1, score, padding=padding)
            self.combine = nn.Linear(2 * units, units)
        self.out = nn.Linear(units, vocabulary)
        if schedule != "constant":
            self.register_buffer("taken", torch.zeros((), dtype=torch.int64))

    def forward(self, memory: torch.Tensor, given: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        return self._run(memory, given, tokens)["scores of tokens"]

    def inside(
        self, memory: torch.Tensor, given: torch.Tensor, tokens: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """`scores` before and `attention` after softmax, both (batch, 1, steps, steps of the source).

        With a fixed context all of the attention lies on the last state of the source.
        """
        found = self._run(memory, given, tokens)
        if "attention" in found:
            return {name: found[name] for name in ("scores", "attention")}
        steps = memory.shape[1] if memory.dim() == 3 else 1
        there = torch.arange(steps, device=memory.device) == self._last(memory, tokens)[:, None]  # (batch, source)
        looked = there[:, None, None].expand(-1, 1, given.shape[1], -1).to(memory.dtype)
        return {"scores": looked.log(), "attention": looked}

    def forcing(self) -> float:
        """The chance with which tokens of the target are given in the next training step."""
        if self.schedule == "constant":
            return self.ratio
        return forcing_ratio(self.schedule, self.ratio, self.over, int(self.taken))

    def _run(self, memory: torch.Tensor, given: torch.Tensor, tokens: torch.Tensor | None) -> dict[str, torch.Tensor]:
        source = memory if memory.dim() == 3 else memory[:, None]
        place = self._last(memory, tokens)[:, None, None].expand(-1, 1, source.shape[2])
        last = source.gather(1, place)[:, 0]  # (batch, size)
        state = self.first(last).tanh()[None]  # (1, batch, units), for an LSTM its two states side by side
        told = self.told(given)
        if told is None and self.context != "attention first":
            return self._all_at_once(source, last, state, given, tokens)
        said, steps = given[:, 0], []
        for step in range(given.shape[1]):
            if step:
                said = given[:, step] if told is None else torch.where(told[:, step], given[:, step], said)
            found, state = self._step(source, last, state, said, tokens)
            steps.append(found)
            said = found["scores of tokens"][:, 0].argmax(-1)
        return {name: torch.cat([found[name] for found in steps], dim=-2) for name in steps[0]}

    def told(self, given: torch.Tensor) -> torch.Tensor | None:
        """Which tokens are given (batch, steps); None where all of them are."""
        if not self.training:
            return None if self.forced else torch.zeros_like(given, dtype=torch.bool)
        ratio = self.forcing()
        if self.schedule != "constant":
            self.taken += 1
        if ratio >= 1.0:
            return None
        return torch.rand(given.shape, generator=self.generator, device=given.device) < ratio

    def _all_at_once(
        self, source: torch.Tensor, last: torch.Tensor, state: torch.Tensor, given: torch.Tensor,
        tokens: torch.Tensor | None,
    ) -> dict[str, torch.Tensor]:  # fmt: skip
        arriving = self.embedding(given)  # (batch, steps, embedding)
        if self.context == "fixed":
            arriving = torch.cat([arriving, last[:, None].expand(-1, given.shape[1], -1)], dim=-1)
        hidden, _ = self._advance(arriving, state)
        return self._said(source, hidden, tokens)

    def _step(
        self, source: torch.Tensor, last: torch.Tensor, state: torch.Tensor, said: torch.Tensor,
        tokens: torch.Tensor | None,
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor]:  # fmt: skip
        """What one step gives, of which the time axis is 1 long, and the state after it."""
        arriving = self.embedding(said)[:, None]  # (batch, 1, embedding)
        if self.context == "fixed":
            arriving = torch.cat([arriving, last[:, None]], dim=-1)
        if self.context != "attention first":
            hidden, state = self._advance(arriving, state)
            return self._said(source, hidden, tokens), state
        looked = self._looked(source, state[0, :, None, : self.units], tokens)
        hidden, state = self._advance(torch.cat([arriving, looked["seen"]], dim=-1), state)
        return self._said(source, hidden, tokens, looked), state

    def _advance(self, arriving: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.long:
            return cast(tuple[torch.Tensor, torch.Tensor], self.cell(arriving, state))
        hidden, (short, long) = self.cell(
            arriving, (state[..., : self.units].contiguous(), state[..., self.units :].contiguous())
        )
        return hidden, torch.cat([short, long], dim=-1)

    def _looked(
        self, source: torch.Tensor, hidden: torch.Tensor, tokens: torch.Tensor | None
    ) -> dict[str, torch.Tensor]:
        scores = self.attention.scores(hidden, source, tokens)
        weights = self.attention.weights(scores)
        return {"scores": scores, "attention": weights, "seen": self.attention.mixed(weights, source)}

    def _said(
        self, source: torch.Tensor, hidden: torch.Tensor, tokens: torch.Tensor | None,
        looked: dict[str, torch.Tensor] | None = None,
    ) -> dict[str, torch.Tensor]:  # fmt: skip
        """Scores of the next token (batch, steps, vocabulary) of the states, with what was looked at on the way."""
        if self.context == "fixed":
            return {"scores of tokens": self.out(hidden)}
        looked = self._looked(source, hidden, tokens) if looked is None else looked
        both = self.combine(torch.cat([hidden, looked["seen"]], dim=-1)).tanh()
        return {"scores of tokens": self.out(both), **looked}

    def _last(self, memory: torch.Tensor, tokens: torch.Tensor | None) -> torch.Tensor:
        """The number of the last step of each source that is no padding, (batch,)."""
        steps = memory.shape[1] if memory.dim() == 3 else 1
        if tokens is None or self.padding is None:
            return torch.full((memory.shape[0],), steps - 1, dtype=torch.int64, device=memory.device)
        places = torch.arange(steps, device=memory.device)
        return (places * torch.ne(tokens, self.padding)).amax(dim=1)
