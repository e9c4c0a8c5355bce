"""The workplace: the parts around one open document, connected with each other, the menus and the frame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QInputDialog

from playground.document.experiment_files import is_experiment
from playground.document.group_files import ENDING
from playground.document.project import Project
from playground.exchange.into.files import source_of
from playground.network.naming import titles
from playground.training.device import available_devices
from playground.training.metrics.words import metric_words
from playground.ui.code.panel import WIDTH as CODE_WIDTH
from playground.ui.own_files.dropped import chosen_of
from playground.ui.own_files.opening import is_data
from playground.ui.shell.appearance import Appearance
from playground.ui.shell.arrangement import LEFT, RIGHT, Arrangement
from playground.ui.shell.behind_gallery import BehindGallery
from playground.ui.shell.experiments import Experiments
from playground.ui.shell.frame import Frame
from playground.ui.shell.help import Help
from playground.ui.shell.menus import Menus
from playground.ui.shell.message_bar import Button
from playground.ui.shell.panes import Panes
from playground.ui.shell.parts import Parts
from playground.ui.shell.presenter import Presenter
from playground.ui.shell.top_bar import UNSAVED, TopBar
from playground.ui.threads.garbage import MemoryReturn
from playground.ui.views.registry import VIEWS
from playground.ui.views.use.use_it import UseItView
from playground.ui.weights.taking import is_weights
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import one_line, plain_tip
from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.popup import choose

if TYPE_CHECKING:
    from playground.training.session.changing import NewWeights

class Workplace(Parts):
    """Everything of the window but the gallery: connects its parts with each other, the menus and the frame."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._said = ""
        self._views_due = False
        self.experiments = Experiments(self)
        self.appearance = Appearance(self)
        self.arrangement = Arrangement(self)
        self.presenter = Presenter(self, self.arrangement, self._show_work)
        self.actions = Menus(frame, frame.head.menus)
        self._offer_actions()
        act = self.actions.act
        self.top_bar = TopBar(act["play"], act["step"], act["epoch"], act["rewind"], act["present"])
        self.arrangement.bars.append(self.top_bar)
        self.panes = Panes(self, self.arrangement, self.top_bar)
        self.actions.offer(self.panes.menu_actions())
        for menu in self.actions.fill().values():
            menu.aboutToShow.connect(self._explain_views)
        self.behind_gallery = BehindGallery(
            frame.gallery.running, self.document, self.trainer, self.run, self.show_canvas, self
        )
        frame.head.add(self.top_bar)
        frame.pages.addWidget(self.canvas)
        frame.middle.addWidget(self.companion)
        frame.middle.addWidget(self.time_bar)
        self._connect()

    def _offer_actions(self) -> None:
        """Collect what the parts offer, and what concerns several of them."""
        frame, stack = self.frame, self.document.undo_stack
        help_ = Help(frame, self.actions.act)
        for part in (
            self.files, self.own_files, self.weights, self.block_weights, self.transfers, self.canvas.group_files,
            self.canvas.verbs, self.run, self.time, self.branching,
            self.views, self.arrangement, self.appearance, frame.text_size, self.presenter, help_,
        ):  # fmt: skip
            self.actions.offer(part.menu_actions())
        self.actions.offer((
            MenuAction("gallery", "&Gallery", self.show_gallery, "Alt+Home", "gallery"),
            MenuAction("quit", "&Quit", frame.close, "Ctrl+Q"),
            MenuAction("find", "&Find a block…", self.find_block, "Ctrl+K", "search"),
            MenuAction("show-code", "&Code", self.show_code, "Ctrl+Shift+C", tip="The project as a Python file"),
            MenuAction("show-outline", "&Outline", self.show_outline, "Ctrl+Shift+O", tip="The canvas as a tree"),
        ))  # fmt: skip
        for name, action, keys in (
            ("undo", stack.createUndoAction(frame, "&Undo"), QKeySequence.StandardKey.Undo),
            ("redo", stack.createRedoAction(frame, "&Redo"), QKeySequence.StandardKey.Redo),
        ):
            action.setShortcuts(keys)
            action.setToolTip(
                plain_tip(f"{name.capitalize()} the last change")
            )  # its own would be the text, read as markup
            put_icon(action, name)
            self.actions.take(name, action)

    def _connect(self) -> None:
        self.document.opened.connect(self._on_opened)
        self.document.opened.connect(MemoryReturn(self).plan)
        self.document.changed.connect(self._on_changed)
        self.files.keeper.unsaved_changed.connect(self._show_title)
        self.files.offered.connect(self._offer)
        self.files.told.connect(self._tell)
        self.files.file_chosen.connect(self.open)
        self.own_files.told.connect(self._tell)
        self.experiments.told.connect(self._tell)
        self.canvas.experiment_wanted.connect(self.experiments.open)
        self.inspector.experiment_wanted.connect(self.experiments.open)
        self.weights.told.connect(self._tell)
        self.transfers.told.connect(self._tell)
        self.transfers.made.connect(self.files.begin_with)
        self.canvas.link_pasted.connect(self.transfers.open_link)
        self.block_weights.told.connect(self._tell)
        self.canvas.weights_wanted.connect(self.block_weights.do)
        self.inspector.weights_wanted.connect(self._on_weights_wanted)
        self.own_files.project_made.connect(self.files.begin)
        self.own_files.placed.connect(self.canvas.go_to)
        self.run.playable_changed.connect(self._show_playable)
        self.trainer.state_changed.connect(self.top_bar.show_state)
        self.feed.frame_arrived.connect(self.top_bar.show_frame)
        self.feed.frame_arrived.connect(self.behind_gallery.show_frame)
        self.feed.live_arrived.connect(self.failures.show_end)
        self.time_bar.budget_chosen.connect(self._set_budget)
        self._set_budget(self.time_bar.budget)
        self.branching.told.connect(self._tell)
        self.feed.runs.told.connect(self._tell)
        self.failures.back_wanted.connect(self.branching.go_back)
        self.failures.use_wanted.connect(self._use_it)
        self.failures.rewind_wanted.connect(self.run.rewind)
        self.run.refused.connect(self._refuse_past)
        self.companion.offer_wanted.connect(self.offers.take)
        self.trainer.state_changed.connect(self.companion.tell_state)
        self.views.moment_chosen.connect(self.time.go_to)
        self.views.run_chosen.connect(self._with_run)
        self.views.weights_wanted.connect(self._take_weights)
        self.canvas.node_selected.connect(self._on_selected)
        self.canvas.canvas_scene.copy_changed.connect(self._on_copy)
        self.canvas.group_selected.connect(self.inspector.select_group)
        self.inspector.group.enter_wanted.connect(self._enter_group)
        self.inspector.group.go_to_wanted.connect(self.canvas.go_to)
        self.inspector.group.keep_wanted.connect(self.canvas.group_files.ask_and_keep)
        self.canvas.group_files.told.connect(self._tell)
        self.views.example_changed.connect(self.canvas_feed.show_example)
        self.views.example_given.connect(self.canvas_feed.show_given)
        self.views.canvas_notes_changed.connect(self.canvas.canvas_scene.wire_notes.show)
        self.canvas.said.connect(self._say)
        self.canvas.group_selected.connect(self._on_group)
        self.inspector.currentChanged.connect(self._on_tab)
        self.code.nodes_chosen.connect(self.canvas.select)
        self.code.told.connect(self._tell)
        self.canvas.parameters_wanted.connect(self.panes.enter_parameters)
        self.canvas.weight_edit_requested.connect(self._on_weight_edited)
        self.inspector.weight_edit_requested.connect(self._on_weight_edited)
        self.views.changed.connect(self._show_open_views)
        bar = self.top_bar
        bar.speed_changed.connect(self.trainer.set_speed)
        bar.gallery_wanted.connect(self.show_gallery)
        bar.title_clicked.connect(self._rename)
        bar.seed_clicked.connect(self.run.new_seed)
        bar.device_clicked.connect(self._choose_device)

    def open(self, path: Path, spot: QPointF | None = None) -> None:
        """Open a project file or preset, or data; `spot` is where on the screen they were dropped."""
        if source_of(path) is not None:
            self.transfers.open(path)
            return
        if is_experiment(path):
            self.experiments.open(path)
            return
        if is_weights(path):
            self.weights.open(path)
            return
        if not is_data(path):
            self.files.open(path)
            return
        canvas = self.canvas
        over = spot is not None and canvas.isVisible() and canvas.rect().contains(canvas.mapFromGlobal(spot).toPoint())
        place = canvas.mapToScene(canvas.mapFromGlobal(spot).toPoint()) if spot is not None and over else None
        self.own_files.open(path, spot=place)

    def open_dropped(self, paths: list[Path], spot: QPointF, *, insert: bool = False) -> None:
        """Open what was dropped on the window; of several files one, and say which and why.

        With `insert`, and always for a group file, it comes onto the canvas as a group.
        """
        path, sentence = chosen_of(paths)
        if path.name.endswith(ENDING) or (insert and not is_data(path)):
            if self.frame.pages.currentWidget() is not self.canvas:
                self.show_canvas()
            place = self.canvas.mapToScene(self.canvas.viewport().mapFromGlobal(spot).toPoint())
            self.canvas.group_files.insert_file(path, (place.x(), place.y()))
            return
        before = self.messages.text
        self.open(path, spot)
        if sentence and self.messages.text in ("", before):  # what could not be opened says more
            self._tell(sentence, "good")

    # What the person sees -------------------------------------------------------------------------------------------

    @Slot()
    def show_gallery(self) -> None:
        """The cards of all presets in place of the canvas; the run goes on."""
        self.enlarger.leave()
        self.frame.pages.setCurrentWidget(self.frame.gallery)
        self.arrangement.show_work(False)
        self.behind_gallery.renew()
        self.frame.gallery.refresh()
        self.frame.gallery.setFocus()

    @Slot()
    def show_canvas(self) -> None:
        """The canvas with its panels."""
        self.frame.pages.setCurrentWidget(self.canvas)
        self.arrangement.show_work(True)
        self.canvas.setFocus()

    def _show_work(self, working: bool) -> None:
        if working:
            self.show_canvas()
        else:
            self.show_gallery()

    @Slot()
    def show_outline(self) -> None:
        """The canvas as a tree, for the keyboard and screen readers."""
        if self.frame.pages.currentWidget() is not self.canvas:
            self.show_canvas()
        self.arrangement.want(LEFT, True)
        self.arrangement.side_tabs.setCurrentWidget(self.outline)
        self.outline.setFocus()

    @Slot()
    def find_block(self) -> None:
        """The quick menu of blocks, wherever one is."""
        if self.frame.pages.currentWidget() is not self.canvas:
            self.show_canvas()
        self.canvas.ask_for_block(None)

    def offer_recovery(self) -> None:
        """After a crash, offer the safety copy; never by itself over an open project."""
        work = self.files.crashed()
        if work is not None:
            self.messages.tell(
                self.files.words(work),
                [("Restore", functools.partial(self.files.restore, work)), ("Discard", work.discard)],
                tone="warning",
            )

    @Slot()
    def _on_opened(self) -> None:
        self.arrangement.keep()
        self.enlarger.leave()
        self.messages.dismiss()
        self.top_bar.forget_numbers()
        self.show_canvas()
        self._open_views()
        self._show_title()
        self.inspector.select("")
        self.canvas.camera.open()

    def _open_views(self) -> None:
        """The views that suit the project; later, when it has to be built or mended first."""
        self._views_due = bool(self.run.why_not_play())
        self.views.open_for_project(self.arrangement.begin())
        self.arrangement.apply()

    @Slot(object, object)
    def _on_changed(self, before: object, after: object) -> None:
        self._show_title()
        if self.messages.text and self.messages.text == self._said:
            self.messages.dismiss()

    @Slot()
    def _show_title(self) -> None:
        project = self.document.project
        star = UNSAVED if self.files.keeper.unsaved else ""
        self.top_bar.show_title(project.title + star)
        self.top_bar.seed.setText(f"seed {project.seed}")
        self.frame.setWindowTitle(f"{one_line(project.title).replace('[*]', '[* ]')}{star} – Playground")
        watched = next((goal.metric for goal in project.goals if not goal.metric.endswith("_loss")), "")
        self.top_bar.watch(watched, metric_words(watched, titles(project.graph)))

    @Slot(str)
    def _show_playable(self, why_not: str) -> None:
        for name in ("play", "step", "epoch"):
            self.actions.act[name].setEnabled(not why_not)
        tip = f"Cannot play yet. {why_not}" if why_not else "Learn, or pause (Ctrl+Return)"
        self.actions.act["play"].setToolTip(plain_tip(tip))
        self.inspector.show_report()
        if self._views_due and not why_not:
            # Built from nothing: only now is there something to look at.
            self._open_views()

    @Slot(str)
    def _on_selected(self, node: str) -> None:
        self.views.node = self.canvas.canvas_scene.computed_name(node)
        self.inspector.select(node, self.views.node)
        self.code.select([node] if node else [])

    @Slot()
    def _on_copy(self) -> None:
        self._on_selected(self.canvas.selected_node())

    @Slot(str)
    def _on_group(self, group: str) -> None:
        if group in self.document.graph.groups_by_id:
            self.code.select(self.document.graph.members(group))

    @Slot()
    def _on_tab(self) -> None:
        reading = self.inspector.currentWidget() is self.code
        self.arrangement.widen(RIGHT, CODE_WIDTH if reading else 0.0)

    @Slot()
    def show_code(self) -> None:
        """The project as a file, beside the canvas; again for the inspector."""
        if self.frame.pages.currentWidget() is not self.canvas:
            self.show_canvas()
        if self.inspector.isVisible() and self.inspector.currentWidget() is self.code:
            self.inspector.leave(self.code)
            return
        self.arrangement.want(RIGHT, True)
        self.inspector.setCurrentWidget(self.code)
        self.code.page.setFocus()

    @Slot(str)
    def _enter_group(self, group: str) -> None:
        self.canvas.canvas_scene.enter(group)
        self.canvas.setFocus()

    @Slot(str, object, float)
    def _on_weight_edited(self, name: str, index: tuple[int, ...], value: float) -> None:
        self.run.edit_weight(name, tuple(index), value)

    @Slot(str, object, object)
    def _take_weights(self, text: str, new: NewWeights, edit: Callable[[Project], Project]) -> None:
        self.run.take(text, new, edit(self.document.project))

    @Slot(str, object)
    def _on_weights_wanted(self, what: str, nodes: list[str]) -> None:
        if what == "take":
            self.weights.ask()
        else:
            self.block_weights.do(what, nodes)

    @Slot(int)
    def _set_budget(self, budget: int) -> None:
        self.feed.runs.budget = budget
        self.trainer.set_budget(budget)

    @Slot(str)
    def _refuse_past(self, sentence: str) -> None:
        self.messages.tell(
            sentence, [("Go to now", self.time.now), ("Branch from here", self.branching.branch)], tone="warning"
        )

    @Slot()
    def _use_it(self) -> None:
        self.messages.dismiss()
        self.views.open(UseItView.analysis.id)

    @Slot(str, int)
    def _with_run(self, what: str, number: int) -> None:
        runs = self.feed.runs
        if all(run.number != number for run in runs.runs):
            return  # It has gone in the meantime.
        {
            "show": lambda: runs.show(number, True),
            "hide": lambda: runs.show(number, False),
            "pin": lambda: runs.pin(number, True),
            "unpin": lambda: runs.pin(number, False),
            "forget": lambda: runs.forget(number),
            "beside": lambda: self.side_by_side.put(number),
            "continue": lambda: self.branching.go_on_with(number),
        }[what]()

    @Slot(str, str)
    def _tell(self, text: str, tone: str) -> None:
        self.messages.tell(text, tone=tone)

    @Slot(str, object, str)
    def _offer(self, text: str, buttons: list[Button], tone: str) -> None:
        self.messages.tell(text, buttons, tone=tone)

    @Slot(str)
    def _say(self, sentence: str) -> None:
        bubble = self.canvas.messages.bubble
        if not bubble.isVisible() or bubble.text.text() != sentence:
            self._said = sentence
            self.messages.tell(sentence, tone="warning")

    @Slot()
    def _explain_views(self) -> None:
        """Say in the menu why a view does not apply."""
        for identifier, view in VIEWS.items():
            action, why_not = self.actions.act[f"view-{identifier}"], self.views.why_not(identifier)
            action.setEnabled(not why_not or identifier in self.views.open_ids())
            action.setToolTip(plain_tip(why_not or view.analysis.summary))

    @Slot()
    def _show_open_views(self) -> None:
        for identifier in VIEWS:
            self.actions.act[f"view-{identifier}"].setChecked(identifier in self.views.open_ids())

    @Slot()
    def _rename(self) -> None:
        title, good = QInputDialog.getText(
            self.frame, "Rename", "Title of the project", text=self.document.project.title
        )
        if good and title.strip():
            self.document.apply("Rename the project", self.document.project.replace(title=title.strip()[:200]))

    @Slot()
    def _choose_device(self) -> None:
        training = self.document.project.training
        chosen = choose(("automatic", *available_devices()), training.device, self.top_bar.device)
        if chosen:
            project = self.document.project.replace(training=training.replace(device=chosen))
            self.document.apply(f"Train on {chosen}", project)

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Keys that nobody else wanted; False when they are none of ours either."""
        if event.key() == Qt.Key.Key_Escape:
            if self.frame.pages.currentWidget() is self.frame.gallery and self.behind_gallery.is_open:
                self.show_canvas()
                return True
            if self.enlarger.leave():
                return True
        if self.presenter.key_pressed(event):
            return True
        return event.key() == Qt.Key.Key_Escape and self.panes.back()

    def shut_down(self) -> None:
        """Stop timers and threads, in the order in which they depend on each other."""
        self.feed.stop()
        self.presenter.shut_down()
        self.arrangement.keep()
        self.files.close()
        self.own_files.shut_down()
        self.weights.shut_down()
        self.transfers.shut_down()
        self.trainer.shut_down()
        self.analyst.shut_down()
