"""Feeds the canvas and the inspector: maps in the nodes, points, curves, weights on the links.

All of one moment is shown in one picture, with its maps, so that the canvas is painted once for each snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot

from playground.analysis.inside.live_maps import LiveMaps, LiveMapsAnalysis
from playground.analysis.inside.wire_gradients import GradientFlow, WireGradientsAnalysis
from playground.analysis.question import Question
from playground.analysis.shared.given import Given
from playground.data.base import Part
from playground.document.graph import EdgeKey
from playground.training.phases import active_phases
from playground.training.snapshot import Snapshot
from playground.ui.canvas.view import CanvasView
from playground.ui.inspector.data_panel import make_preview
from playground.ui.inspector.inspector import Inspector
from playground.ui.open_document import OpenDocument
from playground.ui.shell.budget import unhurried
from playground.ui.threads.analyst import Analyst, Job, Refusal, Request
from playground.ui.threads.live_feed import LiveFeed, Throttle
from playground.ui.threads.training_news import Frame
from playground.ui.widgets.qt_access import in_sight

MAPS_KEY, FLOW_KEY, PREVIEW_KEY = "canvas:maps", "canvas:flow", "inspector:data"
MAP_SIDE = 48
"""Grid points along each side of a map: smooth on a card, and still a fraction of a millisecond."""
SLOW_PULSES = 6
"""Least pulses between two looks at gradients on the wires, weights on the links and curves in the cards."""
EXAMPLE_PULSES = 3
"""Least pulses between two looks at an example on its way: the pictures are large, and so are such networks."""
MAPS_SHARE, FLOW_SHARE = 0.4, 0.1
"""Parts of its time that the analysis thread spends on maps and on gradients: large networks are looked at less often,
so that they learn, and views get their turn."""
CURVE_POINTS = 120
"""Points of the small curve in a loss block."""


class CanvasFeed(QObject):
    """Asks for maps as often as the analysis thread can make them, while the canvas is to be seen."""

    def __init__(
        self,
        document: OpenDocument,
        feed: LiveFeed,
        analyst: Analyst,
        canvas: CanvasView,
        inspector: Inspector,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._feed = feed
        self._analyst = analyst
        self._canvas = canvas
        self._inspector = inspector
        self._asked_for: Snapshot | None = None
        self._opened = 0
        self.example = 0
        self.given: Given | None = None
        """What a person has given in place of an example of the data."""
        self._run = -1
        self._waited = 0
        self._pause = 1
        """Pulses from one look at the maps to the next."""
        self._shown: Snapshot | None = None
        """The snapshot of which the canvas shows the weights."""
        self._sizes: Mapping[EdgeKey, float] | None = None
        """Sizes of gradients that wait for the next picture."""
        self._details_due = False
        """Weights on the links, gradients on the wires and curves in the cards are to be shown with the next maps."""
        self._slow = Throttle(SLOW_PULSES, self._show_slowly)
        self._flow = Throttle(SLOW_PULSES, self._ask_flow)
        feed.frame_arrived.connect(self._on_frame)
        feed.pulse.connect(self._on_pulse)
        analyst.result_ready.connect(self._on_result)
        document.changed.connect(self._on_document)
        document.opened.connect(self._on_opened)
        inspector.preview_requested.connect(self._ask_preview)

    @Slot(object)
    def _on_frame(self, frame: Frame) -> None:
        self._slow.want()
        self._flow.want()
        if frame.run != self._run:
            self._run = frame.run
            for node in self._document.report.loss_nodes():
                self._canvas.show_curve(node, ())

    def _show_slowly(self) -> None:
        frame = self._feed.frame
        if frame is None:
            return
        self._inspector.show_snapshot(frame.snapshot, next(iter(self._feed.trail), None))
        self._inspector.show_goals(frame.latest)
        self._details_due = True

    def _show_curves(self) -> None:
        curves = self._feed.curves()
        losses = self._document.report.loss_nodes()
        for node in losses:
            curve = curves.get(f"train_loss.{node}" if len(losses) > 1 else "train_loss")
            if curve is not None and len(curve.value) > 1:
                stride = max(1, len(curve.value) // CURVE_POINTS)
                self._canvas.show_curve(node, curve.value[::stride].tolist())

    @Slot()
    def _on_pulse(self) -> None:
        self._slow.pulse()
        snapshot = self._feed.snapshot
        if snapshot is None or not in_sight(self._canvas):
            return
        if not self._document.report.ok:
            self._picture(snapshot)
            return
        self._flow.pulse()
        self._waited += 1
        busy = self._analyst.busy(self._maps_key)
        if busy or (self._asked_for is not snapshot and self._waited < self._pause):
            return
        if self._asked_for is snapshot:
            if not self._feed.quick:
                self._picture(snapshot)  # there are no newer maps to wait for
            return
        self._asked_for = snapshot
        self._waited = 0
        analysis = LiveMapsAnalysis(resolution=MAP_SIDE)
        question = Question(graph=self._document.graph, snapshot=snapshot, example=self.example, given=self.given)
        self._analyst.request(Request(self._maps_key, analysis, question))

    def _picture(self, snapshot: Snapshot) -> None:
        """Show what is known of a moment beside its maps: while the network learns, a few times a second."""
        if self._shown is not snapshot and (self._details_due or self._feed.past or not self._feed.quick):
            self._shown = snapshot
            self._canvas.show_weights(snapshot)
        if self._sizes is not None:
            self._canvas.show_gradients(self._sizes)
            self._sizes = None
        if self._details_due:
            self._details_due = False
            self._show_curves()

    def _ask_flow(self) -> None:
        snapshot = self._feed.snapshot
        if snapshot is not None:
            phases = active_phases(self._document.project, self._document.report)
            turns = tuple((tuple(sorted(phase.losses)), tuple(sorted(phase.trains))) for phase in phases)
            analysis = WireGradientsAnalysis(turns=turns if len(turns) > 1 else ())
            question = Question(graph=self._document.graph, snapshot=snapshot)
            self._analyst.request(Request(self._flow_key, analysis, question))

    @Slot(int)
    def show_example(self, example: int) -> None:
        """Follow another example through the blocks."""
        self.example = example
        self._asked_for = None

    @Slot(object)
    def show_given(self, given: Given | None) -> None:
        """Follow an example that a person has given through the blocks; None for one of the data again."""
        self.given = given
        self._asked_for = None

    @Slot(str)
    def _on_result(self, key: str) -> None:
        if key.startswith(MAPS_KEY):
            answer = self._analyst.take(key)
            if key != self._maps_key:
                return
            if isinstance(answer, LiveMaps):
                self._show_maps(answer)
            if self._asked_for is not None:
                self._picture(self._asked_for)
        elif key.startswith(FLOW_KEY):
            answer = self._analyst.take(key)
            if isinstance(answer, GradientFlow) and key == self._flow_key:
                self._sizes = answer.sizes
                self._flow.pulses = unhurried(self._analyst.cost(key), SLOW_PULSES, FLOW_SHARE)
        elif key == PREVIEW_KEY:
            answer = self._analyst.take(key)
            if answer is not None and not isinstance(answer, Refusal):
                self._inspector.show_prepared(*answer)

    def _show_maps(self, result: LiveMaps) -> None:
        least = 1 if result.by_unit else EXAMPLE_PULSES
        self._pause = unhurried(self._analyst.cost(self._maps_key), least, MAPS_SHARE)
        self._canvas.canvas_scene.unfolding.name_features(result.feature_names)
        self._canvas.show_maps(dict(result.maps), result.palettes, by_unit=result.by_unit)
        points = result.points
        if points is not None:
            values = points.targets if points.classes is None else points.classes
            self._canvas.show_points(result.data_node, points.xy, values)

    @Slot(str, str)
    def _ask_preview(self, node: str, part: Part) -> None:
        graph = self._document.graph
        self._analyst.request(Job(PREVIEW_KEY, lambda: (node, make_preview(graph, node, part))))

    @property
    def _maps_key(self) -> str:
        """Another one for every project: maps of the project before must not come late."""
        return f"{MAPS_KEY}:{self._opened}"

    @property
    def _flow_key(self) -> str:
        return f"{FLOW_KEY}:{self._opened}"

    @Slot()
    def _on_opened(self) -> None:
        self._opened += 1
        self.example, self.given = 0, None
        # Blocks of two projects often share their names.
        self._canvas.live.clear()
        self._shown = self._sizes = None
        self._on_document()

    @Slot()
    def _on_document(self) -> None:
        self._asked_for = None
