"""One cell written out: the sentence by hand, and every head's numbers are those of its matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.analysis.inside.attention import AttentionAnalysis
from playground.analysis.inside.one_cell import OneCellAnalysis
from playground.document.edits import set_parameters
from tests.analysis.inside.test_attention import sentence, two_layers
from tests.analysis.subjects import question_of


def test_sat_looks_at_cat_by_hand() -> None:
    cell = OneCellAnalysis().compute(question_of(sentence(scaled=True)))
    assert cell.words == ("the", "cat", "sat", "on", "mat") and cell.label(cell.looking) == "“sat”"
    np.testing.assert_allclose(cell.products, [0.25, 0.5])
    assert cell.scaling == "root" and cell.scores[1] == pytest.approx(0.75 / np.sqrt(2.0))
    # q of sat is (.5, 1): products with all keys .5, .75, 1.25, 1, 1.5
    powers = np.exp(np.array([0.5, 0.75, 1.25, 1.0, 1.5]) / np.sqrt(2.0))
    np.testing.assert_allclose(cell.weights, powers / powers.sum(), rtol=1e-6)
    np.testing.assert_allclose(cell.mixed, [0.609, 0.783], atol=1e-3)


def test_without_a_divisor_the_product_is_the_score() -> None:
    assert OneCellAnalysis().compute(question_of(sentence(scaled=False))).scaling == "none"


@pytest.mark.parametrize(
    ("options", "scaling"),
    [({}, "root"), ({"scaled": False}, "none"), ({"rotary": True}, "root"), ({"mixing": "linear"}, "logarithm")],
)
def test_the_row_is_that_of_the_matrix(options: dict[str, Any], scaling: str) -> None:
    question = question_of(set_parameters(two_layers(), "two", options))
    matrix = AttentionAnalysis().compute(question).layers[1]
    cell = OneCellAnalysis(layer=2, head=3, looking=4, seen=9).compute(question)
    assert (cell.head, cell.looking, cell.seen) == (2, 3, 5) and cell.scaling == scaling
    np.testing.assert_allclose(cell.weights, matrix.weights[2, 3], rtol=1e-5)
    assert np.isneginf(cell.scores[4:]).all() and cell.products.sum() == pytest.approx(cell.query @ cell.keys[5])
