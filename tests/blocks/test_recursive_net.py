"""The recursive net against a walk through the tree by hand, and the sentences with trees against their rules."""

from __future__ import annotations

import numpy as np
import torch

from playground.blocks.signal import Signal
from playground.blocks.trees import RecursiveLayer, RecursiveNet
from playground.data.sequences.trees import BAD, GOOD, VOCABULARY, SentimentTrees
from playground.network.check import infer

WORDS = SentimentTrees(words=6, examples=300)
TREE = WORDS.signals()[0]
SERIES = Signal((11, 4), kind="series")


def nested(row: list[int]) -> object:
    """The tree of a row in postfix order, leaves as their step."""
    stack: list[object] = []
    for step, token in enumerate(row):
        if VOCABULARY[token] == ")":
            right, left = stack.pop(), stack.pop()
            stack.append((left, right))
        elif token:
            stack.append(step)
    (tree,) = stack
    return tree


def test_the_root_is_what_a_walk_through_the_tree_gives_forward_and_back() -> None:
    torch.manual_seed(1)
    module = RecursiveNet(units=3).build(SERIES, TREE)
    assert isinstance(module, RecursiveLayer)
    rows = torch.tensor(WORDS.generate(np.random.default_rng(2)).features[:40])
    x = torch.randn(40, 11, 4, requires_grad=True)

    def walked(tree: object, leaves: torch.Tensor) -> torch.Tensor:
        if isinstance(tree, int):
            return torch.tanh(module.leaf(leaves[tree]))
        assert isinstance(tree, tuple)
        left, right = (walked(part, leaves) for part in tree)
        return torch.tanh(module.node(torch.cat([left, right])))

    by_hand = torch.stack([walked(nested(row.tolist()), x[number]) for number, row in enumerate(rows)])
    found = module(x, rows)
    torch.testing.assert_close(found, by_hand)
    wanted = torch.randn(40, 3)
    names = [x, *module.parameters()]
    for one, other in zip(
        torch.autograd.grad((found * wanted).sum(), names), torch.autograd.grad((by_hand * wanted).sum(), names),
        strict=True,
    ):  # fmt: skip
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_sentences_mean_what_their_rules_say() -> None:
    made = WORDS.generate(np.random.default_rng(3))

    def meaning(tree: object, row: list[int]) -> bool:
        if isinstance(tree, int):
            assert VOCABULARY[row[tree]] in (*GOOD, *BAD)
            return VOCABULARY[row[tree]] in GOOD
        assert isinstance(tree, tuple)
        left, right = tree
        if isinstance(left, int) and VOCABULARY[row[left]] == "not":
            return not meaning(right, row)
        assert isinstance(right, tuple) and VOCABULARY[row[right[0]]] == "but"
        return meaning(right[1], row)

    rows = made.features.tolist()
    assert [meaning(nested(row), row) for row in rows] == [bool(answer) for answer in made.target]
    assert 0.4 < made.target.mean() < 0.6 and max(sum(map(bool, row)) for row in rows) == 11


def test_what_is_no_tree_is_refused() -> None:
    plain = Signal((11,), kind="tokens", scale="index", classes=("a", "b"))
    inferred = infer(RecursiveNet(), (SERIES, plain))
    assert inferred.port == "tree" and "the token ) that joins" in inferred.error
