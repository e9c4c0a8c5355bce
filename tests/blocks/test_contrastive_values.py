"""The loss of pairs and retrieval, beside their definitions in plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground.blocks.contrastive import ContrastiveLoss, Retrieval, recall
from playground.blocks.signal import Signal
from playground.data.images.captions import GROUNDS, PLACES, WORDS, CaptionedShapes, captions, painted

VECTOR = Signal((4,))


def drawn(count: int, seed: int) -> torch.Tensor:
    return torch.randn((count, 4), generator=torch.Generator().manual_seed(seed))


def cosine(u: np.ndarray, v: np.ndarray) -> float:
    return float(u @ v / math.sqrt(u @ u) / math.sqrt(v @ v))


def test_the_loss_is_the_mean_surprise_at_the_partner_in_both_directions() -> None:
    first, second = drawn(5, 1), drawn(5, 2)
    expected = 0.0
    for one, other in ((first.numpy(), second.numpy()), (second.numpy(), first.numpy())):
        for row in range(5):
            strengths = [math.exp(cosine(one[row], partner) / 0.2) for partner in other]
            expected -= math.log(strengths[row] / sum(strengths)) / 10
    layer = ContrastiveLoss(temperature=0.2).build(VECTOR, VECTOR)
    assert float(layer(first, second)) == pytest.approx(expected, rel=1e-5)
    assert float(layer(3.0 * first, 0.1 * second)) == pytest.approx(expected, rel=1e-5)  # lengths do not count


def test_retrieval_ranks_the_partner_among_all() -> None:
    first = drawn(40, 3)
    second = first + 0.7 * drawn(40, 4)
    found = Retrieval(k=3).measure(first, second)
    for name, one, other in (("second_found", first, second), ("first_found", second, first)):
        ranks = [
            sum(cosine(row, partner) > cosine(row, others[place]) for partner in others)
            for others in [other.numpy()]
            for place, row in enumerate(one.numpy())
        ]
        assert 0.2 < found[name] < 0.98
        assert found[name] == pytest.approx(np.mean([rank < 1 for rank in ranks]))
        assert found[f"{name}_in_3"] == pytest.approx(np.mean([rank < 3 for rank in ranks]))


def test_where_all_are_the_same_no_more_is_found_than_by_chance() -> None:
    assert recall(torch.ones(8, 4), torch.ones(8, 4), 2) == pytest.approx(2 / 8)
    twice = torch.eye(4)[[0, 0, 1, 2]]  # two captions with the same words
    assert recall(twice, twice, 1) == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)


def test_no_caption_comes_twice_before_all_have_come_and_each_says_what_is_painted() -> None:
    generator = np.random.default_rng(0)
    said = captions(2_000, generator)
    assert len(np.unique(said[:1_728], axis=0)) == 1_728
    one = np.array([[1, 5, 1, 0, 2, 0, 0]])
    words = [PLACES[place][number] for place, number in enumerate(one[0])]
    assert " ".join(words) == "large blue square top right on black"
    picture = painted(one, 32, generator)[0]  # (3, 32, 32)
    blue = picture[2] - picture[0] > 0.4
    rows, columns = np.nonzero(blue)
    assert (6 < rows.mean() < 9, 22 < columns.mean() < 26) == (True, True)
    assert 100 < blue.sum() < 200  # a square of about 12 pixels
    assert picture[:, -1, 0] == pytest.approx([GROUNDS["black"]] * 3)
    numbers = CaptionedShapes(examples=40).generate(generator).target
    assert all(WORDS[number] in PLACES[place] for row in numbers for place, number in enumerate(row))
