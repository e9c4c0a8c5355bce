"""The part of a written file that draws the first weights, the same ones as Playground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from playground.code.lines import Line
from playground.code.parameters import Learned, attribute
from playground.code.pieces import piece
from playground.code.sources import Sources
from playground.training.model import stable_seed

LAYER = "\0"
"""Stands for the part of the network that a statement is about."""
FEWEST_COPIES = 3
"""Fewer are told one by one."""
LONGEST = 100
"""Of a line with several blocks."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A node whose parameters start: the part of the network that holds them, and what is done with `layer`."""

    node: str
    holder: str
    statements: tuple[str, ...]


def starting(parameters: Iterable[Learned], sources: Sources) -> tuple[Line, ...]:
    """The function `initialize(model)`; none where no weight is drawn or set."""
    groups: dict[tuple[str, ...], list[_Block]] = {}
    for block in _blocks(parameters, sources):
        groups.setdefault(block.statements, []).append(block)
    if not groups:
        return ()
    sources.import_line("import torch", "torch")
    seed = sources.need(stable_seed) if _drawn(groups) else ""
    return (
        *piece(sources.take()),
        Line("@torch.no_grad()"),
        Line("def initialize(model):"),
        Line('    """The first weights. Each block draws from a seed of its own, so that no other disturbs it."""'),
        *(line for statements, blocks in groups.items() for line in _group(statements, blocks, seed)),
        Line(""),
        Line(""),
    )


def _drawn(groups: Mapping[tuple[str, ...], list[_Block]]) -> bool:
    return any("generator" in statement for statements in groups for statement in statements)


def _blocks(parameters: Iterable[Learned], sources: Sources) -> Iterator[_Block]:
    by_node: dict[str, list[Learned]] = {}
    for parameter in parameters:
        by_node.setdefault(parameter.node, []).append(parameter)
    for node, own in by_node.items():
        holder = _common([parameter.path for parameter in own])
        statements = [one for parameter in own for one in _statements(parameter, holder, sources)]
        if statements:
            yield _Block(node, holder, tuple(statements))


def _common(paths: list[str]) -> str:
    """The innermost part that holds all these, such as `dense_1`; empty where it is the network itself."""
    split = [path.split(".")[:-1] for path in paths]
    found: list[str] = []
    for level in zip(*split, strict=False):
        if len(set(level)) > 1:
            break
        found.append(level[0])
    return ".".join(found)


def _statements(parameter: Learned, holder: str, sources: Sources) -> Iterator[str]:
    start = parameter.start
    if start is None:
        return
    inner = parameter.path[len(holder) + 1 :] if holder else parameter.path
    target = f"{LAYER}.{attribute(inner)}"
    if start.bias:
        yield start.initializer.to_code_of_bias(start.values).expression.format(target)
        return
    piece = start.values.chunk(start.pieces)[0]
    code = start.initializer.to_code(piece, start.activation)
    called = {used.__name__: sources.need(used) for used in code.uses}
    if start.pieces == 1:
        yield code.expression.format(target, **called)
        return
    yield f"for gate in {target}.chunk({start.pieces}):"
    yield f"    {code.expression.format('gate', **called)}"


def _group(statements: tuple[str, ...], blocks: list[_Block], seed: str) -> Iterator[Line]:
    """The blocks that start alike."""
    drawn = any("generator" in statement for statement in statements)
    nodes = tuple(block.node for block in blocks)
    if len(blocks) == 1:
        holder = f"model.{attribute(blocks[0].holder)}" if blocks[0].holder else "model"
        lines = [statement.replace(LAYER, holder) for statement in statements]
        if drawn:
            lines.insert(0, f'generator = torch.Generator().manual_seed({seed}(SEED, "{blocks[0].node}"))')
        yield from (Line(f"    {line}", nodes) for line in lines)
        return
    pairs = list(_pairs(blocks, drawn))
    names = "name, layer" if drawn else "layer"
    comma = "," if len(pairs) == 1 else ""
    one_line = f"    for {names} in ({', '.join(pair for pair, _ in pairs)}{comma}):"
    if len(one_line) <= LONGEST and "\n" not in one_line:
        yield Line(one_line, nodes)
    else:
        yield Line(f"    for {names} in (", nodes)
        yield from (Line(f"        {line}", own) for pair, own in pairs for line in f"{pair},".split("\n"))
        yield Line("    ):", nodes)
    if drawn:
        yield Line(f"        generator = torch.Generator().manual_seed({seed}(SEED, name))", nodes)
    yield from (Line(f"        {statement.replace(LAYER, 'layer')}", nodes) for statement in statements)


def _pairs(blocks: list[_Block], drawn: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each block with its name, as an item of a tuple, and the nodes that it is about; copies in a row are one item."""
    left = list(blocks)
    while left:
        copies = _copies(left)
        if len(copies) < FEWEST_COPIES:
            block = left.pop(0)
            holder = f"model.{attribute(block.holder)}" if block.holder else "model"
            yield (f'("{block.node}", {holder})' if drawn else holder), (block.node,)
            continue
        left = [block for block in left if block not in copies]
        stages, _, rest = f"{copies[0].holder}.".rpartition(".0.")
        rest = rest.rstrip(".")
        inner = f"block.{attribute(rest)}" if rest else "block"
        nodes = tuple(block.node for block in copies)
        if not drawn:
            yield f"*({inner} for block in model.{attribute(stages)})", nodes
            continue
        *around, group, _, leaf = copies[1].node.split("/")
        path = "/".join([*around, group])
        named = f'"{copies[0].node}" if copy == 1 else f"{path}/{{copy}}/{leaf}"'
        yield f"*(({named}, {inner})\n  for copy, block in enumerate(model.{attribute(stages)}, 1))", nodes


def _copies(blocks: list[_Block]) -> list[_Block]:
    """The first block and its copies, where they are all that a list of the network holds one after the other."""
    first = blocks[0]
    before, _, rest = f"{first.holder}.".rpartition(".0.")
    if not before:
        return [first]
    by_holder = {block.holder: block for block in blocks}
    found = [first]
    while (holder := f"{before}.{len(found)}.{rest}".rstrip(".")) in by_holder:
        found.append(by_holder[holder])
    parts = found[1].node.split("/") if len(found) > 1 else []
    if len(parts) < 3 or "/".join([*parts[:-3], parts[-1]]) != first.node:
        return [first]
    expected = ["/".join([*parts[:-2], str(number), parts[-1]]) for number in range(2, len(found) + 1)]
    return found if [block.node for block in found[1:]] == expected else [first]
