"""How the window was divided for the last project of each kind; kept in the person's settings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from PySide6.QtCore import QSettings

from playground.blocks.loss import Loss
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph
from playground.ui.shell.dock_layout import HEIGHT_SHARE


@dataclass(frozen=True)
class KeptLayout:
    """Shares and widths, never pixels of one screen."""

    views: tuple[str, ...] = ()
    front: tuple[str, ...] = ()
    """The views in front of others."""
    height: float = HEIGHT_SHARE
    """Share of the window that the views have."""
    widths: tuple[float, ...] = ()
    """Shares of the columns; empty for equal ones."""
    sides: dict[str, bool] = field(default_factory=dict)
    side_widths: dict[str, float] = field(default_factory=dict)
    """In pixels at 100 %."""

    def keep(self, kind: str) -> None:
        """Remember this for a kind of project."""
        settings, words = QSettings(), json.dumps(asdict(self))
        if settings.value(_key(kind)) != words:  # writing waits for the disk, also for what stands there already
            settings.setValue(_key(kind), words)


def kept(kind: str) -> KeptLayout | None:
    """What was remembered for a kind of project; None for nothing, or nothing sensible."""
    try:
        return _read(json.loads(str(QSettings().value(_key(kind), "null"))))
    except (KeyError, TypeError, ValueError):
        return None


def _read(found: dict[str, Any]) -> KeptLayout:
    """Raises KeyError, TypeError, ValueError for what nobody has kept like this."""
    height = float(found["height"])
    widths = tuple(float(share) for share in found["widths"])
    side_widths = {side: float(found["side_widths"][side]) for side in ("left", "right")}
    if not 0.05 <= height <= 0.95 or any(share <= 0.0 for share in widths):
        raise ValueError(height)
    if not all(50.0 <= width <= 2_000.0 for width in side_widths.values()):
        raise ValueError(side_widths)
    return KeptLayout(
        views=tuple(str(name) for name in found["views"]),
        front=tuple(str(name) for name in found["front"]),
        height=height,
        widths=widths,
        sides={side: bool(found["sides"][side]) for side in ("left", "right")},
        side_widths=side_widths,
    )


def kind_of(graph: Graph) -> str:
    """Projects of one kind have the same sort of data and the same losses: their views suit each other."""
    blocks = [CATALOGUE[node.block] for node in graph.nodes if node.block in CATALOGUE]
    sorts = sorted({block.__module__.rsplit(".", 1)[-1] for block in blocks if issubclass(block, Dataset)})
    losses = sorted({block.id for block in blocks if issubclass(block, Loss)})
    return "+".join(sorts) + "/" + "+".join(losses) if sorts or losses else ""


def _key(kind: str) -> str:
    return f"layout/{kind.replace('/', ' ')}"
