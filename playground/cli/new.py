"""`new`: a project from data of a person's own, or from a network of another program."""

from __future__ import annotations

import argparse
from pathlib import Path

from playground.cli import going_on
from playground.cli.report import FAULTY, CallError
from playground.data.own.files import FileRefused
from playground.data.own.first import first_guess
from playground.data.own.places import stored
from playground.document.files import write
from playground.document.pairing import weights_path
from playground.editing.starting import starting_project
from playground.exchange.into.files import read_network, source_of, write_imported
from playground.exchange.into.imported import Imported
from playground.exchange.links import project_from_link
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import check
from playground.network.naming import title_of


def new(options: argparse.Namespace) -> int:
    """Make a project, and say what was guessed. Raises CallError for data that cannot be used."""
    out = going_on.target(options.out)
    weights = weights_path(out)
    there = next((file for file in (out, weights) if file.exists()), None)
    if there is not None and not options.replace:
        raise CallError(f"{there} is there already; --replace takes its place.")
    if (options.data is None) == (options.link is None):
        raise CallError("name a file or a folder, or --link with a link to TensorFlow Playground.")
    if options.link is not None:
        return _from_link(options.link, out)
    try:
        path = Path(options.data).expanduser().absolute()
        if not path.exists():
            raise CallError(f"there is no file or folder {options.data}.")
        if source_of(path) is not None:
            return _from_network(path, out, options.targets)
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


def _from_network(path: Path, out: Path, targets: list[str]) -> int:
    """Save the network of another program as a project with its weights. Exit code 1 when parts have no block here."""
    if targets:
        raise CallError("--target is for tables; a network is opened as it is.")
    try:
        found = read_network(path)
    except ExchangeRefused as refused:
        raise CallError(str(refused)) from refused
    try:
        write_imported(found, out)
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error
    return tell_imported(found, out)


def _from_link(link: str, out: Path) -> int:
    try:
        found = project_from_link(link)
    except ExchangeRefused as refused:
        raise CallError(str(refused)) from refused
    try:
        write_imported(Imported(found.project, None), out)
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error
    return tell_imported(Imported(found.project, None, (found.difference,)), out)


def tell_imported(found: Imported, out: Path) -> int:
    """Say what came of a network, and where it is."""
    for sentence in found.sentences:
        print(sentence)
    graph = found.project.graph
    report = check(graph)
    for problem in report.errors():
        print(f"{title_of(graph, problem.node) if problem.node else 'Project'}: {problem.message}")
    layers = " → ".join(node.block for node in graph.nodes[:20]) + (" → …" if len(graph.nodes) > 20 else "")
    print(f"{layers}, {report.total_parameters:,} parameters.")
    print(f"Saved {out}. Open it with: playground {out}")
    return 0 if report.ok else FAULTY
