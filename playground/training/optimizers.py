"""The rules by which weights move. Each is a declaration that makes one of torch's optimizers.

They are meant for few, large, flat tensors. Which of torch's implementations is used was measured for that case (100
and 100,000 parameters, one CPU core): the fused ones where torch has them, except for plain SGD, and never `foreach`.
Both continue bit for bit from a saved state.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import torch

from playground.blocks.operations import Array
from playground.document.declaration import parameter
from playground.document.graph import Choice
from playground.training import optimizers_with_closure
from playground.training.arrays.update import Update
from playground.training.averaged_momentum import AveragedMomentum
from playground.training.optimizer_base import ArrayUpdate, rate
from playground.training.optimizer_base import Group as Group
from playground.training.optimizer_base import Optimizer as Optimizer


def _epsilon(default: float) -> float:
    return parameter(
        default, gt=0.0, le=1.0, logarithmic=True, advanced=True, help="Keeps the division away from zero."
    )


def _share(default: float, label: str, help: str, *, advanced: bool = False) -> float:
    return parameter(default, ge=0.0, lt=1.0, label=label, help=help, advanced=advanced)


def _rest(share: float) -> str:
    """What is left of one, as one writes it."""
    return f"{1.0 - share:.12g}"


class GradientDescent(Optimizer):
    """Stochastic gradient descent."""

    id: ClassVar[str] = "sgd"
    title: ClassVar[str] = "SGD"
    summary: ClassVar[str] = (
        "Steps straight down the slope of the batch. With all examples in one batch it is plain gradient descent."
    )
    formula: ClassVar[str] = r"w \leftarrow w - \eta \, g"
    source: ClassVar[str] = "Robbins and Monro (1951), A stochastic approximation method"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.SGD

    learning_rate: float = rate(0.1)

    def to_numpy(self) -> ArrayUpdate | None:
        return ArrayUpdate(("w -= {rate} * d",))

    def plan(self, update: Update) -> bool:
        _descend(update, update.gradients)
        return True


class Momentum(Optimizer):
    """SGD with classical momentum."""

    id: ClassVar[str] = "momentum"
    title: ClassVar[str] = "Momentum"
    summary: ClassVar[str] = (
        "A heavy ball: it gathers speed along a steady slope and damps zig-zag. "
        "On a steady slope the step grows to η / (1 − μ), ten times the rate at μ = 0.9."
    )
    formula: ClassVar[str] = r"v \leftarrow \mu v + g, \quad w \leftarrow w - \eta \, v"
    source: ClassVar[str] = "Polyak (1964), Some methods of speeding up the convergence of iteration methods"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.SGD
    fused_on: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda"})

    learning_rate: float = rate(0.02)
    momentum: float = _share(0.9, "Momentum μ", "Share of the speed that is kept from step to step.")

    def numbers(self) -> dict[str, Any]:
        return {"momentum": self.momentum}

    def to_numpy(self) -> ArrayUpdate | None:
        return ArrayUpdate((f"v[...] = {self.momentum!r} * v + d", "w -= {rate} * v"), ("v",))

    def plan(self, update: Update) -> bool:
        if not self.momentum:
            _descend(update, update.gradients)
            return True
        _descend(update, _with_speed(update, self.momentum))
        return True


class MomentumAverage(Optimizer):
    """SGD along the running average of the gradients."""

    id: ClassVar[str] = "averaged-momentum"
    title: ClassVar[str] = "Averaged momentum"
    summary: ClassVar[str] = (
        "Steps along the running average of the gradients: smooth like momentum, but on a steady slope the step stays "
        "at the learning rate."
    )
    formula: ClassVar[str] = r"v \leftarrow \beta v + (1 - \beta) g, \quad w \leftarrow w - \eta \, v"
    source: ClassVar[str] = "The first moment of Kingma and Ba (2015), Adam, without bias correction"
    kind: ClassVar[type[torch.optim.Optimizer]] = AveragedMomentum

    learning_rate: float = rate(0.1)
    beta: float = _share(0.9, "Averaging β", "Share of the old average; about the last 1 / (1 − β) gradients count.")

    def _implementation(self, tensors: list[torch.Tensor]) -> dict[str, Any]:
        return {}

    def numbers(self) -> dict[str, Any]:
        return {"beta": self.beta}

    def to_numpy(self) -> ArrayUpdate | None:
        kept, new = self.beta, _rest(self.beta)
        return ArrayUpdate((f"v[...] = {kept!r} * v + {new} * d", "w -= {rate} * v"), ("v",))

    def plan(self, update: Update) -> bool:
        average = update.state("average")
        _average(update, average, self.beta)
        _descend(update, average)
        return True


class Nesterov(Optimizer):
    """SGD with Nesterov's momentum."""

    id: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "Nesterov momentum"
    summary: ClassVar[str] = (
        "Momentum that looks ahead: it takes the slope where the speed is about to carry it, and so brakes in time."
    )
    formula: ClassVar[str] = r"v \leftarrow \mu v + g, \quad w \leftarrow w - \eta \, (g + \mu v)"
    source: ClassVar[str] = "Nesterov (1983); in this form Sutskever et al. (2013)"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.SGD
    fused_on: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda"})

    learning_rate: float = rate(0.02)
    momentum: float = parameter(
        0.9, gt=0.0, lt=1.0, label="Momentum μ", help="Share of the speed that is kept from step to step."
    )

    def numbers(self) -> dict[str, Any]:
        return {"momentum": self.momentum, "nesterov": True}

    def to_numpy(self) -> ArrayUpdate | None:
        ahead = f"w -= {{rate}} * (d + {self.momentum!r} * v)"
        return ArrayUpdate((f"v[...] = {self.momentum!r} * v + d", ahead), ("v",))

    def plan(self, update: Update) -> bool:
        speed, ahead = _with_speed(update, self.momentum), update.scratch()
        update.call(np.multiply, speed, update.constant(self.momentum), ahead)
        update.call(np.add, ahead, update.gradients, ahead)
        _descend(update, ahead)
        return True


class AdaGrad(Optimizer):
    """A rate for each weight that falls with the sum of its squared gradients."""

    id: ClassVar[str] = "adagrad"
    title: ClassVar[str] = "AdaGrad"
    summary: ClassVar[str] = (
        "Every weight has its own rate: much moved, smaller steps. The rates only fall, so learning slowly stops."
    )
    formula: ClassVar[str] = r"s \leftarrow s + g^2, \quad w \leftarrow w - \frac{\eta \, g}{\sqrt{s} + \epsilon}"
    source: ClassVar[str] = "Duchi, Hazan and Singer (2011), Adaptive subgradient methods"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.Adagrad
    fused_on: ClassVar[frozenset[str]] = frozenset({"cpu"})

    learning_rate: float = rate(0.05)
    epsilon: float = _epsilon(1e-10)

    def numbers(self) -> dict[str, Any]:
        return {"eps": self.epsilon}

    def to_numpy(self) -> ArrayUpdate | None:
        return ArrayUpdate(("s += d**2", f"w -= {{rate}} * d / (np.sqrt(s) + {self.epsilon!r})"), ("s",))

    def plan(self, update: Update) -> bool:
        total, square = update.state("sum"), update.scratch()
        update.call(np.multiply, update.gradients, update.gradients, square)
        update.call(np.add, total, square, total)
        _descend_scaled(update, update.gradients, total, self.epsilon)
        _count_steps(update)
        return True


class AdaDelta(Optimizer):
    """Steps measured in units of the steps made before."""

    id: ClassVar[str] = "adadelta"
    title: ClassVar[str] = "Adadelta"
    summary: ClassVar[str] = (
        "Scales each gradient by the steps made lately over the gradients seen lately. "
        "It needs hardly any tuning of the rate and starts slowly."
    )
    formula: ClassVar[str] = (
        r"s \leftarrow \rho s + (1 - \rho) g^2, \quad "
        r"\Delta = \frac{\sqrt{u + \epsilon}}{\sqrt{s + \epsilon}} g, \quad "
        r"u \leftarrow \rho u + (1 - \rho) \Delta^2, \quad w \leftarrow w - \eta \Delta"
    )
    source: ClassVar[str] = "Zeiler (2012), ADADELTA: an adaptive learning rate method"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.Adadelta

    learning_rate: float = rate(1.0)
    rho: float = _share(0.9, "Averaging ρ", "Share of the old averages of squared gradients and squared steps.")
    epsilon: float = _epsilon(1e-6)

    def numbers(self) -> dict[str, Any]:
        return {"rho": self.rho, "eps": self.epsilon}


class RMSProp(Optimizer):
    """A rate for each weight from the running mean of its squared gradients."""

    id: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSProp"
    summary: ClassVar[str] = (
        "AdaGrad that forgets: each gradient is divided by its recent typical size, so learning does not run dry."
    )
    formula: ClassVar[str] = (
        r"s \leftarrow \alpha s + (1 - \alpha) g^2, \quad w \leftarrow w - \frac{\eta \, g}{\sqrt{s} + \epsilon}"
    )
    source: ClassVar[str] = "Tieleman and Hinton (2012), Lecture 6.5; ε outside the root as torch has it"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.RMSprop

    learning_rate: float = rate(0.003)
    alpha: float = _share(0.99, "Averaging α", "Share of the old mean of squared gradients.")
    epsilon: float = _epsilon(1e-8)

    def numbers(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "eps": self.epsilon}

    def to_numpy(self) -> ArrayUpdate | None:
        mean = f"s[...] = {self.alpha!r} * s + {_rest(self.alpha)} * d**2"
        return ArrayUpdate((mean, f"w -= {{rate}} * d / (np.sqrt(s) + {self.epsilon!r})"), ("s",))

    def plan(self, update: Update) -> bool:
        mean, square = update.state("square_avg"), update.scratch()
        update.call(np.multiply, update.gradients, update.constant(math.sqrt(1.0 - self.alpha)), square)
        update.call(np.multiply, square, square, square)
        update.call(np.multiply, mean, update.constant(self.alpha), mean)
        update.call(np.add, mean, square, mean)
        _descend_scaled(update, update.gradients, mean, self.epsilon)
        _count_steps(update)
        return True


class Adam(Optimizer):
    """Momentum and RMSProp together, with bias correction."""

    id: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    summary: ClassVar[str] = (
        "Momentum for the direction, RMSProp for the scale of each weight, both corrected for their start at zero. "
        "A good first choice; a step is at most about as large as the rate."
    )
    formula: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad "
        r"w \leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
    )
    source: ClassVar[str] = "Kingma and Ba (2015), Adam: a method for stochastic optimization"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.Adam
    fused_on: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda"})

    learning_rate: float = rate(0.005)
    beta1: float = _share(0.9, "β₁", "Share of the old mean of gradients (the momentum).", advanced=True)
    beta2: float = _share(0.999, "β₂", "Share of the old mean of squared gradients (the scale).", advanced=True)
    epsilon: float = _epsilon(1e-8)

    def numbers(self) -> dict[str, Any]:
        return {"betas": (self.beta1, self.beta2), "eps": self.epsilon}

    def to_numpy(self) -> ArrayUpdate | None:
        return ArrayUpdate(
            (
                f"v[...] = {self.beta1!r} * v + {_rest(self.beta1)} * d",
                f"s[...] = {self.beta2!r} * s + {_rest(self.beta2)} * d**2",
                f"mean, square = v / (1 - {self.beta1!r}**t), s / (1 - {self.beta2!r}**t)  # both began at zero",
                f"w -= {{rate}} * mean / (np.sqrt(square) + {self.epsilon!r})",
            ),
            ("v", "s"),
        )

    def plan(self, update: Update) -> bool:
        moments = _moments(update, self.beta1, self.beta2)
        scale, rate, epsilon = update.scratch(), update.constant(0.0), update.constant(0.0)
        count = update.counter("step")

        def correct() -> None:
            count[0] += 1.0
            root = math.sqrt(1.0 - self.beta2 ** count[0])
            rate[()] = float(update.group["lr"]) * root / (1.0 - self.beta1 ** count[0])
            epsilon[()] = self.epsilon * root

        update.every_step.append(correct)
        update.call(np.sqrt, moments[1], scale)
        update.call(np.add, scale, epsilon, scale)
        update.call(np.divide, moments[0], scale, scale)
        update.call(np.multiply, scale, rate, scale)
        update.call(np.subtract, update.values, scale, update.values)
        return True


class AdamW(Adam):
    """Adam with weight decay apart from the gradient."""

    id: ClassVar[str] = "adamw"
    title: ClassVar[str] = "AdamW"
    summary: ClassVar[str] = (
        "Adam whose weights also shrink by a small share at every step, apart from the gradient and its scaling. "
        "All weights shrink, biases too."
    )
    formula: ClassVar[str] = (
        r"w \leftarrow w - \eta \lambda w, \quad \text{then as Adam: } "
        r"w \leftarrow w - \eta \, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
    )
    source: ClassVar[str] = "Loshchilov and Hutter (2019), Decoupled weight decay regularization"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.AdamW

    weight_decay: float = parameter(
        0.01, ge=0.0, le=10.0, label="Weight decay λ", help="Each step takes the share η · λ off every weight."
    )

    def numbers(self) -> dict[str, Any]:
        return {**super().numbers(), "weight_decay": self.weight_decay}

    def to_numpy(self) -> ArrayUpdate | None:
        adam = super().to_numpy()
        assert adam is not None
        return ArrayUpdate((f"w -= {{rate}} * {self.weight_decay!r} * w", *adam.lines), adam.memory)

    def plan(self, update: Update) -> bool:
        kept = update.constant(1.0)

        def shrink() -> None:
            kept[()] = 1.0 - float(update.group["lr"]) * self.weight_decay

        update.every_step.append(shrink)
        update.call(np.multiply, update.values, kept, update.values)
        return super().plan(update)


class NAdam(Adam):
    """Adam with Nesterov's look ahead."""

    id: ClassVar[str] = "nadam"
    title: ClassVar[str] = "NAdam"
    summary: ClassVar[str] = "Adam with Nesterov's look ahead in its momentum, which grows over the first steps."
    formula: ClassVar[str] = (
        r"\mu_t = \beta_1 \left(1 - \tfrac{1}{2} 0.96^{t \psi}\right), \quad "
        r"\hat{m} = \frac{\mu_{t+1} m}{1 - \prod_{i=1}^{t+1} \mu_i} + \frac{(1 - \mu_t) g}{1 - \prod_{i=1}^{t} \mu_i}, "
        r"\quad w \leftarrow w - \eta \, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
    )
    source: ClassVar[str] = "Dozat (2016), Incorporating Nesterov momentum into Adam"
    kind: ClassVar[type[torch.optim.Optimizer]] = torch.optim.NAdam
    fused_on: ClassVar[frozenset[str]] = frozenset()

    momentum_decay: float = parameter(
        0.004, ge=0.0, le=1.0, label="Momentum schedule ψ", advanced=True, help="How fast the momentum grows to β₁."
    )

    def numbers(self) -> dict[str, Any]:
        return {**super().numbers(), "momentum_decay": self.momentum_decay}

    def to_numpy(self) -> ArrayUpdate | None:
        return None

    def plan(self, update: Update) -> bool:
        moments = _moments(update, self.beta1, self.beta2)
        count, product = update.counter("step"), update.counter("mu_product", 1.0)
        kind = update.memory["mu_product"].numpy().dtype.type
        scale, ahead = update.scratch(), update.scratch()
        correction, of_gradient, of_mean = (update.constant(0.0) for _ in range(3))

        def correct() -> None:
            count[0] += 1.0
            rate = float(update.group["lr"])
            now = self.beta1 * (1.0 - 0.5 * 0.96 ** (count[0] * self.momentum_decay))
            later = self.beta1 * (1.0 - 0.5 * 0.96 ** ((count[0] + 1.0) * self.momentum_decay))
            product[0] = float(kind(product[0]) * kind(now))  # in the precision in which torch keeps it
            correction[()] = 1.0 / (1.0 - self.beta2 ** count[0])
            of_gradient[()] = rate * (1.0 - now) / (1.0 - product[0])
            of_mean[()] = rate * later / (1.0 - product[0] * later)

        update.every_step.append(correct)
        update.call(np.multiply, moments[1], correction, scale)
        update.call(np.sqrt, scale, scale)
        update.call(np.add, scale, update.constant(self.epsilon), scale)
        update.call(np.multiply, update.gradients, of_gradient, ahead)
        both = update.scratch()
        update.call(np.multiply, moments[0], of_mean, both)
        update.call(np.add, ahead, both, ahead)
        update.call(np.divide, ahead, scale, ahead)
        update.call(np.subtract, update.values, ahead, update.values)
        return True


def _descend(update: Update, direction: Array) -> None:
    """w - rate * direction."""
    step = update.scratch()
    update.call(np.multiply, direction, update.rate, step)
    update.call(np.subtract, update.values, step, update.values)


def _descend_scaled(update: Update, direction: Array, squares: Array, epsilon: float) -> None:
    """w - rate * direction / (sqrt(squares) + epsilon)."""
    scale = update.scratch()
    update.call(np.sqrt, squares, scale)
    update.call(np.add, scale, update.constant(epsilon), scale)
    update.call(np.divide, direction, scale, scale)
    _descend(update, scale)


def _with_speed(update: Update, momentum: float) -> Array:
    """v = momentum * v + g; returns v."""
    speed = update.state("momentum_buffer")
    update.call(np.multiply, speed, update.constant(momentum), speed)
    update.call(np.add, speed, update.gradients, speed)
    return speed


def _average(update: Update, average: Array, kept: float) -> None:
    """average + (1 - kept) (g - average)."""
    change = update.scratch()
    update.call(np.subtract, update.gradients, average, change)
    update.call(np.multiply, change, update.constant(1.0 - kept), change)
    update.call(np.add, average, change, average)


def _moments(update: Update, beta1: float, beta2: float) -> Array:
    """The running means of gradients and of their squares, (2, n), with the newest gradient taken in."""
    moments, newest = update.states("exp_avg", "exp_avg_sq"), update.scratch(2, update.size)
    # A product of two arrays of the same shape is quicker than one that stretches, as long as they are small.
    kept = np.repeat(np.array([[beta1], [beta2]], dtype=moments.dtype), update.size, axis=1)
    update.call(np.multiply, update.gradients, update.constant(1.0 - beta1), newest[0])
    update.call(np.multiply, update.gradients, update.constant(math.sqrt(1.0 - beta2)), newest[1])
    update.call(np.multiply, newest[1], newest[1], newest[1])
    update.call(np.multiply, moments, kept, moments)
    update.call(np.add, moments, newest, moments)
    return moments


def _count_steps(update: Update) -> None:
    count = update.counter("step")

    def add() -> None:
        count[0] += 1.0

    update.every_step.append(add)


OPTIMIZERS: tuple[type[Optimizer], ...] = (
    GradientDescent,
    Momentum,
    MomentumAverage,
    Nesterov,
    AdaGrad,
    AdaDelta,
    RMSProp,
    Adam,
    AdamW,
    NAdam,
    *optimizers_with_closure.OPTIMIZERS,
)


def optimizer_of(choice: Choice) -> Optimizer:
    """The optimizer that a project chose. Raises KeyError (no such id) or pydantic's ValidationError (parameters)."""
    kinds = {kind.id: kind for kind in OPTIMIZERS}
    return kinds[choice.id].model_validate(choice.parameters)
