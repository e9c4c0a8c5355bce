#!/usr/bin/env bash
# PySide6-Essentials 6.10.3
#
# One would guess: `findChildren` only looks, and an object that is deleted with `deleteLater` frees its Python half as soon as
#   the event loop has run and nobody refers to it any more.
# What happens: `findChildren`, called between `deleteLater()` and the moment when the event loop deletes the object, leaves one
#   reference too many on the Python half of the child. The C++ object goes, but the Python half stays for ever with its
#   whole __dict__; the garbage collector finds no referrer and collects nothing. Called before `deleteLater`, or
#   with `children()` in its place, nothing is left behind.
# Why it matters: whoever lists the docks of a window while one of them is being closed keeps every closed one in memory with all
#   that it shows. A view with its last result cost 150 kB each time it was opened and closed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check PySide6-Essentials==6.10.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PYTHON'
import gc
import sys
from collections.abc import Callable

import PySide6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

print(f"PySide6 {PySide6.__version__}")
application = QApplication([])
ROUNDS = 3


class Dock(QDockWidget):
    """A child whose Python half is counted."""


def left_after(look: Callable[[QMainWindow], object], *, before: bool) -> list[int]:
    """Python halves that are alive after each round of opening and deleting a dock, with a look at the children."""
    window = QMainWindow()
    alive = []
    for _ in range(ROUNDS):
        dock = Dock("a dock", window)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        window.removeDockWidget(dock)
        if before:
            look(window)
        dock.deleteLater()
        if not before:
            look(window)
        del dock
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        alive.append(sum(type(one) is Dock for one in gc.get_objects()))
    return alive


def find(window: QMainWindow) -> object:
    return window.findChildren(QDockWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)


found = {
    "findChildren after deleteLater": left_after(find, before=False),
}
base = found["findChildren after deleteLater"][-1]
for name, look, before in (
    ("findChildren before deleteLater", find, True),
    ("children after deleteLater", lambda window: window.children(), False),
    ("no look", lambda window: None, False),
):
    found[name] = [count - base for count in left_after(look, before=before)]
for name, counts in found.items():
    print(f"{name}: {counts} Python halves alive after each round")
good = found.pop("findChildren after deleteLater") == [1, 2, 3] and all(not any(counts) for counts in found.values())
print("as described" if good else "CHANGED: other Python halves are alive than the head of this script says")
sys.exit(not good)
PYTHON
