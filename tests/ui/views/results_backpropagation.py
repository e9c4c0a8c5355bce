"""Backpropagation made by the analysis itself: a small residual network, and one too wide to write out."""

from __future__ import annotations

import functools

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node, wired
from tests.training.runs import project


@functools.lru_cache(maxsize=1)
def two_ways() -> Backpropagation:
    """One layer, and a wire round the next."""
    graph = wired(
        [
            node("data", "typed-examples", rows="0.5, -1 -> 0.3"),
            node("first", "dense", units=2),
            node("round", "dense", units=2, activation="sigmoid"),
            node("sum", "add"),
            node("last", "dense", units=1, activation="identity"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > first", "first > round", "first > sum", "round > sum", "sum > last",
        "last > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    session = Session(project(graph), "cpu")
    return BackpropagationAnalysis().compute(
        Question(subject=Subject(graph), snapshot=session.snapshot(), project=session.project)
    )


@functools.lru_cache(maxsize=1)
def wide() -> Backpropagation:
    """Pictures of digits through 100 units."""
    graph = chain(
        node("data", "digits"), node("flat", "flatten"), node("wide", "dense", units=100),
        node("out", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    session = Session(project(graph), "cpu")
    return BackpropagationAnalysis().compute(
        Question(subject=Subject(graph), snapshot=session.snapshot(), project=session.project)
    )


def _computed(graph: Graph, **options: int) -> Backpropagation:
    session = Session(project(graph), "cpu")
    return BackpropagationAnalysis(**options).compute(
        Question(subject=Subject(graph), snapshot=session.snapshot(), project=session.project)
    )


@functools.lru_cache(maxsize=1)
def over_time() -> Backpropagation:
    """An LSTM over a few time steps."""
    return _computed(chain(
        node("data", "remember-first", examples=100, length=5), node("embedding", "embedding", units=3),
        node("memory", "lstm", units=4), node("out", "dense", units=4, activation="identity"),
        loss=node("loss", "cross-entropy"),
    ))  # fmt: skip


@functools.lru_cache(maxsize=1)
def convolved() -> Backpropagation:
    """A convolution and a pooling over small digits."""
    return _computed(chain(
        node("data", "digits"), node("conv", "conv2d", filters=3, activation="relu"),
        node("pool", "max-pool2d"), node("flat", "flatten"), node("out", "dense", units=10, activation="identity"),
        loss=node("loss", "cross-entropy"),
    ))  # fmt: skip
