"""The log file: tracebacks go there, never to the person."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from playground.paths import log_file

LOG = logging.getLogger("playground")


class QuietHandler(RotatingFileHandler):
    """A log that cannot be written to must not keep the program from running, nor write tracebacks to the person."""

    def handleError(self, record: logging.LogRecord) -> None:
        """The disk is full, or the folder has gone: there is nobody to tell."""


def start_log() -> None:
    """Write warnings and worse to the log file, which is opened when there is something to write."""
    stop_log()
    LOG.setLevel(logging.INFO)
    handler = QuietHandler(log_file(), maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    LOG.addHandler(handler)


def stop_log() -> None:
    """Close the log file, if it is open."""
    for handler in LOG.handlers[:]:
        LOG.removeHandler(handler)
        handler.close()
