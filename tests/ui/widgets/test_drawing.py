"""Numbers as people read them."""

from __future__ import annotations

from playground.ui.widgets import drawing


def test_numbers_in_words() -> None:
    values = (0, 0.04123, -1234.5, 3e-7, float("nan"), float("-inf"))
    assert [drawing.number_words(value) for value in values] == [
        "0", "0.0412", "−1,234", "3e−07", "not a number", "−∞",
    ]  # fmt: skip
