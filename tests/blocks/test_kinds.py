"""Every kind of signal has what blocks, cards and sentences need of it."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch

from playground.analysis.shared.unit_health import by_units
from playground.blocks.kinds import KINDS, Kind, KindName, Picture, usual_kind
from playground.blocks.signal import Signal

WORDS = {
    "vector": "a vector of 2 numbers", "image": "an image of 2 × 3 × 4", "tokens": "a sequence of 2 tokens",
    "series": "a series of time 2 × features 3", "nodes": "a table of nodes 2 × features 3",
    "graph": "a graph of nodes 2 × nodes 3", "classes": "one number", "loss": "one number",
    "volume": "a volume of 2 × 3 × 4 × 5",
}  # fmt: skip


def test_rows_and_names_are_the_same() -> None:
    assert tuple(kind.id for kind in KINDS) == get_args(KindName)
    assert {kind.picture for kind in KINDS} == set(get_args(Picture))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_kind_has_words_axes_and_units(kind: Kind) -> None:
    shape = (2, 3, 4, 5)[: len(kind.axes)]
    signal = Signal(shape, kind=kind.id)
    assert signal.words() == WORDS[kind.id]
    assert signal.named_axes() == kind.axes
    assert bool(kind.picture) == kind.numbers, "amounts can be painted, names and losses cannot"
    if kind.numbers:
        values = np.zeros((5, *shape), dtype=np.float32)
        assert by_units(values, signal).shape[-1] == shape[kind.unit_axis]


@pytest.mark.parametrize(
    ("axes", "kind"), [(0, "vector"), (1, "vector"), (2, "series"), (3, "image"), (4, "volume"), (5, "vector")]
)
def test_free_numbers_are_taken_for_the_usual_kind(axes: int, kind: str) -> None:
    assert usual_kind(axes) == kind
    assert len([one for one in KINDS if one.usual and len(one.axes) == axes]) <= 1


def test_whole_numbers_are_names_alone() -> None:
    whole = {kind.id for kind in KINDS if Signal((3,), kind=kind.id).dtype == torch.int64}
    assert whole == {"tokens"} and not any(kind.numbers for kind in KINDS if kind.id in whole)
