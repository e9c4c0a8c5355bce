"""Long tool tips go through `plain_tip`, which breaks their lines: Qt would show them in one, wider than a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import playground.ui
from playground.ui.widgets.labels import TIP_LINE, plain_tip

FILES = sorted(Path(playground.ui.__file__).parent.rglob("*.py"))


def unbroken(source: str) -> list[int]:
    """Lines of calls whose tool tip may be long, and is not given to `plain_tip`."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    tips = [(call, call.args[-1]) for call in calls if getattr(call.func, "attr", "") == "setToolTip"]
    return [call.lineno for call, words in tips if not _short(words)]


def _short(words: ast.expr) -> bool:
    if isinstance(words, ast.Constant):
        return len(str(words.value)) <= TIP_LINE
    if not isinstance(words, ast.Call):
        return False
    # Markup is broken by Qt, and the tip of an action has been broken already.
    return getattr(words.func, "id", "") in ("plain_tip", "tooltip") or getattr(words.func, "attr", "") == "toolTip"


def test_every_long_tip_is_broken_into_lines() -> None:
    assert unbroken(f"one.setToolTip('{'a ' * 50}')") and unbroken("one.setToolTip(words)")
    assert not unbroken("one.setToolTip('Play')") and not unbroken("one.setToolTip(plain_tip(words))")
    found = {path.name: lines for path in FILES if (lines := unbroken(path.read_text(encoding="utf-8")))}
    assert not found, f"give these to plain_tip of ui/widgets/labels.py: {found}"


@pytest.mark.parametrize("words", ["Play", "one\ntwo", "word " * 60, "<b>not bold</b> " * 20])
def test_a_tip_keeps_its_words_in_lines_that_fit(words: str) -> None:
    from PySide6.QtGui import QTextDocumentFragment

    broken = plain_tip(words)
    text = QTextDocumentFragment.fromHtml(broken).toPlainText() if "&lt;" in broken else broken
    assert text.split() == words.split()
    assert all(len(line) <= TIP_LINE for line in text.replace("\u2028", "\n").split("\n"))
    assert text.count("\n") >= words.count("\n")
