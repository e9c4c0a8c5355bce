"""All parameters of a network in one flat tensor, and their gradients in another.

The modules hold views into them. A snapshot is then one clone, a restore one copy, the gradient of a node one slice,
and the optimizer works on a few tensors whatever the depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from playground.blocks.memory import zero_tensor


@dataclass(frozen=True, slots=True)
class Place:
    """Where one parameter lies in the flat tensor."""

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of values."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count

    @property
    def stop(self) -> int:
        """One past the last value."""
        return self.start + self.size

    @property
    def node(self) -> str:
        """The node whose parameter this is."""
        return self.name.split(".", 1)[0]


@dataclass(frozen=True)
class Layout:
    """Names, places and shapes of all parameters in the flat tensor, in order."""

    places: tuple[Place, ...]
    shared: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Further names of parameters that several nodes use, such as `dense-2.weight`, with that of their place."""

    @property
    def size(self) -> int:
        """Length of the flat tensor."""
        return self.places[-1].stop if self.places else 0

    def by_name(self) -> Mapping[str, Place]:
        """From `node.weight` to its place."""
        return {place.name: place for place in self.places}

    def of_node(self, node: str) -> tuple[Place, ...]:
        """The parameters that a node has of its own."""
        return tuple(place for place in self.places if place.node == node)

    def used_by(self, node: str) -> Mapping[str, Place]:
        """All parameters that a node uses, its own and those of others, by their short names: `weight`, `bias`."""
        prefix = f"{node}."
        found = {place.name.removeprefix(prefix): place for place in self.of_node(node)}
        borrowed = {name: owner for name, owner in self.shared.items() if name.startswith(prefix)}
        if borrowed:
            known = self.by_name()
            found.update({name.removeprefix(prefix): known[owner] for name, owner in borrowed.items()})
        return found


class FlatParameters:
    """Moves a module's parameters into one flat tensor; `values` and `gradients` are the two tensors, both (P,)."""

    def __init__(self, module: nn.Module, node_order: Iterable[str] | None = None) -> None:
        """Flatten in module order, or node by node in `node_order`, so that groups of nodes are contiguous."""
        named = list(module.named_parameters())
        if node_order is not None:
            rank = {name: index for index, name in enumerate(node_order)}
            named.sort(key=lambda item: rank[item[0].split(".", 1)[0]])
        places: list[Place] = []
        start = 0
        for name, parameter in named:
            places.append(Place(name, start, tuple(parameter.shape)))
            start += parameter.numel()
        self.layout = Layout(tuple(places), _further_names(module))
        device = named[0][1].device if named else torch.device("cpu")
        dtype = _common_type(parameter for _, parameter in named)
        self.values = zero_tensor(start, dtype, device)
        self.gradients = zero_tensor(start, dtype, device)
        with torch.no_grad():
            for place, (_, parameter) in zip(places, named, strict=True):
                view = self.values[place.start : place.stop].view(place.shape)
                view.copy_(parameter)
                parameter.data = view
                parameter.grad = self.gradients[place.start : place.stop].view(place.shape)

    def view(self, name: str) -> torch.Tensor:
        """One parameter by name, as a view; also by the name of a node that uses another one's."""
        place = self.layout.by_name()[self.layout.shared.get(name, name)]
        return self.values[place.start : place.stop].view(place.shape)


def _further_names(module: nn.Module) -> dict[str, str]:
    """Names of parameters that have another one already, with the first."""
    first: dict[int, str] = {}
    found: dict[str, str] = {}
    for name, parameter in module.named_parameters(remove_duplicate=False):
        known = first.setdefault(id(parameter), name)
        if known != name:
            found[name] = known
    return found


def _common_type(parameters: Iterable[torch.Tensor]) -> torch.dtype:
    """Double precision where every parameter asks for it, else single."""
    kinds = {parameter.dtype for parameter in parameters}
    return torch.float64 if kinds == {torch.float64} else torch.float32
