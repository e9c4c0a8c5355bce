"""What the lesson on kernels made by hand claims: the pattern of a photograph tells more than its colour."""

from __future__ import annotations

import pytest

from playground.document.edits import set_parameters
from playground.document.files import read
from playground.document.library import find
from playground.training.session.session import Session


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_kernels_tell_photographs_apart_better_than_their_mean_colours(seed: int) -> None:
    project = read(find("kernels-by-hand")).replace(seed=seed)
    plain = project.graph
    for node in project.graph.nodes:
        if node.block == "fixed-convolution":
            plain = set_parameters(plain, node.id, {"kernel": "identity"})
    found = []
    for graph in (project.graph, plain):
        session = Session(project.replace(graph=graph))
        session.advance(session.steps_per_epoch * 10)
        found.append(session.evaluate(full=True)["test_accuracy"])
    assert found[0] > 0.66 and found[1] < 0.64 and found[0] > found[1] + 0.05
