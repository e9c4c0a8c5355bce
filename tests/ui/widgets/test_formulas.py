"""Every formula is drawn as it was written: nothing is lost, and nothing stays a command or becomes another sign."""

from __future__ import annotations

import importlib
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from latex2mathml.converter import convert
from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer

import playground
from playground.document.declaration import Declaration
from playground.ui.widgets.formula import broken_into_lines, formula_svg

REFUSED = (
    r"\mathop", r"\mathrel", r"\mathbin",  # lose what they hold
    # drawn as something else:
    r"\mathbb{1}", r"\bm", r"\mathds", r"\argmin", r"\argmax", r"\stackrel",
    r"\operatorname*",
    r"\big", r"\Big", r"\bigg", r"\Bigg",  # print a backslash before \|
    r"\begin{align", r"\begin{equation", r"\tag", r"\label",  # numbered
)  # fmt: skip
"""What the renderer loses or changes without an error."""
SPELLED = frozenset({"max", "min", "ln", "log", "exp", "sin", "cos", "tanh", "sinh", "cosh", "arg", "det", "lim", "Pr"})
"""Commands that are drawn as their letters."""


def declarations() -> list[type[Declaration]]:
    """Every declaration of the program."""
    for module in pkgutil.walk_packages(playground.__path__, "playground."):
        if not module.name.startswith(("playground.ui", "playground.cli", "playground.__main__")):
            importlib.import_module(module.name)

    def below(parent: type[Declaration]) -> Iterator[type[Declaration]]:
        for child in parent.__subclasses__():
            yield child
            yield from below(child)

    own = [one for one in below(Declaration) if one.__module__.startswith("playground.")]
    return [one for one in dict.fromkeys(own) if one.__dict__.get("formula")]


FORMULAS = {f"{one.__module__.removeprefix('playground.')}.{one.__name__}": one.formula for one in declarations()}


def signs(text: str) -> Counter[str]:
    """The letters and digits of a text, whatever alphabet of mathematics they are in."""
    plain = unicodedata.normalize("NFKD", text)
    return Counter(sign for sign in plain if sign.isascii() and sign.isalnum())


def written(latex: str) -> Counter[str]:
    """The letters and digits that a formula should show."""
    rest = re.sub(r"\\(begin|end)\{[a-z]*\*?\}(\{[lcr|]*\})?", " ", latex)
    spelled = [name for name in re.findall(r"\\([a-zA-Z]+)", rest) if name in SPELLED]
    return signs(re.sub(r"\\[a-zA-Z]+", " ", rest)) + signs("".join(spelled))


def test_there_are_formulas():
    assert len(FORMULAS) > 100


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_drawn_as_it_is_written(name):
    latex = FORMULAS[name]
    bad = [construct for construct in REFUSED if construct in latex]
    assert not bad, f"{bad} are drawn wrongly; write the formula another way"
    root = ElementTree.fromstring(convert(latex))
    shown = "".join(root.itertext()).replace("\\argmin", "argmin")  # the renderer knows this word of the converter's
    assert "\\" not in shown.replace("\\\\", ""), f"a command stays a word: {shown}"
    assert signs(shown) == written(latex), shown


@pytest.mark.parametrize("name", FORMULAS)
def test_every_line_of_a_formula_has_a_picture(qtbot, name):
    for line in (FORMULAS[name], *broken_into_lines(FORMULAS[name])):
        renderer = QSvgRenderer(QByteArray(formula_svg(line, "#000000").encode()))
        assert renderer.isValid() and renderer.defaultSize().width() > 5


@pytest.mark.parametrize("latex", [r"\argmin_x f", r"\bm{w}", r"\mathop{abc} x", r"\unknown x"])
def test_the_test_sees_what_is_lost(latex):
    shown = "".join(ElementTree.fromstring(convert(latex)).itertext())
    assert any(construct in latex for construct in REFUSED) or "\\" in shown or signs(shown) != written(latex)
