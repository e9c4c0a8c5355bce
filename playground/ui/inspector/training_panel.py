"""The Training tab: how the network learns. Every number here may change while it runs."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from playground.document.declaration import ParameterInfo, parameter_info
from playground.document.graph import Choice
from playground.document.project import SETTING_TITLES, Clipping, Project, Pruning, Regularization, TrainingSettings
from playground.network.naming import titles
from playground.training.device import available_devices
from playground.training.initializers import INITIALIZERS
from playground.training.metrics.metric_set import why_missing
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.inspector.choice_editor import ChoiceEditor
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.objectives_section import ObjectivesSection
from playground.ui.inspector.phases_section import PhasesSection
from playground.ui.inspector.settings import setting_infos, setting_problems
from playground.ui.inspector.stop_section import StopSection
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.controls import QuietComboBox, QuietSlider, QuietSpinBox
from playground.ui.widgets.fields import Field
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.qt_access import item_of
from playground.ui.widgets.rows import Column, Row, Section

RATE_SPAN = (1e-5, 10.0)
PENALTY_SPAN = (1e-6, 1.0)
REGULARIZATION = {name: SETTING_TITLES[name] for name in ("l1", "l2", "max_norm")}
PRUNING = {"kind": "Prune", "share": "Share", "begin": "From epoch", "end": "To epoch"}
PRECISIONS = {"single": "Single (32 bits)", "bfloat16": "Mixed (bfloat16)"}
PRECISION_HELP = (
    "What products are computed in. Mixed computes them in bfloat16 and keeps weights and losses in 32 bits: half the "
    "memory, and quicker on a GPU that knows bfloat16; a processor without it is slower."
)
ACCUMULATE_HELP = (
    "Gradients of so many batches are gathered for one step: that of a batch so many times as large, with the memory "
    "of a small one."
)
CLIPPING = {"kind": "Clip gradients", "limit": "Limit"}
DEVICES = {"automatic": "Automatic", "cpu": "CPU", "cuda": "CUDA (NVIDIA)", "mps": "MPS (Apple)"}
ENGINES = {"automatic": "Automatic", "torch": "torch", "numpy": "numpy"}
ENGINE_HELP = (
    "What takes the steps on the CPU. Automatic lets numpy take those of small networks, where it is several times "
    "quicker, and torch all others; both compute the same."
)


class BatchSizeField(Field):
    """Examples in one step: a slider over powers of two with all examples (saved as 0) at its right end."""

    sizes = (*(2**power for power in range(13)), 0)

    def __init__(self, info: ParameterInfo) -> None:
        super().__init__(info, lambda value: "")
        self.slider = QuietSlider()
        self.slider.setRange(0, len(self.sizes) - 1)
        self.slider.setPageStep(1)
        self.spin = QuietSpinBox()
        self.spin.setRange(0, int(info.maximum or 1_000_000))
        self.spin.setSpecialValueText("all")
        KeptSize(self.spin, "setFixedWidth", 78)
        self.line.addWidget(self.slider, 1)
        self.line.addWidget(self.spin)
        self.name(self.spin, self.slider)
        self.slider.gesture_started.connect(self.begin_gesture)
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self._spun)
        self.spin.editingFinished.connect(self.begin_gesture)
        self._show(info.default)

    def _show(self, value: Any) -> None:
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._position(value))

    def _position(self, value: int) -> int:
        if value == 0:
            return len(self.sizes) - 1
        return min(max(value - 1, 0).bit_length(), len(self.sizes) - 2)

    @Slot(int)
    def _slid(self, position: int) -> None:
        if self._offer(self.sizes[position]):
            with QSignalBlocker(self.spin):
                self.spin.setValue(self.value())

    @Slot(int)
    def _spun(self, value: int) -> None:
        self._offer(value)
        self._show(value)

    @Slot()
    def choose_one(self) -> None:
        """One example in each step: the purest stochastic descent."""
        self._choose(1)

    @Slot()
    def choose_all(self) -> None:
        """All examples in each step: no noise in the gradient."""
        self._choose(0)

    def _choose(self, value: int) -> None:
        self.begin_gesture()
        self._offer(value)
        self._show(value)


class TrainingPanel(Column):
    """Edits `project.training` and the seed; every change is an undo command."""

    new_seed_requested = Signal()
    """The dice was pressed; the new seed is already in the document."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._devices_marked = False
        self._add_optimizer()
        self.phases = PhasesSection(document)
        self.add(self.phases)
        self._add_batches()
        self._add_start()
        self._add_regularization()
        self.objectives = ObjectivesSection(document)
        self.add(self.objectives)
        self.stop = StopSection()
        self.stop.changed.connect(self._set_stop)
        self.add(self.stop)
        self._add_machine()
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)
        document.opened.connect(self.refresh)
        self.refresh()

    def _add_optimizer(self) -> None:
        section = Section("Optimizer")
        self.optimizer = ChoiceEditor(
            "Optimizer", OPTIMIZERS, kept=("learning_rate",), wide=("learning_rate",), with_formula=True,
            spans={"learning_rate": RATE_SPAN},
        )  # fmt: skip
        self.optimizer.changed.connect(self._set_optimizer)
        section.add(self.optimizer)
        self.add(section)
        section = Section("Learning rate over time")
        self.schedule = ChoiceEditor("Schedule", SCHEDULES, with_formula=True)
        self.schedule.changed.connect(self._set_schedule)
        section.add(self.schedule)
        self.add(section)

    def _add_batches(self) -> None:
        section = Section("Batches")
        field = TrainingSettings.model_fields["batch_size"]
        self.batch_size = BatchSizeField(parameter_info("batch_size", field))
        self.batch_size.changed.connect(self._set_batch_size)
        section.add(Row("Batch size", self.batch_size, "Examples in one step. Small batches are noisy but quick."))
        line = QWidget()
        buttons = QHBoxLayout(line)
        buttons.setContentsMargins(0, 0, 0, 0)
        self.one_example = QPushButton("One example")
        self.all_examples = QPushButton("All examples")
        self.one_example.clicked.connect(self.batch_size.choose_one)
        self.all_examples.clicked.connect(self.batch_size.choose_all)
        buttons.addWidget(self.one_example)
        buttons.addWidget(self.all_examples)
        section.add(line)
        self.accumulate = QuietSpinBox()
        self.accumulate.setRange(1, 1_024)
        self.accumulate.setAccessibleName("Batches in a step")
        self.accumulate.valueChanged.connect(self._set_accumulate)
        section.add(Row("Batches in a step", self.accumulate, ACCUMULATE_HELP))
        self.add(section)

    def _add_start(self) -> None:
        section = Section("Start")
        self.initializer = ChoiceEditor("Weights start", INITIALIZERS)
        self.initializer.changed.connect(self._set_initializer)
        section.add(self.initializer)
        self.seed = QuietSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName("Seed")
        self.seed.valueChanged.connect(self._set_seed)
        self.dice = QPushButton("New")
        self.dice.setAccessibleName("New seed")
        self.dice.setToolTip("Throw the dice: other first weights, other order of the examples.")
        self.dice.clicked.connect(self._throw)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.seed, 1)
        line.addWidget(self.dice)
        section.add(Row("Seed", both, "The same seed gives the same run."))
        self.add(section)

    def _add_regularization(self) -> None:
        section = Section("Regularization")
        infos = setting_infos(Regularization, REGULARIZATION, ("l1", "l2"))
        self.regularization = ParameterForm(
            infos, {}, setting_problems(Regularization, REGULARIZATION),
            {"l1": PENALTY_SPAN, "l2": PENALTY_SPAN, "max_norm": (0.1, 10.0)},
        )  # fmt: skip
        self.regularization.changed.connect(self._set_regularization)
        section.add(self.regularization)
        infos = setting_infos(Clipping, CLIPPING, ("limit",))
        self.clipping = ParameterForm(infos, {}, setting_problems(Clipping, CLIPPING), {"limit": (1e-3, 100.0)})
        self.clipping.changed.connect(self._set_clipping)
        section.add(self.clipping)
        self.add(section)
        section = Section("Pruning")
        infos = setting_infos(Pruning, PRUNING)
        self.pruning = ParameterForm(infos, {}, setting_problems(Pruning, PRUNING))
        self.pruning.changed.connect(self._set_pruning)
        section.add(self.pruning)
        self.add(section)

    def _add_machine(self) -> None:
        section = Section("Machine")
        self.device = QuietComboBox()
        self.device.setAccessibleName("Device")
        for identifier, title in DEVICES.items():
            self.device.addItem(title, identifier)
        self.device.currentIndexChanged.connect(self._set_device)
        section.add(Row("Device", self.device, "Automatic takes the CPU for small networks, where it is faster."))
        self.engine = QuietComboBox()
        self.engine.setAccessibleName("Engine")
        for identifier, title in ENGINES.items():
            self.engine.addItem(title, identifier)
        self.engine.currentIndexChanged.connect(self._set_engine)
        section.add(Row("Engine", self.engine, ENGINE_HELP))
        self.precision = QuietComboBox()
        self.precision.setAccessibleName("Precision")
        for identifier, title in PRECISIONS.items():
            self.precision.addItem(title, identifier)
        self.precision.currentIndexChanged.connect(self._set_precision)
        section.add(Row("Precision", self.precision, PRECISION_HELP))
        self.add(section)

    def showEvent(self, event: QShowEvent) -> None:
        if not self._devices_marked:
            self._devices_marked = True
            self._mark_missing_devices()
        super().showEvent(event)

    def _mark_missing_devices(self) -> None:
        """Grey out what this machine lacks; asked when first shown, as the answer of a driver takes a while."""
        found = {"automatic", *available_devices()}
        for row, (identifier, title) in enumerate(DEVICES.items()):
            item = item_of(self.device, row)
            item.setEnabled(identifier in found)
            item.setText(title if identifier in found else f"{title}: not here")

    @property
    def _training(self) -> TrainingSettings:
        return self._document.project.training

    def _apply(self, text: str, key: str, **changes: Any) -> None:
        project = self._document.project
        merge_key = f"training.{key}" if key else ""
        self._document.apply(text, project.replace(training=project.training.replace(**changes)), merge_key)

    @Slot(object, str, str)
    def _set_optimizer(self, choice: Choice, text: str, key: str) -> None:
        self._apply(text, key and f"optimizer.{key}", optimizer=choice)

    @Slot(object, str, str)
    def _set_schedule(self, choice: Choice, text: str, key: str) -> None:
        self._apply(text, key and f"schedule.{key}", schedule=choice)

    @Slot(object, str, str)
    def _set_initializer(self, choice: Choice, text: str, key: str) -> None:
        self._apply(text, key and f"initializer.{key}", initializer=choice)

    @Slot(object)
    def _set_batch_size(self, size: int) -> None:
        words = str(size) if size else "all examples"
        self._apply(f"Set batch size to {words}", f"batch_size#{self.batch_size.gesture}", batch_size=size)

    @Slot(str, object)
    def _set_regularization(self, name: str, value: Any) -> None:
        form = self.regularization
        changed = self._training.regularization.replace(**{name: value})
        self._apply(form.text(name, value), f"regularization.{form.merge_key(name)}", regularization=changed)

    @Slot(str, object)
    def _set_clipping(self, name: str, value: Any) -> None:
        form = self.clipping
        changed = self._training.clipping.replace(**{name: value})
        self._apply(form.text(name, value), f"clipping.{form.merge_key(name)}", clipping=changed)

    @Slot(str, object)
    def _set_pruning(self, name: str, value: Any) -> None:
        form = self.pruning
        changed = self._training.pruning.replace(**{name: value})
        self._apply(form.text(name, value), f"pruning.{form.merge_key(name)}", pruning=changed)

    @Slot(int)
    def _set_accumulate(self, count: int) -> None:
        self._apply(f"Set batches in a step to {count}", "accumulate", accumulate=count)

    @Slot(object, str, str)
    def _set_stop(self, stop: Any, text: str, key: str) -> None:
        self._apply(text, f"stop.{key}", stop=stop)

    @Slot(int)
    def _set_device(self, index: int) -> None:
        self._apply(f"Train on {self.device.itemText(index)}", "", device=self.device.itemData(index))

    @Slot(int)
    def _set_engine(self, index: int) -> None:
        self._apply(f"Take steps by {self.engine.itemText(index)}", "", engine=self.engine.itemData(index))

    @Slot(int)
    def _set_precision(self, index: int) -> None:
        text, precision = self.precision.itemText(index), self.precision.itemData(index)
        self._apply(f"Set precision to {text}", "", precision=precision)

    @Slot(int)
    def _set_seed(self, seed: int) -> None:
        project = self._document.project
        self._document.apply(f"Set seed to {seed}", project.replace(seed=seed), "seed")

    @Slot()
    def _throw(self) -> None:
        project = self._document.project
        seed = random.SystemRandom().randrange(1, 10_000)
        self._document.apply(f"New seed {seed}", project.replace(seed=seed))
        self.new_seed_requested.emit()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        if before.training is not after.training or before.seed != after.seed:
            self.refresh()
        if before.graph is not after.graph:
            self.stop.set_missing(why_missing(self._document.report))

    @Slot()
    def refresh(self) -> None:
        """Show what the document says."""
        training = self._training
        self.optimizer.set_choice(training.optimizer)
        self.schedule.set_choice(training.schedule)
        self.initializer.set_choice(training.initializer)
        if self.batch_size.value() != training.batch_size:
            self.batch_size.set_value(training.batch_size)
        self.regularization.set_values(training.regularization.model_dump())
        self.clipping.set_values(training.clipping.model_dump())
        self.clipping.rows["limit"].setVisible(training.clipping.kind != "none")
        self.pruning.set_values(training.pruning.model_dump())
        for name in ("share", "begin", "end"):
            self.pruning.rows[name].setVisible(training.pruning.kind != "none")
        self.stop.set_missing(why_missing(self._document.report))
        self.stop.set_rules(training.stop, titles(self._document.graph))
        with QSignalBlocker(self.device):
            self.device.setCurrentIndex(self.device.findData(training.device))
        with QSignalBlocker(self.engine):
            self.engine.setCurrentIndex(self.engine.findData(training.engine))
        with QSignalBlocker(self.precision):
            self.precision.setCurrentIndex(self.precision.findData(training.precision))
        with QSignalBlocker(self.accumulate):
            self.accumulate.setValue(training.accumulate)
        with QSignalBlocker(self.seed):
            self.seed.setValue(self._document.project.seed)
