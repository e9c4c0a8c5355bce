"""The Data tab: where the examples come from, how they are split, and how they look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from playground.data.base import Dataset, Part
from playground.data.points.drawn import DrawnPoints
from playground.data.preparation import prepare
from playground.data.preview import DataPreview, preview
from playground.data.registry import CATALOGUE, by_topic
from playground.document import edits
from playground.document.graph import Graph, Node
from playground.document.project import Project
from playground.editing import fixes
from playground.network.check import block_of
from playground.network.naming import titles
from playground.ui.inspector.data_view import DataView
from playground.ui.inspector.drawing import DrawingEditor
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.problem_section import ProblemSection
from playground.ui.inspector.share_bar import ShareBar
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.qt_access import item_of
from playground.ui.widgets.rows import Column, Row, Section, clear, label
from playground.ui.widgets.theme import THEME

SHARES = ("train_share", "validation_share")
DIVISION = ("train_rows", "label_budget", "in_order", "group_column", "folds", "fold", "test_folds", "test_fold")
"""Parameters of the split that stand below the shares; not all data have all of them."""
MOST_EXAMPLES = 1_000
REQUEST_DELAY = 80
"""Milliseconds to wait for more changes before the data are asked for again."""


def make_preview(graph: Graph, node: str, part: Part) -> DataPreview:
    """What `DataPanel.show_prepared` wants; takes up to half a second, so call it in the analysis thread.

    Raises KeyError, pydantic's ValidationError or BlockError when the node is gone or gives no examples; the panel asks
    only for nodes without errors, but the document may have changed since.
    """
    dataset = block_of(graph.node(node))
    if not isinstance(dataset, Dataset):
        raise KeyError(node)
    return preview(prepare(dataset), part, MOST_EXAMPLES)


class DataPanel(Column):
    """Edits the data block and shows its examples, which arrive from outside through `show_prepared`."""

    preview_requested = Signal(str, str)
    """(node, part): the examples of this part are wanted; answer with `show_prepared(node, make_preview(...))`."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._node = ""
        self._form_of = ""
        self._seen: object = None
        self._asked: object = None
        self.form: ParameterForm | None = None
        self.division_form: ParameterForm | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._request)
        self._add_choice()
        self.problems = ProblemSection(document)
        self.add(self.problems)
        self._form_place = QVBoxLayout()
        self.body.addLayout(self._form_place)
        self._add_split()
        self.drawing_section = Section("Draw")
        self.drawing = DrawingEditor()
        self.drawing.points_drawn.connect(self._set_points)
        self.drawing_section.add(self.drawing)
        self.add(self.drawing_section)
        self.view = DataView()
        self.view.part_chosen.connect(self._ask_again)
        self.add(self.view)
        self.about = Section("Learn more")
        self.summary = label()
        self.licence = label(role="secondary")
        self.about.add(self.summary)
        self.about.add(self.licence)
        self.add(self.about)
        self.nothing = label("There is no data on the canvas. Drag a data block in.", "secondary")
        self.add(self.nothing)
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)
        document.opened.connect(self.refresh)
        self.refresh()

    def _add_choice(self) -> None:
        self.nodes = QuietComboBox()
        self.nodes.setAccessibleName("Data block")
        self.nodes.currentIndexChanged.connect(self._choose_node)
        self.nodes_row = Row("Data block", self.nodes, "Which data block of the canvas this tab shows.")
        self.add(self.nodes_row)
        self.datasets = QuietComboBox()
        self.datasets.setAccessibleName("Dataset")
        self._fill_datasets()
        self.datasets.currentIndexChanged.connect(self._choose_dataset)
        self.datasets_row = Row("Dataset", self.datasets, "Choose other data; the wires stay.")
        self.add(self.datasets_row)
        self.question = label(role="secondary")
        self.add(self.question)
        self.file_button = QPushButton("File and columns…")
        self.file_button.setToolTip("Choose the file, and what to make of it.")
        self.file_button.clicked.connect(self._ask_file)
        self.add(self.file_button)

    def _fill_datasets(self) -> None:
        for topic, members in by_topic():
            self.datasets.addItem(topic.upper())
            item = item_of(self.datasets, self.datasets.count() - 1)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setFont(THEME.font(11, bold=True))
            for cls in members:
                self.datasets.addItem(cls.title, cls.id)
                row = self.datasets.count() - 1
                self.datasets.setItemData(row, plain_tip(cls.summary), Qt.ItemDataRole.ToolTipRole)

    def _add_split(self) -> None:
        self.split = Section("Split")
        self.shares = ShareBar()
        self.shares.changed.connect(self._set_shares)
        self.split.add(self.shares)
        self.counts = label(role="secondary")
        self.split.add(self.counts)
        self._division_place = QVBoxLayout()
        self.split.body.addLayout(self._division_place)
        self.add(self.split)

    @property
    def node(self) -> Node | None:
        """The shown data node; None when the project has none."""
        graph = self._document.graph
        return graph.node(self._node) if self._node and graph.has(self._node) else None

    def select(self, node: str) -> None:
        """Show this data node; other nodes change nothing."""
        if node in data_nodes(self._document.graph):
            self._node = node
            self.refresh()

    def show_prepared(self, node: str, data: DataPreview) -> None:
        """Show the examples of a node; those of another node came too late and are ignored."""
        if node != self._node or self.node is None:
            return
        self.view.show_preview(data)
        words = [f"{count:,} {part}" for part, count in data.counts.items()]
        words += [f"{data.unlabelled:,} unlabelled"] if data.unlabelled else []
        self.counts.setText(" · ".join(words))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_again()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        if before.graph is not after.graph and self._seen != self._sight():
            self.refresh()

    def _sight(self) -> object:
        """All that this panel shows of the document; places on the canvas are not part of it."""
        graph = self._document.graph
        nodes = map(graph.node, data_nodes(graph))
        return id(self._document.report), [(node.id, node.block, node.title, node.parameters) for node in nodes]

    @Slot()
    def refresh(self) -> None:
        """Show what the document says of its data."""
        names = data_nodes(self._document.graph)
        self._seen = self._sight()
        if self._node not in names:
            self._node = names[0] if names else ""
        self._fill_nodes(names)
        node = self.node
        for widget in (self.datasets_row, self.question, self.split, self.view, self.about):
            widget.setVisible(node is not None)
        # Without a file the problem's own button asks for one.
        self.file_button.setVisible(node is not None and bool(node.parameters.get("file")))
        self.nothing.setVisible(node is None)
        if node is None:
            self._form_of = ""
            clear(self._form_place)
            self.form = None
            self.problems.show_problems(())
            self.drawing_section.hide()
            return
        declaration = CATALOGUE[node.block]
        assert issubclass(declaration, Dataset)
        with QSignalBlocker(self.datasets):
            self.datasets.setCurrentIndex(self.datasets.findData(node.block))
        self.question.setText(declaration.question)
        self.summary.setText(declaration.summary)
        self.licence.setText(declaration.licence)
        self.licence.setVisible(bool(declaration.licence))
        self.problems.show_problems(
            tuple(problem for problem in self._document.report.problems if problem.node == node.id)
        )
        self._show_form(node, declaration)
        self._show_values(node, declaration)
        if self.isVisible():
            self._ask_if_changed(node)

    def _fill_nodes(self, names: list[str]) -> None:
        known = titles(self._document.graph)
        with QSignalBlocker(self.nodes):
            self.nodes.clear()
            for name in names:
                self.nodes.addItem(known[name], name)
            self.nodes.setCurrentIndex(self.nodes.findData(self._node))
        self.nodes_row.setVisible(len(names) > 1)

    def _show_form(self, node: Node, declaration: type[Dataset]) -> None:
        identity = f"{node.id}:{node.block}"
        if self.form is None or identity != self._form_of:
            clear(self._form_place)
            self._form_of = identity
            clear(self._division_place)
            infos = [info for info in declaration.parameter_infos() if info.name not in (*SHARES, *DIVISION)]
            infos.sort(key=lambda info: info.name in COMMON)
            own = [
                replace(info, advanced=info.name.startswith("test_"))
                for info in declaration.parameter_infos() if info.name in DIVISION
            ]  # fmt: skip
            own.sort(key=lambda info: DIVISION.index(info.name))
            self.division_form = ParameterForm(own, node.parameters, declaration.parameter_problems)
            self.division_form.changed.connect(self._set_division)
            self._division_place.addWidget(self.division_form)
            self.form = ParameterForm(infos, node.parameters, declaration.parameter_problems)
            self.form.changed.connect(self._set_parameter)
            self._form_place.addWidget(self.form)
        else:
            self.form.set_values(node.parameters)
        if self.division_form is not None:
            self.division_form.set_values(node.parameters)

    def _show_values(self, node: Node, declaration: type[Dataset]) -> None:
        values = {info.name: node.parameters.get(info.name, info.default) for info in declaration.parameter_infos()}
        train, validation = (values[name] for name in SHARES)
        if all(isinstance(share, (int, float)) for share in (train, validation)):
            self.shares.set_shares(train, validation)
        drawn = issubclass(declaration, DrawnPoints)
        self.drawing_section.setVisible(drawn)
        self.view.setVisible(not drawn)
        block = self._document.report.blocks.get(node.id)
        if drawn and isinstance(block, DrawnPoints):
            self.drawing.set_points(block.points, block.classes)

    def _ask_if_changed(self, node: Node) -> None:
        if self._asked != (node.id, node.block, node.parameters):
            self._later.start(REQUEST_DELAY)

    @Slot()
    def _ask_again(self) -> None:
        self._asked = None
        if self.node is not None:
            self._later.start(0)

    @Slot()
    def _request(self) -> None:
        node = self.node
        if node is None:
            return
        report = self._document.report
        if node.id not in report.blocks or any(problem.node == node.id for problem in report.errors()):
            self.counts.setText("")  # there are no examples as long as this is wrong
            return
        self._asked = (node.id, node.block, node.parameters)
        self.preview_requested.emit(node.id, self.view.part)

    @Slot(int)
    def _choose_node(self, index: int) -> None:
        self._node = self.nodes.itemData(index)
        self.refresh()

    @Slot()
    def _ask_file(self) -> None:
        self._document.file_wanted.emit(self._node)

    @Slot(int)
    def _choose_dataset(self, index: int) -> None:
        block, node = self.datasets.itemData(index), self.node
        if block and node is not None and block != node.block:
            self._document.edit_graph(
                f"Change the data to {CATALOGUE[block].title}",
                fixes.replace_block(self._document.graph, node.id, block),
            )

    def _apply(self, text: str, key: str, parameters: dict[str, Any]) -> None:
        if self._node:
            graph = edits.set_parameters(self._document.graph, self._node, parameters)
            self._document.edit_graph(text, graph, key and f"{self._node}.{key}")

    @Slot(str, object)
    def _set_parameter(self, name: str, value: Any) -> None:
        if self.form is not None:
            self._apply(self.form.text(name, value), self.form.merge_key(name), {name: value})

    @Slot(str, object)
    def _set_division(self, name: str, value: Any) -> None:
        if self.division_form is not None:
            form = self.division_form
            self._apply(form.text(name, value), form.merge_key(name), {name: value})

    @Slot(float, float)
    def _set_shares(self, train: float, validation: float) -> None:
        words = " / ".join(map(str, self.shares.percents()))
        self._apply(
            f"Split {words}", f"shares#{self.shares.gesture}", {"train_share": train, "validation_share": validation}
        )

    @Slot(object, str)
    def _set_points(self, points: Any, text: str) -> None:
        self._apply(text, "", {"points": [list(point) for point in points]})


COMMON = ("scaling", "labels", "target_scaling", "data_seed")
"""Parameters that most datasets share; the form shows them after those of the dataset itself."""


def data_nodes(graph: Graph) -> list[str]:
    """Ids of the nodes that hold data, good or bad, in file order."""
    return [node.id for node in graph.nodes if node.block in CATALOGUE and issubclass(CATALOGUE[node.block], Dataset)]
