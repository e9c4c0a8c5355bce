"""Text that is written with kept keys and values is the text that is written without."""

from __future__ import annotations

import pytest
import torch

from playground.analysis.question import Question
from playground.analysis.shared.writing import Writer, next_token_heads
from playground.data.inputs.texts import TextForm
from playground.document.graph import Graph
from tests.analysis.subjects import question_of
from tests.network.small_graphs import node, wired


def transformer(positions: str = "sinusoidal", **attention: object) -> Graph:
    nodes = [
        node("data", "python-manual", characters=1_000, window=16),
        node("embedding", "embedding", units=8),
        node("positions", "positional-encoding", kind=positions),
        node("norm", "layer-norm"),
        node("attention", "multi-head-attention", **{"causal": True, **attention}),
        node("add", "add"),
        node("wide", "dense", units=12),
        node("out", "dense", units=39, activation="identity"),
        node("loss", "cross-entropy"),
    ]
    return wired(
        nodes, "data.features > embedding", "embedding > positions", "positions > norm", "norm > attention",
        "positions > add", "attention > add", "add > wide", "wide > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip


def writer_of(question: Question, keeps: bool = True) -> Writer:
    subject = question.loaded()
    form = subject.form("data")
    assert isinstance(form, TextForm)
    return Writer(subject, next_token_heads(subject.report)[0], "data", form, keeps)


@pytest.mark.parametrize(
    ("positions", "attention"),
    [
        ("sinusoidal", {}), ("learned", {"heads": 4, "key_heads": 1}), ("none", {"rotary": True}),
        ("index", {"reach": 3}), ("none", {"mixing": "linear", "scaled": False}),
    ],
)  # fmt: skip
def test_kept_keys_and_values_change_nothing(positions: str, attention: dict[str, object]) -> None:
    question = question_of(transformer(positions, **attention))
    kept, anew = writer_of(question), writer_of(question, keeps=False)
    assert kept.keeps and not anew.keeps
    begun = kept.known("the ")
    texts = [writer.grown(begun, 60, 1.0, 3, lambda: None)[1] for writer in (kept, anew)]
    assert texts[0] == texts[1] and len(texts[0]) == 64
    for count in (1, 5, 16, 17, 40):
        shares = [torch.tensor(writer.shares(texts[0][:count])) for writer in (kept, anew)]
        torch.testing.assert_close(shares[0], shares[1], rtol=1e-4, atol=1e-7)


def test_what_sees_the_future_or_the_whole_sequence_is_read_anew() -> None:
    assert not writer_of(question_of(transformer(causal=False))).keeps
    graph = wired(
        [
            node("data", "python-manual", characters=1_000, window=16),
            node("embedding", "embedding", units=4),
            node("gru", "gru", units=5, states="all"),
            node("out", "dense", units=39, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embedding", "embedding > gru", "gru > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    assert not writer_of(question_of(graph)).keeps
