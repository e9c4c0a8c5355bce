"""Names for what a person called as they liked: valid in Python, each once, and none that means something already."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from torch import nn

LONGEST = 40
OF_MODULES = frozenset(dir(nn.Module()))
"""What an attribute of a module must not be called."""
OF_PYTHON = frozenset((*dir(builtins), *keyword.kwlist, "torch", "nn", "functional", "math", "np", "self"))


def words_of(text: str) -> list[str]:
    """The words of a title or an id, in plain letters: “Größe, 2. Teil” gives grosse, 2 and teil."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)


def snake(*texts: str) -> str:
    """A name for a variable after the first of these texts that has a letter: `hidden_layer`."""
    for text in texts:
        name = "_".join(words_of(text))[:LONGEST].strip("_")
        if re.search(r"[a-z]", name):
            return name if not name[0].isdigit() else f"n{name}"
    return "block"


def camel(*texts: str) -> str:
    """A name for a class after the first of these texts that has a letter: `ResidualBlock`."""
    return "".join(word[:1].upper() + word[1:] for word in snake(*texts).split("_"))


class Names:
    """Hands out names, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*taken, *OF_PYTHON}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, wanted: str) -> str:
        """A name that nothing else has, as near as can be to the one wanted."""
        wanted = f"{wanted}_" if keyword.iskeyword(wanted) else wanted
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name
