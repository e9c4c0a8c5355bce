"""Choose one declaration of several, such as an optimizer, and set its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.document.declaration import Declaration
from playground.document.graph import Choice
from playground.ui.inspector.form import ParameterForm
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.formula import FormulaLabel
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Row, clear
from playground.ui.widgets.theme import THEME


class ChoiceEditor(QWidget):
    """A drop-down list of declarations and the form of the chosen one.

    `none_title` adds a first entry that stands for None. Parameters named in `kept` survive a change of the choice;
    those in `wide` get the whole width.
    """

    changed = Signal(object, str, str)
    """(the new Choice or None, words for the Undo menu, merge key)"""

    def __init__(
        self,
        label: str,
        declarations: Sequence[type[Declaration]],
        *,
        none_title: str = "",
        kept: Sequence[str] = (),
        spans: Mapping[str, tuple[float, float]] | None = None,
        wide: Sequence[str] = (),
        with_formula: bool = False,
    ) -> None:
        super().__init__()
        self._wide = wide
        self._label = label
        self._declarations = {cls.id: cls for cls in declarations}
        self._kept = tuple(kept)
        self._spans = spans
        self._choice: Choice | None = None
        self.form: ParameterForm | None = None
        self.combo = QuietComboBox()
        self.combo.setAccessibleName(label)
        if none_title:
            self.combo.addItem(none_title, "")
        for cls in declarations:
            self.combo.addItem(cls.title, cls.id)
            self.combo.setItemData(self.combo.count() - 1, plain_tip(cls.summary), Qt.ItemDataRole.ToolTipRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(7))
        self.row = Row(label, self.combo)
        column.addWidget(self.row)
        self._place = QVBoxLayout()
        column.addLayout(self._place)
        self.formula = FormulaLabel() if with_formula else None
        if self.formula is not None:
            column.addWidget(self.formula)
        self.combo.currentIndexChanged.connect(self._chosen)

    def set_choice(self, choice: Choice | None) -> None:
        """Show a choice without emitting."""
        before, self._choice = self._choice, choice
        identifier = choice.id if choice else ""
        if self.combo.currentData() != identifier:
            with QSignalBlocker(self.combo):
                self.combo.setCurrentIndex(self.combo.findData(identifier))
        if self.form is None or before is None or choice is None or before.id != choice.id:
            self._make_form()
        elif self.form is not None:
            self.form.set_values(choice.parameters)

    def declaration(self) -> type[Declaration] | None:
        """The chosen class; None when nothing, or something unknown, is chosen."""
        return self._declarations.get(self._choice.id) if self._choice else None

    def _make_form(self) -> None:
        clear(self._place)
        self.form = None
        cls = self.declaration()
        self.combo.setToolTip(plain_tip(cls.summary if cls else ""))
        if self.formula is not None:
            self.formula.set_latex(cls.formula if cls else "")
            self.formula.setVisible(bool(cls and cls.formula))
        if cls is None or self._choice is None:
            return
        self.form = ParameterForm(
            cls.parameter_infos(), self._choice.parameters, cls.parameter_problems, self._spans, self._wide
        )
        self.form.changed.connect(self._set)
        self._place.addWidget(self.form)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        identifier = self.combo.itemData(index)
        if not identifier:
            self.changed.emit(None, f"Set {self._label.lower()} to {self.combo.currentText()}", "")
            return
        cls = self._declarations[identifier]
        self.changed.emit(
            Choice(id=identifier, parameters=self._carried(cls)), f"Set {self._label.lower()} to {cls.title}", ""
        )

    def _carried(self, cls: type[Declaration]) -> dict[str, Any]:
        """Parameters that the new choice takes over from the old one."""
        old = self.declaration()
        if old is None or self._choice is None:
            return {}
        defaults = {info.name: info.default for info in old.parameter_infos()}
        carried = {
            name: self._choice.parameters.get(name, defaults[name])
            for name in self._kept
            if name in defaults and name in cls.model_fields
        }
        refused = {name for name, _ in cls.parameter_problems(carried)}
        return {name: value for name, value in carried.items() if name not in refused}

    @Slot(str, object)
    def _set(self, name: str, value: Any) -> None:
        if self._choice is None or self.form is None:
            return
        choice = Choice(id=self._choice.id, parameters={**self._choice.parameters, name: value})
        self.changed.emit(choice, self.form.text(name, value), self.form.merge_key(name))
