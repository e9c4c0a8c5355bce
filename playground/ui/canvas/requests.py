"""A question to the quick menu: which block shall stand here?"""

from __future__ import annotations

from dataclasses import dataclass

from playground.document.graph import EdgeKey
from playground.editing.geometry import Point, PortRef


@dataclass(frozen=True, slots=True)
class MenuRequest:
    """Where the chosen block goes and how it is wired."""

    position: Point | None
    """Scene point where the card's port side begins; None finds a free place."""
    port: PortRef | None = None
    """The port at which a wire to the new block starts."""
    edge: EdgeKey | None = None
    """The wire into which the block goes."""

    @property
    def source(self) -> tuple[str, str] | None:
        """The output that the block follows."""
        return (self.port.node, self.port.name) if self.port is not None and self.port.side == "output" else None

    @property
    def target(self) -> tuple[str, str] | None:
        """The input that the block feeds."""
        return (self.port.node, self.port.name) if self.port is not None and self.port.side == "input" else None
