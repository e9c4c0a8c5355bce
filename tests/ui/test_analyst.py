"""The analysis thread: stages of long computations, other views in between, and the newest request wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pytestqt.qtbot import QtBot

from playground.analysis.base import Analysis, Context, Result, Table
from playground.document.graph import Graph
from playground.network.check import Report
from playground.ui.analyst import Analyst, Request
from tests.training.runs import plain_graph


@dataclass(frozen=True)
class Count:
    number: int

    def table(self) -> Table:
        return ["number"], [[self.number]]


class Counting(Analysis):
    """Counts, one number a stage."""

    id: ClassVar[str] = "counting"
    title: ClassVar[str] = "Counting"
    summary: ClassVar[str] = "Counts."
    needs: ClassVar[frozenset[str]] = frozenset()
    first: int = 0
    stages_to_go: int = 3

    def why_not(self, report: Report, graph: Graph) -> str:
        return ""

    def stages(self, context: Context) -> Iterator[Result]:
        for number in range(self.first, self.first + self.stages_to_go):
            context.check()
            yield Count(number)


@pytest.fixture
def analyst() -> Iterator[Analyst]:
    analyst = Analyst()
    yield analyst
    analyst.shut_down()


def answers(analyst: Analyst, qtbot: QtBot, *requests: Request, until: int) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def take(key: str) -> None:
        answer = analyst.take(key)
        if answer is not None:
            found.append((key, answer.number))

    analyst.result_ready.connect(take)
    for request in requests:
        analyst.request(request)
    qtbot.waitUntil(lambda: any(number == until for _, number in found) and not analyst.any_busy())
    return found


def test_a_result_grows_stage_by_stage_until_it_is_whole(analyst: Analyst, qtbot: QtBot) -> None:
    request = Request("one", Counting(stages_to_go=50), plain_graph())
    found = answers(analyst, qtbot, request, until=49)
    numbers = [number for _, number in found]
    assert numbers == sorted(numbers) and numbers[-1] == 49


def test_others_get_their_turn_between_the_stages(analyst: Analyst, qtbot: QtBot) -> None:
    graph = plain_graph()
    long = Request("long", Counting(stages_to_go=2_000), graph)
    short = Request("short", Counting(first=9_000, stages_to_go=1), graph)
    order: list[str] = []
    analyst.result_ready.connect(lambda key: order.append(key))
    answers(analyst, qtbot, long, short, until=1_999)
    assert "short" in order and order.index("short") < len(order) - 1


def test_a_newer_request_takes_the_place_of_one_that_has_begun(analyst: Analyst, qtbot: QtBot) -> None:
    graph = plain_graph()
    old = Request("key", Counting(stages_to_go=1_000_000), graph)
    new = Request("key", Counting(first=5_000_000, stages_to_go=2), graph)
    found = answers(analyst, qtbot, old, new, until=5_000_001)
    assert found[-1] == ("key", 5_000_001)
