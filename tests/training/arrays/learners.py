"""The same run by both engines, in double precision as the proof of the mathematics."""

from __future__ import annotations

import torch

from playground.document.project import Engine, Project
from playground.network.check import check
from playground.training.batches import examples_of
from playground.training.evaluation import Evaluator
from playground.training.learner import Learner
from playground.training.model import TrainableModel
from playground.training.objectives.classes import unlabelled_inputs

CPU = torch.device("cpu")


def with_engine(project: Project, engine: Engine) -> Project:
    """The project on the CPU with an engine forced."""
    return project.replace(training=project.training.replace(engine=engine, device="cpu"))


def learner(project: Project, engine: Engine, dtype: torch.dtype = torch.float64) -> Learner:
    """A learner at its first weights, with everything in one precision. Leaves torch's default as it is."""
    project = with_engine(project, engine)
    report = check(project.graph)
    single = TrainableModel(project, report, CPU)
    prepared = examples_of(report)
    examples, hidden = Evaluator(single.network, prepared, CPU).train, unlabelled_inputs(report, prepared, CPU)
    with precision(dtype):
        model = TrainableModel(project, report, CPU)
        model.network.to(dtype)
        known = tuple(t.to(dtype) if t.is_floating_point() else t for t in examples)
        found = Learner(project, model, known, None if hidden is None else hidden.to(dtype))
        found.start(project)
    return found


class precision:
    """Within it torch makes tensors of this precision."""

    def __init__(self, dtype: torch.dtype) -> None:
        self._dtype, self._before = dtype, torch.get_default_dtype()

    def __enter__(self) -> None:
        torch.set_default_dtype(self._dtype)

    def __exit__(self, *problem: object) -> None:
        torch.set_default_dtype(self._before)


def learn(one: Learner, steps: int) -> None:
    """Take so many steps more, epoch after epoch."""
    with precision(one.model.flat.values.dtype):
        end = one.step + steps
        while one.step < end:
            one.learn(end - one.step)
            if one.experience.at_end:
                one.experience.finish_epoch()


def distance(one: Learner, other: Learner) -> float:
    """How far the weights of two learners are apart, as a share of their norm."""
    first, second = one.model.flat.values, other.model.flat.values
    return float((first - second).norm() / first.norm().clamp_min(1e-300))
