"""The colours of the themes, light and dark, each also in high contrast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours of one theme as hex strings, after the design's table."""

    name: str
    page: str
    panel: str
    canvas: str
    line: str
    text: str
    secondary: str
    accent: str
    accent_text: str
    hover: str
    field: str
    error: str
    warning: str
    good: str
    note: str
    note_line: str
    note_text: str
    train: str
    validation: str
    test: str
    backward: str
    """The gradient on its way back, where numbers go both ways; what goes forward has the accent."""

    def part_color(self, part: str) -> str:
        """Colour of train, validation or test, the same in every view."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[part]


LIGHT = Tokens(
    name="light", page="#f5f6f8", panel="#ffffff", canvas="#eef1f5", line="#dfe3e8", text="#1b2430",
    secondary="#5b6878", accent="#056fb1", accent_text="#ffffff", hover="#edf2f7", field="#f5f6f8", error="#c0362c",
    warning="#8f5f00", good="#2a7448", note="#fff3cd", note_line="#e8d48a", note_text="#6b5310",
    train="#056fb1", validation="#5b2a86", test="#ad5200", backward="#b0246f",
)  # fmt: skip
DARK = Tokens(
    name="dark", page="#14181d", panel="#1c2229", canvas="#171c22", line="#2d353f", text="#e6ebf1",
    secondary="#9aa6b5", accent="#4aa8e0", accent_text="#0d1319", hover="#252d36", field="#14181d", error="#ff8379",
    warning="#e3b341", good="#5cc58a", note="#3a3320", note_line="#6d5f2c", note_text="#f1dfa2",
    train="#4aa8e0", validation="#e6ccfa", test="#f5a04a", backward="#f286bd",
)  # fmt: skip
STRONG_LIGHT = Tokens(
    name="light", page="#ffffff", panel="#ffffff", canvas="#ffffff", line="#68727f", text="#000000",
    secondary="#2f3945", accent="#004b80", accent_text="#ffffff", hover="#e3ebf3", field="#ffffff", error="#8f1109",
    warning="#5f3d00", good="#0f4d29", note="#fff8e1", note_line="#6b5310", note_text="#3d2f05",
    train="#004b8c", validation="#2a0a45", test="#7a3700", backward="#84104c",
)  # fmt: skip
STRONG_DARK = Tokens(
    name="dark", page="#000000", panel="#000000", canvas="#000000", line="#8893a0", text="#ffffff",
    secondary="#ccd4dd", accent="#7cc8f7", accent_text="#000000", hover="#1d2833", field="#000000", error="#ffaaa3",
    warning="#ffd75e", good="#8be8b4", note="#2a2410", note_line="#d8c15e", note_text="#fff0bf",
    train="#5fbcf5", validation="#f0dcff", test="#ffb566", backward="#ffacd3",
)  # fmt: skip
TABLES = {("light", False): LIGHT, ("dark", False): DARK, ("light", True): STRONG_LIGHT, ("dark", True): STRONG_DARK}
"""By name and whether contrast is high."""
