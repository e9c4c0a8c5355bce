"""Plain values as expressions."""

from __future__ import annotations

WIDTH = 100
"""Longest line of a value that is written out."""
PLAIN = (bool, int, float, bytes, type(None))


class CannotWrite(Exception):
    """Something cannot stand in a file of its own; the message says what, for people."""


def written(value: object) -> str:
    """A value as an expression, over several lines where it is long. Raises CannotWrite for what is no plain value."""
    text = _on_one_line(value)
    if len(text) <= WIDTH or not isinstance(value, tuple | list | dict) or not value:
        return text
    first, last = text[0], text[-1]
    items = map(_item, value.items()) if isinstance(value, dict) else map(_on_one_line, value)
    lines = _filled([f"{item}," for item in items])
    return "\n".join([first, *(f"    {line}" for line in lines), last])


def _filled(items: list[str]) -> list[str]:
    """Items one behind the other, as many as fit on a line."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 1 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {item}".lstrip()
    return lines


def _on_one_line(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, dict):
        return f"{{{', '.join(_item(part) for part in value.items())}}}"
    if isinstance(value, tuple):
        parts = ", ".join(map(_on_one_line, value))
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    if isinstance(value, list):
        return f"[{', '.join(map(_on_one_line, value))}]"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_on_one_line, value)))}}}" if value else "set()"
    raise CannotWrite(f"a value of the type {type(value).__name__} cannot be written")


def _item(pair: tuple[object, object]) -> str:
    return f"{_on_one_line(pair[0])}: {_on_one_line(pair[1])}"


def quoted(text: str) -> str:
    """A text in double quotes where that needs no escape."""
    plain = repr(text)
    inner = plain[1:-1]
    return f'"{inner}"' if plain[0] == "'" and '"' not in inner and "\\" not in inner else plain


def in_quotes(text: str) -> str:
    """Words of a person on one line of a docstring or a comment, where they can end neither."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"""', "\'\'\'")
