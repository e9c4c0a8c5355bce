"""Where the arrays of plans and flat tensors lie: anywhere, or side by side with those of other networks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[Any]
Source = Callable[[tuple[int, ...], np.dtype[Any]], Array]
"""Gives an array of zeros of a shape and a type."""

_SOURCE: ContextVar[Source | None] = ContextVar("source of memory", default=None)


@contextmanager
def memory_from(source: Source) -> Iterator[None]:
    """Let all arrays that this thread makes for plans come from there meanwhile."""
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)


def side_by_side() -> bool:
    """Whether memory comes from a source that puts it beside that of other networks."""
    return _SOURCE.get() is not None


def zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array that a plan writes into; zero at first."""
    source = _SOURCE.get()
    return np.zeros(shape, dtype=dtype) if source is None else source(shape, np.dtype(dtype))


def zero_tensor(count: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """A flat tensor, (count,); zero at first."""
    if _SOURCE.get() is None or device.type != "cpu":
        return torch.zeros(count, dtype=dtype, device=device)
    return torch.from_numpy(zeros((count,), torch.empty(0, dtype=dtype).numpy().dtype))
