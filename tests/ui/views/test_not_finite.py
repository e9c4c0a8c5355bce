"""A network that has diverged gives no numbers; the views that ask it draw what there is and say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.ui.views.answers.attribution import AttributionView
from playground.ui.views.answers.probe import ProbeView
from playground.ui.views.answers.response import ResponseView
from tests.ui.views import results_attribution, results_probe, results_response


def nans(values: np.ndarray) -> np.ndarray:
    return np.full_like(values, np.nan)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("make", ["picture", "table", "series", "tokens", "few_columns"])
def test_attributions_without_numbers_are_drawn(qtbot: Any, make: str, value: float) -> None:
    view = AttributionView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.resize(600, 400)
    view.show()
    result = getattr(results_attribution, make)()
    maps = tuple(replace(shown, values=np.full_like(shown.values, value)) for shown in result.maps)
    view.show_result(replace(result, maps=maps, score=value, answers=np.full_like(result.answers, value)))
    assert not view.grab().isNull() and view.words.text()


def test_a_probe_without_numbers_is_drawn(qtbot: Any) -> None:
    view = ProbeView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.show()
    probe = results_probe.probe()
    layers = tuple(replace(layer, values=nans(layer.values)) for layer in probe.layers)
    diverged = replace(probe, layers=layers, answers=nans(probe.answers), slope=(np.nan, np.nan))
    view.show_result(replace(results_probe.probed(), probe=diverged))
    assert not view.grab().isNull()
    assert "not a number" in view.panel.words_at(view.panel.cell(2, 0).center())


@pytest.mark.parametrize("make", [results_response.shares, results_response.number, results_response.three_classes])
def test_a_response_without_numbers_is_drawn(qtbot: Any, make: Any) -> None:
    view = ResponseView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.show()
    result = make()
    view.show_result(
        replace(
            result, curve=nans(result.curve), mean=nans(result.mean), others=nans(result.others),
            answers=nans(result.answers), before=nans(result.before),
        )
    )
    assert not view.grab().isNull() and view.words.text()
