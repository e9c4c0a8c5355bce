"""Maps of vectors made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.embedding_map import EmbeddingMap, Found


def words() -> EmbeddingMap:
    """Four words, and what is nearest to a sum."""
    names = ("king", "queen", "man", "woman")
    places = np.array([[1.0, 1.0], [1.0, 2.0], [-1.0, 1.1], [-1.0, 2.1]], dtype=np.float32)
    near = np.array([0.885, 0.852, 0.768, -0.2], dtype=np.float32)
    found = Found("king - man + woman", ("king", "queen", "daughter", "of"), near, frozenset(names) - {"queen"})
    axes = ("Component 1 (80%)", "Component 2 (20%)")
    return EmbeddingMap("GloVe 6B", places, names, None, (), axes, found, "cosine", 50, 20_000, np.array([0, 2, 3]))


def compared() -> EmbeddingMap:
    """Examples of two classes, three of which are compared."""
    generator = np.random.default_rng(1)
    classes = np.repeat([0, 1], 60)
    places = (generator.normal(0.0, 1.0, (120, 2)) + 4.0 * classes[:, None]).astype(np.float32)
    matrix = np.array([[1.0, 0.4, -0.9], [0.4, 1.0, 0.0], [-0.9, 0.0, 1.0]], dtype=np.float32)
    found = Found("1, 2, 100", ("1", "2", "100"), matrix)
    names = tuple(str(row) for row in range(1, 121))
    return EmbeddingMap(
        "Dense 1", places, names, classes, ("left", "right"), ("t-SNE 1", "t-SNE 2"), found, "cosine", 8, 120,
        np.array([0, 1, 99]), 0.5,
    )  # fmt: skip


def unknown() -> EmbeddingMap:
    """A word that nobody knows."""
    one = words()
    return EmbeddingMap(
        one.title, one.places, one.names, None, (), one.axes, Found("zzyzx", unknown=("zzyzx",)), "distance", 50,
        20_000, np.array([], dtype=np.int64),
    )  # fmt: skip
