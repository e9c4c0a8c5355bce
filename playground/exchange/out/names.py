"""Names in files of others: what a person called a block, in letters that every format takes."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

import torch


def plain(text: str, otherwise: str) -> str:
    """A title as a name of small letters, digits and underscores: “Dense 2” is `dense_2`."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_") or otherwise
    name = name if name[0].isalpha() else f"{otherwise}_{name}"
    # torch.export writes Python in which a module is an attribute: “and”, or “code” of its own, would break it.
    return f"{name}_{otherwise}" if keyword.iskeyword(name) or hasattr(torch.fx.GraphModule, name) else name


def distinct(wanted: Iterable[str]) -> list[str]:
    """The names in order, those that come again with a number behind them."""
    found: list[str] = []
    for name in wanted:
        free, number = name, 2
        while free in found:
            free, number = f"{name}_{number}", number + 1
        found.append(free)
    return found
