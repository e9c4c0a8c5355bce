"""Runs a written file beside the session of the same project, in a place that knows nothing of Playground."""

import builtins
import inspect
import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.torch import load

from playground.code.script import write
from playground.code.start_state import names_in, saved
from playground.document.project import Project
from playground.training.session.session import Session
from playground.training.weights.source import state_of


def refusing(name: str, *arguments: Any, **named: Any) -> Any:
    """`__import__` of a Python that has torch, numpy and the data libraries, but no Playground."""
    if name.split(".")[0] == "playground":
        raise ModuleNotFoundError("there is no Playground here")
    return __import__(name, *arguments, **named)


class Alone:
    """A written file as a module of its own."""

    def __init__(self, text: str, weights: bytes | None = None, *, whole: bool = True) -> None:
        """`whole` says that there must be a network in it."""
        self.names: dict[str, Any] = {
            "__name__": "alone", "__builtins__": {**vars(builtins), "__import__": refusing},
        }  # fmt: skip
        exec(compile(text, "written", "exec"), self.names)
        loaded = self.names["load_data"]() if "load_data" in self.names else None
        data, unit = loaded if isinstance(loaded, tuple) else (loaded, None)
        self.given = {"data": data, "unit": unit}
        if "Network" not in self.names:
            assert not whole
            return
        self.given["model"] = self.names["Network"]()
        if weights is not None:
            self.given["model"].load_state_dict(load(weights))
        elif "initialize" in self.names:
            self.names["initialize"](self.given["model"])

    def call(self, function: str) -> Any:
        """Call `train` or `evaluate` with what it takes."""
        wanted = inspect.signature(self.names[function]).parameters
        return self.names[function](*(self.given[name] for name in wanted))

    def epochs_for(self, steps: int) -> None:
        """Let `train` take so many steps; the last epoch is broken off."""
        if "batches" not in self.names:
            self.names["EPOCHS"] = steps
            return
        left, all_batches = [steps], self.names["batches"]

        def some(examples: Any, order: Any) -> Any:
            for batch in itertools.islice(all_batches(examples, order), left[0]):
                left[0] -= 1
                yield batch

        self.names["batches"] = some
        count = len(self.given["data"]["train"][0])
        rows = self.names["BATCH_SIZE"] * self.names.get("ACCUMULATE", 1)
        self.names["EPOCHS"] = math.ceil(steps / math.ceil(count / rows))


def compare(project: Project, steps: int, *, rest: bool = False) -> list[str]:
    """What differs between a session and the written file: first weights, the loss of each step, all metrics.

    With `rest` both train to their end by their own stop rules, within so many steps.
    """
    session = Session(project, "cpu")
    first = state_of(session.snapshot())
    while session.step < steps and not session.finished:
        session.advance(1)
    weights = saved(first, project) if project.starts_from else None
    alone = Alone(write(project, weights="first.safetensors" if weights else "").text, weights)
    if not rest:
        alone.epochs_for(steps)
    wrong = list(_different_starts(project, alone, first))
    curve = alone.call("train")
    wanted = session.history.curves["train_loss"].data().value.tolist()
    if len(curve) != len(wanted):
        wrong.append(f"{len(curve)} steps instead of {len(wanted)}")
    for step, (here, there) in enumerate(zip(curve, wanted, strict=False), start=1):
        if not near(here, there):
            wrong.append(f"loss of step {step}: {here} instead of {there}")
            break
    return wrong + different_metrics(alone.call("evaluate"), session.evaluate(full=True))


def near(here: float, there: float) -> bool:
    """Equal to 1e-5, of what is larger than 1 relatively."""
    return math.isclose(here, there, rel_tol=1e-5, abs_tol=1e-5) or (math.isnan(here) and math.isnan(there))


def different_metrics(here: Mapping[str, float], there: Mapping[str, float]) -> list[str]:
    """The metrics that are not equal, or that one side alone has."""
    if here.keys() != there.keys():
        return [f"metrics {sorted(here.keys() ^ there.keys())} on one side only"]
    return [f"{name}: {here[name]} instead of {there[name]}" for name in there if not near(here[name], there[name])]


def _different_starts(project: Project, alone: Alone, first: Mapping[str, np.ndarray]) -> Any:
    state = alone.given["model"].state_dict()
    for ours, theirs in names_in(project).items():
        if not np.allclose(state[theirs].numpy(), first[ours], rtol=1e-6, atol=1e-6):
            yield f"first weights of {ours}"
