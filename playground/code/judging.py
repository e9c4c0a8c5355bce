"""What is done with the answers of the written network: targets, losses, and what is compared and measured."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from playground.blocks.loss import Loss
from playground.code.lines import Line, commented, indented
from playground.code.naming import Names, snake
from playground.code.network import Compared
from playground.code.roles import Roles
from playground.document.copies import drawn
from playground.network.remedies import Output

LOSS = "The number to make small, of one batch."
LOSSES = "Every loss of one batch, not weighted."
TOTAL = "The number to make small, of one batch: the sum of all losses, each with its weight."


class Judging:
    """Writes the functions `losses` and `loss`, and expressions for evaluation."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self._names = Names({"model", "loss", "losses", *roles.feeds.values()})
        self.variable: dict[Output, str] = dict(roles.feeds)
        self.outputs = tuple(self._names.take(self._word(output)) for output in roles.wanted)
        """Variables of what the network returns."""
        self.variable.update(zip(roles.wanted, self.outputs, strict=True))
        self.targets = tuple(self._target_lines())
        """Statements that make targets."""
        keys = Names()
        self.keys = {name: keys.take(snake(roles.called(name), drawn(name))) for name in roles.losses}
        """What each loss is called."""

    def _word(self, output: Output) -> str:
        """What an answer is called."""
        roles = self.roles
        if len(roles.wanted) > 1:
            return snake(roles.called(output[0]), drawn(output[0])) if output[1] == "output" else snake(output[1])
        signal = roles.report.signals[output]
        if signal.kind == "loss":
            return "height"
        frees = {block.free for name in roles.losses if isinstance(block := roles.block(name), Loss)}
        if signal.scale == "any" and frees & {"logits", "scores"}:
            return "logits"
        return "probabilities" if signal.scale == "probability" and signal.sums_to_one else "prediction"

    def _target_lines(self) -> Iterator[Line]:
        for name in self.roles.targets:
            code = self.roles.codes[name]
            given = [self.variable[source] for source in self.roles.report.inputs[name]]
            outputs = [(name, port.name) for port in self.roles.block(name).outputs]
            if code.expression == "{0}":
                self.variable[outputs[0]] = given[0]
                continue
            words = [snake(self.roles.called(name), drawn(name))] if len(outputs) == 1 else [o[1] for o in outputs]
            for output, word in zip(outputs, words, strict=True):
                self.variable[output] = self._names.take(snake(word))
            names = ", ".join(self.variable[output] for output in outputs)
            yield from commented(f"{names} = {code.expression.format(*given)}", code.remark, (drawn(name),))

    # Functions -------------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """The functions; nothing where there is no loss."""
        losses = self.roles.losses
        if len(losses) == 1:
            yield from self._single(losses[0])
        elif losses:
            yield from self._several()

    def _head(self, name: str, words: str) -> Iterator[Line]:
        arguments = ", ".join(("model", *self.roles.feeds.values()))
        every = tuple(map(drawn, self.roles.losses))
        yield Line(f"def {name}({arguments}):", every)
        yield Line(f'    """{words}"""', every)

    def _single(self, name: str) -> Iterator[Line]:
        code, weight = self.roles.codes[name], self.roles.weights[name]
        yield from self._head("loss", LOSS)
        once = code.parts or code.expression.count("{0}") == 1
        if len(self.outputs) == 1 and not self.targets and once:
            answer = self.variable[self.roles.wanted[0]]
            self.variable[self.roles.wanted[0]] = self.call
            yield Line(f"    return {_weighted(self.expression(name), weight)}", (drawn(name),))
            self.variable[self.roles.wanted[0]] = answer
            return
        yield from indented(self._before())
        yield Line(f"    return {_weighted(self.expression(name), weight)}", (drawn(name),))

    def _several(self) -> Iterator[Line]:
        every = tuple(map(drawn, self.roles.losses))
        yield from self._head("losses", LOSSES)
        yield from indented(self._before())
        yield Line("    return {", every)
        for name in self.roles.losses:
            yield Line(f'        "{self.keys[name]}": {self.expression(name)},', (drawn(name),))
        yield Line("    }", every)
        yield Line("")
        yield Line("")
        arguments = ", ".join(("model", *self.roles.feeds.values()))
        parts = (_weighted(f'every["{self.keys[name]}"]', self.roles.weights[name]) for name in self.roles.losses)
        yield from self._head("loss", TOTAL)
        yield Line(f"    every = losses({arguments})", every)
        yield Line(f"    return {' + '.join(parts)}", every)

    @cached_property
    def call(self) -> str:
        """The call of the network."""
        return f"model({', '.join(self.roles.feeds[output] for output in self.roles.takes)})"

    def _before(self) -> Iterator[Line]:
        if self.outputs:
            yield Line(f"{', '.join(self.outputs)} = {self.call}")
        yield from self.targets

    # Expressions -----------------------------------------------------------------------------------------------------

    def expression(self, name: str) -> str:
        """A loss or a measure."""
        if name in self.roles.network:
            return self.variable[name, "loss"]
        return self.roles.codes[name].expression.format(*self._given(name))

    def _given(self, name: str) -> list[str]:
        return [self.variable[source] for source in self.roles.report.inputs[name]]

    def compared(self) -> tuple[Compared, ...]:
        """Predictions with their targets."""
        known = (one for one in self.roles.report.comparisons() if one.node in self.roles.losses)
        return tuple(Compared(one.node, self.variable[one.prediction], self.variable[one.target]) for one in known)

    def measures(self) -> dict[str, str]:
        """The expression of each measure."""
        return {name: self.expression(name) for name in self.roles.measures}


def _weighted(expression: str, weight: float) -> str:
    if weight == 1.0:
        return expression
    tree = ast.parse(expression, mode="eval").body
    loose = isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub)
    return f"{weight!r} * ({expression})" if loose else f"{weight!r} * {expression}"
