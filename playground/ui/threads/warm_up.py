"""The first step of a process takes a tenth of a second, which nobody should see."""

from __future__ import annotations


def warm_up() -> None:
    """Import torch and take one small step: the first of a process takes 100 ms, which nobody should see."""
    import torch

    from playground.training.engine import step_of
    from playground.training.optimizers import Adam

    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = Adam().build([{"params": [weight]}])
    torch.autograd.backward((weight * 2.0).sum())
    with torch.no_grad():
        step_of(optimizer)()
