"""What is said on standard error while a view is computed: nothing of a quick one, else an estimate and a bar."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from playground.cli.report import print_note

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from playground.analysis.progress import Progress

LONG = 2.0
"""Seconds from which on a person wants to know how long it takes."""


class Watch:
    """Listens to one computation; to be used as a context, which takes the bar away."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._open = ExitStack()
        self._bar: tuple[Bar, TaskID] | None = None
        self.share = 0.0
        """How much was done at the last news, from 0 to 1."""

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None and kind is None:
            bar, task = self._bar
            bar.update(task, completed=1.0, words="")
        self._open.close()

    def tell(self, progress: Progress) -> None:
        """Take news, and begin to speak where it will take a while."""
        self.share = progress.share
        if progress.notice:
            print_note(progress.notice)
        if self._bar is None:
            if progress.seconds_left < LONG:
                return
            self._begin(progress)
        if self._bar is not None:
            bar, task = self._bar
            bar.update(task, completed=progress.share, words=progress.words)

    def _begin(self, progress: Progress) -> None:
        from playground.analysis.progress import duration
        from playground.cli.running import progress_bar

        print_note(f"{self._title} takes {duration(progress.seconds_left)}; Ctrl-C ends it.")
        self._bar = self._open.enter_context(progress_bar(self._title))
