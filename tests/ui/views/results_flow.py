"""Results of the gradient flow for the tests of its view."""

from __future__ import annotations

import numpy as np

from playground.analysis.run.gradient_flow import LayerFlow, LayerSizes
from playground.analysis.run.gradient_warnings import LayerFacts, warnings


def layer(number: int, gradient: float, steps: int = 40, now: int = 40) -> LayerSizes:
    step = np.arange(1.0, steps + 1)
    wave = 1 + 0.3 * np.sin(step / 3 + number)
    sizes = {"gradient": gradient * wave, "weights": 2.0 + step / 50, "update": 0.05 * gradient * wave}
    present = {name: float(values[now - 1]) for name, values in sizes.items()}
    present["ratio"] = present["update"] / present["weights"]
    return LayerSizes(f"dense-{number}", f"Dense {number}", step, **sizes, now=present)


def vanishing(now: int = 40) -> LayerFlow:
    """Six layers whose gradient shrinks by a factor of 20 each, looked at at step `now` of 40."""
    layers = tuple(layer(number, 0.3 * 20.0 ** (number - 6), now=now) for number in range(1, 7))
    facts = [
        LayerFacts(
            one.node, one.title, one.now["gradient"], one.now["weights"], one.now["update"], "sigmoid",
            settable=True, last=number == 5, saturated=0.9 if number == 0 else 0.1, units=8,
        )
        for number, one in enumerate(layers)
    ]  # fmt: skip
    return LayerFlow(layers, now, warnings(facts), "dense-2")


def before_the_first_step() -> LayerFlow:
    none = np.zeros(0)
    now = {"gradient": 0.2, "weights": 1.5, "update": np.nan, "ratio": np.nan}
    layers = [LayerSizes(f"dense-{n}", f"Dense {n}", none, none, none, none, now) for n in range(1, 5)]
    return LayerFlow(tuple(layers), 0, ())
