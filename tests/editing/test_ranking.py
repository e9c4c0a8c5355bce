"""What the quick menu offers, and in which order."""

from __future__ import annotations

import pytest

from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Edge, Graph, Node
from playground.editing.ranking import FRESH, match_quality, ranked_blocks
from playground.network.check import check


@pytest.fixture
def graph() -> Graph:
    nodes = (
        Node(id="circles-1", block="circles"),
        Node(id="dense-1", block="dense", parameters={"units": 2}),
        Node(id="mnist-1", block="mnist"),
    )
    return Graph(nodes=nodes, edges=(Edge(source="circles-1", source_port="features", target="dense-1"),))


def test_what_fits_comes_before_what_does_not(graph: Graph) -> None:
    rows = ranked_blocks(graph, check(graph), ("mnist-1", "features"))
    fits = [row.fits for row in rows]
    assert fits == sorted(fits, reverse=True)
    dense = next(row for row in rows if row.block == "dense")
    assert not dense.fits
    assert "flat vector" in dense.reason
    flatten = next(row for row in rows if row.block == "flatten")
    assert flatten.fits
    assert flatten.shape == "batch × features 784"


def test_dense_is_the_first_offer_after_points_and_after_a_dense_block(graph: Graph) -> None:
    report = check(graph)
    assert ranked_blocks(graph, report, ("circles-1", "features"))[0].block == "dense"
    after = ranked_blocks(graph, report, ("dense-1", "output"))
    assert after[0].block == "dense"
    families = [CATALOGUE[row.block].family for row in after if row.fits]
    assert families.index("loss") < families.index("activation")


def test_a_loss_after_two_logits_is_offered_with_both_wires(graph: Graph) -> None:
    rows = ranked_blocks(graph, check(graph), ("dense-1", "output"))
    loss = next(row for row in rows if row.block == "cross-entropy")
    assert loss.fits
    assert loss.wires == (("prediction", ("dense-1", "output")), ("target", ("circles-1", "target")))


def test_a_loss_fits_after_the_target_when_there_is_a_prediction_for_it(graph: Graph) -> None:
    rows = ranked_blocks(graph, check(graph), ("circles-1", "target"))
    loss = next(row for row in rows if row.block == "cross-entropy")
    assert loss.fits
    assert loss.wires[0] == ("prediction", ("dense-1", "output"))
    assert not next(row for row in rows if row.block == "dense").fits


def test_data_are_offered_first_on_an_empty_canvas_and_last_when_there_are_some(graph: Graph) -> None:
    empty = Graph()
    assert CATALOGUE[ranked_blocks(empty, check(empty))[0].block].family == "data"
    rows = ranked_blocks(graph, check(graph))
    assert CATALOGUE[rows[-1].block].family == "data"
    assert {row.block for row in rows} == {name for name, block in CATALOGUE.items() if block.listed}


def test_no_data_block_can_follow_a_wire_and_none_is_listed_unless_asked_for(graph: Graph) -> None:
    report = check(graph)
    assert all(CATALOGUE[row.block].family != "data" for row in ranked_blocks(graph, report, ("dense-1", "output")))
    asked = ranked_blocks(graph, report, ("dense-1", "output"), search="circles")
    assert [(row.block, row.fits) for row in asked if row.block == "circles"] == [("circles", False)]


def test_nothing_follows_a_loss(graph: Graph) -> None:
    graph = edits.add_node(graph, Node(id="loss-1", block="cross-entropy"))
    graph = edits.connect(graph, Edge(source="dense-1", target="loss-1", target_port="prediction"))
    graph = edits.connect(
        graph, Edge(source="circles-1", source_port="target", target="loss-1", target_port="target")
    )
    rows = ranked_blocks(graph, check(graph), ("loss-1", "loss"))
    assert rows
    assert not any(row.fits for row in rows)


def test_data_that_do_not_fit_before_an_input_say_why(graph: Graph) -> None:
    rows = ranked_blocks(graph, check(graph), target=("dense-1", "input"))
    images = next(row for row in rows if row.block == "mnist")
    assert not images.fits
    assert "flat vector" in images.reason
    assert next(row for row in rows if row.block == "iris").fits
    assert not next(row for row in rows if row.block == "hinge").fits


def test_where_the_signal_is_not_known_everything_may_fit() -> None:
    graph = Graph(nodes=(Node(id="dense-1", block="dense"),))
    rows = ranked_blocks(graph, check(graph), ("dense-1", "output"))
    assert all(row.fits for row in rows)


@pytest.mark.parametrize(
    ("search", "first"), [("relu", "relu"), ("cross-e", "cross-entropy"), ("soft", "softmax"), ("DROP", "dropout")]
)
def test_search_finds_the_best_title_first(search: str, first: str) -> None:
    graph = Graph()
    assert ranked_blocks(graph, check(graph), search=search)[0].block == first


def test_every_word_of_the_search_must_occur() -> None:
    assert match_quality(CATALOGUE["cross-entropy"], "cross logits") is not None
    assert match_quality(CATALOGUE["cross-entropy"], "cross banana") is None
    assert match_quality(CATALOGUE["relu"], "") == 0


def test_every_family_can_be_followed_and_stands_in_the_palette() -> None:
    families = {declaration.family for declaration in CATALOGUE.values()}
    assert families <= set(FRESH)
    for identifier, declaration in CATALOGUE.items():
        if declaration.outputs:
            lone = edits.add_node(Graph(), Node(id="lone", block=identifier))
            assert ranked_blocks(lone, check(lone), ("lone", declaration.outputs[0].name))
