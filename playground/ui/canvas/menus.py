"""Context menus of the canvas: everything the mouse can do, by name, so that the keyboard can do it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from playground.document.graph import EdgeKey
from playground.editing import commands
from playground.editing.adding import identity_block
from playground.editing.connecting import all_fit, edges_between
from playground.editing.geometry import Hit, Point, PortRef
from playground.network.naming import titles
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.canvas.verbs import Verbs
from playground.ui.widgets.choice import Choice
from playground.ui.widgets.weights_menu import weights_menu

_MOST_OFFERS = 24
_COUNTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Numbers of copies in the menu; others are typed on the card or in the panel."""


def context_menu(view: CanvasSurface, verbs: Verbs, hit: Hit, at: Point) -> QMenu:
    """The menu for what lies at a point of the scene."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if hit.kind == "wire" and hit.edge is not None:
        _wire_menu(view, verbs, menu, hit.edge, at)
    elif hit.id in view.canvas_scene.level.stubs:
        _stub_menu(view, verbs, menu, hit.id)
    elif hit.id in view.document.graph.groups_by_id:
        group_menu(view, verbs, menu, hit.id)
    elif hit.kind in ("node", "port"):
        _node_menu(view, verbs, menu)
    elif hit.kind in ("note", "note-corner"):
        _note_menu(view, verbs, menu)
    else:
        _canvas_menu(view, verbs, menu, at)
    return menu


def _add(menu: QMenu, text: str, act: Callable[[], object], keys: str = "", enabled: bool = True) -> None:
    menu.addAction(Choice(text, act, menu, keys, enabled))


def _submenu(menu: QMenu, text: str) -> QMenu:
    submenu = QMenu(text, menu)
    menu.addMenu(submenu)
    return submenu


def _wire_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu, key: EdgeKey, at: Point) -> None:
    _add(menu, "Insert a block …", partial(view.ask_for_block, at, edge=key), "A")
    signal = view.document.report.signals.get((key.source, key.source_port))
    title = {"dense": "Dense", "conv2d": "Conv2D"}.get(identity_block(signal), "")
    if title:
        _add(menu, f"Insert a {title} that changes nothing at first", partial(verbs.insert_identity, key))
    _add(menu, "Delete the wire", verbs.delete, "Del")


def _node_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu) -> None:
    graph = view.document.graph
    names = view.selected_nodes()
    nodes = [graph.node(name) for name in names]
    _add(menu, "Add a block after …", view.append_to_selection, "A", len(names) == 1)
    _add(menu, "Set parameters", verbs.enter_parameters, "Return", len(names) == 1)
    if len(names) == 1:
        _wiring(view, menu, names[0])
    menu.addSeparator()
    _add(menu, "Rename …", verbs.rename, "F2", len(names) == 1)
    learning = any(node.training.trainable for node in nodes)
    if len(names) == 1:
        weights = weights_menu(view.document, names[0], _submenu(menu, "Use the same weights as"))
        weights.setEnabled(not weights.isEmpty())
    _add(menu, "Freeze weights" if learning else "Let the weights learn", verbs.toggle_trainable, "L")
    _weights(view, menu, names)
    possible = [node for node in nodes if view.canvas_scene.unfolding.possible(node.id)]
    folded = not all(node.unfolded for node in possible)
    _add(menu, "Show neurons" if folded else "Hide neurons", verbs.toggle_unfolded, "U", bool(possible))
    _add(menu, "Walk through neurons", verbs.enter_neurons, "N", any(node.unfolded for node in nodes))
    menu.addSeparator()
    _editing(view, verbs, menu)
    menu.addSeparator()
    _arranging(view, verbs, menu, len(view.canvas_scene.selection.items))
    _add(menu, "Group", verbs.group, "Ctrl+G")
    homes = {graph.homes.get(name) for name in names} - {None}
    _add(menu, "Ungroup", verbs.ungroup, "Ctrl+Shift+G", bool(homes))
    framed = bool(homes & view.canvas_scene.groups.keys())
    _add(menu, "Close the group around it", verbs.toggle_closed, "Ctrl+E", framed)
    put_menu(view, verbs, menu)


def _weights(view: CanvasSurface, menu: QMenu, names: tuple[str, ...]) -> None:
    """What can be done with the weights of blocks that have any."""
    report = view.document.report
    owned = [name for name in names if report.parameters.get(name)]
    if not owned:
        return
    _add(menu, "Reset weights", partial(view.weights_wanted.emit, "reset", owned))
    block = report.blocks[owned[0]].id if owned[0] in report.blocks else ""
    if len(names) == 1 and block in ("dense", "conv2d"):
        _add(menu, "Widen …", partial(view.weights_wanted.emit, "widen", owned))


def _wiring(view: CanvasSurface, menu: QMenu, name: str) -> None:
    """Connect and disconnect without the mouse."""
    known = titles(view.document.graph)
    offers = _submenu(menu, "Connect to")
    for start, port, words in _offers(view, name, known):
        _add(offers, words, partial(view.connect_ports, start, port))
    offers.setEnabled(not offers.isEmpty())
    cuts = _submenu(menu, "Disconnect")
    for wire in view.canvas_scene.level.wires.values():
        if name in (wire.start.node, wire.end.node):
            words = f"{known[wire.key.source]} → {known[wire.key.target]} ({wire.key.target_port})"
            _add(cuts, words, partial(commands.disconnect, view.document, wire.edges))
    cuts.setEnabled(not cuts.isEmpty())


def _offers(view: CanvasSurface, name: str, known: dict[str, str]) -> list[tuple[PortRef, PortRef, str]]:
    """Inputs elsewhere that an output of the node fits into."""
    scene, document = view.canvas_scene, view.document
    taken = {(wire.start, wire.end) for wire in scene.level.wires.values()}
    found: list[tuple[PortRef, PortRef, str]] = []
    outputs = scene.nodes[name].face.outputs
    for other, item in scene.nodes.items():
        for output in outputs:
            for port in item.face.inputs:
                start, end = PortRef(name, "output", output.name), PortRef(other, "input", port.name)
                edges = edges_between(scene.level, start, end)
                if (start, end) in taken or len(found) >= _MOST_OFFERS or not all_fit(document, edges).ok:
                    continue
                words = f"{known.get(other, item.face.title)}: {port.title}"
                found.append((start, end, f"{output.title} → {words}" if len(outputs) > 1 else words))
    return found


def _editing(view: CanvasSurface, verbs: Verbs, menu: QMenu) -> None:
    _add(menu, "Cut", verbs.cut, "Ctrl+X")
    _add(menu, "Copy", verbs.copy, "Ctrl+C")
    _add(menu, "Duplicate", verbs.duplicate, "Ctrl+D")
    _add(menu, "Delete", verbs.delete, "Del")


def _arranging(view: CanvasSurface, verbs: Verbs, menu: QMenu, count: int) -> None:
    align = _submenu(menu, "Align")
    for how in ("left", "centre", "right", "top", "middle", "bottom"):
        _add(align, how.capitalize(), partial(verbs.align, how))
    align.setEnabled(count > 1)
    distribute = _submenu(menu, "Distribute")
    _add(distribute, "Horizontally", partial(verbs.distribute, "horizontal"))
    _add(distribute, "Vertically", partial(verbs.distribute, "vertical"))
    distribute.setEnabled(count > 2)


def _note_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu) -> None:
    _add(menu, "Edit text …", verbs.rename, "F2")
    menu.addSeparator()
    _editing(view, verbs, menu)
    _arranging(view, verbs, menu, len(view.canvas_scene.selection.items))
    put_menu(view, verbs, menu)


def group_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu, name: str) -> None:
    """What one can do with a group, open or closed."""
    group = view.document.graph.group(name)
    _add(menu, "Enter the group", verbs.enter_group, "Return", len(view.selected_groups()) == 1)
    _add(menu, "Open in place" if group.closed else "Close to one card", verbs.toggle_closed, "Ctrl+E")
    if group.closed:
        _add(menu, "Add a block after …", view.append_to_selection, "A")
        _wiring(view, menu, name)
    menu.addSeparator()
    repeat = _submenu(menu, f"Repeat (now {group.repeat} ×)")
    for count in _COUNTS:
        _add(repeat, f"{count} ×", partial(verbs.repeat, name, count))
    _add(menu, "One copy more", partial(verbs.repeat_more, 1), "Ctrl+Up")
    _add(menu, "One copy less", partial(verbs.repeat_more, -1), "Ctrl+Down", group.repeat > 1)
    if group.repeat > 1:
        words = "Give each copy weights of its own" if group.shared else "Share the weights of all copies"
        _add(menu, words, partial(verbs.set_shared, name, not group.shared))
    menu.addSeparator()
    _add(menu, "Rename …", verbs.rename, "F2")
    _editing(view, verbs, menu)
    menu.addSeparator()
    _arranging(view, verbs, menu, len(view.canvas_scene.selection.items))
    _add(menu, "Group", verbs.group, "Ctrl+G")
    _add(menu, "Ungroup", verbs.ungroup, "Ctrl+Shift+G")
    _add(menu, "Save as my block …", partial(view.keep_wanted.emit, name))
    put_menu(view, verbs, menu)


def put_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu) -> None:
    """Put what is selected into another group, or take it out of the one where it lies."""
    graph, chosen = view.document.graph, view.canvas_scene.selection.items
    around = graph.enclosing(chosen[0]) if chosen and not chosen[0].startswith(":") else ()
    if around:
        outer = around[-2].id if len(around) > 1 else ""
        _add(menu, f"Take out of “{around[-1].title or 'Group'}”", partial(verbs.put_into, outer))
    barred = {name for one in chosen if one in graph.groups_by_id for name in graph.deep_groups(one)}
    others = [group for group in graph.groups if group.id not in barred and (not around or group.id != around[-1].id)]
    if others:
        into = _submenu(menu, "Put into")
        for group in others[:_MOST_OFFERS]:
            path = " › ".join((one.title or "Group") for one in (*graph.enclosing(group.id), group))
            _add(into, path, partial(verbs.put_into, group.id))


def _stub_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu, name: str) -> None:
    stub = view.canvas_scene.level.stubs[name]
    outside = (stub.port.outside or stub.port.ends)[0].node
    _add(menu, f"Go to {titles(view.document.graph).get(outside, outside)}", partial(view.go_to, outside))
    _add(menu, "Leave the group", verbs.leave_group, "Backspace")


def _canvas_menu(view: CanvasSurface, verbs: Verbs, menu: QMenu, at: Point) -> None:
    filled = bool(view.document.graph.nodes)
    _add(menu, "Add a block …", partial(view.ask_for_block, at), "A")
    _add(menu, "Add a note", partial(verbs.add_note, at))
    menu.addSeparator()
    _add(menu, "Paste here", partial(verbs.paste, at), "Ctrl+V")
    _add(menu, "Select all", verbs.select_all, "Ctrl+A", filled)
    menu.addSeparator()
    _add(menu, "Tidy", verbs.tidy, "", filled)
    if view.canvas_scene.entered:
        _add(menu, "Leave the group", verbs.leave_group, "Backspace")
    _add(menu, "Show everything", view.fit, "F")
    _add(menu, "100 %", view.reset_zoom, "1")
    _add(menu, "Closer", view.zoom_in, "+")
    _add(menu, "Farther", view.zoom_out, "-")


def hit_by_keyboard(view: CanvasSurface) -> tuple[Hit, QPointF]:
    """What the Menu key speaks of, the first selected thing, and where the menu opens in the scene."""
    scene, middle = view.canvas_scene, view.camera.visible().center()
    if scene.selection.wires and not scene.selection.items:
        return Hit("wire", edge=scene.selection.wires[0]), middle
    if not scene.selection.items:
        return Hit("canvas"), middle
    name = scene.selection.items[0]
    rect = scene.rects([name]).get(name)
    place = QPointF(*rect.centre) if rect is not None else middle
    if name in scene.document.graph.groups_by_id:
        frame = scene.groups.get(name)
        return Hit("group", name), QPointF(frame.frame.x, frame.frame.y) if frame is not None else place
    return Hit("node" if name in scene.nodes else "note" if name in scene.notes else "group", name), place
