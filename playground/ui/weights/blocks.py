"""The weights of single blocks: draw them anew, or make a layer wider without changing what the network answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from playground.network.naming import titles
from playground.training.weights.widening import CannotWiden, most, why_not_widen, widened, width_of
from playground.ui.open_document import OpenDocument
from playground.ui.threads.run_control import RunControl
from playground.ui.widgets.menu_action import MenuAction


class BlockWeights(QObject):
    """What one can do with the weights of the selected blocks; each is one step of undo."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(
        self, window: QWidget, document: OpenDocument, run: RunControl, selected: Callable[[], Sequence[str]]
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._run, self._selected = window, document, run, selected

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the Train menu."""
        return (
            MenuAction("reset-block", "R&eset the selected blocks", self.reset_selected, "Ctrl+Alt+R",
                       tip="Draw their weights anew; all others stay as they are"),
            MenuAction("widen", "&Widen the selected layer…", self.widen_selected, "Ctrl+Alt+W",
                       tip="More units or filters, with which the network answers as before"),
        )  # fmt: skip

    @Slot(str, object)
    def do(self, what: str, nodes: Sequence[str]) -> None:
        """Do one of these with blocks, by its name: “reset” or “widen”."""
        if what == "reset":
            self.reset(nodes)
        elif nodes:
            self.ask_to_widen(nodes[0])

    @Slot()
    def reset_selected(self) -> None:
        """Draw the weights of the selected blocks anew."""
        self.reset(self._selected())

    def reset(self, nodes: Sequence[str]) -> None:
        """Draw the weights of some blocks anew."""
        report, names = self._document.report, titles(self._document.graph)
        why_not = self._run.why_not_play()
        owned = [node for node in nodes if report.parameters.get(node)]
        if why_not or not owned:
            self.told.emit(why_not or "Select a block with weights of its own to draw them anew.", "warning")
            return
        self._run.reset(owned)
        self.told.emit(f"{' and '.join(names[node] for node in owned)}: weights drawn anew; all others stay.", "good")

    @Slot()
    def widen_selected(self) -> None:
        """Ask how wide the selected layer shall become."""
        chosen = self._selected()
        if len(chosen) == 1:
            self.ask_to_widen(chosen[0])
        else:
            self.told.emit("Select one dense or convolutional layer to make it wider.", "warning")

    def ask_to_widen(self, node: str) -> None:
        """Ask how wide a layer shall become, unless a sentence says why it cannot."""
        graph, report = self._document.graph, self._document.report
        why_not = self._run.why_not_play() or why_not_widen(graph, report, node)
        if why_not:
            self.told.emit(why_not, "warning")
            return
        block = report.blocks[node]
        old, noun = width_of(block), block.widened_by
        width, good = QInputDialog.getInt(
            self._window, "Widen", f"{noun.capitalize()} of {titles(graph)[node]} (now {old}):",
            min(2 * old, most(block)), old + 1, most(block),
        )  # fmt: skip
        if good:
            self.widen(node, width)

    def widen(self, node: str, width: int) -> None:
        """Make a layer wider; what the network answers stays."""
        try:
            wider = widened(self._document.project, self._document.report, node, width)
        except CannotWiden as error:
            self.told.emit(str(error), "warning")
            return
        name = titles(self._document.graph)[node]
        self._run.take(f"Widen {name} to {width}", wider, wider.project)
        self.told.emit(f"{wider.words}; the network answers as before, and goes on learning with more.", "good")
