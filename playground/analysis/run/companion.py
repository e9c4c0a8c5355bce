"""The companion: of all that stands out while a network learns, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.run.advice import Advice, Kind, Offer, of_curves
from playground.analysis.run.data_advice import of_data
from playground.analysis.run.gradient_flow import GradientFlowAnalysis
from playground.analysis.run.gradient_warnings import Warning
from playground.analysis.use.answering import why_not as why_not_used
from playground.document.graph import Graph
from playground.network.check import Report

ORDER: tuple[Kind, ...] = (
    "leaked", "exploding", "unscaled", "none", "goal", "overfitting", "dead", "vanishing", "copies", "saturated",
    "standstill", "unbalanced",
)  # fmt: skip
"""From the gravest on; a cause before what follows from it."""


@dataclass(frozen=True)
class Companion:
    """All advice, the gravest first."""

    advice: tuple[Advice, ...]

    def table(self) -> Table:
        return ["kind", "sentence", "advice"], [[one.kind, one.sentence, one.advice] for one in self.advice]


class CompanionAnalysis(Analysis):
    """What stands out in the run, its layers and its data."""

    id: ClassVar[str] = "companion"
    title: ClassVar[str] = "Companion"
    summary: ClassVar[str] = "What stands out while the network learns, and what to do about it."
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "history", "project"})

    def why_not(self, report: Report, graph: Graph) -> str:
        return ""

    def compute(self, question: Question) -> Companion:
        subject = question.loaded()
        assert question.project is not None and question.snapshot is not None
        found = [*of_curves(question.history or {}, question.project), *of_data(subject)]
        flow = GradientFlowAnalysis()
        if question.snapshot.step and not flow.why_not(subject.report, subject.graph):
            question.check()
            found += [_of_layers(warning) for warning in flow.compute(question).warnings]
        if any(advice.kind == "goal" for advice in found):
            found = [advice for advice in found if advice.kind not in ("saturated", "copies", "vanishing", "unscaled")]
        if not why_not_used(subject.report):
            use = Offer("Use it", view="use-it")
            found = [replace(advice, offers=(use,)) if advice.kind == "goal" else advice for advice in found]
        return Companion(tuple(sorted(found, key=lambda advice: ORDER.index(advice.kind))))


def _of_layers(warning: Warning) -> Advice:
    fix = (Offer(warning.fix, warning.fix.partition(" in ")[0], edits=warning.edits),) if warning.fix else ()
    look = Offer("Look at the gradient flow", "Gradient flow", view="gradient-flow")
    return Advice(warning.kind, warning.sentence, warning.advice, (*fix, look), warning.brief)
