"""The page that shows what was found in a folder of pictures, and where one chooses their size and colour."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout

from playground.data.base import Dataset
from playground.data.own import images as own_images
from playground.data.own.images import OwnPictures, PictureFolder, Side, pictures_of
from playground.ui.own_files.file_page import FilePage
from playground.ui.own_files.picture_rows import PictureRows
from playground.ui.own_files.table_page import PlainTableView
from playground.ui.widgets.controls import QuietComboBox, Toggle
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.theme import THEME

MOST_ROWS = 1_000
"""Files that are left out, as far as they are listed."""


def _facts(folder: PictureFolder) -> str:
    """How many pictures there are, of which classes and parts, and how deep."""
    single = "one class" if folder.labelled else "no classes"
    classes = f"{len(folder.classes)} classes" if len(folder.classes) > 1 else single
    parts = "parts given" if folder.parts is not None else ""
    deep = f"white is {folder.brightness.white:,.6g}" if folder.brightness is not None else ""
    return " · ".join(words for words in (f"{folder.count:,} pictures", classes, parts, deep) if words)


class PicturePage(FilePage):
    """Some pictures of each class, and below what cannot be read."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: PictureFolder | None = None
        self.rows = PictureRows()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(8))
        column.addLayout(self._controls())
        self.classes = Section("Classes")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.rows)
        self.classes.body.addWidget(scroll, 1)
        column.addWidget(self.classes, 3)
        self.bad_section = Section("Left out")
        self.bad = PlainTableView("Files that are left out")
        self.bad.horizontalHeader().setStretchLastSection(True)
        self.bad_section.body.addWidget(self.bad, 1)
        column.addWidget(self.bad_section, 1)

    def _controls(self) -> QHBoxLayout:
        self.facts = label(role="secondary", wrap=False)
        self.side = QuietComboBox()
        self.side.setAccessibleName("Size of the pictures")
        self.side.setToolTip("The middle square of every picture is scaled to this size.")
        self.side.setMinimumContentsLength(8)
        for side in get_args(Side):
            self.side.addItem(f"{side} × {side}", side)
        self.side.setCurrentIndex(self.side.findData(32))
        self.colour = Toggle("red, green, blue", "grey")
        self.colour.setAccessibleName("Colour")
        self.colour.setToolTip("Three channels of colour, or one of grey.")
        KeptSize(self.colour, "setMinimumWidth", 150)
        self.side.currentIndexChanged.connect(self._renew)
        self.colour.toggled.connect(self._renew)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addWidget(self.facts)
        line.addStretch(1)
        for words, widget in (("Size", self.side), ("Colour", self.colour)):
            name = label(words, wrap=False)
            name.setBuddy(widget)
            line.addWidget(name)
            line.addWidget(widget)
        return line

    def show_found(self, folder: PictureFolder, earlier: Dataset | None) -> None:
        """Show what was found; with the size and colour that a block had before."""
        self._folder = folder
        with QSignalBlocker(self.side), QSignalBlocker(self.colour):
            self.colour.setChecked(folder.colour)
            if isinstance(earlier, OwnPictures) and earlier.pictures is not None:
                self.side.setCurrentIndex(self.side.findData(earlier.side))
                self.colour.setChecked(earlier.colour)
        self.facts.setText(_facts(folder))
        names = [found.name for found in folder.classes]
        self.rows.set_classes(names, [found.pictures for found in folder.classes], folder.samples)
        left_out = (*folder.unreadable, *((name, "no picture by its name") for name in folder.others))
        self.bad.show_rows(("File", "What is wrong"), left_out[:MOST_ROWS])
        self.bad_section.heading.setText(f"LEFT OUT ({len(left_out):,})")
        self.bad_section.setVisible(bool(left_out))
        self._renew()

    @property
    def sentence(self) -> str:
        """What comes of the choice."""
        return "" if self._folder is None else own_images.sentence(self._folder, self._chosen(self._folder))

    def dataset(self) -> Dataset:
        """The block for what is chosen."""
        assert self._folder is not None
        return self._chosen(self._folder)

    def _chosen(self, folder: PictureFolder) -> OwnPictures:
        return pictures_of(folder, self.side.currentData(), self.colour.isChecked())

    @Slot()
    def _renew(self) -> None:
        self.rows.show_as(self.side.currentData(), colour=self.colour.isChecked())
        self.changed.emit()
