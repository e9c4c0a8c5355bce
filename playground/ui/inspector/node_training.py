"""How one block learns where that differs from the whole network."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Slot

from playground.document import edits
from playground.document.graph import Choice, Node, NodeTraining
from playground.document.project import SETTING_TITLES
from playground.training.initializers import INITIALIZERS
from playground.ui.inspector.choice_editor import ChoiceEditor
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.settings import setting_infos, setting_problems
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Expander, Section

FIRST = {"trainable": "Train this block"}
REST = {
    "learning_rate_factor": "Learning rate ×",
    **{name: SETTING_TITLES[name] for name in ("l1", "l2", "max_norm")},
}
SPANS = {"learning_rate_factor": (0.01, 100.0), "l1": (1e-6, 1.0), "l2": (1e-6, 1.0), "max_norm": (0.1, 10.0)}


class NodeTrainingSection(Section):
    """Edits `node.training` of the shown node."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__("Learning")
        self._document = document
        self._node = ""
        self.initializer = ChoiceEditor("Weights start", INITIALIZERS, none_title="as the network")
        self.initializer.changed.connect(self._set_initializer)
        self.add(self.initializer)
        self.first = ParameterForm(setting_infos(NodeTraining, FIRST), {}, setting_problems(NodeTraining, FIRST))
        self.rest = ParameterForm(
            setting_infos(NodeTraining, REST, ("learning_rate_factor", "l1", "l2")),
            {},
            setting_problems(NodeTraining, REST),
            SPANS,
        )
        for name in ("l1", "l2", "max_norm"):
            row = self.rest.rows[name]
            row.label.setToolTip(plain_tip(f"{row.label.toolTip()}\nWithout a tick: as the whole network."))
        self.first.changed.connect(partial(self._set, self.first))
        self.rest.changed.connect(partial(self._set, self.rest))
        self.add(self.first)
        self.more = Expander("Rate and penalties of this block")
        self.more.body.addWidget(self.rest)
        self.add(self.more)

    def show_node(self, node: Node) -> None:
        """Show a node without emitting."""
        self._node = node.id
        self.initializer.set_choice(node.training.initializer)
        values = node.training.model_dump()
        self.first.set_values(values)
        self.rest.set_values(values)
        if any(values[name] != info.default for info in self.rest.infos for name in (info.name,)):
            self.more.button.setChecked(True)

    def _apply(self, text: str, key: str, **changes: Any) -> None:
        node = self._document.graph.node(self._node)
        graph = edits.replace_node(self._document.graph, node.replace(training=node.training.replace(**changes)))
        self._document.edit_graph(text, graph, key and f"{self._node}.training.{key}")

    def _set(self, form: ParameterForm, name: str, value: Any) -> None:
        self._apply(form.text(name, value), form.merge_key(name), **{name: value})

    @Slot(object, str, str)
    def _set_initializer(self, choice: Choice | None, text: str, key: str) -> None:
        self._apply(text, key and f"initializer.{key}", initializer=choice)
