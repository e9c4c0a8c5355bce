"""The table of runs says what was set, what came of it, and whether two runs are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.question import OtherRun, Question
from playground.analysis.run.runs import RunsAnalysis, result_hash
from playground.training.session.session import Session
from tests.training.runs import project


def run(number: int, session: Session, **more: object) -> OtherRun:
    trail = (*session.trail.snapshots, session.snapshot())
    found = OtherRun(f"run {number}", trail, number=number, project=session.project, metrics=session.latest)
    return replace(found, **more)


def trained(steps: int = 12, **settings: object) -> Session:
    session = Session(project(**settings))
    session.advance(steps)
    session.evaluate()
    return session


def test_equal_runs_have_equal_hashes_and_others_do_not() -> None:
    first, again, other = trained(), trained(), trained(seed=2)
    assert result_hash(first.snapshot()) == result_hash(again.snapshot()) != result_hash(other.snapshot())


def test_the_hash_does_not_depend_on_the_order_of_the_parameters() -> None:
    now = trained().snapshot()
    places = now.layout.places[::-1]
    start, moved, parts = 0, [], []
    for place in places:
        moved.append(replace(place, start=start))
        parts.append(now.parameters[place.start : place.stop])
        start += place.size
    other = replace(now, parameters=np.concatenate(parts), layout=type(now.layout)(tuple(moved)))
    assert result_hash(other) == result_hash(now)


def test_each_run_says_what_is_set_otherwise_than_in_the_one_before() -> None:
    first, second, third = trained(), trained(rate=0.01), trained(rate=0.01, seed=3)
    runs = (run(1, first), run(2, second, origin=(1, 4)), run(3, third, current=True, pinned=True))
    table = RunsAnalysis().compute(Question(runs=runs))
    one, two, three = table.rows
    assert one.differences == () and one.origin == ""
    assert two.differences == ("learning rate 0.1 → 0.01",) and two.origin == "run 1, step 4"
    assert three.differences == ("seed 1 → 3",) and three.current and three.pinned and not three.shown
    assert [row.step for row in table.rows] == [12, 12, 12] and two.learning_rate == 0.01 and three.seed == 3
    assert two.metrics["test_loss"] == second.latest["test_loss"]


def test_the_table_has_a_row_for_each_run_with_its_metrics() -> None:
    session = trained()
    columns, rows = RunsAnalysis().compute(Question(runs=(run(1, session), run(2, session)))).table()
    assert len(rows) == 2 and all(len(row) == len(columns) for row in rows)
    assert rows[0][columns.index("hash")] == rows[1][columns.index("hash")]
    assert rows[0][columns.index("test loss")] == session.latest["test_loss"]


def test_without_a_run_it_says_what_to_do() -> None:
    with pytest.raises(NothingToShow, match="Press play"):
        RunsAnalysis().compute(Question())
