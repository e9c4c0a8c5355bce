"""Metrics of whole sequences: BLEU as sacrebleu has it, and sequences without a mistake."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sacrebleu
import torch

from playground.training.metrics.sequences import Bleu, ExactSequences, Said, bleu


@pytest.mark.parametrize("seed", range(6))
def test_bleu_is_that_of_sacrebleu(seed: int) -> None:
    generator = np.random.default_rng(seed)
    right = [generator.integers(5, size=generator.integers(1, 9)).tolist() for _ in range(12)]
    said = [[token for token in row if generator.random() < 0.9] if seed else row[:2] for row in right]
    texts = [[" ".join(f"w{token}" for token in row) for row in rows] for rows in (said, right)]
    theirs = sacrebleu.corpus_bleu(texts[0], [texts[1]], tokenize="none", force=True).score / 100.0
    assert bleu(list(zip(said, right, strict=True))) == pytest.approx(theirs, abs=1e-9)


def test_sequences_are_compared_up_to_their_end() -> None:
    predicted = torch.tensor([[0, 1, 3, 2], [0, 1, 1, 3], [2, 2, 2, 2]])
    actual = torch.tensor([[0, 1, 3, -1], [0, 1, 2, 3], [2, 2, 2, 3]])
    said = Said(predicted, actual, 3)
    assert said.pairs() == [([0, 1], [0, 1]), ([0, 1, 1], [0, 1, 2]), ([2, 2, 2, 2], [2, 2, 2])]
    assert float(ExactSequences().compute(said)) == pytest.approx(1 / 3)
    assert 0.0 < float(Bleu().compute(said)) < 1.0 and math.isclose(bleu([]), 0.0)


DEFINED = {"exact_sequences", "bleu"}
"""What is held to its definition here."""
