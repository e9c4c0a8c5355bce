"""The parser of typed formulas against numpy, its sentences, and random text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from playground.blocks.expressions import DEEPEST, FUNCTIONS, LONGEST, ExpressionError, parse

VARIABLES = ("x", "x1", "x2")
X = np.array([-2.5, -1.0, -0.3, 0.0, 0.7, 1.0, 3.2])
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the oracle divides by zero too
VALUES = {"x": X, "x1": X, "x2": X[::-1]}


def value(text):
    return parse(text, VARIABLES).evaluate(VALUES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("1 + 2*3", 7),
        ("(1 + 2)*3", 9),
        ("2^3^2", 512),
        ("2**3", 8),
        ("-x^2", -(X**2)),
        ("(-x)^2", X**2),
        ("2^-1", 0.5),
        ("--3", 3),
        ("-+-3", 3),
        ("1 - 2 - 3", -4),
        ("8/4/2", 1),
        ("2*-3", -6),
        (".5 + 1. + 1.5e2 + 2E-1", 152.2 - 0.5),
        ("pi*e", math.pi * math.e),
        ("sin(x) + cos(x)*tan(x)", np.sin(X) + np.cos(X) * np.tan(X)),
        ("exp(x) - abs(x) + sign(x)", np.exp(X) - np.abs(X) + np.sign(X)),
        ("log(exp(x))", X),
        ("sqrt(x^2)", np.abs(X)),
        ("tanh(x/2)", np.tanh(X / 2)),
        ("min(x, 0, 1) + max(x, 2)", np.minimum(X, 0) + np.maximum(X, 2)),
        ("x1*x2 - x1", X * X[::-1] - X),
        (" x \t+\n1 ", X + 1),
    ],
)
def test_values_equal_numpy(text, expected):
    result = value(text)
    assert result.shape == X.shape and result.dtype == np.float64
    np.testing.assert_allclose(result, np.broadcast_to(expected, X.shape), rtol=1e-12, atol=1e-12)


def test_no_value_and_too_large_raise_nothing():
    with np.errstate(all="raise"):
        assert np.isnan(value("log(-1)")).all()
        assert np.isnan(value("0/0")).all()
        assert np.isposinf(value("exp(1000)")).all()
        assert np.isneginf(value("-1/0 + 0*x"))[3]
        np.testing.assert_array_equal(np.isnan(value("sqrt(x)")), X < 0)
        np.testing.assert_array_equal(np.isnan(value("x^0.5")), X < 0)


def test_variables_that_occur():
    assert parse("sin(x1) + 2*pi", VARIABLES).variables == {"x1"}
    assert parse("3", VARIABLES).variables == frozenset()


def test_evaluating_keeps_the_shape_and_the_arrays():
    grid = np.arange(6.0).reshape(2, 3)
    result = parse("x", VARIABLES).evaluate({"x": grid})
    assert result.shape == (2, 3)
    result[:] = 9.0
    assert grid[0, 1] == 1.0


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 1, "the end stands where a number, a name or “(” was expected"),
        ("   ", 4, "the end stands where"),
        ("1 +", 4, "the end stands where a number"),
        ("sin(x", 6, "the end stands where “)” for the bracket at position 4 was expected"),
        ("(1 + (2)", 9, "bracket at position 1"),
        ("sin x", 5, "“x” stands where “(” after the function sin was expected"),
        ("sin", 4, "the end stands where “(” after the function sin"),
        ("2x", 2, "“x” stands where an operator or the end was expected; write 2*x"),
        ("x x", 3, "“x” stands where an operator"),
        ("1)", 2, "“)” closes a bracket that was never opened"),
        ("1, 2", 2, "“,” separates arguments, but stands outside a function"),
        ("* 2", 1, "“*” stands where a number"),
        ("2 * / 3", 5, "“/” stands where a number"),
        ("foo + 1", 1, "“foo” is not known; known are x, x1, x2, pi, e, sin"),
        ("y > x", 3, "'>', which means nothing here"),
        ("x = 1", 3, "'='"),
        ("1 . 2", 3, "a number has a point but no digits"),
        ("1e999", 1, "is too large a number"),
        ("sin(1, 2)", 1, "“sin” takes one argument, but has 2"),
        ("min(1)", 1, "“min” takes two arguments or more, but has 1"),
        ("²", 1, "means nothing here"),
        ("x" * 201, 201, "has 201 characters"),
        ("(" * 100 + "x" + ")" * 99, DEEPEST + 1, f"nested more than {DEEPEST} deep"),
        ("2^" * 90 + "2", 2 * DEEPEST + 1, "nested more than"),
    ],
)
def test_errors_name_the_place_and_what_was_expected(text, position, words):
    with pytest.raises(ExpressionError) as caught:
        parse(text, VARIABLES)
    assert caught.value.position == position
    assert words in str(caught.value)
    assert not str(caught.value).endswith(".")


def test_long_chains_are_no_recursion():
    assert value("+".join(["1"] * 100))[0] == 100
    assert value("-" * 199 + "1")[0] == -1


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=60))
def test_random_text_raises_nothing_but_the_expression_error(text):
    try:
        value(text)
    except ExpressionError as error:
        assert 1 <= error.position <= len(text) + 1
        assert str(error)


PIECES = st.sampled_from(["x", "x1", "1", ".5", "1e3", "+", "-", "*", "/", "^", "**", "(", ")", ",", " ", *FUNCTIONS])


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_random_formulas_give_an_array_or_the_expression_error(text):
    try:
        result = value(text)
    except ExpressionError:
        return
    assert result.shape == X.shape and result.dtype == np.float64


OPERATIONS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
ONE_ARGUMENT = {"sin": np.sin, "cos": np.cos, "tanh": np.tanh, "abs": np.abs, "exp": np.exp, "-": np.negative}


def joined(left, operator, right):
    return f"({left[0]} {operator} {right[0]})", OPERATIONS[operator](left[1], right[1])


def called(name, inner):
    return f"{name}({inner[0]})", ONE_ARGUMENT[name](inner[1])


TREES = st.recursive(
    st.sampled_from([("x", X), ("pi", np.float64(math.pi)), ("2", np.float64(2)), ("1e1", np.float64(10))]),
    lambda inner: st.one_of(
        st.builds(joined, inner, st.sampled_from(list(OPERATIONS)), inner),
        st.builds(called, st.sampled_from(list(ONE_ARGUMENT)), inner),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_random_formulas_mean_what_they_say(tree):
    text, expected = tree
    assume(len(text) <= LONGEST)
    np.testing.assert_array_equal(value(text), np.broadcast_to(expected, X.shape))
