"""`export`: a trained network in the format of others."""

from __future__ import annotations

import argparse
from pathlib import Path

from playground.cli import going_on, running
from playground.cli.report import CallError, ProjectFaultError, open_project
from playground.exchange.out.formats import FORMAT, network_of, write_network
from playground.exchange.refusals import ExchangeRefused
from playground.training.saving.checkpoint import CheckpointError, read_checkpoint
from playground.training.session.session import Session

DEFAULT_EPOCHS = 20


def export(options: argparse.Namespace) -> int:
    """Train if nothing was learned yet, then write the file and say what is in it.

    Exit code 1 when the network has no form in that format.
    """
    format_ = FORMAT[options.to]
    if not options.out.lower().endswith(format_.ending):
        raise CallError(f"--out wants a file that ends in {format_.ending}, but “{options.out}” arrived.")
    out = going_on.writable(options.out)
    project, path = open_project(options.project)
    session = going_on.begin(project, path, fresh=options.fresh or bool(options.weights)).session
    if options.weights:
        _resume(session, Path(options.weights))
    learned = session.step > 0 or bool(options.weights)
    epochs = options.epochs if options.epochs is not None else 0 if learned else DEFAULT_EPOCHS
    try:
        network_of(session)  # better to say before an hour of training than after that there is no prediction
        if epochs:
            running.run(session, running.Budget(epochs), project.title)
        lines = write_network(session, format_, out, with_scaling=options.with_scaling)
    except ExchangeRefused as refused:
        raise ProjectFaultError([f"{project.title} is not exported to {format_.title}: {refused}"]) from refused
    for line in lines:
        print(line)
    print(f"Saved {out}")
    return 0


def _resume(session: Session, weights: Path) -> None:
    """Take the weights of a saved run. Raises CallError for what is none, or is of another network."""
    try:
        session.resume(read_checkpoint(weights))
    except CheckpointError as error:
        raise CallError(str(error)) from error
