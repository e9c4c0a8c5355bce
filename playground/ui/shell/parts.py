"""The parts of the workplace around one open document, each made from those before it. They know no menus yet."""

from __future__ import annotations

from PySide6.QtCore import QObject

from playground.ui.canvas.empty_hint import EmptyHint
from playground.ui.canvas.minimap import Minimap
from playground.ui.canvas.outline import OutlineWidget
from playground.ui.canvas.palette import PaletteWidget
from playground.ui.canvas.view import CanvasView
from playground.ui.code.panel import CodePanel
from playground.ui.exchange.transfers import Transfers
from playground.ui.inspector.inspector import Inspector
from playground.ui.open_document import OpenDocument
from playground.ui.own_files.opening import OwnFiles
from playground.ui.shell.canvas_feed import CanvasFeed
from playground.ui.shell.companion import CompanionLine
from playground.ui.shell.enlarge import Enlarger
from playground.ui.shell.failures import Failures
from playground.ui.shell.file_actions import FileActions
from playground.ui.shell.frame import Frame
from playground.ui.shell.message_bar import MessageBar
from playground.ui.shell.offers import Offers
from playground.ui.shell.side_by_side import SideBySide
from playground.ui.shell.view_docks import ViewDocks
from playground.ui.threads.analyst import Analyst
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.threads.run_control import RunControl
from playground.ui.threads.trainer import Trainer
from playground.ui.time.bar import TimeBar
from playground.ui.time.branching import Branching
from playground.ui.time.machine import TimeMachine
from playground.ui.weights.blocks import BlockWeights
from playground.ui.weights.taking import TakeWeights


class Parts(QObject):
    """Document, threads, canvas, panels, views and files of one window."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.frame = frame
        self.document = OpenDocument(self)
        self.trainer = Trainer(self)
        self.analyst = Analyst(self)
        self.feed = LiveFeed(self.trainer, self)
        self.run = RunControl(self.document, self.trainer, self.feed, self)
        self.canvas = CanvasView(self.document)
        self.minimap = Minimap(self.canvas)
        self.empty_hint = EmptyHint(self.canvas)
        self.palette = PaletteWidget(self.document, self.canvas)
        self.outline = OutlineWidget(self.document, self.canvas)
        self.inspector = Inspector(self.document)
        self.code = CodePanel(self.document, self.analyst)
        self.inspector.add_beside(self.code, "Code")
        self.views = ViewDocks(frame, self.document, self.feed, self.analyst)
        self.files = FileActions(frame, self.document, self.trainer, self.run, self.views, self.feed, self.canvas)
        self.own_files = OwnFiles(frame, self.document, self.canvas)
        self.weights = TakeWeights(frame, self.document, self.feed, self.run)
        self.transfers = Transfers(frame, self.document, self.feed)
        self.block_weights = BlockWeights(frame, self.document, self.run, self.canvas.selected_nodes)
        self.messages = MessageBar(frame.pages)
        self.failures = Failures(self.document, self.trainer, self.messages, self)
        self.enlarger = Enlarger(frame.pages, self.canvas, self.views)
        self.time = TimeMachine(self.feed, self)
        self.branching = Branching(self.document, self.feed, self.trainer, self.run, self)
        self.time_bar = TimeBar(self.feed, self.time, self.branching)
        self.companion = CompanionLine(self.document, self.feed, self.analyst)
        self.offers = Offers(self.document, self.views, self.time, self.trainer, self)
        self.side_by_side = SideBySide(self.views, self.feed, self.analyst, self)
        self.canvas_feed = CanvasFeed(self.document, self.feed, self.analyst, self.canvas, self.inspector, self)
