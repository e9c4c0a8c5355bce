"""The main window: it puts the parts together and holds none of their logic."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, QUrl, Slot
from PySide6.QtGui import QActionGroup, QCloseEvent, QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QInputDialog,
    QMainWindow,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from playground.paths import log_file
from playground.training.device import available_devices
from playground.ui.analyst import Analyst
from playground.ui.canvas.minimap import Minimap
from playground.ui.canvas.outline import OutlineWidget
from playground.ui.canvas.palette import PaletteWidget
from playground.ui.canvas.view import CanvasView
from playground.ui.canvas_feed import CanvasFeed
from playground.ui.failures import Failures
from playground.ui.file_actions import FileActions
from playground.ui.gallery.gallery import Gallery
from playground.ui.icons import icon
from playground.ui.inspector.inspector import Inspector
from playground.ui.live_feed import LiveFeed
from playground.ui.message_bar import MessageBar
from playground.ui.open_document import OpenDocument
from playground.ui.presenter import Presenter
from playground.ui.run_control import RunControl
from playground.ui.theme import THEME
from playground.ui.top_bar import TopBar
from playground.ui.trainer import Trainer
from playground.ui.view_docks import ViewDock, ViewDocks
from playground.ui.views.registry import VIEWS
from playground.ui.window_actions import Keys, WindowActions

LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """Gallery, canvas, palette, inspector and views around one open document."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("Playground")
        self.resize(1440, 900)
        self.setDockNestingEnabled(True)
        self.document = OpenDocument(self)
        self.trainer = Trainer(self)
        self.analyst = Analyst(self)
        self.feed = LiveFeed(self.trainer, self)
        self.run = RunControl(self.document, self.trainer, self.feed, self)
        self.canvas = CanvasView(self.document)
        self.minimap = Minimap(self.canvas)
        self.palette_panel = PaletteWidget(self.document, self.canvas)
        self.outline = OutlineWidget(self.document, self.canvas)
        self.inspector = Inspector(self.document)
        self.views = ViewDocks(self, self.document, self.feed, self.analyst)
        self.files = FileActions(self, self.document, self.trainer, self.run, self.views)
        self.gallery = Gallery()
        self.messages = MessageBar()
        self.failures = Failures(self.document, self.trainer, self.messages, self)
        self.actions = WindowActions(self)
        self._add_actions()
        act = self.actions.act
        self.top_bar = TopBar(act["play"], act["step"], act["epoch"], act["rewind"], act["present"])
        self._arrange()
        self.canvas_feed = CanvasFeed(self.document, self.feed, self.analyst, self.canvas, self.inspector, self)
        self.presenter = Presenter(self)
        self._connect()
        self._restore_layout()
        self.show_gallery()

    # Arrangement ----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self._pages = QStackedWidget()
        self._enlarged_page = QWidget()
        QVBoxLayout(self._enlarged_page).setContentsMargins(8, 8, 8, 8)
        for page in (self.gallery, self.canvas, self._enlarged_page):
            self._pages.addWidget(page)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages)
        self.setCentralWidget(middle)
        head = QWidget()
        head_layout = QVBoxLayout(head)
        head_layout.setContentsMargins(0, 0, 0, 0)
        head_layout.setSpacing(0)
        head_layout.addWidget(self.top_bar)
        head_layout.addWidget(self.messages)
        self._head = self._head_bar(head)
        corners = {
            Qt.Corner.BottomLeftCorner: Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.Corner.BottomRightCorner: Qt.DockWidgetArea.RightDockWidgetArea,
        }
        for corner, area in corners.items():
            self.setCorner(corner, area)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.palette_panel, "Blocks")
        tabs.addTab(self.outline, "Outline")
        self.side_tabs = tabs
        self.left_dock = self._side_dock("palette", "Blocks", tabs, Qt.DockWidgetArea.LeftDockWidgetArea, 220)
        self.right_dock = self._side_dock(
            "inspector", "Inspector", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea, 330
        )
        self._enlarged: ViewDock | None = None

    def _head_bar(self, head: QWidget) -> QWidget:
        bar = self.addToolBar("Training")
        bar.setObjectName("head")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setStyleSheet("QToolBar { border: 0; padding: 0; margin: 0; spacing: 0; }")
        bar.addWidget(head)
        return bar

    def _side_dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea, width: int) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setTitleBarWidget(QWidget())
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
        return dock

    def _connect(self) -> None:
        self.document.opened.connect(self._on_opened)
        self.document.changed.connect(self._on_changed)
        self.document.undo_stack.cleanChanged.connect(self._show_title)
        self.files.told.connect(self._tell)
        self.run.playable_changed.connect(self._show_playable)
        self.trainer.state_changed.connect(self._on_state)
        self.feed.frame_arrived.connect(self.top_bar.show_frame)
        self.canvas.node_selected.connect(self._on_selected)
        self.canvas.weight_edit_requested.connect(self._on_weight_edited)
        self.inspector.weight_edit_requested.connect(self._on_weight_edited)
        self.views.enlarge_wanted.connect(self._toggle_enlarged)
        self.views.changed.connect(self._show_open_views)
        self.gallery.preset_chosen.connect(self._open_path)
        self.gallery.file_chosen.connect(self._open_path)
        self.gallery.open_chosen.connect(self.files.ask_and_open)
        self.gallery.new_chosen.connect(self.files.new)
        bar = self.top_bar
        bar.speed_changed.connect(self.trainer.set_speed)
        bar.gallery_wanted.connect(self.show_gallery)
        bar.title_clicked.connect(self._rename)
        bar.seed_clicked.connect(self.run.new_seed)
        bar.device_clicked.connect(self._choose_device)

    # Actions --------------------------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        add = self.actions.add
        add("&File", "new", "&New", self.files.new, Keys.New, icon="plus")
        add("&File", "open", "&Open…", self.files.ask_and_open, Keys.Open, icon="open")
        add("&File", "gallery", "&Gallery", self.show_gallery, "Ctrl+Shift+G", icon="gallery")
        self.actions.separate("&File")
        add("&File", "save", "&Save", self.files.save, Keys.Save, icon="save")
        add("&File", "save-as", "Save &as…", self.files.ask_and_save, "Ctrl+Shift+S")
        self.actions.separate("&File")
        add("&File", "quit", "&Quit", self.close, Keys.Quit)
        self._add_edit_actions()
        self._add_train_actions()
        self._add_view_actions()
        add("&Help", "keys", "&Keys…", self._show_keys, "F1", tip="All keys on one page")
        add("&Help", "log", "Open the &log folder", self._open_log)
        add("&Help", "about", "&About Playground", self._show_about)

    def _add_edit_actions(self) -> None:
        stack = self.document.undo_stack
        menu = self.actions.menu("&Edit")
        for name, action, keys in (
            ("undo", stack.createUndoAction(self, "&Undo"), Keys.Undo),
            ("redo", stack.createRedoAction(self, "&Redo"), Keys.Redo),
        ):
            action.setShortcuts(keys)
            action.setIcon(icon(name))
            menu.addAction(action)
            self.addAction(action)
            self.actions.act[name] = action
        self.actions.separate("&Edit")
        for name, text in (("cut", "Cu&t"), ("copy", "&Copy"), ("paste", "&Paste"), ("duplicate", "&Duplicate")):
            # No key here: the canvas owns these keys, so that they also work in text fields.
            self.actions.add("&Edit", name, text, functools.partial(self.canvas.perform, name))
        self.actions.add("&Edit", "find", "&Find a block…", self._find_block, "Ctrl+K", icon="search")
        self.actions.add("&Edit", "tidy", "&Tidy the canvas", functools.partial(self.canvas.perform, "tidy"), "Ctrl+T")

    def _add_train_actions(self) -> None:
        add = self.actions.add
        add("&Train", "play", "&Play or pause", self.run.toggle, "Ctrl+Return", icon="play", tip="Learn, or pause")
        step = add("&Train", "step", "&Step", self.run.take_step, "F10", icon="step", tip="One step: one batch")
        step.setIconText("Step")
        add("&Train", "epoch", "&Epoch", self.run.take_epoch, "Shift+F10", icon="epoch", tip="On to the end of the epoch")
        add("&Train", "rewind", "&Rewind", self.run.rewind, "Ctrl+R", icon="rewind", tip="Back to the same first weights")
        add("&Train", "seed", "New see&d", self.run.new_seed, "Ctrl+Shift+R", icon="dice", tip="Other first weights")

    def _add_view_actions(self) -> None:
        add = self.actions.add
        for number, (identifier, view) in enumerate(VIEWS.items(), start=1):
            action = add(
                "&View", f"view-{identifier}", view.title, functools.partial(self.views.toggle, identifier),
                f"Ctrl+{number}" if number > 1 else "Ctrl+Shift+1", tip=view.analysis.summary, checkable=True,
            )  # fmt: skip
            action.setData(identifier)
        self.actions.menu("&View").aboutToShow.connect(self._explain_views)
        self.actions.separate("&View")
        add("&View", "toggle-palette", "&Blocks and outline", self._toggle_left, "Ctrl+B")
        add("&View", "toggle-inspector", "&Inspector", self._toggle_right, "Ctrl+I")
        add("&View", "show-outline", "&Outline", self._show_outline, "Ctrl+Shift+O", tip="The canvas as a tree")
        self.actions.separate("&View")
        group = QActionGroup(self)
        for name, text in (("light", "&Light"), ("dark", "&Dark"), ("system", "As the &system")):
            action = add("&View", f"theme-{name}", text, functools.partial(self.use_theme, name), checkable=True)
            group.addAction(action)
        self.actions.separate("&View")
        present = add("&View", "present", "&Present", self._present, "F11", icon="present", tip="Large, for a projector")
        present.setIconText("Present")

    # Slots ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_opened(self) -> None:
        self._leave_enlarged()
        self.messages.dismiss()
        self.show_canvas()
        self.views.open_for_project()
        self._show_title()
        self.inspector.select("")
        self.canvas.fit()

    @Slot(object, object)
    def _on_changed(self, before: object, after: object) -> None:
        self._show_title()

    @Slot()
    def _show_title(self) -> None:
        project = self.document.project
        star = "" if self.document.undo_stack.isClean() else " •"
        self.top_bar.show_title(project.title + star)
        self.top_bar.seed.setText(f"seed {project.seed}")
        self.setWindowTitle(f"{project.title}{star} – Playground")

    @Slot(str)
    def _show_playable(self, why_not: str) -> None:
        for name in ("play", "step", "epoch"):
            action = self.actions.act[name]
            action.setEnabled(not why_not)
            if name == "play":
                action.setToolTip(f"Cannot play yet. {why_not}" if why_not else "Learn, or pause (Ctrl+Return)")
        self.inspector.show_report()

    @Slot(str)
    def _on_state(self, state: str) -> None:
        self.top_bar.show_state(state)

    @Slot(str)
    def _on_selected(self, node: str) -> None:
        self.views.node = node
        self.inspector.select(node)

    @Slot(str, object, float)
    def _on_weight_edited(self, name: str, index: object, value: float) -> None:
        self.run.edit_weight(name, tuple(index), value)  # type: ignore[call-overload]

    @Slot(str, str)
    def _tell(self, text: str, tone: str) -> None:
        self.messages.tell(text, tone=tone)

    @Slot(object)
    def _open_path(self, path: Path) -> None:
        self.files.open(Path(path))

    @Slot()
    def show_gallery(self) -> None:
        """The cards of all presets in place of the canvas; the run goes on."""
        self._leave_enlarged()
        self._pages.setCurrentWidget(self.gallery)
        self._show_workspace(False)
        self.gallery.refresh()
        self.gallery.setFocus()

    def show_canvas(self) -> None:
        """The canvas with its panels."""
        self._pages.setCurrentWidget(self.canvas)
        self._show_workspace(True)
        self.canvas.setFocus()

    def _show_workspace(self, shown: bool) -> None:
        self.left_dock.setVisible(shown)
        self.right_dock.setVisible(shown)
        self.top_bar.setVisible(shown)
        for identifier in self.views.open_ids():
            self.views.dock(identifier).setVisible(shown)

    @Slot(object)
    def _toggle_enlarged(self, dock: ViewDock) -> None:
        if self._enlarged is dock:
            self._leave_enlarged()
            return
        self._leave_enlarged()
        self._enlarged = dock
        dock.hide()
        self._enlarged_page.layout().addWidget(dock.panel)
        dock.panel.show()
        self._pages.setCurrentWidget(self._enlarged_page)

    def _leave_enlarged(self) -> None:
        dock, self._enlarged = self._enlarged, None
        if dock is None:
            return
        dock.setWidget(dock.panel)
        dock.panel.show()
        dock.show()
        self._pages.setCurrentWidget(self.canvas)

    @Slot()
    def _show_open_views(self) -> None:
        for identifier in VIEWS:
            self.actions.act[f"view-{identifier}"].setChecked(identifier in self.views.open_ids())
        if self._enlarged is not None and self._enlarged.identifier not in self.views.open_ids():
            self._enlarged.panel.setParent(None)
            self._enlarged = None
            self._pages.setCurrentWidget(self.canvas)

    @Slot()
    def _explain_views(self) -> None:
        for identifier, view in VIEWS.items():
            action = self.actions.act[f"view-{identifier}"]
            why_not = self.views.why_not(identifier)
            action.setEnabled(not why_not or identifier in self.views.open_ids())
            action.setToolTip(why_not or view.analysis.summary)
            action.setText(f"{view.title}  –  {why_not}" if why_not else view.title)

    @Slot()
    def _toggle_left(self) -> None:
        self.left_dock.setVisible(not self.left_dock.isVisible())

    @Slot()
    def _toggle_right(self) -> None:
        self.right_dock.setVisible(not self.right_dock.isVisible())

    @Slot()
    def _show_outline(self) -> None:
        self.left_dock.show()
        self.side_tabs.setCurrentWidget(self.outline)
        self.outline.setFocus()

    @Slot()
    def _find_block(self) -> None:
        if self._pages.currentWidget() is not self.canvas:
            self.show_canvas()
        self.canvas.open_quick_menu()

    @Slot()
    def _present(self) -> None:
        self.presenter.toggle()

    @Slot()
    def _rename(self) -> None:
        title, good = QInputDialog.getText(self, "Rename", "Title of the project", text=self.document.project.title)
        if good and title.strip():
            self.document.apply("Rename the project", self.document.project.replace(title=title.strip()[:200]))

    @Slot()
    def _choose_device(self) -> None:
        menu = QMenu(self)
        for name in ("automatic", *available_devices()):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(self.document.project.training.device == name)
        chosen = menu.exec(self.top_bar.device.mapToGlobal(self.top_bar.device.rect().bottomLeft()))
        if chosen is not None:
            training = self.document.project.training.replace(device=chosen.text())
            self.document.apply(f"Train on {chosen.text()}", self.document.project.replace(training=training))

    def use_theme(self, name: str) -> None:
        """Light, dark, or as the system; remembered."""
        QSettings().setValue("theme", name)
        THEME.use(name)
        self.actions.act[f"theme-{name}"].setChecked(True)

    @Slot()
    def _show_keys(self) -> None:
        rows = "".join(
            f"<tr><td>{action.iconText()}</td><td style='padding-left:24px'><b>{action.shortcut().toString()}</b></td></tr>"
            for action in self.actions.act.values()
            if not action.shortcut().isEmpty()
        )
        QMessageBox.information(self, "Keys", f"<table>{rows}</table>{self.canvas.keys_help()}")

    @Slot()
    def _open_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))

    @Slot()
    def _show_about(self) -> None:
        from playground import __version__

        QMessageBox.about(
            self, "About Playground", f"<b>Playground {__version__}</b><br>Build a network, press play, and see it learn."
        )

    # Start and end --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.presenter.key_pressed(event):
            if event.key() == Qt.Key.Key_Escape and self._enlarged is not None:
                self._leave_enlarged()
                return
            super().keyPressEvent(event)

    def _restore_layout(self) -> None:
        geometry = QSettings().value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def offer_recovery(self) -> None:
        """After a crash, offer the safety copy; never by itself over an open project."""
        leftover = self.files.crashed()
        if leftover is not None:
            self.messages.tell(
                self.files.words(leftover),
                [("Restore", functools.partial(self.files.restore, leftover)), ("Discard", leftover.discard)],
                tone="warning",
            )

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        QSettings().setValue("window/geometry", self.saveGeometry())
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Stop timers and threads, in the order in which they depend on each other."""
        self.feed.stop()
        self.files.close()
        self.trainer.shut_down()
        self.analyst.shut_down()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
