"""What one can do with the selection: the same functions behind keys, menus, toolbar and palette."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QGuiApplication

from playground.document.graph import EdgeKey
from playground.editing import adding, commands, groups
from playground.editing.clipboard import PasteError
from playground.editing.geometry import Line, Point, Rect, free_place
from playground.exchange.addresses import is_link
from playground.ui.canvas.paint import scene_rect
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.widgets.menu_action import MenuAction


class Verbs:
    """Bound to one canvas. Every function that finds nothing to do does nothing."""

    def __init__(self, view: CanvasSurface) -> None:
        self._view = view
        self._document = view.document

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Edit menu; the canvas has these keys itself, as text fields have their own."""
        return (
            MenuAction("cut", "Cu&t", self.cut, elsewhere="Ctrl+X"),
            MenuAction("copy", "&Copy", self.copy, elsewhere="Ctrl+C"),
            MenuAction("paste", "&Paste", self.paste, elsewhere="Ctrl+V"),
            MenuAction("duplicate", "&Duplicate", self.duplicate, elsewhere="Ctrl+D"),
            MenuAction("delete", "D&elete", self.delete, elsewhere="Del"),
            MenuAction("select-all", "Select &all", self.select_all, elsewhere="Ctrl+A"),
            MenuAction("add-after", "Add a &block after…", self._view.append_to_selection, elsewhere="A"),
            MenuAction("parameters", "Set para&meters", self.enter_parameters, elsewhere="Return"),
            MenuAction("rename", "Rena&me", self.rename, elsewhere="F2"),
            MenuAction("neurons", "Show or hide ne&urons", self.toggle_unfolded, elsewhere="U"),
            MenuAction("walk-neurons", "&Walk through neurons", self.enter_neurons, elsewhere="N"),
            MenuAction("freeze", "&Freeze or let learn", self.toggle_trainable, elsewhere="L", icon="lock",
                       tip="Keep the weights of the selected blocks as they are, or let them learn again"),
            MenuAction("group", "&Group", self.group, elsewhere="Ctrl+G"),
            MenuAction("ungroup", "U&ngroup", self.ungroup, elsewhere="Ctrl+Shift+G"),
            MenuAction("close-group", "&Open or close the group", self.toggle_closed, elsewhere="Ctrl+E"),
            MenuAction("leave-group", "&Leave the group", self.leave_group, elsewhere="Backspace"),
            MenuAction("note", "Add a &note", self.add_note, icon="note"),
            MenuAction("tidy", "Tid&y the canvas", self.tidy, icon="tidy"),
            MenuAction("fit", "Show &everything", self._view.fit, elsewhere="F"),
            MenuAction("actual-size", "Canvas at 100 &%", self._view.reset_zoom, elsewhere="Ctrl+1"),
            MenuAction("zoom-in", "Canvas &closer", self._view.zoom_in, elsewhere="+"),
            MenuAction("zoom-out", "Canvas &farther", self._view.zoom_out, elsewhere="-"),
        )

    @property
    def _chosen(self) -> tuple[str, ...]:
        return self._view.canvas_scene.selection.items

    @property
    def _nodes(self) -> tuple[str, ...]:
        return self._view.canvas_scene.selection.nodes(self._document.graph)

    @property
    def _whole(self) -> tuple[str, ...]:
        """What is selected, with all that lies in closed groups and frames."""
        scene = self._view.canvas_scene
        frames = [member for name in self._chosen if name in scene.groups for member in scene.groups[name].members]
        return scene.level.whole((*self._chosen, *frames), self._document.graph)

    # Clipboard -------------------------------------------------------------------------------------------------------

    def copy(self) -> bool:
        """Copy the selected blocks and notes as text. False when nothing is selected."""
        text = commands.copied(self._document, self._whole)
        if text:
            QGuiApplication.clipboard().setText(text)
        return bool(text)

    def cut(self) -> None:
        """Copy, then delete."""
        if self.copy():
            self.delete()

    def paste(self, at: Point | None = None) -> None:
        """Paste blocks, at a point or below those they were copied from; anything else is refused with a sentence."""
        text, taken = QGuiApplication.clipboard().text(), self._view.canvas_scene.rects()
        try:
            names = commands.paste(self._document, text, at, taken=taken)
        except PasteError as error:
            if is_link(text):
                self._view.link_pasted.emit(text)
            else:
                self._view.say(str(error))
            return
        self._show_new(names)

    def duplicate(self) -> None:
        """Copy the selected blocks below themselves."""
        self._show_new(commands.duplicate(self._document, self._whole, taken=self._view.canvas_scene.rects()))

    def _show_new(self, names: tuple[str, ...]) -> None:
        if names:
            self._view.select(names)
            rects = self._view.canvas_scene.rects(names)
            for rect in rects.values():
                self._view.camera.reveal(scene_rect(rect))

    # Selection -------------------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete what is selected; the gap is closed."""
        level, selection = self._view.canvas_scene.level, self._view.canvas_scene.selection
        whole = level.whole(selection.items, self._document.graph)
        commands.delete(self._document, whole, level.edges_of(selection.wires))

    def select_all(self) -> None:
        """Select all blocks and notes."""
        self._view.select(self._view.canvas_scene.rects())

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection by the keyboard."""
        commands.nudge(self._document, self._view.canvas_scene.moved_with(self._chosen), dx, dy)

    def step(self, forwards: bool) -> bool:
        """Select the next block in the order of the network. False past the last one."""
        scene = self._view.canvas_scene
        blocks = self._document.report.order or tuple(node.id for node in self._document.graph.nodes)
        order = list(dict.fromkeys(card for name in blocks if (card := scene.card_of(name))))
        present = next((name for name in self._chosen if name in order), None)
        if not order:
            return False
        if present is None:
            number = 0 if forwards else len(order) - 1
        else:
            number = order.index(present) + (1 if forwards else -1)
        if not 0 <= number < len(order):
            self._view.select([])
            return False
        self._view.go_to(order[number])
        return True

    def follow(self, forwards: bool) -> None:
        """Select the block at the other end of a wire."""
        level = self._view.canvas_scene.level
        for name in self._chosen[:1]:
            ends = [(wire.start.node, wire.end.node) for wire in level.wires.values()]
            beyond = [end if forwards else start for start, end in ends if (start if forwards else end) == name]
            found = next((card for card in beyond if card not in level.stubs), "")
            if found:
                self._view.go_to(found)

    # Blocks ----------------------------------------------------------------------------------------------------------

    def add_block(self, block_id: str) -> str:
        """Add a block after the selected one, or to the right of all. Returns its id."""
        port = self._view.output_of(self._view.canvas_scene.selection.single)
        chosen = self._view.selected_node()
        name = adding.add_block(self._document, block_id, after=chosen or port)
        self._view.go_to(name)
        return name

    def enter_parameters(self) -> None:
        """Go into the parameters of the selected block; where none is selected, ask for a block to add."""
        if self.enter_group():
            return
        if self._view.selected_node():
            self._view.parameters_wanted.emit()
        else:
            self._view.append_to_selection()

    def rename(self) -> None:
        """Type another title for the selected block or group, or edit the selected note."""
        if len(self._chosen) == 1:
            self._view.edit(self._chosen[0])

    def toggle_unfolded(self) -> None:
        """Show or hide the neurons of the selected dense blocks."""
        nodes = [name for name in self._nodes if self._view.canvas_scene.unfolding.possible(name)]
        if nodes:
            commands.toggle_unfolded(self._document, nodes)

    def enter_neurons(self) -> None:
        """Let the arrow keys walk through the neurons of the selected block; it is unfolded first."""
        name = self._view.selected_node()
        if name and self._view.canvas_scene.unfolding.item(name) is None:
            self.toggle_unfolded()
        item = self._view.canvas_scene.unfolding.item(name)
        if item is not None:
            item.setFocus()

    def toggle_trainable(self) -> None:
        """Freeze the selected blocks, and those in selected groups, or let them learn again."""
        graph = self._document.graph
        inside = [name for group in self._view.selected_groups() for name in graph.members(group)]
        names = tuple(dict.fromkeys((*self._nodes, *inside)))
        if names:
            commands.toggle_trainable(self._document, names)

    def insert_identity(self, key: EdgeKey) -> None:
        """Put a layer into a wire that starts as the identity."""
        name = adding.insert_identity(self._document, key)
        if name:
            self._view.go_to(name)

    # Arrangement -----------------------------------------------------------------------------------------------------

    def align(self, how: Line) -> None:
        """Bring the selected cards to one line."""
        commands.align(self._document, self._view.canvas_scene.rects(self._chosen), how)

    def distribute(self, axis: Literal["horizontal", "vertical"]) -> None:
        """Give the selected cards equal room."""
        commands.distribute(self._document, self._view.canvas_scene.rects(self._chosen), axis)

    def tidy(self) -> None:
        """Lay out the whole graph and show it."""
        commands.tidy(self._document, self._view.canvas_scene.sizes())
        self._view.fit()

    def group(self) -> None:
        """Frame the selected blocks."""
        name = groups.group(self._document, self._chosen)
        if name:
            self._view.select([name])

    def ungroup(self) -> None:
        """Take the groups of the selection away; their blocks stay."""
        groups.ungroup(self._document, self._chosen)

    def toggle_closed(self) -> None:
        """Close the selected groups to one card each, or open them in place; of a block that around it."""
        chosen = self._view.selected_groups() or self._groups_of_blocks()
        if chosen:
            groups.toggle_closed(self._document, chosen)
            self._view.select(chosen)

    def _groups_of_blocks(self) -> tuple[str, ...]:
        """The groups in which the selected blocks lie, as far as they are seen."""
        graph, frames = self._document.graph, self._view.canvas_scene.groups
        homes = [graph.homes.get(name, "") for name in self._nodes]
        return tuple(dict.fromkeys(home for home in homes if home in frames))

    def enter_group(self) -> bool:
        """Go inside the selected group. False when none is selected."""
        chosen = self._view.selected_groups()
        if len(chosen) == 1:
            self._view.canvas_scene.enter(chosen[0])
        return len(chosen) == 1

    def leave_group(self) -> bool:
        """Go back to what is around the group that is seen from inside. False on the outermost level."""
        scene, graph = self._view.canvas_scene, self._document.graph
        inside = scene.entered
        if not inside:
            return False
        scene.enter(graph.homes.get(inside, ""))
        if inside in scene.nodes or inside in scene.groups:
            self._view.select([inside])
        return True

    def leave_or_delete(self) -> None:
        """Inside a group go out of it, else delete what is selected."""
        if not self.leave_group():
            self.delete()

    def repeat(self, identifier: str, count: int) -> None:
        """Let a group stand several times in series, and say why where that cannot be."""
        refusal = groups.set_repeat(self._document, identifier, count)
        if refusal:
            self._view.say(refusal)

    def set_shared(self, identifier: str, shared: bool) -> None:
        """Let all copies of a group use the same weights, or each its own."""
        groups.set_shared(self._document, identifier, shared)

    def put_into(self, target: str) -> None:
        """Put what is selected into a group, or out of all for ""."""
        groups.put_into(self._document, self._chosen, target)

    def repeat_more(self, by: int) -> None:
        """One copy more or less of the selected groups."""
        for name in self._view.selected_groups():
            self.repeat(name, self._document.graph.group(name).repeat + by)

    def add_note(self, at: Point | None = None) -> None:
        """Stick a note on the canvas, at a point or near the middle, and start to write."""
        if at is None:
            centre = self._view.camera.visible().center()
            wanted = Rect(centre.x() - 105.0, centre.y() - 32.0, 210.0, 64.0)
            at = free_place(wanted, list(self._view.canvas_scene.rects().values()))
        name = commands.add_note(self._document, at, inside=self._view.canvas_scene.entered)
        self._view.select([name])
        self._view.edit(name)
