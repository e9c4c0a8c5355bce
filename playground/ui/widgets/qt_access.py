"""What Qt may answer with None or with less than is known, in the type that is meant: layouts, parents, pictures."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSettings
from PySide6.QtGui import QImage, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLayout, QWidget


def layout_of(widget: QWidget) -> QLayout:
    """The layout that a widget was given. Raises RuntimeError where it has none."""
    layout = widget.layout()
    if layout is None:
        raise RuntimeError(f"{type(widget).__name__} has no layout")
    return layout


def parent_of(widget: QWidget) -> QWidget:
    """The widget that another one lies in. Raises RuntimeError for a window of its own."""
    parent = widget.parentWidget()
    if parent is None:
        raise RuntimeError(f"{type(widget).__name__} lies in no other widget")
    return parent


def in_sight(widget: QWidget) -> bool:
    """Whether a widget is shown, in a window that is not minimized: what is not need not be computed."""
    return widget.isVisible() and not widget.window().isMinimized()


def widgets_in(layout: QLayout) -> list[QWidget]:
    """The widgets of a layout, in order, without its stretches and inner layouts."""
    items = (layout.itemAt(place) for place in range(layout.count()))
    widgets = (item.widget() for item in items if item is not None)
    return [widget for widget in widgets if widget is not None]


def item_of(box: QComboBox, row: int) -> QStandardItem:
    """A row of a list of choices, to be coloured or switched off. Raises TypeError where the list has another model."""
    model = box.model()
    if not isinstance(model, QStandardItemModel):
        raise TypeError(f"the rows of {type(model).__name__} are no items")
    return model.item(row)


def png(picture: QImage | QPixmap) -> bytes:
    """A picture as the content of a PNG file. Raises OSError where Qt cannot write it."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Its stubs take the format as bytes, while PySide6 wants a str.
    if not picture.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise OSError("the picture cannot be written as PNG")
    return bytes(content.data())


def kept_number(key: str, usual: float) -> float:
    """A number of the program's settings; the usual one where none is kept, or what is kept is no number."""
    try:
        return float(str(QSettings().value(key, usual)))
    except ValueError:
        return usual
