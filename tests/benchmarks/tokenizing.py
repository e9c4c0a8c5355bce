"""Ten million characters of text: how long it takes to learn their byte pairs and cut them, and the memory for it."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from tests.benchmarks.table import Row

CHARACTERS, TOKENS = 10_000_000, 4_000
SECONDS, MEGABYTES = 15.0, 1_000.0
INVENTED = 0.05
"""Share of words that are put together by chance, so that there are as many different ones as in a long text."""


def measure() -> list[Row]:
    """Learn a vocabulary from the text, and give every token its number."""
    from playground.data.text.characters import PythonManual
    from playground.data.tokenizers.pairs import in_pairs, learned_pairs

    dataset = PythonManual()
    text = _long_text(dataset.text())
    told: list[float] = []
    began = time.perf_counter()
    vocabulary, merges = learned_pairs(text, dataset.alphabet(), TOKENS, told.append)
    learned = time.perf_counter() - began
    numbers = in_pairs(text, vocabulary, merges)
    seconds = time.perf_counter() - began
    detail = f"{learned:.1f} s to learn {len(merges):,} merges, told {len(told):,} times; {len(numbers):,} tokens"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return [
        Row(f"byte pairs of {CHARACTERS / 1e6:.0f} MB of text", seconds, "s", SECONDS, detail=detail),
        Row("peak memory for that", peak, "MB", MEGABYTES),
    ]


def _long_text(manual: str) -> str:
    generator = np.random.default_rng(0)
    words = np.array(manual.split())
    syllables = [word[:4] for word in dict.fromkeys(words.tolist())]
    drawn = words[generator.integers(0, len(words), CHARACTERS // 5)]
    places = np.flatnonzero(generator.random(len(drawn)) < INVENTED)
    drawn = drawn.astype(object)
    for place in places:
        first, second = generator.integers(0, len(syllables), 2)
        drawn[place] = syllables[first] + syllables[second]
    return " ".join(drawn)[:CHARACTERS]
