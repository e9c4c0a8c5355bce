"""`new`: a project from a file or a folder of a person's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from playground.cli import going_on
from playground.cli.report import CallError
from playground.data.own.files import FileRefused
from playground.data.own.first import first_guess
from playground.data.own.places import stored
from playground.document.files import write
from playground.document.pairing import weights_path
from playground.editing.starting import starting_project
from playground.network.check import check


def new(options: argparse.Namespace) -> int:
    """Make a project, and say what was guessed. Raises CallError for data that cannot be used."""
    out = going_on.target(options.out)
    weights = weights_path(out)
    there = next((file for file in (out, weights) if file.exists()), None)
    if there is not None and not options.replace:
        raise CallError(f"{there} is there already; --replace takes its place.")
    try:
        path = Path(options.data).expanduser().absolute()
        if not path.exists():
            raise CallError(f"there is no file or folder {options.data}.")
        guess = first_guess(path, *options.targets)
    except FileRefused as refused:
        raise CallError(str(refused)) from refused
    except (RuntimeError, ValueError, OSError) as error:  # a zero byte, or the home of somebody who is not here
        raise CallError(f"{options.data!r} cannot be read: {str(error).rstrip('.')}.") from error
    project = starting_project(guess.dataset, path.stem)
    try:
        write(project.replace(graph=stored(project.graph, out.absolute().parent)), out)
        weights.unlink(missing_ok=True)  # those of the project that was replaced
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error
    for sentence in guess.sentences:
        print(sentence)
    layers = " → ".join(node.block for node in project.graph.nodes)
    print(f"{layers}, {check(project.graph).total_parameters:,} parameters.")
    print(f"Saved {out}. Train it with: playground train {out}")
    return 0
