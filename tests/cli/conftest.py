"""Run the command in this process and look at what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.cli import main
from playground.cli.log import stop_log

FIXTURE = Path(__file__).parents[1] / "fixtures" / "spirals-small.json"


@dataclass(frozen=True)
class Spoken:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def playground(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Spoken]]:
    def run(*words: object) -> Spoken:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Spoken(code, *capfd.readouterr())

    yield run
    stop_log()


@pytest.fixture
def small() -> Path:
    return FIXTURE


@pytest.fixture
def variant(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """A copy of the small project with something changed."""

    def make(change: Callable[[dict[str, Any]], None]) -> Path:
        content = json.loads(FIXTURE.read_text(encoding="utf-8"))
        change(content)
        path = tmp_path / "variant.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return make
