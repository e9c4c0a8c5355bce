"""The dialog: where weights come from at the left, what fits at the right, and what will be done below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from playground.training.weights.adapting import Adaption
from playground.training.weights.matching import ARRANGEMENTS, Match, Wanted
from playground.training.weights.source import Source
from playground.ui.weights.offers import Offer
from playground.ui.weights.pairs import PairsModel, PairsView
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.kept_size import dialog_size
from playground.ui.widgets.labels import one_line, plain_tip
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

NUMBER = Qt.ItemDataRole.UserRole
HINT = (
    "Choose where the weights come from: a run of this session, work that is kept, a preset, or a file of yours: "
    "a project, .safetensors, .npz, or PyTorch’s .pt and .pth with a state_dict."
)


@dataclass(frozen=True)
class Chosen:
    """What was read of an offer."""

    source: Source
    adaption: Adaption = field(default_factory=Adaption)


class TakeWeightsDialog(QDialog):
    """Asks where weights come from and which fit. `match` and `adapted` say what was chosen."""

    offer_chosen = Signal(object)
    """The Offer to read; answer with `show_found` or `show_refusal`."""
    file_wanted = Signal()

    def __init__(self, parent: QWidget, wanted: tuple[Wanted, ...]) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._offers: list[Offer] = []
        self._chosen: Chosen | None = None
        self.model: PairsModel | None = None
        self.setWindowTitle("Take weights from …")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setSizeGripEnabled(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(THEME.px(18), THEME.px(16), THEME.px(18), THEME.px(14))
        outer.setSpacing(THEME.px(10))
        self.title = label("Take weights from …", role="title", wrap=False)
        outer.addWidget(self.title)
        middle = QSplitter()
        middle.setChildrenCollapsible(False)
        middle.addWidget(self._left())
        middle.addWidget(self._right())
        middle.setStretchFactor(0, 0)
        middle.setStretchFactor(1, 1)
        middle.setSizes([THEME.px(240), THEME.px(700)])
        outer.addWidget(middle, 1)
        self.sentence = label()
        self.sentence.setAccessibleName("What will be taken")
        outer.addWidget(self.sentence)
        outer.addLayout(self._foot())
        self._renew()
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return dialog_size(self, 1080, 640)

    # What it is made of ---------------------------------------------------------------------------------------------

    def _left(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, THEME.px(6), 0)
        column.setSpacing(THEME.px(8))
        self.list = QListWidget()
        self.list.setAccessibleName("Where weights may come from")
        self.list.setWordWrap(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setSpacing(THEME.px(2))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._on_offer)
        column.addWidget(self.list, 1)
        self.file = QPushButton("A file…")
        self.file.setToolTip(plain_tip("A project, .safetensors, .npz, or a state_dict in .pt or .pth"))
        self.file.setAutoDefault(False)
        self.file.clicked.connect(self.file_wanted)
        column.addWidget(self.file)
        return side

    def _right(self) -> QWidget:
        self.pages = QStackedWidget()
        self.hint = label(HINT, role="secondary")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setContentsMargins(THEME.px(10), THEME.px(10), THEME.px(10), 0)
        self.pages.addWidget(self.hint)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(THEME.px(6), 0, 0, 0)
        column.setSpacing(THEME.px(8))
        self.table = PairsView()
        column.addWidget(self.table, 1)
        line = QHBoxLayout()
        words = label("Matrices stand there", wrap=False)
        self.arrangement = QuietComboBox()
        self.arrangement.setAccessibleName("How matrices stand there")
        for key, text in ARRANGEMENTS.items():
            self.arrangement.addItem(text, key)
        words.setBuddy(self.arrangement)
        self.arrangement.activated.connect(self._arrange)
        line.addWidget(words)
        line.addWidget(self.arrangement, 1)
        column.addLayout(line)
        self.adapt = QCheckBox("Prepare the data as the weights know them")
        self.adapt.toggled.connect(self._renew)
        self.adaption = label(role="secondary")
        column.addWidget(self.adapt)
        column.addWidget(self.adaption)
        self.pages.addWidget(page)
        return self.pages

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addStretch(1)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.take = QPushButton("Take these weights")
        self.take.setProperty("role", "primary")
        self.take.setToolTip(plain_tip("The run goes on with them; it can be undone."))
        self.take.setDefault(True)
        self.take.clicked.connect(self.accept)
        line.addWidget(self.cancel)
        line.addWidget(self.take)
        return line

    # What it shows --------------------------------------------------------------------------------------------------

    @property
    def match(self) -> Match | None:
        """What fits; None while nothing is read."""
        return self.model.found if self.model is not None else None

    @property
    def adapted(self) -> Adaption:
        """What to do to the data; nothing where the person does not want it."""
        if self._chosen is None or not self.adapt.isChecked():
            return Adaption()
        return self._chosen.adaption

    def show_offers(self, offers: Sequence[Offer], chosen: Offer | None = None) -> None:
        """List the offers under their headings, and choose one."""
        self._offers = list(offers)
        self.list.blockSignals(True)
        self.list.clear()
        heading, current = "", None
        for number, offer in enumerate(self._offers):
            if offer.heading != heading:
                heading = offer.heading
                above = QListWidgetItem(heading.upper())
                above.setFlags(Qt.ItemFlag.NoItemFlags)
                above.setForeground(THEME.color("secondary"))
                above.setFont(THEME.font(13, bold=True))
                self.list.addItem(above)
            item = QListWidgetItem(f"{one_line(offer.title, 60)}\n{one_line(offer.words, 60)}")
            item.setData(NUMBER, number)
            item.setToolTip(plain_tip(f"{offer.title}\n{offer.words}"))
            self.list.addItem(item)
            if offer is chosen:
                current = item
        self.list.blockSignals(False)
        if current is not None:
            self.list.setCurrentItem(current)
        elif not self._offers:
            self.file.setFocus()

    @Slot(QListWidgetItem)
    def _on_offer(self, item: QListWidgetItem | None) -> None:
        number = None if item is None else item.data(NUMBER)
        if number is None:
            return
        self._chosen = self.model = None
        self.hint.setText(f"Reading {self._offers[number].title}…")
        self.pages.setCurrentWidget(self.hint)
        self._renew()
        self.offer_chosen.emit(self._offers[number])

    def show_found(self, chosen: Chosen) -> None:
        """Show what of some weights fits."""
        self._chosen = chosen
        self.model = PairsModel(chosen.source, self._wanted)
        self.model.setParent(self)
        self.model.changed.connect(self._renew)
        self.table.show_model(self.model)
        self.arrangement.setCurrentIndex(self.arrangement.findData(self.model.found.arrangement))
        words = chosen.adaption
        self.adapt.setVisible(bool(words.changes))
        self.adapt.setChecked(bool(words.changes))
        self.adaption.setText(" ".join(filter(None, (words.sentence, words.warning))))
        self.adaption.setVisible(bool(words.sentence or words.warning))
        self.pages.setCurrentIndex(1)
        self._renew()

    def show_refusal(self, sentence: str) -> None:
        """Say why weights could not be read."""
        self._chosen = self.model = None
        self.hint.setText(sentence)
        self.pages.setCurrentWidget(self.hint)
        self._renew()

    @Slot()
    def _arrange(self) -> None:
        if self.model is not None:
            self.model.arrange(self.arrangement.currentData())

    @Slot()
    def _renew(self) -> None:
        found = self.match
        words = found.words() if found is not None else ""
        if self._chosen is not None and self._chosen.source.left_out:
            count = len(self._chosen.source.left_out)
            words += f" {count} more in {self._chosen.source.title} {'are' if count > 1 else 'is'} no weights."
        self.sentence.setText(words)
        self.take.setEnabled(found is not None and bool(found.fitting))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter in the list goes on to the table rather than to take at once.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.hasFocus() and self.model is not None:
            self.table.setFocus()
            return
        super().keyPressEvent(event)
