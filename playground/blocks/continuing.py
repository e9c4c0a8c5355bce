"""Going on from what has been read: what a module promises that need not read a sequence anew for each new step."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch


@runtime_checkable
class Continues(Protocol):
    """A module that can take further steps of a sequence, such as a text that grows by one token at a time."""

    def continued(self, x: torch.Tensor, memory: dict[str, torch.Tensor]) -> torch.Tensor:
        """What it gives for new steps (batch, new, …), as if it had read the whole sequence.

        `memory` is empty before the first steps; the module keeps in it what it needs of those that it has taken. Of a
        module that looks at later steps, too, the result is another than that of the whole sequence.
        """
        ...
