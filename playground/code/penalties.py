"""The part of a written file that holds weights back: L2, the proximal step of L1, and the largest norm of a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playground.code.parameters import Learned
from playground.code.setting import Setting

PENALTY = '''\
def penalty(model):
    """L2: the sum of squared weights, biases left out."""
    return {total}'''
SHRINK = '''\
@torch.no_grad()
def shrink(optimizer, model):
    """L1 as a proximal step: weights move towards zero by rate times strength, and stop there."""
    for group in optimizer.param_groups:
        for weight in group["params"]:
            {each}'''
LIMIT = '''\
@torch.no_grad()
def limit_norms(model):
    """Scale the weights into each unit back to the largest norm allowed."""
    for weight{limit} in {weights}:
        weight.copy_(torch.renorm(weight, 2, 0, {most}))'''


def penalties(setting: Setting) -> Iterator[str]:
    """The functions that `optimizing.step` calls, as far as the project needs them."""
    learned = setting.learned
    if any(one.l2 for one in learned):
        yield PENALTY.format(total=_squares(learned))
    if any(one.l1 for one in learned):
        yield _shrink(learned)
    if any(one.limit is not None for one in learned):
        yield _limit(learned)


def _same(learned: tuple[Learned, ...], strength: Callable[[Learned], float | None]) -> float | None:
    """The strength of all weights, where it is the same for each; None else."""
    found = {strength(one) for one in learned if one.axes > 1}
    return found.pop() if len(found) == 1 else None


def _squares(learned: tuple[Learned, ...]) -> str:
    strength = _same(learned, lambda one: one.l2)
    if strength is not None:
        return f"{strength!r} * sum(weight.square().sum() for weight in model.parameters() if weight.dim() > 1)"
    parts = [f"{one.l2!r} * {one.expression}.square().sum()" for one in learned if one.l2]
    return "(\n        " + "\n        + ".join(parts) + "\n    )" if len(parts) > 1 else parts[0]


def _shrink(learned: tuple[Learned, ...]) -> str:
    strength = _same(learned, lambda one: one.l1)
    if strength is not None:
        each = (
            "if weight.dim() > 1:\n"
            f'                weight.copy_(nn.functional.softshrink(weight, group["lr"] * {strength!r}))'
        )
        return SHRINK.format(each=each)
    table = "".join(f"        {one.expression}: {one.l1!r},\n" for one in learned if one.l1)
    each = 'weight.copy_(nn.functional.softshrink(weight, group["lr"] * strengths.get(weight, 0.0)))'
    text = SHRINK.format(each=each)
    return text.replace("    for group", f"    strengths = {{\n{table}    }}\n    for group", 1)


def _limit(learned: tuple[Learned, ...]) -> str:
    limit = _same(learned, lambda one: one.limit)
    if limit is not None:
        weights = "[weight for weight in model.parameters() if weight.dim() > 1]"
        return LIMIT.format(limit="", weights=weights, most=repr(limit))
    pairs = "".join(f"\n        ({one.expression}, {one.limit!r})," for one in learned if one.limit is not None)
    return LIMIT.format(limit=", most", weights=f"({pairs}\n    )", most="most")
