"""The choice of an encoding, with a word of the file by which one sees whether it is right."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from playground.data.own.encodings import CHOICES
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.labels import plain_tip


def encoding_choice() -> QuietComboBox:
    """A list of all encodings; the data are codecs."""
    combo = QuietComboBox()
    combo.setAccessibleName("Encoding")
    combo.setToolTip(
        plain_tip("How bytes become letters. Another one reads the file again; the word beside it shows the effect.")
    )
    combo.setMinimumContentsLength(12)
    for encoding in CHOICES:
        combo.addItem(encoding.title, encoding.codec)
    return combo


def show_encoding(combo: QuietComboBox, name: QLabel, codec: str, example: str) -> None:
    """Show what a file was read with, and a word of it; nothing where every letter is ASCII."""
    bare = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(codec, codec)
    combo.setCurrentIndex(combo.findData(bare))
    shown = bool(example)
    name.setText(f"Encoding (“{example}”)" if example else "Encoding")
    name.setVisible(shown)
    combo.setVisible(shown)
