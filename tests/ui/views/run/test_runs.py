"""The table of runs says which runs are not in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from playground.ui.views.run.runs import RunsView
from tests.ui.views import results


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (0, ""),
        (1, "1 older run is no longer kept: there are at most 2. Pin those you want to keep (P)."),
        (1_200, "1,200 older runs are no longer kept: there are at most 2. Pin those you want to keep (P)."),
    ],
)
def test_runs_that_are_no_longer_kept_are_counted(qtbot: Any, gone: int, words: str) -> None:
    view = RunsView()
    qtbot.addWidget(view)
    view.show_result(replace(results.runs(), gone=gone))
    assert view.words.text().startswith("Run 2: Adam 0.001")
    assert view.words.text().endswith(words or "seed 1.")
