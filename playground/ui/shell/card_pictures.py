"""Makes the pictures on the cards of the gallery: the canvas of every preset after it has learned, light and dark.

`python -m playground.ui.shell.card_pictures [ID …]` writes them beside the presets; it is for those who add presets.
With `--old` it makes those alone that show another graph or another look of the canvas, with `--list` it names them.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPixmap

from playground.document import library
from playground.document.files import write_atomically
from playground.document.library import PresetEntry
from playground.document.project import Project
from playground.ui.canvas.camera import READABLE
from playground.ui.canvas.scene import CanvasScene
from playground.ui.open_document import OpenDocument
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
GRAPH, LOOK = "playground-graph", "playground-look"
"""Names of the stamps in a picture."""
MOST_EPOCHS = 400


def main(words: Sequence[str]) -> int:
    """Make the pictures of the presets with these ids, or of all; or of those that are old."""
    parser = argparse.ArgumentParser(prog="card_pictures", description="Make the pictures on the cards of the gallery.")
    parser.add_argument("wanted", metavar="ID", nargs="*", help="presets; all, if none is named")
    parser.add_argument("--old", action="store_true", help="only those that show another graph or look")
    parser.add_argument("--list", action="store_true", help="name those that are old, and make none")
    options = parser.parse_args(words)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    entries = [entry for entry in library.presets() if not options.wanted or entry.id in options.wanted]
    if options.old or options.list:
        entries = [entry for entry in entries if is_old(entry)]
    if options.list:
        print("\n".join(entry.id for entry in entries) or "No picture is old.")
        return 0
    garbage = GarbageCollector(app)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    THEME.use("light")
    window = MainWindow()
    window.furnish()
    place = window.workplace
    assert place is not None
    window.resize(1600, 1000)
    window.show()
    for entry in entries:
        train_for_picture(place, entry)
        for theme in THEMES:
            THEME.use(theme)
            out = entry.picture_in(theme)
            write_atomically(out, shrunk(photograph(place).toImage(), stamps(entry.project)))
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
    if canvas.camera.zoom < READABLE:  # seen from there notes and frames take more room than before
        canvas.setFixedSize(canvas.size() * (1.02 * READABLE / canvas.camera.zoom))
        settle(place)
        canvas.fit()
    whole = canvas.viewport().grab()
    smooth = Qt.TransformationMode.SmoothTransformation
    large = whole.scaled(*CARD, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)
    return large.copy((large.width() - CARD[0]) // 2, (large.height() - CARD[1]) // 2, *CARD)


def stamps(project: Project) -> dict[str, str]:
    """What a picture shows, as texts that go into its file: the graph, and how the canvas draws it; not the weights.

    The second knows places, sizes and words, as they are what is seen to be wrong in an old picture.
    """
    document = OpenDocument()
    document.open(project)
    scene = CanvasScene(document)
    rect = scene.content_rect()
    size = canvas_for(rect.size())
    zoom = min(size.width() / (rect.width() + MARGINS), size.height() / (rect.height() + MARGINS), 1.0)
    scene.look_from(zoom)
    seen: list[object] = [CANVAS, CARD, size.toTuple()]
    for name, item in sorted(scene.nodes.items()):
        heading = item.heading(max(13.0, 13.0 / zoom))
        seen.append((name, item.pos().toTuple(), item.size, heading, item.words, item.face.short_badge))
    seen += [(name, item.pos().toTuple(), item.size, item.lines) for name, item in sorted(scene.notes.items())]
    return {GRAPH: graph_stamp(project), LOOK: _digest(repr(seen))}


def graph_stamp(project: Project) -> str:
    """What tells one graph from another."""
    return _digest(project.graph.model_dump_json(exclude_defaults=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamped(path: Path) -> dict[str, str]:
    """The stamps in the file of a picture; empty where there is none."""
    from PIL import Image

    if not path.is_file():
        return {}
    with Image.open(path) as picture:
        return {name: str(picture.info[name]) for name in (GRAPH, LOOK) if name in picture.info}


def is_old(entry: PresetEntry) -> bool:
    """Whether a picture of the preset is missing, or shows another graph or another look of the canvas."""
    now = stamps(entry.project)
    return any(stamped(entry.picture_in(theme)) != now for theme in THEMES)


def canvas_for(content: QSizeF) -> QSize:
    """The size of the canvas on which a network of this size shows its cards with all their words."""
    most = max((side + MARGINS) * READABLE / room for side, room in zip(content.toTuple(), CANVAS, strict=True))
    return QSize(*CANVAS) * max(most, 1.0)


def shrunk(picture: QImage, texts: Mapping[str, str]) -> bytes:
    """The picture as a PNG of few colours: a third of the size, which nobody sees on a card; with texts in it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)

    whole = picture.convertToFormat(QImage.Format.Format_RGB888)
    pixels = Image.frombuffer(
        "RGB", (whole.width(), whole.height()), bytes(whole.constBits()), "raw", "RGB", whole.bytesPerLine(), 1
    )
    content = io.BytesIO()
    few = pixels.quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(content, "PNG", optimize=True, pnginfo=info)
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
