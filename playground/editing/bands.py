"""Where a long drawing breaks into rows, as a text does. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from playground.editing.room import ROW_WIDTH

ASPECT = 2.0
"""Width by height of what is so long that rows of the usual width would make a tower of it."""
_HALVINGS = 24


def bands(widths: Sequence[float], breakable: Sequence[bool], height: float) -> list[int]:
    """The first column of each row: as few rows as the usual width allows, and of these the most even ones.

    `widths` are those of the columns with their gaps, `breakable` says after which of them a row may end, and `height`
    is that of a row with its gap. No row is longer than what cannot be broken.
    """
    limit = max(ROW_WIDTH, math.sqrt(ASPECT * sum(widths) * height), _stretch(widths, breakable))
    best = _filled(widths, breakable, limit)
    if len(best) == 1:
        return best
    low, high, longest = 0.0, limit, _longest(widths, best)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        starts = _filled(widths, breakable, middle)
        if len(starts) <= len(best) and _longest(widths, starts) <= longest:
            best, high = starts, middle
        else:
            low = middle
    return best


def _filled(widths: Sequence[float], breakable: Sequence[bool], limit: float) -> list[int]:
    """Rows filled one after the other: each ends at the last break before it would be longer than the limit."""
    starts, length, last = [0], 0.0, -1
    since = 0.0  # from the last break on
    for column, width in enumerate(widths):
        if length + width > limit and last >= starts[-1]:
            starts.append(last + 1)
            length = since
            last = -1
        length += width
        since += width
        if breakable[column]:
            last, since = column, 0.0
    return starts


def _stretch(widths: Sequence[float], breakable: Sequence[bool]) -> float:
    """The longest part that cannot be broken."""
    longest = length = 0.0
    for width, breaks in zip(widths, breakable, strict=True):
        length += width
        longest = max(longest, length)
        if breaks:
            length = 0.0
    return longest


def _longest(widths: Sequence[float], starts: Sequence[int]) -> float:
    return max(sum(widths[start:stop]) for start, stop in itertools.pairwise([*starts, len(widths)]))
