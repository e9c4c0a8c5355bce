"""What a search costs beside its training: 200 trials of a 2-16-1 network, kept in a file as usual."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playground.document.edits import set_parameters
from playground.document.experiment import Budget
from playground.experiments.library import open_preset
from playground.experiments.running import run_cell
from playground.experiments.search.over import search_over
from playground.experiments.search.searching import searched
from playground.experiments.search.storage import Place
from playground.experiments.search.task import Task
from playground.experiments.store import Store
from tests.benchmarks.table import Row

TRIALS = 200
EPOCHS = 200.0
RATE = "training.optimizer.parameters.learning_rate=0.001..1:log"


def measure() -> list[Row]:
    """One row: the time of sampling, storing and telling, as a share of that of the runs."""
    project = open_preset("circles")
    project = project.replace(graph=set_parameters(project.graph, "dense-1", {"units": 16}))
    options = {"trials": TRIALS, "budget": {"epochs": EPOCHS}, "fresh_seeds": 0, "sampler": "tpe"}
    task = Task.of(search_over(project, "circles", [RATE, "training.batch_size=8..32"], options), project)
    with tempfile.TemporaryDirectory() as folder:
        warm = task.search.replace(trials=2, budget=Budget(steps=1))  # Optuna is imported, and its files are made
        url = f"sqlite:///{Path(folder) / 'studies.sqlite'}"
        list(searched(Task(warm, task.project), Place(url, "warm", local=True)))
        place = Place(url, "bench", local=True)
        store = Store(Path(folder) / "kept.sqlite")
        began, spent = time.perf_counter(), time.thread_time()
        for state in searched(task, place, store=store):
            last = state
        whole, processor = time.perf_counter() - began, time.thread_time() - spent
    began, spent = time.perf_counter(), time.thread_time()
    for row in last.rows:
        for cell in task.cells(row.values):
            run_cell(cell)
    alone, alone_processor = time.perf_counter() - began, time.thread_time() - spent
    share = 100.0 * (whole - alone) / alone
    of_processor = 100.0 * (processor - alone_processor) / alone_processor
    detail = f"{whole:.1f} s against {alone:.1f} s of the runs alone; {of_processor:.1f} % of processor time"
    return [Row(f"cost of search and storage, {TRIALS} trials of 2-16-1", share, "%", 15.0, detail=detail)]
