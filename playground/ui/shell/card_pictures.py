"""Makes the pictures on the cards of the gallery: the canvas of every preset after it has learned, light and dark.

`python -m playground.ui.shell.card_pictures [ID …]` writes them beside the presets; it is for those who add presets.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPixmap

from playground.document import library
from playground.document.files import write_atomically
from playground.document.library import PresetEntry
from playground.ui.canvas.camera import READABLE
from playground.ui.shell.app import make_application
from playground.ui.shell.arrangement import LEFT, RIGHT
from playground.ui.shell.picture import settle, train
from playground.ui.shell.window import MainWindow
from playground.ui.shell.workplace import Workplace
from playground.ui.threads.garbage import GarbageCollector
from playground.ui.widgets.theme import THEME

CANVAS = (1056, 588)
"""Least size of the canvas that is photographed; a card shows it at a third."""
CARD = (704, 392)
MARGINS = 160.0
"""Room around the network, in units of the scene."""
COLORS = 160
THEMES = ("light", "dark")
MOST_EPOCHS = 400


def main(wanted: Sequence[str]) -> int:
    """Make the pictures of the presets with these ids, or of all."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    garbage = GarbageCollector(app)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    THEME.use("light")
    window = MainWindow()
    window.furnish()
    place = window.workplace
    assert place is not None
    window.resize(1600, 1000)
    window.show()
    for entry in library.presets():
        if not wanted or entry.id in wanted:
            train_for_picture(place, entry)
            for theme in THEMES:
                THEME.use(theme)
                out = entry.picture_in(theme)
                write_atomically(out, shrunk(photograph(place).toImage()))
                print(out.name, flush=True)
    window.close()
    garbage.stop()
    return 0


def train_for_picture(place: Workplace, entry: PresetEntry) -> None:
    """Open a preset, put away all but the canvas, and train it to its goals."""
    place.document.open(entry.project)
    place.views.show_only([])
    for side in (LEFT, RIGHT):
        place.arrangement.want(side, False)
    canvas = place.canvas
    canvas.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    place.minimap.hide()
    canvas.setUpdatesEnabled(False)  # what nobody sees takes no time from the training
    train(place, min(MOST_EPOCHS, max((goal.within_epochs for goal in entry.goals), default=100)))
    canvas.setUpdatesEnabled(True)


def photograph(place: Workplace) -> QPixmap:
    """A picture of the canvas alone, in the theme at hand: long networks on a larger canvas, where no word is cut."""
    canvas = place.canvas
    canvas.setFixedSize(canvas_for(canvas.canvas_scene.content_rect().size()))
    settle(place)
    canvas.fit()
    whole = canvas.viewport().grab()
    smooth = Qt.TransformationMode.SmoothTransformation
    large = whole.scaled(*CARD, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)
    return large.copy((large.width() - CARD[0]) // 2, (large.height() - CARD[1]) // 2, *CARD)


def canvas_for(content: QSizeF) -> QSize:
    """The size of the canvas on which a network of this size shows its cards with all their words."""
    most = max((side + MARGINS) * READABLE / room for side, room in zip(content.toTuple(), CANVAS, strict=True))
    return QSize(*CANVAS) * max(most, 1.0)


def shrunk(picture: QImage) -> bytes:
    """The picture as a PNG of few colours: a third of the size, and no difference to see on a card."""
    from PIL import Image

    whole = picture.convertToFormat(QImage.Format.Format_RGB888)
    pixels = Image.frombuffer(
        "RGB", (whole.width(), whole.height()), bytes(whole.constBits()), "raw", "RGB", whole.bytesPerLine(), 1
    )
    content = io.BytesIO()
    few = pixels.quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(content, "PNG", optimize=True)
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
