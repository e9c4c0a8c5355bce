"""What lessons say of blocks opened in slow motion: the gradient by lag, the windows that give something, one score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.analysis.inside.slow_motion.tape import Tape
from playground.analysis.inside.slow_motion.unrolled import Unrolled
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.project import Project
from playground.training.session.session import Session


def preset(name: str) -> Project:
    return files.read(library.find(name))


def question_of(project: Project, epochs: int = 0) -> Question:
    session = Session(project, "cpu")
    if epochs:
        session.advance(epochs * 40)
    return Question(subject=Subject(project.graph), snapshot=session.snapshot(), project=project)


def as_saved(project: Project, result_of: Question) -> tuple[Backpropagation, dict[str, Any]]:
    """The result with the options that the preset opens the view with."""
    options = dict(next(view.options for view in project.views if view.view == "backpropagation"))
    return BackpropagationAnalysis(**options).compute(result_of), options


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_steps_back_little_is_left_of_the_gradient_and_at_the_first_letter_nothing(seed: int) -> None:
    subject = question_of(preset("remember-rnn").replace(seed=seed)).loaded()
    for example in range(5):
        tape = Tape(subject, example)
        _, lengths = Unrolled(tape, next(one for one in tape.operations if one.inner)).by_lag(29)
        assert 0.0045 < lengths[10] / lengths[0] < 0.065
        assert lengths[29] / lengths[0] < 2e-4


def test_the_plain_rnn_opens_where_the_gradient_reaches_it_and_the_sum_is_two_steps_on() -> None:
    project = preset("remember-rnn")
    result, options = as_saved(project, question_of(project))
    step, on = result.steps[options["step"]], result.steps[options["step"] + 2]
    assert (step.way, step.node) == ("backward", "memory") and "time step 30" in step.title
    assert any("by lag" in picture.title and picture.logarithmic for picture in step.pictures)
    assert on.title.endswith("sum over all 30 time steps")


def test_at_most_sixteen_of_the_windows_of_a_map_have_anything_to_give() -> None:
    project = preset("small-cnn-digits")
    for epochs in (0, 5):
        result, options = as_saved(project, question_of(project, epochs))
        assert "patch times kernel" in result.steps[options["step"]].title
        back = next(step for step in reversed(result.steps) if step.way == "backward")
        arriving = next(picture for picture in back.pictures if picture.title.startswith("∂L/∂z"))
        assert arriving.values.shape == (8, 8)
        assert 0 < np.count_nonzero(arriving.values) <= 16


def test_sat_looks_at_mat_with_a_score_of_one_and_a_half() -> None:
    project = preset("sat")
    result, options = as_saved(project, question_of(project))
    step = result.steps[options["step"]]
    assert step.lines[0].endswith(" = 0.5 · 1 + 1 · 1 = 1.5")
    softmax = result.steps[options["step"] + 1]
    assert softmax.lines[0].endswith(" = 0.31002")
