"""The open views: docked below the canvas, floating, or enlarged; asking only for what can be seen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QToolTip

from playground.analysis.base import Analysis
from playground.analysis.question import OF_A_RUN, Weight
from playground.analysis.shared.given import Given
from playground.document import edits
from playground.document.copies import unrolled
from playground.document.graph import Graph
from playground.document.project import OpenView, Project
from playground.experiments.cells import ExperimentFault
from playground.network.check import Report
from playground.training.snapshot import Snapshot
from playground.ui.open_document import OpenDocument
from playground.ui.shell.budget import pauses
from playground.ui.shell.dock_layout import DockLayout
from playground.ui.shell.view_dock import ViewDock
from playground.ui.threads.analyst import Analyst, Refusal, Request
from playground.ui.threads.live_feed import LiveFeed
from playground.ui.views.base import View
from playground.ui.views.panel import ViewPanel
from playground.ui.views.parameters import Option
from playground.ui.views.registry import VIEWS
from playground.ui.widgets.canvas_notes import NO_NOTES, CanvasNotes
from playground.ui.widgets.menu_action import MenuAction

MOST_DEFAULT_VIEWS = 3
KEYS = {
    identifier: f"Alt+{number}"
    for number, identifier in enumerate(
        ("curves", "decision-boundary", "confusion-matrix", "prediction-wall", "weights", "feature-maps",
         "loss-surface", "gradient-flow", "runs"), start=1,
    )
} | {"use-it": "Ctrl+U"}  # fmt: skip
"""The views one opens by number; all others by the menu's letters."""
MOST_WEIGHTS = 4
"""Weights that are looked at together."""


class ViewDocks(QObject):
    """Opens and closes views and feeds the visible ones from the analysis thread."""

    changed = Signal()
    """Views were opened or closed."""
    example_changed = Signal(int)
    """Another example is looked at."""
    example_given = Signal(object)
    """An example that a person has given by hand is looked at; None for one of the data again."""
    moment_chosen = Signal(float)
    """The step that a person wants to look back at."""
    run_chosen = Signal(str, int)
    """What a person wants to do with a run, and its number; see View."""
    weights_wanted = Signal(str, object, object)
    """A view asks for other weights: the text for Undo, the weights, and a function that makes the new project."""
    run_wanted = Signal(object)
    """A MeasuredRun that a person wants to look inside."""
    file_wanted = Signal(str)
    """What a person wants to do about the file that a view shows; see View."""
    canvas_notes_changed = Signal(object)
    """CanvasNotes: what a view wants to be written on the canvas."""
    enlarge_wanted = Signal(object)
    """A dock that wants the whole window, or wants to go back."""

    def __init__(self, window: QMainWindow, document: OpenDocument, feed: LiveFeed, analyst: Analyst) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._feed = feed
        self._analyst = analyst
        self.docks: dict[str, ViewDock] = {}
        self.layout = DockLayout(window)
        self._opened = 0
        """How many projects have been opened."""
        self._writing: View | None = None
        """The view that wrote last on the canvas."""
        self._why_not: dict[str, tuple[Report, Graph, str]] = {}
        self.node = ""
        """The selected node, which some views show."""
        self.example = 0
        """Row of the example that some views look at."""
        self.given: Given | None = None
        """What a person has given in its place."""
        self._past: Snapshot | None = None
        """The moment that was shown when views were last asked for."""
        self.weights: tuple[Weight, ...] = ()
        """The weights last pointed at, newest last."""
        feed.pulse.connect(self.ask)
        analyst.result_ready.connect(self._on_result)
        analyst.progressed.connect(self._on_progress)

    # Opening and closing --------------------------------------------------------------------------------------------

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """Every view, to be opened or closed."""
        return tuple(
            MenuAction(
                f"view-{identifier}", view.title, functools.partial(self.toggle, identifier), KEYS.get(identifier),
                tip=view.analysis.summary, checked=False,
            )
            for identifier, view in VIEWS.items()
        )  # fmt: skip

    def open_ids(self) -> list[str]:
        """Ids of the open views, in the order in which they were opened."""
        return list(self.docks)

    def dock(self, identifier: str) -> ViewDock:
        """The dock of an open view. Raises KeyError."""
        return self.docks[identifier]

    def saved_views(self) -> tuple[OpenView, ...]:
        """The open views as they go into the project file."""
        found = []
        for identifier, dock in self.docks.items():
            options = dock.view.saved_options()
            if self.example and "example" in dock.view.parameters.infos:
                options["example"] = self.example
            found.append(OpenView(view=identifier, options=options))
        return tuple(found)

    def why_not(self, identifier: str) -> str:
        """Why a view does not apply to the present graph; empty when it does."""
        report, graph = self._document.report, self._document.graph
        known = self._why_not.get(identifier)
        if known is None or known[0] is not report or known[1] is not graph:
            analysis: Analysis = VIEWS[identifier].analysis()
            # Asked thirty times a second: in a large graph it takes a while to find out.
            known = self._why_not[identifier] = report, graph, analysis.why_not(report, unrolled(graph))
        return known[2]

    def open_for_project(self, usual: Iterable[str] = ()) -> None:
        """Open the views that the project names, or else the `usual` ones that apply, or those that fit it best."""
        self.weights = ()
        for identifier in self.docks:
            self._cancel(identifier)  # under the key of the project before, nobody waits for it
        self._opened += 1
        self._analyst.forget_project()
        for dock in self.docks.values():
            dock.ask_anew()
            dock.view.leave_project()
        QToolTip.hideText()
        chosen = {view.view: view.options for view in self._document.project.views if view.view in VIEWS}
        applying = [name for name in usual if name in VIEWS and not self.why_not(name)]
        self.show_only(chosen or applying or self._fitting())
        for identifier, dock in self.docks.items():
            dock.view.take_options(chosen.get(identifier, {}))
        self.example = next((row for options in chosen.values() if (row := _row(options))), 0)
        self._forget_given()
        self.example_changed.emit(self.example)

    def _fitting(self) -> list[str]:
        ranked = sorted((name for name in VIEWS if VIEWS[name].rank), key=lambda name: -VIEWS[name].rank)
        return [name for name in ranked if not self.why_not(name)][:MOST_DEFAULT_VIEWS]

    def show_only(self, identifiers: Iterable[str]) -> None:
        """Close all other views and open these."""
        wanted = list(identifiers)
        for identifier in [name for name in self.docks if name not in wanted]:
            self._take_away(identifier)
        for identifier in wanted:
            if identifier not in self.docks:
                self._make(identifier)
        self.docks = {identifier: self.docks[identifier] for identifier in wanted}
        self.layout.place(list(self.docks.values()))
        self.changed.emit()

    def open(self, identifier: str) -> None:
        """Open a view below the canvas; nothing happens when it is open already."""
        if identifier in self.docks:
            return
        self._make(identifier)
        self.layout.place(list(self.docks.values()), newest=identifier)
        self.changed.emit()

    def _make(self, identifier: str) -> None:
        panel = ViewPanel(VIEWS[identifier]())
        dock = ViewDock(panel, identifier, self._window)
        panel.enlarge_requested.connect(functools.partial(self.enlarge_wanted.emit, dock))
        panel.float_requested.connect(functools.partial(self._float, dock))
        dock.tab_chosen.connect(self.layout.bring_to_front)
        panel.close_requested.connect(functools.partial(self.close, identifier))
        panel.view.example_chosen.connect(self.follow_example)
        panel.view.example_given.connect(self.give_example)
        panel.view.weight_pointed_at.connect(self.point_at)
        panel.view.edit_wanted.connect(self._on_edit)
        panel.view.project_edit_wanted.connect(functools.partial(self._on_project_edit, panel.view))
        panel.view.moment_chosen.connect(self.moment_chosen)
        panel.view.run_chosen.connect(self.run_chosen)
        panel.view.weights_wanted.connect(self.weights_wanted)
        panel.view.run_wanted.connect(self.run_wanted)
        panel.view.file_wanted.connect(self.file_wanted)
        panel.view.canvas_notes_wanted.connect(functools.partial(self._on_canvas_notes, panel.view))
        panel.view.waiting.cancel_wanted.connect(dock.cancel)
        panel.view.waiting.again_wanted.connect(dock.ask_anew)
        dock.cancel_wanted.connect(self._cancel)
        self.docks[identifier] = dock

    def close(self, identifier: str) -> None:
        """Close a view."""
        if identifier in self.docks:
            self._take_away(identifier)
            self.layout.place(list(self.docks.values()))
            self.changed.emit()

    def _take_away(self, identifier: str) -> None:
        dock = self.docks.pop(identifier)
        self._cancel(identifier)
        if dock.view.gives:
            self._forget_given()
        if dock.view is self._writing:
            self._writing = None
            self.canvas_notes_changed.emit(NO_NOTES)
        self._window.removeDockWidget(dock)
        dock.deleteLater()

    def toggle(self, identifier: str) -> None:
        """Open or close."""
        if identifier in self.docks:
            self.close(identifier)
        else:
            self.open(identifier)

    def _float(self, dock: ViewDock) -> None:
        dock.setFloating(not dock.isFloating())
        self.layout.arrange()
        self.layout.later()

    def _on_canvas_notes(self, view: View, notes: CanvasNotes) -> None:
        self._writing = view
        self.canvas_notes_changed.emit(notes)

    @Slot(int)
    def follow_example(self, example: int) -> None:
        """Look at another example of the data."""
        if example != self.example or self.given is not None:
            self.example = example
            self._forget_given()
            self.example_changed.emit(example)
            self._hurry("example")

    @Slot(object)
    def give_example(self, given: Given) -> None:
        """Look at an example that a person has given by hand."""
        self.given = given
        self.example_given.emit(given)
        self._hurry("given")

    def _forget_given(self) -> None:
        if self.given is not None:
            self.given = None
            for dock in self.docks.values():
                dock.view.forget_given()
            self.example_given.emit(None)

    def _hurry(self, looked_at: str) -> None:
        """Ask at once for the views that look at it."""
        for identifier, dock in self.docks.items():
            if looked_at in (*dock.view.parameters.infos, *dock.view.analysis.needs):
                dock.hurried = True
                if dock.seen:
                    self._ask_for(identifier, dock)

    @Slot(object)
    def point_at(self, weight: Weight) -> None:
        """Take a weight for the newest of those that views look at; pointing at it again lets it go."""
        if weight in self.weights:
            self.weights = tuple(one for one in self.weights if one != weight)
        else:
            self.weights = (*self.weights, weight)[-MOST_WEIGHTS:]
        for dock in self.docks.values():
            dock.hurried = dock.hurried or "weights" in dock.view.analysis.needs

    @Slot(str, str, object)
    def _on_edit(self, text: str, node: str, parameters: dict[str, Any]) -> None:
        graph = self._document.graph
        for name, changed in ({node: parameters} if node else parameters).items():
            graph = edits.set_parameters(graph, name, changed)
        self._document.edit_graph(text, graph, f"{text} {node}")

    def _on_project_edit(self, view: View, text: str, edit: Callable[[Project], Project]) -> None:
        try:
            self._document.apply(text, edit(self._document.project))
        except ExperimentFault as error:  # the project has been changed since
            view.show_message(str(error))

    # Feeding --------------------------------------------------------------------------------------------------------

    @Slot()
    def ask(self) -> None:
        """Ask for new results of the views that can be seen and whose last answer has come.

        While the network learns, a view waits for its turn; at rest, and when a person looks at another moment, it is
        shown at once what is newest.
        """
        learning = self._feed.live is not None and self._feed.live.steps_per_second > 0.0
        if self._feed.past is not self._past:
            self._past, learning = self._feed.past, False
        pauses = self._pauses()
        for identifier, dock in self.docks.items():
            dock.waited += 1
            dock.view.tell_step(self._feed.frame.step if self._feed.frame else 0)
            if identifier not in pauses:
                continue  # It cannot be seen.
            # A person who has chosen does not wait for the next turn.
            chosen = dock.hurried or dock.wants_other()
            if chosen or not learning or dock.waited >= pauses[identifier]:
                self._ask_for(identifier, dock)

    def _ask_for(self, identifier: str, dock: ViewDock) -> None:
        key = self.key_of(identifier)
        if self._analyst.busy(key) and dock.asked_for[:1] in ((), (dock.view.wanted(),)):
            return  # Another analysis than the one at work is not waited for.
        hurried, dock.hurried = dock.hurried, False
        why_not = self.why_not(identifier)
        if why_not or not self._document.report.ok:
            if not self._document.report.ok and dock.view.result is not None:
                return  # The last picture stays while the graph is being mended.
            sentence = why_not or "Mend the errors on the canvas, and it appears here."
            if dock.asked_for != (sentence,):
                dock.asked_for, dock.cancelled = (sentence,), None
                dock.view.show_message(sentence)
            return
        if dock.cancelled is not None:
            if dock.cancelled == dock.view.wanted():
                return  # Until a person asks for it, or for something else.
            dock.cancelled = None
            dock.view.waiting.clear()
        analysis = dock.view.wanted()
        if analysis.needs & OF_A_RUN and self._feed.snapshot is None:
            return
        question = self._feed.question(
            analysis, self._document.graph, self._document.project,
            node=self.node or None, example=self.example, weights=self.weights, given=self.given,
        )  # fmt: skip
        # What a view needs and has not changed is not computed again, as that of a moment of the past.
        asked_for = (analysis, *question.compared(analysis.needs))
        if asked_for == dock.asked_for:
            return
        dock.asked_for = asked_for
        dock.waited = 0
        self._analyst.request(Request(key, analysis, question), first=hurried)

    def _pauses(self) -> dict[str, int]:
        """Least pulses between two questions of each view that is seen, while the network learns."""
        least = {name: dock.view.pulses for name, dock in self.docks.items() if dock.seen}
        return pauses({name: self._analyst.cost(self.key_of(name)) for name in least}, least)

    def key_of(self, identifier: str) -> str:
        """Another one for every project: pictures of the project before must not come late."""
        return f"view:{identifier}:{self._opened}"

    @Slot(str)
    def _cancel(self, identifier: str) -> None:
        self._analyst.cancel(self.key_of(identifier))

    @Slot(str)
    def _on_progress(self, key: str) -> None:
        progress = self._analyst.progress(key)
        for identifier, dock in self.docks.items():
            if progress is not None and key == self.key_of(identifier):
                dock.view.waiting.show_progress(progress)

    @Slot(str)
    def _on_result(self, key: str) -> None:
        kind, _, rest = key.partition(":")
        if kind != "view":
            return
        identifier = rest.partition(":")[0]
        answer = self._analyst.take(key)
        dock = self.docks.get(identifier)
        if dock is None or answer is None or key != self.key_of(identifier):
            return
        dock.cancelled = None
        if isinstance(answer, Refusal):
            dock.view.show_message(answer.message)
        else:
            dock.view.show_result(answer)
        if dock.hurried and dock.seen:
            self._ask_for(identifier, dock)  # a person has gone on meanwhile


def _row(options: Mapping[str, Option]) -> int:
    """The example that a saved view looked at; 0 where it names none."""
    row = options.get("example", 0)
    return row if isinstance(row, int) and row > 0 else 0
