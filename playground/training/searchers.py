"""The optimizers that look at the loss in other places before they step. torch has one of them, L-BFGS.

They work on one flat tensor, and all that they remember lies in their state as tensors: a number, one number for each
weight, or a row for each weight. So a run can be saved at any step and goes on bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, cast

import torch

from playground.training.second_look import Closure, loss_alone

Groups = Iterable[dict[str, Any]]
LEAST_GAIN = 1e-4
"""Share of the promised gain that a step must bring (Armijo 1966)."""
LEFT_SLOPE = 0.9
"""Share of the slope that may be left after a step (Wolfe 1969)."""
TRIES = 40
LOST = 100.0
"""A descent that goes farther than so many reaches has no bottom, or its steps are too large."""


class Searcher(torch.optim.Optimizer):
    """Base: one flat tensor, its state, and the numbers of its group. Raises ValueError for several tensors."""

    generator: torch.Generator | None = None
    """Where random numbers come from; set by whoever runs it."""

    def __init__(self, groups: Groups, lr: float, **numbers: Any) -> None:
        super().__init__(groups, {"lr": lr, **numbers})
        if len(self.param_groups) != 1 or len(self.param_groups[0]["params"]) != 1:
            raise ValueError("this optimizer works on a single flat tensor")

    def step(self, closure: Callable[[], Any] | None = None) -> float:  # type: ignore[override]
        """Make one step; the closure gives the loss at the present weights and fills in their gradient."""
        assert closure is not None, "this optimizer has to evaluate the loss itself"
        group = self.param_groups[0]
        values: torch.Tensor = group["params"][0]
        with torch.no_grad():
            return self.search(cast(Closure, closure), values, group, self.state[values])

    def search(self, closure: Closure, values: torch.Tensor, group: dict[str, Any], state: dict[str, Any]) -> float:
        """The step itself; returns the loss before it."""
        raise NotImplementedError


def _number(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _count(state: dict[str, Any], key: str) -> int:
    return int(state.get(key, 0))


class NewtonSearch(Searcher):
    """Damped Newton: the step to the bottom of the parabola that fits the loss here, halved until it gains enough."""

    def search(self, closure: Closure, values: torch.Tensor, group: dict[str, Any], state: dict[str, Any]) -> float:
        loss, start = float(closure()), values.clone()
        slope = _gradient(values)
        hessian = closure.hessian().double()
        if not bool(torch.isfinite(hessian).all()):
            values.fill_(math.nan)  # the session sees it, goes back and says what ran away
            return loss
        curvatures, axes = torch.linalg.eigh(hessian)
        along = axes.T @ slope.double() / newton_sizes(curvatures, group["damping"])
        direction = -(axes @ along).to(values.dtype)
        promised = float(slope @ direction)
        length = group["lr"]
        for _ in range(TRIES):
            values.copy_(start + length * direction)
            if loss_alone(closure) <= loss + LEAST_GAIN * length * promised:
                break
            length /= 2.0
        else:
            values.copy_(start)
            length = 0.0
        state["step"] = _number(_count(state, "step") + 1)
        state["least_curvature"], state["length"] = _number(float(curvatures[0])), _number(length)
        return loss


def newton_sizes(curvatures: torch.Tensor, damping: float) -> torch.Tensor:
    """What the slope along each axis is divided by, so that every step leads down: (n,) from curvatures (n,).

    The curvatures themselves where all are positive. Else their sizes, as Dauphin et al. 2014, "Identifying and
    attacking the saddle point problem": along an axis that bends down, the plain step would lead up to the saddle.
    """
    least, greatest = float(curvatures.min()), float(curvatures.abs().max())
    floor = (1e-10 if least > 0.0 else 1e-4) * max(greatest, 1e-30)
    return curvatures.abs().clamp_min(floor) + damping


class QuasiNewtonSearch(Searcher):
    """BFGS: learns the inverse of the Hessian from the change of the gradient along each step."""

    def search(self, closure: Closure, values: torch.Tensor, group: dict[str, Any], state: dict[str, Any]) -> float:
        loss, start = float(closure()), values.clone()
        slope = _gradient(values)
        inverse: torch.Tensor | None = state.get("inverse_hessian")
        direction, known = -slope, False
        if inverse is not None and inverse.shape == (len(values), len(values)):
            bent = -(inverse @ slope)
            if float(slope @ bent) < 0.0:
                direction, known = bent, True
        first = group["lr"] if known else group["lr"] * min(1.0, 1.0 / max(1e-300, float(slope.abs().sum())))
        length, after = _wolfe(closure, values, start, direction, loss, slope, first)
        state["step"], state["length"] = _number(_count(state, "step") + 1), _number(length)
        step, change = values - start, after - slope
        gain = float(step @ change)
        smallest = torch.finfo(values.dtype).tiny ** 0.5  # below, what is divided by it is no number any more
        if gain > max(smallest, 1e-10 * float(step.norm() * change.norm())):
            if inverse is None or not known:  # the scale of the first guess: Nocedal and Wright 2006, equation 6.20
                inverse = torch.eye(len(values), dtype=values.dtype, device=values.device) * (gain / change.dot(change))
            state["inverse_hessian"] = _updated(inverse, step, change, gain)
        elif not known:
            state.pop("inverse_hessian", None)
        return loss


def _updated(inverse: torch.Tensor, step: torch.Tensor, change: torch.Tensor, gain: float) -> torch.Tensor:
    """(I - s y'/y's) H (I - y s'/y's) + s s'/y's, kept symmetric."""
    bent = inverse @ change  # (P,)
    both = torch.outer(step, bent)
    middle = (1.0 + float(change @ bent) / gain) / gain
    return inverse - (both + both.T) / gain + middle * torch.outer(step, step)


def _wolfe(
    closure: Closure, values: torch.Tensor, start: torch.Tensor, direction: torch.Tensor, loss: float,
    slope: torch.Tensor, first: float,
) -> tuple[float, torch.Tensor]:  # fmt: skip
    """Walk along a direction until the loss has fallen and the slope has flattened enough; the values stand there.

    Returns the length of the step, 0 where nothing was gained, and the gradient there. Bisection after Lewis and
    Overton 2013, "Nonsmooth optimization via quasi-Newton methods".
    """
    down = float(slope @ direction)
    low, high, length = 0.0, math.inf, first
    gradient_at_low = slope
    for _ in range(TRIES if down < 0.0 < first else 0):
        values.copy_(start + length * direction)
        here = float(closure())
        gradient = _gradient(values)
        if not here <= loss + LEAST_GAIN * length * down:
            high = length
        elif float(gradient @ direction) < LEFT_SLOPE * down:
            low, gradient_at_low = length, gradient
        else:
            return length, gradient
        length = (low + high) / 2.0 if math.isfinite(high) else 2.0 * length
    values.copy_(start + low * direction)
    return low, gradient_at_low


def _gradient(values: torch.Tensor) -> torch.Tensor:
    assert values.grad is not None
    return values.grad.clone()


class LimitedMemorySearch(torch.optim.LBFGS):
    """torch's L-BFGS, one iteration a step; its lists lie in the state as columns of two tensors."""

    def __init__(self, groups: Groups, lr: float, history_size: int) -> None:
        super().__init__(
            groups, lr=lr, max_iter=1, max_eval=TRIES, tolerance_grad=0.0, tolerance_change=1e-14,
            history_size=history_size, line_search_fn="strong_wolfe",
        )  # fmt: skip

    def step(self, closure: Callable[[], Any]) -> float:  # type: ignore[override]
        """Make one step; the closure gives the loss at the present weights and fills in their gradient."""
        values: torch.Tensor = self.param_groups[0]["params"][0]
        if self.param_groups[0]["lr"] == 0.0:  # the line search of torch divides by it
            return float(closure())
        state = self.state[values]
        self._unfold(state, values)
        loss = float(super().step(lambda: closure()))  # type: ignore[no-untyped-call]
        _fold(state, self.param_groups[0]["history_size"])
        return loss

    def _unfold(self, state: dict[str, Any], values: torch.Tensor) -> None:
        """The columns as torch's lists; without all of them it starts anew."""
        kept = ("d", "prev_flat_grad", "H_diag", "t", "prev_loss", "n_iter", "func_evals", "changes", "steps")
        if not all(key in state for key in kept) or len(state["changes"]) != len(values):
            state.clear()
            return
        for key, kind in (("n_iter", int), ("func_evals", int), ("t", float), ("prev_loss", float)):
            state[key] = kind(state[key])
        state["old_dirs"], state["old_stps"] = (
            [column.contiguous() for column in state.pop(key).T if column.any()] for key in ("changes", "steps")
        )
        pairs = zip(state["old_dirs"], state["old_stps"], strict=True)
        state["ro"] = [1.0 / change.dot(step) for change, step in pairs]
        most = self.param_groups[0]["history_size"]
        for key in ("old_dirs", "old_stps", "ro"):
            del state[key][: max(0, len(state[key]) - most)]
        state["al"] = [None] * most


def _fold(state: dict[str, Any], most: int) -> None:
    """The lists as columns, zeros for those to come, so that all moments of a run have the same shape."""
    if "d" not in state:  # the slope was exactly zero from the start
        state.clear()
        return
    for key, short in (("old_dirs", "changes"), ("old_stps", "steps")):
        columns = state.pop(key)
        state[short] = state["d"].new_zeros(len(state["d"]), most)
        for place, column in enumerate(columns[-most:]):
            state[short][:, place] = column
    state.pop("ro", None)
    state.pop("al", None)
    for key in ("t", "prev_loss"):
        state[key] = _number(float(state[key]))
    for key in ("n_iter", "func_evals"):
        state[key] = torch.tensor(state[key])
    state["H_diag"] = torch.as_tensor(state["H_diag"], dtype=state["d"].dtype)


class AnnealingSearch(Searcher):
    """Simulated annealing: a random step that leads up is taken with the probability exp(-difference / temperature)."""

    def search(self, closure: Closure, values: torch.Tensor, group: dict[str, Any], state: dict[str, Any]) -> float:
        steps = _count(state, "step")
        temperature = group["temperature"] * group["cooling"] ** steps
        # Drawn before the looks, so that what blocks draw does not depend on it.
        move = torch.empty_like(values).normal_(generator=self.generator)
        luck = float(torch.rand((), generator=self.generator, device=values.device))
        start, loss = values.clone(), loss_alone(closure)
        values.add_(move, alpha=group["lr"])
        there = loss_alone(closure)
        rise = there - loss
        if rise <= 0.0 or (temperature > 0.0 and luck < math.exp(-rise / temperature)):
            loss = there
        else:  # so too where there is no number
            values.copy_(start)
        _keep_best(state, values, loss)
        state["step"], state["temperature"] = _number(steps + 1), _number(temperature)
        return loss


class RestartSearch(Searcher):
    """Gradient descent that begins anew at a random place when it has settled, and at last returns to the best."""

    def search(self, closure: Closure, values: torch.Tensor, group: dict[str, Any], state: dict[str, Any]) -> float:
        loss = float(closure())
        move = group["lr"] * _gradient(values)
        largest = float(move.abs().max())
        farthest = float((values - move).abs().max())
        lost = not (math.isfinite(loss) and farthest <= LOST * group["reach"])
        if not lost:
            _keep_best(state, values, loss)
        begun = _count(state, "restarts")
        if begun <= group["restarts"] and (lost or largest < group["tolerance"]):
            if begun < group["restarts"]:
                values.uniform_(-group["reach"], group["reach"], generator=self.generator)
            elif "best" in state:
                values.copy_(state["best"])
            begun += 1
        else:
            values.sub_(move)
        state["step"], state["restarts"] = _number(_count(state, "step") + 1), _number(begun)
        return loss


def _keep_best(state: dict[str, Any], values: torch.Tensor, loss: float) -> None:
    if loss < float(state.get("best_loss", math.inf)):
        state["best"], state["best_loss"] = values.clone(), _number(loss)
