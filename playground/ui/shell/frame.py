"""The window without what fills it: the head, the gallery, the pages and the room below them. Imports no torch."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from playground.ui.gallery.gallery import Gallery
from playground.ui.shell.fitting import Pages
from playground.ui.shell.head import Head
from playground.ui.shell.text_size import TextSize
from playground.ui.widgets.labels import Label


class Frame(QMainWindow):
    """What the workplace furnishes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("Playground")
        self.text_size = TextSize(self)
        self.head = Head()
        self.setMenuWidget(self.head)
        self.gallery = Gallery()
        self.starting = Label("Opening…")
        self.starting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.starting.setProperty("role", "secondary")
        self.pages = Pages()
        self.pages.addWidget(self.gallery)
        self.pages.addWidget(self.starting)
        middle = QWidget()
        self.middle = QVBoxLayout(middle)
        """Room below the pages."""
        self.middle.setContentsMargins(0, 0, 0, 0)
        self.middle.setSpacing(0)
        self.middle.addWidget(self.pages)
        self.setCentralWidget(middle)
