"""A picture of the loss says which objectives it does not hold."""

from __future__ import annotations

from dataclasses import replace

from playground.analysis.loss.curvature import CurvatureAnalysis
from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.document.graph import Choice
from playground.document.project import Project
from tests.analysis.subjects import chain, question_of, spirals


def test_objectives_are_named_where_they_count() -> None:
    plain = question_of(chain("spirals", spirals(), [3, 2]))
    assert plain.subject is not None
    bare = plain.project or Project(graph=chain("spirals", spirals(), [3, 2]))
    training = bare.training.replace(objectives=(Choice(id="jacobian-penalty"),))
    for project, names in ((bare, ()), (bare.replace(training=training), ("Jacobian penalty",))):
        question = replace(plain, project=project)
        assert LossSurfaceAnalysis(resolution=3).compute(question).without == names
        *_, last = CurvatureAnalysis().stages(question)
        assert last.without == names
