#!/usr/bin/env bash
# PySide6-Essentials 6.10.3
#
# One would guess: a widget that is on the screen, with nothing before it but its own children, has a visible region.
# What happens: opaque children count as covering. As soon as one that paints its own background fills the widget, its
#   `visibleRegion()` is empty, though `isVisible()` is true; with one pixel left free it is that pixel. The region of
#   the child is whole. A child that lets the background through takes nothing away.
# Why it matters: whoever asks the region whether a page of a dock or tab can be seen at all, to save work where it cannot, stops
#   drawing exactly what fills its frame, and the answer changes with a style sheet or palette. The question belongs to
#   the child that paints, or to the region of the parent with the children's regions added.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check PySide6-Essentials==6.10.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PYTHON'
import sys

import PySide6
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget

print(f"PySide6 {PySide6.__version__}")
application = QApplication([])
WHOLE = QRect(0, 0, 200, 100)


def regions(set_up, place: QRect = WHOLE) -> tuple[QRect, QRect]:
    """The visible regions of a parent and of its only child, at that place in it."""
    parent = QWidget()
    parent.resize(WHOLE.size())
    child = QWidget(parent)
    child.setGeometry(place)
    set_up(child)
    parent.show()
    application.processEvents()
    assert parent.isVisible() and child.isVisible()
    return parent.visibleRegion().boundingRect(), child.visibleRegion().boundingRect()


def opaque(child: QWidget) -> None:
    child.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)


cases = {
    "a child that lets the background through": (regions(lambda child: None), (WHOLE, WHOLE)),
    "a child that fills its background": (regions(lambda child: child.setAutoFillBackground(True)), (QRect(), WHOLE)),
    "an opaque child": (regions(opaque), (QRect(), WHOLE)),
    "an opaque child, one pixel narrower": (
        regions(opaque, QRect(0, 0, 199, 100)), (QRect(199, 0, 1, 100), QRect(0, 0, 199, 100)),
    ),
}  # fmt: skip
good = True
for name, (seen, expected) in cases.items():
    parent, child = (rect.getRect() if not rect.isEmpty() else "nothing" for rect in seen)
    print(f"{name}: of the parent {parent}, of the child {child}")
    good &= all(one == other or one.isEmpty() and other.isEmpty() for one, other in zip(seen, expected, strict=True))
print("as described" if good else "CHANGED: other regions are visible than the head of this script says")
sys.exit(not good)
PYTHON
