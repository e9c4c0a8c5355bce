"""What the dialog of a person's file asks of a page with choices, whatever kind of file it is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from playground.data.base import Dataset


class FilePage(QWidget):
    """Shows what was found in a file, and holds what a person makes of it."""

    changed = Signal()
    """The choice has changed, and with it `problem` and `sentence`."""
    again = Signal(object)
    """The file is to be read again, by this Work."""

    @property
    def problem(self) -> str:
        """Why the choice cannot be used; empty when it can, as with all that a page shows where none is named."""
        return ""

    @property
    def sentence(self) -> str:
        """What comes of the choice."""
        raise NotImplementedError

    def show_found(self, found: Any, earlier: Dataset | None) -> None:
        """Show what was read, with the choices of `earlier`, where they still fit."""
        raise NotImplementedError

    def dataset(self) -> Dataset:
        """The block for what is chosen. Raises FileRefused as long as there is a problem."""
        raise NotImplementedError
