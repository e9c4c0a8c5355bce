"""Pruning while a network learns: what goes, what stays, and that nothing but the weights has to be kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.document.project import Pruning
from playground.training.pruning import gone_share, prunable, prune, share_at
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import array, assert_same, change, circles, noisy_graph, project, run, train_node

SETTINGS = {"share": 0.5, "begin": 1, "end": 4}


LEFT_OVER = {0: 1.0, 1: 1.0, 2: (2 / 3) ** 3, 3: (1 / 3) ** 3, 4: 0.0, 9: 0.0}
"""What of the share is still there after so many epochs, from the first to the fourth."""


@pytest.mark.parametrize(("epoch", "left"), LEFT_OVER.items())
def test_the_share_grows_as_zhu_and_gupta_have_it(epoch: int, left: float) -> None:
    assert share_at(Pruning(kind="weights", share=0.8, begin=1, end=4), epoch) == pytest.approx(0.8 - 0.8 * left)


def test_the_smallest_go_wherever_they_are() -> None:
    session = run(project(noisy_graph()), 0)
    what = prunable(session.report, session.snapshot().layout.places)
    assert what.weights == ("wide.weight", "out.weight") and what.filters == {"wide.weight": "wide.bias"}
    values = {name: torch.tensor(array(session, name)) for name in (*what.weights, "wide.bias")}
    sizes = np.sort(np.abs(np.concatenate([values[name].numpy().ravel() for name in what.weights])))
    prune(values, what, "weights", 0.5)
    kept = np.concatenate([values[name].numpy().ravel() for name in what.weights])
    np.testing.assert_array_equal(np.sort(np.abs(kept[kept != 0.0])), sizes[9:])  # 18 weights in all
    assert gone_share(values, what, "weights") == 0.5


@pytest.mark.parametrize("kind", ["weights", "filters"])
def test_what_is_gone_stays_gone_and_the_rest_learns(kind: str) -> None:
    session = run(project(noisy_graph(), "adam", pruning={"kind": kind, **SETTINGS}), 12)  # 3 steps an epoch
    assert session.learner.engine.reason.endswith("weights are pruned while it learns.")
    session.advance(3)
    wide, bias = array(session, "wide.weight"), array(session, "wide.bias")
    if kind == "filters":
        gone = (wide == 0.0).all(axis=1)
        assert gone.sum() == 3 and (bias[gone] == 0.0).all() and (bias[~gone] != 0.0).all()
        assert (array(session, "out.weight") != 0.0).all()  # the last layer keeps its units
    else:
        both = np.concatenate([wide.ravel(), array(session, "out.weight").ravel()])
        assert (both == 0.0).sum() == 9 and (bias != 0.0).all()
    session.advance(30)
    later = array(session, "wide.weight")
    np.testing.assert_array_equal(later == 0.0, wide == 0.0)
    assert (later[later != 0.0] != wide[wide != 0.0]).all()


@pytest.mark.parametrize("kind", ["weights", "filters"])
def test_a_resumed_run_equals_an_uninterrupted_one(kind: str) -> None:
    settings = project(noisy_graph(), "adam", pruning={"kind": kind, **SETTINGS})
    whole, first = run(settings, 17), run(settings, 8)
    resumed = Session(settings, "cpu")
    resumed.resume(first.checkpoint())
    resumed.advance(9)
    assert_same(whole, resumed)


def test_pruning_may_begin_while_it_runs_and_spares_what_is_frozen() -> None:
    graph = train_node(noisy_graph(), "wide", trainable=False)
    session = run(project(graph, "adam"), 6)
    session.apply(change(session.project, pruning={"kind": "weights", "share": 0.5, "begin": 0, "end": 0}))
    session.advance(1)
    assert (array(session, "wide.weight") != 0.0).all() and (array(session, "out.weight") == 0.0).sum() == 3


def test_at_least_one_unit_stays_and_the_only_layer_has_none_to_lose() -> None:
    out = node("out", "dense", units=1, activation="sigmoid")
    alone = chain(circles(), out, loss=node("loss", "binary-cross-entropy"))
    session = run(project(alone), 0)
    what = prunable(session.report, session.snapshot().layout.places)
    assert "No block before the last" in what.why_not("filters") and not what.why_not("weights")
    session = run(project(noisy_graph(), pruning={"kind": "filters", "share": 0.999, "begin": 0, "end": 0}), 1)
    assert ((array(session, "wide.weight") != 0.0).any(axis=1)).sum() == 1
