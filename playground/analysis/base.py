"""The declaration of an analysis: what it needs, what it applies to, and how it computes arrays worth looking at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol

from pydantic import model_validator

from playground.analysis.question import Question
from playground.document.declaration import Declaration, parameter
from playground.document.graph import Graph
from playground.network.check import Report

Table = tuple[list[str], list[list[Any]]]
"""Column names and rows: what a CSV file holds."""


class NothingToShow(Exception):
    """The analysis applies, but this data gives it nothing; the message is one sentence for people."""


class Result(Protocol):
    """What an analysis returns: a frozen dataclass of numpy arrays."""

    def table(self) -> Table:
        """The numbers as columns and rows."""
        ...


def example_row() -> int:
    """The declared parameter of an analysis that looks at one example; the window has one example for all."""
    return parameter(
        0, ge=0, le=2**31 - 1, help="Row of the example that is looked at, from 0; all views and the canvas share it."
    )


class Analysis(Declaration):
    """Something to look at. An instance is an analysis with its parameters set; `compute` is pure.

    To add one, subclass this in a file of its own, name it in `registry.py`, and give it a widget in `ui/views`.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot"})
    """What `compute` reads of a Question, by the names in `question.NEEDS`, or nothing but the data.

    The window computes anew when something that is needed has changed. What is not named here is not passed.
    """

    @model_validator(mode="before")
    @classmethod
    def _read_lists(cls, arrived: Any) -> Any:
        """A list may come as text, as the options of a saved view hold no lists: `[[0, 1.5]]`."""
        if not isinstance(arrived, dict):
            return arrived
        lists = {info.name for info in cls.parameter_infos() if info.kind == "list"}
        return {name: _list_of(value) if name in lists else value for name, value in arrived.items()}

    def why_not(self, report: Report, graph: Graph) -> str:
        """One line that says why this cannot be shown for the graph; empty when it can."""
        raise NotImplementedError

    def compute(self, question: Question) -> Result:
        """The result. Raises Cancelled, or NothingToShow with a sentence."""
        raise NotImplementedError

    def stages(self, question: Question) -> Iterator[Result]:
        """The result as it grows: one after each part of a long computation, of at most about 50 ms; the last is whole.

        Other views get their turn between the parts, and a newer request ends it. They may load other weights into the
        subject, so call `question.loaded()` again or use copies. Most results have one stage.
        """
        yield self.compute(question)


class Plotted(Analysis):
    """Something whose picture is a plot with a legend inside."""

    legend: bool = parameter(True, drawing=True, label="Legend", help="Show the legend in the plot (K).")
    legend_place: tuple[float, ...] = parameter(
        (), drawing=True, max_length=16,
        help="Where a person has put the legend: shares of the free width and height, two for each legend.",
    )  # fmt: skip


def _list_of(value: Any) -> Any:
    """What a text says of a list; other texts as they are, so that the declaration says what is wrong."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
