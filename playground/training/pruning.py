"""Pruning: the smallest weights, or whole units and filters, are set to zero and stay there.

What is taken away grows from epoch to epoch along s (1 - (1 - t)^3), fast at first (Zhu and Gupta 2017, “To prune, or
not to prune”). Single weights go by their size wherever they are in the network (Han and others 2015); units and
filters by the sum of the sizes of their weights, the same share of every hidden block (Li and others 2017, “Pruning
filters for efficient ConvNets”). Only weights with two or more axes that learn are pruned; the last layer
keeps its units, as these are the answers. What is gone is known by its zero alone, so that nothing has to be kept
beside the weights.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from numpy.typing import NDArray

from playground.document.project import Project, Pruning
from playground.network.check import Report
from playground.network.flat import Place
from playground.training.model import TrainableModel

Kind = Literal["weights", "filters"]


@dataclass(frozen=True)
class Prunable:
    """What of a network can be pruned, by the names of parameters."""

    weights: tuple[str, ...]
    """Parameters of which single numbers can be taken away."""
    filters: Mapping[str, str]
    """Weights of which whole rows can be taken away, each with the name of its bias; empty where it has none."""

    def why_not(self, kind: Kind) -> str:
        """Why nothing of a kind can be taken away, in a sentence; empty where something can."""
        if kind == "weights":
            return "" if self.weights else "No weights learn here, so there are none to take away."
        if self.filters:
            return ""
        return "No block before the last has units or filters that learn, so there are none to take away."


def prunable(report: Report, places: Iterable[Place], frozen: Collection[str] = ()) -> Prunable:
    """What can be pruned among the parameters at these places; blocks in `frozen` stay as they are."""
    matrices = [place for place in places if len(place.shape) > 1 and place.node not in frozen]
    names = {place.name for place in places}
    behind = _with_weights_behind(report, {place.node for place in matrices})
    rows = {
        place.name: bias if (bias := f"{place.node}.bias") in names else ""
        for place in matrices
        if place.node in behind and report.blocks[place.node].prunable and place.name == f"{place.node}.weight"
    }
    return Prunable(tuple(place.name for place in matrices), rows)


def frozen_nodes(model: TrainableModel) -> frozenset[str]:
    """Blocks that do not learn."""
    return frozenset(
        place.node for place in model.flat.layout.places for group in model.groups
        if group.factor == 0.0 and group.start <= place.start < group.stop
    )  # fmt: skip


def _with_weights_behind(report: Report, weighted: Collection[str]) -> set[str]:
    """The nodes from which a wire leads, over any others, to one that has weights: they are not the last."""
    found: set[str] = set()
    for name in reversed(report.order):
        if name in weighted or name in found:
            found.update(source for source, _ in report.inputs.get(name, ()))
    return found


@torch.no_grad()
def prune(values: Mapping[str, torch.Tensor], what: Prunable, kind: Kind, share: float) -> None:
    """Set the smallest share of single weights, or of the units and filters of every hidden block, to zero, in place.

    What is zero already counts as gone; at least one unit of a block stays.
    """
    if kind == "weights":
        _zero_smallest([values[name] for name in what.weights], share)
        return
    for name, bias in what.filters.items():
        rows = values[name].flatten(1)  # (units, weights of each)
        count = min(round(share * len(rows)), len(rows) - 1)
        gone = torch.topk(rows.abs().sum(dim=1), count, largest=False).indices
        values[name][gone] = 0.0
        if bias:
            values[bias][gone] = 0.0


def _zero_smallest(parts: Sequence[torch.Tensor], share: float) -> None:
    sizes = torch.cat([part.flatten().abs() for part in parts]) if parts else torch.zeros(0)
    gone = torch.topk(sizes, round(share * len(sizes)), largest=False, sorted=False).indices
    kept = torch.ones_like(sizes)
    kept[gone] = 0.0
    start = 0
    for part in parts:
        part.mul_(kept[start : start + part.numel()].view_as(part))
        start += part.numel()


def gone_share(values: Mapping[str, torch.Tensor], what: Prunable, kind: Kind) -> float:
    """The share of weights that are zero, or of units whose weights all are."""
    if kind == "weights":
        flags = [values[name].flatten() == 0.0 for name in what.weights]
    else:
        flags = [(values[name].flatten(1) == 0.0).all(dim=1) for name in what.filters]
    return float(torch.cat(flags).float().mean()) if flags else 0.0


def share_at(settings: Pruning, epoch: int) -> float:
    """The share that is to be gone after so many whole epochs."""
    if settings.kind == "none" or epoch < settings.begin:
        return 0.0
    if epoch >= settings.end:
        return settings.share
    passed = (epoch - settings.begin) / (settings.end - settings.begin)
    return float(settings.share * (1.0 - (1.0 - passed) ** 3))


class Pruner:
    """Prunes one model while it learns: takes away what is due after each epoch, and keeps zeros zero."""

    def __init__(self, project: Project, model: TrainableModel) -> None:
        self._settings = project.training.pruning
        self._kind: Kind = "filters" if self._settings.kind == "filters" else "weights"
        self._views: dict[str, torch.Tensor] = {}
        if self._settings.kind == "none":
            return
        views = {place.name: view for place, view in model.parameters_by_name()}
        report = model.network.report
        self._what = prunable(report, model.flat.layout.places, frozen_nodes(model))
        held = self._what.weights if self._kind == "weights" else self._what.filters
        biases = [bias for bias in self._what.filters.values() if bias] if self._kind == "filters" else []
        self._views = {name: views[name] for name in (*held, *biases)}

    @property
    def active(self) -> bool:
        """Whether anything is ever taken away."""
        return bool(self._views)

    @torch.no_grad()
    def standing(self, epoch: int) -> Sequence[torch.Tensor]:
        """Before a step: where each parameter is not zero, as 0 and 1; empty before pruning begins."""
        if not self._views or epoch < self._settings.begin:
            return ()
        if self._kind == "weights":
            return [view.ne(0.0).to(view.dtype) for view in self._views.values()]
        return list(self._rows_standing())

    def _rows_standing(self) -> Iterable[torch.Tensor]:
        rows = {}
        for name, bias in self._what.filters.items():
            alive = self._views[name].flatten(1).ne(0.0).any(dim=1).float()  # (units,)
            rows[name] = alive.view(-1, *[1] * (self._views[name].dim() - 1))
            if bias:
                rows[bias] = alive
        return (rows[name] for name in self._views)

    @torch.no_grad()
    def hold(self, standing: Sequence[torch.Tensor], epoch: int) -> None:
        """After a step: put what was zero back to zero, and take away more where the epoch asks for it."""
        if not standing:
            return
        for view, kept in zip(self._views.values(), standing, strict=True):
            view.mul_(kept)
        share = share_at(self._settings, epoch)
        if gone_share(self._views, self._what, self._kind) < self._reached(share):
            prune(self._views, self._what, self._kind, share)

    def _reached(self, share: float) -> float:
        """The share of zeros that pruning by a share leaves, less half a weight."""
        if self._kind == "weights":
            count = sum(view.numel() for view in self._views.values())
            return (round(share * count) - 0.5) / count
        units = [len(self._views[name]) for name in self._what.filters]
        return (sum(min(round(share * count), count - 1) for count in units) - 0.5) / sum(units)


@dataclass(frozen=True)
class Pruned:
    """A network's weights with the smallest taken away, to be given to a run in place of its own (`NewWeights`)."""

    what: Prunable
    kind: Kind
    share: float

    @property
    def words(self) -> str:
        """What is noted on the curves."""
        return f"{self.share:.0%} of the {'weights' if self.kind == 'weights' else 'units and filters'} pruned"

    def values(self, before: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        """The parameters that change."""
        names = self.what.weights if self.kind == "weights" else (*self.what.filters, *self.what.filters.values())
        found = {name: torch.tensor(before[name]) for name in names if name}
        prune(found, self.what, self.kind, self.share)
        return {name: values.numpy() for name, values in found.items()}

    def settings(self) -> Pruning:
        """The settings by which what is gone stays gone while the network learns on."""
        return Pruning(kind=self.kind, share=self.share, begin=0, end=0)
