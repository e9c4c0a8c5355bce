"""A session: one run of whatever learns on the canvas, fully determined by project and seed.

On the CPU, a run that was paused, saved and resumed equals an uninterrupted run bit for bit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch

from playground.blocks.interruption import Asked
from playground.data.preparation import Prepared
from playground.document.project import Project
from playground.network.check import Report
from playground.training import changes
from playground.training.evaluation import Evaluator
from playground.training.history import History, Mark, Point
from playground.training.learner import Learner
from playground.training.saving.checkpoint import Checkpoint
from playground.training.session import branching, changing, keeping, learning, measuring, resting
from playground.training.session.changing import NewWeights
from playground.training.session.resting import RestingRun
from playground.training.session.run import Run
from playground.training.snapshot import Snapshot
from playground.training.stopping import Watch
from playground.training.trail import Trail


class Session:
    """Trains a project: its network by gradient descent, phase by phase, and its estimators by rules of their own.

    Raises CannotCompile when the graph has errors, CannotTrain when data blocks do not go together or an optimizer does
    not suit the network. With `first`, these weights are part of the first ones; KeyError and ValueError are raised
    where they do not fit.
    """

    def __init__(self, project: Project, device: str | None = None, first: NewWeights | None = None) -> None:
        self._run = Run(project, device)
        if first is not None:
            changing.begin_with(self._run, first)
        self.rewind()

    def ask(self, interrupted: Asked) -> None:
        """Let long steps ask whether they are to be broken off; `advance` then stops at the state before."""
        self._run.ask(interrupted)

    # What it is made of -----------------------------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """What is trained."""
        return self._run.project

    @property
    def report(self) -> Report:
        """What is known of its graph."""
        return self._run.report

    @property
    def device(self) -> torch.device:
        """Where it learns."""
        return self._run.device

    @property
    def threads(self) -> int:
        """Threads of the processor that it learns with."""
        return self._run.threads

    @property
    def prepared(self) -> Mapping[str, Prepared]:
        """The examples of each data block."""
        return self._run.prepared

    @property
    def evaluator(self) -> Evaluator:
        """What measures it."""
        return self._run.evaluator

    @property
    def learner(self) -> Learner:
        """What takes the steps."""
        return self._run.learner

    # Where the run stands -------------------------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """Curves and marks."""
        return self._run.journal.history

    @property
    def trail(self) -> Trail:
        """The way that the weights have come."""
        return self._run.journal.trail

    @property
    def finished(self) -> str:
        """Why the run is over; empty while it may go on."""
        return self._run.journal.finished

    @property
    def seconds(self) -> float:
        """Time spent learning, pauses and evaluations left out."""
        return self._run.journal.seconds

    @property
    def latest(self) -> Mapping[str, float]:
        """Losses and metrics of the last evaluation."""
        return self._run.journal.latest

    @property
    def watch(self) -> Watch:
        """What the stop rules remember."""
        return self._run.journal.watch

    @property
    def step(self) -> int:
        """Steps taken since the first weights."""
        return self._run.step

    @property
    def examples(self) -> int:
        """Examples learned from since the first weights, each as often as it came."""
        return self.learner.examples

    @property
    def epoch(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self._run.epoch

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch at the present batch size."""
        return self.learner.experience.steps_per_epoch

    @property
    def steps_left_in_epoch(self) -> int:
        """Steps to the end of the present epoch, at least one."""
        return self.learner.experience.steps_left

    @property
    def learning_rate(self) -> float:
        """The rate of the last step, schedule included."""
        return self.learner.rate

    # Learning and measuring -------------------------------------------------------------------------------------------

    def advance(self, steps: int) -> int:
        """Take up to `steps` steps; returns how many. Stops early when the run is finished.

        Raises Diverged at NaN or infinity; the session then stands at its last good state. It does so too when there
        is not enough memory, and torch's error goes on to the caller.
        """
        return learning.advance(self._run, steps)

    def go_on(self) -> None:
        """Forget that the run is over; a person wants more. Stop rules count from here on; a reached target is none."""
        journal = self._run.journal
        journal.finished = ""
        journal.watch = journal.watch.going_on(self.learner.experience.epoch)

    def evaluate(
        self, *, full: bool = False, observe: bool = True, only: Collection[str] | None = None
    ) -> Mapping[str, float]:
        """Losses and metrics of all parts; they go into the curves. `full` looks at every example, not at a glance.

        With `observe`, early stopping and the plateau schedule take note. With `only`, these are measured and no
        others, and nothing takes note.
        """
        if only is not None:
            return measuring.glance(self._run, only, full=full)
        return measuring.evaluate(self._run, full=full, observe=observe)

    def snapshot(self) -> Snapshot:
        """An immutable copy of parameters, buffers and the optimizers' memory as they are now."""
        return self._run.snapshot()

    def tell_everything(self) -> None:
        """Make all curves news again, for a listener that starts now."""
        self._run.news.begin(self.history)

    def take_news(self) -> tuple[tuple[Point, ...], tuple[Mark, ...]]:
        """Curve points since the last call, and all marks, for whoever mirrors the history."""
        return self._run.news.take(self.history), tuple(self.history.marks)

    # Changing -------------------------------------------------------------------------------------------------------

    def rewind(self) -> None:
        """Back to step 0, with the same first weights and the same order of examples."""
        changing.rewind(self._run)

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the parameters and buffers of a snapshot. Raises ValueError when it is of another network."""
        self._run.restore(snapshot)

    def set_parameter(self, name: str, index: tuple[int, ...], value: float) -> float:
        """Type a value into one weight or bias; returns the old value.

        Raises KeyError, IndexError, and ValueError for what is no finite number.
        """
        return changing.set_parameter(self._run, name, index, value)

    def take(self, new: NewWeights, project: Project | None = None) -> RestingRun:
        """Give the run other weights, and with them another project where one is named; returns the run as it was,
        which `take_up` goes on with bit for bit.

        Before the first step they become part of the first weights, with which a rewound run begins. The optimizers
        forget what they remember of what is replaced. Raises CannotCompile, CannotTrain, KeyError and ValueError, and
        stays as it was, when they do not fit.
        """
        return changing.take(self._run, new, project)

    def reset(self, *nodes: str, words: str = "") -> RestingRun:
        """Draw the weights of some blocks anew, from random numbers of their own; returns the run as it was."""
        return changing.reset(self._run, nodes, words or f"{' and '.join(nodes)} drawn anew")

    def apply(self, project: Project, gesture: object = None) -> RestingRun | None:
        """Take a changed project. Numbers change at the next step; a changed graph keeps every weight that still fits.

        Changes with the same `gesture` belong to one movement of the hand and are noted as one on the curves. When the
        network had to be built anew, the run as it was is returned: `take_up` goes on with it bit for bit. What it had
        learned may be worth nothing for the new project, which then begins at step 0.
        Raises CannotCompile or CannotTrain, and stays as it was, when the new project cannot be trained.
        """
        return changing.apply(self._run, project, gesture)

    # Another run ------------------------------------------------------------------------------------------------------

    def branch_from(self, snapshot: Snapshot, history: History, trail: Sequence[Snapshot] = ()) -> None:
        """Begin as the run that this snapshot is of stood then, with its past: its curves and its `trail` up to there.

        With the same settings it goes on as that run did, bit for bit on the CPU. Raises ValueError when the snapshot
        is of another network or of other data.
        """
        branching.branch_from(self._run, snapshot, history, trail)

    def will_be_left(self, project: Project) -> bool:
        """Whether `apply` of this project may begin another run."""
        return changes.starts_anew(self.project, project) or changes.classify(self.project, project) == "structure"

    def rest(self) -> RestingRun:
        """The run as it stands, to be taken up again. This session must go on with another, as it does after `rewind`,
        or be left."""
        return resting.at_rest(self._run)

    def take_up(self, rested: RestingRun) -> None:
        """Go on with a run of the same project, bit for bit on the CPU as if it had never been left."""
        resting.take_up(self._run, rested)

    # Saving ---------------------------------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on."""
        return keeping.checkpoint(self._run)

    def resume(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """Go on from a checkpoint of the same project. Returns what was damaged and is left out, in sentences.

        Raises OtherNetworkError when it belongs to another network (the session stays as it was), CheckpointError when
        it is damaged so that nothing can be made of it (the session is rewound).
        """
        return keeping.resume(self._run, checkpoint)
