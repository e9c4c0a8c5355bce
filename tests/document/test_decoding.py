"""What a hostile text costs and says: halves of characters, keys that stand many times, files that are too large."""

from __future__ import annotations

import json
import time

import pytest

from playground.document import files
from playground.document.decoding import MOST_PROBLEMS, ProjectFileError, decode
from playground.network.opening import project_from

HALF = "\\ud800"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'{{"title": "a{HALF}b"}}', "title"),
        (f'{{"graph": {{"nodes": [{{"id": "{HALF}"}}]}}}}', "graph.nodes[0].id"),
        (f'{{"a": {{"x{HALF}": 1}}}}', "a.x\ufffd"),
    ],
)
def test_half_a_character_has_its_place(text: str, place: str) -> None:
    content, (problem,) = decode(text)
    assert problem.place == place and "half a character" in problem.message
    json.dumps(content, ensure_ascii=False).encode()  # nothing is left that cannot be written
    str(problem).encode()


def test_whole_characters_outside_the_first_plane_stay() -> None:
    assert decode('{"title": "\\ud83d\\ude00 é"}') == ({"title": "\U0001f600 é"}, [])


def test_a_project_with_half_a_character_is_refused_in_words() -> None:
    text = f'{{"format": "playground-project", "schema_version": 2, "title": "{HALF}"}}'
    with pytest.raises(ProjectFileError, match="title: this text holds half a character"):
        project_from(text)


def test_keys_that_stand_many_times_take_linear_time() -> None:
    text = "{" + ", ".join(f'"k{number % 50_000}": 1' for number in range(100_000)) + "}"
    began = time.process_time()
    _, problems = decode(text)
    assert time.process_time() - began < 10.0  # counting each key among all took minutes
    assert MOST_PROBLEMS < len(problems) <= MOST_PROBLEMS + 1


def test_a_file_larger_than_any_project_is_not_even_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(files.LARGEST_FILE + 1)
    with pytest.raises(ProjectFileError, match="a project has at most 16 MB"):
        files.load(path)
