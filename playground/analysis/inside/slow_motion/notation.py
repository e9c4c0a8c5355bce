"""How numbers and symbols are written: 1.2 · 10⁻⁵, w⁽²⁾₁₃, sums that stop where they get too long."""

from __future__ import annotations

import math
from collections.abc import Sequence

from playground.analysis.inside.slow_motion.tape import LOSS, Place, Tape

Index = tuple[int, ...]
"""Where one number stands in its tensor; without the batch axis."""

MOST_TERMS = 5
"""Terms of a sum that are written out; of longer ones the first few."""
_UP = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Pen:
    """Writes numbers with so many digits, and symbols of the places of one tape."""

    def __init__(self, tape: Tape, digits: int) -> None:
        self._tape = tape
        self._digits = digits
        self._losses = len(tape.losses)
        self._numbers = {one.node: one.number for one in tape.operations if one.node}
        self._blocks = {one.node: one.block for one in tape.operations if one.block is not None}

    # Numbers --------------------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        """A number: −0.02, 1.2 · 10⁻⁵."""
        return written(value, self._digits)

    def factor(self, value: float) -> str:
        """A number as it stands in a product or sum: in brackets where it is negative."""
        text = self.number(value)
        return f"({text})" if text.startswith("−") or "·" in text else text

    def product(self, *values: float) -> str:
        """0.4 · (−0.2)."""
        return " · ".join(self.number(v) if place == 0 else self.factor(v) for place, v in enumerate(values))

    def guarded(self, *values: float) -> str:
        """A product inside a sum: every negative factor in brackets."""
        return " · ".join(self.factor(value) for value in values)

    def sum(self, terms: Sequence[str], count: int = 0) -> str:
        """Terms with plus signs; of many the first few, and how many there are: `count`, if not all are given."""
        count = max(count, len(terms))
        if count <= MOST_TERMS:
            return " + ".join(terms)
        return f"{' + '.join(terms[: MOST_TERMS - 1])} + … ({count:,} terms)"

    def power(self, exponent: int) -> str:
        """An exponent: ¹²."""
        return str(exponent).translate(_UP)

    # Symbols --------------------------------------------------------------------------------------------------------

    def symbol(self, name: str, index: Index = ()) -> str:
        """The symbol of one number of a place or a parameter, such as z⁽¹⁾₂; of all of it without an index."""
        if name not in self._tape.places:
            return self._parameter(name, index)
        place = self._tape.places[name]
        shape = tuple(place.value.shape[1:])
        return self._letter(place) + (subscript(index) if index and math.prod(shape) > 1 else "")

    def _letter(self, place: Place) -> str:
        if place.key == LOSS:
            return "L"
        if place.letter == "L":
            own = self._tape.losses.index(place.node) + 1 if place.node in self._tape.losses else 0
            return "L" + (subscript((own - 1,)) if self._losses > 1 and own else "")
        if place.time is not None:
            return f"{place.letter}⟨{place.time + 1}⟩"
        if not place.number:
            return place.letter
        port = place.key.rsplit(":", 1)[-1]
        several = port not in ("output", place.letter) and place.letter == "a"
        return place.letter + layer(place.number) + (f"[{port}]" if several else "")

    def _parameter(self, name: str, index: Index) -> str:
        node, short = name.split(".", 1)
        shape = tuple(self._tape.parameters[name].shape)
        block = self._blocks.get(node)
        own = block.parameter_symbols.get(short, ()) if block is not None else ()
        letters = {"weight": "w", "bias": "b"}
        letter = letters.get(short, short.rsplit(".", 1)[-1] if short.startswith("function.") else short)
        if len(own) == 1 or (own and not index):
            letter = own[0] if len(own) == 1 else own[0].rstrip("ifgorzn")
        elif own:  # the matrices of several gates, one below the other
            rows = shape[0] // len(own)
            letter, index, shape = own[index[0] // rows], (index[0] % rows, *index[1:]), (rows, *shape[1:])
        place = tuple(one for one, extent in zip(index, shape, strict=True) if extent > 1) if index else ()
        return letter + layer(self._numbers.get(node, 0)) + subscript(place)

    def slope(self, name: str, index: Index = ()) -> str:
        """∂L/∂w⁽²⁾₁₃."""
        return f"∂L/∂{self.symbol(name, index)}"


def written(value: float, digits: int) -> str:
    """A number with so many digits: −0.02, 1.2 · 10⁻⁵."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    text = f"{value:.{digits}g}"
    if float(text) == 0.0:
        return "0"
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not exponent:
        return mantissa
    power = f"10{str(int(exponent)).translate(_UP)}"
    return {"1": power, "−1": f"−{power}"}.get(mantissa, f"{mantissa} · {power}")


def layer(number: int) -> str:
    """⁽¹⁾, as the number of a block in the order of computation."""
    return f"⁽{str(number).translate(_UP)}⁾" if number else ""


def subscript(index: Index) -> str:
    """₁₃ for the index (0, 2): counted from 1, with commas where a number has two digits."""
    ones = [str(one + 1) for one in index]
    return ("," if any(len(one) > 1 for one in ones) else "").join(ones).translate(_DOWN)
