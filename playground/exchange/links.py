"""Links to TensorFlow Playground (Smilkov and Carter 2016): read into a project, and written of one that it can hold.

All settings lie behind the # of the address, as `name=value` joined by &; the names are those of its `state.ts`.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from playground.document.graph import Choice, Edge, Graph, Node, Position
from playground.document.project import Project, Regularization, TrainingSettings
from playground.editing.starting import STEP
from playground.exchange.addresses import HOST, is_link
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import block_of

MOST_LAYERS, MOST_UNITS = 12, 64
"""Of a network that is opened; the page itself has buttons for 6 layers of 8."""
THEIR_LAYERS, THEIR_UNITS = 6, 8
SEED_PARTS = 100_000
"""The page writes seeds with five digits behind the point."""

ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "linear": "identity"}
"""Its names of activations, and those of blocks."""
DATA = {"circle": "circles", "xor": "xor", "gauss": "gaussians", "spiral": "spirals"}
SURFACES = {"reg-plane": "plane", "reg-gauss": "bumps"}
FEATURES: Mapping[str, tuple[str, ...]] = {
    "originals": ("x", "y"), "squares": ("xSquared", "ySquared"), "products": ("xTimesY",), "sines": ("sinX", "sinY"),
    "cosines": ("cosX", "cosY"),
}  # fmt: skip
"""The switches of Feature expansion, and which of its features each is."""
POINTS = {"circles": 500, "xor": 500, "gaussians": 500, "spirals": 500, "plane": 1_200, "bumps": 1_200}
"""How many examples it makes."""
DIFFERS: Mapping[str, str] = {
    "circles": "Its noise turns labels, here points stray as far",
    "xor": "Its noise turns labels, here points stray as far",
    "plane": "Its plane is a fifth steeper",
    "bumps": "Its hills are cones, here they are bells",
}


@dataclass(frozen=True, slots=True)
class FromLink:
    """A project from a link, and what is not as there, one sentence."""

    project: Project
    difference: str


# Reading --------------------------------------------------------------------------------------------------------------


class _State:
    """The settings of a link; what it does not say is as the page begins."""

    def __init__(self, text: str) -> None:
        self._said = dict(parse_qsl(urlsplit(text if "//" in text else f"//{text}").fragment, keep_blank_values=True))

    def flag(self, name: str, usual: bool = False) -> bool:
        return self._said.get(name, str(usual).lower()) != "false"

    def number(self, name: str, usual: float, low: float, high: float) -> float:
        text = self._said.get(name, "")
        try:
            value = float(text) if text else usual
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            wanted = f"a number from {low:g} to {high:g} belongs there"
            raise ExchangeRefused(f"The link says {name}={text[:40]}, but {wanted}.")
        return value

    def choice(self, name: str, usual: str, known: Mapping[str, Any]) -> str:
        value = self._said.get(name) or usual
        if value not in known:
            raise ExchangeRefused(f"The link says {name}={value[:40]}, but there is only {', '.join(known)}.")
        return value

    def layers(self) -> tuple[int, ...]:
        text = self._said.get("networkShape", "4,2")
        try:
            sizes = tuple(int(word) for word in text.split(",") if word.strip())
        except ValueError:
            sizes = (0,)
        if len(sizes) > MOST_LAYERS or any(not 1 <= size <= MOST_UNITS for size in sizes):
            raise ExchangeRefused(
                f"The link says networkShape={text[:40]}, but at most {MOST_LAYERS} layers of 1 to {MOST_UNITS} units, "
                "with commas between them, belong there."
            )
        return sizes

    def seed(self) -> int:
        """The page draws a fraction; any other word makes a seed of its own there, and here."""
        text = self._said.get("seed", "")
        try:
            value = float(text)
        except ValueError:
            return zlib.crc32(text.encode()) % 2**31 if text else 1
        return round(value * SEED_PARTS) % 2**31 if math.isfinite(value) else 1


def project_from_link(text: str) -> FromLink:
    """The project of a link. Raises ExchangeRefused for what is none, or says what makes no sense."""
    if not is_link(text):
        raise ExchangeRefused(f"This is no link to TensorFlow Playground; those begin with https://{HOST}/#.")
    state = _State(text.strip())
    problem = state.choice("problem", "classification", {"classification": 0, "regression": 0})
    differs: list[str] = []
    data = _data(state, problem == "regression", differs)
    expansion = _expansion(state, differs)
    activation = ACTIVATIONS[state.choice("activation", "tanh", ACTIVATIONS)]
    last = "identity" if problem == "regression" else "tanh"
    layers = [*((size, activation) for size in state.layers()), (1, last)]
    cards: list[tuple[str, dict[str, Any]]] = [] if expansion is None else [("feature-expansion", expansion)]
    cards += [("dense", {"units": size, "activation": name}) for size, name in layers]
    differs.append("the points and the first weights are drawn by another generator, from the same seed")
    words = "; ".join(differs)
    project = Project(
        title="From TensorFlow Playground",
        summary=f"Not as there: {words}.",
        seed=state.seed(),
        graph=_graph(data, cards),
        training=_training(state),
    )
    return FromLink(project, f"Not as in TensorFlow Playground: {words}.")


def _data(state: _State, regression: bool, differs: list[str]) -> tuple[str, dict[str, Any]]:
    known = SURFACES if regression else DATA
    block = known[state.choice("regDataset" if regression else "dataset", next(iter(known)), known)]
    noise = state.number("noise", 0.0, 0.0, 100.0) / 100.0
    share = state.number("percTrainData", 50.0, 5.0, 100.0) / 100.0
    parameters: dict[str, Any] = {
        "examples": POINTS[block], "train_share": round(share, 4), "validation_share": 0.0, "data_seed": state.seed(),
    }  # fmt: skip
    if not regression:
        parameters["labels"] = "signed"
    if noise or block == "gaussians":
        parameters.update(_noise(block, noise))
    if block in DIFFERS and (noise or block in ("plane", "bumps")):
        differs.append(DIFFERS[block][:1].lower() + DIFFERS[block][1:])
    return block, parameters


def _noise(block: str, noise: float) -> dict[str, Any]:
    """Its noise, from 0 to 1, as that of a data block, whose points stray by 2 at 100 %."""
    if block == "gaussians":  # the variance grows from .5 to 4 at 50 %
        return {"spread": round(min(3.0, math.sqrt(0.5 + 7.0 * noise)), 6)}
    reach = {"spirals": 1.0, "circles": 5.0, "xor": 5.0, "plane": 6.0, "bumps": 6.0}[block]
    return {"noise": round(min(1.0, noise * reach / 2.0), 6)}


def _expansion(state: _State, differs: list[str]) -> dict[str, bool] | None:
    """The switches of Feature expansion; None where the two coordinates go in as they are."""
    on = {name: [state.flag(one, one in ("x", "y")) for one in features] for name, features in FEATURES.items()}
    if not any(any(flags) for flags in on.values()):
        raise ExchangeRefused("The link switches all features off, so nothing goes into the network.")
    halves = [one for name, flags in on.items() if any(flags) and not all(flags)
              for one, flag in zip(FEATURES[name], flags, strict=True) if not flag]  # fmt: skip
    if halves:
        differs.append(f"{', '.join(halves)} go in too, as Feature expansion has them in pairs")
    chosen = {name: any(flags) for name, flags in on.items()}
    return None if chosen == {name: name == "originals" for name in FEATURES} else chosen


def _graph(data: tuple[str, dict[str, Any]], cards: list[tuple[str, dict[str, Any]]]) -> Graph:
    nodes = [Node(id="data", block=data[0], parameters=data[1])]
    edges: list[Edge] = []
    for number, (block, parameters) in enumerate([*cards, ("half-mean-squared-error", {})], start=1):
        name = "loss" if number == len(cards) + 1 else f"{block}-{sum(node.block == block for node in nodes) + 1}"
        before, port = nodes[-1].id, "features" if number == 1 else "output"
        entrance = "prediction" if name == "loss" else "input"
        nodes.append(Node(id=name, block=block, parameters=parameters, position=Position(x=number * STEP)))
        edges.append(Edge(source=before, source_port=port, target=name, target_port=entrance))
    edges.append(Edge(source="data", source_port="target", target="loss", target_port="target"))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def _training(state: _State) -> TrainingSettings:
    kind = state.choice("regularization", "none", {"none": 0, "L1": 0, "L2": 0})
    rate = state.number("regularizationRate", 0.0, 0.0, 100.0)
    penalties = {"L1": Regularization(l1=rate), "L2": Regularization(l2=rate / 2.0)}  # its L2 is half the squares
    start = Choice(id="zeros") if state.flag("initZero") else Choice(id="uniform")
    return TrainingSettings(
        optimizer=Choice(id="sgd", parameters={"learning_rate": state.number("learningRate", 0.03, 1e-6, 100.0)}),
        initializer=start,
        batch_size=round(state.number("batchSize", 10.0, 1.0, 10_000.0)),
        regularization=penalties.get(kind, Regularization()),
    )


# Writing --------------------------------------------------------------------------------------------------------------


def link_to(project: Project) -> str:
    """The link that opens this project there. Raises ExchangeRefused with what it cannot hold."""
    graph = project.graph
    if graph.order() is None or any(group.repeat > 1 for group in graph.groups):
        raise ExchangeRefused(_only("one row of Dense blocks"))
    chain = _chain(graph)
    data, *layers, loss = chain
    said: dict[str, Any] = {}
    _say_data(data, said)
    if layers and layers[0].block == "feature-expansion":
        chosen = block_of(layers.pop(0)).model_dump()
    else:
        chosen = {name: name == "originals" for name in FEATURES}
    _say_layers(layers, said)
    if loss.block != "half-mean-squared-error":
        raise ExchangeRefused(_only("half the mean squared error as loss"))
    _say_training(project, said)
    said.update({one: bool(chosen[name]) for name, features in FEATURES.items() for one in features})
    said["seed"] = f"{project.seed / SEED_PARTS:.5f}"
    words = (f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in said.items())
    return f"https://{HOST}/#{'&'.join(words)}"


def _only(what: str) -> str:
    return f"No link can hold this project: TensorFlow Playground knows {what} only."


def _chain(graph: Graph) -> list[Node]:
    """Data, layers and loss in a row. Raises ExchangeRefused for any other graph."""
    losses = [node for node in graph.nodes if any(edge.target_port == "target" for edge in graph.into(node.id))]
    found: list[Node] = []
    name: str | None = losses[0].id if len(losses) == 1 else None
    while name is not None and len(found) < len(graph.nodes):
        found.append(graph.node(name))
        name = next((edge.source for edge in graph.into(name) if edge.target_port != "target"), None)
    if len(found) != len(graph.nodes) or len(found) < 3 or any(node.weights_of for node in found):
        raise ExchangeRefused(_only("one row of Dense blocks from data to a loss"))
    if len(graph.edges) != len(found):
        raise ExchangeRefused(_only("one row of Dense blocks without further wires"))
    return found[::-1]


def _say_data(node: Node, said: dict[str, Any]) -> None:
    back = {block: name for name, block in (*DATA.items(), *SURFACES.items())}
    name = back.get(node.block)
    if name is None:
        raise ExchangeRefused(_only("circles, XOR, two Gaussians, spirals, a plane and bumps"))
    parameters = block_of(node).model_dump()
    regression = name in SURFACES
    usual = {"balance": 0.5, "label_noise": 0.0, "arms": 2, "scaling": "none", "target_scaling": "none"}
    odd = next((key for key, value in usual.items() if parameters.get(key, value) != value), None)
    if odd is not None or (not regression and parameters["labels"] != "signed"):
        raise ExchangeRefused(_only("its data as they are, unscaled and even, with labels of −1 and +1"))
    noise = 0.0
    if node.block == "gaussians":
        noise = max(0.0, (parameters["spread"] ** 2 - 0.5) / 7.0)
    elif parameters["noise"]:
        noise = parameters["noise"] / _noise(node.block, 0.01)["noise"] * 0.01
    said["problem"] = "regression" if regression else "classification"
    said["regDataset" if regression else "dataset"] = name
    said["noise"] = f"{100.0 * noise:.6g}"
    said["percTrainData"] = f"{100.0 * parameters['train_share']:.6g}"


def _say_layers(layers: list[Node], said: dict[str, Any]) -> None:
    blocks = [block_of(node).model_dump() for node in layers if node.block == "dense"]
    back = {ours: theirs for theirs, ours in ACTIVATIONS.items()}
    last = "identity" if said["problem"] == "regression" else "tanh"
    if len(blocks) != len(layers) or not blocks or any(not block["bias"] for block in blocks):
        raise ExchangeRefused(_only("Dense blocks with biases"))
    *hidden, output = blocks
    if output["units"] != 1 or output["activation"] != last:
        raise ExchangeRefused(_only(f"one output with {'no activation' if last == 'identity' else 'tanh'} here"))
    kinds = {block["activation"] for block in hidden}
    if len(kinds) > 1 or not kinds <= set(back):
        raise ExchangeRefused(_only("one activation for all hidden layers: ReLU, tanh, sigmoid or none"))
    if len(hidden) > THEIR_LAYERS or any(block["units"] > THEIR_UNITS for block in hidden):
        raise ExchangeRefused(_only(f"up to {THEIR_LAYERS} hidden layers of up to {THEIR_UNITS} units"))
    said["activation"] = back[next(iter(kinds), "tanh")]
    said["networkShape"] = ",".join(str(block["units"]) for block in hidden)


def _say_training(project: Project, said: dict[str, Any]) -> None:
    training = project.training
    penalty = training.regularization
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: training.optimizer.id == "sgd", "stochastic gradient descent"),
        (lambda: training.schedule.id == "constant", "a constant learning rate"),
        (lambda: training.batch_size >= 1, "batches of a given size"),
        (lambda: not training.phases and training.clipping.kind == "none", "plain steps without clipping or phases"),
        (lambda: training.accumulate == 1 and training.pruning.kind == "none", "steps of one batch without pruning"),
        (lambda: not (penalty.l1 and penalty.l2) and not penalty.max_norm, "either L1 or L2"),
        (lambda: training.initializer.id in ("uniform", "zeros"), "first weights that are uniform or zero"),
        (lambda: all(node.training.trainable and node.training == _usual() for node in project.graph.nodes),
         "blocks that learn alike"),
    )  # fmt: skip
    for kept, words in rules:
        if not kept():
            raise ExchangeRefused(_only(words))
    kind: Literal["L1", "L2", "none"] = "L1" if penalty.l1 else "L2" if penalty.l2 else "none"
    said["learningRate"] = f"{training.optimizer.parameters.get('learning_rate', 0.01):.6g}"
    said["batchSize"] = training.batch_size
    said["regularization"] = kind
    said["regularizationRate"] = f"{penalty.l1 or 2.0 * penalty.l2:.6g}"
    said["initZero"] = training.initializer.id == "zeros"


def _usual() -> Any:
    return Node(id="a", block="dense").training
