"""`code`: a project as one Python file of plain PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path

from playground.cli import going_on
from playground.cli.report import FAULTY, GOOD, CallError, ProjectFaultError, open_project, print_note
from playground.code.by_hand import NotByHand
from playground.code.by_hand_script import write_by_hand
from playground.code.lines import Written
from playground.code.script import write
from playground.code.start_state import StateError, written_state
from playground.document.files import write_atomically
from playground.document.project import Project
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


def code(options: argparse.Namespace) -> int:
    """Print or write the file. Exit code 1 when the project has errors, or something of it cannot be written."""
    project, _ = open_project(options.project)
    out = going_on.writable(options.out) if options.out else None
    if options.weights and out is None:
        raise CallError("--weights needs --out: the weights go into a file beside the code.")
    if options.numpy and (options.weights or options.distributed):
        raise CallError("--numpy writes a file without --weights and --distributed.")
    written = _written(project, options, out)
    if out is None:
        print(written.text, end="")
    else:
        _save(out, written.text.encode())
        print(f"Saved {out}, {written.text.count(chr(10)):,} lines. Run it with: {_call(out, options)}")
    if written.cannot:
        print_note(f"not written: {' '.join(written.cannot)}")
        return FAULTY
    return GOOD


def _written(project: Project, options: argparse.Namespace, out: Path | None) -> Written:
    try:
        if options.numpy:
            return write_by_hand(project)
        if out is None or not (options.weights or project.starts_from):
            return write(project, distributed=options.distributed)
        beside = out.with_suffix(".safetensors")
        _save(beside, written_state(project, Path(options.weights) if options.weights else None))
        return write(project, distributed=options.distributed, weights=beside.name)
    except CannotCompile as error:
        raise ProjectFaultError(problem.message for problem in error.problems) from error
    except CannotTrain as error:
        raise ProjectFaultError([str(error)]) from error
    except (NotByHand, StateError) as error:
        raise CallError(str(error)) from error


def _save(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror or error}.") from error


def _call(out: Path, options: argparse.Namespace) -> str:
    return f"torchrun --nproc-per-node 2 {out}" if options.distributed else f"python {out}"
