#!/usr/bin/env bash
# PySide6-Essentials 6.10.3
#
# One would guess: a style sheet that gives the text of a QMessageBox a least width makes small boxes wider and changes nothing
#   for long texts, which wrap.
# What happens: `QLabel#qt_msgbox_label { min-width: 300px; }` makes the text one line of 300 pixels, and the rest of it is cut.
#   The box first lets the text run on in one line and turns wrapping on only if its layout then asks for too much width;
#   with the rule the layout asks for 300 pixels, however long the line, so that wrapping is never turned on. Rules of colour
#   do no harm. A least width on all labels of the box does not cut, as it widens the icon too, past that same limit.
# Why it matters: the sentence that says what went wrong ends in the middle, without "…", in exactly the messages that are long. A
#   spacer in the box's grid layout widens it without harm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check PySide6-Essentials==6.10.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - 2> >(grep -v propagateSizeHints >&2) <<'PYTHON'
import sys

import PySide6
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QSizePolicy, QSpacerItem

print(f"PySide6 {PySide6.__version__}")
application = QApplication([])
application.setStyle("Fusion")
text = " ".join(["The file was not written, as the disk is full; nothing else was changed."] * 4)


def shown(sheet: str, spacer: bool = False) -> tuple[bool, bool]:
    """Whether the text wraps, and whether it is seen whole."""
    box = QMessageBox(QMessageBox.Icon.Warning, "Title", text, QMessageBox.StandardButton.Ok)
    box.setStyleSheet(sheet)
    if spacer:
        grid = box.layout()
        gap = QSpacerItem(300, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        grid.addItem(gap, grid.rowCount(), 0, 1, grid.columnCount())
    box.show()
    application.processEvents()
    label = box.findChild(QLabel, "qt_msgbox_label")
    one_line = label.fontMetrics().horizontalAdvance(text)
    needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
    whole = label.height() >= needed and (label.wordWrap() or label.width() >= one_line)
    print(f"{sheet or ('a spacer' if spacer else 'no rule')}: label {label.width()} x {label.height()}, "
          f"the text in one line {one_line}, wraps {label.wordWrap()}, seen whole {whole}")  # fmt: skip
    box.close()
    return label.wordWrap(), whole


good = shown("QLabel#qt_msgbox_label { min-width: 300px; }") == (False, False)
for sheet in ("", "QLabel#qt_msgbox_label { color: red; }", "QLabel { min-width: 300px; }"):
    good &= shown(sheet) == (True, True)
good &= shown("", spacer=True) == (True, True)
print("as described" if good else "CHANGED: other boxes cut their text than the head of this script says")
sys.exit(not good)
PYTHON
