"""Consistency: the answer to an input stays the same when the input is changed a little."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch

from playground.blocks.augmentation.geometry import moved_pictures
from playground.document.declaration import parameter
from playground.network.check import Report
from playground.training.objectives.base import Look, Objective, features_of
from playground.training.objectives.classes import why_no_class
from playground.training.objectives.pseudo_labels import TIMES_HELP, surprise_at_guesses

Agreement = Literal["probabilities", "class"]


def changed(x: torch.Tensor, look: Look, noise: float, shift: float, rotation: float) -> torch.Tensor:
    """Examples (n, ...) with noise, in shares of the range of the data; pictures are shifted by up to so many pixels
    and turned by up to so many degrees before."""
    if shift > 0.0 or rotation > 0.0:
        turn, across, down = 2.0 * torch.rand((3, len(x)), generator=look.generator, device=x.device) - 1.0
        still = torch.zeros_like(turn)
        x = moved_pictures(x, turn * math.radians(rotation), shift * across, shift * down, still + 1.0, still, "edge")
    drawn = torch.randn(x.shape, generator=look.generator, device=x.device)
    return x + noise * (look.high - look.low) * drawn


class Consistency(Objective):
    """Two looks at one input should find the same."""

    id: ClassVar[str] = "consistency"
    title: ClassVar[str] = "Consistency"
    summary: ClassVar[str] = (
        "Looks at every input twice, each time a little changed, and asks for the same answer, whatever it is: so "
        "inputs without a label teach, too. Dropout and augmentation of the network draw anew for each look."
    )
    formula: ClassVar[str] = r"\frac{1}{n K} \sum_{u, k} (p_k(u') - p_k(u''))^2"
    source: ClassVar[str] = "Laine & Aila 2017, Temporal ensembling (the Π-model); by class: Sohn et al. 2020, FixMatch"

    weight: float = parameter(
        10.0, ge=0.0, le=1e6, logarithmic=True, help="How much it counts beside the losses."
    )
    agreement: Agreement = parameter(
        "probabilities",
        help="Probabilities: the squared difference of both answers, of all inputs. Class: the class that the network "
        "is sure of without any change has to be found after it, too, for inputs without a label alone.",
    )  # fmt: skip
    threshold: float = parameter(
        0.95, ge=0.0, le=1.0, advanced=True, help="By class: how probable the class must be to be asked for."
    )
    noise: float = parameter(0.1, ge=0.0, le=2.0, help="Deviation of the noise, as a share of the range of the data.")
    shift: float = parameter(0.0, ge=0.0, le=100.0, unit="pixels", help="Pictures are shifted by up to so much.")
    rotation: float = parameter(0.0, ge=0.0, le=180.0, unit="degrees", help="Pictures are turned by up to so much.")
    times: float = parameter(1.0, ge=0.1, le=50.0, label="Unlabelled for each labelled", help=TIMES_HELP)
    warm_up: int = parameter(
        0, ge=0, le=1_000_000, label="Warm-up", unit="steps",
        help="Steps over which it grows from nothing to its full weight.",
    )  # fmt: skip

    def why_not(self, report: Report) -> str:
        source = features_of(report)
        flat = source is not None and len(report.signals[source].shape) != 3
        if flat and (self.shift > 0.0 or self.rotation > 0.0):
            return "Consistency shifts and turns pictures, but the data give none. Set both to 0; noise remains."
        return why_no_class(self.title, report)

    def amount(self, look: Look) -> torch.Tensor:
        x, total = look.some_unlabelled(self.times), 0.0 * look.loss
        if self.agreement == "probabilities":
            x = torch.cat([look.features, x])
            first, second = (look.surprises(changed(x, look, self.noise, self.shift, self.rotation)) for _ in range(2))
            for one, other in zip(first, second, strict=True):
                total = total + ((-one).exp() - (-other).exp()).square().mean()
        elif len(x):
            with look.resting(), torch.no_grad():
                guessed = look.surprises(x)
            found = look.surprises(changed(x, look, self.noise, self.shift, self.rotation))
            for guess, surprise in zip(guessed, found, strict=True):
                total = total + surprise_at_guesses(guess, surprise, self.threshold)
        return total * min(1.0, (look.step + 1) / self.warm_up) if self.warm_up else total


OBJECTIVES: tuple[type[Objective], ...] = (Consistency,)
