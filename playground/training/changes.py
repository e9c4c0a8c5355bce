"""What a changed project means for a run: nothing, other numbers, or another network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import torch

from playground.blocks.base import Block
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.data.base import Dataset
from playground.document.copies import unrolled
from playground.document.declaration import Declaration, in_a_sentence
from playground.document.graph import Choice, Graph, Node
from playground.document.project import SETTING_TITLES, Phase, Project, TrainingSettings
from playground.network.check import Report, block_of
from playground.network.naming import block_title, group_title, titles
from playground.training.initializers import initializer_of
from playground.training.learner import remembered_name
from playground.training.metrics.words import metric_words
from playground.training.model import TrainableModel
from playground.training.objectives.registry import objective_of
from playground.training.optimizers import optimizer_of
from playground.training.phases import trained
from playground.training.schedules import schedule_of

Change = Literal["nothing", "numbers", "structure"]


def classify(before: Project, after: Project) -> Change:
    """The smallest thing that must be done to go from one project to the other."""
    if _structure(before.graph) != _structure(after.graph) or before.training.device != after.training.device:
        return "structure"
    if _players(before) != _players(after):
        return "structure"
    if before.training != after.training or _penalties(before.graph) != _penalties(after.graph):
        return "numbers"
    return "nothing"


def _structure(graph: Graph) -> tuple[Any, ...]:
    whole = unrolled(graph)
    nodes = {node.id: (node.block, node.parameters, node.weights_of, _learning(node)) for node in whole.nodes}
    return nodes, whole.edges


def _players(project: Project) -> list[tuple[tuple[str, ...], frozenset[str]]]:
    """Which losses train which nodes, phase by phase."""
    return [(phase.losses, trained(project.graph, phase)) for phase in project.training.phases]


def _learning(node: Node) -> tuple[bool, float]:
    return node.training.trainable, node.training.learning_rate_factor


def _penalties(graph: Graph) -> dict[str, tuple[float | None, ...]]:
    return {node.id: (node.training.l1, node.training.l2, node.training.max_norm) for node in graph.nodes}


def starts_anew(before: Project, after: Project) -> bool:
    """Whether the first weights are others, so that another run begins."""
    return before.seed != after.seed or before.starts_from != after.starts_from


def begins_anew(before: Report, after: Report) -> bool:
    """Whether some block has changed so that nothing learned is worth keeping."""
    return any(
        block.begins_anew(before.blocks[name])
        for name, block in after.blocks.items()
        if name in before.blocks and type(block) is type(before.blocks[name])
    )


def retune(model: TrainableModel, before: Project, after: Project, report: Report) -> bool:
    """Write changed numbers of blocks, such as a dropout rate, into the living modules; False when that is not enough.

    `report` is that of the changed graph. Data, wires and shapes must be as they were; of losses the weight may change.
    """
    old, new, known = unrolled(before.graph), unrolled(after.graph), model.network.report
    same = old.edges == new.edges and before.training.device == after.training.device and report.ok
    same = same and report.shared == known.shared and _players(before) == _players(after)
    kinds = [{node.id: (node.block, _learning(node)) for node in graph.nodes} for graph in (old, new)]
    if not same or kinds[0] != kinds[1] or report.signals != known.signals:
        return False
    changed = [name for name, block in report.blocks.items() if block != known.blocks[name]]
    if not all(_writable(known.blocks[name], report.blocks[name]) for name in changed):
        return False
    modules = dict(model.network.named_children())
    if not all(report.blocks[name].update(modules[name]) for name in changed):
        return False
    model.network.report = report
    model.network.weigh(report)
    return True


def _writable(before: Block, after: Block) -> bool:
    """Whether other numbers of a block concern its module alone; of a loss, its weight among the losses may change."""
    if isinstance(after, Loss):
        return after.writable(before)
    return not isinstance(after, Dataset | Measure)


def data_of(report: Report) -> dict[str, Block]:
    """The data blocks with their parameters: they determine the examples."""
    return {name: block for name, block in report.blocks.items() if isinstance(block, Dataset)}


# Words for the marks on the curves ----------------------------------------------------------------------------------


def describe(before: Project, after: Project) -> list[str]:
    """What changed, such as “learning rate 0.03 → 0.01”, in the order of the settings and of the graph."""
    words = [*_choice_differences(before.training, after.training), *_phase_differences(before, after)]
    words.extend(_objective_differences(before.training, after.training))
    known = {**titles(before.graph), **titles(after.graph)}
    words.extend(_differences(_settings(before.training, known), _settings(after.training, known)))
    old = {node.id: node for node in before.graph.nodes}
    new = {node.id: node for node in after.graph.nodes}
    words.extend(_group_differences(before.graph, after.graph))
    added, removed = [name for name in new if name not in old], [name for name in old if name not in new]
    words.extend(f"{known[name]} added" for name in added)
    words.extend(f"{known[name]} removed" for name in removed)
    for name, node in new.items():
        if name in old:
            words.extend(f"{known[name]}: {text}" for text in _node_differences(old[name], node))
    if not added and not removed and set(before.graph.edges) != set(after.graph.edges):
        words.append("wires changed")
    return words


def _group_differences(before: Graph, after: Graph) -> Iterator[str]:
    for group in after.groups:
        old = before.groups_by_id.get(group.id)
        repeat, shared = (old.repeat, old.shared) if old is not None else (1, False)
        name = group_title(group)
        if repeat != group.repeat:
            yield f"{name}: {_words('copies', repeat, group.repeat)}"
        if shared != group.shared and group.repeat > 1:
            yield f"{name}: copies share their weights" if group.shared else f"{name}: each copy has its own weights"


def _choice_differences(before: TrainingSettings, after: TrainingSettings) -> Iterator[str]:
    for name, prefix, make in _CHOICES:
        old, new = getattr(before, name), getattr(after, name)
        if old.id != new.id:
            yield _words(name, make(old).title, make(new).title)
        elif old != new:
            # With the defaults of what was left out, so that both sides are numbers.
            labels = {info.name: info.label for info in type(make(new)).parameter_infos()}
            for text in _differences(make(old).model_dump(), make(new).model_dump(), labels):
                yield prefix + text


def _objective_differences(before: TrainingSettings, after: TrainingSettings) -> Iterator[str]:
    old, new = list(map(objective_of, before.objectives)), list(map(objective_of, after.objectives))
    if [one.id for one in old] == [one.id for one in new]:
        for one, other in zip(old, new, strict=True):
            labels = {info.name: info.label for info in type(other).parameter_infos()}
            for text in _differences(one.model_dump(), other.model_dump(), labels):
                yield f"{in_a_sentence(other.title)}: {text}"
        return
    added, removed = Counter(one.title for one in new), Counter(one.title for one in old)
    yield from (f"{in_a_sentence(title)} added" for title in added - removed)
    yield from (f"{in_a_sentence(title)} removed" for title in removed - added)


def _phase_differences(before: Project, after: Project) -> Iterator[str]:
    old, new = before.training.phases, after.training.phases
    if len(old) != len(new):
        yield _words("phases", len(old), len(new))
        return
    for number, (one, other) in enumerate(zip(old, new, strict=True), start=1):
        name = other.title or f"phase {number}"
        differences = [
            *_differences({"steps": one.steps}, {"steps": other.steps}),
            *_own_optimizer_differences(before, after, one, other),
            *_differences(_membership(one), _membership(other)),
        ]
        yield from (f"{name}: {text}" for text in differences)


def _own_optimizer_differences(before: Project, after: Project, old: Phase, new: Phase) -> Iterator[str]:
    if old.optimizer is None and new.optimizer is None:
        return  # a change of the network's is said once
    yield from _choice_differences(
        TrainingSettings(optimizer=old.optimizer or before.training.optimizer),
        TrainingSettings(optimizer=new.optimizer or after.training.optimizer),
    )


def _membership(phase: Phase) -> dict[str, Any]:
    return {"losses": phase.losses, "blocks": phase.trains}


_CHOICES: tuple[tuple[str, str, Callable[[Choice], Declaration]], ...] = (
    ("optimizer", "", optimizer_of),
    ("schedule", "schedule ", schedule_of),
    ("initializer", "initializer ", initializer_of),
)


def _settings(settings: TrainingSettings, known: Mapping[str, str]) -> dict[str, Any]:
    """The other settings as one flat table of plain words."""
    clipping, target = settings.clipping, settings.stop.target
    return {
        "batch size": settings.batch_size or "all",
        "batches in a step": settings.accumulate,
        "precision": settings.precision,
        **{f"pruning {name}": value for name, value in settings.pruning.model_dump().items()},
        **settings.regularization.model_dump(),
        "clipping": "none" if clipping.kind == "none" else f"{clipping.kind} {clipping.limit:g}",
        "epochs": settings.stop.epochs,
        "target": None if target is None else metric_words(target.metric, known),
        "target at least": None if target is None else target.at_least,
        "target at most": None if target is None else target.at_most,
        "patience": settings.stop.patience,
        "restore best": settings.stop.restore_best,
        "device": settings.device,
        "engine": settings.engine,
    }


def _node_differences(before: Node, after: Node) -> Iterator[str]:
    if before.block != after.block:
        yield f"{block_title(before.block)} → {block_title(after.block)}"
    elif before.parameters != after.parameters:
        yield from _parameter_differences(before, after)
    if before.weights_of != after.weights_of:
        yield "weights of its own" if after.weights_of is None else "uses the weights of another block"
    old, new = (node.training.model_dump(mode="json") for node in (before, after))
    if old.pop("trainable") != new.pop("trainable"):
        yield "learns again" if after.training.trainable else "frozen"
    starts = [_start_words(node.training.initializer) for node in (before, after)]
    if old.pop("initializer") != new.pop("initializer"):
        yield _words("initializer", *starts) if starts[0] != starts[1] else "initializer changed"
    yield from _differences(old, new)


def _start_words(initializer: Choice | None) -> str:
    return initializer_of(initializer).title if initializer is not None else "as the network"


def _parameter_differences(before: Node, after: Node) -> Iterator[str]:
    """What changed among the parameters, by their labels; another activation is “tanh to ReLU”."""
    old, new = block_of(before).model_dump(), block_of(after).model_dump()
    activations = old.pop("activation", None), new.pop("activation", None)
    if activations[0] != activations[1] and all(isinstance(name, str) for name in activations):
        yield " to ".join(in_a_sentence(block_title(name)) for name in activations)
    labels = {info.name: info.label for info in type(block_of(after)).parameter_infos()}
    for name, value in new.items():
        if old[name] != value:
            yield _words(_label(name, labels), old[name], value)


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str] = SETTING_TITLES
) -> Iterator[str]:
    for name, new in after.items():
        if before[name] != new:
            yield _words(_label(name, labels), before[name], new)


def _label(name: str, labels: Mapping[str, str]) -> str:
    return in_a_sentence(labels.get(name) or name.replace("_", " "))


def _words(name: str, old: Any, new: Any) -> str:
    if isinstance(old, list | tuple | dict) or isinstance(new, list | tuple | dict):
        return f"{name} changed"
    return f"{name} {_value(old)} → {_value(new)}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)[:30]


# What still fits ----------------------------------------------------------------------------------------------------


def _same_shapes(old: TrainableModel, new: TrainableModel) -> set[str]:
    """Names of the parameters that are still there, in the same shape and in a block of the same kind."""
    before, blocks = old.flat.layout.by_name(), old.network.report.blocks
    return {
        place.name
        for place in new.flat.layout.places
        if place.name in before
        and before[place.name].shape == place.shape
        and blocks[place.node].id == new.network.report.blocks[place.node].id
    }


@torch.no_grad()
def keep_weights(old: TrainableModel, new: TrainableModel) -> None:
    """Copy every parameter and buffer that still fits, and go on with the same noise."""
    for name in _same_shapes(old, new):
        new.flat.view(name).copy_(old.flat.view(name))
    old_buffers = old.buffers()
    for name, buffer in new.buffers().items():
        source = old_buffers.get(name)
        if source is not None and source.shape == buffer.shape:
            buffer.copy_(source)
    if old.noise.device == new.noise.device:
        new.noise.set_state(old.noise.get_state())


def fitting_memory(
    memory: Mapping[str, torch.Tensor], old: TrainableModel, new: TrainableModel
) -> dict[str, torch.Tensor]:
    """The optimizer's memory of the parameters that still fit."""
    kept = _same_shapes(old, new)
    return {key: tensor for key, tensor in memory.items() if remembered_name(key) in kept}
