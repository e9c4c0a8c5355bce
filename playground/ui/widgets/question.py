"""Message boxes: words as they are, never as markup, with buttons that say what they do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

Choice = QMessageBox.StandardButton


def ask(
    parent: QWidget | None,
    title: str,
    text: str,
    choices: Mapping[Choice, str],
    default: Choice,
    *,
    more: str = "",
    icon: QMessageBox.Icon = QMessageBox.Icon.Question,
) -> Choice:
    """Ask, and return what was chosen. `choices` are the buttons with their words; empty words are the usual ones."""
    box = QMessageBox(parent)
    box.setIcon(icon)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(more)
    for choice, words in choices.items():
        button = box.addButton(choice)
        if words:
            button.setText(words)
    box.setDefaultButton(default)
    return Choice(box.exec())


def tell(parent: QWidget | None, title: str, text: str, icon: QMessageBox.Icon = QMessageBox.Icon.Warning) -> None:
    """Say something that has to be read."""
    ask(parent, title, text, {Choice.Ok: ""}, Choice.Ok, icon=icon)
