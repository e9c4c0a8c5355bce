"""The step that the project's own optimizer would take for one example, from where the run stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.inside.slow_motion.notation import Index, Pen
from playground.analysis.subject import Subject
from playground.document.project import Project
from playground.training.descent import Descent
from playground.training.model import TrainableModel
from playground.training.optimizers import Adam, AdamW, NAdam, Optimizer, optimizer_of
from playground.training.phases import ActivePhase, active_phases, optimizer_ids, turn
from playground.training.pruning import Pruner
from playground.training.regularization import Penalties, clip
from playground.training.schedules import PlateauSchedule, schedule_of
from playground.training.snapshot import Snapshot

VELOCITY, AVERAGE = "momentum_buffer", "average"
"""What the memory of momentum is called, as a sum and as a mean."""
Arrays = Mapping[str, NDArray[np.float32]]
"""By the name of the parameter, in its shape."""


@dataclass(frozen=True)
class Move:
    """What one step does to every parameter."""

    optimizer: Optimizer
    rate: float
    """Learning rate with the schedule in it; blocks may have a factor of their own, see `rates`."""
    rates: Mapping[str, float]
    """The rate of every parameter that learns; the others are frozen or wait for another phase."""
    old: Arrays
    gradients: Arrays
    """With penalties, and clipped: what the optimizer gets."""
    stepped: Arrays
    """After the optimizer's step."""
    new: Arrays
    """And after what penalties take off."""
    before: Mapping[str, Arrays]
    """What the optimizer remembered, by torch's names, such as `exp_avg`."""
    after: Mapping[str, Arrays]
    steps: int
    """Steps taken, with this one."""


def phase_of(project: Project | None, subject: Subject, snapshot: Snapshot) -> ActivePhase | None:
    """The phase whose turn it is; None where all losses train all blocks."""
    phases = active_phases(project, subject.report) if project is not None else ()
    return phases[turn(phases, snapshot.step)] if len(phases) > 1 else None


def follows_gradient(project: Project | None, subject: Subject) -> bool:
    """Whether the optimizers step along one gradient: those that evaluate the loss again have no step to calculate."""
    phases = active_phases(project, subject.report) if project is not None else ()
    return bool(phases) and not any(optimizer_of(phase.optimizer).evaluates for phase in phases)


def move(
    subject: Subject,
    project: Project,
    snapshot: Snapshot,
    gradients: Mapping[str, torch.Tensor],
    phase: int | None = None,
) -> Move:
    """One step of the project's optimizer along these gradients, from a snapshot and with all it remembers.

    With phases it is that of the one whose turn it is, or of the one asked for by its number.
    """
    model = TrainableModel(project, subject.report, torch.device("cpu"))
    flat, places = model.flat, model.flat.layout.places
    with torch.no_grad():
        for place in places:
            flat.view(place.name).copy_(torch.tensor(snapshot.array(place.name)))
            found = gradients.get(place.name)
            if found is not None:
                flat.gradients[place.start : place.stop] = found.float().flatten()
    old = _arrays(flat.values, model)
    number = turn(model.phases, snapshot.step) if phase is None else phase
    descent = Descent(model, number, model.phases[number].optimizer)
    if snapshot.place is not None and snapshot.place.optimizers == optimizer_ids(model.phases):
        descent.remember({name: torch.tensor(part) for name, part in snapshot.memory_by_name().items()})
    before = _memory(descent, model)
    rate = descent.set_rate(_schedule_factor(subject, project, snapshot))
    penalties = Penalties(project, model)
    penalties.add_gradient(number)
    clip(flat.gradients, project.training.clipping)
    used = _arrays(flat.gradients, model)
    pruner = Pruner(project, model)
    epoch = snapshot.place.experience.epoch if snapshot.place is not None else 0
    standing = pruner.standing(epoch)
    if descent.update is not None:
        with torch.no_grad():
            descent.update()
    stepped = _arrays(flat.values, model)
    penalties.shrink(rate, number)
    pruner.hold(standing, epoch)
    rates = {
        place.name: rate * group.factor
        for group in descent.groups for place in places if group.start <= place.start < group.stop
    }  # fmt: skip
    return Move(
        descent.declaration, rate, rates, old, used, stepped, _arrays(flat.values, model), before,
        _memory(descent, model), _steps(descent, snapshot),
    )  # fmt: skip


def _arrays(values: torch.Tensor, model: TrainableModel) -> Arrays:
    whole = values.detach().numpy().copy()
    return {place.name: whole[place.start : place.stop].reshape(place.shape) for place in model.flat.layout.places}


def _memory(descent: Descent, model: TrainableModel) -> Mapping[str, Arrays]:
    size = model.flat.layout.size
    return {
        key.rsplit(":", 1)[-1]: _arrays(torch.from_numpy(values), model)
        for key, values in descent.memory_arrays().items() if values.shape == (size,)
    }  # fmt: skip


def _steps(descent: Descent, snapshot: Snapshot) -> int:
    """How many steps this optimizer has taken: Adam's t."""
    counts = [float(state["step"]) for state in descent.memories() if "step" in state]
    return int(counts[0]) if counts else snapshot.step + 1


def _schedule_factor(subject: Subject, project: Project, snapshot: Snapshot) -> float:
    settings = project.training
    schedule = schedule_of(settings.schedule)
    if isinstance(schedule, PlateauSchedule):
        return snapshot.place.plateau.factor if snapshot.place is not None else 1.0
    count = subject.count("train")
    length = -(-count // (settings.rows_in_step or max(1, count)))
    epochs = settings.stop.epochs
    return schedule.factor(snapshot.step, length, None if epochs is None else epochs * length)


# In words ------------------------------------------------------------------------------------------------------------


class MoveWriter:
    """Writes the update of single weights, with the numbers put in where the rule is short enough."""

    def __init__(self, move: Move, pen: Pen) -> None:
        self._move, self._pen = move, pen
        self._rules: dict[str, Callable[[str, Index], list[str]]] = {
            "sgd": self._plain, "momentum": self._momentum, "averaged-momentum": self._averaged,
            "nesterov": self._nesterov, "adagrad": self._scaled, "rmsprop": self._scaled, "adam": self._adam,
            "adamw": self._adam,
        }  # fmt: skip

    def lines(self, name: str, index: Index, gradient: float) -> list[str]:
        """How one weight goes from its old to its new value; `gradient` is that of the loss alone."""
        n, move = self._pen.number, self._move
        used, old = _at(move.gradients[name], index), _at(move.old[name], index)
        lines: list[str] = []
        if abs(used - gradient) > 1e-6 * max(abs(used), abs(gradient)) + 1e-12:
            symbol = self._pen.symbol(name, index)
            lines.append(f"g of {symbol} = {n(used)}, with penalty and clipping; {n(gradient)} from the loss alone")
        rule = self._rules.get(move.optimizer.id)
        lines += rule(name, index) if rule else [f"{self._arrow(name, index)} {n(old)} → {self._stepped(name, index)}"]
        stepped, new = _at(move.stepped[name], index), _at(move.new[name], index)
        if stepped != new:
            lines.append(f"then the penalty draws it in: {n(stepped)} → {n(new)}")
        return lines

    def _arrow(self, name: str, index: Index) -> str:
        return f"{self._pen.symbol(name, index)} ←"

    def _stepped(self, name: str, index: Index) -> str:
        return self._pen.number(_at(self._move.stepped[name], index))

    def _numbers(self, name: str, index: Index) -> tuple[float, float, float]:
        """Old weight, gradient, rate."""
        move = self._move
        return _at(move.old[name], index), _at(move.gradients[name], index), move.rates[name]

    def _before(self, key: str, name: str, index: Index) -> float:
        return _at(self._move.before[key][name], index) if key in self._move.before else 0.0

    def _after(self, key: str, name: str, index: Index) -> float:
        if key == VELOCITY and key not in self._move.after:  # without momentum torch keeps no speed
            return self._numbers(name, index)[1]
        return _at(self._move.after[key][name], index)

    def _descend(self, name: str, index: Index, along: float, words: str) -> str:
        old, _, rate = self._numbers(name, index)
        symbol = self._pen.symbol(name, index)
        numbers = f"{self._pen.number(old)} − {self._pen.factor(rate)} · {self._pen.factor(along)}"
        return f"{symbol} ← {symbol} − η · {words} = {numbers} = {self._stepped(name, index)}"

    def _plain(self, name: str, index: Index) -> list[str]:
        return [self._descend(name, index, self._numbers(name, index)[1], self._pen.slope(name, index))]

    def _velocity(self, key: str, name: str, index: Index, kept: float, taken: float) -> str:
        n, f = self._pen.number, self._pen.factor
        old, new = self._before(key, name, index), self._after(key, name, index)
        gradient = self._numbers(name, index)[1]
        weighed = f"{n(taken)} · {f(gradient)}" if taken != 1.0 else f(gradient)
        return f"v ← {n(kept)} · {f(old)} + {weighed} = {n(new)}"

    def _momentum(self, name: str, index: Index) -> list[str]:
        kept = self._move.optimizer.numbers()["momentum"]
        speed = self._after(VELOCITY, name, index)
        return [self._velocity(VELOCITY, name, index, kept, 1.0), self._descend(name, index, speed, "v")]

    def _averaged(self, name: str, index: Index) -> list[str]:
        kept = self._move.optimizer.numbers()["beta"]
        speed = self._after(AVERAGE, name, index)
        return [self._velocity(AVERAGE, name, index, kept, 1.0 - kept), self._descend(name, index, speed, "v")]

    def _nesterov(self, name: str, index: Index) -> list[str]:
        kept = self._move.optimizer.numbers()["momentum"]
        speed, gradient = self._after(VELOCITY, name, index), self._numbers(name, index)[1]
        along = gradient + kept * speed
        return [self._velocity(VELOCITY, name, index, kept, 1.0), self._descend(name, index, along, "(g + μ · v)")]

    def _scaled(self, name: str, index: Index) -> list[str]:
        """AdaGrad and RMSProp: divided by the root of the squares seen so far."""
        n, f, numbers = self._pen.number, self._pen.factor, self._move.optimizer.numbers()
        old, gradient, rate = self._numbers(name, index)
        key = "square_avg" if "alpha" in numbers else "sum"
        squares, kept = self._after(key, name, index), numbers.get("alpha")
        before = self._before(key, name, index)
        weighed = f"{n(before)} + {f(gradient)}²"
        first = weighed if kept is None else f"{n(kept)} · {f(before)} + {n(1 - kept)} · {f(gradient)}²"
        return [f"s ← {first} = {n(squares)}", self._divided(name, index, old, rate, gradient, squares, numbers["eps"])]

    def _divided(
        self, name: str, index: Index, old: float, rate: float, above: float, squares: float, epsilon: float
    ) -> str:
        n, f = self._pen.number, self._pen.factor
        below = f"(√{f(squares)} + {f(epsilon)})"
        return f"{self._arrow(name, index)} {n(old)} − {f(rate)} · {f(above)} / {below} = {self._stepped(name, index)}"

    def _adam(self, name: str, index: Index) -> list[str]:
        optimizer = self._move.optimizer
        assert isinstance(optimizer, Adam) and not isinstance(optimizer, NAdam)
        n, f, t = self._pen.number, self._pen.factor, self._move.steps
        old, gradient, rate = self._numbers(name, index)
        mean, square = self._after("exp_avg", name, index), self._after("exp_avg_sq", name, index)
        b1, b2 = optimizer.beta1, optimizer.beta2
        first = f"{n(b1)} · {f(self._before('exp_avg', name, index))} + {n(1 - b1)} · {f(gradient)}"
        second = f"{n(b2)} · {f(self._before('exp_avg_sq', name, index))} + {n(1 - b2)} · {f(gradient)}²"
        even, odd = mean / (1 - b1**t), square / (1 - b2**t)
        power = self._pen.power(t)
        lines = [
            f"m ← {first} = {n(mean)}, corrected m / (1 − {n(b1)}{power}) = {n(even)}",
            f"v ← {second} = {n(square)}, corrected v / (1 − {n(b2)}{power}) = {n(odd)}",
        ]
        if isinstance(optimizer, AdamW) and optimizer.weight_decay:
            shrunk = old * (1.0 - rate * optimizer.weight_decay)
            decay = f"{n(old)} · (1 − {f(rate)} · {f(optimizer.weight_decay)})"
            lines.append(f"{self._arrow(name, index)} {decay} = {n(shrunk)}")
            old = shrunk
        return [*lines, self._divided(name, index, old, rate, even, odd, optimizer.epsilon)]


def _at(array: NDArray[np.float32], index: Index) -> float:
    return float(array[index])
