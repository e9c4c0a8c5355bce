"""The picture that learns, beside the pictures of the data."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.learned_picture import LearnedPictureAnalysis
from playground.document.graph import Graph
from playground.network.check import check
from tests.analysis.subjects import question_of
from tests.network.small_graphs import node, wired


def graph(*blocks: str) -> Graph:
    nodes = [node("data", "content-and-style", side=32), node("loss", "mean-squared-error")]
    if "picture" not in blocks:
        return wired(nodes, "data.features > loss.prediction", "data.target > loss.target")
    return wired(
        [*nodes, node("picture", "learned-picture")],
        "data.target > picture", "picture > loss.prediction", "data.features > loss.target",
    )  # fmt: skip


def test_it_stands_beside_content_and_style_with_its_difference_to_both() -> None:
    result = LearnedPictureAnalysis().compute(question_of(graph("picture")))
    assert result.names == ("Content", "Style", "Learned picture") and result.learned == 1
    content, style, learned = result.pictures
    assert content.shape == style.shape == learned.shape == (32, 32, 3)
    assert np.array_equal(learned, style)  # it begins as what arrives
    far = np.sqrt(np.mean((content - style) ** 2))
    assert np.allclose(result.differences, [[far, 0.0]])
    assert result.table()[1][1] == ["Learned picture", "Style", 0.0]


def test_without_such_a_picture_there_is_nothing_to_see() -> None:
    plain = graph()
    assert "No picture learns" in LearnedPictureAnalysis().why_not(check(plain), plain)
