"""Every operation on the way forward: its formula, with the numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.analysis.inside.slow_motion.focus import Focus
from playground.analysis.inside.slow_motion.notation import MOST_TERMS, Index, Pen
from playground.analysis.inside.slow_motion.operation_writer import row_at, square_factor
from playground.analysis.inside.slow_motion.sentences import FORWARD, NEED_TERMS, Wording
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.analysis.inside.slow_motion.terms_words import TermsWriter
from playground.blocks.activation import Activation, activation
from playground.blocks.parts import Kind


class ForwardWriter(TermsWriter):
    """Writes the way forward."""

    def __init__(
        self, tape: Tape, pen: Pen, titles: dict[str, str], touched: Mapping[str, Sequence[Index]], focus: Focus
    ) -> None:
        super().__init__(tape, pen, titles, touched, focus)
        self._lines: dict[Kind, Callable[[Operation], list[str]]] = {
            "sum": self._sums, "function": self._functions, "softmax": self._softmax, "sigmoid": self._functions,
            "right-class": self._right_class, "yes-or-no": self._yes_or_no, "loss": self._loss, "total": self._total,
            "terms": self._terms, "largest": self._largest, "normalize": self._normalized, "mask": self._masked,
        }  # fmt: skip

    def words(self, operation: Operation) -> Wording:
        """The operation on the way forward."""
        part, (formula, sentence) = operation.part, FORWARD[operation.kind]
        if not formula:
            formula = self._formula(operation)
        if operation.kind == "sum" and len(operation.parameters) == 1:
            formula = formula.removesuffix(" + b_i")
        if operation.kind == "block" and operation.block is not None:
            sentence = operation.block.summary
        write = self._lines.get(operation.kind, self._plain)
        if operation.kind in NEED_TERMS and not part.axes and part.terms is None:
            write = self._plain  # one example became several rows
        return Wording(part.formula or formula, part.sentence or sentence, tuple(write(operation)))

    def _formula(self, operation: Operation) -> str:
        block = operation.block
        if operation.part.function and not isinstance(block, Activation):
            return activation(operation.part.function).formula
        return "" if block is None else block.formula

    def _plain(self, operation: Operation) -> list[str]:
        lines = [f"{self._pen.symbol(key)}: {self._numbers(key)}" for key in operation.inputs]
        for key in operation.outputs:
            lines += self._each(key, lambda index, key=key: self.equals(key, index))  # type: ignore[misc]
        return lines

    def _sums(self, operation: Operation) -> list[str]:
        return self._each(operation.outputs[0], lambda index: self._sum(operation, index))

    def _sum(self, operation: Operation, index: Index) -> str:
        source, weight = operation.inputs[0], operation.parameters[0]
        unit, before = index[-1], index[:-1]
        count = self._tape.value(weight).shape[1]
        columns = range(min(count, MOST_TERMS))
        pairs = [(self._value(weight, (unit, j)), self._value(source, (*before, j))) for j in columns]
        symbols = [f"{self._pen.symbol(weight, (unit, j))}·{self._pen.symbol(source, (*before, j))}" for j in columns]
        numbers = [
            self._pen.guarded(*pair) if place else self._pen.product(*pair) for place, pair in enumerate(pairs)
        ]
        if len(operation.parameters) > 1:
            count += 1
            symbols.append(self._pen.symbol(operation.parameters[1], (unit,)))
            numbers.append(self._pen.factor(self._value(operation.parameters[1], (unit,))))
        return self.equals(operation.outputs[0], index, self._pen.sum(symbols, count), self._pen.sum(numbers, count))

    def _functions(self, operation: Operation) -> list[str]:
        name, source = self._function_name(operation), operation.inputs[0]

        def write(index: Index) -> str:
            value = self._value(source, index)
            steps = [f"{name}({self._pen.symbol(source, index)})", f"{name}({self._pen.number(value)})"]
            if name == "σ":
                steps.append(f"1 / (1 + exp({self._pen.number(-value)}))")
            return self.equals(operation.outputs[0], index, *steps)

        return self._each(operation.outputs[0], write)

    def _softmax(self, operation: Operation) -> list[str]:
        source = operation.inputs[0]
        scores = self._tape.value(source)

        def write(index: Index) -> str:
            row = row_at(scores, index)
            below = self._pen.sum([f"exp({self._pen.number(one)})" for one in row])
            step = f"exp({self._pen.symbol(source, index)}) / Σ exp({self._pen.symbol(source)}ₖ)"
            return self.equals(
                operation.outputs[0], index, step, f"exp({self._pen.number(row[index[-1]])}) / ({below})"
            )

        return self._each(operation.outputs[0], write)

    def _right_class(self, operation: Operation) -> list[str]:
        probabilities, target = (self._tape.value(key) for key in operation.inputs)
        loss = operation.outputs[0]
        if target.is_floating_point():
            terms = [
                f"{self._pen.number(float(y))} · ln {self._pen.number(float(p))}"
                for y, p in zip(target[0], probabilities[0], strict=True) if float(y) != 0.0
            ]  # fmt: skip
            return [self.equals(loss, (), "−Σ yₖ · ln pₖ", f"−({self._pen.sum(terms)})")]
        right = int(target.flatten()[0])
        symbol = self._pen.symbol(operation.inputs[0], (right,))
        value = self._pen.number(float(probabilities[0, right]))
        return [f"The right class has number {right + 1} of {probabilities.shape[-1]}.",
                self.equals(loss, (), f"−ln {symbol}", f"−ln {value}")]  # fmt: skip

    def _yes_or_no(self, operation: Operation) -> list[str]:
        probabilities, target = (self._tape.value(key).flatten() for key in operation.inputs)
        terms = []
        for p, y in zip(probabilities.tolist(), target.tolist(), strict=True):
            yes, no = self._pen.number(p), self._pen.number(1.0 - p)
            if y in (0.0, 1.0):
                terms.append(f"ln {yes}" if y else f"ln {no}")
            else:
                terms.append(f"{self._pen.number(y)} · ln {yes} + {self._pen.number(1.0 - y)} · ln {no}")
        share = f"1/{len(terms)} · " if len(terms) > 1 else ""
        joined = self._pen.sum(terms)
        return [self.equals(operation.outputs[0], (), f"−{share}({joined})" if len(terms) > 1 else f"−{joined}")]

    def _loss(self, operation: Operation) -> list[str]:
        factor = square_factor(operation)
        if not factor:
            lines = [f"{self._pen.symbol(key)}: {self._numbers(key)}" for key in operation.inputs]
            return [*lines, self.equals(operation.outputs[0], ())]
        prediction, target = (self._tape.value(key).flatten().tolist() for key in operation.inputs)
        terms = [f"({self._pen.number(p)} − {self._pen.factor(y)})²" for p, y in zip(prediction, target, strict=True)]
        joined = self._pen.sum(terms)
        front = "" if factor == 1.0 else f"1/{round(1.0 / factor)} · "
        numbers = f"{front}({joined})" if front and len(terms) > 1 else front + joined
        first, second = (self._pen.symbol(key) for key in operation.inputs)
        return [self.equals(operation.outputs[0], (), f"{front}{'Σ ' if len(terms) > 1 else ''}({first} − {second})²",
                             numbers)]  # fmt: skip

    def _total(self, operation: Operation) -> list[str]:
        weights = [float(operation.sent[key]) if key in operation.sent else 0.0 for key in operation.inputs]
        terms = [self._pen.product(weight, self._value(key, ()))
                 for weight, key in zip(weights, operation.inputs, strict=True)]  # fmt: skip
        return [self.equals(operation.outputs[0], (), self._pen.sum(terms))]
