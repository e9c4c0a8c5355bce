"""A network is built, trained and changed from nothing without a mouse, through real key events."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QWidget

from tests.end_to_end.conftest import Person

NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def focused() -> QWidget:
    """What has the focus; a popup has it first. The offscreen platform leaves no window active behind a popup."""
    popup = QApplication.activePopupWidget()
    windows = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    if popup is None and QApplication.activeWindow() not in windows:
        windows[0].activateWindow()
        QApplication.processEvents()
    holders = [QApplication.focusWidget(), *(window.focusWidget() for window in windows)]
    if popup is not None:
        holders = [popup.focusWidget(), popup]
    return next(holder for holder in holders if holder is not None)


def press(key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    """The key goes where the focus is, as on a real keyboard."""
    QTest.keyClick(focused(), key, keys)


def type_in(text: str) -> None:
    QTest.keyClicks(focused(), text)


def adds(block: str) -> None:
    """With the quick menu open: search and take the first."""
    type_in(block)
    press(Key.Key_Return)


def test_built_trained_and_changed_without_a_mouse(person: Person) -> None:
    person.window.activateWindow()
    press(Key.Key_N, CONTROL)
    canvas, place = person.place.canvas, person.place
    person.sees(canvas.hasFocus)
    press(Key.Key_A)
    adds("Moons")
    for words in ("Dense", "Dense", "Cross-entropy"):
        press(Key.Key_A)
        adds(words)
    assert [node.block for node in person.graph.nodes] == ["moons", "dense", "dense", "cross-entropy"]
    assert {edge.target_port for edge in person.graph.edges} == {"input", "prediction", "target"}

    # Back along the wire to the last dense block, into its parameters, two units, and back.
    press(Key.Key_Tab, SHIFT)
    assert canvas.selected_node() == "dense-2"
    press(Key.Key_Return)
    assert place.inspector.isAncestorOf(focused())
    press(Key.Key_A, CONTROL)
    type_in("2")
    press(Key.Key_Return)
    press(Key.Key_Escape)
    assert canvas.hasFocus() and person.graph.node("dense-2").parameters["units"] == 2
    assert place.document.report.ok, place.document.report.errors()

    person.waits_for("ready")
    press(Key.Key_Return, CONTROL)
    person.sees(lambda: person.step > 20)
    press(Key.Key_Return, CONTROL)
    person.waits_for("paused")

    # Another activation by the arrow keys in its box, then undone.
    press(Key.Key_Tab, SHIFT)
    assert canvas.selected_node() == "dense-1"
    press(Key.Key_Return)
    for _ in range(12):
        if isinstance(focused(), QComboBox):
            break
        press(Key.Key_Tab)
    press(Key.Key_Down)
    assert "activation" in person.graph.node("dense-1").parameters
    press(Key.Key_Escape)
    assert canvas.hasFocus()
    press(Key.Key_Z, CONTROL)
    assert "activation" not in person.graph.node("dense-1").parameters
    press(Key.Key_Delete)
    assert not person.graph.has("dense-1")


def test_f6_walks_through_the_panes_and_back(person: Person, tmp_path) -> None:
    from .conftest import spirals

    person.opens(spirals(), tmp_path)
    place = person.place
    person.window.activateWindow()
    person.sees(place.canvas.hasFocus)
    assert {"curves"} <= set(place.views.open_ids())
    panes = place.panes.all()
    order = [place.top_bar, place.palette, place.outline, place.canvas, place.inspector]
    assert panes[:5] == order and panes[-1] is place.time_bar and len(panes) == 6 + len(place.views.open_ids())

    def walk(keys: Qt.KeyboardModifier) -> list[QWidget]:
        walked = []
        for _ in panes:
            press(Key.Key_F6, keys)
            walked.append(place.panes.current())
        return walked

    assert walk(NONE) == [*panes[4:], *panes[:4]]
    assert walk(SHIFT) == [*panes[2::-1], *panes[:2:-1]]
    press(Key.Key_O, CONTROL | SHIFT)
    assert place.outline.tree.hasFocus()
    place.canvas.select(["dense-1"])
    press(Key.Key_Return)
    assert place.inspector.isAncestorOf(focused())
    press(Key.Key_Escape)
    assert place.outline.tree.hasFocus()
    press(Key.Key_Escape)
    assert place.canvas.hasFocus()


def test_menus_show_the_keys_that_the_canvas_answers(person: Person) -> None:
    act = person.place.actions.act
    names = ("cut", "delete", "rename", "add-after", "parameters")
    shown = {name: act[name].text().partition("\t")[2] for name in names}
    assert shown == {"cut": "Ctrl+X", "delete": "Del", "rename": "F2", "add-after": "A", "parameters": "Return"}
    assert act["cut"].shortcut().isEmpty() and act["cut"].iconText() == "Cut"


def test_the_page_of_keys_scrolls_by_keyboard(person: Person) -> None:
    person.place.show_canvas()
    person.window.activateWindow()
    person.presses(Key.Key_F1, on=person.place.canvas)
    page = next(widget for widget in person.window.findChildren(QDialog) if widget.isVisible())
    person.sees(lambda: page.text.verticalScrollBar().maximum() > 0)
    for key in (Key.Key_Down, Key.Key_PageDown):
        before = page.text.verticalScrollBar().value()
        QTest.keyClick(page.text, key)
        person.sees(lambda before=before: page.text.verticalScrollBar().value() > before)
    assert "F6" in page.text.toPlainText()
    QTest.keyClick(page.text, Key.Key_Escape)
    assert not page.isVisible()
