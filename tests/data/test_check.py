"""Data that cannot work is a problem on its node, with a fix that mends it."""

from __future__ import annotations

from playground.document.graph import Edge, Graph, Node
from playground.editing import fixes
from playground.network.check import check


def graph_with(block, **parameters):
    nodes = (
        Node(id="data", block=block, parameters=parameters),
        Node(id="dense", block="dense", parameters={"units": 3}),
        Node(id="loss", block="cross-entropy"),
    )
    edges = (
        Edge(source="data", source_port="features", target="dense"),
        Edge(source="dense", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    )
    return Graph(nodes=nodes, edges=edges)


def test_labels_for_two_classes_are_refused_where_there_are_three_and_the_fix_works():
    graph = graph_with("iris", labels="zero-one")
    report = check(graph)
    (problem,) = report.problems
    assert problem.node == "data" and not report.ok
    assert problem.message == "Iris has 3 classes, but labels 0 and 1 can tell only two apart."
    mended = fixes.apply(graph, problem.node, problem.fixes[1])
    assert mended.node("data").parameters["labels"] == "index"
    assert check(mended).ok


def test_no_drawn_points_is_one_problem_on_the_data_node():
    (problem,) = check(graph_with("drawn-points")).problems
    assert problem.node == "data" and "no points yet" in problem.message


def test_a_formula_that_cannot_be_read_is_a_problem_with_a_fix():
    graph = graph_with("expression", expression="sin(x")
    (problem,) = [problem for problem in check(graph).problems if problem.node == "data"]
    assert "at position 6 the end stands where “)” for the bracket at position 4 was expected." in problem.message
    assert fixes.apply(graph, problem.node, problem.fixes[0]).node("data").parameters["expression"] == "2*sin(x)"


def test_a_good_dataset_has_signals():
    report = check(graph_with("blobs", clouds=3))
    assert report.ok
    assert report.signals["data", "target"].classes == ("orange", "blue", "green")


def test_a_block_without_its_file_asks_the_person_and_changes_nothing_by_itself():
    graph = graph_with("own-table")
    (problem,) = check(graph).problems
    assert problem.node == "data" and problem.message == "My table has no file yet. Choose a table of yours."
    assert [(fix.label, fix.action, fix.node) for fix in problem.fixes] == [("Choose a file…", "ask", "data")]
    assert fixes.apply(graph, problem.node, problem.fixes[0]) is graph
