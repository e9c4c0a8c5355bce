"""Makes the pictures on the cards of the gallery: the canvas of every preset after it has learned, light and dark.

`python -m playground.ui.shell.card_pictures [ID …]` writes them beside the presets; it is for those who add presets.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage, QPixmap

from playground.document import library
from playground.document.files import write_atomically
from playground.document.library import PresetEntry
from playground.ui.shell.app import make_application
from playground.ui.shell.arrangement import LEFT, RIGHT
from playground.ui.shell.picture import settle, train
from playground.ui.shell.window import MainWindow
from playground.ui.shell.workplace import Workplace
from playground.ui.threads.garbage import GarbageCollector
from playground.ui.widgets.theme import THEME

CANVAS = (1056, 588)
"""Size of the canvas that is photographed; a card shows it at a third."""
CARD = (704, 392)
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
    canvas.setFixedSize(*CANVAS)
    canvas.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    place.minimap.hide()
    train(place, min(MOST_EPOCHS, max((goal.within_epochs for goal in entry.goals), default=100)))


def photograph(place: Workplace) -> QPixmap:
    """A picture of the canvas alone, in the theme at hand."""
    settle(place)
    place.canvas.fit()
    smooth = Qt.TransformationMode.SmoothTransformation
    return place.canvas.viewport().grab().scaled(*CARD, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)


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
