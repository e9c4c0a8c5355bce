"""What learns within bounds: after every step of the optimizer its parameters are brought back to where they may be."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Bounded(Protocol):
    """A module whose parameters must stay in a region."""

    constrained: bool
    """Whether there is one."""

    def constrain(self) -> None:
        """Bring them back into it."""
        ...
