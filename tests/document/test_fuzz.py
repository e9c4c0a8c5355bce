"""2,000 damaged project files: each is refused with sentences or opens as a sound project; nothing ever crashes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.document import files, library
from playground.document.files import ProjectFileError, graph_problems
from playground.network.check import check
from playground.training.opening import project_from
from playground.ui.open_document import OpenDocument

MUTATIONS = 2_000
CHUNKS = 8
FIXTURE = Path(__file__).parents[1] / "fixtures" / "spirals-small.json"
ODD = (
    None, True, False, 0, -1, 1, 3, 10**18, 0.5, -0.0, 1e308, "", "dense", "dense-1", "\0", "ü" * 300, "💥", [], {},
    [[]], [None], {"id": "x"}, {"": ""}, [0] * 100,
)  # fmt: skip
Mutation = Callable[[bytes, random.Random], bytes]


def originals() -> list[bytes]:
    presets = [path.read_bytes() for path in library.paths().values()]
    chosen = random.Random(0).sample(presets, min(6, len(presets)))
    return [FIXTURE.read_bytes(), *chosen]


def flip_bytes(text: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(text)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def swap_characters(text: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(text)
    for _ in range(chance.choice((1, 2, 5))):
        damaged[chance.randrange(len(damaged))] = chance.choice(b'0123456789-+.eE{}[]",: \\ntfu')
    return bytes(damaged)


def cut(text: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(text)) for _ in range(2))
    return chance.choice((text[:start], text[end:], text[:start] + text[end:]))


def repeat(text: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(text)) for _ in range(2))
    return text[:end] + text[start:end] * chance.choice((1, 3)) + text[end:]


def places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a file with each of its keys."""
    keys = content.keys() if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in list(keys):
        yield content, key
        yield from places(content[key])


def change_content(text: bytes, chance: random.Random) -> bytes:
    """Other types, lost keys, unknown keys, values that moved elsewhere, parts that stand twice."""
    content = json.loads(text)
    for _ in range(chance.choice((1, 1, 2, 5))):
        container, key = chance.choice(list(places(content)))
        kind = chance.randrange(5)
        if kind == 0:
            container[key] = copy.deepcopy(chance.choice(ODD))
        elif kind == 1:
            del container[key]
        elif kind == 2:
            donor, other = chance.choice(list(places(content)))
            container[key] = copy.deepcopy(donor[other])
        elif isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        else:
            container[chance.choice(("surprise", "id", "nodes", "parameters", "learning_rate"))] = container.pop(key)
    return json.dumps(content).encode()


def change_number(text: bytes, chance: random.Random) -> bytes:
    content = json.loads(text)
    numbers = [(box, key) for box, key in places(content) if type(box[key]) in (int, float)]
    box, key = chance.choice(numbers)
    box[key] = "@"
    odd = ("NaN", "1e999", "-Infinity", "9" * 50, "-5", "0", "1e-320", "2.5", "1e30", "007", "0x10", "1_000")
    return json.dumps(content).replace('"@"', chance.choice(odd)).encode()


MUTATIONS_OF: tuple[Mutation, ...] = (
    flip_bytes, swap_characters, cut, repeat, change_content, change_content, change_number,
)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_damaged_files_never_crash(chunk: int) -> None:
    chance = random.Random(chunk)
    texts = originals()
    refused = 0
    for number in range(MUTATIONS // CHUNKS):
        mutation = chance.choice(MUTATIONS_OF)
        damaged = mutation(chance.choice(texts), chance)
        try:
            project = project_from(damaged)
        except ProjectFileError as error:
            refused += 1
            assert error.problems, (mutation, number)
            assert all(problem.message.endswith((".", "…")) for problem in error.problems), error.problems
            continue
        assert graph_problems(project.graph) == []
        assert files.parse(files.to_json(project)) == project
        # Whatever opens can be shown: the check answers with problems, not with an exception.
        check(project.graph)
    assert refused > MUTATIONS // CHUNKS // 3


def test_a_file_that_is_refused_leaves_the_open_project_as_it_was(qapp: object, tmp_path: Path) -> None:
    document = OpenDocument()
    project = files.read(FIXTURE)
    document.open(project, FIXTURE)
    chance = random.Random(99)
    for _ in range(20):
        path = tmp_path / "damaged.json"
        path.write_bytes(cut(FIXTURE.read_bytes(), chance)[:-1])
        with pytest.raises(ProjectFileError):
            document.open(files.read(path), path)
        assert document.project is project
        assert document.path == FIXTURE
