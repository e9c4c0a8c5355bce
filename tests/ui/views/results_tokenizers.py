"""A sentence in tokens, made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.tokenizers import Tokenizers, TokenRow


def cut() -> Tokenizers:
    """Two ways, with an unknown word, and two curves."""
    vectors = np.linspace(-1.0, 1.0, 18, dtype=np.float32).reshape(3, 6)
    rows = (
        TokenRow("Words", ("the", "cat", "sat"), (1, -1, 7), 300),
        TokenRow("Byte pairs", ("the", "␣c", "at", "␣s", "at"), (60, 71, 52, 66, 52), 300, cut_off=2),
        TokenRow("This network", ("t", "h", "e"), (19, 7, 4), 39, vectors),
    )
    lengths = {"Words": np.full(3, 20.0, dtype=np.float32), "Byte pairs": np.array([60, 45, 30], dtype=np.float32)}
    missing = np.array([0.5, 0.3, 0.2], dtype=np.float32)
    return Tokenizers("the cat sat", rows, (" c", "at"), 12, 250, np.array([64, 256, 1_024]), lengths, missing)


def begun() -> Tokenizers:
    """Before any merge and any curve."""
    rows = (TokenRow("Characters", tuple("cat"), (2, 0, 19), 26),)
    none = np.zeros(0, dtype=np.float32)
    return Tokenizers("cat", rows, None, 0, 250, np.zeros(0, dtype=np.int64), {}, none, 0.0)
