"""Data and curve of a network with one feature, against plain passes and the data themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.analysis.answers.fit import Fit, FitAnalysis
from playground.data.own.first import first_guess
from playground.document.files import read
from playground.document.graph import Graph
from playground.document.library import find
from playground.editing.starting import starting_project
from playground.network.check import check
from tests.analysis.subjects import chain, question_of, spirals


def curve_graph(last: str = "identity", **data: object) -> Graph:
    return chain("noisy-curve", {"examples": 60, **data}, [8, 1], "mean-squared-error", last=last)


def compute(graph: Graph, **options: object) -> Fit:
    result = FitAnalysis(**options).compute(question_of(graph))
    assert isinstance(result, Fit)
    return result


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_the_curve_goes_through_what_is_said_of_the_examples_in_the_unit_of_the_target(scaling: str) -> None:
    graph = curve_graph(scaling=scaling, target_scaling=scaling)
    result = compute(graph, resolution=4097)
    prepared = question_of(graph).loaded().prepared["data"]
    for part, points in result.points.items():
        arrays = prepared.parts[part]
        np.testing.assert_allclose(points.wanted, prepared.target_scaler.unscale(arrays["target"])[:, 0], rtol=1e-5)
        np.testing.assert_allclose(points.x, prepared.scaler.unscale(arrays["features"])[:, 0], rtol=1e-5)
        np.testing.assert_allclose(np.interp(points.x, result.xs, result.curve), points.said, atol=2e-3)
        np.testing.assert_allclose(points.residuals, points.wanted - points.said)
    every = np.concatenate([points.x for points in result.points.values()])
    assert result.xs[0] < every.min() and every.max() < result.xs[-1]


def test_the_table_has_the_curve_and_the_examples_of_each_part() -> None:
    result = compute(curve_graph(), resolution=8)
    columns, rows = result.table()
    assert len(columns) == 5
    kinds = [row[0] for row in rows]
    assert kinds.count("curve") == 8
    assert [kinds.count(part) for part in result.points] == [len(points.x) for points in result.points.values()]


def test_of_classes_it_is_the_probability_of_one_of_them(tmp_path: Path) -> None:
    path = tmp_path / "doses.csv"
    path.write_text("dose,state\n" + "".join(f"{n / 4},{'ill' if n < 30 else 'well'}\n" for n in range(60)))
    graph = starting_project(first_guess(path, "state").dataset, "doses").graph
    result = compute(graph)
    assert (result.feature, result.names, result.name) == ("dose", ("ill", "well"), "probability of well")
    assert result.classifies and ((result.curve >= 0) & (result.curve <= 1)).all()
    for points in result.points.values():
        np.testing.assert_array_equal(points.wanted, points.classes == 1)
        np.testing.assert_array_equal(points.classes == 1, points.x > 7.4)
    np.testing.assert_allclose(compute(graph, output=0).curve, 1 - result.curve, atol=1e-6)


def test_one_example_alone_has_room_around_it() -> None:
    graph = read(find("one-neuron-chain")).graph
    result = compute(graph)
    (x,) = result.points["train"].x
    assert (result.xs[0], result.xs[-1]) == (x - 1, x + 1)


def test_it_needs_one_feature_and_a_loss() -> None:
    graph = chain("spirals", spirals(), [4, 2])
    assert "exactly one feature" in FitAnalysis().why_not(check(graph), graph)
    assert FitAnalysis().why_not(check(curve_graph()), curve_graph()) == ""
