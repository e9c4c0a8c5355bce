"""The part of a written file that makes the optimizers, and takes a step with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from playground.code.objectives import with_objectives
from playground.code.parameters import Learned, attribute
from playground.code.penalties import held_back
from playground.code.pruning import after_step, before_step
from playground.code.setting import Setting
from playground.code.sources import Sources
from playground.training.optimizers import optimizer_of

LONGEST = 100
"""Of a line with several parameters."""


def optimizers(setting: Setting, sources: Sources) -> Iterator[str]:
    """Statements that freeze what does not learn, and make `optimizer`, or one for each phase."""
    yield from _frozen(setting)
    if setting.optimizer.evaluates:
        yield from _listed("parameters = [", [one.expression for one in setting.learned], "]")
        yield "weights = flatten(parameters)"
        yield f"optimizer = {_made(setting, 0, '[weights]', sources)}"
        yield from ("optimizer.generator = noise",) if _draws_itself(setting) else ()
        return
    for number in range(len(setting.phases)):
        own = [one for one in setting.learned if number in one.phases]
        if len(setting.phases) == 1:
            name = "optimizer"
        else:
            name = f"optimizer_{number + 1}"
        yield from _with_groups(name, setting, number, own, sources)


def step(setting: Setting) -> Iterator[str]:
    """Statements that take one step: they leave the loss in `value`."""
    if len(setting.phases) > 1:
        yield from _turn(setting)
    elif setting.gathers:
        yield from _gathered(setting)
    else:
        yield f"value = loss({setting.model}{setting.inputs})"
        yield "optimizer.zero_grad()"
        penalty = " + penalty(model)" if any(one.l2 for one in setting.learned) else ""
        if setting.distributed:
            yield "value = value * weight  # so that the mean over all processes is that over the whole batch"
        wanted = with_objectives(setting, "value")
        yield f"({wanted}{penalty}).backward()" if penalty else f"{wanted}.backward()"
    yield from _clipping(setting)
    yield from before_step(setting)
    yield "optimizer.step()"
    yield from held_back(setting)
    if setting.network.constrains:
        yield "model.constrain()"
    yield from after_step(setting)
    if setting.moving:
        yield "schedule.step()"


def _gathered(setting: Setting) -> Iterator[str]:
    """A batch in pieces, whose gradients add up."""
    yield "optimizer.zero_grad()"
    yield "value = torch.zeros(())"
    yield f"for piece, share in pieces({'batch' if setting.batched else 'examples'}):"
    yield f"    part = loss({setting.model}, *piece){'' if setting.sums else ' * share'}"
    yield "    part.backward()"
    yield "    value += part.detach()"
    if any(one.l2 for one in setting.learned):
        yield "penalty(model).backward()"


def _turn(setting: Setting) -> Iterator[str]:
    """One of several phases: its losses, and its parameters alone."""
    if len(setting.weights) == 1:
        each, weights = dict.fromkeys(setting.weights, "value"), dict.fromkeys(setting.weights, 1.0)
        yield f"value = loss({setting.model}{setting.inputs})"
    else:
        each = {node: f'each["{key}"]' for node, key in setting.network.losses.items()}
        weights = dict(setting.weights)
        yield f"each = losses({setting.model}{setting.inputs})"
        yield f"value = {_sum(each, weights, weights)}"
    total = sum(phase.steps for phase in setting.phases)
    yield f"turn = len(curve) % {total}"
    passed = 0
    for number, phase in enumerate(setting.phases):
        passed += phase.steps
        last = number + 1 == len(setting.phases)
        yield "else:" if last else f"{'el' if number else ''}if turn < {passed}:"
        own = _sum(each, weights, [node for node in each if node in phase.losses])
        yield f"    optimizer, wanted = optimizer_{number + 1}, {own}"
    yield "model.zero_grad()"
    penalty = " + penalty(model)" if any(one.l2 for one in setting.learned) else ""
    yield 'learning = [weight for group in optimizer.param_groups for weight in group["params"]]'
    wanted = f"(wanted{penalty})" if penalty else "wanted"
    yield f"{wanted}.backward(inputs=learning)  # the other phases stay as they are"


def _sum(each: Mapping[str, str], weights: Mapping[str, float], nodes: Iterable[str]) -> str:
    parts = []
    for node in nodes:
        parts.append(each[node] if weights[node] == 1.0 else f"{weights[node]!r} * {each[node]}")
    return " + ".join(parts)


def _clipping(setting: Setting) -> Iterator[str]:
    clipping = setting.project.training.clipping
    if clipping.kind == "norm":
        yield f"nn.utils.clip_grad_norm_(model.parameters(), {clipping.limit!r})"
    elif clipping.kind == "value":
        yield f"nn.utils.clip_grad_value_(model.parameters(), {clipping.limit!r})"


def _frozen(setting: Setting) -> Iterator[str]:
    frozen = [one.expression for one in setting.parameters if one.factor == 0.0]
    if frozen:
        yield from _listed("for frozen in (", frozen, ",):" if len(frozen) == 1 else "):")
        yield "    frozen.requires_grad_(False)"


def _with_groups(
    name: str, setting: Setting, number: int, own: list[Learned], sources: Sources
) -> Iterator[str]:
    """An optimizer of all parameters, or of groups with a rate each."""
    factors = list(dict.fromkeys(one.factor for one in own))
    everything = len(own) == len(setting.parameters)
    if factors == [1.0]:
        if everything:
            yield f"{name} = {_made(setting, number, 'model.parameters()', sources)}"
        else:
            yield from _listed("learning = [", _holders(own, setting), "]")
            yield f"{name} = {_made(setting, number, 'learning', sources)}"
        return
    rate = _rate(setting, number)
    yield "groups = [  # each with a learning rate of its own"
    for factor in factors:
        lines = list(_listed('    {"params": [', _holders([one for one in own if one.factor == factor], setting), "],"))
        lines[-1] += f' "lr": {rate} * {factor!r}, "factor": {factor!r}}},'
        yield from lines
    yield "]"
    yield f"{name} = {_made(setting, number, 'groups', sources)}"


def _made(setting: Setting, number: int, parameters: str, sources: Sources) -> str:
    declaration = optimizer_of(setting.phases[number].optimizer)
    code = declaration.to_code()
    for used in code.uses:
        sources.need(used)
    for line in code.imports:
        sources.import_line(line)
    written = code.expression.format(parameters)
    return written.replace(f"lr={declaration.learning_rate!r}", f"lr={_rate(setting, number)}", 1)


def _rate(setting: Setting, number: int) -> str:
    """The name of the learning rate, where all phases have the same; else the number."""
    rates = {optimizer_of(phase.optimizer).learning_rate for phase in setting.phases}
    return "LEARNING_RATE" if len(rates) == 1 else repr(optimizer_of(setting.phases[number].optimizer).learning_rate)


def _holders(parameters: list[Learned], setting: Setting) -> list[str]:
    """The parameters, a whole block at a time where all that it has is meant."""
    found: list[str] = []
    chosen = {one.path for one in parameters}
    for one in parameters:
        levels = one.path.split(".")
        holders = (".".join(levels[:count]) for count in range(1, len(levels)))
        whole = next((holder for holder in holders if _inside(holder, setting) <= chosen), "")
        word = f"*model.{attribute(whole)}.parameters()" if whole else one.expression
        if word not in found:
            found.append(word)
    return found


def _inside(holder: str, setting: Setting) -> set[str]:
    """The parameters in a part of the network."""
    return {one.path for one in setting.parameters if one.path.startswith(f"{holder}.")}


def _listed(start: str, words: list[str], end: str) -> Iterator[str]:
    """Words in brackets, on one line or on several."""
    line = f"{start}{', '.join(words)}{end}"
    if len(line) <= LONGEST:
        yield line
        return
    indent = " " * (len(start) - len(start.lstrip()) + 4)
    yield start
    yield from (f"{indent}{word}," for word in words)
    yield f"{indent[4:]}{end.lstrip(',')}"


def _draws_itself(setting: Setting) -> bool:
    """Whether the optimizer itself draws random numbers."""
    return setting.optimizer.id in ("annealing", "restarts")
