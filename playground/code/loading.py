"""The part of a written file that makes or reads the data, and prepares them as Playground does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.code.lines import Line, indented
from playground.code.pieces import piece
from playground.code.sources import Sources
from playground.code.values import CannotWrite, in_quotes, written
from playground.data.base import ClassDataset, Dataset, RegressionDataset, ScaledDataset, given_numbers
from playground.data.division import fewer_rows, fold_rows, keep_labels, outer_rows, split, split_in_order
from playground.data.preparation import code_labels, measure_scaling
from playground.network.check import Report
from playground.network.remedies import Output

LONGEST = 100
"""Letters of a line of the file."""
FORGOTTEN = 'del rows["unlabelled"]  # nothing is learned from inputs without a label'
PARTS_WORDS = "train, validation and test"


@dataclass(frozen=True, slots=True)
class Loading:
    """Lines with `load_data`, which gives a dictionary from each part to the tensors of the feeds, in their order."""

    lines: tuple[Line, ...]
    units: Mapping[str, str]
    """For data blocks whose target is scaled: where `load_data` gives what one unit of the target is in the data's own,
    as a key of the dictionary that it gives as its second result. Empty where none is; then it has one result."""
    cannot: tuple[str, ...] = ()


def loading(
    report: Report, feeds: Mapping[Output, str], sources: Sources, *, arrays: bool = False, unlabelled: bool = False
) -> Loading:
    """How the data that feed a network are loaded, as tensors or as arrays of numpy; with a part `unlabelled` where
    inputs without a label are wanted. Without data blocks there is nothing to load."""
    nodes = list(dict.fromkeys(node for node, _ in feeds))
    lines: list[Line] = []
    names: list[str] = []
    units: dict[str, str] = {}
    cannot: list[str] = []
    for node in nodes:
        ports = [port for name, port in feeds if name == node]
        variables = [feeds[node, port] for port in ports]
        name = "load_data" if len(nodes) == 1 else sources.free_name(f"load_{_snake(node)}")
        block = report.blocks[node]
        assert isinstance(block, Dataset)
        if _scaled_target(block):
            units[node] = "load_data" if len(nodes) == 1 else name
        try:
            lines += _of_one(block, node, name, ports, variables, sources, arrays, unlabelled)
        except CannotWrite as error:
            cannot.append(f"{block.title}: {error}.")
            lines += _missing(block, node, name, str(error))
        names.append(name)
    if len(nodes) > 1:
        lines += _joined(nodes, names, bool(units), units)
    return Loading(tuple(lines), units, tuple(cannot))


def _of_one(
    block: Dataset, node: str, name: str, ports: list[str], variables: list[str], sources: Sources, arrays: bool,
    unlabelled: bool,
) -> Iterator[Line]:  # fmt: skip
    code = block.to_code()
    if code.cannot:
        raise CannotWrite(code.cannot.rstrip("."))
    for line in code.imports:
        sources.import_line(line)
    sources.import_line("import numpy as np", "np")
    if not arrays:
        sources.import_line("import torch", "torch")
    after = block.by_part_code() or Code("")
    called = {used.__name__: _used(used, block, sources) for used in (*code.uses, *after.uses)}
    changes = [one.format(**called) for one in after.start]
    body = list(_body(block, code.start, code.expression, called, changes, ports, sources))
    if unlabelled:
        body = [line for line in body if line != FORGOTTEN]
    if arrays:
        body = [re.sub(r"torch\.from_numpy\((\w+(?:\[\"[^\"]*\"\])?\[chosen\])\)", r"\1", line) for line in body]
    yield from piece(sources.take(), (node,))
    shapes = ", ".join(
        f"{variable} {_shape(signal)}"
        for port, signal in zip(block.outputs, block.signals(), strict=True)
        for place, variable in enumerate(variables)
        if ports[place] == port.name
    )
    yield Line(f"def {name}():", (node,))
    yield Line(f'    """{block.title}: the {PARTS_WORDS} part, each with {shapes}."""', (node,))
    yield from indented(Line(line, (node,)) for line in body)
    yield from (Line(""), Line(""))


def _body(
    block: Dataset, start: tuple[str, ...], expression: str, called: dict[str, str], changes: list[str],
    ports: list[str], sources: Sources,
) -> Iterator[str]:  # fmt: skip
    seeds = f"[{block.data_seed}, 20_250_101]"
    statements = [one.format(**called) for one in start]
    further = [port.name for port in block.outputs][2:]
    results = ["features", "target", *(["fields"] if further else []), *(["rows"] if block.divides else [])]
    made = expression.format(**called)
    if not block.divides or "generator" in made or any("generator" in one for one in statements):
        yield f"generator = np.random.default_rng({seeds})"
    yield from statements
    if made != ", ".join(results):
        yield f"{', '.join(results)} = {made}"
    if not block.divides:
        classes = isinstance(block, ClassDataset) or (block.signals()[1].classes and not block.signals()[1].shape)
        yield from _divided(block, "target" if classes else "np.zeros(len(features), dtype=np.int64)", sources)
    yield from changes
    yield from _prepared_features(block, sources)
    if isinstance(block, ClassDataset) and block.label_budget:
        yield f"rows = {sources.function(keep_labels)}(rows, target, {block.label_budget}, {block.data_seed})"
        yield FORGOTTEN
    yield from _prepared_target(block, sources)
    arrays = {port: port if port in ("features", "target") else f'fields["{port}"]' for port in ports}
    tensors = ", ".join(f"torch.from_numpy({arrays[port]}[chosen])" for port in ports)
    comma, ending = "," if len(ports) == 1 else "", ", unit" if _scaled_target(block) else ""
    line = f"return {{part: ({tensors}{comma}) for part, chosen in rows.items()}}{ending}"
    if len(line) <= LONGEST:
        yield line
        return
    yield "return {"
    single = f"    part: ({tensors}{comma})"
    if len(single) <= LONGEST:
        yield single
    else:
        yield "    part: ("
        yield from (f"        torch.from_numpy({arrays[port]}[chosen])," for port in ports)
        yield "    )"
    yield "    for part, chosen in rows.items()"
    yield f"}}{ending}"


def _divided(block: Dataset, strata: str, sources: Sources) -> Iterator[str]:
    """The rows of the parts, as `Dataset.divided` finds them."""
    shares, evenly = f"{block.train_share!r}, {block.validation_share!r}", strata == "target"
    if block.test_folds > 1:
        outer = sources.function(outer_rows, "outer_rows", groups=None, in_order=block.in_time())
        numbers = f"{block.test_folds}, {block.test_fold}, {block.data_seed}"
        yield f"rows = {outer}({strata}, {shares}, generator, {numbers})"
    elif block.in_time():
        yield f"rows = {sources.function(split_in_order)}(len(features), {shares})"
    else:
        words = "  # every class in every part" if evenly else ""
        yield f"rows = {sources.function(split)}({strata}, {shares}, generator){words}"
    if block.folds > 1:
        folded = sources.function(fold_rows, "fold_rows", groups=None, in_order=block.in_time())
        numbers = f"{block.folds}, {block.fold}, {block.data_seed}"
        yield f"rows = {folded}(rows, {strata}, {numbers})  # {block.fold_words()}"
    if isinstance(block, ScaledDataset) and block.train_rows:
        yield f"rows = {sources.function(fewer_rows)}(rows, {block.train_rows}, {block.in_time()})"


def _prepared_features(block: Dataset, sources: Sources) -> Iterator[str]:
    kind = block.feature_scaling()
    if block.signals()[0].dtype.is_floating_point:
        if kind == "none":
            yield "features = features.astype(np.float32)"
        elif kind == "given":
            shift, factor = given_numbers(getattr(block, "given_scaling", "0; 1"))
            yield f"shift = np.array({written(shift)}, dtype=features.dtype)"
            yield f"factor = np.array({written(factor)}, dtype=features.dtype)"
            yield "features = ((features - shift) * factor).astype(np.float32)"
        else:
            measure = sources.function(measure_scaling, "measure_scaling", kind=kind)
            yield f'shift, factor = {measure}(features[rows["train"]])  # measured on the training part alone'
            yield "features = ((features - shift) * factor).astype(np.float32)"


def _prepared_target(block: Dataset, sources: Sources) -> Iterator[str]:
    if isinstance(block, ClassDataset):
        if block.labels != "index":
            coded = sources.function(code_labels, f"as_{block.labels.replace('-', '_')}", labels=block.labels)
            yield f"target = {coded}(target, {len(block.class_names())})"
    elif _scaled_target(block):
        assert isinstance(block, RegressionDataset)
        measure = sources.function(measure_scaling, "measure_scaling", kind=block.target_scaling)
        yield f'shift, factor = {measure}(target[rows["train"]])'
        yield "target = ((target - shift) * factor).astype(np.float32)"
        yield "unit = (1.0 / factor.astype(float)).tolist()  # of a scaled number, in units of the data"
    elif block.signals()[1].dtype.is_floating_point:
        yield "target = target.astype(np.float32)"


def _scaled_target(block: Dataset) -> bool:
    return isinstance(block, RegressionDataset) and block.target_scaling != "none"


def _used(used: object, block: Dataset, sources: Sources) -> str:
    if getattr(used, "__func__", None) is getattr(type(block), "generate", None):
        return sources.method(block, "generate", _snake(block.id))
    return sources.need(used)


def _missing(block: Dataset, node: str, name: str, why: str) -> list[Line]:
    """The place where a person fills in how the data are loaded."""
    words = [f"def {name}():", f"    # {block.title} cannot be written: {in_quotes(why)}.",
             f'    raise NotImplementedError("load {block.title} here")', "", ""]  # fmt: skip
    return [Line(word, (node,)) for word in words]


def _joined(nodes: list[str], names: list[str], scaled: bool, units: Mapping[str, str]) -> Iterator[Line]:
    yield Line("def load_data():", tuple(nodes))
    yield Line('    """The examples of all data, side by side."""', tuple(nodes))
    variables = []
    for number, (node, name) in enumerate(zip(nodes, names, strict=True), start=1):
        unit = f", unit_{number}" if node in units else ""
        variables.append(f"data_{number}")
        yield Line(f"    data_{number}{unit} = {name}()", (node,))
    tensors = ", ".join(f"*{variable}[part]" for variable in variables)
    ending = ", unit_" + str(next(n for n, node in enumerate(nodes, start=1) if node in units)) if scaled else ""
    yield Line(f"    return {{part: ({tensors}) for part in data_1}}{ending}", tuple(nodes))
    yield from (Line(""), Line(""))


def _shape(signal: Signal) -> str:
    return f"({', '.join(['N', *map(str, signal.shape)])}{',' if not signal.shape else ''})"


def _snake(name: str) -> str:
    return name.replace("-", "_")
