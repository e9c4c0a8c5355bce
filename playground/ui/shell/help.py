"""The help menu: keys, log, about."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from playground import __version__
from playground.paths import log_file
from playground.ui.canvas.keys import HELP as CANVAS_KEYS
from playground.ui.shell.presenter import KEYS_HELP
from playground.ui.views.use.hand import HELP as HAND_KEYS
from playground.ui.views.use.pad import HELP as PAD_KEYS
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.qt_access import parent_of
from playground.ui.widgets.question import tell
from playground.ui.widgets.theme import THEME


class KeysPage(QDialog):
    """All keys on one page, which the arrow keys, Page Up and Page Down scroll; Escape closes it."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setWindowTitle("Keys")
        self.text = QTextBrowser()
        self.text.setAccessibleName("All keys")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def fill(self) -> None:
        """Write the page, with the keys as they are now."""
        native = QKeySequence.SequenceFormat.NativeText
        rows = [
            (action.iconText(), ", ".join(keys.toString(native) for keys in action.shortcuts()))
            for action in self._actions.values()
            if not action.shortcut().isEmpty()
        ]
        rows += [(words[:1].upper() + words[1:], keys) for keys, words in (*CANVAS_KEYS, *PAD_KEYS, *HAND_KEYS)]
        cells = "".join(
            f"<tr><td style='padding-right:24px'>{escape(text)}</td><td><b>{escape(key)}</b></td></tr>"
            for text, key in rows
        )
        self.text.setHtml(f"<table>{cells}</table><p>When presenting: {escape(KEYS_HELP)}</p>")
        room = parent_of(self).size()
        self.resize(min(THEME.px(640), room.width()), min(THEME.px(640), round(0.9 * room.height())))


class Help(QObject):
    """Shows the pages of the help menu."""

    def __init__(self, window: QWidget, actions: Mapping[str, QAction]) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._page: KeysPage | None = None

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Help menu."""
        return (
            MenuAction("keys", "&Keys…", self.show_keys, "F1", tip="All keys on one page"),
            MenuAction("log", "Open the &log folder", self.open_log),
            MenuAction("about", "&About Playground", self.show_about),
        )

    @Slot()
    def show_keys(self) -> None:
        """All keys on one page."""
        if self._page is None:
            self._page = KeysPage(self._actions, self._window)
        self._page.fill()
        self._page.show()
        self._page.raise_()
        self._page.text.setFocus()

    @Slot()
    def open_log(self) -> None:
        """The folder with the log file."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))

    @Slot()
    def show_about(self) -> None:
        """Name, version, licence."""
        text = (
            f"Playground {__version__}\n\nBuild a network, press play, and see it learn.\n\nMIT licence. "
            "The typefaces are Inter and JetBrains Mono, SIL Open Font License 1.1."
        )
        tell(self._window, "About Playground", text, QMessageBox.Icon.NoIcon)
