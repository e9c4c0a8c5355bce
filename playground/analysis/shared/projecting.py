"""Many numbers brought down to two: principal components, and t-SNE piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
ROUND, ROUNDS = 250, 4
"""Steps of t-SNE between two pictures, the least that the library takes, and how often."""


def principal(vectors: Points) -> tuple[Points, tuple[float, float]]:
    """The two directions of largest variance (n, 2), each with the share of the variance that it holds.

    Pearson 1901. The largest weight of a direction is positive, so that pictures of one network do not flip.
    """
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(vectors), 2), dtype=np.float32)
    shares = [0.0, 0.0]
    whole = float(np.square(sizes).sum())
    for axis in range(min(2, len(sizes))):
        direction = directions[axis]
        sign = 1.0 if direction[np.abs(direction).argmax()] >= 0.0 else -1.0
        places[:, axis] = centred @ (sign * direction)
        shares[axis] = float(sizes[axis]) ** 2 / whole if whole > 0.0 else 0.0
    return places, (shares[0], shares[1])


def neighbourly(vectors: Points, perplexity: float, seed: int = 0) -> Iterator[tuple[Points, float]]:
    """Places (n, 2) at which neighbours stay neighbours, round by round, with the share that is done.

    van der Maaten and Hinton 2008, Visualizing data using t-SNE; by scikit-learn, from the principal components.
    """
    from sklearn.manifold import TSNE

    places = principal(vectors)[0]
    spread = float(places[:, 0].std()) or 1.0
    places = places / spread * np.float32(1e-4)
    for number in range(1, ROUNDS + 1):
        method = TSNE(
            perplexity=min(perplexity, max(1.0, (len(vectors) - 1) / 3.0)), init=places, max_iter=ROUND,
            early_exaggeration=12.0 if number == 1 else 1.0, random_state=seed, n_jobs=1,
        )  # fmt: skip
        places = method.fit_transform(vectors).astype(np.float32)
        yield places, number / ROUNDS
