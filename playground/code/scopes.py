"""What the names in a piece of source refer to: those bound within it, and those that its module defines or imports."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

OURS = "playground"


@dataclass(frozen=True)
class Origin:
    """Where a name comes from: the statement of a module, or a whole module where `name` is empty."""

    module: str
    name: str = ""


@dataclass(frozen=True)
class Outside:
    """A name that an import of another package brings."""

    line: str


@dataclass(frozen=True)
class Module:
    """The source of one of our modules, and what stands at its top."""

    name: str
    source: str
    tree: ast.Module
    defined: dict[str, ast.stmt]
    imported: dict[str, Origin | Outside]
    local_names: frozenset[str]
    """All that is bound within its functions."""

    def find(self, name: str) -> Origin | Outside | None:
        """What a global name of this module is; None for what Python itself knows."""
        if name in self.defined:
            return Origin(self.name, name)
        found = self.imported.get(name)
        if isinstance(found, Origin) and found.name:
            return located(found.module, found.name)
        return found


@functools.cache
def module_of(name: str) -> Module:
    """One of our modules, read once. Raises OSError where there is no source."""
    source = inspect.getsource(importlib.import_module(name))
    tree = ast.parse(source)
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Origin | Outside] = {}
    for statement in tree.body:
        for target in _bound_at_top(statement):
            defined.setdefault(target, statement)
        for part in statement.body if isinstance(statement, ast.If) else [statement]:
            if isinstance(part, ast.Import | ast.ImportFrom):
                imported.update(_imports(part))
    inside = frozenset(
        bound for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda) for bound in bound_in(node)
    )
    return Module(name, source, tree, defined, imported, inside)


def located(module: str, name: str) -> Origin | Outside:
    """Where a name of one of our modules is defined, whatever it came through. Raises KeyError."""
    known = module_of(module)
    if name in known.defined:
        return Origin(module, name)
    if name in known.imported:
        found = known.imported[name]
        return located(found.module, found.name) if isinstance(found, Origin) and found.name else found
    return Origin(f"{module}.{name}")


def origin_of(wanted: object) -> Origin:
    """The origin of a class or a function of ours. Raises TypeError for anything else."""
    module, name = getattr(wanted, "__module__", ""), getattr(wanted, "__qualname__", "")
    if not ours(module) or not name or "." in name:
        raise TypeError(f"{wanted!r} is no class or function at the top of a module of ours")
    return Origin(module, name)


def ours(module: str) -> bool:
    """Whether a module is part of this program."""
    return module == OURS or module.startswith(f"{OURS}.")


def value_of(origin: Origin) -> object:
    """The living object of an origin."""
    module: ModuleType = sys.modules.get(origin.module) or importlib.import_module(origin.module)
    return getattr(module, origin.name) if origin.name else module


def _bound_at_top(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id


def _imports(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Origin | Outside]]:
    for alias in statement.names:
        name = alias.asname or alias.name.split(".")[0]
        renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
        if isinstance(statement, ast.ImportFrom):
            module = statement.module or ""
            if module == "__future__":
                continue
            if ours(module):
                yield name, Origin(module, alias.name)
            else:
                yield name, Outside(f"from {module} import {alias.name}{renamed}")
        elif not ours(alias.name):
            yield name, Outside(f"import {alias.name}{renamed}")


@functools.lru_cache(maxsize=4096)
def bound_in(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    """The names that are local to a function: its arguments and all that it assigns."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    found = {argument.arg for argument in every if argument is not None}
    for statement in function.body if isinstance(function.body, list) else [function.body]:
        found.update(_stored(statement))
    return frozenset(found)


@functools.lru_cache(maxsize=65_536)
def children(node: ast.AST) -> tuple[ast.AST, ...]:
    """The parts of a node of a module, which is read once and looked through again and again."""
    return tuple(ast.iter_child_nodes(node))


def bound_in_class(node: ast.ClassDef) -> frozenset[str]:
    """The names that the body of a class binds."""
    return frozenset(name for statement in node.body for name in _stored(statement))


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    if isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    for child in children(node):
        yield from _stored(child)
