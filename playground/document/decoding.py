"""From the bytes of a file to plain JSON content, with everything that is wrong with the text itself and its place."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DEEPEST = 64
"""Levels of nesting. A project needs about eight; far more is an attack or an accident."""
MOST_PROBLEMS = 200
MOST_DIGITS = 19
"""Whole numbers with more digits do not fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One fault of a file: where it is (such as `graph.nodes[3].position.x`) and what is wrong, as a sentence."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class ProjectFileError(Exception):
    """A file that cannot be opened, with every fault that was found."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        found = tuple(problems)
        more = len(found) - MOST_PROBLEMS
        if more > 0:
            found = (*found[:MOST_PROBLEMS], FileProblem("", f"There are {more} more faults."))
        self.problems = found
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnreadableFileError(ProjectFileError):
    """A file that is no project, or none that can be read at all; there is one fault."""


def refused(message: str, place: str = "") -> UnreadableFileError:
    """The error of a file that cannot be read."""
    return UnreadableFileError([FileProblem(place, message)])


def decode(text: str | bytes) -> tuple[Any, list[FileProblem]]:
    """JSON content and the faults that leave it readable: numbers that are not finite, keys that stand twice.

    In the content those numbers are 0, so that everything else can still be checked. Raises ProjectFileError when
    there is no content to speak of.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        content = json.loads(
            decoded, parse_int=_whole, parse_constant=float, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise refused(f"This is not a text file (byte {error.start} is not UTF-8); a project is JSON text.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise refused(f"The JSON breaks off or is damaged here: {error.msg}.", place) from error
    except RecursionError as error:
        raise refused(_TOO_DEEP) from error
    problems: list[FileProblem] = []
    return _clean(content, "", 0, problems), problems


def inside(place: str, part: int | str) -> str:
    """The place of a part: `graph.nodes` and 3 give `graph.nodes[3]`. Very long keys are cut."""
    if isinstance(part, int):
        return f"{place}[{part}]"
    name = part if len(part) <= 60 else f"{part[:60]}…"
    return f"{place}.{name}" if place else name


_TOO_DEEP = f"The JSON is nested more than {DEEPEST} levels deep; a project is not."


class _Repeating(dict[str, Any]):
    """An object of a file in which keys stand twice; JSON readers would silently take the last one."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    result = _Repeating(content)
    times = Counter(name for name, _ in pairs)
    result.repeated = tuple(name for name, count in times.items() if count > 1)[: MOST_PROBLEMS + 1]
    return result


def _whole(text: str) -> int | float:
    return int(text) if len(text.lstrip("-")) <= MOST_DIGITS else math.inf


def _clean(content: Any, place: str, depth: int, problems: list[FileProblem]) -> Any:
    if depth > DEEPEST:
        raise refused(_TOO_DEEP, place[:120] + "…")
    if isinstance(content, float) and not math.isfinite(content):
        words = "is not a number (NaN)" if math.isnan(content) else "is infinite or has too many digits"
        problems.append(FileProblem(place, f"this value {words}; a project holds finite numbers only."))
        return 0
    if isinstance(content, str):
        return _sound(content, place, problems)
    if isinstance(content, list):
        return [_clean(item, inside(place, index), depth + 1, problems) for index, item in enumerate(content)]
    if isinstance(content, dict):
        if isinstance(content, _Repeating):
            problems.extend(
                FileProblem(inside(place, name), "this key stands here twice.") for name in content.repeated
            )
        sound = {_sound(name, inside(place, name), problems): item for name, item in content.items()}
        return {name: _clean(item, inside(place, name), depth + 1, problems) for name, item in sound.items()}
    return content


def _sound(text: str, place: str, problems: list[FileProblem]) -> str:
    """The text without halves of characters, which no file and no screen can hold; they are a fault."""
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    shown = _whole_letters(place)
    problems.append(FileProblem(shown, "this text holds half a character (a lone surrogate), which cannot be shown."))
    return _whole_letters(text)


def _whole_letters(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
