"""Keeps numpy's products of matrices on the thread that asks for them."""

from __future__ import annotations

import functools


@functools.cache
def multiply_on_one_thread() -> None:
    """Set it for the whole process, once and for good.

    The other cores are the window's, products of the size that come here are hardly quicker on several, and a run has
    the same weights whatever the number of cores. A limit for a moment would not do: what one thread puts back at its
    end, another may have set in the meantime.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
