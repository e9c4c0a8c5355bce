"""The loop: steps, a look at the losses now and then, and what is due when an epoch ends."""

from __future__ import annotations

import torch

from playground.blocks.interruption import Interrupted
from playground.network.naming import titles
from playground.training.divergence import Diverged, locate
from playground.training.session.measuring import evaluate
from playground.training.session.run import Run
from playground.training.stopping import Ending, ending

FLUSH_STEPS = {"torch": 256, "numpy": 1024}
"""At most so many steps of an engine between two looks at the losses: each look waits for the device."""
EVALUATION_STEPS = {"torch": 100, "numpy": 1000}
"""Epochs end unevaluated while the last evaluation is not so many steps of an engine ago (fewer at the start of a run),
unless a stop rule or the schedule watches every epoch."""


def advance(run: Run, steps: int) -> int:
    """Take up to `steps` steps; returns how many. Stops early when the run is finished.

    Raises Diverged at NaN or infinity; the run then stands at its last good state. It does so too when there is not
    enough memory, and torch's error goes on to the caller.
    """
    learner, start = run.learner, run.step
    # Without data a step is an epoch, and each of them is a line of the table that a person compares.
    closely = not learner.model.network.feed_outputs
    most = FLUSH_STEPS[learner.engine.id]
    run.clock.start()
    if torch.get_num_threads() != run.threads:  # another run may have another number
        torch.set_num_threads(run.threads)
    try:
        while (left := steps - learner.step + start) > 0 and not run.journal.finished:
            learner.learn(min(left, 1 if closely else most - learner.losses.waiting))
            if learner.experience.at_end:
                _end_epoch(run)
            if learner.losses.waiting >= most or (closely and run.journal.trail.due(learner.step)):
                _flush(run)
        _flush(run)
    except (Interrupted, RuntimeError, MemoryError) as error:
        learner.return_to(run.good)
        if not isinstance(error, Interrupted):
            raise
    return run.step - start


def _flush(run: Run) -> None:
    """Fetch the losses of the steps since the last look, check that all is finite, and add to the curves."""
    learner = run.learner
    if not learner.losses.waiting:
        return
    finite = learner.is_finite()
    losses = learner.losses.fetch()
    if not finite or not losses.finite:
        _explain_divergence(run)
    # Only now has the device really finished.
    run.journal.seconds += run.clock.lap()
    before, moment = run.flushed, run.moment()
    run.add_points([*losses.points(before, moment), *learner.sizes.points(before, moment)])
    run.keep()
    if run.journal.trail.due(run.step):
        run.journal.trail.add(run.snapshot())


def _explain_divergence(run: Run) -> None:
    """Repeat the steps since the last good state one by one, and stay before the first that goes wrong."""
    diagnosis = locate(run.learner, run.good, run.step)
    run.keep()
    raise Diverged(diagnosis, run.step + 1)


def _end_epoch(run: Run) -> None:
    learner, rules, journal = run.learner, run.project.training.stop, run.journal
    learner.experience.finish_epoch()
    watched = rules.patience is not None or rules.target is not None or learner.watches_validation
    pause = max(1, min(EVALUATION_STEPS[learner.engine.id], run.step // 10))
    if watched or run.step - journal.evaluated_step >= pause:
        _flush(run)
        evaluate(run)
    end = ending(rules, learner.experience.epoch, journal.latest, journal.watch, lambda: titles(run.project.graph))
    if end is None and learner.settled:
        _flush(run)
        end = Ending(learner.estimators.words())
    if end is not None:
        _flush(run)
        _come_to_rest(run, end)


def _come_to_rest(run: Run, end: Ending) -> None:
    journal = run.journal
    journal.finished = end.reason
    best = journal.watch.best
    if end.early and best is not None and run.project.training.stop.restore_best:
        run.restore(best)
        journal.finished += f" The best weights, of step {best.step}, are back."
        evaluate(run, observe=False)
    elif run.step != journal.evaluated_step:
        evaluate(run, observe=False)
