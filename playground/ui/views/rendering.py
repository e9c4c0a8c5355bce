"""A view as a file without a window: a picture as PNG or SVG, its numbers as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from playground.ui.views.base import View
from playground.ui.views.saving import framed, save_csv
from playground.ui.widgets.theme import THEME

KINDS = ("png", "svg", "csv")


def render(
    result: Any, view_class: type[View] | None, path: Path, theme: str = "light", size: QSize | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Draw a result without a window and save it as what the ending of the path says: png, svg or csv.

    `options` are the parameters of the view that a person has set. Without a view class only a table can be saved.

    Needs a QApplication for pictures, none for a table. Raises ValueError for another ending, OSError when the file
    cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise ValueError(f"A view is saved as png, svg or csv, but “{path.name}” arrived.")
    if kind == "csv":
        save_csv(result.table(), path)
        return
    if view_class is None:
        raise ValueError(f"No view draws this result, so {path.name} cannot be a picture; a table can be saved as csv.")
    before = THEME.tokens.name
    THEME.use(theme)
    view = view_class()
    try:
        view.resize((size or QSize(800, 600)) - framed(QSize(0, 0), view.heading))
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        view.show()  # only what is shown is laid out
        view.take_options(options or {})
        view.show_result(result)
        view.settle()
        # Axes know how wide their numbers are when they have been painted once; their names keep away from them then.
        view.grab()
        QApplication.sendPostedEvents()
        view.settle()
        (view.save_png if kind == "png" else view.save_svg)(path)
    finally:
        view.close()
        view.deleteLater()
        THEME.use(before)
