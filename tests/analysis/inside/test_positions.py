"""The picture of positions: what is added alone, whatever the tokens, and how alike two places are."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.positions import PositionsAnalysis
from playground.blocks.attention.positions import sinusoids
from playground.document.edits import set_parameters
from playground.network.check import check
from tests.analysis.inside.test_attention import sentence, two_layers
from tests.analysis.subjects import question_of


def test_sinusoids_are_shown_without_the_tokens() -> None:
    result = PositionsAnalysis().compute(question_of(two_layers()))
    np.testing.assert_allclose(result.values, sinusoids(6, 8).numpy())
    likeness = result.likeness()
    np.testing.assert_allclose(np.diagonal(likeness), 1.0, rtol=1e-5)
    np.testing.assert_allclose(np.diagonal(likeness, 2), likeness[0, 2], rtol=1e-4)  # the distance alone counts


def test_learned_ones_are_the_weights_and_none_have_no_likeness() -> None:
    question = question_of(set_parameters(two_layers(), "positions", {"kind": "learned"}))
    weight = question.loaded().network.get_parameter("positions.weight")
    np.testing.assert_array_equal(PositionsAnalysis().compute(question).values, weight.detach().numpy())
    none = PositionsAnalysis().compute(question_of(set_parameters(two_layers(), "positions", {"kind": "none"})))
    assert not none.likeness().any() and len(none.table()[1]) == 6


def test_without_positions_it_says_so() -> None:
    graph = sentence(scaled=True)
    assert "Positional encoding" in PositionsAnalysis().why_not(check(graph), graph)
