"""The picture of a learning rule: where the line was, where it is, and what a place is taken for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.ui.views.answers.learning_rule import LearningRuleView, segment
from tests.ui.views.results_rule import moving_centroids, perceptron_line


@pytest.fixture
def view(qtbot: Any) -> LearningRuleView:
    view = LearningRuleView()
    qtbot.addWidget(view)
    view.resize(420, 320)
    view.show()
    return view


def test_past_lines_are_dotted_and_the_present_one_is_whole(view: LearningRuleView) -> None:
    view.show_result(perceptron_line())
    assert len(view.past.getData()[0]) == 4 and len(view.line.getData()[0]) == 2
    assert set(view.line.getData()[0]) == {0.0}, "the present line is upright"
    view.past_box.setChecked(False)
    assert not view.past.isVisible() and view.line.isVisible()
    texts = [entry.text for entry in view.legend.entries]
    assert texts == ["no", "yes", f"wrong ({int(perceptron_line().wrong.sum())})"]


def test_centroids_leave_a_path(view: LearningRuleView) -> None:
    view.show_result(moving_centroids())
    assert len(view.centres.getData()[0]) == 2
    assert np.isnan(view.paths.getData()[0]).sum() == 2, "one gap after each path"
    assert [entry.text[:9] for entry in view.legend.entries] == ["cluster 1", "cluster 2"]


@pytest.mark.parametrize("line", [(1.0, 0.0, -1.0), (0.0, 2.0, 1.0), (1.0, -3.0, 0.5)])
def test_a_segment_lies_on_its_line_and_crosses_the_picture(line: tuple[float, float, float]) -> None:
    ends = segment(list(line), (-4.0, 4.0, -2.0, 2.0))
    for x, y in ends:
        assert line[0] * x + line[1] * y + line[2] == pytest.approx(0.0, abs=1e-9)
    assert max(abs(ends[0][0] - ends[1][0]) / 8, abs(ends[0][1] - ends[1][1]) / 4) > 1.0


def test_the_readout_names_side_and_cluster(view: LearningRuleView) -> None:
    view.show_result(perceptron_line())
    assert view.readout(2.0, 0.0) == "x1 2.00, x2 0: score 2.00, yes"
    view.show_result(moving_centroids())
    assert "cluster 1, 0.6" in view.readout(-1.0, 0.0)
    assert view.readout(9.0, 0.0) == ""
