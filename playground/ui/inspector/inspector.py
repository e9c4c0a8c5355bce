"""The right panel: the tabs Data, Block and Training."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from playground.data.preview import DataPreview
from playground.training.snapshot import Snapshot
from playground.ui.inspector.block_panel import BlockPanel
from playground.ui.inspector.data_panel import DataPanel, data_nodes
from playground.ui.inspector.group_panel import GroupPanel
from playground.ui.inspector.notes_panel import NotesPanel
from playground.ui.inspector.training_panel import TrainingPanel
from playground.ui.open_document import OpenDocument


class Inspector(QTabWidget):
    """Shows the selected block, the data and the training settings; every change goes through the document."""

    weight_edit_requested = Signal(str, object, float)
    """(parameter name such as `dense-1.weight`, index, value)"""
    experiment_wanted = Signal(object)
    """The Path of an experiment about the open preset."""
    weights_wanted = Signal(str, object)
    """("reset", "widen" or "take", node ids): something is to be done with the weights of blocks."""
    preview_requested = Signal(str, str)
    """(data node, part): answer with `show_prepared(node, data_panel.make_preview(graph, node, part))`."""

    def __init__(self, document: OpenDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Inspector")
        self.setMinimumWidth(280)
        self._document = document
        self._node = ""
        self._beside: list[QWidget] = []
        """Tabs that stay in front."""
        self.data = DataPanel(document)
        self.block = BlockPanel(document)
        self.group = GroupPanel(document)
        self.notes = NotesPanel(document)
        self.training = TrainingPanel(document)
        self.block_place = QStackedWidget()
        self.block_place.addWidget(self.notes)
        self.block_place.addWidget(self.block)
        self.block_place.addWidget(self.group)
        self.addTab(self.data, "Data")
        self.addTab(self.block_place, "Block")
        self.addTab(self.training, "Training")
        self.setCurrentWidget(self.block_place)
        self.block.weights.weight_edit_requested.connect(self.weight_edit_requested)
        self.block.weights_wanted.connect(self.weights_wanted)
        self.notes.experiment_wanted.connect(self.experiment_wanted)
        self.block.data_requested.connect(self._show_data)
        self.data.preview_requested.connect(self.preview_requested)
        document.changed.connect(self.show_report)
        document.opened.connect(self._forget)

    def add_beside(self, panel: QWidget, title: str) -> None:
        """Add a tab of another kind: it stays in front when another block is selected."""
        self._beside.append(panel)
        self.addTab(panel, title)

    def leave(self, panel: QWidget) -> None:
        """Show the selected block in place of such a tab."""
        if self.currentWidget() is panel:
            self.setCurrentWidget(self.block_place)

    def _bring(self, panel: QWidget) -> None:
        if self.currentWidget() not in self._beside:
            self.setCurrentWidget(panel)

    @Slot(str)
    def select(self, node: str, copy: str = "") -> None:
        """Show a node, on the tab that fits it, with the weights of one of its copies; an empty id shows the notes of
        the project.
        """
        graph = self._document.graph
        self._node = node if node and graph.has(node) else ""
        self.block_place.setCurrentWidget(self.block if self._node else self.notes)
        if not self._node:
            return
        self.block.select(self._node, copy)
        if self._node in data_nodes(graph):
            self.data.select(self._node)
            self._bring(self.data)
        else:
            self._bring(self.block_place)

    @Slot(str)
    def select_group(self, group: str) -> None:
        """Show a group."""
        if group in self._document.graph.groups_by_id:
            self.group.select(group)
            self.block_place.setCurrentWidget(self.group)
            self._bring(self.block_place)

    def show_snapshot(self, snapshot: Snapshot | None, first: Snapshot | None = None) -> None:
        """Show newer weights, where they are seen, and how far they are from the first ones."""
        self.block.show_snapshot(snapshot, first)

    @Slot()
    def show_report(self) -> None:
        """Follow the document's check report; a selected node that is gone gives way to the notes."""
        if self._node and not self._document.graph.has(self._node):
            self.select("")
        if self.block_place.currentWidget() is self.group and self.group.group is None:
            self.select("")

    def show_goals(self, measured: Mapping[str, float]) -> None:
        """Tick the project's goals by the newest metrics."""
        self.notes.show_goals(measured)

    def show_prepared(self, node: str, data: DataPreview) -> None:
        """Show the examples that were asked for."""
        self.data.show_prepared(node, data)

    @Slot()
    def _show_data(self) -> None:
        self.setCurrentWidget(self.data)

    @Slot()
    def _forget(self) -> None:
        self.block.show_snapshot(None)
        self.select("")
