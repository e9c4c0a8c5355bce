"""A project as one Python file: data, network, training and evaluation, to be run by itself."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from playground.blocks.loss import Loss
from playground.code.evaluating import evaluating
from playground.code.lines import Line, Written, joined
from playground.code.loading import Loading, loading
from playground.code.module import network_code
from playground.code.network import NetworkCode
from playground.code.objectives import sees_unlabelled
from playground.code.parameters import parameters_of
from playground.code.pieces import piece
from playground.code.pruning import pruned_by
from playground.code.setting import Setting
from playground.code.sources import Sources
from playground.code.starting import starting
from playground.code.training import training
from playground.code.values import in_quotes, quoted
from playground.data.base import ROWS, Dataset
from playground.document.copies import drawn, unrolled
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.training.objectives.active import active
from playground.training.optimizers import optimizer_of
from playground.training.phases import ActivePhase, active_phases

WIDTH = 100
OWN_NAMES = (
    "load_data", "initialize", "penalty", "shrink", "limit_norms", "flatten", "Closure", "batches", "train",
    "measure", "say", "evaluate", "load_weights", "main", "Network", "loss", "losses", "SEED", "EPOCHS", "BATCH_SIZE",
    "LEARNING_RATE", "model", "data", "examples", "order", "noise", "curve", "found", "value", "target",
    "features", "rows", "unit", "pieces", "hold", "share_at", "pruned", "standing", "in_bfloat16", "mixed",
    "part", "batch", "share", "weight", "rank", "processes", "parallel", "device",
    "dist", "optimizer", "schedule", "generator", "weights", "parameters", "fields", "shift", "factor",
    "answers", "objectives", "bounds",
)  # fmt: skip
"""What the file calls its own."""
JOIN = '''\
"""Run this file with `torchrun --nproc-per-node 2 FILE`; each process takes its share of every batch."""
on_gpu = torch.cuda.is_available()
dist.init_process_group("nccl" if on_gpu else "gloo")
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_gpu else torch.device("cpu")'''


ENDING = ("", "", 'if __name__ == "__main__":', "    main()")


def write(project: Project, *, distributed: bool = False, weights: str = "") -> Written:
    """The file of a project. `weights` is a file of weights that it starts from, `distributed` lets several processes
    share the work. Raises CannotCompile where the graph has errors."""
    report = check(project.graph)
    if not report.ok:
        raise CannotCompile(report.errors())
    return Script(project, report, distributed=distributed, weights=weights).written()


class Script:
    """Puts the sections of a file together."""

    def __init__(self, project: Project, report: Report, *, distributed: bool, weights: str) -> None:
        self.project, self.report, self.weights_file = project, report, weights
        self.graph: Graph = unrolled(project.graph)
        self.sources = Sources(OWN_NAMES)
        self.starting: tuple[Line, ...] = ()
        self.network: NetworkCode = network_code(project.graph, report, f"{project.title}.")
        for line in self.network.imports:
            self.sources.import_line(line)
        phases = active_phases(project, report)
        losses = [block for block in report.blocks.values() if isinstance(block, Loss)]
        feeds = self.network.feeds if losses else _every_output(report)
        self.loading: Loading = loading(
            report, feeds, self.sources, unlabelled=sees_unlabelled(project, report)
        )
        self.asked_for_several = distributed
        parameters = tuple(parameters_of(project, self.graph, report, phases, self.network))
        self.setting = Setting(
            project=project,
            network=self.network,
            parameters=parameters,
            prunable=pruned_by(report, dict(self.network.names), parameters),
            phases=phases,
            weights={name: block.weight for name, block in report.blocks.items() if isinstance(block, Loss)},
            units=bool(self.loading.units),
            fed=bool(self.network.feeds),
            distributed=distributed and not self._alone(phases),
            mixes=len({loss.reduction() for loss in losses}) > 1,
            sums=bool(losses) and all(loss.reduction() == "sum" for loss in losses),
        )
        if self.setting.distributed:
            for line in ("import os", "import torch.distributed as dist",
                         "from torch.nn.parallel import DistributedDataParallel"):  # fmt: skip
                self.sources.import_line(line)

    def written(self) -> Written:
        """The whole file."""
        if not self.setting.weights:
            return self._data_alone()
        network = tuple(self._network())
        if self.weights_file:
            self.sources.import_line("from pathlib import Path")
            self.sources.import_line("from safetensors.torch import load_file")
        else:
            self.starting = starting(self.setting.parameters, self.sources)
        sections = [
            ("Data", self.loading.lines),
            ("Network", network),
            ("First weights", self.starting),
            ("Training", tuple(training(self.setting, self.report, self.sources)) if self.setting.learned else ()),
            ("Evaluation", tuple(evaluating(self.setting, self.report, self.sources))),
        ]
        return self._joined(sections, [*self._numbers()], [*self._main()])

    def _data_alone(self) -> Written:
        """The file of a project in which nothing learns by a gradient: the data, for a rule of one's own."""
        main = ["def main():", "    data = load_data()", "    for part, tensors in data.items():",
                '        print(part, *(tuple(tensor.shape) for tensor in tensors))',
                *ENDING]  # fmt: skip
        if self.loading.units:
            main[1] = "    data, unit = load_data()"
        return self._joined([("Data", self.loading.lines)], [], main)

    def _joined(self, sections: Sequence[tuple[str, Sequence[Line]]], numbers: list[str], main: list[str]) -> Written:
        body = [line for title, lines in sections if lines for line in (*_heading(title), *lines)]
        cannot = tuple(dict.fromkeys((*self._not_ours(), *self.loading.cannot, *self.network.cannot)))
        text = "\n".join([*(line.text for line in body), *main])
        head = [*self._docstring(cannot), *self._imports(text), *numbers]
        lines = [Line(line.text, tuple(dict.fromkeys(map(drawn, line.nodes)))) for line in body]
        return joined([*map(Line, head), *lines, *map(Line, main)], cannot)

    def _alone(self, phases: Sequence[ActivePhase]) -> str:
        """Why several processes cannot share the work, a sentence; empty where they can."""
        kinds = {block.reduction() for block in self.report.blocks.values() if isinstance(block, Loss)}
        if not self.network.feeds:
            return "Without data there is nothing that several processes could share."
        if len(phases) > 1:
            return "Phases that take turns are written for one process alone."
        if active(self.project):
            return "Objectives that ask for passes of their own are written for one process alone."
        if optimizer_of(phases[0].optimizer).evaluates:
            return "An optimizer that looks at the loss in other places is written for one process alone."
        if self.project.training.accumulate > 1:
            return "Batches that are gathered for one step are written for one process alone."
        return "" if len(kinds) < 2 else "A mean and a sum over the batch cannot be shared in one go."

    def _not_ours(self) -> Iterator[str]:
        """What no block is to blame for."""
        if self.asked_for_several and not self.setting.distributed:
            yield self._alone(self.setting.phases)
        start = self.project.starts_from
        if start is not None and not self.weights_file:
            yield (
                f"It starts from the weights of the preset “{start.preset}”, which lie in a file: here all are drawn. "
                "`playground code --out FILE` puts them beside the code."
            )
        for node in self.report.data_nodes():
            block = self.report.blocks[node]
            if isinstance(block, Dataset) and block.experience != ROWS:
                yield f"{block.title} makes its examples while the network learns, by a rule of Playground’s own."

    def _docstring(self, cannot: Iterable[str]) -> Iterator[str]:
        project = self.project
        title, summary = in_quotes(project.title), in_quotes(project.summary)
        yield from textwrap.wrap(f'"""{title}: {summary}' if summary else f'"""{title}.', WIDTH)
        yield ""
        yield from textwrap.wrap(
            "The experiment as it stands on the canvas of Playground, in plain PyTorch: data, network, training and "
            "evaluation. It needs nothing of Playground.", WIDTH,
        )  # fmt: skip
        for sentence in dict.fromkeys(cannot):
            yield from textwrap.wrap(f"Not written: {in_quotes(sentence)}", WIDTH)
        yield '"""'
        yield ""

    def _imports(self, text: str) -> Iterator[str]:
        """The import lines of all names that are used."""
        words = set(re.findall(r"\w+", text))
        lines = {line for line in (*self.sources.imports, "import torch", "from torch import nn")
                 if re.split(r"[ .]", line)[-1] in words or line.startswith("import torch")}  # fmt: skip
        own = {line for line in lines if line.split()[1].split(".")[0] in sys.stdlib_module_names}
        for group in (own, lines - own):
            yield from sorted(group, key=lambda line: (line.split()[0] != "import", line))
            yield from ("",) if group else ()

    def _numbers(self) -> Iterator[str]:
        setting = self.setting
        yield f"SEED = {self.project.seed}"
        yield f"EPOCHS = {setting.epochs}"
        if setting.batched:
            whole = 1 if setting.gathers else self.project.training.accumulate
            yield f"BATCH_SIZE = {self.project.training.batch_size * whole}"
        if setting.gathers:
            yield f"ACCUMULATE = {self.project.training.accumulate}"
        yield f"LEARNING_RATE = {setting.optimizer.learning_rate!r}"
        yield from ("", "")

    def _network(self) -> Iterator[Line]:
        for used in self.network.uses:
            self.sources.need(used)
        yield from piece(self.sources.take())
        yield from self.network.lines
        yield from (Line(""), Line(""))

    def _main(self) -> Iterator[str]:
        setting = self.setting
        yield "def main():"
        if setting.distributed:
            yield from (f"    {line}" for line in JOIN.split("\n"))
        if setting.fed:
            yield f"    data{', unit' if setting.units else ''} = load_data()"
        yield "    model = Network()"
        if self.weights_file:
            yield f'    model.load_state_dict(load_file(Path(__file__).with_name({quoted(self.weights_file)})))'
        elif self.starting:
            yield "    initialize(model)"
        arguments = [argument for argument in setting.handed_on if argument != "unit" or setting.watches]
        if setting.distributed:
            yield "    data = {part: [tensor.to(device) for tensor in tensors] for part, tensors in data.items()}"
            yield "    model.to(device)"
        if setting.learned:
            yield f"    train({', '.join(arguments)})"
        if setting.distributed:
            yield "    silent = dist.get_rank() > 0"
            yield "    dist.destroy_process_group()"
            yield "    if silent:"
            yield "        return  # one process tells what came of it"
        yield f"    for name, value in {setting.evaluated}.items():"
        yield '        print(f"{name:<32} {value:.4f}")'
        yield from ENDING


def _every_output(report: Report) -> dict[tuple[str, str], str]:
    """What all data blocks give, as it is called in a file without a network."""
    outputs = [(node, port.name) for node in report.data_nodes() for port in report.blocks[node].outputs]
    names = {"features": "x", "target": "y"}
    return {(node, port): names.get(port, port.replace("-", "_")) for node, port in outputs}


def _heading(title: str) -> tuple[Line, ...]:
    return Line(f"# {title} {'-' * (WIDTH - 3 - len(title))}"), Line("")
