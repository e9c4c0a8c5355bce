"""What a search is over, as a person chooses it: settings, each with its range, which can be typed."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QToolButton, QWidget

from playground.analysis.run.search import SearchOffer
from playground.ui.views.parameters import ViewParameters
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.options import ElidedLabel, combo_box
from playground.ui.widgets.theme import THEME

ADD = "Add a setting…"
USUAL = "The learning rate and the units of the first layer"
TIP = "LOW..HIGH, LOW..HIGH:log, LOW..HIGH:step=STEP, or the values with commas between them"


class SearchSettings(QWidget):
    """A row for each chosen setting, and a list of those that can be added."""

    changed = Signal()

    def __init__(self, parameters: ViewParameters, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: dict[str, tuple[str, str]] = {}
        self.ranges: dict[str, QLineEdit] = {}
        """The box with the range of each chosen setting, by its path."""
        self.add_box = combo_box("Add a setting", "A setting to search over", [(ADD, "")])
        self.add_box.activated.connect(self._on_added)
        self.none = ElidedLabel(USUAL)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(THEME.px(8))
        self.grid.addWidget(self.none, 0, 0, 1, 3)
        parameters.bind_with("over", self._written, self._show, self.changed)

    @property
    def words(self) -> str:
        """What a search would be over, as a sentence."""
        titles = [self._offered.get(path, (path.rpartition(".")[2], ""))[0] for path in self.ranges]
        if titles:
            return f"It searches over {' and '.join(titles)}."
        return f"No setting is chosen, so it searches over {USUAL[0].lower()}{USUAL[1:]}; others stand behind ⋯."

    def rows(self) -> list[tuple[str, QWidget]]:
        """The rows of the menu for more options."""
        return [("Settings", self), ("", self.add_box)]

    def take(self, offer: SearchOffer) -> None:
        """Offer these settings."""
        found = {path: (title, words) for path, title, words in offer.settings}
        if found == self._offered:
            return
        self._offered = found
        with QSignalBlocker(self.add_box):
            self.add_box.clear()
            for words, path in [(ADD, ""), *((title, path) for path, (title, _) in found.items())]:
                self.add_box.addItem(words, path)
        self._show(self._written())

    def add(self, path: str, words: str = "") -> None:
        """Choose a setting, with a range as it is written, else a usual one."""
        if path and path not in self.ranges:
            pairs = {name: box.text() for name, box in self.ranges.items()}
            self._lay({**pairs, path: words or self._offered.get(path, ("", ""))[1]})
            self.changed.emit()

    def remove(self, path: str) -> None:
        """Choose a setting no more."""
        self._lay({name: box.text() for name, box in self.ranges.items() if name != path})
        self.changed.emit()

    @Slot(int)
    def _on_added(self, row: int) -> None:
        self.add(str(self.add_box.itemData(row)))
        with QSignalBlocker(self.add_box):
            self.add_box.setCurrentIndex(0)

    def _written(self) -> str:
        return "; ".join(f"{path}={box.text()}" for path, box in self.ranges.items())

    def _show(self, over: str) -> None:
        parts = (part.partition("=") for part in over.split(";"))
        self._lay({path.strip(): words.strip() for path, _, words in parts if path.strip()})

    def _lay(self, pairs: dict[str, str]) -> None:
        """A row for each: title, range, and a button that takes it away."""
        if pairs == {name: box.text() for name, box in self.ranges.items()} and self.grid.count() > 1:
            return
        while self.grid.count():
            item = self.grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget is not self.none:
                widget.deleteLater()
        self.ranges = {}
        self.none.setVisible(not pairs)
        if not pairs:
            self.grid.addWidget(self.none, 0, 0, 1, 3)
        for row, (path, words) in enumerate(pairs.items()):
            title = self._offered.get(path, (path.rpartition(".")[2], ""))[0]
            box = QLineEdit(words)
            box.setAccessibleName(f"Range of {title}")
            box.setToolTip(plain_tip(TIP))
            box.editingFinished.connect(self.changed)
            away = _Away(path, title)
            away.chosen.connect(self.remove)
            self.grid.addWidget(ElidedLabel(title), row, 0)
            self.grid.addWidget(box, row, 1)
            self.grid.addWidget(away, row, 2)
            self.ranges[path] = box


class _Away(QToolButton):
    """Takes a setting out of the search."""

    chosen = Signal(str)

    def __init__(self, path: str, title: str) -> None:
        super().__init__()
        self._path = path
        self.setAutoRaise(True)
        self.setAccessibleName(f"Do not search over {title}")
        self.setToolTip(plain_tip(f"Do not search over {title}"))
        put_icon(self, "close")
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self._path)
