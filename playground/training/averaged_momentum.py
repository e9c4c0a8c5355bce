"""Momentum as an average of gradients: the one rule of this issue that torch has no optimizer for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch


class AveragedMomentum(torch.optim.Optimizer):
    """Steps along an exponential average of the gradients: v = beta v + (1 - beta) g, then w = w - lr v.

    The average starts at zero and lives in the state, so that `state_dict` carries it.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float, beta: float) -> None:
        super().__init__(groups, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Make one step; parameters without a gradient stay as they are."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for values in group["params"]:
                if values.grad is None:
                    continue
                state = self.state[values]
                if not state:
                    state["average"] = torch.zeros_like(values)
                average = state["average"].lerp_(values.grad, 1.0 - group["beta"])
                values.add_(average, alpha=-group["lr"])
        return loss
