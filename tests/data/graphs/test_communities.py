"""Graphs as data: one example, whose parts ask for different nodes."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from playground.data.graphs.communities import Communities, KarateClub
from playground.data.preparation import prepare


def test_the_karate_club_is_that_of_networkx() -> None:
    prepared = prepare(KarateClub())
    club = networkx.karate_club_graph()
    edges = prepared.parts["train"]["edges"][0]
    assert edges.sum() == 2 * club.number_of_edges() == 156
    assert {tuple(pair) for pair in np.argwhere(edges)} == {pair for edge in club.edges for pair in (edge, edge[::-1])}
    train, test = (prepared.parts[part]["target"][0] for part in ("train", "test"))
    assert np.flatnonzero(train >= 0).tolist() == [0, 33] and (test >= 0).sum() == 32
    whole = np.where(train >= 0, train, test)
    assert [club.nodes[node]["club"] for node in club] == [("Mr. Hi", "Officer")[number] for number in whole]
    assert prepared.count("validation") == 0


@pytest.mark.parametrize("known", [1, 3, 20])
def test_so_many_of_each_class_are_told_and_all_others_asked(known: int) -> None:
    prepared = prepare(Communities(nodes=30, communities=3, known=known))
    train, test = (prepared.parts[part]["target"][0] for part in ("train", "test"))
    assert np.bincount(train[train >= 0], minlength=3).tolist() == [min(known, 10)] * 3
    assert ((train >= 0) ^ (test >= 0)).all()


def test_communities_are_as_dense_as_they_say() -> None:
    dataset = Communities(nodes=300, communities=3, within=0.4, between=0.05)
    edges, classes, _ = dataset.graph(np.random.default_rng(1))
    assert (edges == edges.T).all() and not edges.diagonal().any()
    same = classes[:, None] == classes[None, :]
    assert edges[same].mean() == pytest.approx(0.4, abs=0.02)
    assert edges[~same].mean() == pytest.approx(0.05, abs=0.01)
