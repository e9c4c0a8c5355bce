"""What is known while the operations of a file are taken one after another, and what all kinds of them need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.exchange.into.onnx.reading import Operation
from playground.exchange.into.sheet import Card, Sheet, Unsupported, matrix
from playground.exchange.into.wire import Wire

Array = NDArray[Any]
Value = Wire | NDArray[Any]
WIDEST_SCALE = 4_096
"""Numbers that a block of its own may scale: it is a Dense with a matrix."""

PERMUTES = "Its input has its axes in another order here, and no block puts axes in another order."


@dataclass
class Context:
    """The sheet, and every tensor of the file that is known by now."""

    sheet: Sheet
    batch: int
    """Examples in a batch while shapes are followed: a number that occurs nowhere else in the file."""
    written_batch: int
    """What stands in the file in the place of the batch; −1 where it may vary."""
    values: dict[str, Value]
    uses: Counter[str]
    """How many operations read each tensor, or give it out of the file."""
    opset: int

    # Inputs ---------------------------------------------------------------------------------------------------------

    def value(self, operation: Operation, place: int) -> Value | None:
        """An input; None where it is left out."""
        name = operation.inputs[place] if place < len(operation.inputs) else ""
        return self.values[name] if name else None

    def wire(self, operation: Operation, place: int = 0) -> Wire:
        """An input that is computed. Raises Unsupported for a fixed one."""
        found = self.value(operation, place)
        if not isinstance(found, Wire):
            raise Unsupported("It works on fixed numbers where one that is computed is expected.")
        return found

    def fixed(self, operation: Operation, place: int, what: str) -> Array | None:
        """An input that is known beforehand; None where it is left out. Raises Unsupported for a computed one."""
        found = self.value(operation, place)
        if isinstance(found, Wire):
            raise Unsupported(f"Its {what} are computed by the network itself; here they must be fixed.")
        return found

    def weights(self, operation: Operation, place: int, what: str = "weights") -> Array:
        """The same as float32. Raises Unsupported also where it is left out."""
        found = self.fixed(operation, place, what)
        if found is None:
            raise Unsupported(f"It has no {what}.")
        return matrix(found)

    def alone(self, operation: Operation, place: int = 0) -> bool:
        """Whether nobody else reads this input, so that the block that gives it may still change."""
        wire = self.value(operation, place)
        return isinstance(wire, Wire) and wire.sole and self.uses[operation.inputs[place]] == 1

    # Blocks ---------------------------------------------------------------------------------------------------------

    def behind(
        self, wire: Wire, block: str, parameters: Mapping[str, Any] | None = None,
        tensors: Mapping[str, Array] | None = None, title: str = "",
    ) -> Wire:  # fmt: skip
        """A block that keeps axes and order as they are, such as an activation."""
        card = self.sheet.lay(block, parameters or {}, [wire.output], dict(tensors or {}), title)
        return replace(wire, output=(card.id, "output"), shape=card.signals[0].shape)

    def settled(self, wire: Wire) -> Wire:
        """The tensor as a block gives it, in the file's shape. Raises Unsupported where axes are permuted."""
        if wire.is_plain:
            return wire
        kept = [axis for axis in wire.axes if axis is not None and (axis == 0 or wire.shape[axis - 1] != 1)]
        if wire.order is not None or kept != sorted(kept) or wire.axes[0] != 0:
            raise Unsupported(PERMUTES)
        sizes = wire.extents(self.batch)[1:]
        if sizes == wire.shape:
            return Wire.plain(wire.output, sizes)
        if not sizes:
            raise Unsupported("It gives a single number without an axis.")
        return self.sheet.wire(self.reshaped(wire, sizes))

    def reshaped(self, wire: Wire, sizes: tuple[int, ...]) -> Card:
        """The card that arranges the numbers of an example otherwise."""
        if len(sizes) == 1:
            return self.sheet.lay("flatten", {}, [wire.output])
        return self.sheet.lay("reshape", {"shape": " x ".join(map(str, sizes))}, [wire.output])

    def scaled(self, wire: Wire, factor: Array, shift: Array, *, alone: bool) -> Wire:
        """Times fixed numbers and plus others, each a single one or one for each unit or channel of the block.

        They go into the weights of the layer before, where nobody else reads it, else into a layer of their own.
        """
        units = self.unit_count(wire)
        factor, shift = (np.broadcast_to(one.ravel(), (units,)).astype(np.float32) for one in (factor, shift))
        if wire.order is not None:
            factor, shift = (_in_order(one, wire.order) for one in (factor, shift))
        card = self.sheet.card_of(wire)
        if alone and card.block in ("dense", "conv2d") and card.parameters["activation"] == "identity":
            scale_layer(card, factor, shift)
            if card.scaling is not None:
                card.scaling = card.scaling[0] * factor, card.scaling[1] * factor + shift
            self.sheet.look_at(card)
            return wire
        if units > WIDEST_SCALE:
            raise Unsupported(f"It scales {units:,} numbers each by itself, and no block does that.")
        block, key = ("conv2d", "filters") if len(wire.shape) == 3 else ("dense", "units")
        size = (1, 1) if block == "conv2d" else ()
        weight = np.diag(factor).reshape(units, units, *size)
        parameters: dict[str, Any] = {key: units, "activation": "identity"}
        if block == "conv2d":
            parameters |= {"kernel_size": 1}
        found = self.behind(wire, block, parameters, {"weight": weight, "bias": shift}, "Scale and shift")
        self.sheet.card_of(found).scaling = (factor, shift)
        return found

    @staticmethod
    def unit_count(wire: Wire) -> int:
        """Units or channels of the block that gives a tensor."""
        return wire.shape[0] if len(wire.shape) == 3 else wire.shape[-1]

    @staticmethod
    def unit_axis(wire: Wire) -> int:
        """The axis of the file's tensor along which the units or channels of the block lie."""
        return wire.axes.index(1 if len(wire.shape) == 3 else len(wire.shape))

    def along_units(self, wire: Wire, numbers: Array) -> Array:
        """Fixed numbers as one, (1,), or as one for each unit, (units,). Raises Unsupported for any others."""
        rank = len(wire.axes)
        if numbers.size == 1:
            return numbers.reshape(1).astype(np.float32)
        if numbers.ndim <= rank and wire.shape:
            sizes = (1,) * (rank - numbers.ndim) + numbers.shape
            axis = self.unit_axis(wire) if _has_units(wire) else -1
            if axis >= 0 and all(size == 1 or place == axis for place, size in enumerate(sizes)):
                return matrix(numbers.ravel())
        raise Unsupported(
            f"It combines what arrives with fixed numbers of the shape {' × '.join(map(str, numbers.shape))}, for "
            "which there is no block."
        )


def _has_units(wire: Wire) -> bool:
    return (1 if len(wire.shape) == 3 else len(wire.shape)) in wire.axes


def _in_order(numbers: Array, order: NDArray[np.int64]) -> Array:
    """Numbers of the file in the order of the block."""
    found = np.empty_like(numbers)
    found[order] = numbers
    return found


def scale_layer(card: Card, factor: Array, shift: Array) -> None:
    """Let a layer without activation give factor times what it gave, plus shift; each (units,)."""
    weight = card.tensors["weight"]
    card.tensors["weight"] = weight * factor.reshape(-1, *(1,) * (weight.ndim - 1))
    if "bias" in card.tensors or shift.any():
        bias = card.tensors.get("bias", np.zeros(len(weight), dtype=np.float32)) * factor + shift
        card.tensors["bias"] = bias.astype(np.float32)
        card.parameters["bias"] = True


Handler = Callable[[Context, Operation], "list[Value | None]"]
"""Takes an operation and gives its outputs, None for those that cannot be had. Raises Unsupported."""
