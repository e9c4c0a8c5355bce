"""What units look for, on a net whose first filters are known: one likes light, one a step from dark to light."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from playground.analysis.inside.unit_pictures import UnitPictures, UnitPicturesAnalysis, layers_of
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.files import read
from playground.document.library import find
from playground.training.session.session import Session


@pytest.fixture(scope="module")
def asked() -> tuple[Subject, Question]:
    project = read(find("lenet-5"))
    session = Session(project)
    for unit, row, column in itertools.product(range(2), range(5), range(5)):
        weight = 0.1 if unit == 0 else (-0.1, -0.1, 0.0, 0.1, 0.1)[column]
        session.set_parameter("conv-1.weight", (unit, 0, row, column), weight)
    subject = Subject(project.graph)
    return subject, Question(subject=subject, snapshot=session.snapshot(), graph=project.graph)


def test_a_picture_is_made_that_excites_a_unit_more_than_any_example(asked: tuple[Subject, Question]) -> None:
    begun, *_, found = UnitPicturesAnalysis(shown=2).stages(asked[1])
    assert isinstance(found, UnitPictures) and np.isnan(begun.reached).all()
    assert (found.reached[1:] >= found.values[1:, 0] * 0.9).all() and (np.diff(found.values, axis=1) <= 0).all()
    middle = found.made[:, 12:17, 12:17]
    assert middle[0].mean() > 0.9, "it likes light"
    assert middle[1][:, 3:].mean() - middle[1][:, :2].mean() > 0.8, "it likes a step"


def test_the_strongest_examples_are_those_that_say_most_where_framed(asked: tuple[Subject, Question]) -> None:
    subject, question = asked
    found = UnitPicturesAnalysis(shown=1, ascent=1).compute(question)
    top, left, bottom, right = found.frames[0, 0]
    window = subject.feeds("test")[subject.report.data_nodes()[0], "features"][found.rows[0, 0], 0]
    bias = float(subject.network.get_parameter("conv-1.bias")[0])
    said = float(window[top : bottom + 1, left : right + 1].sum()) * 0.1 + bias
    assert said == pytest.approx(found.values[0, 0], rel=1e-4)
    changed = np.argwhere(found.gradients[0])
    assert changed.min(0).tolist() == [top, left] and changed.max(0).tolist() == [bottom, right]


def test_dense_layers_are_looked_at_too(asked: tuple[Subject, Question]) -> None:
    subject, question = asked
    assert layers_of(subject.report)[0] == "conv-1" and "dense-3" in layers_of(subject.report)
    found = UnitPicturesAnalysis(shown=3, first=9, examples=2, ascent=3).compute(
        Question(subject=subject, snapshot=question.snapshot, graph=question.graph, node="dense-3")
    )
    assert found.units == (8, 9) and found.frames[0, 0].tolist() == [0, 0, 27, 27]
