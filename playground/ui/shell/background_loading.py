"""Loads what a later click may need, once the program is up and the person is looking at it.

The first support vector machine would otherwise wait a second for scikit-learn, the first autoregression for
statsmodels.
"""

from __future__ import annotations

import importlib
import logging
import threading

from PySide6.QtCore import QObject, QTimer, Slot

log = logging.getLogger(__name__)

LIBRARIES = ("sklearn.svm", "statsmodels.tsa.ar_model")
PATIENCE_MS = 2_500
"""The first preset may be opened in peace."""


class BackgroundLoading(QObject):
    """Waits for a quiet moment after the start, then loads the libraries beside the window, one after another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)

    @Slot()
    def plan(self) -> None:
        """The workplace is there: begin soon."""
        self._timer.start(PATIENCE_MS)

    @Slot()
    def _begin(self) -> None:
        # No QThread: nobody waits for it, and the program may end while it still loads.
        threading.Thread(target=load, name="background-loading", daemon=True).start()


def load() -> None:
    """Import the libraries; one that is missing is told of when it is needed."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            log.warning("%s cannot be loaded", name)
