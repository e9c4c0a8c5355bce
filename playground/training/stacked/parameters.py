"""The parameters of K copies of a network: (K, P) in all, one contiguous tensor (K, size) for each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from playground.network.compiled import Step
from playground.network.flat import Place
from playground.training.model import Group, TrainableModel
from playground.training.stacked.plan import Rows


@dataclass(frozen=True)
class Block:
    """The parameters of one group in all rows."""

    group: Group
    values: torch.Tensor
    """(K, size of the group)."""
    gradients: torch.Tensor

    @property
    def learns(self) -> bool:
        """Whether an optimizer sees it."""
        return self.group.factor > 0.0

    def part(self, tensor: torch.Tensor, place: Place) -> torch.Tensor:
        """One parameter in all rows, (K, *shape), as a view into a tensor like `values`."""
        inside = tensor[:, place.start - self.group.start : place.stop - self.group.start]
        return inside.view(len(tensor), *place.shape)


class StackedParameters:
    """Parameters, gradients and buffers of all rows, and views into them for each module."""

    def __init__(self, model: TrainableModel, count: int) -> None:
        self.count = count
        self.layout = model.flat.layout
        self._model = model
        self.blocks = tuple(
            Block(group, torch.zeros(count, group.stop - group.start), torch.zeros(count, group.stop - group.start))
            for group in model.groups
        )
        self.buffers = {
            name: torch.zeros(count, *buffer.shape, dtype=buffer.dtype) for name, buffer in model.buffers().items()
        }
        """Running statistics and the like of all rows, by `node_id.name`."""
        self._leaves = {place.name: self._leaf(place) for place in self.layout.places}
        self._copied: dict[str, list[torch.Tensor]] = {}
        """The rows of a parameter, each for itself, where a block is computed row by row; of one that several blocks
        use, those of each such block, one after the other."""
        self._owners = model.network.report.shared
        self._used_twice = frozenset(self._owners.values())

    def _leaf(self, place: Place) -> torch.Tensor:
        block = self.block_of(place)
        return block.part(block.values, place).detach().requires_grad_(block.learns)

    def block_of(self, place: Place) -> Block:
        """The group in which a parameter lies."""
        return next(one for one in self.blocks if one.group.start <= place.start < one.group.stop)

    def matrix(self) -> torch.Tensor:
        """A copy of all parameters of all rows, (K, P)."""
        return torch.cat([block.values for block in self.blocks], dim=1) if self.blocks else torch.zeros(self.count, 0)

    @torch.no_grad()
    def put(self, row: int) -> None:
        """Take what the model has now for one row."""
        for block in self.blocks:
            block.values[row] = self._model.flat.values[block.group.start : block.group.stop]
        for name, buffer in self._model.buffers().items():
            self.buffers[name][row] = buffer

    @torch.no_grad()
    def show(self, row: int) -> None:
        """Write one row into the model."""
        for block in self.blocks:
            self._model.flat.values[block.group.start : block.group.stop] = block.values[row]
        for name, buffer in self._model.buffers().items():
            buffer.copy_(self.buffers[name][row])

    def leaves(self) -> tuple[torch.Tensor, ...]:
        """What the way back is to find gradients for, in the order that `collect` expects; known after a forward pass.

        One tensor for each parameter that learns, (K, *shape), or K of them where its block goes row by row; both where
        several blocks use it.
        """
        pieces = (piece for block in self.blocks if block.learns for piece in self._pieces(block))
        return tuple(leaf for whole, rows in pieces for leaf in (*whole, *rows))

    def _pieces(self, block: Block) -> Iterator[tuple[list[torch.Tensor], list[torch.Tensor]]]:
        """Of each parameter the tensor of all rows, where it is used, and the rows, a multiple of K."""
        for place in self.layout.places:
            if block.group.start <= place.start < block.group.stop:
                rows = self._copied.get(place.name, [])
                yield [] if rows and place.name not in self._used_twice else [self._leaves[place.name]], rows

    def collect(self, found: Sequence[torch.Tensor | None]) -> None:
        """Write the gradients of all `leaves` into the blocks; None stands for no influence on the loss."""
        coming = iter(found)
        for block in self.blocks:
            if not block.learns:
                continue
            parts = []
            for whole, rows in self._pieces(block):
                uses = [_or_zeros(next(coming), leaf) for leaf in whole]
                own = [_or_zeros(next(coming), leaf) for leaf in rows]
                uses += [torch.stack(own[start : start + self.count]) for start in range(0, len(own), self.count)]
                parts.append(sum(uses[1:], uses[0]).reshape(self.count, -1))
            torch.cat(parts, dim=1, out=block.gradients)

    def rows_of(self, step: Step, generators: Sequence[torch.Generator]) -> Rows:
        """What the module of a node has in all rows."""
        prefix = f"{step.node}."
        own = {name.removeprefix(prefix): leaf for name, leaf in self._leaves.items() if name.startswith(prefix)}
        shared = {name: owner for name, owner in self._owners.items() if name.startswith(prefix)}
        own.update({name.removeprefix(prefix): self._leaves[owner] for name, owner in shared.items()})
        buffers = {name.removeprefix(prefix): one for name, one in self.buffers.items() if name.startswith(prefix)}

        def copies() -> list[nn.Module]:
            return [self._copy(step, row, generators[row]) for row in range(self.count)]

        return Rows(own, buffers, generators, copies)

    def _copy(self, step: Step, row: int, generator: torch.Generator) -> nn.Module:
        """A module like that of a node, whose parameters and buffers are those of a row."""
        report = self._model.network.report
        module = report.blocks[step.node].build(*(report.signals[source] for source in report.inputs[step.node]))
        for name, parameter in module.named_parameters():
            full = f"{step.node}.{name}"
            owner = self._owners.get(full, full)
            leaf = self._leaves[owner]
            parameter.data = leaf.detach()[row]
            parameter.requires_grad_(leaf.requires_grad)
            self._copied.setdefault(owner, []).append(parameter)
        for name, _ in list(module.named_buffers()):
            owner, _, short = name.rpartition(".")
            module.get_submodule(owner)._buffers[short] = self.buffers[f"{step.node}.{name}"][row]
        for part in module.modules():
            if "generator" in vars(part):
                vars(part)["generator"] = generator
        return module.train(step.module.training)


def _or_zeros(gradient: torch.Tensor | None, leaf: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(leaf) if gradient is None else gradient
