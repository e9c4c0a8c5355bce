"""The one declaration of a block: parameters, ports, words, formula, and how to build its torch module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import torch
from torch import nn

from playground.blocks.code import ArrayCode, Code, not_written
from playground.blocks.copied import COMPARED, STOPPED, TOGETHER, Copied
from playground.blocks.families import role_of
from playground.blocks.kinds import usual_kind
from playground.blocks.operations import Operations
from playground.blocks.parts import Part, whole
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import Declaration


@dataclass(frozen=True, slots=True)
class Port:
    """A place on a block where wires end (input) or start (output)."""

    name: str
    title: str
    many: bool = False
    """Takes any number of wires, in the order in which they were laid."""
    optional: bool = False
    """Works without a wire too; then `build`, `expect` and the module's `forward` get one input fewer. As inputs are
    known by their order, a block may have one such port, the last."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy that becomes a button. Pure data, so that a message can cross threads and files.

    `insert`: put block `block` on the wire into `port` of the node at fault (the `wire`th of them, from 0; of all its
    wires, in port order, where `port` is empty). `set`:
    change parameters of node `node` (the node at fault when empty). `replace`: exchange the block of the node for
    `block`, keeping its wires. `connect`: lay a wire from `source` (node and output port) into `port`. `change`: change
    what is no parameter of a block, such as how often the group `node` is repeated or whose weights the node uses.
    `ask`: ask the person for the file that the block reads, which only the window can do.

    A block knows no node ids: it names one of its input ports as `node`, and the check puts the node behind it in place
    of the port, going upstream to the node that has these parameters, or drops the fix when there is none.
    """

    label: str
    action: Literal["insert", "set", "replace", "connect", "change", "ask"]
    block: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    port: str = ""
    node: str = ""
    wire: int = 0
    source: tuple[str, str] = ("", "")
    group: str = ""
    """The group in which an inserted block lies, where a later copy of it asks for the block."""


class Advice(NamedTuple):
    """Something that works but that a teacher would point out: one sentence, and remedies."""

    message: str
    fixes: tuple[Fix, ...] = ()


class BlockError(Exception):
    """A block cannot take what arrives: one sentence for people, and remedies."""

    def __init__(self, message: str, *fixes: Fix, port: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fixes = fixes
        self.port = port


class Block(Declaration):
    """A block on the canvas; an instance is a block with its parameters set.

    To add a layer, subclass this in the file of its family and put the class into the tuple at the end of that file.
    """

    family: ClassVar[str]
    """Id of a row of `playground.blocks.families`."""
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Input"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("output", "Output"),)
    learns_from: ClassVar[tuple[str, ...]] = ()
    """Input ports from whose values the output does not follow: they matter only while learning, or for their rows."""
    entrances: ClassVar[Mapping[str, str]] = {}
    """Output ports that carry examples like those of an input port among others: a picture over the plane of these
    examples may enter the network there."""
    rearranges: ClassVar[bool] = False
    """Gives the numbers that arrive, each as it is, in another shape."""
    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What formulas call its parameters, where that is not w and b; several where the rows of one hold the matrices of
    several gates, one below the other."""
    prunable: ClassVar[bool] = False
    """Each row of its `weight` belongs to one unit or filter, with the number of its `bias`, so that whole units can be
    taken away."""
    widened_by: ClassVar[str] = ""
    """The parameter that says how many units or filters it has, where each is a row of its `weight` and a number of its
    `bias`, so that it can be widened by copies of them; empty where it cannot."""
    listed: ClassVar[bool] = True
    """Whether palette and menus offer it; what only a file brings along is not chosen from a list."""
    reveals: ClassVar[frozenset[Reveal]] = frozenset()
    """What can be seen of its inside, in the words of `playground.blocks.reveals`: views ask for these, never for a
    class."""

    @property
    def goes_on(self) -> bool:
        """Whether it goes on from example to example, so that they must come in the order of the data."""
        return False

    def subtitle(self) -> str:
        """The line under the title of a node, such as “8 units · tanh”."""
        return ""

    def expect(self, *inputs: Signal) -> None:
        """Refuse what cannot work, before anything is built.

        Called with one signal per wire, in port order. Raises BlockError with the sentence and the fixes. Shapes that
        torch refuses by itself need no rule here, only those that deserve better words than torch's.
        """

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        """What works but is unwise; asked only of inputs that `expect` lets pass."""
        return ()

    def build(self, *inputs: Signal) -> nn.Module:
        """The torch module for these inputs. Its forward takes one batch per wire and returns one tensor per port.

        Modules that draw random numbers while training have an attribute `generator` (a torch.Generator or None),
        which the session sets, so that a run is determined by its seed. Random numbers that stay are buffers, drawn
        from a generator that a declared parameter starts. Initializers fill matrices and biases anew, except those
        parameters that the module names in `own_start`. Where exporters to other formats cannot follow `forward`, the
        module has a method `plain`, which gives a module of the same function that they can.
        """
        raise NotImplementedError

    def neighbours(self) -> int | None:
        """How many places beside its own share of a map each place of the output looks at; None: at the whole map.

        Asked of blocks without a window that give maps: what is added looks at 0 beside.
        """
        return 0 if role_of(self.family) in ("activation", "normalization") else None

    def copied(self, *inputs: Signal) -> Copied:
        """What becomes of channels, or units, of which some are copies of others.

        Then a layer before this one can be widened without changing what the network answers; a test holds it to the
        module.
        """
        role = role_of(self.family)
        return COMPARED if role == "loss" else TOGETHER if role == "normalization" else STOPPED

    def to_code(self, *inputs: Signal) -> Code:
        """How it is written in plain PyTorch for these inputs.

        With the same weights it gives what the module of `build` gives, forward and back. A class of our own that only
        wraps one of torch's is not shown, but what it wraps.
        """
        return not_written(f"{self.title} has no code yet.")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        """How it is written in numpy alone, as layers of units, functions of single numbers and common losses are."""
        return ArrayCode(cannot=f"{self.title} is not written by hand in numpy.")

    def update(self, module: nn.Module) -> bool:
        """Write numbers that may change while training, such as a dropout rate, into an existing module.

        `module` was built by a block of this class for the same input signals. Returns True when it now does what
        `build` would give; False means that it was left as it was and must be built anew.
        """
        return False

    def begins_anew(self, before: Block) -> bool:
        """Whether a run has to start from the beginning when this takes the place of `before`, another declaration of
        the same kind: what `before` learned is worth nothing here."""
        return False

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        """Write what `module` computes, and its way back, as array operations; small networks then learn by these.

        Returns False where there are none: torch then computes the whole network. They must give what the module gives
        while training, and draw the same random numbers; a test holds both together.
        """
        return False

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        """What `module` does with one example, operation by operation, for slow motion; the last gives the outputs.

        `inputs` are the example's, with a batch of one, in double precision. Without a declaration of its own the block
        is one operation. A test holds all parts together to what the module and autograd give.
        """
        return (whole(module, len(inputs)),)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        """Shapes, with the batch, of what the module gives for meta tensors: one per output port.

        Running it is always right. Families that keep the shape by nature say so instead, as torch takes up to a
        millisecond for one function on the meta device; a test holds them to what their modules really give.
        """
        result = module(*inputs)
        return tuple(tensor.shape for tensor in (result if isinstance(result, tuple) else (result,)))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        """Kind, axes and meaning of the outputs. The shapes (with the batch axis) come from torch's meta device."""
        return tuple(self._plain(shape, *inputs) for shape in outputs)

    def _plain(self, shape: torch.Size, *inputs: Signal) -> Signal:
        """The signal of free numbers in this shape: what keeps the shape, or the steps, keeps kind and axes too."""
        per_example = tuple(shape[1:])
        first = inputs[0] if inputs else None
        if first is not None and first.shape == per_example and first.of_kind.numbers:
            return Signal(per_example, kind=first.kind, scale=self.output_scale(), axes=first.axes)
        if first is not None and first.stepwise and len(per_example) == 2 and per_example[0] == first.shape[0]:
            return Signal(per_example, kind=first.kind, scale=self.output_scale(), axes=first.axes)
        return Signal(per_example, kind=usual_kind(len(per_example)), scale=self.output_scale())

    def output_scale(self) -> Scale:
        """What the values of the output mean; a softmax gives probabilities."""
        return "any"

    def live_formula(self, *inputs: Signal) -> str:
        """The shapes that go with the formula, in words: “W is 8 × 2, b is 8, x is batch × 2”."""
        return ""


def numbers_only(title: str, *inputs: Signal, port: str = "") -> None:
    """Refuse class numbers and tokens, which are names and not amounts, at `port` if named. Raises BlockError."""
    if any(signal.kind == "tokens" for signal in inputs):
        wire = next(wire for wire, signal in enumerate(inputs) if signal.kind == "tokens")
        which = f" by wire {wire + 1} of {len(inputs)}" if len(inputs) > 1 else ""
        embedded = (Fix("Insert Embedding", "insert", block="embedding", port=port, wire=wire),)
        raise BlockError(
            f"{title} expects numbers, but class numbers of tokens arrive{which}. "
            "An embedding turns them into vectors.",
            *(embedded if inputs[wire].can_be_embedded else ()),
            port=port,
        )
    if any(signal.scale == "index" for signal in inputs):
        raise BlockError(
            f"{title} expects numbers, but class numbers arrive. Wire the features here, not the target.", port=port
        )


def flat_vector_only(title: str, *inputs: Signal) -> None:
    """Refuse anything but a vector per example, offering the ways to get one. Raises BlockError."""
    numbers_only(title, *inputs)
    arriving = inputs[0]
    if len(arriving.shape) != 1:
        pooled = (Fix("Insert Global average pooling", "insert", block="global-average-pooling"),)
        raise BlockError(
            f"{title} expects a flat vector, but {arriving.words()} arrives.",
            Fix("Insert Flatten", "insert", block="flatten"),
            *(pooled if arriving.of_kind.picture == "maps" and len(arriving.shape) > 2 else ()),
        )


def series_only(title: str, *inputs: Signal) -> None:
    """Refuse anything but a vector per time step, offering ways to read something else step by step. Raises BlockError.

    Only the first input is asked for its shape.
    """
    numbers_only(title, *inputs)
    arriving = inputs[0]
    if arriving.kind == "series" and len(arriving.shape) == 2:
        return
    fixes: tuple[Fix, ...] = ()
    if len(arriving.shape) == 1:
        fixes = (_step_by_step(arriving.shape[0], 1, "one number a step"),)
    elif arriving.kind == "image" and len(arriving.shape) == 3:
        channels, height, width = arriving.shape
        fixes = (_step_by_step(channels * height, width, "one row of pixels a step"),)
    raise BlockError(f"{title} expects a series of time × features, but {arriving.words()} arrives.", *fixes)


def _step_by_step(time: int, features: int, words: str) -> Fix:
    shape = {"shape": f"{time} x {features}"}
    return Fix(f"Insert Reshape: {words}", "insert", block="reshape", parameters=shape)


def vectors_only(title: str, *inputs: Signal) -> None:
    """Refuse anything but a vector per example, or per time step or node. Raises BlockError."""
    numbers_only(title, *inputs)
    if not inputs[0].stepwise:
        flat_vector_only(title, *inputs)
