"""What the check lets pass is trained, and what it offers helps: projects drawn from the declarations, few of them.

`python -m tests.benchmarks.drawn_projects` draws thousands.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.document.graph import Graph
from playground.editing import fixes
from playground.network.check import check
from tests.network.drawn_projects import drawn_graph, drawn_project, fate

calm = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


@calm
@given(st.integers(0, 2**32))
def test_what_the_check_lets_pass_can_be_trained(seed: int) -> None:
    assert fate(drawn_project(Random(seed))) in ("refused", "large", "trained", "diverged")


@calm
@given(st.integers(0, 2**32))
def test_a_fix_of_a_drawn_graph_removes_its_error(seed: int) -> None:
    graph: Graph = drawn_graph(Random(seed))
    for problem in check(graph).errors():
        for fix in problem.fixes:
            if fix.action != "ask":
                left = check(fixes.apply(graph, problem.node, fix)).errors()
                assert (problem.node, problem.message) not in {(one.node, one.message) for one in left}, fix


@pytest.mark.parametrize("seed", range(3))
def test_the_same_draw_gives_the_same_project(seed: int) -> None:
    assert drawn_project(Random(seed)) == drawn_project(Random(seed))
