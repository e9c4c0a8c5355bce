"""The part of a written file that measures: losses and the project's metrics on every part of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from playground.blocks.loss import Loss
from playground.blocks.signal import END
from playground.code.lines import Line, indented
from playground.code.pieces import piece
from playground.code.setting import Setting
from playground.code.sources import Sources
from playground.data.base import Dataset
from playground.network.check import Report
from playground.training.decoding import THRESHOLDS
from playground.training.evaluation import MOST_SAID
from playground.training.free_running import Decoding, decodings
from playground.training.metrics.base import Answers, Numbers, Task
from playground.training.metrics.metric_set import MetricSet, metrics_for
from playground.training.metrics.sequences import Said, SequenceMetric

OF_SHARES = frozenset({"perplexity", "bits_per_character"})
"""Metrics that look at the probabilities."""
EVALUATION_SEED = 1
"""Blocks that draw outside training draw the same numbers in every evaluation."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is compared by one loss block or estimator."""

    node: str
    judge: object
    metrics: MetricSet
    scaled: bool
    """Whether numbers are told in the unit of the data."""
    decoding: Decoding | None = None
    """How the network says a sequence by itself, where metrics look at that and its prediction is another."""

    @property
    def speaks(self) -> bool:
        """Whether whole sequences are measured."""
        return any(isinstance(metric, SequenceMetric) for metric in self.metrics.metrics)


def heads(report: Report) -> tuple[Head, ...]:
    """What is compared, with the metrics that suit it."""
    found = []
    told = {decoding.node: decoding for decoding in decodings(report) if not decoding.alone}
    for node, judge, prediction, target in report.comparisons():
        width = _scaled_width(report, target)
        metrics = metrics_for(judge, report.signals[prediction], report.signals[target], (1.0,) * width)
        head = Head(node, judge, metrics, bool(metrics.task.unit))
        found.append(replace(head, decoding=told.get(node)) if head.speaks else head)
    return tuple(found)


def _scaled_width(report: Report, target: tuple[str, str]) -> int:
    """How many numbers of a scaled target there are; 0 where nothing is scaled."""
    block = report.blocks.get(target[0])
    if not isinstance(block, Dataset) or target[1] != "target" or getattr(block, "target_scaling", "none") == "none":
        return 0
    return report.signals[target].size


def evaluating(setting: Setting, report: Report, sources: Sources) -> Iterator[Line]:
    """The function `evaluate`, with what it needs before it."""
    found = heads(report)
    measured: list[Line] = []
    names = {head.node: f"measure_{number}" if len(found) > 1 else "measure" for number, head in enumerate(found, 1)}
    for head in found:
        if head.metrics.metrics and any(one.node == head.node for one in setting.network.compared):
            measured += [*_measure(head, names[head.node], sources), Line(""), Line("")]
            if head.decoding is not None:
                measured += [*_saying(setting, head, head.decoding, names[head.node]), Line(""), Line("")]
    yield from piece(sources.take())
    yield from measured
    yield Line("@torch.no_grad()")
    yield Line(f"def evaluate({', '.join(setting.handed_on)}):")
    yield Line('    """Losses and metrics of every part of the data, by their names."""')
    yield from indented(_body(setting, report, found, names))
    yield from (Line(""), Line(""))


def _body(setting: Setting, report: Report, found: tuple[Head, ...], names: dict[str, str]) -> Iterator[Line]:
    network = setting.network
    yield Line("model.eval()")
    yield Line("found = {}")
    if not setting.fed:
        yield from _losses(setting, found, "train", "")
        yield Line("return found")
        return
    batch = ", ".join(network.feeds.values())
    comma = "," if len(network.feeds) == 1 else ""
    yield Line(f"for part, ({batch}{comma}) in data.items():")
    first = next(iter(network.feeds.values()))
    yield Line(f"    if not len({first}):")
    yield Line("        continue")
    inside: list[Line] = []
    where = f"{first}.device" if setting.distributed else ""
    drawing = f"model.draw_from(torch.Generator({where}).manual_seed({EVALUATION_SEED}))"
    if network.draws:
        inside.append(Line(f"{drawing}  # the same every time"))
    inside += _losses(setting, found, "{part}", f", {batch}")
    compared = {one.node: one for one in network.compared}
    heads_used = [head for head in found if head.metrics.metrics and head.node in compared]
    if heads_used or network.measures:
        if network.draws:
            inside.append(Line(drawing))
        if network.outputs:
            inside.append(Line(f"{', '.join(network.outputs)} = model({', '.join(network.takes)})"))
        inside += network.targets
    for head in heads_used:
        one = compared[head.node]
        suffix = f".{head.node}" if len(found) > 1 else ""
        unit = ", unit" if head.scaled else ""
        if head.decoding is not None:
            most = MOST_SAID[True]
            few = ", ".join(f"{feed}[:{most}]" for feed in network.takes)
            said = f"alone = {_say(names[head.node])}(model, {few})  # of the first examples"
            inside.append(Line(said, (head.node,)))
            unit += f", alone, {one.target}[:{most}]"
        inside.append(Line(f"for name, value in {names[head.node]}({one.prediction}, {one.target}{unit}).items():"))
        inside.append(Line(f'    found[f"{{part}}_{{name}}{suffix}"] = float(value)'))
    takers = Counter(_measured_names(report, network.measures))
    for node, expression in network.measures.items():
        inside.append(Line(f"for name, value in {expression}.items():", (node,)))
        shared = len(network.measures) > 1 and max(takers.values(), default=0) > 1
        inside.append(Line(f'    found[f"{{part}}_{{name}}{f".{node}" if shared else ""}"] = float(value)', (node,)))
    yield from indented(inside)
    yield Line("return found")


def _measured_names(report: Report, measures: object) -> list[str]:
    return [report.blocks[node].id for node in measures]  # type: ignore[attr-defined]


def _losses(setting: Setting, found: tuple[Head, ...], part: str, batch: str) -> Iterator[Line]:
    """The loss of a part; of several losses each, too. A sum is told for a batch as large as in training."""
    weights, keys = setting.weights, setting.network.losses
    if not weights:
        return
    quote = f'f"{part}_loss"' if "{" in part else f'"{part}_loss"'
    sums = {head.node for head in found if isinstance(head.judge, Loss) and head.judge.reduction() == "sum"}
    size = "len(data[\"train\"][0])" if not setting.batched else "min(BATCH_SIZE, len(data[\"train\"][0]))"
    first = next(iter(setting.network.feeds.values()), "")
    scaled = f" * {size} / len({first})"
    if len(weights) == 1:
        node = next(iter(weights))
        yield Line(f"found[{quote}] = float(loss(model{batch}){scaled if node in sums else ''})", (node,))
        return
    yield Line(f"each = losses(model{batch})", tuple(weights))
    parts = []
    for node, weight in weights.items():
        value = f'float(each["{keys[node]}"]{scaled if node in sums else ""})'
        name = f'f"{part}_loss.{node}"' if "{" in part else f'"{part}_loss.{node}"'
        yield Line(f"found[{name}] = {value}", (node,))
        parts.append(f"found[{name}]" if weight == 1.0 else f"{weight!r} * found[{name}]")
    yield Line(f"found[{quote}] = {' + '.join(parts)}", tuple(weights))


def _say(measure: str) -> str:
    """The name of the function that says what this one measures."""
    return measure.replace("measure", "say", 1)


def _saying(setting: Setting, head: Head, decoding: Decoding, measure: str) -> Iterator[Line]:
    """A function that lets the network say sequences by itself; `free_run` in a few lines."""
    network, node = setting.network, (head.node,)
    given = network.feeds[decoding.given]
    prediction = next(one.prediction for one in network.compared if one.node == head.node)
    yield Line(f"def {_say(measure)}(model, {', '.join(network.takes)}):", node)
    yield Line('    """What the network predicts where it is given what it has said itself, token by token."""', node)
    yield Line(f"    {given} = torch.full_like({given}, {decoding.filler})", node)
    yield Line(f"    {given}[:, 0] = {decoding.start}", node)
    yield Line("    steps = []", node)
    yield Line(f"    for step in range({decoding.steps}):", node)
    yield Line(f"        {', '.join(network.outputs)} = model({', '.join(network.takes)})", node)
    yield Line(f"        steps.append({prediction}[:, step])", node)
    yield Line(f"        if step + 1 < {decoding.steps}:", node)
    yield Line(f"            {given}[:, step + 1] = {prediction}[:, step].argmax(dim=-1)", node)
    yield Line("    return torch.stack(steps, dim=1)", node)


def _measure(head: Head, name: str, sources: Sources) -> Iterator[Line]:
    """A function from predictions and targets to metrics."""
    metrics = head.metrics.metrics
    task = head.metrics.task
    calls = [
        (metric.id, sources.method(metric, "compute", metric.id), isinstance(metric, SequenceMetric))
        for metric in metrics
    ]
    lines = list(_numbers(head, sources) if task.kind == "numbers" else _answers(head.metrics, sources))
    further = (", unit" if head.scaled else "") + (", alone, right" if head.decoding is not None else "")
    if head.speaks:
        whole, right = ("prediction", "target") if head.decoding is None else ("alone", "right")
        end = task.target.classes.index(END)
        lines.append(f"said = {sources.need(Said)}({whole}.argmax(dim=-1), {right}, {end})")
    yield Line(f"def {name}(prediction, target{further}):", (head.node,))
    yield from (Line(f"    {line}", (head.node,)) for line in lines)
    yield Line("    return {", (head.node,))
    for metric, function, whole_sequences in calls:
        taken = "said" if whole_sequences else "compared"
        yield Line(f'        "{metric}": {function}({taken}),', (head.node,))
    yield Line("    }", (head.node,))


def _numbers(head: Head, sources: Sources) -> Iterator[str]:
    numbers = sources.need(Numbers)
    yield '"""How near predicted numbers are to the right ones."""'
    right = "target.to(prediction.dtype).reshape(prediction.shape)"
    yield f"compared = {numbers}(prediction, {right}{', unit' if head.scaled else ''})"


def _answers(metrics: MetricSet, sources: Sources) -> Iterator[str]:
    """How predictions are read as classes."""
    answers, task = sources.need(Answers), metrics.task
    yield '"""How well predictions tell the right classes."""'
    if task.reading is not None:
        threshold = THRESHOLDS.get(task.reading, 0.0)
        yield f"predicted, actual = prediction.reshape(-1) > {threshold!r}, target.reshape(-1) > 0.5"
        yield f"compared = {answers}({task.classes}, predicted, actual, labels={task.target.size})"
        return
    decoder = task.decoder
    assert decoder is not None
    last = ".movedim(1, -1)" if task.target.pixelwise else ""
    yield f"scores = prediction{last}.reshape(-1, {decoder.units})  # (N, {decoder.units})"
    yield f"actual = {_actual(task)}  # (N,)"
    if task.target.shape and task.target.scale == "index":
        yield "scores, actual = scores[actual >= 0], actual[actual >= 0]  # where an answer is asked for"
    threshold = THRESHOLDS.get(decoder.reading, 0.0)
    said = f"(scores[:, 0] > {threshold!r}).long()" if decoder.units == 1 else "scores.argmax(dim=1)"
    yield f"predicted = {said}"
    wanted = {metric.id for metric in metrics.metrics}
    further = ", scores" if wanted & {"top_3_accuracy", *OF_SHARES} else ""
    if wanted & OF_SHARES:
        further += f", {sources.method(decoder, 'shares')}"
    if task.rare >= 0:
        further += f", rare={task.rare}"
    yield f"compared = {answers}({task.classes}, predicted, actual{further})"


def _actual(task: Task) -> str:
    """Class numbers from targets in the coding of their wire; `Decoder.actual` in one line."""
    signal = task.target
    if signal.scale == "index":
        return "target.reshape(-1).long()"
    if signal.size > 1:
        return "target.reshape(len(target), -1).argmax(dim=1)"
    return f"(target.reshape(-1) > {0.0 if signal.scale == 'signed' else 0.5!r}).long()"
