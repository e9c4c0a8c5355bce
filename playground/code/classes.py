"""Classes for groups: copies that differ in numbers alone have one class, which takes these numbers as arguments."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from torch import nn

from playground.code.body import Body, Statement
from playground.code.lines import Line, commented, indented
from playground.code.naming import Names
from playground.code.tree import Scope
from playground.code.values import in_quotes

NUMBER = re.compile(r"(?<![\w.\"'])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.\"'])")
FARTHEST = 64
"""Comments stand below each other where lines are no longer than this."""


@dataclass
class Alike:
    """Scopes whose statements are the same but for numbers."""

    title: str
    scopes: list[tuple[Scope, Body]] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A number in the statements of a class that differs from copy to copy."""

    statement: int
    start: int
    stop: int
    values: tuple[str, ...]


class ClassWriter:
    """Writes the class of scopes that are alike. `arguments_of` tells what the calls of known functions take."""

    def __init__(self, name: str, alike: Alike, arguments_of: Callable[[str], Sequence[str]]) -> None:
        self.name, self.alike = name, alike
        self._arguments_of = arguments_of
        self.bodies = [body for _, body in alike.scopes]
        self.body = self.bodies[0]
        self.statements = [*self.body.init, *self.body.forward]
        self.names: dict[tuple[str, ...], str] = {}
        """The argument for each row of values."""
        self.places: dict[int, list[Place]] = {}
        for place in self._differing():
            self.places.setdefault(place.statement, []).append(place)
        self._name_arguments()
        self._sizes: dict[str, tuple[int, ...]] = {}
        """The first size of each axis that differs from copy to copy."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the class takes."""
        return tuple(self.names.values())

    def expressions(self) -> Iterator[tuple[Scope, str]]:
        """How each of the scopes is made."""
        for number, (scope, _) in enumerate(self.alike.scopes):
            yield scope, f"{self.name}({', '.join(values[number] for values in self.names)})"

    # Arguments -------------------------------------------------------------------------------------------------------

    def _differing(self) -> Iterator[Place]:
        for index, statement in enumerate(self.statements):
            same = [(*body.init, *body.forward)[index].text for body in self.bodies]
            for place, found in enumerate(NUMBER.finditer(statement.text)):
                values = tuple(NUMBER.findall(text)[place] for text in same)
                if len(set(values)) > 1:
                    yield Place(index, found.start(), found.end(), values)

    def _name_arguments(self) -> None:
        wanted: dict[tuple[str, ...], list[str]] = {}
        for index, places in self.places.items():
            for place in places:
                wanted.setdefault(place.values, []).append(self._argument(self.statements[index].text, place.start))
        taken = Names({*self.body.attributes.values(), "x", "h"})
        for values, words in wanted.items():
            self.names[values] = taken.take(_joint(words))

    def _argument(self, text: str, start: int) -> str:
        """What the number at a place of a statement is called by what it is given to."""
        try:
            tree = ast.parse(text.strip())
        except SyntaxError:
            return "size"
        start -= len(text) - len(text.lstrip())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            names = self._arguments_of(ast.unparse(call.func))
            for place, given in enumerate(call.args):
                if isinstance(given, ast.Constant) and given.col_offset == start:
                    return names[place] if place < len(names) else "size"
            for keyword in call.keywords:
                if isinstance(keyword.value, ast.Constant) and keyword.value.col_offset == start:
                    return keyword.arg or "size"
        return "size"

    # Text ------------------------------------------------------------------------------------------------------------

    def lines(self, group: tuple[str, ...], summary: str, extra: Sequence[Line] = ()) -> Iterator[Line]:
        """The class. `group` are the ids on the canvas that its head is about, `extra` methods of its own."""
        yield Line(f"class {self.name}(nn.Module):", group)
        yield Line(f'    """{in_quotes(summary)}"""', group)
        first = len(self.body.init)
        later = (place for index, places in self.places.items() if index >= first for place in places)
        used = {place.values for place in later}
        if first or used:
            arguments = "".join(f", {name}" for name in self.arguments)
            yield Line("")
            yield Line(f"    def __init__(self{arguments}):", group)
            yield Line("        super().__init__()", group)
            for values in self.names:
                if values in used:
                    yield Line(f"        self.{self.names[values]} = {self.names[values]}", group)
            for index in range(first):
                yield from indented(self._written(index, ""), 2)
        yield Line("")
        yield from indented(self._forward(group))
        yield from indented(extra)

    def _forward(self, group: tuple[str, ...]) -> Iterator[Line]:
        first = len(self.body.init)
        texts = [self._text(index, "self.") for index in range(first, len(self.statements))]
        returned = ", ".join(self.body.returned)
        last = texts[-1].partition(" = ") if texts else ("", "", "")
        short = last[0] == returned and not texts[-1].startswith(" ") if texts else False
        if short:
            texts[-1] = f"return {last[2]}"
        widest = max((len(text) for text in texts if len(text) <= FARTHEST), default=0)
        head = f"def forward(self{''.join(f', {name}' for name in self.body.arguments)}):"
        yield from commented(head, self._arriving(), group)
        for number, text in enumerate(texts, first):
            yield from commented(f"    {text}", self._comment(number), self._nodes(number), widest + 4)
        if not short:
            yield Line(f"    return {returned}" if returned else "    return None", group)

    def _written(self, index: int, prefix: str) -> Iterator[Line]:
        yield from commented(self._text(index, prefix), self.statements[index].remark, self._nodes(index))

    def _nodes(self, index: int) -> tuple[str, ...]:
        """The ids of a line in all scopes that have this class."""
        every = ((*body.init, *body.forward)[index].nodes for body in self.bodies)
        return tuple(dict.fromkeys(node for nodes in every for node in nodes))

    def _text(self, index: int, prefix: str) -> str:
        text = self.statements[index].text
        for place in reversed(self.places.get(index, [])):
            text = text[: place.start] + prefix + self.names[place.values] + text[place.stop :]
        return text

    # Comments --------------------------------------------------------------------------------------------------------

    def _arriving(self) -> str:
        count = len(self.body.entering)
        shapes = [self._shape([body.entering[place] for body in self.bodies], 0) for place in range(count)]
        if len(shapes) < 2:
            return "".join(shapes)
        return ", ".join(f"{name}: {shape}" for name, shape in zip(self.body.arguments, shapes, strict=True))

    def _comment(self, index: int) -> str:
        every = [(*body.init, *body.forward)[index] for body in self.bodies]
        shapes = [self._shape(every, place) for place in range(len(every[0].shapes))]
        return ": ".join(part for part in (", ".join(filter(None, shapes)), every[0].remark) if part)

    def _differing_size(self, values: tuple[str, ...], axis: str) -> str:
        """A size that is another one in every copy: the argument that tells it, or a part of the size that arrived."""
        if values in self.names:
            return self.names[values]
        numbers = tuple(map(int, values))
        base = self._sizes.setdefault(axis, numbers)
        for factor in range(2, 9):
            if tuple(factor * number for number in numbers) == base:
                return f"{axis} / {factor}"
            if numbers == tuple(factor * number for number in base):
                return f"{factor} * {axis}"
        return axis if numbers == base else f"other {axis}"

    def _shape(self, every: Sequence[Statement], place: int) -> str:
        """One shape with the batch; a size that differs by the argument that tells it, or by the name of its axis."""
        shapes = [statement.shapes[place] for statement in every]
        if len({len(shape) for shape in shapes}) > 1:
            return ""
        sizes = ["batch" if every[0].rows == 1 else f"{every[0].rows} * batch"]
        for axis in range(len(shapes[0])):
            values = tuple(shape[axis][0] for shape in shapes)
            sizes.append(values[0] if len(set(values)) == 1 else self._differing_size(values, shapes[0][axis][1]))
        return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _joint(words: Sequence[str]) -> str:
    """One name for a number that is given to several things: `channels` for `in_channels` and `out_channels`."""
    plain = {re.sub(r"^(in|out)_", "", word) for word in words}
    if len(set(words)) > 1 and len(plain) == 1:
        return plain.pop()
    return words[0]


def skeleton(body: Body) -> tuple[object, ...]:
    """What bodies have in common that can be one class."""
    every = (*body.init, *body.forward)
    texts = tuple((NUMBER.sub("#", one.text), one.remark, len(one.shapes), one.rows) for one in every)
    return body.arguments, len(body.init), texts, body.returned


def arguments_of_torch(called: str) -> Sequence[str]:
    """The names of what torch's modules take, in order."""
    module = getattr(nn, called.removeprefix("nn."), None) if called.startswith("nn.") else None
    if not isinstance(module, type):
        return ()
    found = inspect.signature(module).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in found):
        return "input_size", "hidden_size"  # the recurrent layers
    return tuple(one.name for one in found)
