"""The networks that are measured."""

from __future__ import annotations

from itertools import pairwise

from playground.document.files import read
from playground.document.graph import Choice, Edge, Graph, Node, Position
from playground.document.library import UnknownPreset, find
from playground.document.project import OpenView, Project, TrainingSettings

SGD = Choice(id="sgd", parameters={"learning_rate": 0.01})
ADAM = Choice(id="adam", parameters={"learning_rate": 0.001})


def dense_chain(
    data: Node, widths: list[int], loss: str, *, activation: str = "tanh", optimizer: Choice = ADAM, batch: int = 10
) -> Project:
    """Data, dense layers of these widths (the last without activation), and a loss."""
    nodes = [data]
    for number, units in enumerate(widths, start=1):
        kind = activation if number < len(widths) else "identity"
        parameters = {"units": units, "activation": kind}
        nodes.append(Node(id=f"dense-{number}", block="dense", parameters=parameters, position=place(number)))
    nodes.append(Node(id="loss", block=loss, position=place(len(nodes))))
    names = [node.id for node in nodes]
    edges = [Edge(source=names[0], source_port="features", target=names[1])]
    edges += [Edge(source=source, target=target) for source, target in pairwise(names[1:-1])]
    edges.append(Edge(source=names[-2], target="loss", target_port="prediction"))
    edges.append(Edge(source="data", source_port="target", target="loss", target_port="target"))
    graph = Graph(nodes=tuple(nodes), edges=tuple(edges))
    return Project(title=data.block, graph=graph, training=TrainingSettings(optimizer=optimizer, batch_size=batch))


def place(number: int) -> Position:
    """Rows of 20 cards."""
    return Position(x=240.0 * (number % 20), y=260.0 * (number // 20))


def points(block: str = "spirals", **parameters: str | int) -> Node:
    """A data block of points in the plane."""
    return Node(id="data", block=block, parameters=parameters)


def small(optimizer: Choice) -> Project:
    """2-4-2-1, 25 parameters."""
    return dense_chain(points(labels="zero-one"), [4, 2, 1], "binary-cross-entropy", optimizer=optimizer)


def deep(optimizer: Choice) -> Project:
    """2-(8 x 6)-1, 393 parameters."""
    return dense_chain(points(labels="zero-one"), [8] * 6 + [1], "binary-cross-entropy", optimizer=optimizer)


def with_all_maps(features: int, hidden: list[int]) -> Project:
    """Points in the plane, two or seven features of them, hidden tanh layers and one answer; an epoch has 25 updates.

    Every layer is unfolded, so that each neuron shows its map and each link its weight; beside the canvas, the loss and
    what the network answers over the plane. Raises ValueError for another number of features.
    """
    if features not in (2, 7):
        raise ValueError("there are two or seven features")
    data = points(labels="zero-one", examples=500, train_share=0.5)
    project = dense_chain(data, [*hidden, 1], "binary-cross-entropy", optimizer=SGD)
    graph = project.graph
    nodes = [node.replace(unfolded=node.block == "dense") for node in graph.nodes]
    edges = list(graph.edges)
    if features == 7:
        expansion = Node(id="features", block="feature-expansion", position=place(1))
        nodes = [nodes[0], expansion, *(node.replace(position=place(n)) for n, node in enumerate(nodes[1:], start=2))]
        first = Edge(source="data", source_port="features", target="features")
        edges = [first, Edge(source="features", target="dense-1"), *edges[1:]]
    views = (OpenView(view="curves"), OpenView(view="decision-boundary"))
    return project.replace(graph=graph.replace(nodes=tuple(nodes), edges=tuple(edges)), views=views)


def mnist(optimizer: Choice) -> Project:
    """784-128-64-10, 109,386 parameters."""
    data = Node(id="data", block="mnist")
    project = dense_chain(data, [128, 64, 10], "cross-entropy", activation="relu", optimizer=optimizer, batch=64)
    flatten = Node(id="flatten", block="flatten", position=Position(x=120.0, y=200.0))
    graph = project.graph
    first = Edge(source="data", source_port="features", target="flatten")
    edges = (first, Edge(source="flatten", target="dense-1"), *graph.edges[1:])
    return project.replace(graph=graph.replace(nodes=(graph.nodes[0], flatten, *graph.nodes[1:]), edges=edges))


def spirals() -> Project:
    """The spirals preset without its stop rules; a network like it where there is none."""
    try:
        project = read(find("spirals"))
    except UnknownPreset:
        project = dense_chain(points(), [8, 8, 2], "cross-entropy")
    training = project.training.replace(stop=TrainingSettings().stop)
    return project.replace(training=training)


def lenet() -> Project:
    """The LeNet-5 preset without its stop rules, with the feature maps open."""
    project = read(find("lenet-5"))
    training = project.training.replace(stop=TrainingSettings().stop)
    return project.replace(training=training, views=(OpenView(view="feature-maps"),))


def wide_chain(nodes: int) -> Project:
    """A graph of so many nodes, in which no two neighbouring layers are alike, so that no answer is known already."""
    return dense_chain(points(), [*(4 + number % 61 for number in range(nodes - 3)), 2], "cross-entropy")
