"""The source text of our own classes and functions, with all that they need, for a file that stands alone.

What the written file does is then what runs here, to the letter: it cannot drift from it. Names that a piece uses are
followed through its module: those of other packages become import lines, ours become pieces too, in the order in which
they need each other. Annotations and what else speaks to tools alone is left out.
"""

from __future__ import annotations

import ast
import builtins
import copy
import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from playground.code.folding import folded
from playground.code.otherwise import OTHERWISE
from playground.code.rewriting import Text, cleaned, is_record, tidied
from playground.code.scopes import (
    Module,
    Origin,
    Outside,
    bound_in,
    bound_in_class,
    children,
    located,
    module_of,
    origin_of,
    value_of,
)
from playground.code.values import CannotWrite as CannotWrite
from playground.code.values import written
from playground.document.declaration import Declaration

SHORT = 60
"""A value of a declaration that takes more letters gets a name."""


@dataclass(frozen=True)
class _Scope:
    """Where a piece comes from, and what is known about the names in it."""

    module: Module
    text: Text
    known: dict[str, str]
    """Names with a text that takes their place, such as arguments whose value is fixed."""
    instance: object = None
    """The declaration, or the record, that `self` stands for."""
    owner: type | None = None
    """The class that the method stands in."""


class Sources:
    """Collects pieces of source. `taken` are the names that the file uses for itself."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._names: dict[object, str] = {}
        self._taken = {*taken, *dir(builtins)}
        self._pieces: list[str] = []
        self._imports: dict[str, str] = {}

    @property
    def imports(self) -> tuple[str, ...]:
        """The import lines that the pieces need."""
        return tuple(self._imports.values())

    def text(self) -> str:
        """All pieces, each after what it needs."""
        found = ""
        for before, piece in zip(["", *self._pieces], self._pieces, strict=False):
            apart = "\n" if _is_constant(before) and _is_constant(piece) else "\n\n\n"
            found += (apart if found else "") + piece
        return found

    def take(self) -> str:
        """The pieces since the last call, so that a file can set them in sections."""
        found, self._pieces = self.text(), []
        return found

    def need(self, wanted: object) -> str:
        """The name of a class or a function of ours in the written file, which gets it with all that it needs.

        A method of a declaration becomes a function. Raises CannotWrite for what stands on a declaration, and TypeError
        for what is not ours.
        """
        if inspect.ismethod(wanted):
            return self.method(wanted.__self__, wanted.__name__)
        return self._named(origin_of(wanted))

    def free_name(self, wanted: str) -> str:
        """A name that nothing else has, as near as can be to the one wanted."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name

    def import_line(self, line: str, name: str = "") -> None:
        """Have an import line in the file; `name` is what it brings."""
        name = name or line.split()[-1]
        before = self._imports.setdefault(name, line)
        if before != line:
            raise CannotWrite(f"two modules are called {name}: {before}, and {line}")
        self._taken.add(name)

    def constant(self, name: str, value: object) -> str:
        """A value under a name of its own; returns the name."""
        name = self.free_name(name)
        self._pieces.append(f"{name} = {written(value)}")
        return name

    # Pieces ----------------------------------------------------------------------------------------------------------

    def _named(self, origin: Origin) -> str:
        if origin in self._names:
            return self._names[origin]
        module = module_of(origin.module)
        statement = module.defined[origin.name]
        if isinstance(statement, ast.ClassDef):
            kind = value_of(origin)
            if isinstance(kind, type) and issubclass(kind, Declaration):
                raise CannotWrite(f"{origin.name} is a declaration, which only Playground can read")
        name = self._names[origin] = self.free_name(origin.name)
        scope = _Scope(module, Text(module.source), {})
        self._walk(statement, frozenset(), scope)
        tidied(scope.text, statement)
        self._rename(scope.text, statement, origin.name, name)
        self._pieces.append(cleaned(scope.text.result(scope.text.start(statement), scope.text.end(statement))))
        return name

    def _rename(self, text: Text, statement: ast.stmt, before: str, name: str) -> None:
        if before == name:
            return
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            _rename_definition(text, statement, name)
            return
        target = getattr(statement, "targets", [getattr(statement, "target", None)])[0]
        if not isinstance(target, ast.Name):
            raise CannotWrite(f"two things are called {before}")
        text.exchange(target, name)

    def function(self, wanted: Callable[..., object], name: str = "", /, **fixed: object) -> str:
        """A function of ours with the values of some arguments fixed: branches that are never taken are left out."""
        origin = origin_of(wanted)
        key = (origin, *sorted((argument, repr(value)) for argument, value in fixed.items()))
        if key in self._names:
            return self._names[key]
        module = module_of(origin.module)
        statement = module.defined[origin.name]
        assert isinstance(statement, ast.FunctionDef)
        name = self._names[key] = self.free_name(name or origin.name)
        scope = _Scope(module, Text(module.source), {argument: written(value) for argument, value in fixed.items()})
        self._pieces.append(self._function_text(statement, scope, name, dropped=frozenset(fixed)))
        return name

    def method(self, instance: object, method: str, name: str = "") -> str:
        """A method of a declaration, or a record, as a function, with its values in the place of `self`.

        Returns its name. Raises CannotWrite where it passes `self` on.
        """
        owner = next(kind for kind in type(instance).__mro__ if method in vars(kind))
        return self._method_named(instance, owner, method, name)

    def _method_named(self, instance: object, owner: type, method: str, name: str = "") -> str:
        function = _plain_function(vars(owner)[method])
        key = (owner, method, repr(instance))
        if key in self._names:
            return self._names[key]
        module = module_of(owner.__module__)
        known = {bound for kind in type(instance).__mro__ if kind.__module__.startswith("playground")
                 for bound in module_of(kind.__module__).local_names}  # fmt: skip
        wanted = name or (f"{method}_{_snake(type(instance).__name__)}" if method in known else method)
        name = self._names[key] = self.free_name(wanted)
        statement = _definition(module, owner, function.__name__)
        scope = _Scope(module, Text(module.source), {}, instance, owner)
        static = isinstance(vars(owner)[method], staticmethod)
        dropped = frozenset() if static else frozenset({statement.args.args[0].arg})
        self._pieces.append(self._function_text(statement, scope, name, dropped, decorated=False))
        return name

    def _function_text(
        self, statement: ast.FunctionDef, scope: _Scope, name: str, dropped: frozenset[str], *, decorated: bool = True
    ) -> str:
        text = scope.text
        bound = bound_in(statement) - dropped
        for default in (*statement.args.defaults, *statement.args.kw_defaults):
            if default is not None:
                self._walk(default, frozenset(), scope)
        for part in statement.body:
            self._walk(part, bound, scope)
        if decorated:
            for mark in statement.decorator_list:
                self._walk(mark, frozenset(), scope)
        tidied(text, statement)
        _rename_definition(text, statement, name)
        _drop_arguments(text, statement, dropped)
        start = text.start(statement) if decorated else text.start_of_line(statement)
        found = _dedented(text.result(start, text.end(statement)))
        return cleaned(folded(found))

    # Names in a piece -------------------------------------------------------------------------------------------------

    def _walk(self, node: ast.AST, bound: frozenset[str], scope: _Scope) -> None:
        """Follow every name in a tree, and write what takes its place."""
        replaced = self._replacement(node, bound, scope)
        if replaced is not None:
            scope.text.exchange(node, replaced)
            return
        for child, inside in self._parts(node, bound, scope):
            self._walk(child, inside, scope)

    def _parts(self, node: ast.AST, bound: frozenset[str], scope: _Scope) -> Iterator[tuple[ast.AST, frozenset[str]]]:
        """The parts of a node whose names count, each with the names that are bound there."""
        if isinstance(node, ast.JoinedStr):
            self._write_formatted(node, bound, scope)
        elif isinstance(node, ast.FunctionDef | ast.Lambda):
            outer = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", ())]
            yield from ((part, bound) for part in outer if part is not None)
            inside = bound | bound_in(node)
            body: list[ast.AST] = [*node.body] if isinstance(node.body, list) else [node.body]
            yield from ((part, inside) for part in body)
        elif isinstance(node, ast.ClassDef):
            yield from ((part, bound) for part in (*node.bases, *node.keywords, *node.decorator_list))
            self._annotations_of(node, scope)
            here = bound | bound_in_class(node)
            yield from ((part, bound if isinstance(part, ast.FunctionDef) else here) for part in node.body)
        elif isinstance(node, ast.AnnAssign):
            yield from ((part, bound) for part in (node.target, node.value) if part is not None)
        elif isinstance(node, ast.Assert) and _narrows(node.test):
            scope.text.delete_lines(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("playground"):
            raise CannotWrite(f"{scope.module.name} imports {node.module} within a function")
        elif isinstance(node, ast.Call):
            yield from ((part, bound) for part in self._call_parts(node, bound, scope))
        else:
            inside = bound | frozenset(_comprehended(node))
            yield from ((part, inside) for part in children(node))

    def _call_parts(self, node: ast.Call, bound: frozenset[str], scope: _Scope) -> Iterable[ast.AST]:
        """The parts of a call that stay; some calls of ours are written otherwise."""
        if isinstance(node.func, ast.Name) and node.func.id not in bound:
            if node.func.id == "cast":
                return [node.args[1]]
            found = scope.module.find(node.func.id)
            if isinstance(found, Origin) and (found.module, found.name) in OTHERWISE:
                return OTHERWISE[found.module, found.name](node, scope.text)
        return children(node)

    def _replacement(self, node: ast.AST, bound: frozenset[str], scope: _Scope) -> str | None:
        """What takes the place of a name or an attribute; None where it stays."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in bound:
            return self._name_text(node.id, scope)
        if isinstance(node, ast.Call):
            return self._known_result(node, scope)
        if not isinstance(node, ast.Attribute):
            return None
        value = node.value
        if isinstance(value, ast.Name) and value.id not in bound:
            if scope.instance is not None and value.id in ("self", "cls"):
                return self._member(node.attr, scope, type(scope.instance).__mro__)
            found = scope.module.find(value.id)
            if isinstance(found, Origin) and not (found.name and found.module):
                there = located(found.module, node.attr)
                return self._named(there) if isinstance(there, Origin) else None
        above = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super"
        if above and scope.instance is not None:
            order = type(scope.instance).__mro__
            assert scope.owner is not None
            return self._member(node.attr, scope, order[order.index(scope.owner) + 1 :])
        if scope.instance is not None:
            return _deep_value(node, scope.instance)
        return None

    def _known_result(self, node: ast.Call, scope: _Scope) -> str | None:
        """The value of `self.method()` where the declaration alone decides it, such as the names of classes."""
        called = node.func
        if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self"):
            return None
        method = getattr(type(scope.instance), called.attr, None)
        if node.args or node.keywords or not _is_plain(method):
            return None
        return self._value(called.attr, getattr(scope.instance, called.attr)())

    def _name_text(self, name: str, scope: _Scope) -> str | None:
        if name in scope.known:
            return scope.known[name]
        if scope.instance is not None and name in ("self", "cls"):
            raise CannotWrite(f"a method of {type(scope.instance).__name__} passes itself on")
        found = scope.module.find(name)
        if isinstance(found, Outside):
            self.import_line(found.line, name)
            return None
        if found is None:
            return None
        return self._named(found) if found.name else None

    def _member(self, name: str, scope: _Scope, order: tuple[type, ...]) -> str:
        """What `self.name` is written as: a value, or the name of the function that the method has become."""
        instance = scope.instance
        assert instance is not None
        if name in _fields(instance):
            return self._value(name, getattr(instance, name))
        owner = next((kind for kind in order if name in vars(kind)), None)
        if owner is None:
            raise CannotWrite(f"{type(instance).__name__} has no {name}")
        found = vars(owner)[name]
        if isinstance(found, property) or type(found).__name__ == "cached_property":
            return f"{self._method_named(instance, owner, name)}()"
        if inspect.isfunction(found) or isinstance(found, staticmethod | classmethod):
            return self._method_named(instance, owner, name)
        return self._value(name, found)

    def _value(self, name: str, value: object) -> str:
        text = written(value)
        if len(text) <= SHORT and "\n" not in text:
            return text
        key = ("constant", text)
        if key not in self._names:
            self._names[key] = self.constant(name.lstrip("_").upper(), value)
        return self._names[key]

    def _write_formatted(self, node: ast.JoinedStr, bound: frozenset[str], scope: _Scope) -> None:
        """An f-string is written anew where a name in it changes: the places of its parts are not to be relied on."""
        changed = _Formatted(lambda part: self._replacement(part, bound, scope))
        after = changed.visit(copy.deepcopy(node))
        if changed.any:
            scope.text.exchange(node, ast.unparse(after))

    def _annotations_of(self, node: ast.ClassDef, scope: _Scope) -> None:
        """The annotations of a record are its fields: they stay, in words that the file knows."""
        if not is_record(node):
            return
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and not _known_annotation(part.annotation):
                scope.text.exchange(part.annotation, "object")


class _Formatted(ast.NodeTransformer):
    def __init__(self, replacement: Callable[[ast.AST], str | None]) -> None:
        self._replacement = replacement
        self.any = False

    def generic_visit(self, node: ast.AST) -> ast.AST:
        found = self._replacement(node)
        if found is None:
            return super().generic_visit(node)
        self.any = True
        return ast.parse(found, mode="eval").body


def _is_plain(method: object) -> bool:
    """Whether a method takes nothing and gives a few numbers or words."""
    if not inspect.isfunction(method) or len(inspect.signature(method).parameters) != 1:
        return False
    return method.__annotations__.get("return") in ("tuple[str, ...]", "int", "float", "bool")


def _is_constant(piece: str) -> bool:
    """Whether a piece is an assignment on one line."""
    return "\n" not in piece and not piece.startswith(("def ", "class ", "@"))


def _fields(instance: object) -> Iterable[str]:
    """The names of the values of a declaration or a record."""
    if dataclasses.is_dataclass(instance):
        return [field.name for field in dataclasses.fields(instance)]
    return getattr(type(instance), "model_fields", ())


def _deep_value(node: ast.Attribute, instance: object) -> str | None:
    """The value of `self.one.other` where each is a value of the one before; None for anything else."""
    names: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name) or inner.id != "self":
        return None
    found = instance
    for name in reversed(names):
        if name not in _fields(found):
            return None
        found = getattr(found, name)
    return written(found)


def _plain_function(found: object) -> Callable[..., object]:
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "func", found)  # of a cached property
    found = getattr(found, "__func__", found)  # of a class method
    assert callable(found)
    unwrapped: Callable[..., object] = inspect.unwrap(found)
    return unwrapped


def _definition(module: Module, owner: type, name: str) -> ast.FunctionDef:
    kind = module.defined[owner.__name__]
    assert isinstance(kind, ast.ClassDef)
    return next(part for part in kind.body if isinstance(part, ast.FunctionDef) and part.name == name)


def _rename_definition(text: Text, node: ast.FunctionDef | ast.ClassDef, name: str) -> None:
    word = b"class " if isinstance(node, ast.ClassDef) else b"def "
    start = text.start_of_line(node) + text.of_line(node).index(word) + len(word)
    text.replace(start, start + len(node.name.encode()), name)


def _drop_arguments(text: Text, node: ast.FunctionDef, dropped: frozenset[str]) -> None:
    """Take arguments away, with their defaults and the comma behind or before them."""
    positional = [*node.args.posonlyargs, *node.args.args]
    every = [*positional, *node.args.kwonlyargs]
    without = [None] * (len(positional) - len(node.args.defaults))
    defaults = [*without, *node.args.defaults, *node.args.kw_defaults]
    ends = [text.end(default or argument) for argument, default in zip(every, defaults, strict=True)]
    kept = [place for place, argument in enumerate(every) if argument.arg not in dropped]
    last = kept[-1] + 1 if kept else 0
    for place in range(last):
        if place not in kept:
            text.replace(text.start(every[place]), text.start(every[place + 1]), "")
    if last < len(every):
        text.replace(ends[last - 1] if kept else text.start(every[0]), ends[-1], "")


def _dedented(text: str) -> str:
    lines = text.split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines)


def _narrows(test: ast.expr) -> bool:
    """Whether an assertion only tells a type checker what is known anyway."""
    if isinstance(test, ast.BoolOp):
        return all(_narrows(part) for part in test.values)
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.IsNot)
    return isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance"


def _comprehended(node: ast.AST) -> Iterator[str]:
    for generator in getattr(node, "generators", ()):
        yield from (part.id for part in ast.walk(generator.target) if isinstance(part, ast.Name))


def _known_annotation(annotation: ast.expr) -> bool:
    names = {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}
    return names <= {"int", "float", "str", "bool", "tuple", "list", "dict", "None"}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
