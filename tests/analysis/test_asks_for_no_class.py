"""Analyses ask blocks what they reveal, not which class they are: a new block is then seen without their help."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn

import playground
from playground.blocks.base import Block
from playground.data.registry import CATALOGUE

ROOT = Path(playground.__file__).parent
ALLOWED = {
    # Slow motion writes out the formulas of these very losses, number by number.
    "analysis/inside/slow_motion/parts.py": {"CategoricalLayer", "Comparison"},
    "analysis/inside/slow_motion/operation_writer.py": {
        "MeanSquaredError", "HalfMeanSquaredError", "SumOfSquaresError",
    },
}


def concrete(module: str, name: str) -> bool:
    """Whether a name stands for a block that can be dragged in, or for the torch module of one."""
    found = getattr(importlib.import_module(module), name, None)
    if not isinstance(found, type):
        return False
    if issubclass(found, Block):
        return found in CATALOGUE.values()
    return issubclass(found, nn.Module)


def imported(path: Path) -> Iterator[str]:
    for line in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        module = (line.module or "") if isinstance(line, ast.ImportFrom) else ""
        if isinstance(line, ast.ImportFrom) and module.startswith(("playground.blocks", "playground.data")):
            yield from (one.name for one in line.names if concrete(module, one.name))


@pytest.mark.parametrize("room", ["analysis", "ui/canvas"])
def test_who_looks_inside_imports_no_concrete_block(room: str) -> None:
    found = {path.relative_to(ROOT).as_posix(): set(imported(path)) for path in (ROOT / room).rglob("*.py")}
    strangers = {name: names for name in found if (names := found[name] - ALLOWED.get(name, set()))}
    assert not strangers, "let it ask for a word of playground/blocks/reveals.py"


def test_what_is_allowed_is_needed() -> None:
    assert {name: set(imported(ROOT / name)) for name in ALLOWED} == ALLOWED
