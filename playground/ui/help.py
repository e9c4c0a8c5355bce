"""The help menu: keys, log, about."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from playground import __version__
from playground.paths import log_file
from playground.ui.canvas.keys import HELP as CANVAS_KEYS
from playground.ui.presenter import KEYS_HELP
from playground.ui.window_actions import WindowActions


class Help(QObject):
    """Shows the pages of the help menu."""

    def __init__(self, window: QWidget, actions: WindowActions) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions

    @Slot()
    def show_keys(self) -> None:
        """All keys on one page."""
        native = QKeySequence.SequenceFormat.NativeText
        rows = [
            (action.iconText(), action.shortcut().toString(native))
            for action in self._actions.act.values()
            if not action.shortcut().isEmpty()
        ]
        rows += [(words.capitalize(), keys) for keys, words in CANVAS_KEYS]
        cells = "".join(
            f"<tr><td style='padding-right:24px'>{text}</td><td><b>{key}</b></td></tr>" for text, key in rows
        )
        QMessageBox.information(self._window, "Keys", f"<table>{cells}</table><p>When presenting: {KEYS_HELP}</p>")

    @Slot()
    def open_log(self) -> None:
        """The folder with the log file."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))

    @Slot()
    def show_about(self) -> None:
        """Name, version, licence."""
        text = f"<b>Playground {__version__}</b><br>Build a network, press play, and see it learn.<br>MIT licence."
        QMessageBox.about(self._window, "About Playground", text)
