"""Pseudo-labels: what the network is sure of becomes the label of an input that has none."""

from __future__ import annotations

from typing import ClassVar

import torch

from playground.document.declaration import parameter
from playground.network.check import Report
from playground.training.objectives.base import Look, Objective
from playground.training.objectives.classes import hides_labels, why_no_class

TIMES_HELP = "So many inputs without a label are looked at in a step for each example that has one."


def surprise_at_guesses(guessed: torch.Tensor, surprise: torch.Tensor, threshold: float) -> torch.Tensor:
    """The mean surprise at the classes that were found most probable, both (n, classes) as minus their logarithm.

    Guesses less sure than the threshold count 0, so that few sure guesses weigh little: Sohn et al. 2020, equation 4.
    """
    least, label = guessed.min(1)
    taken = (-least).exp() >= threshold
    return (surprise.gather(1, label[:, None])[:, 0] * taken).mean()


class PseudoLabels(Objective):
    """Cross-entropy with what the network itself is sure of."""

    id: ClassVar[str] = "pseudo-labels"
    title: ClassVar[str] = "Pseudo-labels"
    summary: ClassVar[str] = (
        "Where the network is sure of an input without a label, its guess becomes the label, at every step anew. Set a "
        "label budget in the data first. Wrong guesses are learned, too: it helps a network that is mostly right."
    )
    formula: ClassVar[str] = (
        r"\frac{1}{n} \sum_{u} [\max_k p_k(u) \ge \tau] \, (-\ln p_{\hat{k}}(u)),"
        r" \quad \hat{k} = \mathrm{arg} \max_k \, p_k(u)"
    )
    source: ClassVar[str] = "Lee 2013, Pseudo-Label; the threshold after Sohn et al. 2020, FixMatch"

    weight: float = parameter(
        1.0, ge=0.0, le=1e6, logarithmic=True, help="How much guesses count beside the labels that are there."
    )
    threshold: float = parameter(
        0.95, ge=0.0, le=1.0, help="Guesses at least so probable are taken; with 0 all are, as in Lee 2013."
    )
    times: float = parameter(1.0, ge=0.1, le=50.0, label="Unlabelled for each labelled", help=TIMES_HELP)
    warm_up: int = parameter(
        0, ge=0, le=1_000_000, label="Warm-up", unit="steps",
        help="Steps over which it grows from nothing to its full weight: early guesses are mostly wrong.",
    )  # fmt: skip

    def why_not(self, report: Report) -> str:
        if not hides_labels(report):
            return (
                "Pseudo-labels are for inputs without a label, but here all have one. Set a label budget in the data, "
                "or take them out."
            )
        return why_no_class(self.title, report)

    def amount(self, look: Look) -> torch.Tensor:
        x = look.some_unlabelled(self.times)
        if not len(x):
            return 0.0 * look.loss
        with look.resting(), torch.no_grad():
            guessed = look.surprises(x)
        total = 0.0 * look.loss
        for guess, surprise in zip(guessed, look.surprises(x), strict=True):
            total = total + surprise_at_guesses(guess, surprise, self.threshold)
        return total * min(1.0, (look.step + 1) / self.warm_up) if self.warm_up else total


OBJECTIVES: tuple[type[Objective], ...] = (PseudoLabels,)
