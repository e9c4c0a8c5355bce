from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from playground.analysis.inside.slow_motion.sentences import BACKWARD, FORWARD
from playground.data.registry import CATALOGUE
from playground.training.initializers import INITIALIZERS
from playground.training.metrics.registry import METRICS
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.widgets.formula import FormulaLabel, broken_into_lines, formula_svg
from playground.ui.widgets.theme import THEME
from tests.blocks.block_cases import CASES
from tests.blocks.case import batches_of

FORMULAS = sorted(
    {cls.formula for cls in (*CATALOGUE.values(), *OPTIMIZERS, *SCHEDULES, *INITIALIZERS) if cls.formula}
)


TALLEST = 110.0
"""Pixels of a formula of two lines of fractions or cases."""


def height_of(latex: str) -> float:
    (height,) = re.findall(r'<svg[^>]* height="([0-9.]+)', formula_svg(latex, "#102030"))
    return float(height)


def formulas_of_slow_motion() -> set[str]:
    """What steps show: of every kind of operation, and of the operations that blocks declare."""
    found = {formula for wording in (FORWARD, BACKWARD) for formula, _ in wording.values()}
    for case in CASES:
        if case.block.family not in ("loss", "measure"):
            module = case.block.build(*case.inputs).eval()
            rows = [row[:1].double() if row.is_floating_point() else row[:1] for row in batches_of(case.inputs)]
            parts = case.block.parts(module, *rows)
            found |= {formula for part in parts for formula in (part.formula, part.backward)}
    return found - {""}


def test_no_formula_grows_beyond_its_lines() -> None:
    """Brackets that stretch round a sum with limits would be a hundred lines high."""
    metrics = {metric.formula for metric in METRICS if metric.formula}
    heights = {formula: height_of(formula) for formula in (*FORMULAS, *metrics, *formulas_of_slow_motion())}
    assert {formula: height for formula, height in heights.items() if height > TALLEST} == {}
    assert height_of(r"\left( \sum_i \frac{a}{b} \right)") < TALLEST


@pytest.mark.parametrize("latex", FORMULAS)
def test_every_formula_of_the_program_can_be_drawn(latex: str) -> None:
    for line in (latex, *broken_into_lines(latex)):
        svg = formula_svg(line, "#102030")
        assert "<path" in svg
        assert "<symbol" not in svg
        assert "#102030" in svg


def test_lines_are_broken_only_outside_of_braces() -> None:
    assert broken_into_lines(r"a = b, \qquad c = \frac{x \quad y}{z} \quad d \leftarrow e \quad f") == [
        "a = b,", r"c = \frac{x \quad y}{z}", r"d \leftarrow e", "f"
    ]  # fmt: skip
    assert broken_into_lines(r"\begin{cases} a \quad b \end{cases}") == [r"\begin{cases} a \quad b \end{cases}"]


def test_a_formula_that_cannot_be_read_is_shown_as_text(qtbot: QtBot) -> None:
    label = FormulaLabel()
    qtbot.addWidget(label)
    label.resize(200, 40)
    label.show()
    label.set_latex(r"\frac{")
    qtbot.waitUntil(lambda: label.failed)
    assert not label.grab().isNull()
    label.set_latex("x^2")
    qtbot.waitUntil(label.is_drawn)


def test_a_long_formula_fits_the_width(qtbot: QtBot) -> None:
    label = FormulaLabel()
    qtbot.addWidget(label)
    label.resize(260, 40)
    label.show()
    label.set_latex(r"m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2")
    qtbot.waitUntil(label.is_drawn)
    assert len(label.lines) == 2
    assert all(place.right() <= label.width() for place in label.line_boxes())
    assert label.height() >= label.line_boxes()[-1].bottom()


def test_the_colour_follows_the_theme(qtbot: QtBot) -> None:
    label = FormulaLabel()
    qtbot.addWidget(label)
    label.resize(200, 40)
    label.show()
    label.set_latex("y = x")
    qtbot.waitUntil(label.is_drawn)
    light = label.lines[0]
    THEME.use("dark")
    qtbot.waitUntil(lambda: label.is_drawn() and label.lines[0] is not light)
    THEME.use("light")
    qtbot.waitUntil(lambda: label.is_drawn() and label.lines[0] is light)
