"""The versions of training pictures, drawn by the very blocks that the training uses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from playground.analysis.inside.augmentation import AugmentationAnalysis, AugmentedPictures
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Edge, Graph, Node
from playground.network.check import check


def graph(*blocks: tuple[str, dict[str, object]]) -> Graph:
    """Digits, the blocks in a row, and a softmax over the pixels."""
    nodes = [
        Node(id="data", block="digits", parameters={"examples": 200}),
        *(Node(id=f"{name}-1", block=name, parameters=parameters) for name, parameters in blocks),
        Node(id="flat", block="flatten"),
        Node(id="answer", block="dense", parameters={"units": 10, "activation": "identity"}),
        Node(id="loss", block="cross-entropy"),
    ]
    names = [node.id for node in nodes]
    edges = [
        Edge(source=a, source_port="features" if a == "data" else "output", target=b,
             target_port="prediction" if b == "loss" else "input")
        for a, b in itertools.pairwise(names)
    ]  # fmt: skip
    target = Edge(source="data", source_port="target", target="loss", target_port="target")
    return Graph(nodes=tuple(nodes), edges=(*edges, target))


def seen(network: Graph, node: str | None = None, **options: int) -> AugmentedPictures:
    return AugmentationAnalysis(**options).compute(Question(graph=network, subject=Subject(network), node=node))


def test_each_version_is_drawn_anew_and_again_by_the_same_number() -> None:
    network = graph(("random-crop", {"padding": 2}))
    found = seen(network, examples=3, versions=6)
    assert found.originals.shape == (3, 8, 8) and found.versions.shape == (3, 6, 8, 8)
    assert len(np.unique(found.versions[0].reshape(6, -1), axis=0)) > 1
    assert np.array_equal(found.versions, seen(network, examples=3, versions=6).versions)
    assert not np.array_equal(found.versions, seen(network, examples=3, versions=6, draw=1).versions)
    columns, rows = found.table()
    assert len(rows) == 18 and columns == ["row", "version", "difference"]


def test_a_chosen_block_shows_the_work_up_to_there() -> None:
    network = graph(("random-flip", {"probability": 1.0}), ("cutout", {"size": 0.5, "filling": "zero"}))
    first = seen(network, "random-flip-1")
    assert first.blocks == ("Random flip",)
    mirrored = np.broadcast_to(first.originals[:, None, :, ::-1], first.versions.shape)
    np.testing.assert_allclose(first.versions, mirrored, atol=1e-6)
    both = seen(network)
    assert both.blocks == ("Random flip", "Cutout")
    assert (both.versions != first.versions).any(axis=(2, 3)).mean() > 0.5


def test_dropout_on_the_way_stays_out_of_it() -> None:
    network = graph(("dropout", {"rate": 0.9}), ("random-crop", {"padding": 0}))
    found = seen(network)
    assert np.allclose(found.versions, found.originals[:, None], atol=1e-6)


@pytest.mark.parametrize(
    ("network", "words"),
    [(graph(), "No block changes the pictures"), (graph(("mixup", {})), "")],
)
def test_it_says_why_there_is_nothing(network: Graph, words: str) -> None:
    said = AugmentationAnalysis().why_not(check(network), network)
    assert said.startswith("No ") and words in said
