"""A small calculator language for formulas a person types. Text is parsed here, by hand, and never given to Python.

Grammar, with usual precedence (-x^2 is -(x^2), and 2^3^2 is 2^(3^2)):

    sum     = product { ("+" | "-") product }
    product = signed { ("*" | "/") signed }
    signed  = { "+" | "-" } power
    power   = atom [ "^" signed ]
    atom    = number | constant | variable | function "(" sum { "," sum } ")" | "(" sum ")"
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST = 200
"""Most characters of a formula."""
DEEPEST = 40
"""Most brackets, powers and functions inside one another."""

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sign": np.sign,
    "min": lambda *values: np.minimum.reduce(np.broadcast_arrays(*values)),
    "max": lambda *values: np.maximum.reduce(np.broadcast_arrays(*values)),
}
SEVERAL = ("min", "max")
"""Functions that take two arguments or more; all others take one."""
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
}


class ExpressionError(ValueError):
    """A formula that cannot be read: one sentence without a full stop, and the position, counted from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that was read: its text, and the steps of a stack machine that compute it."""

    text: str
    steps: tuple[tuple[str, float | str, int], ...]
    """What to do, with what, and how many values of the stack it takes: ("number", 2.0, 0), ("call", "sin", 1)."""

    @property
    def variables(self) -> frozenset[str]:
        """The variables that occur."""
        return frozenset(str(what) for kind, what, _ in self.steps if kind == "variable")

    def evaluate(self, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The value for arrays of one shape, in float64, of that shape.

        Where the formula has no value (log of a negative number) it is NaN, where it is too large ±infinity; nothing is
        raised. Raises KeyError when a variable is missing from `values`.
        """
        shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
        with np.errstate(all="ignore"):
            found = self.run(arrays, _ACTIONS, np.float64)
        return np.array(np.broadcast_to(found, shape), dtype=np.float64)

    def run(self, values: Mapping[str, Any], actions: Actions, number: Callable[[float], Any]) -> Any:
        """The value by other means than numpy's: `actions` are the functions, `number` makes a constant.

        Raises KeyError when a variable is missing from `values`.
        """
        stack: list[Any] = []
        for kind, what, count in self.steps:
            if kind == "number":
                stack.append(number(float(what)))
            elif kind == "variable":
                stack.append(values[str(what)])
            else:
                arguments = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                stack.append(actions[kind][str(what)](*arguments))
        return stack.pop()


Actions = Mapping[str, Mapping[str, Callable[..., Any]]]
"""What to do for the steps of an expression: for "call", "operate" and "sign" the functions by their names."""

_ACTIONS: Actions = {
    "call": FUNCTIONS,
    "operate": OPERATORS,
    "sign": {"-": np.negative},
}


def parse(text: str, variables: Sequence[str]) -> Expression:
    """Read a formula in these variables. Raises ExpressionError, and nothing else, for any text."""
    if len(text) > LONGEST:
        raise ExpressionError(f"the formula has {len(text)} characters, but at most {LONGEST} are read", LONGEST + 1)
    return _Parser(text, tuple(variables)).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """`number`, `name`, `symbol`, or `end`."""
    text: str
    position: int
    """Of its first character, counted from 1."""

    def words(self) -> str:
        return "the end" if self.kind == "end" else f"“{self.text}”"


_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_SYMBOLS = frozenset("+-*/^(),")


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
            continue
        end = at + 1
        if character in _LETTERS:
            while end < len(text) and text[end] in _LETTERS | _DIGITS:
                end += 1
            found.append(_Token("name", text[at:end], at + 1))
        elif character in _DIGITS or character == ".":
            end = _number_end(text, at)
            found.append(_Token("number", text[at:end], at + 1))
        elif character in _SYMBOLS:
            end += text.startswith("**", at)
            found.append(_Token("symbol", "^" if end - at == 2 else character, at + 1))
        else:
            raise ExpressionError(
                f"at position {at + 1} stands {character!r}, which means nothing here; "
                "use numbers, names, brackets and + - * / ^",
                at + 1,
            )
        at = end
    return [*found, _Token("end", "", len(text) + 1)]


def _number_end(text: str, at: int) -> int:
    """Where a number such as 12, .5 or 1.5e-3 ends."""

    def digits(start: int) -> int:
        while start < len(text) and text[start] in _DIGITS:
            start += 1
        return start

    whole = digits(at)
    end = digits(whole + 1) if text[whole : whole + 1] == "." else whole
    if text[at:end] == ".":
        raise ExpressionError(f"at position {at + 1} a number has a point but no digits", at + 1)
    if text[end : end + 1] in ("e", "E"):
        start = end + 1 + (text[end + 1 : end + 2] in ("+", "-"))
        if digits(start) > start:
            return digits(start)
    return end


class _Parser:
    """Recursive descent over the tokens; the recursion is bounded by DEEPEST."""

    def __init__(self, text: str, variables: tuple[str, ...]) -> None:
        self.text = text
        self.variables = variables
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0
        self.steps: list[tuple[str, float | str, int]] = []

    def whole(self) -> Expression:
        self._sum()
        token = self.tokens[self.at]
        if token.kind == "end":
            return Expression(self.text, tuple(self.steps))
        if token.text == ")":
            raise self._error(token, "closes a bracket that was never opened")
        if token.text == ",":
            raise self._error(token, "separates arguments, but stands outside a function")
        raise self._error(token, "stands where an operator or the end was expected; write 2*x, not 2x")

    def _error(self, token: _Token, fault: str) -> ExpressionError:
        return ExpressionError(f"at position {token.position} {token.words()} {fault}", token.position)

    def _take(self, symbols: str) -> str:
        """The next symbol, if it is one of these, and step over it; else nothing."""
        token = self.tokens[self.at]
        if token.kind == "symbol" and token.text in symbols:
            self.at += 1
            return token.text
        return ""

    def _sum(self) -> None:
        self._product()
        while operator := self._take("+-"):
            self._product()
            self.steps.append(("operate", operator, 2))

    def _product(self) -> None:
        self._signed()
        while operator := self._take("*/"):
            self._signed()
            self.steps.append(("operate", operator, 2))

    def _signed(self) -> None:
        self._deeper()
        negative = False
        while sign := self._take("+-"):
            negative ^= sign == "-"
        self._power()
        if negative:
            self.steps.append(("sign", "-", 1))
        self.depth -= 1

    def _power(self) -> None:
        self._atom()
        if self._take("^"):
            self._signed()
            self.steps.append(("operate", "^", 2))

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            position = self.tokens[self.at].position
            raise ExpressionError(f"at position {position} the formula is nested more than {DEEPEST} deep", position)

    def _atom(self) -> None:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        if token.kind == "number":
            self._number(token)
        elif token.kind == "name":
            self._name(token)
        elif token.text == "(":
            self._sum()
            self._close(token)
        else:
            raise self._error(token, "stands where a number, a name or “(” was expected")

    def _number(self, token: _Token) -> None:
        value = float(token.text)
        if not math.isfinite(value):
            raise self._error(token, "is too large a number")
        self.steps.append(("number", value, 0))

    def _name(self, token: _Token) -> None:
        if token.text in FUNCTIONS:
            self._call(token)
        elif token.text in self.variables:
            self.steps.append(("variable", token.text, 0))
        elif token.text in CONSTANTS:
            self.steps.append(("number", CONSTANTS[token.text], 0))
        else:
            known = ", ".join((*self.variables, *CONSTANTS, *FUNCTIONS))
            raise self._error(token, f"is not known; known are {known}")

    def _call(self, name: _Token) -> None:
        bracket = self.tokens[self.at]
        if not self._take("("):
            raise self._error(bracket, f"stands where “(” after the function {name.text} was expected")
        count = 1
        self._sum()
        while self._take(","):
            self._sum()
            count += 1
        self._close(bracket)
        if (name.text in SEVERAL) != (count > 1):
            wanted = "two arguments or more" if name.text in SEVERAL else "one argument"
            raise self._error(name, f"takes {wanted}, but has {count}")
        self.steps.append(("call", name.text, count))

    def _close(self, bracket: _Token) -> None:
        token = self.tokens[self.at]
        if not self._take(")"):
            fault = f"stands where “)” for the bracket at position {bracket.position} was expected"
            raise self._error(token, fault)
