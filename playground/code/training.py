"""The part of a written file that trains: the loop, with optimizer, schedule, penalties, limits and stop rules."""

from __future__ import annotations

from collections.abc import Iterator

from playground.code.lines import Line
from playground.code.objectives import before, objectives
from playground.code.optimizing import optimizers, step
from playground.code.penalties import held_back, penalties, tables
from playground.code.pieces import piece
from playground.code.pruning import after_step, before_step, pruned_table, pruning_functions
from playground.code.searching import FLATTEN, closure
from playground.code.setting import Setting
from playground.code.sources import Sources
from playground.network.check import Report
from playground.training.model import stable_seed
from playground.training.schedules import PlateauSchedule

BATCHES = '''\
def batches(examples, order):
    """All training examples once, a batch at a time, in an order drawn anew for each epoch."""
    count = len(examples[0])
    rows = torch.randperm(count, generator=order) if BATCH_SIZE < count else torch.arange(count)
    for chosen in rows.split(BATCH_SIZE):
        yield [tensor[chosen] for tensor in examples]'''


GATHERED = '''\
def pieces(batch):
    """The batch of a step in pieces that pass through the network one by one, each with its share of the examples."""
    count = len(batch[0])
    for piece in zip(*(tensor.split({rows}) for tensor in batch)):
        yield piece, len(piece[0]) / count'''
MIXED = '''\
def in_bfloat16(model):
    """The network with products in bfloat16; what it gives is in 32 bits again."""
    device = next(model.parameters()).device.type

    def run(*inputs):
        with torch.autocast(device, dtype=torch.bfloat16):
            found = model(*inputs)
        return tuple(map(widened, found)) if isinstance(found, tuple) else widened(found)

    def widened(values):
        return values.float() if values.dtype is torch.bfloat16 else values

    return run'''


def training(setting: Setting, report: Report, sources: Sources) -> Iterator[Line]:
    """The function `train`, with what it needs before it."""
    sources.import_line("import torch", "torch")
    further = list(objectives(setting, report, sources))
    body = list(_body(setting, report, sources))
    pieces = [sources.take(), *further, *penalties(setting)]
    if setting.optimizer.evaluates:
        pieces += [FLATTEN, closure(setting)]
    if setting.batched:
        rows = "BATCH_SIZE * ACCUMULATE" if setting.gathers else "BATCH_SIZE"
        pieces.append(BATCHES.replace("BATCH_SIZE", rows))
    if setting.gathers:
        pieces.append(GATHERED.format(rows="BATCH_SIZE" if setting.batched else "-(-count // ACCUMULATE)"))
    if setting.mixed:
        pieces.append(MIXED)
    pieces += pruning_functions(setting)
    arguments = [argument for argument in setting.handed_on if argument != "unit" or setting.watches]
    head = [f"def train({', '.join(arguments)}):", '    """Make the loss small. Returns the loss of every step."""']
    pieces.append("\n".join([*head, *(f"    {line}" if line else "" for line in body)]))
    for text in pieces:
        yield from piece(text)


def _body(setting: Setting, report: Report, sources: Sources) -> Iterator[str]:
    yield from _before(setting, sources)
    yield from before(setting, report)
    yield from optimizers(setting, sources)
    yield from _schedule(setting, sources)
    yield from tables(setting)
    yield from pruned_table(setting)
    stop = setting.project.training.stop
    if stop.patience is not None:
        yield 'best, least, waited = None, float("inf"), 0'
    yield "curve = []"
    yield "for epoch in range(EPOCHS):"
    yield "    model.train()"
    yield from (f"    {module}.eval()  # what is frozen keeps its statistics too" for module in _resting(setting))
    yield from (f"    {line}" for line in _epoch(setting))
    yield from (f"    {line}" for line in _end_of_epoch(setting, sources))
    yield "return curve"


def _before(setting: Setting, sources: Sources) -> Iterator[str]:
    seed = sources.need(stable_seed) if setting.batched or _has_noise(setting) else ""
    if setting.fed:
        yield 'examples = data["train"]'
    if setting.distributed:
        yield "rank, processes = dist.get_rank(), dist.get_world_size()"
        yield "parallel = DistributedDataParallel(model)  # takes the mean of the gradients of all processes"
    if setting.batched:
        yield f'order = torch.Generator().manual_seed({seed}(SEED, "order"))'
    if _has_noise(setting):
        where, own = ("examples[0].device", " + rank") if setting.distributed else ("", "")
        yield f'noise = torch.Generator({where}).manual_seed({seed}(SEED, "noise"){own})'
    if setting.network.draws:
        yield "model.draw_from(noise)"
    if setting.mixed:
        yield f"mixed = in_bfloat16({setting.spread})"


def _has_noise(setting: Setting) -> bool:
    return setting.network.draws or setting.optimizer.evaluates


def _schedule(setting: Setting, sources: Sources) -> Iterator[str]:
    if setting.moving:
        code = setting.schedule.to_code()
        names = {
            used.__name__: sources.method(setting.schedule, used.__name__, "rate_factor") for used in code.uses
        }
        total = "EPOCHS * steps_per_epoch" if setting.project.training.stop.epochs is not None else "None"
        rows = "(BATCH_SIZE * ACCUMULATE)" if setting.gathers else "BATCH_SIZE"
        length = f"math.ceil(len(examples[0]) / {rows})" if setting.batched else "1"
        if setting.batched:
            sources.import_line("import math", "math")
        yield f"steps_per_epoch = {length}"
        call = f"{code.expression.format(**names)}(step, steps_per_epoch, {total})"
        yield f"schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: {call})"
    elif isinstance(setting.schedule, PlateauSchedule):
        state = sources.need(setting.schedule.to_code().uses[0])
        yield f"plateau = {state}()"


def _epoch(setting: Setting) -> Iterator[str]:
    lines = [*_share(setting)]
    if setting.optimizer.evaluates:
        batch = setting.inputs.replace("*", "")
        lines += [f"value = loss({setting.model}{setting.inputs})", *before_step(setting)]
        lines.append(f"optimizer.step(Closure({setting.spread}, parameters, weights{batch}))")
        lines += held_back(setting, "parameters")
        lines += ["model.constrain()"] if setting.network.constrains else []
        lines += after_step(setting)
        lines += ["schedule.step()"] if setting.moving else []
    else:
        lines += step(setting)
    if setting.distributed:
        lines += ["value = value.detach()", "dist.all_reduce(value)", "curve.append(value.item() / processes)"]
    else:
        lines.append("curve.append(value.item())")
    if setting.batched:
        yield "for batch in batches(examples, order):"
        yield from (f"    {line}" for line in lines)
    else:
        yield from lines


def _share(setting: Setting) -> Iterator[str]:
    """What one of several processes takes of a batch."""
    if setting.distributed:
        batch = "batch" if setting.batched else "examples"
        yield f"if len({batch}[0]) < processes:"
        yield "    continue  # too few to share"
        yield f"share = [tensor[rank::processes] for tensor in {batch}]"
        summed = setting.sums
        yield f"weight = {'processes' if summed else f'len(share[0]) * processes / len({batch}[0])'}"


def _resting(setting: Setting) -> Iterator[str]:
    """The frozen modules that have statistics, which would go on adapting."""
    learned = {one.path for one in setting.parameters}
    frozen = {one.node for one in setting.parameters if one.factor == 0.0}
    for node in frozen:
        own = {path for name, path in setting.network.names.items() if name.startswith(f"{node}.")}
        if own - learned and node in setting.network.attributes:
            yield f"model.{setting.network.attributes[node]}"


def _end_of_epoch(setting: Setting, sources: Sources) -> Iterator[str]:
    told = "if rank == 0 and " if setting.distributed else "if "
    yield f"{told}(epoch + 1) % max(1, EPOCHS // 10) == 0:"
    yield '    print(f"epoch {epoch + 1}: loss {curve[-1]:.4f}")'
    if not setting.watches:
        return
    stop = setting.project.training.stop
    if setting.distributed:
        yield f"found = [{setting.evaluated}]"
        yield "dist.broadcast_object_list(found)  # all processes come to the same end"
        yield "found = found[0]"
    else:
        yield f"found = {setting.evaluated}"
    if setting.network.draws:
        yield "model.draw_from(noise)"
    watched = 'found.get("validation_loss", found["train_loss"])'
    if isinstance(setting.schedule, PlateauSchedule):
        observe = sources.method(setting.schedule, "observe")
        yield f"plateau = {observe}(plateau, {watched})"
        yield "for group in optimizer.param_groups:"
        yield '    group["lr"] = LEARNING_RATE * group.get("factor", 1.0) * plateau.factor'
    if stop.target is not None:
        name = stop.target.metric
        tests = [f'found["{name}"] >= {stop.target.at_least!r}'] if stop.target.at_least is not None else []
        tests += [f'found["{name}"] <= {stop.target.at_most!r}'] if stop.target.at_most is not None else []
        yield f"if {' and '.join(tests)}:"
        yield "    break"
    if stop.patience is not None:
        yield from _patience(stop.patience, stop.restore_best, watched, sources)


def _patience(patience: int, restores: bool, watched: str, sources: Sources) -> Iterator[str]:
    if restores:
        sources.import_line("import copy", "copy")
    kept = "copy.deepcopy(model.state_dict())" if restores else "None"
    yield f"if {watched} < least:"
    yield f"    best, least, waited = {kept}, {watched}, 0"
    yield "else:"
    yield "    waited += 1"
    yield f"if waited >= {patience}:  # early stopping"
    if restores:
        yield "    model.load_state_dict(best)"
    yield "    break"


