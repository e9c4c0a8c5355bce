"""Every operation on the way back: what arrives, times its own derivative, with the numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from playground.analysis.inside.slow_motion.chain import READABLE
from playground.analysis.inside.slow_motion.focus import Focus
from playground.analysis.inside.slow_motion.notation import MOST_TERMS, Index, Pen
from playground.analysis.inside.slow_motion.operation_writer import (
    amount_words,
    number_at,
    square_factor,
)
from playground.analysis.inside.slow_motion.sentences import BACKWARD, NEED_TERMS, Wording
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.analysis.inside.slow_motion.terms_words import TermsWriter
from playground.blocks.parts import Kind


class BackwardWriter(TermsWriter):
    """Writes the way back."""

    def __init__(
        self, tape: Tape, pen: Pen, titles: dict[str, str], touched: Mapping[str, Sequence[Index]], focus: Focus
    ) -> None:
        super().__init__(tape, pen, titles, touched, focus)
        self._lines: dict[Kind, Callable[[Operation], list[str]]] = {
            "sum": self._sums_back, "function": self._functions_back, "sigmoid": self._functions_back,
            "softmax": self._softmax_back, "loss": self._loss_back, "right-class": self._right_class_back,
            "yes-or-no": self._yes_or_no_back, "terms": self._terms_back, "largest": self._largest_back,
        }  # fmt: skip

    def words(self, operation: Operation) -> Wording:
        """The operation on the way back."""
        self._time = operation.part.time
        formula, sentence = BACKWARD[operation.kind]
        factor = square_factor(operation)
        if operation.kind == "loss":
            formula = r"\frac{\partial L}{\partial \hat{y}_i}"
            if factor:
                formula += r" = (\hat{y}_i - y_i)" if factor == 0.5 else r" = \frac{2}{n} (\hat{y}_i - y_i)"
        formula, sentence = operation.part.backward or formula, operation.part.backward_sentence or sentence
        if not operation.sent:
            return Wording(formula, "No gradient goes back from here.", ())
        write = self._lines.get(operation.kind, self._plain_back)
        if operation.kind in NEED_TERMS and not operation.part.axes and operation.part.terms is None:
            write = self._plain_back
        return Wording(formula, sentence, (*self._joined(operation), *write(operation)))

    def _joined(self, operation: Operation) -> list[str]:
        """Where several wires bring a gradient back to an output: their sum."""
        lines: list[str] = []
        for key in operation.outputs:
            shares = self._tape.places[key].shares
            if len(shares) < 2:
                continue
            names = " and ".join(self._titles.get(node, node or "the sum") for node, _ in shares)
            lines.append(f"{len(shares)} ways come back, from {names}, and add up:")

            def write(index: Index, key: str = key) -> str:
                parts = [number_at(share, index) for _, share in self._tape.places[key].shares]
                terms = [self._pen.factor(v) if place else self._pen.number(v) for place, v in enumerate(parts)]
                total = self._pen.number(self._slope(key, index))
                return f"{self._pen.slope(key, index)} = {self._pen.sum(terms)} = {total}"

            lines += self._each(key, write)
        return lines

    def _plain_back(self, operation: Operation) -> list[str]:
        lines: list[str] = []
        for name, sent in operation.sent.items():
            if sent.numel() > READABLE:
                lines.append(f"{self._pen.slope(name)}: {amount_words(sent, self._pen)}")
            lines += self._each(name, lambda i, name=name, sent=sent: self._sent(name, i, sent))  # type: ignore[misc]
        return lines

    def _sums_back(self, operation: Operation) -> list[str]:
        output, source = operation.outputs[0], operation.inputs[0]
        plain = self._tape.value(source).shape[:-1] == (1,)  # several rows, or the steps of a series, add up
        lines: list[str] = []
        # The weights first, then what goes on to the blocks before.
        for name, sent in sorted(operation.sent.items(), key=lambda item: item[0] in self._tape.places):
            def write(index: Index, name: str = name, sent: torch.Tensor = sent) -> str:
                steps: list[str] = []
                if not plain and operation.part.terms is not None:
                    return self._back_to(operation, name, index)
                if plain and name.endswith(".weight"):
                    unit = index[:1]
                    steps = [f"{self._pen.slope(output, unit)} · {self._pen.symbol(source, index[1:])}",
                             self._pen.product(self._slope(output, unit), self._value(source, index[1:]))]
                elif plain and name.endswith(".bias"):
                    steps = [self._pen.slope(output, index)]
                elif plain:
                    steps = [self._through_weights(operation, index[-1])]
                return self._sent(name, index, sent, *steps)

            lines += self._each(name, write)
        return lines

    def _through_weights(self, operation: Operation, column: int) -> str:
        """What comes back to one input of a weighted sum: through the weight of each unit."""
        weights = self._tape.value(operation.parameters[0])[:, column]
        slopes = self._tape.gradient(operation.outputs[0])
        assert slopes is not None
        pairs = zip(slopes[0, :MOST_TERMS].tolist(), weights[:MOST_TERMS].tolist(), strict=True)
        terms = [self._pen.guarded(*pair) if place else self._pen.product(*pair) for place, pair in enumerate(pairs)]
        return self._pen.sum(terms, len(weights))

    def _functions_back(self, operation: Operation) -> list[str]:
        output, source, name = operation.outputs[0], operation.inputs[0], self._function_name(operation)
        leaf = operation.leaves.get(source)
        if leaf is None:
            return self._plain_back(operation)
        slopes = torch.autograd.grad(operation.results[0].sum(), leaf, retain_graph=True)[0]
        sent = operation.sent[source]

        def write(index: Index) -> str:
            slope = number_at(slopes, index)
            return self._sent(
                source, index, sent, f"{self._pen.slope(output, index)} · {name}′({self._pen.symbol(source, index)})",
                self._pen.product(self._slope(output, index), slope),
            )  # fmt: skip

        own = {key: value for key, value in operation.sent.items() if key != source}
        further = [self._sent(key, index, value) for key, value in own.items() for index in self.picks(key)[0]]
        return [*self._own_slope(operation, name, slopes), *self._each(source, write), *further]

    def _own_slope(self, operation: Operation, name: str, slopes: torch.Tensor) -> list[str]:
        """How the slope of a sigmoid or tanh follows from its output."""
        rules = {"σ": "{a} · (1 − {a})", "tanh": "1 − {a}²"}
        if name not in rules:
            return []
        chosen, _ = self.picks(operation.inputs[0])
        index = chosen[0]
        output, source = operation.outputs[0], operation.inputs[0]
        symbols = rules[name].format(a=self._pen.symbol(output, index))
        numbers = rules[name].format(a=self._pen.factor(self._value(output, index)))
        slope = self._pen.number(number_at(slopes, index))
        return [f"{name}′({self._pen.symbol(source, index)}) = {symbols} = {numbers} = {slope}"]

    def _softmax_back(self, operation: Operation) -> list[str]:
        output, source = operation.outputs[0], operation.inputs[0]
        gradient = self._tape.gradient(output)
        if gradient is None:
            return []
        mean = (gradient * self._tape.value(output)).sum(dim=-1)  # (1, ...)
        sent = operation.sent[source]

        def write(index: Index) -> str:
            inner = f"{self._pen.number(self._slope(output, index))} − {self._pen.factor(number_at(mean, index[:-1]))}"
            steps = f"{self._pen.factor(self._value(output, index))} · ({inner})"
            return self._sent(source, index, sent, steps)

        return self._each(source, write)

    def _right_class_back(self, operation: Operation) -> list[str]:
        name, target = operation.inputs[0], self._tape.value(operation.inputs[1])
        sent = operation.sent[name]

        def write(index: Index) -> str:
            wanted = float(target[(0, *index)]) if target.is_floating_point() else float(int(target[0]) == index[-1])
            if not wanted:
                return self._sent(name, index, sent)
            step = f"−{self._pen.number(wanted)} / {self._pen.factor(self._value(name, index))}"
            return self._sent(name, index, sent, step)

        return self._each(name, write)

    def _yes_or_no_back(self, operation: Operation) -> list[str]:
        name, target = operation.inputs
        sent, n, f = operation.sent[name], self._pen.number, self._pen.factor
        share = f" / {sent.numel()}" if sent.numel() > 1 else ""

        def write(index: Index) -> str:
            p, y = self._value(name, index), self._value(target, index)
            return self._sent(name, index, sent, f"({n(p)} − {f(y)}) / ({n(p)} · {n(1.0 - p)}){share}")

        return self._each(name, write)

    def _loss_back(self, operation: Operation) -> list[str]:
        factor = square_factor(operation)
        if not factor:
            return self._plain_back(operation)
        lines: list[str] = []
        for number, name in enumerate(operation.inputs):
            sent, other = operation.sent.get(name), operation.inputs[1 - number]
            if sent is None:
                continue
            front = "" if factor == 0.5 else f"{self._pen.number(2.0 * factor)} · "

            def write(index: Index, name: str = name, sent: torch.Tensor = sent, other: str = other,
                      front: str = front) -> str:  # fmt: skip
                symbols = f"{front}({self._pen.symbol(name, index)} − {self._pen.symbol(other, index)})"
                pair = self._value(name, index), self._value(other, index)
                numbers = f"{front}({self._pen.number(pair[0])} − {self._pen.factor(pair[1])})"
                return self._sent(name, index, sent, symbols, numbers)

            lines += self._each(name, write)
        return lines
