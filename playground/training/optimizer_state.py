"""The optimizer's memory (momentum, second moments, …), taken apart by parameter name and put together again.

The optimizer sees flat groups; a file and a changed graph speak of parameters. Going through names lets a run keep its
momentum when a layer is inserted, and a checkpoint be read whatever the order of the groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from playground.network.flat import Layout, Place
from playground.training.model import Group


def take_apart(
    optimizer: torch.optim.Optimizer, groups: Sequence[Group], layout: Layout
) -> dict[str, torch.Tensor]:
    """State as `PARAMETER/KEY` -> tensor; values of a whole group (such as the step count) are repeated for each."""
    parts: dict[str, torch.Tensor] = {}
    for group, (flat, state) in zip(groups, _states(optimizer), strict=True):
        for place in _inside(layout, group):
            for key, value in state.items():
                if value is None:
                    continue
                tensor = torch.as_tensor(value)
                if tensor.shape[:1] == flat.shape:
                    tensor = tensor[place.start - group.start : place.stop - group.start]
                parts[f"{place.name}/{key}"] = tensor.detach().cpu().clone()
    return parts


@torch.no_grad()
def put_together(
    optimizer: torch.optim.Optimizer, groups: Sequence[Group], layout: Layout, parts: Mapping[str, torch.Tensor]
) -> None:
    """Load what `take_apart` gave; parameters that are new start with an empty memory (zeros)."""
    for group, (flat, state) in zip(groups, _states(optimizer), strict=True):
        places = _inside(layout, group)
        keys = {name.rsplit("/", 1)[1] for name in parts if name.rsplit("/", 1)[0] in {p.name for p in places}}
        for key in sorted(keys):
            known = [(place, parts[f"{place.name}/{key}"]) for place in places if f"{place.name}/{key}" in parts]
            if known[0][1].dim() == 0:
                # torch keeps counters on the CPU, except for its fused implementations
                state[key] = known[0][1].to(flat.device if optimizer.defaults.get("fused") else "cpu", copy=True)
                continue
            if known[0][1].dim() == 2:
                # Rows of numbers for each parameter belong together: without some of them there is no memory.
                if len(known) == len(places):
                    state[key] = torch.cat([part for _, part in known]).to(flat.device)
                continue
            whole = torch.zeros_like(flat)
            for place, part in known:
                if part.numel() == place.size:
                    whole[place.start - group.start : place.stop - group.start] = part.to(flat.device)
            state[key] = whole


def _inside(layout: Layout, group: Group) -> tuple[Place, ...]:
    return tuple(place for place in layout.places if group.start <= place.start < group.stop)


def _states(optimizer: torch.optim.Optimizer) -> list[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
    return [(flat, optimizer.state[flat]) for group in optimizer.param_groups for flat in group["params"]]
