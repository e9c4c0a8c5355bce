"""Changing a run: other weights, other numbers, another network, and the first weights again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from playground.document.project import Project
from playground.network.check import check
from playground.training import changes
from playground.training.history import History, Mark
from playground.training.journal import Changes, Given, Journal
from playground.training.model import TrainableModel
from playground.training.schedules import PlateauState
from playground.training.session.measuring import evaluate
from playground.training.session.resting import RestingRun, at_rest, take_up
from playground.training.session.run import Run
from playground.training.stopping import Watch
from playground.training.trail import Trail
from playground.training.weights.source import Array, state_of


def rewind(run: Run) -> None:
    """Back to step 0, with the same first weights and the same order of examples, and an empty journal."""
    run.learner.rewind(run.project)
    given = run.journal.given
    run.journal = Journal(trail=Trail(run.journal.trail.budget), given=given)
    run.news.forget()
    if given is not None:
        shapes = run.learner.model.shapes()
        run.learner.take({name: array for name, array in given.values.items() if shapes.get(name) == array.shape})
        run.journal.history.mark(Mark(run.moment(), given.words))
    evaluate(run, observe=False)
    run.keep()
    run.journal.trail.begin_at(run.snapshot())


def set_parameter(run: Run, name: str, index: tuple[int, ...], value: float) -> float:
    """Type a value into one weight or bias; returns the old value.

    Raises KeyError, IndexError, and ValueError for what is no finite number.
    """
    if not math.isfinite(value):
        raise ValueError("a weight must be a finite number")
    view = run.learner.model.flat.view(name)
    if len(index) != view.dim():
        raise IndexError(f"{name} has {view.dim()} axes")
    old = float(view[index])
    view[index] = value
    run.journal.finished = ""
    run.keep()
    return old


class NewWeights(Protocol):
    """Weights that take the place of some of a run's."""

    @property
    def words(self) -> str:
        """What is noted on the curves."""
        ...

    def values(self, before: Mapping[str, Array]) -> Mapping[str, Array]:
        """The new values by the names of parameters and buffers, from those there were before."""
        ...


def begin_with(run: Run, new: NewWeights) -> None:
    """Make weights part of the first ones of a run that has not begun; it is to be rewound then.

    So nobody measures the weights that they replace, which takes seconds in a large network. Raises KeyError and
    ValueError where they do not fit.
    """
    values = new.values(state_of(run.snapshot()))
    run.learner.take(values)
    run.journal.given = Given(values, new.words)


def take(run: Run, new: NewWeights, project: Project | None = None) -> RestingRun:
    """Give the run other weights, and with them another project where one is named; returns the run as it was.

    Before the first step they become part of the first weights, with which a rewound run begins. The optimizers forget
    what they remember of what is replaced. Raises CannotCompile, CannotTrain, KeyError and ValueError, and leaves the
    run as it was, when they do not fit.
    """
    before = state_of(run.snapshot())
    left = at_rest(run)
    old = run.project, run.report, run.learner, run.evaluator, run.prepared
    try:
        if project is not None and changes.classify(run.project, project) == "structure":
            _rebuild(run, project)
        else:
            journal, changed = run.journal, project or run.project
            history = journal.history.copy() if run.step else History()
            run.journal = replace(journal, history=history, trail=Trail(journal.trail.budget))
            run.learner.change(changed)
            run.project = changed
        values = new.values(before)
        run.learner.take(values)
    except Exception:
        run.project, run.report, run.learner, run.evaluator, run.prepared = old
        take_up(run, left)
        raise
    journal = run.journal
    journal.finished = ""
    if not run.step:
        known = journal.given
        journal.given = Given({**(known.values if known else {}), **values}, new.words)
    journal.history.mark(Mark(run.moment(), new.words))
    _go_on_at_another_scale(run, run.project, run.learner.plateau)
    run.keep()
    journal.trail.begin_at(run.snapshot())
    return left


@dataclass(frozen=True)
class Drawn:
    """Blocks drawn anew by their initializers, from random numbers of their own; nothing else is disturbed."""

    model: TrainableModel
    project: Project
    nodes: tuple[str, ...]
    draw: int
    words: str

    def values(self, before: Mapping[str, Array]) -> Mapping[str, Array]:
        """The parameters and buffers of the blocks, with those of the copies that a group repeats."""
        found: dict[str, Array] = {}
        for name, _ in self.model.network.named_children():
            if name in self.nodes or name.rsplit("/", 1)[-1] in self.nodes:
                fresh = self.model.drawn(self.project, name, self.draw)
                tensors = (*fresh.named_parameters(), *fresh.named_buffers())
                found.update({f"{name}.{part}": tensor.detach().numpy() for part, tensor in tensors})
        shapes = self.model.shapes()  # of a block that uses another's weights, none are its own
        return {name: array for name, array in found.items() if name in shapes}


def reset(run: Run, nodes: tuple[str, ...], words: str) -> RestingRun:
    """Draw the weights of some blocks anew; returns the run as it was."""
    draw = run.journal.drawn + 1
    left = take(run, Drawn(run.learner.model, run.project, nodes, draw, words))
    run.journal.drawn = draw
    return left


def apply(run: Run, project: Project, gesture: object) -> RestingRun | None:
    """Take a changed project; returns the run as it was where the network had to be built anew.

    Raises CannotCompile or CannotTrain, and leaves the run as it was, when the new project cannot be trained.
    """
    before, kind = run.project, changes.classify(run.project, project)
    left: RestingRun | None = None
    if changes.starts_anew(before, project) or (
        kind == "structure" and changes.begins_anew(run.report, check(project.graph))
    ):
        left = at_rest(run)
        run.build(project)
        rewind(run)
        return left
    if kind == "structure":
        if not _retuned(run, project):
            left = _rebuild(run, project)
    elif kind == "numbers":
        run.learner.change(project)
    run.project = project
    if before.training.schedule.id != project.training.schedule.id:
        run.learner.forget_plateau()
    if before.training.stop != project.training.stop:
        run.journal.watch = Watch()
    if kind != "nothing":
        run.journal.finished = ""
        run.keep()
    if run.step:
        _note(run, before, gesture)
    return left


def _note(run: Run, before: Project, gesture: object) -> None:
    """Note a change on the curves, together with those of the same movement or step; what was taken back at once leaves
    no mark."""
    journal, last = run.journal, run.journal.changes
    goes_on = last is not None and (last.moment.step == run.step or (gesture is not None and gesture == last.gesture))
    base, moment = (last.base, last.moment) if last is not None and goes_on else (before, run.moment())
    marks = tuple(Mark(moment, text) for text in changes.describe(base, run.project))
    if last is not None and goes_on:
        journal.history.marks = [mark for mark in journal.history.marks if mark not in last.marks]
    elif not marks:
        return
    else:
        journal.trail.add(run.snapshot())
    for mark in marks:
        journal.history.mark(mark)
    journal.changes = Changes(base, moment, gesture, marks)


def _retuned(run: Run, project: Project) -> bool:
    """Whether the change could be written into the living network, which then goes on with all it remembers."""
    report, network = check(project.graph), run.learner.model.network
    weights = network.loss_weights
    if not changes.retune(run.learner.model, run.project, project, report):
        return False
    run.report = report
    if network.loss_weights == weights:
        run.learner.change(project)
    else:
        _go_on_at_another_scale(run, project, run.learner.plateau)
    return True


def _go_on_at_another_scale(run: Run, project: Project, plateau: PlateauState) -> None:
    """Take a project whose loss may be larger or smaller: of the plateau only the reduction so far stays."""
    run.learner.plateau = PlateauState(factor=plateau.factor)
    run.learner.change(project)
    watch = run.journal.watch
    run.journal.watch = Watch(first_epoch=watch.first_epoch, target_waived=watch.target_waived)
    evaluate(run, observe=False)


def _rebuild(run: Run, project: Project) -> RestingRun:
    """Make the parts anew and carry over what still fits: weights, optimizer's memory, the place in the data.

    Returns the run as it was.
    """
    report, old, left = run.report, run.learner, at_rest(run)
    run.build(project)
    history = left.journal.history.copy() if old.step else History()
    run.journal = replace(left.journal, history=history, trail=Trail(left.journal.trail.budget))
    new = run.learner
    new.start(project)
    changes.keep_weights(old.model, new.model)
    new.estimators.wake()
    if old.optimizer_ids == new.optimizer_ids:
        new.remember(changes.fitting_memory(old.memory_by_name(), old.model, new.model))
    new.step, new.examples = old.step, old.examples
    new.experience.follow(old.experience, same_examples=changes.data_of(report) == changes.data_of(run.report))
    _go_on_at_another_scale(run, project, old.plateau)
    run.journal.trail.begin_at(run.snapshot())
    return left
