"""Starts the program: one application, one window, garbage collected on the GUI thread, faults to the log."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from playground.paths import log_file
from playground.ui.shell.background_loading import BackgroundLoading
from playground.ui.shell.window import MainWindow
from playground.ui.threads.garbage import GarbageCollector
from playground.ui.widgets.theme import THEME

log = logging.getLogger(__name__)


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The application with the house style; the same for the program, for pictures and for tests."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments or sys.argv[:1])
    QCoreApplication.setOrganizationName("playground")
    QCoreApplication.setApplicationName("Playground")
    app.setStyle("Fusion")
    app.setFont(THEME.font())
    return app


def run(path: Path | None = None) -> int:
    """Open the window with the gallery, or with a project, and stay until it is closed."""
    app = make_application()
    garbage = GarbageCollector(app)
    window = MainWindow()
    sys.excepthook = FaultReporter(window)
    THEME.strong = bool(QSettings().value("high-contrast", False, type=bool))
    THEME.use(str(QSettings().value("theme", "system")))
    if path is not None:
        window.open_path(path)
    window.show_first()
    window.furnished.connect(garbage.settle)
    loading = BackgroundLoading(app)
    window.furnished.connect(loading.plan)
    # The event after the first paint: the person sees the window before the libraries load.
    QTimer.singleShot(0, window.load)
    code = app.exec()
    garbage.stop()
    return code


class FaultReporter:
    """What happens to an exception that nobody caught: traceback to the log, one sentence to the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        """Log and tell."""
        log.critical("uncaught", exc_info=(kind, error, traceback))
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        place = self._window.workplace
        if place is not None:
            sentence = "Something went wrong inside Playground. Your work is kept."
            place.messages.tell(f"{sentence} Details are in {log_file()}.")
