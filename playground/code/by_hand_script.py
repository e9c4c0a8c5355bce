"""A dense network as a file that needs numpy alone: data, network, update and training by hand."""

from __future__ import annotations

import ast
import math
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from playground.blocks.signal import Signal
from playground.code.by_hand import ByHand, Layer, NotByHand, by_hand
from playground.code.lines import Line, Written, commented, indented, joined
from playground.code.loading import loading
from playground.code.pieces import piece
from playground.code.roles import Roles
from playground.code.sources import Sources
from playground.code.values import in_quotes
from playground.document.copies import drawn
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.training.initializers import initializer_of
from playground.training.model import activation_after
from playground.training.optimizers import optimizer_of
from playground.training.schedules import schedule_of

WIDTH = 100
OWN_NAMES = (
    "load_data", "first_weights", "forward", "step", "train", "main", "weights", "rng", "x", "y", "loss", "order",
    "start", "chosen", "epoch", "SEED", "EPOCHS", "BATCH_SIZE", "LEARNING_RATE", "L2", "data", "rows", "features",
    "target", "generator", "unit", "shift", "factor", "fields", "memory", "rate", "t", "steps_per_epoch", "losses",
)  # fmt: skip
"""What the file calls its own."""
STEPS = 'f"{len(losses)} steps, loss {losses[0]:.4f} at the first and {losses[-1]:.4f} at the last"'
USUAL_EPOCHS = 100
"""Epochs of a file whose project says nowhere how many."""


def write_by_hand(project: Project) -> Written:
    """The file of a project in numpy alone. Raises NotByHand where it is not written so, and CannotCompile where the
    graph has errors."""
    report = check(project.graph)
    if not report.ok:
        raise CannotCompile(report.errors())
    return _Script(project, report, by_hand(project, report)).written()


@dataclass(frozen=True)
class _Script:
    project: Project
    report: Report
    code: ByHand

    def written(self) -> Written:
        """The whole file."""
        sources = Sources((*OWN_NAMES, *self.code.helpers, *self.code.weights))
        loaded = loading(self.report, Roles(self.project.graph, self.report).feeds, sources, arrays=True)
        if any("torch" in line for line in sources.imports):
            raise NotByHand("The data of this project are made with torch, so that numpy alone does not do.")
        sources.import_line("import numpy as np", "np")
        if "bell" in self.code.helpers:
            sources.import_line("import math", "math")
        sections = [
            ("Data", loaded.lines),
            ("Network", (*self._first_weights(), *self.code.lines(), Line(""), Line(""))),
            ("Training", (*self._schedule(sources), *map(Line, self._train()))),
        ]
        body = [line for title, lines in sections for line in (*_heading(title), *lines)]
        head = [*self._docstring(loaded.cannot), *_imports(sources.imports), *self._numbers()]
        return joined([*map(Line, head), *body, *self._main(bool(loaded.units))], loaded.cannot)

    def _docstring(self, cannot: Iterable[str]) -> Iterator[str]:
        project = self.project
        summary = " ".join(project.summary.split())
        title = in_quotes(project.title)
        yield f'"""{title}: {in_quotes(summary)}' if summary else f'"""{title}.'
        yield ""
        yield from textwrap.wrap(
            "The experiment as it stands on the canvas of Playground, by hand in numpy: forward, backward and update. "
            "The first weights and the order of the examples are other random numbers than there.", WIDTH,
        )  # fmt: skip
        for sentence in dict.fromkeys(cannot):
            yield from textwrap.wrap(f"Not written: {sentence}", WIDTH)
        yield from ('"""', "")

    def _numbers(self) -> Iterator[str]:
        training = self.project.training
        yield f"SEED = {self.project.seed}"
        promised = [goal.within_epochs for goal in self.project.goals]
        yield f"EPOCHS = {training.stop.epochs or max(promised, default=USUAL_EPOCHS)}"
        if training.batch_size:
            yield f"BATCH_SIZE = {training.batch_size}"
        yield f"LEARNING_RATE = {optimizer_of(training.optimizer).learning_rate!r}"
        if self.code.l2:
            yield f"L2 = {self.code.l2!r}"
        yield from ("", "")

    def _first_weights(self) -> Iterator[Line]:
        every = tuple(node for layer in self.code.layers for node in layer.nodes)
        yield Line("def first_weights():", every)
        yield Line("    rng = np.random.default_rng(SEED)", every)
        for layer in self.code.layers:
            if layer.number:
                yield from indented(self._start(layer))
        yield from (Line(f"    return [{', '.join(self.code.weights)}]", every), Line(""), Line(""))

    def _start(self, layer: Layer) -> Iterator[Line]:
        node = self.project.graph.by_id[drawn(layer.name)]
        initializer = initializer_of(node.training.initializer or self.project.training.initializer)
        weight = torch.empty(layer.shape, device="meta")
        made = initializer.to_code(weight, activation_after(self.project.graph, self.report, layer.name)).expression
        yield from commented(f"W{layer.number} = {_in_numpy(made, layer.shape)}", f"{layer.shape}", layer.nodes)
        if layer.bias:
            shape = (layer.shape[0],)
            made = initializer.to_code_of_bias(torch.empty(shape, device="meta")).expression
            yield Line(f"b{layer.number} = {_in_numpy(made, shape)}", layer.nodes)

    def _schedule(self, sources: Sources) -> Iterator[Line]:
        """The function that says what the learning rate is multiplied by."""
        if self.code.scheduled:
            sources.method(schedule_of(self.project.training.schedule), "factor", "rate_factor")
            yield from piece(sources.take())

    def _train(self) -> Iterator[str]:
        batched = bool(self.project.training.batch_size)
        memory, scheduled = self.code.update.memory, self.code.scheduled
        yield "def train(weights, x, y):"
        yield '    """Go over all examples again and again; gives the loss of every step."""'
        yield from ("    rng = np.random.default_rng(SEED)",) if batched else ()
        if memory:
            arrays = ", ".join(["np.zeros_like(w)"] * len(memory))
            yield f"    memory = [({arrays}{',' if len(memory) == 1 else ''}) for w in weights]"
        if scheduled:
            yield f"    steps_per_epoch = {'-(-len(x) // BATCH_SIZE)  # rounded up' if batched else '1'}"
        yield "    losses = []"
        yield "    for epoch in range(EPOCHS):"
        indent, batch = "        ", "x, y"
        if batched:
            yield "        order = rng.permutation(len(x))"
            yield "        for start in range(0, len(x), BATCH_SIZE):"
            yield "            chosen = order[start : start + BATCH_SIZE]"
            indent, batch = "            ", "x[chosen], y[chosen]"
        if scheduled:
            total = "EPOCHS * steps_per_epoch" if self.project.training.stop.epochs is not None else "None"
            yield f"{indent}rate = LEARNING_RATE * rate_factor(len(losses), steps_per_epoch, {total})"
        further = "".join(f", {'len(losses) + 1' if name == 't' else name}" for name in self.code.further)
        yield f"{indent}losses.append(step(weights, {batch}{further}))"
        yield from ("    return losses", "", "")

    def _main(self, units: bool) -> Iterator[Line]:
        yield Line("def main():")
        yield Line(f"    data{', unit' if units else ''} = load_data()")
        yield Line("    weights = first_weights()")
        yield Line('    losses = train(weights, *data["train"])')
        yield Line(f"    print({STEPS})")
        yield Line("    for part, (x, y) in data.items():")
        yield Line("        if len(x):")
        yield Line(f"            {self._told()}", self.code.loss.nodes)
        yield from map(Line, ("", "", 'if __name__ == "__main__":', "    main()"))

    def _told(self) -> str:
        """The statement that tells how good the network is on a part."""
        prediction, target = (self.report.signals[source] for source in self.report.inputs[self.code.loss.name])
        answer = "forward(weights, x)" if self.code.single else "forward(weights, x)[-1]"
        if prediction.shape == target.shape == (1,) and target.scale in ("zero-one", "signed"):
            half = 0.5 if prediction.scale == "probability" else 0.0
            middle = 0.5 if target.scale == "zero-one" else 0.0
            right = f"(({answer} >= {half}) == (y > {middle})).mean()"
        elif _classes(target):
            truth = "y" if target.scale == "index" else "y.argmax(axis=1)"
            right = f"({answer}.argmax(axis=1) == {truth}).mean()"
        else:
            return f'print(f"{{part}}: mean squared error {{(({answer} - y) ** 2).mean():.4f}}")'
        return f'print(f"{{part}}: accuracy {{{right}:.4f}}")'


def _classes(target: Signal) -> bool:
    return target.scale == "index" or (target.scale == "one-hot" and len(target.shape) == 1)


def _heading(title: str) -> tuple[Line, ...]:
    return Line(f"# {title} {'-' * (WIDTH - 3 - len(title))}"), Line("")


def _imports(lines: Iterable[str]) -> Iterator[str]:
    every = set(lines)
    own = {line for line in every if line.split()[1].split(".")[0] in sys.stdlib_module_names}
    for group in (own, every - own):
        yield from sorted(group, key=lambda line: (line.split()[0] != "import", line))
        yield from ("",) if group else ()


def _in_numpy(statement: str, shape: tuple[int, ...]) -> str:
    """An array that starts as a call of `torch.nn.init` would fill it. Raises NotByHand where numpy cannot do it."""
    size = str(shape[0]) if len(shape) == 1 else str(shape)
    call = ast.parse(statement.replace("{0}", "w"), mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if name == "copy_":
        numbers = next(node for node in ast.walk(call) if isinstance(node, ast.Tuple | ast.List))
        return f"np.resize({ast.unparse(numbers)}, {size})"
    given = [ast.literal_eval(one) for one in call.args[1:]]
    named = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords if one.arg != "generator"}
    if name == "zeros_":
        return f"np.zeros({size})"
    if name == "eye_":
        return f"np.eye({', '.join(map(str, shape))})"
    if name == "constant_":
        return f"np.full({size}, {given[0]!r})"
    if name == "normal_":
        return f"rng.normal({given[0]!r}, {given[1]!r}, {size})"
    if name == "uniform_":
        return f"rng.uniform({given[0]!r}, {given[1]!r}, {size})"
    return _by_fans(name, named, shape, size)


def _by_fans(name: str, named: dict[str, object], shape: tuple[int, ...], size: str) -> str:
    """Xavier's and He's starts, whose spread follows from the numbers of inputs and units."""
    family, _, form = name.rstrip("_").partition("_")
    units, inputs = shape
    if family == "xavier":
        times, fans = named.get("gain", 1.0), f"({inputs} + {units})"
        spread, even = f"np.sqrt(2 / {fans})", f"np.sqrt(6 / {fans})"
    elif family == "kaiming":
        fan = units if named.get("mode") == "fan_out" else inputs
        slope = named.get("a", 0.0) if named.get("nonlinearity", "leaky_relu") == "leaky_relu" else 0.0
        times = 1.0 / math.sqrt(1.0 + float(str(slope)) ** 2)
        spread, even = f"np.sqrt(2 / {fan})", f"np.sqrt(6 / {fan})"
    else:
        raise NotByHand(f"By hand no weights are written that start by {name.rstrip('_')}.")
    factor = f"{times!r} * " if times != 1.0 else ""
    if form == "normal":
        return f"rng.normal(0, {factor}{spread}, {size})"
    return f"{factor}rng.uniform(-1, 1, {size}) * {even}"
