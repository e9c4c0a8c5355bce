"""Reads a file in a thread that lives no longer than the reading, so that neither window nor views wait for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from playground.data.own.files import FileRefused, Reading, ReadingStopped
from playground.paths import log_file

log = logging.getLogger(__name__)

Work = Callable[[Reading], Any]
"""Reads something, saying how far it is; may raise FileRefused and ReadingStopped."""


class ReadingThread(QThread):
    """One reading."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.setObjectName("reading")
        # Decoders of pictures overflow the 512 KB stacks that macOS gives to threads.
        self.setStackSize(16 * 2**20)
        self.reading = Reading()
        self.answer: Any = None
        """What was read; None when it was stopped."""
        self.refusal = ""
        """Why it could not be read."""
        self._work = work

    def run(self) -> None:
        try:
            self.answer = self._work(self.reading)
        except ReadingStopped:
            return
        except FileRefused as refused:
            self.refusal = str(refused)
        except MemoryError:
            self.refusal = "The computer has not enough memory for this file."
        except Exception:
            log.exception("reading a file failed")
            self.refusal = f"Something went wrong while reading. Details are in {log_file()}."


class Reader(QObject):
    """Starts and stops readings. Of several only the newest answers."""

    answered = Signal()
    """The newest reading is over and was not stopped: see `answer` and `refusal`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[ReadingThread] = []
        self._newest: ReadingThread | None = None
        self.answer: Any = None
        self.refusal = ""

    @property
    def reading(self) -> Reading | None:
        """The reading that goes on, to see how far it is."""
        return None if self._newest is None else self._newest.reading

    def start(self, work: Work) -> None:
        """Begin another reading; an older one is stopped."""
        self.stop()
        thread = ReadingThread(work)
        self._threads.append(thread)
        self._newest = thread
        thread.finished.connect(self._on_finished)
        thread.start()

    def stop(self) -> None:
        """Stop what goes on; it will not answer any more."""
        if self._newest is not None:
            self._newest.reading.stop()
            self._newest = None

    def shut_down(self) -> None:
        """Stop all readings and wait for their threads."""
        self.stop()
        for thread in self._threads:
            thread.reading.stop()
            thread.wait(10_000)
        self._threads.clear()

    @Slot()
    def _on_finished(self) -> None:
        newest = self._newest
        self._threads = [thread for thread in self._threads if not thread.isFinished()]
        if newest is not None and newest.isFinished():
            self._newest = None
            self.answer, self.refusal = newest.answer, newest.refusal
            if self.answer is not None or self.refusal:
                self.answered.emit()
