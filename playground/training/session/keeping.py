"""The run as a checkpoint, and back."""

from __future__ import annotations

from playground.document.files import to_json
from playground.training.device import saved_threads
from playground.training.saving.checkpoint import Checkpoint, CheckpointError
from playground.training.saving.present_run import DAMAGE, from_checkpoint, refuse_other_network, to_checkpoint
from playground.training.session.changing import rewind
from playground.training.session.run import Run


def checkpoint(run: Run) -> Checkpoint:
    """All that is needed to go on."""
    found = to_checkpoint(run.learner, run.journal)
    found.meta["trained"] = to_json(run.project)
    found.meta["threads"] = run.threads
    return found


def resume(run: Run, saved: Checkpoint) -> tuple[str, ...]:
    """Go on from a checkpoint of the same project. Returns what was damaged and is left out, in sentences.

    Raises OtherNetworkError when it belongs to another network (the run stays as it was), CheckpointError when it is
    damaged so that nothing can be made of it (the run is rewound).
    """
    refuse_other_network(run.learner, saved)
    try:
        found = from_checkpoint(run.learner, saved, run.journal.trail.budget)
    except DAMAGE as error:
        rewind(run)
        words = f"The saved state is damaged ({error}); the run starts from its first weights."
        raise CheckpointError(words) from error
    run.threads = saved_threads(saved.meta.get("threads"), run.threads)
    run.journal = found.journal
    run.news.forget()
    run.keep()
    return found.left_out
