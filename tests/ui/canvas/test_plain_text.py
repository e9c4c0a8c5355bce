"""Foreign words on the canvas are shown as they were typed, never as HTML, and load no pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as Text
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel

from playground.document.graph import Group
from playground.ui.canvas.menus import context_menu, hit_by_keyboard
from playground.ui.canvas.neuron_geometry import Hit as NeuronHit
from playground.ui.canvas.outline import OutlineWidget, connect_menu
from tests.ui.canvas.conftest import Hands, canvas_with, small_network

EVIL = '<img src="/etc/hostname"><b>Q&A</b>'


@pytest.fixture
def evil(qtbot) -> Hands:
    graph = small_network()
    nodes = tuple(node.replace(title=EVIL) for node in graph.nodes)
    notes = tuple(note.replace(text=EVIL) for note in graph.notes)
    return canvas_with(graph.replace(nodes=nodes, notes=notes, groups=(Group(id="g", title=EVIL, nodes=("dense-1",)),)),
                       qtbot)  # fmt: skip


def shown(tip: str) -> str:
    """What a person reads in a tooltip."""
    text = QTextDocument()
    if Text.mightBeRichText(tip):
        text.setHtml(tip)
    else:
        text.setPlainText(tip)
    return text.toPlainText()


def test_tooltips_show_what_was_typed(evil: Hands, qtbot) -> None:
    scene = evil.view.canvas_scene
    items = [*scene.nodes.values(), *scene.notes.values(), *scene.groups.values()]
    tips = [shown(item.toolTip()) for item in items if item.toolTip()]
    assert len(tips) == 5 and all(EVIL in tip for tip in tips)
    outline = OutlineWidget(evil.document, evil.view)
    qtbot.addWidget(outline)
    outline.show()
    rows = [item for item, row in outline.flat_rows() if EVIL in row.text]
    assert rows and all(EVIL in shown(item.toolTip(0)) for item in rows)


def test_labels_and_menus_show_what_was_typed(evil: Hands, qtbot) -> None:
    view = evil.view
    view.select(["dense-1"])
    view.append_to_selection()
    assert EVIL in view.quick_menu.context.text()
    view.quick_menu.hide()
    view.verbs.enter_neurons()
    item = view.canvas_scene.unfolding.item("dense-1")
    item.show_weights(*_weights(item.units))
    item.edit(NeuronHit("bias", 0))
    item.editor.hide()
    for label in view.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not Text.mightBeRichText(label.text()), label.text()
    for menu in (context_menu(view, view.verbs, *_place(view)), connect_menu(view, "dense-1")):
        entries = [one for submenu in (menu, *menu.findChildren(type(menu))) for one in submenu.actions()]
        assert any(EVIL.replace("&", "&&") in one.text() for one in entries)
        menu.deleteLater()


def _weights(units: int) -> tuple[object, object]:
    import numpy as np

    return np.zeros((units, 2), np.float32), np.zeros(units, np.float32)


def _place(view: object) -> tuple[object, tuple[float, float]]:
    hit, place = hit_by_keyboard(view)
    return hit, (place.x(), place.y())
