"""No file of the program imports in a circle, not for types alone nor within a function."""

from __future__ import annotations

import ast
from pathlib import Path

import networkx
import pytest

import playground

ROOT = Path(playground.__file__).parent


def module_name(path: Path) -> str:
    parts = ("playground", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST) -> set[str]:
    """Everything that may be a module in the import statements of a file, wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            found.add(node.module or "")
            found.update(f"{node.module}.{name.name}" for name in node.names)
    return found


@pytest.fixture(scope="module")
def arrows() -> networkx.DiGraph:
    files = {module_name(path): path for path in ROOT.rglob("*.py")}
    graph = networkx.DiGraph()
    graph.add_nodes_from(files)
    for name, path in files.items():
        targets = imported(ast.parse(path.read_text(encoding="utf-8"))) & files.keys()
        # A package is imported with each of its modules, but holds nothing.
        graph.add_edges_from((name, target) for target in targets if files[target].name != "__init__.py")
    return graph


def test_no_circle(arrows: networkx.DiGraph) -> None:
    circles = [sorted(part) for part in networkx.strongly_connected_components(arrows) if len(part) > 1]
    assert not circles
    assert arrows.number_of_edges() > 1000


def test_packages_hold_nothing_but_words() -> None:
    """An `__init__` that imports would tie all modules of a package together."""
    talkative = {
        module_name(path)
        for path in ROOT.rglob("__init__.py")
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(path.read_text())))
    }
    # The hook that reads sources must be off before anything of ui is imported.
    assert talkative <= {"playground.cli", "playground.ui"}
