"""Plain values as expressions."""

from __future__ import annotations

import pprint

WIDTH = 100
"""Longest line of a value that is written out."""
PLAIN = (bool, int, float, str, bytes, type(None))


class CannotWrite(Exception):
    """Something cannot stand in a file of its own; the message says what, for people."""


def written(value: object) -> str:
    """A value as an expression. Raises CannotWrite for what is no plain value."""
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, tuple | list | dict | set | frozenset):
        _only_plain(value)
        return pprint.pformat(value, width=WIDTH, compact=True, sort_dicts=False)
    raise CannotWrite(f"a value of the type {type(value).__name__} cannot be written")


def _only_plain(value: object) -> None:
    if isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            _only_plain(part)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            _only_plain(part)
    elif not isinstance(value, PLAIN):
        raise CannotWrite(f"a value of the type {type(value).__name__} cannot be written")
