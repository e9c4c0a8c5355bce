"""The table says for every array of a network what fits it, and why nothing does."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from playground.training.weights.matching import Match, Wanted, best_arrangement, candidates, match
from playground.training.weights.source import Source


def wanted(**shapes: tuple[int, ...]) -> tuple[Wanted, ...]:
    """Rows by names with a double underscore for the dot."""
    return tuple(Wanted(name.replace("__", "."), shape) for name, shape in shapes.items())


def source(**shapes: tuple[int, ...]) -> Source:
    arrays = {name.replace("__", "."): np.random.default_rng(len(name)).normal(size=s) for name, s in shapes.items()}
    return Source("there", MappingProxyType(arrays))


def taken(found: Match) -> dict[str, str]:
    return {pair.wanted.name: pair.source for pair in found.fitting}


LENET = {
    "c1__weight": (6, 1, 5, 5), "c1__bias": (6,), "c2__weight": (16, 6, 5, 5), "c2__bias": (16,),
    "d1__weight": (120, 256), "d1__bias": (120,), "d2__weight": (10, 120), "d2__bias": (10,),
}  # fmt: skip


def test_names_come_first_also_behind_a_prefix() -> None:
    rows = wanted(**LENET)
    for prefix in ("", "module__", "_orig_mod__module__"):
        there = source(**{prefix + name: shape for name, shape in reversed(LENET.items())})
        found = match(there, rows)
        assert len(found.fitting) == 8 and {pair.how for pair in found.pairs} == {"name"}
        assert all(pair.source.endswith(pair.wanted.name) for pair in found.pairs)
        assert found.words() == "All 8 fit: 34,622 numbers." and not found.unused


def test_foreign_names_are_paired_by_order_and_shape() -> None:
    """As `nn.Sequential` calls its layers; a layer that is not here, and one that is not there, are passed over."""
    there = source(**{
        "0__weight": (6, 1, 5, 5), "0__bias": (6,), "3__weight": (16, 6, 5, 5), "3__bias": (16,),
        "5__weight": (16,), "5__bias": (16,), "7__weight": (120, 256), "7__bias": (120,), "9__weight": (2, 120),
        "9__bias": (2,),
    })  # fmt: skip
    found = match(there, wanted(**LENET))
    assert taken(found) == {
        "c1.weight": "0.weight", "c1.bias": "0.bias", "c2.weight": "3.weight", "c2.bias": "3.bias",
        "d1.weight": "7.weight", "d1.bias": "7.bias",
    }  # fmt: skip
    assert {pair.how for pair in found.fitting} == {"order"}
    assert found.unused == ("5.weight", "5.bias", "9.weight", "9.bias")
    assert "6 of 8 fit" in found.words() and "The others stay as they are. 4 of there are not used." in found.words()
    assert [pair.why_not for pair in found.pairs[6:]] == [
        "nothing that is left has this name or shape"
    ] * 2


def test_equal_layers_keep_their_order() -> None:
    rows = wanted(a__weight=(8, 8), a__bias=(8,), b__weight=(8, 8), b__bias=(8,), c__weight=(8, 8), c__bias=(8,))
    there = source(l1__weight=(8, 8), l1__bias=(8,), l2__weight=(8, 8), l2__bias=(8,), l3__weight=(8, 8), l3__bias=(8,))
    assert taken(match(there, rows))["b.weight"] == "l2.weight" and taken(match(there, rows))["c.bias"] == "l3.bias"


def test_where_the_order_is_lost_a_shape_that_occurs_once_is_enough() -> None:
    rows = wanted(c1__weight=(6, 1, 5, 5), d2__weight=(10, 120), d1__weight=(120, 256))
    there = source(fc1__weight=(120, 256), zero__weight=(6, 1, 5, 5), fc2__weight=(10, 120))
    assert taken(match(there, rows)) == {
        "c1.weight": "zero.weight", "d1.weight": "fc1.weight", "d2.weight": "fc2.weight",
    }  # fmt: skip


def test_what_does_not_fit_says_why() -> None:
    found = match(source(head__weight=(10, 64)), wanted(head__weight=(2, 64), head__bias=(2,)))
    assert [pair.why_not for pair in found.pairs] == [
        "its shape is 10 × 64, but 2 × 64 belongs here",
        "nothing that is left has this name or shape",
    ]
    assert found.words() == "Nothing in there fits this network: neither names nor shapes are alike."


def test_a_bias_is_nothing_without_its_matrix() -> None:
    rows = wanted(a__weight=(8, 2), a__bias=(8,), b__weight=(1, 8), b__bias=(1,))
    assert not match(source(x__weight=(8, 3), x__bias=(8,), y__weight=(1, 4), y__bias=(1,)), rows).fitting


def test_a_person_pairs_by_hand_and_takes_away() -> None:
    rows = wanted(a__weight=(8, 8), b__weight=(8, 8))
    there = source(x__weight=(8, 8), y__weight=(8, 8), z__weight=(3, 3))
    found = match(there, rows, by_hand={"a.weight": "y.weight", "b.weight": ""})
    assert taken(found) == {"a.weight": "y.weight"} and found.pairs[0].how == "hand"
    assert found.pairs[1].why_not == "nothing is to be taken"
    np.testing.assert_array_equal(found.values()["a.weight"], there.arrays["y.weight"])
    assert list(candidates(found, rows[0])) == [
        ("x.weight", ""), ("y.weight", ""), ("z.weight", "its shape is 3 × 3, but 8 × 8 belongs here"),
    ]  # fmt: skip
    assert match(there, rows, by_hand={"a.weight": "z.weight"}).pairs[0].why_not.startswith("its shape is 3 × 3")


def test_transposed_matrices_and_kernels_are_turned_as_keras_writes_them() -> None:
    table = Wanted("e.weight", (9, 2), "", "embedding")
    rows = (*wanted(conv__weight=(8, 3, 5, 5), conv__bias=(8,), dense__weight=(4, 6)), table)
    there = source(**{
        "conv2d/kernel:0": (5, 5, 3, 8), "conv2d/bias:0": (8,), "dense/kernel:0": (6, 4),
        "embedding/embeddings:0": (9, 2),
    })  # fmt: skip
    assert best_arrangement(there, rows) == "transposed"
    found = match(there, rows, "transposed")
    assert len(found.fitting) == 4
    values = found.values()
    kernel = there.arrays["conv2d/kernel:0"]
    assert all(values["conv.weight"][o, i, y, x] == kernel[y, x, i, o] for o, i, y, x in [(7, 2, 0, 4), (1, 0, 3, 2)])
    np.testing.assert_array_equal(values["dense.weight"], there.arrays["dense/kernel:0"].T)
    np.testing.assert_array_equal(values["e.weight"], there.arrays["embedding/embeddings:0"])
    assert best_arrangement(source(a__weight=(3, 3)), wanted(a__weight=(3, 3))) == "torch"


def test_gates_in_another_order_are_refused() -> None:
    rows = (Wanted("gru.weight_ih_l0", (12, 5), "", "gru"),)
    there = Source("keras", MappingProxyType({"gru.weight_ih_l0": np.zeros((5, 12))}))
    assert match(there, rows, "transposed").pairs[0].why_not == "a GRU's gates stand in another order there"


@pytest.mark.parametrize("layers", [400])
def test_a_deep_network_is_matched_quickly(layers: int) -> None:
    rows = wanted(**{f"n{number}__weight": (3, 3) for number in range(layers)})
    there = source(**{f"m{number}__weight": (3, 3) for number in range(layers)})
    found = match(there, rows)
    assert [pair.source for pair in found.pairs] == [f"m{number}.weight" for number in range(layers)]
