"""An example that a person gives by hand, in place of one of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Given:
    """What was given for each data block, by its id, as its form takes it; two are never equal."""

    entries: Mapping[str, Any]
