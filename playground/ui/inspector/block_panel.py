"""The Block tab: everything about the selected block."""

from __future__ import annotations

import functools
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from playground.blocks.activation import Activation, activation
from playground.blocks.base import Block
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Node, NodeTraining
from playground.document.project import Project
from playground.network.check import block_of
from playground.training.snapshot import Snapshot
from playground.ui.inspector.curve_plot import Curve, CurvePlot
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.node_training import NodeTrainingSection
from playground.ui.inspector.problem_section import ProblemSection
from playground.ui.inspector.same_weights_row import SameWeightsRow
from playground.ui.inspector.weights_section import WeightsSection
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.formula import FormulaLabel
from playground.ui.widgets.rows import Column, Section, clear, label, title_field


class BlockPanel(Column):
    """Edits one node: title, parameters, how it learns; shows its formula, curve, weights and problems."""

    data_requested = Signal()
    """The person asked to see the data of a data block."""
    weights_wanted = Signal(str, object)
    """("reset", "widen" or "take", node ids): something is to be done with the weights."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._node = self._copy = ""
        self._block_id = ""
        self._seen: object = None
        self._snapshot: Snapshot | None = None
        self._first: Snapshot | None = None
        self.form: ParameterForm | None = None
        self._add_head()
        self.problems = ProblemSection(document)
        self.add(self.problems)
        self._form_place = QVBoxLayout()
        self.body.addLayout(self._form_place)
        self.to_data = QPushButton("Show its data")
        self.to_data.clicked.connect(self.data_requested)
        self.add(self.to_data)
        self.same_weights = SameWeightsRow(document)
        self.add(self.same_weights)
        self.learning = NodeTrainingSection(document)
        self.add(self.learning)
        self._add_formula()
        self.weights = WeightsSection()
        self.weights.wanted.connect(self._on_weights_wanted)
        self.add(self.weights)
        self.about = Section("Learn more")
        self.summary = label()
        self.source = label(role="secondary")
        self.about.add(self.summary)
        self.about.add(self.source)
        self.add(self.about)
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)

    def _add_head(self) -> None:
        line = QHBoxLayout()
        self.title = title_field("Title of the block")
        self.title.editingFinished.connect(self._set_title)
        self.count = label(role="secondary", wrap=False)
        line.addWidget(self.title, 1)
        line.addWidget(self.count)
        self.body.addLayout(line)

    def _add_formula(self) -> None:
        self.formula_section = Section("Formula")
        self.formula = FormulaLabel()
        self.activation_formula = FormulaLabel()
        self.shapes = label(role="secondary")
        self.curve = CurvePlot()
        for widget in (self.formula, self.activation_formula, self.shapes, self.curve):
            self.formula_section.add(widget)
        self.add(self.formula_section)

    @property
    def node(self) -> Node | None:
        """The shown node; None when it is gone."""
        graph = self._document.graph
        return graph.node(self._node) if self._node and graph.has(self._node) else None

    def select(self, node: str, copy: str = "") -> None:
        """Show another node, with the weights of one of its copies if it has several."""
        self._node, self._copy = node, copy or node
        self.refresh()

    def show_snapshot(self, snapshot: Snapshot | None, first: Snapshot | None = None) -> None:
        """Show newer weights, and how far they are from the first ones of the run."""
        newer = snapshot is not self._snapshot
        self._snapshot, self._first = snapshot, first
        if newer and self.isVisible() and self.node is not None:
            self._show_weights()

    def _show_weights(self) -> None:
        node, block = self.node, self._document.report.blocks.get(self._node)
        frozen = node is not None and not node.training.trainable
        self.weights.show_node(self._copy, self._snapshot, self._first, frozen=frozen)
        self.weights.widen.setVisible(block is not None and block.id in ("dense", "conv2d"))

    @Slot(str)
    def _on_weights_wanted(self, what: str) -> None:
        if self._node:
            self.weights_wanted.emit(what, [self._node])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.node is not None:
            self._show_weights()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        if before.graph is not after.graph and self._seen != self._sight():
            self.refresh()

    def _sight(self) -> object:
        """All that this panel shows of the document; its place on the canvas is not part of it."""
        node = self.node
        if node is None:
            return id(self._document.report), None
        shown = node.id, node.block, node.title, node.parameters, node.training, node.weights_of
        return id(self._document.report), shown

    @Slot()
    def refresh(self) -> None:
        """Show what the document and its report say about the node."""
        node = self.node
        self._seen = self._sight()
        declaration = CATALOGUE.get(node.block) if node is not None else None
        if node is None or declaration is None:
            self._show_unknown(node)
            return
        self._show_head(node, declaration)
        self._show_form(node, declaration)
        self.same_weights.show_node(node.id)
        report = self._document.report
        self.problems.show_problems(tuple(problem for problem in report.problems if problem.node == node.id))
        has_weights = report.parameters.get(node.id, 0) > 0 or node.training != NodeTraining()
        self.learning.setVisible(has_weights)
        if has_weights:
            self.learning.show_node(node)
        self._show_formula(node, declaration)
        self._show_weights()
        self.summary.setText(declaration.summary)
        self.source.setText(f"Source: {declaration.source}" if declaration.source else "")
        self.source.setVisible(bool(declaration.source))

    def _show_unknown(self, node: Node | None) -> None:
        """A node whose block this version does not know has problems, but nothing to set."""
        self._block_id = ""
        clear(self._form_place)
        self.form = None
        if node is not None:
            self.title.setText(node.title or node.block)
            self.count.setText("")
            self.problems.show_problems(
                tuple(problem for problem in self._document.report.problems if problem.node == node.id)
            )
        for widget in (self.to_data, self.same_weights, self.learning, self.formula_section, self.weights, self.about):
            widget.setVisible(False)

    def _show_head(self, node: Node, declaration: type[Block]) -> None:
        title = node.title or declaration.title
        if not self.title.isModified() or not self.title.hasFocus():
            self.title.setText(title)
            self.title.setCursorPosition(0)
        is_data = issubclass(declaration, Dataset)
        count = self._document.report.parameters.get(node.id, 0)
        words = f"{count:,} parameter{'s' if count != 1 else ''}"
        if node.weights_of is not None and not count:
            words = f"{self._document.report.parameters.get(node.weights_of, 0):,} shared"
        self.count.setText(words if not is_data else "")
        self.to_data.setVisible(is_data)
        self.about.setVisible(True)

    def _show_form(self, node: Node, declaration: type[Block]) -> None:
        identity = f"{node.id}:{node.block}"
        if self.form is None or identity != self._block_id:
            clear(self._form_place)
            self._block_id = identity
            self.form = ParameterForm(
                declaration.parameter_infos(), node.parameters, declaration.parameter_problems
            )
            self.form.changed.connect(self._set_parameter)
            self._form_place.addWidget(self.form)
        else:
            self.form.set_values(node.parameters)
        self.form.setVisible(not issubclass(declaration, Dataset))

    def _show_formula(self, node: Node, declaration: type[Block]) -> None:
        report = self._document.report
        block = report.blocks.get(node.id)
        self.formula.set_latex(declaration.formula)
        self.formula.setVisible(bool(declaration.formula))
        function = _activation_of(node)
        inner = function if function is not None and not isinstance(block, Activation) else None
        self.activation_formula.set_latex(inner.formula if inner is not None else "")
        self.activation_formula.setVisible(inner is not None and bool(inner.formula))
        words = ""
        if block is not None and node.id in report.inputs:
            inputs = tuple(report.signals[source] for source in report.inputs[node.id])
            words = block.live_formula(*inputs)
            if not words:
                outputs = [report.signals[node.id, port.name].badge() for port in block.outputs]
                words = f"{', '.join(signal.badge() for signal in inputs)}  →  {', '.join(outputs)}"
        self.shapes.setText(words)
        self.shapes.setVisible(bool(words))
        curve = _curve(function) if function is not None else None
        self.curve.setVisible(curve is not None)
        if curve is not None:
            self.curve.set_curve(curve)
        self.formula_section.setVisible(bool(declaration.formula or words or curve))

    @Slot(str, object)
    def _set_parameter(self, name: str, value: Any) -> None:
        node = self.node
        if node is None or self.form is None:
            return
        graph = edits.set_parameters(self._document.graph, node.id, {name: value})
        self._document.edit_graph(self.form.text(name, value), graph, f"{node.id}.{self.form.merge_key(name)}")

    @Slot()
    def _set_title(self) -> None:
        node = self.node
        if node is None or not self.title.isModified():
            return
        title = self.title.text().strip()
        self.title.setModified(False)
        graph = edits.replace_node(self._document.graph, node.replace(title=title))
        self._document.edit_graph(f"Rename to {title}" if title else "Clear the title", graph)
        self.refresh()


def _activation_of(node: Node) -> Activation | None:
    """The activation that a block is or has; None when it has none or its parameters are bad."""
    try:
        block = block_of(node)
        return block if isinstance(block, Activation) else activation(getattr(block, "activation", ""))
    except (KeyError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def _curve(function: Activation) -> Curve | None:
    return function.curve()
