"""One example on its way through a network and back, operation by operation, in double precision.

The way back is the chain rule as it stands in the book: each operation multiplies what arrives with its own derivative
(by autograd, for this operation alone), and where ways join, what comes back is added up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from playground.analysis.inside.slow_motion.parts import parts_of
from playground.analysis.subject import Subject
from playground.blocks.base import Block
from playground.blocks.parts import Axis, Kind, Part, Values, whole
from playground.network.check import Output

LOSS = "the loss"
"""Key of the place where all losses are added up."""


@dataclass
class Place:
    """One tensor on the way, such as the weighted sums of a layer."""

    key: str
    node: str
    letter: str
    number: int
    """Of its block, counted from 1 in the order of computation; 0 where none is needed."""
    value: torch.Tensor
    """With the batch axis."""
    carries: bool
    """Whether a gradient comes back to it: parameters lie before it."""
    gradient: torch.Tensor | None = None
    """Of the loss, once the way back has come here; None where no gradient comes."""
    shares: list[tuple[str, torch.Tensor]] = field(default_factory=list)
    """What each reader sent back, with the reader's node, or the operation inside of the same node; the gradient is
    their sum."""
    axes: tuple[Axis, ...] = ()
    """What its axes count, where one number of it is written out."""
    time: int | None = None


@dataclass
class Operation:
    """One operation with all that went in and came out."""

    node: str
    block: Block | None
    """None for the sum of the losses."""
    part: Part
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: tuple[str, ...]
    """By their full names, such as `dense-1.weight`."""
    leaves: dict[str, torch.Tensor]
    """Inputs and parameters that a gradient goes back to, by place or name, cut off from what was before."""
    results: tuple[torch.Tensor, ...]
    """The outputs, with the way back to the leaves alone."""
    sent: dict[str, torch.Tensor] = field(default_factory=dict)
    """What it sent back to each leaf; empty where no gradient arrived."""
    inner: tuple[Part, ...] = ()
    """Where it goes from time step to time step: the operations inside."""

    @property
    def kind(self) -> Kind:
        """What it does."""
        return self.part.kind

    def named(self, source: int | str) -> str:
        """The place or parameter that a factor of a product comes from."""
        if isinstance(source, int):
            return self.inputs[source]
        return self.parameters[self.part.parameters.index(source)]


class Tape:
    """The recording: `operations` in order, `places` and `parameters` by name, and `gradients` of the parameters."""

    def __init__(self, subject: Subject, example: int, losses: Collection[str] | None = None) -> None:
        """Send an example forward and back. `losses` are those that count, with their weights; None for all."""
        self._subject = subject
        self.places: dict[str, Place] = {}
        self.operations: list[Operation] = []
        self.outputs: dict[Output, str] = {}
        """The place of each output port."""
        self.parameters = {name: p.detach().double().requires_grad_() for name, p in subject.network.named_parameters()}
        """Each once, under the name of the block that owns it."""
        owners = {id(parameter): name for name, parameter in subject.network.named_parameters()}
        self.owners = {
            name: owners[id(parameter)]
            for name, parameter in subject.network.named_parameters(remove_duplicate=False)
        }
        """The owner's name of every parameter; another where two blocks have the same weights."""
        self.gradients: dict[str, torch.Tensor] = {}
        self.losses = tuple(name for name in subject.network.loss_weights if losses is None or name in losses)
        subject.calm()
        self._feed(example)
        for number, step in enumerate(subject.network.steps, start=1):
            self._run(step.node, number)
        self._add_losses()
        self._go_back()

    @property
    def loss(self) -> Place:
        """Where all ends."""
        return self.places[self.operations[-1].outputs[0]]

    def value(self, name: str) -> torch.Tensor:
        """The value of a place or of a parameter."""
        return self.places[name].value if name in self.places else self.parameters[self.owners[name]].detach()

    def gradient(self, name: str) -> torch.Tensor | None:
        """The gradient of a place or of a parameter."""
        return self.places[name].gradient if name in self.places else self.gradients.get(name)

    def shared(self, name: str) -> bool:
        """Whether several blocks have this parameter in common, so that the gradients from all of them add up."""
        return len({one.node for one in self.operations if name in one.parameters}) > 1

    def readers(self, name: str) -> list[Operation]:
        """The operations that a place or a parameter goes into, as far as a gradient comes back from them."""
        return [one for one in self.operations if name in one.leaves and one.sent]

    # Forward --------------------------------------------------------------------------------------------------------

    def _feed(self, example: int) -> None:
        for (node, port), value in self._subject.recorded(example).items():
            letter = "y" if port == "target" else "x"
            exact = value.double() if value.is_floating_point() else value
            self._place((node, port), Place(f"{node}:{port}", node, letter, 0, exact, carries=False))

    def _place(self, output: Output, place: Place) -> None:
        self.places[place.key] = place
        self.outputs[output] = place.key

    def _run(self, node: str, number: int) -> None:
        report, module = self._subject.report, self._subject.network.get_submodule(node)
        block = report.blocks[node]
        sources = tuple(self.outputs[source] for source in report.inputs[node])
        parts = parts_of(block, module, [self.places[key].value for key in sources])
        ports = tuple(port.name for port in block.outputs)
        inner: tuple[Part, ...] = ()
        if any(part.time is not None for part in parts):
            inner, parts = parts, (whole(module, len(sources)),)
        before: tuple[str, ...] = ()
        for part in parts:
            last = part is parts[-1]
            keys = tuple(f"{node}:{port}" for port in ports) if last else (f"{node}:{part.key}",)
            self.operate(node, block, part, number, taken_by(part, node, sources, before), keys, inner)
            before = keys
        for port in ports:
            self.outputs[node, port] = f"{node}:{port}"

    def operate(
        self, node: str, block: Block, part: Part, number: int, inputs: tuple[str, ...], keys: tuple[str, ...],
        inner: tuple[Part, ...] = (),
    ) -> None:  # fmt: skip
        """Run one operation on copies without a past, and write down what it gives."""
        operation = self.opened(node, block, part, number, inputs, keys)
        operation.inner = inner
        for key, result in zip(keys, operation.results, strict=True):
            axes = part.axes if result.dim() == len(part.axes) + 1 else ()
            self.places[key] = Place(
                key, node, part.letter, number, result.detach(), result.requires_grad, axes=axes
            )  # fmt: skip
        self.operations.append(operation)

    def opened(
        self, node: str, block: Block | None, part: Part, number: int, inputs: tuple[str, ...], keys: tuple[str, ...]
    ) -> Operation:
        """One operation on copies of what it takes, which do not know their past."""
        leaves, taken = self.cut(inputs)
        given = self.parameters_of(node, part)
        names = tuple(self.owners[f"{node}.{name}"] for name in part.parameters)
        leaves.update(zip(names, given.values(), strict=True))
        with torch.enable_grad():
            results = part.run(taken, given)
        return Operation(node, block, part, number, inputs, keys, names, leaves, tuple(results))

    def parameters_of(self, node: str, part: Part) -> dict[str, torch.Tensor]:
        """What an operation uses, by the names in the block."""
        return {name: self.parameters[self.owners[f"{node}.{name}"]] for name in part.parameters}

    def cut(self, inputs: Sequence[str]) -> tuple[dict[str, torch.Tensor], list[torch.Tensor]]:
        """Copies of places without their past; those that carry a gradient are leaves. A place may come in twice."""
        known: dict[str, torch.Tensor] = {}
        for key in inputs:
            place = self.places[key]
            known.setdefault(key, place.value.clone().requires_grad_(place.carries))
        return {key: value for key, value in known.items() if value.requires_grad}, [known[key] for key in inputs]

    def _add_losses(self) -> None:
        """The sum of the weighted losses, as an operation of its own where it is more than one plain loss."""
        weights = self._subject.network.loss_weights
        keys = tuple(self.outputs[name, "loss"] for name in self.losses)
        plain = len(keys) == 1 and weights[self.losses[0]] == 1.0
        if plain and self.operations[-1].outputs == keys:
            return
        leaves, taken = self.cut(keys)
        with torch.enable_grad():
            total = torch.stack([weights[name] * loss for name, loss in zip(self.losses, taken, strict=True)]).sum()
        self.places[LOSS] = Place(LOSS, "", "L", 0, total.detach(), total.requires_grad)
        part = Part("total", _nothing, (), "L")
        self.operations.append(Operation("", None, part, 0, keys, (LOSS,), (), leaves, (total,)))

    # Back -----------------------------------------------------------------------------------------------------------

    def _go_back(self) -> None:
        if self.loss.carries:
            self.loss.gradient = torch.ones_like(self.loss.value)
        for operation in reversed(self.operations):
            self._collect(operation)
            for name, gradient in self.send(operation).items():
                if name in self.places:
                    self.places[name].shares.append((operation.node, gradient))
                else:  # also the weights of another block may be these
                    self.gradients[name] = self.gradients[name] + gradient if name in self.gradients else gradient

    def _collect(self, operation: Operation) -> None:
        for key in operation.outputs:
            place = self.places[key]
            if place.shares:
                place.gradient = torch.stack([share for _, share in place.shares]).sum(dim=0)

    def send(self, operation: Operation) -> dict[str, torch.Tensor]:
        """What an operation sends back to each leaf, for what arrived at its outputs."""
        arrived = [
            (result, gradient)
            for result, key in zip(operation.results, operation.outputs, strict=True)
            if result.requires_grad and (gradient := self.places[key].gradient) is not None
        ]
        if not arrived or not operation.leaves:
            return {}
        results, gradients = zip(*arrived, strict=True)
        found = torch.autograd.grad(
            results, list(operation.leaves.values()), gradients, retain_graph=True, allow_unused=True
        )
        pairs = zip(operation.leaves, found, strict=True)
        operation.sent = {name: gradient for name, gradient in pairs if gradient is not None}
        return operation.sent


def taken_by(part: Part, node: str, sources: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """The places that an operation of a block takes: its inputs, or what operations before gave."""
    return tuple(
        f"{node}:{one}" if isinstance(one, str) else before[0] if one < 0 else sources[one] for one in part.takes
    )


def _nothing(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    return ()


