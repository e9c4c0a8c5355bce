"""A dense network in numpy alone: forward, backward and update by hand, as one writes them on a blackboard.

Of a network it takes one line of layers of units with functions of single numbers, one loss, and the usual rules of
descent. All else has a sentence that says what stands in the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from playground.blocks.base import Block
from playground.blocks.code import ArrayCode
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.code.lines import Line, commented, indented
from playground.code.roles import Roles
from playground.code.weights import kept_by_node
from playground.document.copies import drawn
from playground.document.project import Project
from playground.network.check import Report, check
from playground.training.optimizer_base import ArrayUpdate
from playground.training.optimizers import optimizer_of
from playground.training.schedules import PlateauSchedule, schedule_of

HELPERS: Mapping[str, str] = {
    "sigmoid": "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))",
    "selu": "def selu(z):\n    negative = 1.6732632423543772 * np.expm1(np.minimum(z, 0))\n"
    "    return 1.0507009873554805 * np.where(z > 0, z, negative)",
    "bell": "def bell(z):\n    \"\"\"The chance that a normal random number is smaller than z.\"\"\"\n"
    "    return 0.5 * (1 + np.vectorize(math.erf)(z / np.sqrt(2)))",
    "softmax": "def softmax(z):\n    e = np.exp(z - z.max(axis=1, keepdims=True))  # nothing overflows\n"
    "    return e / e.sum(axis=1, keepdims=True)",
    "log_softmax": "def log_softmax(z):\n    z = z - z.max(axis=1, keepdims=True)  # nothing overflows\n"
    "    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))",
}  # fmt: skip
"""Functions that templates call."""


class NotByHand(Exception):
    """Why a project is not written by hand, one sentence."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, or a function between layers."""

    nodes: tuple[str, ...]
    """Ids on the canvas that its lines are about."""
    code: ArrayCode
    name: str = ""
    """Its id in the unrolled graph."""
    number: int = 0
    """Of its weights; 0 where it has none."""
    shape: tuple[int, ...] = ()
    """Of the weights, (units, inputs)."""
    width: tuple[int, ...] = ()
    """Of what it gives, without the batch."""
    bias: bool = False


@dataclass(frozen=True)
class ByHand:
    """The functions `forward` and `step` of a network, as lines of a file."""

    layers: tuple[Layer, ...]
    loss: Layer
    arriving: tuple[int, ...]
    update: ArrayUpdate
    """How the weights change by their gradients."""
    weight: float = 1.0
    """How much the loss counts."""
    l2: float = 0.0
    scheduled: bool = False
    """Whether the learning rate changes from step to step."""

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of all weights, in order: W1, b1, W2, ..."""
        found: list[str] = []
        for layer in self.layers:
            if layer.number:
                found += [f"W{layer.number}", *([f"b{layer.number}"] if layer.bias else [])]
        return tuple(found)

    @property
    def further(self) -> tuple[str, ...]:
        """What `step` takes besides the weights and the batch."""
        asked = {"memory": bool(self.update.memory), "rate": self.scheduled, "t": self.update.counts}
        return tuple(name for name, wanted in asked.items() if wanted)

    @property
    def single(self) -> bool:
        """Whether `forward` gives one thing, and no tuple."""
        return len(list(self._kept())) == 1

    @property
    def helpers(self) -> tuple[str, ...]:
        """The functions that it calls."""
        every = (name for layer in (*self.layers, self.loss) for name in layer.code.helpers)
        return tuple(dict.fromkeys(every))

    def names(self) -> dict[str, str]:
        """For each weight the name that Playground has for it."""
        found: dict[str, str] = {}
        for layer in self.layers:
            if layer.number:
                found[f"W{layer.number}"] = f"{layer.name}.weight"
                if layer.bias:
                    found[f"b{layer.number}"] = f"{layer.name}.bias"
        return found

    # Lines -----------------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """Helpers, `forward` and `step`."""
        for name in self.helpers:
            yield from (*map(Line, HELPERS[name].split("\n")), Line(""), Line(""))
        every = tuple(node for layer in self.layers for node in layer.nodes)
        yield Line("def forward(weights, x):", every)
        yield Line('    """What every layer gives for a batch, the answer of the network last."""', every)
        yield Line(f"    {', '.join(self.weights)} = weights", every)
        yield from indented(self._aligned(self._forward()))
        kept = ", ".join(self._kept())
        yield from (Line(f"    return {kept}", every), Line(""), Line(""))
        yield Line(f"def step({', '.join(('weights', 'x', 'y', *self.further))}):", every)
        words = "One step of gradient descent on a batch. It changes the weights and gives the loss."
        yield Line(f'    """{words}"""', every)
        yield Line(f"    {', '.join(self.weights)} = weights", every)
        yield Line(f"    {kept} = forward(weights, x)", every)
        answer = self._value(len(self.layers))
        times = f"{self.weight!r} * " if self.weight != 1.0 else ""
        loss = self.loss.code.value.format(x=answer, y="y")
        yield Line(f"    loss = {times}{loss}", self.loss.nodes)
        yield Line("    # backward: dW1 is the derivative of the loss by W1, and so on")
        yield from indented(self._aligned(self._backward()))
        yield from indented(self._updated())
        yield Line("    return loss", self.loss.nodes)

    def _updated(self) -> Iterator[Line]:
        """Of a rule in one line a line for each array; of a longer one a loop."""
        rate = "rate" if self.scheduled else "LEARNING_RATE"
        lines = [line.format(rate=rate) for line in self.update.lines]
        yield Line("# update, in the memory of the weights")
        if not self.update.memory:
            for layer in self.layers:
                for name in self._names_of(layer):
                    for line in lines:
                        yield Line(re.sub(r"\bw\b", name, re.sub(r"\bd\b", f"d{name}", line)), layer.nodes)
            return
        every = tuple(node for layer in self.layers if layer.number for node in layer.nodes)
        slopes = ", ".join(f"d{name}" for name in self.weights)
        kept = ", ".join(self.update.memory) + ("," if len(self.update.memory) == 1 else "")
        comma = "," if len(self.weights) == 1 else ""
        yield Line(f"for w, d, ({kept}) in zip(weights, ({slopes}{comma}), memory):", every)
        yield from (Line(f"    {line}", every) for line in lines)

    @staticmethod
    def _names_of(layer: Layer) -> tuple[str, ...]:
        if not layer.number:
            return ()
        return (f"W{layer.number}", f"b{layer.number}") if layer.bias else (f"W{layer.number}",)

    @staticmethod
    def _aligned(found: Iterator[tuple[str, str, tuple[str, ...]]]) -> Iterator[Line]:
        rows = list(found)
        widest = max((len(text) for text, _, _ in rows if len(text) <= 60), default=0)
        for text, comment, nodes in rows:
            yield from commented(text, comment, nodes, widest)

    def _value(self, place: int) -> str:
        """What the layer at a place gives, counted from 1; at 0 it is what arrives."""
        return f"a{place}" if place else "x"

    def _keeps_sum(self, layer: Layer) -> bool:
        """Whether the way back needs what went into the function of a layer."""
        return bool(layer.number) and "{x}" in layer.code.back

    def _kept(self) -> Iterator[str]:
        for place, layer in enumerate(self.layers, 1):
            if self._keeps_sum(layer):
                yield f"z{place}"
            yield self._value(place)

    def _forward(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for place, layer in enumerate(self.layers, 1):
            arriving = self._value(place - 1)
            if layer.number:
                arriving = f"{arriving} @ W{layer.number}.T{f' + b{layer.number}' if layer.bias else ''}"
            sizes = f"({', '.join(('batch', *map(str, layer.width)))})"
            if self._keeps_sum(layer):
                yield f"z{place} = {arriving}", sizes, layer.nodes
                arriving = f"z{place}"
            value = layer.code.value.format(x=arriving)
            yield f"{self._value(place)} = {value}", sizes, layer.nodes

    def _backward(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        last = len(self.layers)
        times = f"{self.weight!r} * " if self.weight != 1.0 else ""
        back = self.loss.code.back.format(x=self._value(last), y="y")
        yield f"da{last} = {times}{f'({back})' if times else back}", "", self.loss.nodes
        first = next(place for place, layer in enumerate(self.layers, 1) if layer.number)
        for place in range(last, first - 1, -1):
            yield from self._back_through(place, first)

    def _back_through(self, place: int, first: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        layer, before = self.layers[place - 1], self._value(place - 1)
        known = {"a": self._value(place), "d": f"da{place}", "x": f"z{place}" if layer.number else before}
        through = layer.code.back.format(**known)
        if not layer.number:
            yield f"da{place - 1} = {through}", "", layer.nodes
            return
        number, gradient = layer.number, known["d"]
        if through != gradient:
            gradient = f"dz{place}"
            yield f"{gradient} = {through}", "", layer.nodes
        yield f"dW{number} = {gradient}.T @ {before}", f"{layer.shape}", layer.nodes
        if self.l2:
            yield f"dW{number} += 2 * L2 * W{number}", "of the penalty L2 * (W**2).sum()", layer.nodes
        if layer.bias:
            yield f"db{number} = {gradient}.sum(axis=0)", f"({layer.shape[0]},)", layer.nodes
        if place > first:
            yield f"da{place - 1} = {gradient} @ W{number}", "", layer.nodes


def by_hand(project: Project, report: Report | None = None) -> ByHand:
    """The network of a project by hand. Raises NotByHand with a sentence where it is not written so."""
    report = report or check(project.graph)
    _expect_plain_training(project)
    roles = Roles(project.graph, report)
    if len(roles.losses) != 1 or roles.codes[roles.losses[0]].parts:
        raise NotByHand("By hand only a network with one loss is written, which compares its answer with a target.")
    loss = roles.losses[0]
    for name in report.order:
        block = report.blocks[name]
        if isinstance(block, Measure) or name in report.data_nodes():
            continue
        if name not in roles.network and name != loss:
            raise NotByHand(f"{block.title} is not written by hand in numpy.")
    if len(roles.takes) != 1 or roles.wanted != (report.inputs[loss][0],):
        raise NotByHand("By hand only a network with one input and one answer is written.")
    target = report.inputs[loss][1]
    if target not in roles.feeds:
        raise NotByHand("By hand only a network whose target comes from the data is written.")
    layers = _layers(report, _line(roles))
    if not any(layer.number for layer in layers):
        raise NotByHand("There is no layer with weights that could be written by hand.")
    prediction = report.signals[report.inputs[loss][0]]
    code = _known(report.blocks[loss].to_numpy(prediction, report.signals[target]))
    strength = project.training.regularization.l2
    block = report.blocks[loss]
    assert isinstance(block, Loss)
    compared = Layer((drawn(loss),), code, loss)
    update = optimizer_of(project.training.optimizer).to_numpy()
    assert update is not None  # looked at before
    scheduled = project.training.schedule.id != "constant"
    return ByHand(
        layers, compared, report.signals[roles.takes[0]].shape, update, block.weight, strength, scheduled
    )  # fmt: skip


def _expect_plain_training(project: Project) -> None:
    training = project.training
    optimizer = optimizer_of(training.optimizer)
    if optimizer.to_numpy() is None:
        raise NotByHand(f"By hand {optimizer.title} is not written: choose the optimizer SGD, Momentum or Adam.")
    if isinstance(schedule_of(training.schedule), PlateauSchedule):
        raise NotByHand("By hand no learning rate is written that waits for the validation loss.")
    if training.phases:
        raise NotByHand("By hand no phases are written that take turns.")
    held = training.regularization
    if held.l1 or held.max_norm is not None or training.clipping.kind != "none":
        raise NotByHand("By hand no L1 penalty, no max-norm and no clipping is written; L2 is.")
    if training.accumulate > 1 or training.precision != "single" or training.pruning.kind != "none":
        raise NotByHand("By hand no gathered batches, no mixed precision and no pruning are written.")
    for node in project.graph.nodes:
        own = node.training
        if not own.trainable or own.learning_rate_factor != 1.0 or own.l1 or own.l2 is not None or own.max_norm:
            raise NotByHand("By hand all blocks learn alike; here some have settings of their own.")
        if node.weights_of is not None:
            raise NotByHand("By hand every block has weights of its own.")
    if any(group.repeat > 1 and group.shared for group in project.graph.groups):
        raise NotByHand("By hand every copy has weights of its own.")


def _line(roles: Roles) -> list[str]:
    """The nodes of the network, each fed by the one before."""
    report = roles.report
    found: list[str] = []
    before = roles.takes[0]
    waiting = [name for name in report.order if name in roles.network]
    for name in waiting:
        block: Block = report.blocks[name]
        if report.inputs[name] != (before,) or len(block.outputs) != 1:
            raise NotByHand("By hand only layers one after the other are written, without branches.")
        before = (name, block.outputs[0].name)
        found.append(name)
    return found


def _known(code: ArrayCode) -> ArrayCode:
    if code.cannot:
        raise NotByHand(code.cannot)
    return code


def _layers(report: Report, names: Sequence[str]) -> tuple[Layer, ...]:
    """The layers; a function right behind a layer of units that has none becomes its own."""
    found: list[Layer] = []
    for name in names:
        (source,) = report.inputs[name]
        width = report.signals[name, report.blocks[name].outputs[0].name].shape
        code = _known(report.blocks[name].to_numpy(report.signals[source]))
        if code.weighs:
            kept = {one.name: one.shape for one in kept_by_node(report, name)}
            number = 1 + sum(bool(layer.number) for layer in found)
            found.append(Layer((drawn(name),), code, name, number, kept["weight"], width, "bias" in kept))
        elif code.value == "{x}":
            continue
        elif found and found[-1].number and found[-1].code.value == "{x}":
            found[-1] = replace(found[-1], nodes=(*found[-1].nodes, drawn(name)), code=code)
        else:
            found.append(Layer((drawn(name),), code, name, width=width))
    return tuple(found)
