"""The panel “Code”: the project as one Python file that follows each edit, and its blocks in it and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication, QPalette, QShowEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.code.lines import Written
from playground.code.styles import STYLES, NotWritten, written_as
from playground.document.files import write_atomically
from playground.document.project import Project
from playground.ui.code.page import CodePage
from playground.ui.open_document import OpenDocument
from playground.ui.threads.analyst import Analyst, Job, Refusal
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.qt_access import in_sight
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

KEY = "code"
WIDTH = 460
"""Pixels at 100 % in which lines of code can be read."""


@dataclass(frozen=True)
class Answer:
    """What was written of a project, or why nothing was."""

    project: Project
    style: str
    written: Written | None
    problem: str = ""


class CodePanel(QWidget):
    """Code in a style that one chooses; it is written on the analysis thread while it can be seen."""

    nodes_chosen = Signal(object)
    """Ids of the nodes that the line speaks of to which a person went."""
    told = Signal(str, str)
    """(sentence, tone): news for the message bar."""

    def __init__(self, document: OpenDocument, analyst: Analyst) -> None:
        super().__init__()
        self._document, self._analyst = document, analyst
        self._asked_for: tuple[Project, str] | None = None
        self._nodes: tuple[str, ...] = ()
        self._from_line = False
        """The nodes were chosen here, so that the page need not scroll."""
        self.shown: Answer | None = None
        self.setAccessibleName("Code")
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.style_box = self._style_box()
        self.copy_button = self._button("Copy", "Copy the whole file", self._copy)
        self.save_button = self._button("Save…", "Save as a Python file", self._save)
        put_icon(self.save_button, "save")
        self.problem = label(role="error")
        self.problem.hide()
        self.page = CodePage()
        self.page.line_chosen.connect(self._on_line)
        self._lay_out()
        document.changed.connect(self.ask)
        document.opened.connect(self.ask)
        analyst.result_ready.connect(self._on_result)

    def _style_box(self) -> QComboBox:
        box = QuietComboBox()
        box.setAccessibleName("How it is written")
        for style in STYLES:
            box.addItem(style.title, style.id)
        box.setToolTip(plain_tip("\n".join(f"{style.title}: {style.help}" for style in STYLES)))
        box.currentIndexChanged.connect(self.ask)
        return box

    def _button(self, words: str, tip: str, do: object) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("role", "small")
        button.setToolTip(plain_tip(tip))
        button.clicked.connect(do)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(6))
        line.addWidget(self.style_box, 1)
        line.addWidget(self.copy_button)
        line.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.px(8), THEME.px(8), THEME.px(8), THEME.px(8))
        column.setSpacing(THEME.px(6))
        column.addLayout(line)
        column.addWidget(self.problem)
        column.addWidget(self.page, 1)

    @property
    def style_id(self) -> str:
        """The style that is chosen."""
        return str(self.style_box.currentData())

    # Writing ----------------------------------------------------------------------------------------------------------

    @Slot()
    def ask(self) -> None:
        """Write what the document holds now, where it can be seen and is not written yet."""
        project, style = self._document.project, self.style_id
        if not in_sight(self) or self._asked_for == (project, style):
            return
        self._asked_for = (project, style)
        self._analyst.request(Job(KEY, lambda: _answer(project, style)), first=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    @Slot(str)
    def _on_result(self, key: str) -> None:
        if key != KEY:
            return
        answer = self._analyst.take(key)
        if isinstance(answer, Answer):
            self._show(answer)
        elif isinstance(answer, Refusal):
            self._tell(answer.message)

    def _show(self, answer: Answer) -> None:
        self.shown = answer
        written = answer.written
        if written is not None:
            self.page.show_text(written.text)
            self._light(scroll=False)
        elif self._document.report.ok:
            self.page.show_text("")
        self._tell(answer.problem or (" ".join(written.cannot) if written is not None else ""))
        for button in (self.copy_button, self.save_button):
            button.setEnabled(written is not None)

    def _tell(self, sentence: str) -> None:
        """Say on top what cannot be written."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    # Blocks and lines -------------------------------------------------------------------------------------------------

    def select(self, nodes: Sequence[str]) -> None:
        """Light the lines of these nodes."""
        self._nodes = tuple(nodes)
        self._light(scroll=not self._from_line)

    def _light(self, *, scroll: bool) -> None:
        written = self.shown.written if self.shown is not None else None
        if written is None:
            return
        lines = {number for node in self._nodes for lines in written.lines.get(node, ()) for number in lines}
        last = written.text.count("\n")
        self.page.light(joined_ranges(sorted(number for number in lines if number < last)), scroll=scroll)

    @Slot(int)
    def _on_line(self, line: int) -> None:
        written = self.shown.written if self.shown is not None else None
        nodes = nearest(written, line) if written is not None else ()
        if not nodes:
            return
        self._from_line = True
        try:
            self.nodes_chosen.emit(nodes)
        finally:
            self._from_line = False

    # Taking it away ---------------------------------------------------------------------------------------------------

    @Slot()
    def _copy(self) -> None:
        if self.shown is not None and self.shown.written is not None:
            QGuiApplication.clipboard().setText(self.shown.written.text)
            self.told.emit("The code is on the clipboard.", "good")

    @Slot()
    def _save(self) -> None:
        name = "".join(sign if sign.isalnum() else "_" for sign in self._document.project.title.lower()).strip("_")
        path, _ = QFileDialog.getSaveFileName(self, "Save the code", f"{name or 'network'}.py", "Python (*.py)")
        if path:
            self.save(Path(path))

    def save(self, path: Path) -> None:
        """Write the file."""
        if self.shown is None or self.shown.written is None:
            return
        path = path if path.suffix else path.with_suffix(".py")
        try:
            write_atomically(path, self.shown.written.text.encode())
        except OSError as error:
            self.told.emit(f"“{path.name}” cannot be written: {error.strerror or error}.", "warning")
            return
        self.told.emit(f"Saved {path.name}.", "good")


def _answer(project: Project, style: str) -> Answer:
    try:
        return Answer(project, style, written_as(project, style))
    except NotWritten as error:
        return Answer(project, style, None, str(error))


def nearest(written: Written, line: int) -> tuple[str, ...]:
    """The node that a line speaks of: of several, the one of which the fewest lines speak."""
    nodes = written.nodes_at(line)
    sizes = {node: sum(map(len, written.lines[node])) for node in nodes}
    return (min(nodes, key=lambda node: sizes[node]),) if nodes else ()


def joined_ranges(numbers: Sequence[int]) -> tuple[range, ...]:
    """Numbers in order as ranges."""
    found: list[range] = []
    for number in numbers:
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return tuple(found)
