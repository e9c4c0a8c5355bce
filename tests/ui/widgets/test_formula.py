from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from playground.data.registry import CATALOGUE
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.ui.widgets.formula import FormulaLabel, broken_into_lines, formula_svg
from playground.ui.widgets.theme import THEME

FORMULAS = sorted(
    {cls.formula for cls in (*CATALOGUE.values(), *OPTIMIZERS, *SCHEDULES, *INITIALIZERS) if cls.formula}
)


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
