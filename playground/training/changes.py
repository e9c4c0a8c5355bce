"""What a changed project means for a run: nothing, other numbers, another optimizer, or another network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import torch

from playground.document.graph import Graph, Node
from playground.document.project import Project
from playground.network.flat import Layout
from playground.training.model import Group, TrainableModel

__all__ = ["Change", "Group", "classify", "describe", "fitting_memory", "keep_weights"]

Change = Literal["nothing", "numbers", "optimizer", "structure"]


def classify(before: Project, after: Project) -> Change:
    """The smallest thing that must be done to go from one project to the other."""
    if _structure(before.graph) != _structure(after.graph) or before.training.device != after.training.device:
        return "structure"
    if before.training.optimizer.id != after.training.optimizer.id:
        return "optimizer"
    if before.training != after.training or _penalties(before.graph) != _penalties(after.graph):
        return "numbers"
    return "nothing"


def _structure(graph: Graph) -> tuple[Any, ...]:
    nodes = {node.id: (node.block, node.parameters, _learning(node)) for node in graph.nodes}
    return nodes, graph.edges


def _learning(node: Node) -> tuple[bool, float]:
    return node.training.trainable, node.training.learning_rate_factor


def _penalties(graph: Graph) -> dict[str, tuple[float | None, ...]]:
    return {node.id: (node.training.l1, node.training.l2, node.training.max_norm) for node in graph.nodes}


def describe(before: Project, after: Project) -> list[str]:
    """What changed, for the marks on the curves: “learning rate 0.03 → 0.01”."""
    words = _differences(before.training.model_dump(mode="json"), after.training.model_dump(mode="json"))
    old, new = ({node.id: node for node in project.graph.nodes} for project in (before, after))
    words.extend(f"{name} added" for name in new if name not in old)
    words.extend(f"{name} removed" for name in old if name not in new)
    for name in old.keys() & new.keys():
        words.extend(f"{name}: {text}" for text in _differences(dict(old[name].parameters), dict(new[name].parameters)))
    return words


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    words = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            if old.get("id") != new.get("id"):
                words.append(f"{key} {old.get('id')} → {new.get('id')}")
            else:
                words.extend(_differences(old, new))
        elif not isinstance(old, dict) and not isinstance(new, dict):
            words.append(f"{key.replace('_', ' ')} {_value(old)} → {_value(new)}")
        else:
            words.append(f"{key.replace('_', ' ')} changed")
    return words


def _value(value: Any) -> str:
    if value is None:
        return "default"
    return f"{value:g}" if isinstance(value, float) else str(value)[:30]


@torch.no_grad()
def keep_weights(old: TrainableModel, new: TrainableModel) -> None:
    """Copy every parameter and buffer whose name and shape are still there."""
    known = {place.name: view for place, view in old.parameters_by_name()}
    for place, view in new.parameters_by_name():
        source = known.get(place.name)
        if source is not None and source.shape == view.shape:
            view.copy_(source)
    old_buffers = old.buffers()
    for name, buffer in new.buffers().items():
        source = old_buffers.get(name)
        if source is not None and source.shape == buffer.shape:
            buffer.copy_(source)
    if old.noise.device == new.noise.device:
        new.noise.set_state(old.noise.get_state())


def fitting_memory(memory: Mapping[str, torch.Tensor], old: Layout, new: Layout) -> dict[str, torch.Tensor]:
    """The optimizer's memory of the parameters whose name and shape are still there."""
    before, after = old.by_name(), new.by_name()
    kept = {}
    for key, tensor in memory.items():
        name = key.rsplit("/", 1)[0]
        if name in after and before[name].shape == after[name].shape:
            kept[key] = tensor
    return kept
