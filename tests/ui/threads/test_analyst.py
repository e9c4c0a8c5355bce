"""The analysis thread: stages of long computations, other views in between, and the newest request wins."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pytestqt.qtbot import QtBot

from playground.analysis.base import Analysis, Result, Table
from playground.analysis.progress import Progress
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.network.check import Report
from playground.ui.threads.analyst import Analyst, Job, Request
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

    def stages(self, question: Question) -> Iterator[Result]:
        for number in range(self.first, self.first + self.stages_to_go):
            question.check()
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
    request = Request("one", Counting(stages_to_go=50), Question(graph=plain_graph()))
    found = answers(analyst, qtbot, request, until=49)
    numbers = [number for _, number in found]
    assert numbers == sorted(numbers) and numbers[-1] == 49


def test_others_get_their_turn_between_the_stages(analyst: Analyst, qtbot: QtBot) -> None:
    graph = plain_graph()
    long = Request("long", Counting(stages_to_go=2_000), Question(graph=graph))
    short = Request("short", Counting(first=9_000, stages_to_go=1), Question(graph=graph))
    order: list[str] = []
    analyst.result_ready.connect(lambda key: order.append(key))
    answers(analyst, qtbot, long, short, until=1_999)
    assert "short" in order and order.index("short") < len(order) - 1


def test_a_newer_request_takes_the_place_of_one_that_has_begun(analyst: Analyst, qtbot: QtBot) -> None:
    graph = plain_graph()
    old = Request("key", Counting(stages_to_go=1_000_000), Question(graph=graph))
    new = Request("key", Counting(first=5_000_000, stages_to_go=2), Question(graph=graph))
    found = answers(analyst, qtbot, old, new, until=5_000_001)
    assert found[-1] == ("key", 5_000_001)


class Endless(Counting):
    """Tells how far it is and never comes to an end."""

    id: ClassVar[str] = "endless"

    def stages(self, question: Question) -> Iterator[Result]:
        while True:
            question.check()
            question.tell(Progress(0.25, 90.0))
            time.sleep(0.001)
        yield Count(0)


def test_a_long_computation_tells_how_far_it_is_and_can_be_cancelled(analyst: Analyst, qtbot: QtBot) -> None:
    found: list[str] = []
    analyst.result_ready.connect(found.append)
    with qtbot.waitSignal(analyst.progressed) as told:
        analyst.request(Request("endless", Endless(), Question(graph=plain_graph())))
    assert told.args == ["endless"]
    assert analyst.progress("endless") == Progress(0.25, 90.0)
    assert analyst.progress("another") is None
    analyst.cancel("another")
    assert analyst.busy("endless")
    analyst.cancel("endless")
    qtbot.waitUntil(lambda: not analyst.any_busy())
    assert answers(analyst, qtbot, Request("one", Counting(), Question(graph=plain_graph())), until=2)[-1] == ("one", 2)
    assert "endless" not in found


def test_stages_of_what_was_cancelled_do_not_go_on(analyst: Analyst, qtbot: QtBot) -> None:
    with qtbot.waitSignal(analyst.result_ready):
        analyst.request(Request("long", Counting(stages_to_go=10_000_000), Question(graph=plain_graph())))
    analyst.cancel("long")
    qtbot.waitUntil(lambda: not analyst.any_busy())


class Slow(Counting):
    """Takes a while in each of three stages."""

    id: ClassVar[str] = "slow"

    def stages(self, question: Question) -> Iterator[Result]:
        for number in range(3):
            time.sleep(0.01)
            yield Count(number)


def test_what_an_answer_took_is_known_stage_by_stage_and_as_a_whole(analyst: Analyst, qtbot: QtBot) -> None:
    assert analyst.cost("slow") == 0.0
    answers(analyst, qtbot, Request("slow", Slow(), Question(graph=plain_graph())), until=2)
    whole = analyst.cost("slow")
    assert whole >= 0.03
    analyst.forget_project()
    assert analyst.cost("slow") == 0.0


def test_networks_of_the_project_before_are_let_go(
    analyst: Analyst, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[weakref.ref[Subject]] = []

    class Watched(Subject):
        def __init__(self, graph: Graph) -> None:
            super().__init__(graph)
            made.append(weakref.ref(self))

    monkeypatch.setattr("playground.ui.threads.analyst.Subject", Watched)
    question = Question(graph=plain_graph())
    analyst.request(Request("a", Counting(), question))
    qtbot.waitUntil(lambda: not analyst.any_busy())
    endless = Request("b", Counting(stages_to_go=10**9), question)
    analyst.request(endless)
    qtbot.waitUntil(lambda: analyst.take("b") is not None)
    analyst.cancel("b")
    assert len(made) == 1 and made[0]() is not None
    analyst.forget_project()
    del endless, question

    def gone() -> bool:
        gc.collect()
        return made[0]() is None

    qtbot.waitUntil(gone)
    analyst.request(Request("a", Counting(), Question(graph=plain_graph())))
    qtbot.waitUntil(lambda: not analyst.any_busy())
    assert len(made) == 2


def test_what_a_person_waits_for_is_answered_before_all_that_waits(analyst: Analyst, qtbot: QtBot) -> None:
    order: list[str] = []
    at_work, go_on = threading.Event(), threading.Event()

    def hold() -> str:
        at_work.set()
        go_on.wait(10.0)
        return "held"

    analyst.result_ready.connect(order.append)
    analyst.request(Job("slow", hold))
    qtbot.waitUntil(at_work.is_set)
    for name in ("first", "second"):
        analyst.request(Job(name, lambda: "done"))
    analyst.request(Job("hurried", lambda: "done"), first=True)
    go_on.set()
    qtbot.waitUntil(lambda: len(order) == 4)
    assert order == ["slow", "hurried", "first", "second"]
