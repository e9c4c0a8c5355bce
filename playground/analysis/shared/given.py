"""An example that a person gives by hand, in place of one of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Move:
    """How a picture is moved: turned and scaled around its middle, then shifted."""

    across: float = 0.0
    """Pixels to the right."""
    down: float = 0.0
    """Pixels downwards."""
    rotation: float = 0.0
    """Degrees, counterclockwise."""
    zoom: float = 1.0
    """A factor: 2 is twice as large."""


UNMOVED = Move()


@dataclass(frozen=True, eq=False)
class Given:
    """What was given for each data block, by its id, as its form takes it; two are never equal."""

    entries: Mapping[str, Any]
    moves: Mapping[str, Move] = field(default_factory=dict)
    """How the pictures of data blocks are moved after that."""
    by: str = ""
    """The view in which it was given, by the id of its analysis."""
    truth: str = ""
    """The class that it truly is, where it was made of an example of the data."""
