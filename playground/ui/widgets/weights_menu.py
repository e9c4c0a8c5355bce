"""“The same weights as …”: a menu of the blocks that may lend theirs, and of the others with the reason why not."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from playground.editing import same_weights
from playground.editing.document import Document
from playground.ui.widgets.choice import Choice

_MOST = 24


def weights_menu(document: Document, name: str, menu: QMenu) -> QMenu:
    """Fill a menu for a block; it stays empty for a block without weights."""
    graph = document.graph
    if not graph.has(name):
        return menu
    use = partial(same_weights.use_weights_of, document, name)
    if graph.node(name).weights_of is not None:
        menu.addAction(Choice("Weights of its own", partial(use, None), menu))
        menu.addSeparator()
    found = same_weights.lenders(graph, document.report, name)
    fitting = [one for one in found if not one.reason and one.node != graph.node(name).weights_of]
    for one in fitting[:_MOST]:
        menu.addAction(Choice(one.title, partial(use, one.node), menu))
    others = [one for one in found if one.reason]
    if others and not menu.isEmpty():
        menu.addSeparator()
    for one in others[: max(0, _MOST - len(fitting))]:
        menu.addAction(Choice(f"{one.title}: {one.reason}", menu.close, menu, enabled=False))
    return menu
