"""Work that may be broken off: what takes long asks now and then whether somebody wants something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Asked = Callable[[], bool]
"""Whether the work is to be broken off."""

LOOK_SECONDS = 0.02
"""Between two looks while another library works."""


class Interrupted(Exception):
    """What was begun was broken off and does not count."""


def never() -> bool:
    """The answer of work that nobody breaks off."""
    return False


class BackgroundCall(Generic[T]):
    """A call into a library that cannot be broken off: it runs in a thread of its own, so that one need not wait.

    Who breaks off may `wait` for the same call later and loses nothing. The library must let go of Python's lock.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._answer: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="library call", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer.append(self._function())
        except BaseException as error:  # raised again in `wait`
            self._error = error

    def wait(self, interrupted: Asked) -> T:
        """The answer. Raises Interrupted, and whatever the function raises."""
        while True:
            self._thread.join(LOOK_SECONDS)
            if not self._thread.is_alive():
                break
            if interrupted():
                raise Interrupted
        if self._error is not None:
            raise self._error
        return self._answer[0]
