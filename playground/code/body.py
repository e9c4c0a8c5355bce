"""The statements of one scope: what `__init__` makes, and what `forward` computes from its arguments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from playground.blocks.code import Code
from playground.code.naming import OF_MODULES, Names, snake
from playground.code.tree import Chain, Item, Scope, entering, nodes_of, ordered
from playground.code.weights import kept_by_node
from playground.document.copies import drawn, origin
from playground.document.graph import Graph, Group
from playground.network.check import Report
from playground.network.remedies import Output
from playground.training.model import learning_factor

Shape = tuple[tuple[str, str], ...]
"""For each axis but the batch its size, and its name for where the size differs."""
Relative = tuple[str, tuple[tuple[str, int], ...], str]
"""An output within a group, as all copies of the group call it: node, copies of inner groups, port."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of code, the ids on the canvas that it is about, and what its comment says."""

    text: str
    nodes: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    rows: int = 1
    remark: str = ""


@dataclass
class Body:
    """What a class is written from."""

    arguments: tuple[str, ...] = ()
    entering: tuple[Statement, ...] = ()
    """Without text: the shapes of the arguments."""
    init: list[Statement] = field(default_factory=list)
    forward: list[Statement] = field(default_factory=list)
    returned: tuple[str, ...] = ()
    attributes: dict[Item, str] = field(default_factory=dict)
    """How what it keeps for a node or a group is called."""


@dataclass(frozen=True)
class Writing:
    """What is known while a network is written."""

    graph: Graph
    report: Report
    codes: Mapping[str, Code]
    """Of every node that is written, by its id in the unrolled graph."""
    as_drawn: bool
    """Whether lines stand in the order in which the network runs, so that random numbers are drawn in that order."""
    leaving: Mapping[str, tuple[Relative, ...]]
    """For each group what its copies give to others, in order."""
    tops: frozenset[str]
    """Names that mean something at the top of the file."""
    made: dict[Scope, str] = field(default_factory=dict)
    """The expression that makes each scope whose class is written by now."""

    def shape(self, output: Output) -> Shape:
        """The shape of what leaves by an output, for a comment."""
        signal = self.report.signals[output]
        names = signal.named_axes() or ("size",) * len(signal.shape)
        return tuple((str(size), name) for size, name in zip(signal.shape, names, strict=True))

    def outputs(self, node: str) -> tuple[Output, ...]:
        """All outputs of a node."""
        return tuple((node, port.name) for port in self.report.blocks[node].outputs)

    def relative(self, output: Output, group: Group) -> Relative:
        """What all copies of a group call the same."""
        outer = {one.id for one in (*self.graph.enclosing(group.id), group)}
        node, copies = origin(output[0])
        return node, tuple((name, number) for name, number in copies if name not in outer), output[1]

    def given(self, scope: Scope) -> dict[Relative, Output]:
        """What a copy of a group gives to others, in the order in which its class returns it."""
        group = scope.group
        assert group is not None
        every = {self.relative(output, group): output for node in scope.every_node() for output in self.outputs(node)}
        return {key: every[key] for key in self.leaving[group.id] if key in every}

    def one_module(self, chain: Chain) -> bool:
        """Whether one module does for all copies: they share their weights, and nothing else is kept by them."""
        made = {self.made[copy] for copy in chain.copies}
        if not chain.group.shared or len(made) > 1 or len(chain.copies) == 1:
            return False
        return all(kept.learned for node in chain.copies[0].every_node() for kept in kept_by_node(self.report, node))


class BodyWriter:
    """Writes the statements of one scope. `wanted` are the outputs that it returns, `results` their names if given."""

    def __init__(
        self, writing: Writing, scope: Scope, arguments: Mapping[Output, str], wanted: Sequence[Output],
        results: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.writing, self.scope = writing, scope
        self.items = ordered(scope, writing.report, as_drawn=writing.as_drawn)
        self.links = {item: self._links(item) for item in self.items if isinstance(item, Chain)}
        self.hidden: set[str] = set()
        self.same = self._aliases()
        self.wanted = [self._of(output) for output in wanted]
        self.results = dict(zip(self.wanted, results, strict=False))
        """Variables that some of what is returned should have."""
        self.uses = Counter(self._of(source) for item in self.items for source in self._taken(item))
        self.uses.update(self.wanted)
        self.variable = {self._of(output): name for output, name in arguments.items()}
        self.passing = {"x", "h"}
        """Names of values that only pass: what is made of them takes their name when nobody needs them any more."""
        self.attributes = Names(OF_MODULES)
        shapes = [Statement("", (), (writing.shape(one),), writing.report.signals[one].rows) for one in arguments]
        self.body = Body(tuple(arguments.values()), tuple(shapes))

    def write(self) -> Body:
        """All statements."""
        for item in self.items:
            if isinstance(item, Chain):
                self._write_chain(item)
            elif item not in self.hidden:
                self._write_node(item)
        self.body.returned = tuple(self.variable[output] for output in self.wanted)
        return self.body

    # What there is ---------------------------------------------------------------------------------------------------

    def _aliases(self) -> dict[Output, Output]:
        """Outputs of nodes that only pass their input on, and what they stand for."""
        same: dict[Output, Output] = {}
        for item in self.items:
            if isinstance(item, str) and self.writing.codes[item].expression == "{0}":
                source = self.writing.report.inputs[item][0]
                same[self.writing.outputs(item)[0]] = same.get(source, source)
                self.hidden.add(item)
        return same

    def _of(self, output: Output) -> Output:
        return self.same.get(output, output)

    def _taken(self, item: Item) -> tuple[Output, ...]:
        """What an item takes from the scope."""
        report = self.writing.report
        if isinstance(item, Chain) and self.links[item] is not None:
            return entering(nodes_of(item), report)
        if isinstance(item, Chain):
            return tuple(one for copy in item.copies for one in entering(tuple(copy.every_node()), report))
        return () if item in self.hidden else self.writing.report.inputs[item]

    def _passed(self, node: str) -> tuple[str, ...]:
        """The node and those that only pass on what it gives, by their ids on the canvas."""
        passed = (other for other in self.hidden if self._of(self.writing.outputs(other)[0])[0] == node)
        return (drawn(node), *sorted(map(drawn, passed)))

    # Names -----------------------------------------------------------------------------------------------------------

    def _attribute(self, item: Item) -> str:
        if isinstance(item, Chain):
            wanted = snake(item.group.title, item.group.id)
            if len(item.copies) > 1 and not self.writing.one_module(item):
                wanted = wanted if wanted.endswith("s") else f"{wanted}s"
        else:
            wanted = self._own_name(item)
        self.body.attributes[item] = name = self.attributes.take(wanted)
        return name

    def _own_name(self, node: str) -> str:
        """What a block is called. In a group numbers at the ends of ids begin at 1, so that pasted groups are alike."""
        one = self.writing.graph.by_id[drawn(node)]
        if one.title or self.scope.group is None:
            return snake(one.title, one.id)
        alike = [other for other in self.scope.nodes if self.writing.codes[other].parts and _stem(other) == _stem(node)]
        if len(alike) > 1 and node in alike:
            return snake(f"{_stem(node)}-{alike.index(node) + 1}")
        return snake(_stem(node))

    def _live(self) -> set[str]:
        return {name for output, name in self.variable.items() if self.uses[output] > 0}

    def _consume(self, taken: Sequence[Output]) -> list[str]:
        """Count the uses of a line; the names of passing values that nobody needs any more."""
        sources = [self._of(source) for source in taken]
        self.uses.subtract(sources)
        live = self._live()
        names = dict.fromkeys(self.variable[source] for source in sources)
        return [name for name in names if name in self.passing and name not in live]

    def _single(self, output: Output, dying: Sequence[str], word: str) -> str:
        """A variable for the only thing that a line gives."""
        if output in self.results:
            return self._fresh(output, self.results[output])
        live = self._live()
        usual = [name for name in ("x", *dying, "h") if name not in live]
        for name in (*(name for name in usual if name in dying), *usual):
            self.variable[output] = name
            return name
        name = self._fresh(output, word)
        self.passing.add(name)
        return name

    def _fresh(self, output: Output, word: str) -> str:
        """A variable of its own."""
        self.variable[output] = name = Names({*self._live(), *self.writing.tops}).take(word)
        return name

    # Lines -----------------------------------------------------------------------------------------------------------

    def _write_node(self, node: str) -> None:
        writing = self.writing
        code, lit = writing.codes[node], self._passed(node)
        name = self._attribute(node)
        parts = {part.name: f"self.{name}" + (f"_{part.name}" if at else "") for at, part in enumerate(code.parts)}
        for part in code.parts:
            self.body.init.append(Statement(f"{parts[part.name]} = {part.make}", lit))
        for template in code.start:
            self.body.init.append(Statement(template.format(**parts), lit))
        if code.parts and learning_factor(writing.graph.by_id[drawn(node)]) == 0.0:
            for place in parts.values():
                self.body.init.append(Statement(f"{place}.requires_grad_(False)", lit, remark="frozen"))
        taken = writing.report.inputs[node]
        given = [self.variable[self._of(source)] for source in taken]
        dying = self._consume(taken)
        outputs = writing.outputs(node)
        if len(outputs) == 1:
            names = [self._single(outputs[0], dying, name)]
        else:
            names = [self._fresh(output, snake(output[1])) for output in outputs]
        text = code.expression.format(*given, **parts)
        self._compute(f"{', '.join(names)} = {text}", lit, outputs, code.remark)

    def _compute(self, text: str, lit: tuple[str, ...], outputs: Sequence[Output], remark: str = "") -> None:
        signals = self.writing.report.signals
        shapes = tuple(self.writing.shape(output) for output in outputs if signals[output].kind != "loss")
        rows = signals[outputs[0]].rows if outputs else 1
        self.body.forward.append(Statement(text, lit, shapes, rows, remark))

    def _write_chain(self, chain: Chain) -> None:
        name, lit = self._attribute(chain), (chain.group.id,)
        one = self.writing.one_module(chain)
        self.body.init.append(Statement(f"self.{name} = {self._made(chain, one)}", lit))
        if len(chain.copies) == 1:
            self._call(chain.copies[0], f"self.{name}", lit, name)
            return
        links = self.links[chain]
        if links is not None:
            self._loop(chain, links, name, one)
            return
        for number, copy in enumerate(chain.copies):
            self._call(copy, f"self.{name}" if one else f"self.{name}[{number}]", lit, name)

    def _made(self, chain: Chain, one: bool) -> str:
        """The expression that makes the copies."""
        made = [self.writing.made[copy] for copy in chain.copies]
        if one or len(made) == 1:
            return made[0]
        if len(set(made)) == 1:
            return f"nn.ModuleList({made[0]} for _ in range({len(made)}))"
        parts: list[str] = []
        for text, same in groupby(made):
            count = len(list(same))
            parts += [f"*({text} for _ in range({count}))"] if count > 2 else [text] * count
        return f"nn.ModuleList([{', '.join(parts)}])"

    def _call(self, copy: Scope, callee: str, lit: tuple[str, ...], word: str) -> None:
        taken = entering(tuple(copy.every_node()), self.writing.report)
        given = [self.variable[self._of(source)] for source in taken]
        dying = self._consume(taken)
        outputs = tuple(self.writing.given(copy).values())
        if len(outputs) == 1:
            names = [self._single(outputs[0], dying, word)]
        else:
            names = [self._fresh(output, snake(f"{word}_{number}")) for number, output in enumerate(outputs, 1)]
        self._compute(f"{', '.join(names)} = {callee}({', '.join(given)})", lit, outputs)

    # Loops -----------------------------------------------------------------------------------------------------------

    def _links(self, chain: Chain) -> tuple[Relative | None, ...] | None:
        """For each input of the copies which output of the copy before it comes from, None where all get the same; None
        altogether where the copies do not all hang together alike."""
        writing = self.writing
        if len(chain.copies) == 1:
            return None
        taken = [entering(tuple(copy.every_node()), writing.report) for copy in chain.copies]
        if len({len(each) for each in taken}) > 1:
            return None
        given = [{output: key for key, output in writing.given(copy).items()} for copy in chain.copies]
        links: list[Relative | None] = []
        for place, first in enumerate(taken[0]):
            found = {given[number].get(each[place]) for number, each in enumerate(taken[1:])}
            alike = all(each[place] == first for each in taken)
            if len(found) > 1 or (found == {None} and not alike):
                return None
            links.append(next(iter(found)))
        return tuple(links)

    def _loop(self, chain: Chain, links: tuple[Relative | None, ...], name: str, one: bool) -> None:
        lit, last = (chain.group.id,), self.writing.given(chain.copies[-1])
        taken = entering(tuple(chain.copies[0].every_node()), self.writing.report)
        given = [self.variable[self._of(source)] for source in taken]
        dying = self._consume(self._taken(chain))
        steady = {variable for variable, link in zip(given, links, strict=True) if link is None}
        results: dict[Relative, str] = {}
        for place, link in enumerate(links):
            if link is None:
                continue
            before = given[place]
            if before in dying and before not in steady and before not in results.values():
                self.variable[last[link]] = before
            else:
                given[place] = self._fresh_for_loop(last[link], {*steady, *given, *results.values()}, name)
                self.body.forward.append(Statement(f"{given[place]} = {before}", lit))
            results[link] = given[place]
        for key, output in last.items():
            if key not in results:
                results[key] = self._fresh(output, name)
        part = Names({*self._live(), *given, *self.writing.tops}).take("block")
        head = f"for _ in range({len(chain.copies)}):" if one else f"for {part} in self.{name}:"
        self.body.forward.append(Statement(head, lit))
        callee = f"self.{name}" if one else part
        names = ", ".join(results[key] for key in last)
        self._compute(f"    {names} = {callee}({', '.join(given)})", lit, tuple(last.values()))

    def _fresh_for_loop(self, output: Output, taken: set[str], word: str) -> str:
        free = [name for name in ("x", "h") if name not in taken and name not in self._live()]
        name = free[0] if free else Names({*taken, *self._live(), *self.writing.tops}).take(word)
        self.passing.add(name)
        self.variable[output] = name
        return name


def _stem(node: str) -> str:
    """The id on the canvas without a number at its end."""
    return re.sub(r"(-\d+)+$", "", drawn(node))
