"""Cases of what learns without a gradient, and of the measures that go with it."""

from __future__ import annotations

from playground.blocks import clustering, nearest_neighbours, perceptron, ridge, support_vectors
from playground.blocks.images import patch_centroids
from tests.blocks.case import IMAGE, INDEX, LOGITS, ONE, ONE_HOT, SIGNED, VECTOR, ZERO_ONE, Case

CASES: tuple[Case, ...] = (
    # Untaught, all its weights are 0 and nothing reaches the input.
    Case(perceptron.Perceptron(), (VECTOR, SIGNED), (1,), gradient=False, changed=perceptron.Perceptron(rate=0.1)),
    Case(perceptron.Perceptron(), (VECTOR, ZERO_ONE), (1,), gradient=False),
    Case(support_vectors.SupportVectorMachine(), (VECTOR, SIGNED), (1,), gradient=False),
    Case(support_vectors.SupportVectorMachine(kernel="linear"), (VECTOR, ZERO_ONE), (1,), gradient=False),
    # What is nearest changes in jumps.
    Case(nearest_neighbours.NearestNeighbours(), (VECTOR, INDEX), (3,), gradient=False),
    Case(nearest_neighbours.NearestNeighbours(distance="tangent"), (IMAGE, ONE_HOT), (3,), gradient=False),
    Case(ridge.Ridge(), (VECTOR, ONE), (1,), gradient=False, changed=ridge.Ridge(penalty=2.0)),
    Case(clustering.KMeans(), (VECTOR,), (3,)),
    # Untaught, its kernels are 0.
    Case(patch_centroids.PatchCentroids(filters=4), (IMAGE,), (4, 4, 5), gradient=False),
    Case(patch_centroids.PatchCentroids(filters=4, padding="valid", stride=2), (IMAGE,), (4, 1, 2), gradient=False),
    Case(clustering.ClusterAgreement(), (LOGITS, INDEX), ()),
    Case(clustering.ClusterAgreement(), (LOGITS, ONE_HOT), ()),
)
