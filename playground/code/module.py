"""The network half of a written file: the class of the network, classes of groups, and the function of the loss."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from playground.code.body import Body, BodyWriter, Relative, Statement, Writing
from playground.code.classes import Alike, ClassWriter, arguments_of_torch, skeleton
from playground.code.judging import Judging
from playground.code.lines import Line
from playground.code.naming import Names, camel
from playground.code.network import NetworkCode
from playground.code.roles import Roles
from playground.code.tree import Circle, Scope, entering, tree_of
from playground.code.weights import kept_by_node
from playground.document.copies import drawn, unrolled
from playground.document.graph import Graph
from playground.network.check import Report, check
from playground.network.remedies import Output

NETWORK = "Network"
IMPORTS = {"torch": "import torch", "nn": "from torch import nn", "functional": "from torch.nn import functional"}


def network_code(graph: Graph, report: Report | None = None, summary: str = "") -> NetworkCode:
    """The network of a graph that has no errors, as code."""
    report = report or check(graph)
    roles = Roles(graph, report)
    classes = _classes(graph, roles)
    while True:
        try:
            return _Network(graph, roles, classes, summary).code()
        except Circle as circle:
            assert circle.groups & classes
            classes -= circle.groups


def _classes(graph: Graph, roles: Roles) -> frozenset[str]:
    """Groups that can be a class: several blocks, or a repeated one, and all of them of the network."""
    written = {drawn(name) for name in roles.network}
    found = set()
    for group in graph.groups:
        members = graph.members(group.id)
        if written.issuperset(members) and (len(members) > 1 or (members and group.repeat > 1)):
            found.add(group.id)
    return frozenset(found)


class _Network:
    """One attempt to write the network with these groups as classes."""

    def __init__(self, graph: Graph, roles: Roles, classes: frozenset[str], summary: str) -> None:
        self.graph, self.roles, self.summary = graph, roles, summary
        self.codes = [code for name, code in roles.codes.items() if name not in roles.left_out]
        self.uses = tuple(dict.fromkeys(use for code in self.codes for use in code.uses))
        self.known: dict[str, Sequence[str]] = {use.__name__: _arguments(use) for use in self.uses}
        """What each of our own classes and functions takes."""
        self.tree = tree_of(graph, roles.report, roles.network, classes)
        self.tops = Names({NETWORK, "model", "loss", "losses", *self.known})
        self.writing = Writing(
            graph, roles.report, roles.codes, as_drawn=self._several_draw(), leaving=self._leaving(),
            tops=frozenset({*self.known, *IMPORTS}),
        )  # fmt: skip
        self.judging = Judging(roles)
        self.bodies: dict[Scope, Body] = {}
        self.paths: dict[str, tuple[str, ...]] = {}
        """For each node where its parts lie in the network, such as `stages.2.conv_1`."""

    def code(self) -> NetworkCode:
        """All of it. Raises Circle."""
        lines: list[Line] = []
        for level in _levels(self.tree):
            for alike in self._alike(level):
                lines += [*self._class(alike), Line(""), Line("")]
        lines += self._network()
        judging = self.judging
        functions = list(judging.lines())
        if functions:
            lines += [Line(""), Line(""), *functions]
        roles = self.roles
        return NetworkCode(
            tuple(lines),
            imports=self._imports(lines),
            uses=self.uses,
            feeds=roles.feeds,
            takes=tuple(roles.feeds[output] for output in roles.takes),
            outputs=judging.outputs,
            targets=judging.targets,
            losses=judging.keys,
            compared=judging.compared(),
            measures=judging.measures(),
            constrains=any(code.constrain for code in self.codes),
            draws=any(map(_draws, self.uses)),
            names=dict(self._names()),
            tied={self._path(node, name): self._path(owner, name) for node, owner, name in self._shared()},
            attributes={name: attribute(parts[0]) for name, parts in self.paths.items() if parts},
            cannot=roles.cannot,
        )

    def _imports(self, lines: Sequence[Line]) -> tuple[str, ...]:
        text = "\n".join(line.text for line in lines)
        usual = (line for name, line in IMPORTS.items() if re.search(rf"\b{name}\.", text))
        return tuple(dict.fromkeys((*usual, *(line for code in self.codes for line in code.imports))))

    def _several_draw(self) -> bool:
        return sum(any(map(_draws, code.uses)) for code in self.codes) > 1

    def _leaving(self) -> dict[str, tuple[Relative, ...]]:
        """For each group what any copy gives to others, in the order of the network."""
        report, roles = self.roles.report, self.roles
        takers: dict[Output, set[str]] = {}
        for name in roles.network:
            for source in report.inputs[name]:
                takers.setdefault(source, set()).add(name)
        wanted = set(roles.wanted)
        relative = Writing(self.graph, report, roles.codes, False, {}, frozenset()).relative
        place = {name: number for number, name in enumerate(report.order)}
        found: dict[str, dict[Relative, None]] = {}
        for scope in self.tree.scopes():
            group, inside = scope.group, set(scope.every_node())
            assert group is not None
            for name in sorted(inside, key=lambda name: (place[drawn(name)], name)):
                for port in roles.block(name).outputs:
                    output = name, port.name
                    if output in wanted or takers.get(output, set()) - inside:
                        found.setdefault(group.id, {})[relative(output, group)] = None
        return {name: tuple(keys) for name, keys in found.items()}

    # Classes ---------------------------------------------------------------------------------------------------------

    def _alike(self, level: Sequence[Scope]) -> list[Alike]:
        """The scopes of one level, those together that can have one class."""
        found: dict[tuple[object, ...], Alike] = {}
        for scope in level:
            group = scope.group
            assert group is not None
            title = camel(group.title, group.id)
            body = BodyWriter(
                self.writing, scope, self._arguments(scope), tuple(self.writing.given(scope).values())
            ).write()
            self.bodies[scope] = body
            found.setdefault((title, *skeleton(body)), Alike(title)).scopes.append((scope, body))
        return list(found.values())

    def _arguments(self, scope: Scope) -> dict[Output, str]:
        """What goes into a copy, and its variable."""
        usual = {"tokens": "tokens", "graph": "edges"}
        names, report = Names(), self.roles.report
        outputs = entering(tuple(scope.every_node()), report)
        return {output: names.take(usual.get(report.signals[output].kind, "x")) for output in outputs}

    def _class(self, alike: Alike) -> Iterator[Line]:
        writer = ClassWriter(self.tops.take(alike.title), alike, self._takes)
        self.known[writer.name] = writer.arguments
        self.writing.made.update(writer.expressions())
        groups = {scope.group.id: scope.group for scope, _ in alike.scopes if scope.group is not None}
        first = next(iter(groups.values()))
        return writer.lines(tuple(groups), f"{first.title or 'Blocks that belong together'}.")

    def _takes(self, called: str) -> Sequence[str]:
        return self.known[called] if called in self.known else arguments_of_torch(called)

    def _network(self) -> Iterator[Line]:
        roles, tree = self.roles, self.tree
        arguments = {output: roles.feeds[output] for output in roles.takes}
        results = self.judging.outputs if len(roles.wanted) > 1 else ()
        body = self.bodies[tree] = BodyWriter(self.writing, tree, arguments, roles.wanted, results).write()
        self._find_paths(tree, "")
        body.init.extend(self._ties())
        writer = ClassWriter(NETWORK, Alike("", [(tree, body)]), self._takes)
        return writer.lines((), self.summary or "The network.", [*self._draw_from(), *self._constrain()])

    def _find_paths(self, scope: Scope, prefix: str) -> None:
        for item, name in self.bodies[scope].attributes.items():
            if isinstance(item, str):
                parts = self.roles.codes[item].parts
                names = (f"{name}_{part.name}" if at else name for at, part in enumerate(parts))
                self.paths[item] = tuple(prefix + each for each in names)
                continue
            one = len(item.copies) == 1 or self.writing.one_module(item)
            for number, copy in enumerate(item.copies):
                self._find_paths(copy, f"{prefix}{name}." if one else f"{prefix}{name}.{number}.")

    def _draw_from(self) -> Iterator[Line]:
        if any(map(_draws, self.uses)):
            yield from map(Line, DRAW_FROM.splitlines())

    def _constrain(self) -> Iterator[Line]:
        found = [(name, code) for name, code in self.roles.codes.items() if code.constrain and name in self.paths]
        if not found:
            return
        yield from map(Line, CONSTRAIN.splitlines())
        for name, code in found:
            paths = zip(code.parts, self.paths[name], strict=True)
            parts = {part.name: f"self.{attribute(path)}" for part, path in paths}
            yield Line(f"    {code.constrain.format(**parts)}", (drawn(name),))

    # Weights ---------------------------------------------------------------------------------------------------------

    def _shared(self) -> Iterator[tuple[str, str, str]]:
        """Nodes that use weights of others: node, owner, and the name of the weight in both."""
        for node in unrolled(self.graph).nodes:
            owner = node.weights_of
            if owner is None or node.id not in self.paths or owner not in self.paths:
                continue
            own = {kept.name: kept.shape for kept in kept_by_node(self.roles.report, owner) if kept.learned}
            for kept in kept_by_node(self.roles.report, node.id):
                if kept.learned and own.get(kept.name) == kept.shape:
                    yield node.id, owner, kept.name

    def _ties(self) -> Iterator[Statement]:
        """Statements that let weights be those of another block, for all copies of a group together."""
        loops: dict[str, dict[str, tuple[str, str]]] = {}
        for node, owner, name in self._shared():
            here, there = self._path(node, name), self._path(owner, name)
            lit = drawn(node), drawn(owner)
            copies = _as_in_first_copy(here, there)
            if copies is not None:
                loops.setdefault(copies[0], {})[copies[1]] = lit
            elif here != there:
                yield Statement(f"self.{attribute(here)} = self.{attribute(there)}", lit, remark="the same weights")
        for list_, weights in loops.items():
            head = f"for copy in self.{attribute(list_)}[1:]:"
            yield Statement(head, tuple(chain(*weights.values())), remark="all copies with the weights of the first")
            for weight, nodes in weights.items():
                first = f"self.{attribute(list_)}[0].{attribute(weight)}"
                yield Statement(f"    copy.{attribute(weight)} = {first}", nodes)

    def _path(self, node: str, name: str) -> str:
        """Where a weight of a node lies in the network."""
        code = self.roles.codes[node]
        part, own = code.part_of(name)
        path = self.paths[node][code.parts.index(part)]
        return f"{path}.{own}" if own else path

    def _names(self) -> Iterator[tuple[str, str]]:
        shared = {(node, name) for node, _, name in self._shared()}
        for node in self.paths:
            for kept in kept_by_node(self.roles.report, node):
                if (node, kept.name) not in shared:
                    yield f"{node}.{kept.name}", self._path(node, kept.name)


DRAW_FROM = '''
def draw_from(self, generator):
    """Let all noise come from this generator."""
    for module in self.modules():
        if "generator" in vars(module):  # a part may have that name too
            module.generator = generator'''
CONSTRAIN = '''
@torch.no_grad()
def constrain(self):
    """Bring back what must not leave its region."""'''


def attribute(path: str) -> str:
    """A name in the state of a network as an expression: `stages.2.dense` is `stages[2].dense`."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", path)


def _as_in_first_copy(here: str, there: str) -> tuple[str, str] | None:
    """The list of copies, and the place in each, of a weight that is the one of the first copy."""
    first, second = here.split("."), there.split(".")
    unlike = [place for place, (one, other) in enumerate(zip(first, second, strict=False)) if one != other]
    if len(first) != len(second) or len(unlike) != 1 or second[unlike[0]] != "0":
        return None
    return ".".join(first[: unlike[0]]), ".".join(first[unlike[0] + 1 :])


def _levels(tree: Scope) -> list[list[Scope]]:
    """The scopes of groups, first those without groups in them, then those around them."""
    heights: dict[Scope, int] = {}
    for scope in tree.scopes():
        inner = [heights[copy] for chain in scope.chains.values() for copy in chain.copies]
        heights[scope] = 1 + max(inner, default=-1)
    return [[scope for scope in heights if heights[scope] == level] for level in sorted(set(heights.values()))]


def _draws(use: Callable[..., object]) -> bool:
    """Whether a module of ours draws random numbers."""
    return isinstance(use, type) and "generator" in use.__init__.__code__.co_names  # type: ignore[misc]


def _arguments(use: Callable[..., object]) -> Sequence[str]:
    return tuple(inspect.signature(use).parameters)
