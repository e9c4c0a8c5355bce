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
def shrink(weights, {arguments}):
    """L1 as a proximal step: weights move towards zero by rate times strength, and stop there; biases do not."""
    for weight in weights:
        if weight.dim() > 1:
            weight.copy_(nn.functional.softshrink(weight, rate * {strength}))'''
LIMIT = '''\
@torch.no_grad()
def limit_norms(weights, {arguments}):
    """Scale the weights into each unit back to the largest norm allowed."""
    for weight in weights:
        if {chosen}:
            weight.copy_(torch.renorm(weight, 2, 0, {most}))'''


def penalties(setting: Setting) -> Iterator[str]:
    """The functions that the loop calls, as far as the project needs them."""
    learned = setting.learned
    if any(one.l2 for one in learned):
        yield PENALTY.format(total=_squares(learned))
    if _any(learned, _l1):
        alike = _same(learned, _l1) is not None
        strength = "strength" if alike else "strengths.get(weight, 0.0)"
        yield SHRINK.format(arguments=f"rate, {'strength' if alike else 'strengths'}", strength=strength)
    if _any(learned, _most):
        alike = _same(learned, _most) is not None
        chosen, most = ("weight.dim() > 1", "most") if alike else ("weight in limits", "limits[weight]")
        yield LIMIT.format(arguments="most" if alike else "limits", chosen=chosen, most=most)


def tables(setting: Setting) -> Iterator[str]:
    """Statements before the loop: what holds back which weight, where that is not the same for all."""
    for name, strength in (("strengths", _l1), ("limits", _most)):
        if _any(setting.learned, strength) and _same(setting.learned, strength) is None:
            yield f"{name} = {{"
            for one in setting.learned:
                if strength(one):
                    yield f"    {one.expression}: {strength(one)!r},"
            yield "}"


def held_back(setting: Setting, weights: str = "") -> Iterator[str]:
    """Statements after a step of the optimizer. `weights` are the parameters of one that has them in a single piece."""
    if _any(setting.learned, _l1):
        strength = _same(setting.learned, _l1)
        given = "strengths" if strength is None else repr(strength)
        yield "for group in optimizer.param_groups:"
        yield f"    shrink({weights or _PARAMETERS}, group[\"lr\"], {given})"
    if _any(setting.learned, _most):
        most = _same(setting.learned, _most)
        given = "limits" if most is None else repr(most)
        if weights:
            yield f"limit_norms({weights}, {given})"
        else:
            yield "for group in optimizer.param_groups:"
            yield f"    limit_norms({_PARAMETERS}, {given})"


_PARAMETERS = 'group["params"]'


def _l1(one: Learned) -> float | None:
    return one.l1


def _most(one: Learned) -> float | None:
    return one.limit


def _any(learned: tuple[Learned, ...], strength: Callable[[Learned], float | None]) -> bool:
    return any(strength(one) for one in learned)


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
