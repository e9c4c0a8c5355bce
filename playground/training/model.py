"""The network of a project made ready to learn: on its device, initialized from the seed, with flat parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from playground.blocks.families import role_of
from playground.document.copies import unrolled
from playground.document.graph import Graph, Node
from playground.document.project import Project
from playground.network.check import Report
from playground.network.compiled import Network
from playground.network.flat import FlatParameters, Place
from playground.training.initializers import initialize, initializer_of
from playground.training.phases import active_phases
from playground.training.weights.starting import starting_values


@dataclass(frozen=True, slots=True)
class Group:
    """A contiguous slice of the flat tensor that learns at one rate in the same phases."""

    factor: float
    """Multiplies the learning rate; 0 for frozen nodes, which no optimizer sees."""
    start: int
    stop: int
    phases: tuple[int, ...] = (0,)
    """Numbers of the phases in which it learns."""


class TrainableModel:
    """Network, flat parameters and groups. Nodes that learn alike lie side by side, so each group is one slice."""

    def __init__(self, project: Project, report: Report, device: torch.device) -> None:
        self.network = Network(report).to(device)
        self.device = device
        nodes = unrolled(project.graph).by_id
        self.phases = active_phases(project, report)
        turns = {
            name: tuple(number for number, phase in enumerate(self.phases) if name in phase.trains)
            for name in report.order
        }
        factors = {name: learning_factor(nodes[name]) if turns[name] else 0.0 for name in report.order}
        # Stable: graph order within a group.
        order = sorted(report.order, key=lambda name: (-factors[name], turns[name] if factors[name] else ()))
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(factors[name.split(".", 1)[0]] > 0.0)
        self.flat = FlatParameters(self.network, order)
        self.groups = tuple(_groups(self.flat.layout.places, factors, turns))
        self._set_modes(factors)
        # Noise is drawn on the device of the tensors it goes into.
        self.noise = torch.Generator(device=device)
        self.network.draw_from(self.noise)

    def _set_modes(self, factors: dict[str, float]) -> None:
        # A frozen block stays as it is, so its running statistics are used and no longer adapt.
        self.network.train()
        for name, module in self.network.named_children():
            if factors[name] == 0.0 and any(True for _ in module.buffers()):
                module.eval()

    def initialize(self, project: Project) -> None:
        """First weights, determined by seed, node and parameter name alone: other nodes do not disturb them."""
        shared = self.network.report.shared
        for name, module in self.network.named_children():
            kept = {full for full in shared if full.startswith(f"{name}.")}  # their owner starts them
            _copy_into(module, self.drawn(project, name), kept, name)
        if project.starts_from is not None:
            self.write(starting_values(project.starts_from, self.shapes()))
        self.noise.manual_seed(stable_seed(project.seed, "noise"))

    def drawn(self, project: Project, name: str, draw: int = 0) -> nn.Module:
        """A module of a node with weights drawn by the project's initializers; each `draw` gives others."""
        graph = unrolled(project.graph)
        choice = graph.node(name).training.initializer or project.training.initializer
        purpose = f"{name}, drawn again {draw}" if draw else name
        generator = torch.Generator().manual_seed(stable_seed(project.seed, purpose))
        fresh = _fresh_module(self.network.report, name)
        initialize(fresh, initializer_of(choice), generator, activation_after(graph, self.network.report, name))
        return fresh

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter and buffer by name."""
        buffers = {name: tuple(buffer.shape) for name, buffer in self.buffers().items()}
        return {**{place.name: place.shape for place in self.flat.layout.places}, **buffers}

    @torch.no_grad()
    def write(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Put values in place of those of some parameters and buffers. Raises KeyError for one that is not there, and
        ValueError for another shape; nothing is written then."""
        shapes = self.shapes()
        for name, array in values.items():
            if tuple(array.shape) != shapes[name]:
                raise ValueError(f"{name} has the shape {shapes[name]}, but {tuple(array.shape)} arrives")
        buffers = self.buffers()
        for name, array in values.items():
            held = buffers[name] if name in buffers else self.flat.view(name)
            held.copy_(torch.tensor(array))

    def parameters_by_name(self) -> Iterator[tuple[Place, torch.Tensor]]:
        """Every parameter with its place, as views into the flat tensor."""
        for place in self.flat.layout.places:
            yield place, self.flat.values[place.start : place.stop].view(place.shape)

    def buffers(self) -> dict[str, torch.Tensor]:
        """Running statistics and the like, by `node_id.name`."""
        return dict(self.network.named_buffers())


def stable_seed(seed: int, name: str) -> int:
    """A seed for one purpose of one run, the same on every machine."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def activation_after(graph: Graph, report: Report, name: str) -> str:
    """Id of the activation that a node's output goes through: its own, or that of an activation block behind it."""
    own = getattr(report.blocks[name], "activation", "identity")
    if own != "identity":
        return str(own)
    for edge in graph.out_of(name):
        follower = report.blocks.get(edge.target)
        if follower is not None and role_of(follower.family) == "activation":
            return follower.id
        if follower is not None and role_of(follower.family) == "normalization":
            return activation_after(graph, report, edge.target)
    return "identity"


def _fresh_module(report: Report, name: str) -> nn.Module:
    # Built again on the CPU, so that running statistics and learned slopes return to their own start too.
    return report.blocks[name].build(*(report.signals[source] for source in report.inputs[name]))


def _copy_into(module: nn.Module, fresh: nn.Module, shared: Collection[str], node: str) -> None:
    values: dict[str, Any] = {**dict(fresh.named_parameters()), **dict(fresh.named_buffers())}
    with torch.no_grad():
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            if f"{node}.{name}" not in shared:
                tensor.copy_(values[name])


def learning_factor(node: Node) -> float:
    return node.training.learning_rate_factor if node.training.trainable else 0.0


def _groups(
    places: tuple[Place, ...], factors: dict[str, float], turns: dict[str, tuple[int, ...]]
) -> Iterator[Group]:
    start = 0
    alike = {name: (factor, turns[name] if factor else ()) for name, factor in factors.items()}
    for index, place in enumerate(places):
        following = places[index + 1] if index + 1 < len(places) else None
        if following is None or alike[following.node] != alike[place.node]:
            yield Group(alike[place.node][0], start, place.stop, alike[place.node][1])
            start = place.stop
