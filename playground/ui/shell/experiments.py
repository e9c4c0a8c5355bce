"""Experiments in the window: opened from a card, a file or a search; each of their runs opens as a project."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from playground.analysis.run.experiment import ExperimentAnalysis, MeasuredRun
from playground.document.chapters import EXPERIMENT_ENDING
from playground.document.experiment import Experiment
from playground.document.experiment_files import name_of
from playground.document.files import ProjectFileError
from playground.document.library import UnknownPreset, find
from playground.document.project import OpenView, Project
from playground.experiments.library import open_preset, read_experiment, write_experiment
from playground.paths import PRESETS
from playground.ui.gallery.recent import remember
from playground.ui.shell.parts import Parts
from playground.ui.views.run.experiment_dialog import ExperimentDialog

VIEW = ExperimentAnalysis.id
ALONGSIDE = 2
"""So many views of the preset are open beside the experiment when one looks inside a run."""
USUAL_EPOCHS = 20
FILTER = f"Experiment (*{EXPERIMENT_ENDING} *.json)"


class Experiments(QObject):
    """Opens experiments, and runs of theirs."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._parts = parts
        self._again: MeasuredRun | None = None
        """The run that is open, to be looked at inside; it can be made once more, so nothing of it needs keeping."""
        parts.views.run_wanted.connect(self.open_run)
        parts.views.file_wanted.connect(self.ask)
        parts.document.opened.connect(self._forget_run)

    @Slot(object)
    def begin(self, path: Path) -> None:
        """Show an experiment with the preset that it varies, which is opened."""
        self._open(path, alone=True)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Show an experiment beside the open project, or, where there is none, with the preset that it varies."""
        self._open(path, alone=False)

    def _open(self, path: Path, *, alone: bool) -> None:
        """A bad file leaves everything as it was."""
        try:
            experiment = read_experiment(path)
            preset = find(experiment.base) if experiment.base is not None else None
        except (ProjectFileError, UnknownPreset, OSError) as error:
            heading = f"“{path.name}” cannot be opened. The project that is open stays as it is."
            self.told.emit(f"{heading}\n{error}", "error")
            return
        beside = self._parts.document.graph.nodes and self._parts.document.report.ok
        if (alone or not beside) and not self._open_base(experiment, preset):
            return
        remember(path)
        self.show_experiment(name_of(path) if path.is_relative_to(PRESETS) else str(path.absolute()))

    def _open_base(self, experiment: Experiment, preset: Path | None) -> bool:
        """Open what an experiment varies, with its view alone."""
        files = self._parts.files
        opened = files.open(preset) if preset is not None else files.begin(experiment.project or Project())
        if opened:
            self._parts.views.show_only([VIEW])
        return opened

    def show_experiment(self, identifier: str) -> None:
        """Ask the question of an experiment in its view, which is opened and enlarged."""
        parts = self._parts
        parts.views.open(VIEW)
        dock = parts.views.dock(VIEW)
        if dock.view.parameters.value("experiment") != identifier:
            dock.view.take_options({"experiment": identifier})
        if parts.enlarger.enlarged != VIEW:
            parts.enlarger.toggle(dock)

    @Slot(str)
    def ask(self, what: str) -> None:
        """Choose a file of an experiment, or make one."""
        if what == "make":
            self.make()
            return
        chosen, _ = QFileDialog.getOpenFileName(self._parts.frame, "Open an experiment", "", FILTER)
        if chosen:
            self.open(Path(chosen))

    def make(self) -> None:
        """Make an experiment from the open project, save it where the person says, and ask its question."""
        parts = self._parts
        project, report = parts.document.project, parts.document.report
        if not report.ok or not project.graph.nodes:
            self.told.emit("Mend the errors on the canvas first: then runs of this project can be compared.", "warning")
            return
        dialog = ExperimentDialog(parts.frame, project, self._metrics(), _epochs(project))
        if dialog.exec() and dialog.experiment is not None:
            self._save(dialog.experiment)
        dialog.deleteLater()

    def _save(self, experiment: Experiment) -> None:
        stem = "".join(c if c.isalnum() else "-" for c in experiment.question.lower()).strip("-") or "experiment"
        suggestion = f"{stem}{EXPERIMENT_ENDING}"
        chosen, _ = QFileDialog.getSaveFileName(self._parts.frame, "Save the experiment", suggestion, FILTER)
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix == ".json" else path.with_name(path.name + EXPERIMENT_ENDING)
        try:
            write_experiment(experiment, path)
        except OSError as error:
            self.told.emit(f"“{path.name}” was not saved: {error.strerror or error}. Choose another folder.", "error")
            return
        self.open(path)

    def _metrics(self) -> list[str]:
        """What is measured of the open project, what it is judged by first."""
        known = [goal.metric for goal in self._parts.document.project.goals]
        known += sorted(self._parts.feed.curves(), key=lambda name: not name.startswith("test"))
        found = [name for name in dict.fromkeys(known) if name.startswith(("train_", "validation_", "test_"))]
        return found or ["train_loss"]

    # Looking inside a run -------------------------------------------------------------------------------------------

    @Slot(object)
    def open_run(self, run: MeasuredRun) -> None:
        """Open a run that was measured as a project of its own and let it learn once more, bit for bit; what is open
        is kept, as whenever one leaves a project."""
        parts = self._parts
        if self._again is not None and self._as_it_was(self._again):
            parts.files.keeper.give_up()
        saved = parts.views.dock(VIEW).view.saved_options() if VIEW in parts.views.open_ids() else {}
        views = (OpenView(view=VIEW, options=saved), *_usual_views(run.base))
        training = run.project.training.replace(device="cpu")  # other devices round otherwise
        project = run.project.replace(title=run.words[:200], training=training, views=views)
        if not parts.files.begin(project):
            return
        self._again = run
        again = f"It learns once more, bit for bit: {run.steps:,} steps."
        self.told.emit(f"This is the run “{run.words}”, of which was measured: {run.told}. {again}", "good")
        # The step at which a run ran away is not counted, and just that one is to be seen.
        steps = run.steps + 1 if run.diverged else run.steps
        if steps:
            parts.trainer.take_step(steps)

    def _as_it_was(self, run: MeasuredRun) -> bool:
        """Whether the open run has gone no other way than the measured one."""
        live = self._parts.feed.live
        return self._parts.document.undo_stack.isClean() and (live is None or live.step <= run.steps)

    @Slot()
    def _forget_run(self) -> None:
        self._again = None


def _epochs(project: Project) -> int:
    """How long a run learns when nobody says otherwise: as long as the goals give it."""
    return max((goal.within_epochs for goal in project.goals), default=USUAL_EPOCHS)


@functools.cache
def _usual_views(preset: str | None) -> tuple[OpenView, ...]:
    """The curves, and what the preset of a run shows."""
    curves = OpenView(view="curves")
    if preset is None:
        return (curves,)
    shown = (view for view in open_preset(preset).views if view.view not in (VIEW, curves.view))
    return (curves, *tuple(shown)[:ALONGSIDE])
