"""The parts of the view of backpropagation: what one step says, the list of steps, and the chain rule as a tree."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from playground.analysis.inside.backpropagation import Backpropagation
from playground.analysis.inside.slow_motion.chain import Chain
from playground.analysis.inside.slow_motion.notation import written
from playground.analysis.inside.slow_motion.steps import Amount, Direction, SlowStep
from playground.ui.widgets.formula import FormulaLabel
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.qt_access import layout_of
from playground.ui.widgets.theme import THEME

DIRECTIONS: tuple[Direction, ...] = ("forward", "backward", "update")
WAY_WORDS = {"forward": "Forward", "backward": "Backward", "update": "Update"}
ARROWS = {"forward": "→", "backward": "←", "update": "↻"}
LINE_SIZE = 16.0
"""Height of the lines with numbers, in pixels at 100 %: to be read from the last row."""
KNOT = Qt.ItemDataRole.UserRole


def way_color(way: Direction) -> str:
    """The colour of a way, as on the wires of the canvas."""
    tokens = THEME.tokens
    return {"forward": tokens.accent, "backward": tokens.backward, "update": tokens.good}[way]


class StepText(QScrollArea):
    """One step: its title, what happens, the formula, and the formula with the numbers put in."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("The present step")
        self.title, self.sentence, self.lines = Label(), Label(), Label()
        self.formula = FormulaLabel()
        self.sentence.setProperty("role", "secondary")
        for label in (self.title, self.sentence, self.lines):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.lines.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, THEME.px(8), 0)
        layout.setSpacing(THEME.px(6))
        for widget in (self.title, self.sentence, self.formula, self.lines):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)

    def show_step(self, step: SlowStep) -> None:
        """Show a step."""
        color = way_color(step.way)
        self.title.setFont(THEME.font(16, bold=True))
        arrow = f"<span style='color:{color}'>{ARROWS[step.way]} {WAY_WORDS[step.way]}</span>"
        self.title.setText(f"{arrow}&nbsp; {escape(step.title)}")
        self.sentence.setText(escape(step.sentence))
        self.formula.setVisible(bool(step.formula))
        self.formula.set_latex(step.formula)
        self.lines.setFont(THEME.font(LINE_SIZE))
        written = step.lines or tuple(_amount_words(amount) for amount in step.given)
        self.lines.setText("<br>".join(_colored(line, color) for line in written))
        self.lines.setAccessibleName("; ".join(written))
        self.verticalScrollBar().setValue(0)

    def settle(self) -> None:
        """Draw the formula and lay all out at once, before a picture is taken."""
        self.formula.draw_now()
        content = self.widget()
        assert content is not None
        for _ in range(2):  # the height of wrapped words follows from the width that the first round gives
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            layout_of(content).activate()


def _colored(line: str, color: str) -> str:
    """The line with its result, behind the last sign of equality, in the colour of its way."""
    head, sign, tail = line.replace(" · ", "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}").rpartition(" = ")
    if not sign:
        return escape(line)
    return f"{escape(head)} = <b><span style='color:{color}'>{escape(tail)}</span></b>"


def _amount_words(amount: Amount) -> str:
    shape = " × ".join(map(str, amount.shape)) or "one number"
    return f"{amount.symbol}: {shape}, mean {amount.mean:.3g}, length {amount.norm:.3g}"


class StepList(QListWidget):
    """All steps in order; the present one is chosen. `step_chosen` carries the number of a step, from 0."""

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("All steps")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentRowChanged.connect(self._chosen)
        self._shown: tuple[str, ...] = ()

    def show_steps(self, result: Backpropagation, step: int) -> None:
        """Show the steps, and which is the present one."""
        words = tuple(f"{ARROWS[one.way]}  {one.title}" for one in result.steps)
        with QSignalBlocker(self):
            if words != self._shown:
                self._shown = words
                self.clear()
                for text, one in zip(words, result.steps, strict=True):
                    item = QListWidgetItem(text)
                    item.setToolTip(plain_tip(f"{WAY_WORDS[one.way]}: {one.title}"))
                    self.addItem(item)
            self.setFont(THEME.font(13))
            for row, one in enumerate(result.steps):
                self.item(row).setForeground(QColor(way_color(one.way) if row <= step else THEME.tokens.secondary))
            self.setCurrentRow(step)

    @Slot(int)
    def _chosen(self, row: int) -> None:
        if row >= 0:
            self.step_chosen.emit(row)


class StepSlider(QSlider):
    """A slider over all steps, with a strip below that says where the ways forward, back and the update lie."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._counts: tuple[int, ...] = (1, 0, 0)
        self.setPageStep(1)
        self.setAccessibleName("Step")
        self.setToolTip(
            plain_tip("Which step is shown: forward, back, then the update of the weights (arrow keys, Home, End)")
        )

    def show_counts(self, counts: tuple[int, ...]) -> None:
        """How many steps there are on each way."""
        self._counts = counts
        self.setRange(0, max(0, sum(counts) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(160), THEME.px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(60), THEME.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        knob = THEME.px(8)
        room, middle = max(1, self.width() - 2 * knob), self.height() / 2
        total, begun = max(1, sum(self._counts) - 1), 0
        for way, count in zip(DIRECTIONS, self._counts, strict=True):
            if count:
                left = knob + room * max(0.0, begun - 0.5) / total
                right = knob + room * min(total, begun + count - 0.5) / total
                painter.setPen(QPen(QColor(way_color(way)), THEME.px(4)))
                painter.drawLine(round(left) + 1, round(middle), round(right) - 1, round(middle))
            begun += count
        place = knob + room * self.value() / total
        painter.setPen(QPen(THEME.color("text" if self.hasFocus() else "accent"), 2))
        painter.setBrush(THEME.color("panel"))
        painter.drawEllipse(QRectF(place - knob + 1, middle - knob + 1, 2 * knob - 2, 2 * knob - 2))


class ChainTree(QTreeWidget):
    """The chain rule of one weight, branch by branch; a branch is filled when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Chain rule")
        self.setToolTip(
            plain_tip(
                "∂L of a number is the sum over its branches: the local derivative times ∂L one step nearer to the "
                "loss. Open a branch (→ key) to follow it to the loss."
            )
        )
        self.setHeaderLabels(["Gradient of", "=", "local × onward"])
        self.setUniformRowHeights(True)
        self.setIndentation(THEME.px(11))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.itemExpanded.connect(self._fill)
        self._chain: Chain | None = None
        self._digits = 5

    def show_chain(self, chain: Chain, digits: int) -> None:
        """Show the tree of a chain, opened as far as there is but one way on. The same way stays open in a new one."""
        if chain is self._chain and digits == self._digits:
            return
        opened = self._opened() if self._same_shape(chain) else None
        self._chain, self._digits = chain, digits
        with QSignalBlocker(self):
            self.clear()
        root = self._item(0, None)
        self.addTopLevelItem(root)
        if opened is None:
            self._open_single(root)
        else:
            self._open_again(root, (), opened)
        self.setFont(THEME.font(13))

    def _same_shape(self, chain: Chain) -> bool:
        return self._chain is not None and [k.symbol for k in self._chain.nodes] == [k.symbol for k in chain.nodes]

    def _item(self, number_: int, slope: float | None) -> QTreeWidgetItem:
        assert self._chain is not None
        node, n = self._chain.nodes[number_], self._digits
        item = QTreeWidgetItem()
        if slope is None:
            item.setText(0, f"∂L/∂{node.symbol}")
            item.setText(1, written(node.gradient, n))
        else:
            item.setText(0, f"through {node.symbol}")
            item.setText(1, written(slope * node.gradient, n))
            item.setText(2, f"{written(slope, n)}  ×  {written(node.gradient, n)}")
        item.setToolTip(0, plain_tip(f"{node.where}: {node.symbol} = {written(node.value, n)}"))
        item.setData(0, KNOT, number_)
        if node.links or node.rest_words:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    @Slot(QTreeWidgetItem)
    def _fill(self, item: QTreeWidgetItem) -> None:
        if item.childCount() or self._chain is None:
            return
        node = self._chain.nodes[item.data(0, KNOT)]
        for link in node.links:
            item.addChild(self._item(link.target, link.slope))
        if node.rest_words:
            rest = QTreeWidgetItem([f"{node.rest_words} = {written(node.rest, self._digits)}"])
            rest.setToolTip(0, plain_tip(node.rest_words))
            rest.setData(0, KNOT, -1)
            item.addChild(rest)
            rest.setFirstColumnSpanned(True)

    def _open_single(self, item: QTreeWidgetItem) -> None:
        while True:
            self._fill(item)
            item.setExpanded(True)
            if item.childCount() != 1 or item.child(0).data(0, KNOT) < 0:
                return
            item = item.child(0)

    def _opened(self) -> set[tuple[int, ...]]:
        """The ways of the branches that are open, as the numbers of the children taken."""
        found: set[tuple[int, ...]] = set()
        waiting: list[tuple[QTreeWidgetItem, tuple[int, ...]]] = []
        top = self.topLevelItem(0)
        if top is not None:
            waiting.append((top, ()))
        while waiting:
            item, way = waiting.pop()
            if item.isExpanded():
                found.add(way)
                waiting.extend((item.child(row), (*way, row)) for row in range(item.childCount()))
        return found

    def _open_again(self, item: QTreeWidgetItem, way: tuple[int, ...], opened: set[tuple[int, ...]]) -> None:
        if way in opened:
            self._fill(item)
            item.setExpanded(True)
            for row in range(item.childCount()):
                if item.child(row).data(0, KNOT) >= 0:
                    self._open_again(item.child(row), (*way, row), opened)
