"""Curvature: Lanczos on a small network, against the dense Hessian of the same network."""

from __future__ import annotations

import statistics

import numpy as np
import torch

from playground.analysis.loss.hessian import Curvature, Lanczos, random_start
from playground.analysis.subject import Subject
from playground.training.session.session import Session
from tests.benchmarks.surface import small_network
from tests.benchmarks.table import Row
from tests.benchmarks.timing import spent_on

EXAMPLES, PRODUCTS, REPEATS, STEPS = 256, 40, 15, 400
GOAL = 30.0
AGREEMENT = 1e-4


def measure() -> list[Row]:
    """A row for Lanczos, the gradient included, and one for how much quicker it is than the whole matrix."""
    torch.set_num_threads(1)
    project = small_network("tanh")
    session = Session(project, "cpu")
    for _ in range(STEPS // 10):
        session.advance(10)
    subject = Subject(project.graph)
    subject.load(session.snapshot())
    feeds = subject.feeds("train", EXAMPLES)
    found = _lanczos(subject, feeds)
    runs = [spent_on(lambda: _lanczos(subject, feeds)) for _ in range(REPEATS)]
    plain = [spent_on(lambda: np.linalg.eigvalsh(Curvature(subject, feeds).dense())) for _ in range(3)]
    dense = np.linalg.eigvalsh(Curvature(subject, feeds).dense())
    wanted = dense[[-3, -2, -1, 0]]
    apart = float(np.abs(found.ritz().values[[-3, -2, -1, 0]] / wanted - 1.0).max())
    if apart > AGREEMENT:
        raise AssertionError(f"Lanczos and the dense Hessian are {apart:.1e} apart")
    wall = [run.wall for run in runs]
    median = statistics.median(wall)
    name = f"Lanczos, {PRODUCTS} steps on {len(dense):,} parameters, {EXAMPLES} examples"
    detail = (
        f"{min(wall):.0f} to {max(wall):.0f} ms in {REPEATS} runs, "
        f"{statistics.median(run.processor for run in runs):.0f} ms of processor time; "
        f"top three and smallest eigenvalue within {apart:.0e} of the dense Hessian"
    )
    whole = statistics.median(run.wall for run in plain)
    return [
        Row(name, median, "ms", GOAL, detail=detail),
        Row("against the dense Hessian and its eigenvalues", whole / median, "x", better="more",
            detail=f"the whole matrix: {whole:.0f} ms"),
    ]  # fmt: skip


def _lanczos(subject: Subject, feeds: dict[tuple[str, str], torch.Tensor]) -> Lanczos:
    bend = Curvature(subject, feeds)
    run = Lanczos(bend.product, random_start(bend.size, 0))
    while run.steps < PRODUCTS and not run.ended:
        run.advance()
    return run
