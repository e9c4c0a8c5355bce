"""Strange but valid projects, drawn at random from the declarations: every parameter within its bounds, or at them.

What is drawn is what a file can hold. Wires go where the check lets them pass, most of the time, so that many of the
projects can be trained.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from playground.data.registry import CATALOGUE
from playground.document.declaration import Declaration, ParameterInfo
from playground.document.graph import Edge, Graph, Group, Node, Note
from playground.editing import fixes
from playground.network.check import Output, Report, check
from playground.training.divergence import Diverged
from playground.training.initializers import INITIALIZERS
from playground.training.opening import project_from
from playground.training.optimizers import OPTIMIZERS
from playground.training.readiness import refusals
from playground.training.schedules import SCHEDULES
from playground.training.session.session import Session
from tests.network.drawn_tables import drawn_table

TEXTS = {
    "shape": ("1 x 8 x 8", "-1", "2 x 1", "-1 x 1", "1 x -1", "4", "1 x 1 x -1", "2 x 2 x 2 x 2"),
    "groups": ("0 | 1", "a | b", "setosa | versicolor virginica", "0 1 2 3 4 | 5 6 7 8 9", "0 2 | 1"),
    "names": ("", "x | y", "even | odd"),
    "expression": ("x", "x^2 + y^2", "3", "1/x", "sqrt(x)", "sin(x) > y", "x^2 + y^2 < 4", "x > 0", "0 > 1", "x*x*x"),
    "rows": ("1 2 3", "0 0 0\n0 1 1\n1 0 1", "1 1", "5", "1e30 2\n3 4", "1;2;3\n4;5;6"),
    "formula": ("t", "sin(t)", "1/t"),
    "start": ("", "0", "a", "1 2"),
}
METRICS = ("train_loss", "validation_loss", "test_accuracy", "test_r2", "no_such_metric")
WORDS = ("", "Hidden", "<b>&amp;</b>", "ü 字 ", "a.b", "%s {x}", "\\frac{", "n0")
OWN_TABLES = 0.15
"""Share of the projects that read a table of a person's own."""
MOST_UNITS = 24.0
"""Most integers stay below, that training ends in time; now and then one goes to its bound."""


def drawn_project(luck: Random) -> dict[str, Any]:
    """The content of a project file."""
    graph = drawn_graph(luck)
    return {
        "format": "playground-project",
        "schema_version": 1,
        "title": "drawn",
        "seed": luck.choice((0, 1, 2**31 - 1)),
        "graph": graph.model_dump(mode="json", exclude_defaults=True),
        "training": _training(luck, graph),
        "goals": [{"metric": luck.choice(METRICS), "at_most": luck.choice((0.0, 1e308)), "within_epochs": 1}],
    }


def drawn_graph(luck: Random) -> Graph:
    """Data, some blocks behind it, and what learns; then some of the remedies that the check offers."""
    data = [name for name, cls in CATALOGUE.items() if cls.family == "data" and not name.startswith("own-")]
    inner = [name for name, cls in CATALOGUE.items() if cls.family not in ("data", "loss", "measure", "estimator")]
    ends = [name for name, cls in CATALOGUE.items() if cls.family in ("loss", "measure", "estimator")]
    graph = Graph()
    for block in [luck.choice(data) for _ in range(luck.choice((1, 1, 1, 1, 2)))]:
        graph = _with_node(luck, graph, block)
    if luck.random() < OWN_TABLES and (table := drawn_table(luck, drawn_parameters)) is not None:
        graph = Graph(nodes=(Node(id="n0", block=table[0], parameters=table[1]),))
    for _ in range(luck.randint(0, 5)):
        graph = _with_fitting(luck, graph, inner)
    if luck.random() < 0.5:
        graph = _with_fitting(luck, graph, ["dense"])
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        graph = _with_fitting(luck, graph, ends)
    for _ in range(luck.choice((0, 1, 3))):
        graph = _remedied(luck, graph)
    return _arranged(luck, graph)


def _arranged(luck: Random, graph: Graph) -> Graph:
    """The graph, now and then with groups, notes and titles that are no reason to learn otherwise."""
    names = [node.id for node in graph.nodes]
    if luck.random() < 0.8 or not names:
        return graph
    luck.shuffle(names)
    cut = luck.randint(0, len(names))
    groups = tuple(
        Group(id=f"group-{number}", title=luck.choice(WORDS), nodes=tuple(part))
        for number, part in enumerate((names[:cut], names[cut:])) if luck.random() < 0.7
    )  # fmt: skip
    notes = tuple(Note(id=f"note-{number}", text=luck.choice(WORDS) * 3) for number in range(luck.randint(0, 2)))
    titled = tuple(node.replace(title=luck.choice(WORDS)) if luck.random() < 0.5 else node for node in graph.nodes)
    return graph.replace(nodes=titled, groups=groups, notes=notes)


def _with_fitting(luck: Random, graph: Graph, blocks: list[str]) -> Graph:
    """The graph with one more block: of a few tries, with a remedy each, one without a new error; rarely any."""
    before = _faults(graph)
    tried = graph
    for _ in range(8):
        tried = _with_node(luck, graph, luck.choice(blocks))
        for _ in range(3):
            if _faults(tried) <= before:
                return tried
            tried = _remedied(luck, tried)
    return tried if luck.random() < 0.05 else graph


def _faults(graph: Graph) -> int:
    """Errors on blocks; what the whole graph lacks may still come."""
    return sum(bool(problem.node) for problem in check(graph).errors())


def _with_node(luck: Random, graph: Graph, block: str) -> Graph:
    declaration = CATALOGUE[block]
    name = f"n{len(graph.nodes)}"
    content: dict[str, Any] = {"id": name, "block": block, "parameters": drawn_parameters(luck, declaration)}
    if luck.random() < 0.2:
        content["training"] = {
            "trainable": luck.random() < 0.7, "learning_rate_factor": luck.choice((0.0, 0.5, 1000.0)),
            "l1": luck.choice((None, 0.0, 100.0)), "l2": luck.choice((None, 0.0, 100.0)),
            "max_norm": luck.choice((None, 1e-9, 1e6)), "initializer": luck.choice((None, _choice(luck, INITIALIZERS))),
        }  # fmt: skip
    outputs = list(_outputs(graph))
    edges = []
    for port in declaration.inputs:
        count = 0 if port.optional and luck.random() < 0.5 else luck.choice((2, 3)) if port.many else 1
        for source, output in luck.sample(outputs, min(count, len(outputs))):
            named = [one for one in outputs if one[1] == port.name]
            if named and luck.random() < 0.7:
                source, output = luck.choice(named)
            elif luck.random() < 0.5:
                source, output = outputs[-1]
            edges.append(Edge(source=source, source_port=output, target=name, target_port=port.name))
    return graph.replace(
        nodes=(*graph.nodes, Node.model_validate(content)), edges=tuple(dict.fromkeys((*graph.edges, *edges)))
    )


def _outputs(graph: Graph) -> Iterator[Output]:
    for node in graph.nodes:
        for port in CATALOGUE[node.block].outputs:
            yield node.id, port.name


def _remedied(luck: Random, graph: Graph) -> Graph:
    """The graph after one of the fixes that the check offers for it."""
    report = check(graph)
    offers = [(problem, fix) for problem in report.problems for fix in problem.fixes if fix.action != "ask"]
    if not offers:
        return graph
    problem, fix = luck.choice(offers[-6:])
    return fixes.apply(graph, problem.node, fix)


def drawn_parameters(luck: Random, declaration: type[Declaration]) -> dict[str, Any]:
    """Some of the parameters, each by itself valid; together too, as a file with others is refused."""
    for _ in range(8):
        found = {
            info.name: value
            for info in declaration.parameter_infos()
            if luck.random() < 0.5 and (value := _value(luck, info)) is not None
        }
        if not declaration.parameter_problems(dict(found)):
            return found
    return {}


def _value(luck: Random, info: ParameterInfo) -> Any:
    if info.kind == "choice":
        chosen = luck.choice(info.choices)
        return int(chosen) if chosen.isdigit() else chosen
    if info.kind == "switch":
        return luck.random() < 0.5
    if info.kind == "text":
        return luck.choice(TEXTS.get(info.name, ("", "x")))
    if info.kind not in ("integer", "number"):
        return None
    low = -1e6 if info.minimum is None else info.minimum
    high = 1e6 if info.maximum is None else info.maximum
    at_bound = luck.random()
    if info.kind == "integer":
        nearby = max(low, min(high, MOST_UNITS if info.name != "examples" else low + 100.0))
        return int(low if at_bound < 0.25 else high if at_bound < 0.28 else luck.randint(int(low), int(nearby)))
    if at_bound < 0.25:
        return math.nextafter(low, math.inf) if luck.random() < 0.5 else low
    if at_bound < 0.4:
        return math.nextafter(high, -math.inf) if luck.random() < 0.5 else high
    return luck.uniform(low, min(high, low + 3.0))


def _choice(luck: Random, classes: tuple[type[Declaration], ...]) -> dict[str, Any]:
    chosen = luck.choice(classes)
    return {"id": chosen.id, "parameters": drawn_parameters(luck, chosen)}


def _training(luck: Random, graph: Graph) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "batch_size": luck.choice((0, 1, 3, 32, 1_000_000)),
        "regularization": luck.choice(({}, {"l1": 100.0, "l2": 100.0, "max_norm": 1e-9}, {"l2": 1e-3})),
        "clipping": luck.choice(({}, {"kind": "norm", "limit": 1e-300}, {"kind": "value", "limit": 1e9})),
        "stop": luck.choice((
            {}, {"epochs": 1}, {"patience": 1}, {"target": {"metric": luck.choice(METRICS), "at_most": 1.0}}
        )),
    }  # fmt: skip
    for name, classes in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("initializer", INITIALIZERS)):
        if luck.random() < 0.6:
            settings[name] = _choice(luck, classes)
    names = [node.id for node in graph.nodes]
    if luck.random() < 0.15:
        settings["phases"] = [
            {
                "losses": luck.sample(names, luck.randint(0, len(names))),
                "trains": luck.sample(names, luck.randint(0, len(names))),
                "optimizer": luck.choice((None, _choice(luck, OPTIMIZERS))),
                "steps": luck.choice((1, 2, 1000)),
            }
            for _ in range(luck.randint(1, 3))
        ]
    return settings


def quick(report: Report) -> bool:
    """Whether a few steps of training end in a moment."""
    examples = 0
    for name in report.data_nodes():
        parameters = report.blocks[name].parameters()
        examples = max(examples, int(parameters.get("examples", 1)), int(parameters.get("characters", 1)) // 4)
    widest = sum(signal.size * signal.rows for signal in report.signals.values())
    return report.total_parameters <= 100_000 and examples <= 3_000 and widest <= 50_000


def fate(content: dict[str, Any], looked_at: Callable[[Session], None] | None = None) -> str:
    """What becomes of a project: “refused” by the check, “large”, “trained” or “diverged”.

    One that was trained is shown to `looked_at`.

    Whatever else is raised is a fault: the check let pass what training refuses.
    """
    project = project_from(json.dumps(content))
    report = check(project.graph)
    if not report.ok:
        return "refused"
    if not quick(report):
        return "large"
    if refusals(project, report):
        return "refused"
    session = Session(project)
    try:
        session.advance(4)
    except Diverged:
        return "diverged"
    session.evaluate(full=True)
    again = Session(project)
    again.resume(session.checkpoint())
    if looked_at is not None:
        looked_at(again)
    return "trained"
