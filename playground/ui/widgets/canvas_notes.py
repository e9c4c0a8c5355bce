"""What a view writes onto the canvas: words on wires and marks around blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from playground.document.graph import EdgeKey


@dataclass(frozen=True)
class WireNote:
    """A few short lines on a wire: what goes along it, or what comes back."""

    lines: tuple[str, ...]
    way: Literal["forward", "backward"] = "forward"
    fresh: bool = False
    """Whether it belongs to what the view is showing right now."""


@dataclass(frozen=True)
class CanvasNotes:
    """All that one view has to say on the canvas; the next one takes its place, an empty one takes it away."""

    wires: Mapping[EdgeKey, tuple[WireNote, ...]] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()
    """Nodes with a ring around them."""
    tone: str = "accent"
    """Colour of the rings, as a token of the theme."""


NO_NOTES = CanvasNotes()
