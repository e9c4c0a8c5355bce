"""The kinds of what wires carry, as rows: a new kind is one row here, and its name in `Kind` for the type checker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KindName = Literal["vector", "image", "tokens", "series", "nodes", "graph", "classes", "loss", "volume"]
Picture = Literal["strip", "maps", "over time", "matrix", ""]
"""How the card of a block shows the values of one example: a strip of colours; one map for each channel; features
upwards and time to the right; rows and columns as they are; not at all."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What signals of one kind have in common."""

    id: KindName
    axes: tuple[str, ...]
    """What its axes are called where nobody says otherwise."""
    noun: str
    """In a sentence, before “of 3 × 4 × 5”."""
    picture: Picture = ""
    numbers: bool = True
    """Amounts one can compute with; else names, coded as numbers, or a loss."""
    usual: bool = False
    """What free numbers with so many axes are taken for."""
    stepwise: bool = False
    """There is a vector for each time step or node, which a layer of units treats alike."""
    whole: bool = False
    """Its examples hang together, so that none is looked at by itself."""
    unit_axis: int = -1
    """The axis of an example along which the units or maps of a block lie."""


KINDS = (
    Kind("vector", ("features",), "a tensor", "strip", usual=True),
    Kind("image", ("channels", "height", "width"), "an image", "maps", usual=True, unit_axis=0),
    Kind("tokens", ("time",), "a tensor", numbers=False),
    Kind("series", ("time", "features"), "a series", "over time", usual=True, stepwise=True),
    Kind("nodes", ("nodes", "features"), "a table", "over time", stepwise=True, whole=True),
    Kind("graph", ("nodes", "nodes"), "a graph", "matrix", whole=True),
    Kind("classes", (), "a tensor", numbers=False),
    Kind("loss", (), "a tensor", numbers=False),
    Kind("volume", ("channels", "depth", "height", "width"), "a volume", "maps", usual=True, unit_axis=0),
)
"""Numbers in a row; pixels; symbols one after another; measurements one after another; measurements at every node of a
graph; the edges between its nodes; a coding of classes; the number to make small; voxels, or pictures of a film."""

KIND: dict[str, Kind] = {kind.id: kind for kind in KINDS}
"""Every kind by its id."""


def usual_kind(axes: int) -> KindName:
    """What free numbers with so many axes are taken for; a vector where nothing fits."""
    return next((kind.id for kind in KINDS if kind.usual and len(kind.axes) == axes), "vector")
