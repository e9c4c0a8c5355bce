"""Optimizers: textbook numbers, torch's own results, live changes, resuming bit for bit."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from playground.document.graph import Choice
from playground.training.engine import step_of
from playground.training.optimizers import OPTIMIZERS, Optimizer, optimizer_of
from tests.training.runs import SEARCHING

TEXTBOOK: dict[str, Callable[[list[nn.Parameter]], torch.optim.Optimizer]] = {
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.03),
    "momentum": lambda weights: torch.optim.SGD(weights, lr=0.03, momentum=0.9),
    "averaged-momentum": lambda weights: torch.optim.SGD(weights, lr=0.003, momentum=0.9),
    "nesterov": lambda weights: torch.optim.SGD(weights, lr=0.03, momentum=0.9, nesterov=True),
    "adagrad": lambda weights: torch.optim.Adagrad(weights, lr=0.03),
    "adadelta": lambda weights: torch.optim.Adadelta(weights, lr=0.03),
    "rmsprop": lambda weights: torch.optim.RMSprop(weights, lr=0.03),
    "adam": lambda weights: torch.optim.Adam(weights, lr=0.03),
    "adamw": lambda weights: torch.optim.AdamW(weights, lr=0.03),
    "nadam": lambda weights: torch.optim.NAdam(weights, lr=0.03),
}
"""What torch itself does, for every optimizer that takes one gradient a step."""
IDS = tuple(TEXTBOOK)

CHANGES: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.07},
    "momentum": {"momentum": 0.5},
    "averaged-momentum": {"beta": 0.5},
    "nesterov": {"momentum": 0.5},
    "adagrad": {"epsilon": 0.1},
    "adadelta": {"rho": 0.5, "epsilon": 1e-3},
    "rmsprop": {"alpha": 0.5, "epsilon": 0.1},
    "adam": {"beta1": 0.5, "beta2": 0.9, "epsilon": 0.1},
    "adamw": {"weight_decay": 0.5},
    "nadam": {"momentum_decay": 0.5},
}


def flat(values: list[float], dtype: torch.dtype = torch.float32) -> nn.Parameter:
    weights = nn.Parameter(torch.tensor(values, dtype=dtype))
    weights.grad = torch.zeros_like(weights)
    return weights


def run(
    optimizer: torch.optim.Optimizer, weights: nn.Parameter, gradient: Callable[[Tensor], Tensor], steps: int
) -> Tensor:
    """Steps down a gradient given as a function; all values on the way, (steps, P)."""
    path = []
    for _ in range(steps):
        assert weights.grad is not None
        weights.grad.copy_(gradient(weights.detach()))
        optimizer.step()
        path.append(weights.detach().clone())
    return torch.stack(path)


def pull(values: Tensor) -> Tensor:
    """The gradient of a bowl that is steeper in some directions than in others."""
    steepness = torch.linspace(0.1, 3.0, values.numel(), dtype=values.dtype)
    return steepness * (values - 0.5) + 0.3 * torch.sin(5.0 * values)


def start(count: int = 37) -> nn.Parameter:
    return flat(torch.linspace(-2.0, 2.0, count).tolist())


def make(identifier: str, **parameters: Any) -> Optimizer:
    return optimizer_of(Choice(id=identifier, parameters=parameters))


def test_every_optimizer_has_its_cases_and_those_of_the_course_are_there_in_order() -> None:
    known = [kind.id for kind in OPTIMIZERS]
    missing = set(known) - set(IDS + SEARCHING)
    assert not missing, (
        f"give {sorted(missing)} a row in TEXTBOOK and in CHANGES of tests/training/test_optimizers.py, "
        "or name one that evaluates the loss itself in OPTIMIZERS of playground/training/optimizers_with_closure.py"
    )
    unchanged = set(IDS) - set(CHANGES)
    assert not unchanged, f"give {sorted(unchanged)} a row in CHANGES of tests/training/test_optimizers.py"
    assert tuple(known) == IDS + SEARCHING


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("sgd", [0.95, 0.9]),
        ("momentum", [0.95, 0.855]),
        ("averaged-momentum", [0.995, 0.9855]),
        ("nesterov", [0.905, 0.7695]),
        ("adam", [0.9, 0.8]),
        ("rmsprop", [0.0, -0.7089]),
    ],
)
def test_two_steps_from_one_with_gradient_a_half(identifier: str, expected: list[float]) -> None:
    weights = flat([1.0])
    optimizer = make(identifier, learning_rate=0.1).build([{"params": [weights]}])
    path = run(optimizer, weights, lambda values: torch.full_like(values, 0.5), 2)
    torch.testing.assert_close(path[:, 0], torch.tensor(expected), atol=5e-5, rtol=0)


def test_momentum_on_a_steady_slope_reaches_ten_times_the_rate() -> None:
    weights = flat([0.0])
    optimizer = make("momentum", learning_rate=0.1, momentum=0.9).build([{"params": [weights]}])
    path = run(optimizer, weights, torch.ones_like, 300)[:, 0]
    torch.testing.assert_close(path[:3], torch.tensor([-0.1, -0.29, -0.561]))
    assert float(path[-2] - path[-1]) == pytest.approx(1.0, abs=1e-4)


def test_averaged_momentum_on_a_steady_slope_steps_by_the_rate() -> None:
    weights = flat([0.0])
    optimizer = make("averaged-momentum", learning_rate=0.1, beta=0.9).build([{"params": [weights]}])
    path = run(optimizer, weights, torch.ones_like, 300)[:, 0]
    assert float(path[-2] - path[-1]) == pytest.approx(0.1, abs=1e-5)


def test_gradient_descent_on_a_parabola_gives_the_printed_values() -> None:
    weights = flat([0.0], torch.float64)
    optimizer = make("sgd", learning_rate=0.1).build([{"params": [weights]}])
    path = run(optimizer, weights, lambda x: 2.0 * (x - 3.0), 160)[:, 0].tolist()
    printed = {
        1: 0.6000000000000001,
        2: 1.08,
        3: 1.464,
        4: 1.7711999999999999,
        5: 2.01696,
        10: 2.6778774528,
        20: 2.9654123548617948,
        50: 2.9999571825692186,
        100: 2.9999999993888893,
        160: 2.999999999999999,
    }
    for step, value in printed.items():
        assert path[step - 1] == pytest.approx(value, abs=2e-15)
        assert path[step - 1] == pytest.approx(3.0 - 3.0 * 0.8**step, abs=1e-13)
    errors = [3.0 - value for value in path]
    assert [next(k for k, e in enumerate(errors, 1) if e < bound) for bound in (0.1, 0.01, 0.001, 1e-6)] == [
        16,
        26,
        36,
        67,
    ]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0.1, [1.6, 1.28, 1.024, 0.8192]),
        (0.5, [0.0, 0.0]),
        (1.0, [-2.0, 2.0, -2.0, 2.0]),
        (1.1, [-2.4, 2.88, -3.456]),
    ],
)
def test_the_rate_decides_between_crawling_landing_swinging_and_diverging(rate: float, expected: list[float]) -> None:
    weights = flat([2.0])
    optimizer = make("sgd", learning_rate=rate).build([{"params": [weights]}])
    path = run(optimizer, weights, lambda x: 2.0 * x, len(expected))[:, 0]
    torch.testing.assert_close(path, torch.tensor(expected))


def test_weight_decay_of_adamw_takes_a_share_of_the_weight() -> None:
    weights = flat([1.0])
    optimizer = make("adamw", learning_rate=0.1, weight_decay=0.2).build([{"params": [weights]}])
    path = run(optimizer, weights, torch.zeros_like, 2)[:, 0]
    torch.testing.assert_close(path, torch.tensor([0.98, 0.9604]))


@pytest.mark.parametrize("identifier", IDS)
def test_one_flat_tensor_learns_as_separate_tensors_do_in_torch(identifier: str) -> None:
    together, first, second = start(), flat(start()[:20].tolist()), flat(start()[20:].tolist())
    rate = {"learning_rate": 0.03}
    optimizer = make(identifier, **rate).build([{"params": [together], "lr": 0.03}])
    reference = TEXTBOOK[identifier]([first, second])
    for _ in range(50):
        joined = torch.cat((first.detach(), second.detach()))
        gradient = pull(joined)
        first.grad, second.grad = gradient[:20].clone(), gradient[20:].clone()
        assert together.grad is not None
        together.grad.copy_(gradient)
        reference.step()
        optimizer.step()
    # momentum as a sum with a tenth of the rate is momentum as an average
    torch.testing.assert_close(together.detach(), torch.cat((first.detach(), second.detach())), atol=2e-5, rtol=1e-5)
    assert not torch.equal(together.detach(), start().detach())


@pytest.mark.parametrize("identifier", IDS)
def test_every_optimizer_finds_the_bottom_of_a_bowl_with_its_default_rate(identifier: str) -> None:
    weights = flat([1.0, -1.0])
    optimizer = make(identifier).build([{"params": [weights]}])
    path = run(optimizer, weights, lambda x: 2.0 * x, 2000)
    assert float(path[-1].abs().max()) < 0.05


@pytest.mark.parametrize("identifier", IDS)
def test_a_saved_state_continues_bit_for_bit(identifier: str) -> None:
    through, before = start(), start()
    whole = make(identifier).build([{"params": [through]}])
    expected = run(whole, through, pull, 12)
    half = make(identifier).build([{"params": [before]}])
    run(half, before, pull, 5)
    file = io.BytesIO()
    torch.save(half.state_dict(), file)
    file.seek(0)
    after = flat(before.detach().tolist())
    resumed = make(identifier).build([{"params": [after]}])
    resumed.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(run(resumed, after, pull, 7), expected[5:])


@pytest.mark.parametrize("identifier", IDS)
def test_a_change_while_it_runs_acts_as_if_it_had_been_built_so(identifier: str) -> None:
    changed = make(identifier, **{"learning_rate": 0.02, **CHANGES[identifier]})
    living, fresh, unchanged = start(), start(), start()
    one = make(identifier).build([{"params": [living]}])
    run(one, living, pull, 5)
    fresh.data.copy_(living.detach())
    unchanged.data.copy_(living.detach())
    other, as_before = changed.build([{"params": [fresh]}]), make(identifier).build([{"params": [unchanged]}])
    for built in (other, as_before):
        # torch takes over the tensors of a state without copying them
        state = copy.deepcopy(one.state_dict()["state"])
        built.load_state_dict({"state": state, "param_groups": built.state_dict()["param_groups"]})
    changed.update(one)

    after = run(one, living, pull, 5)
    assert torch.equal(after, run(other, fresh, pull, 5))
    assert not torch.equal(after, run(as_before, unchanged, pull, 5))


def test_groups_keep_their_rate_and_their_factor_through_a_change() -> None:
    slow, normal = flat([1.0]), flat([1.0])
    declaration = make("adam", learning_rate=0.1)
    optimizer = declaration.build(
        [{"params": [normal], "lr": 0.1, "factor": 1.0}, {"params": [slow], "lr": 0.01, "factor": 0.1}]
    )
    for weights in (slow, normal):
        assert weights.grad is not None
        weights.grad.fill_(0.5)
    optimizer.step()
    assert normal.item() == pytest.approx(0.9)
    assert slow.item() == pytest.approx(0.99)
    make("adam", learning_rate=0.5).update(optimizer)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.5, 0.05])
    assert [group["factor"] for group in optimizer.param_groups] == [1.0, 0.1]


@pytest.mark.parametrize("identifier", IDS)
def test_the_bare_step_does_what_the_step_does(identifier: str) -> None:
    plain, bare = start(), start().detach()  # without a gradient of its own, as the session has it
    bare.grad = torch.zeros_like(bare)
    one = make(identifier).build([{"params": [plain]}])
    other = make(identifier).build([{"params": [bare]}])
    step = step_of(other)
    expected = run(one, plain, pull, 6)
    for row in expected:
        assert bare.grad is not None
        bare.grad.copy_(pull(bare.detach()))
        step()
        assert torch.equal(bare.detach(), row)
    assert torch.is_grad_enabled()


def test_averaged_momentum_takes_a_closure_and_skips_what_has_no_gradient() -> None:
    weights, idle = flat([1.0]), nn.Parameter(torch.ones(1))
    optimizer = make("averaged-momentum", learning_rate=1.0, beta=0.5).build([{"params": [weights, idle]}])

    def closure() -> float:
        assert torch.is_grad_enabled()
        assert weights.grad is not None
        weights.grad.fill_(1.0)
        return 4.0

    assert optimizer.step(closure) == 4.0
    assert (weights.item(), idle.item()) == (0.5, 1.0)


@pytest.mark.parametrize("identifier", IDS)
def test_declarations_survive_json(identifier: str) -> None:
    changed = make(identifier, **CHANGES[identifier])
    choice = Choice(id=identifier, parameters=json.loads(json.dumps(changed.parameters())))
    assert optimizer_of(choice) == changed
    assert changed != make(identifier)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.id)
def test_every_parameter_is_explained_and_bounded(kind: type[Optimizer]) -> None:
    assert kind.title and kind.summary and kind.formula and kind.source
    infos = kind.parameter_infos()
    assert infos[0].name == "learning_rate"
    for info in infos:
        assert info.help.endswith(".")
        assert info.kind in ("number", "integer")
        assert info.minimum is not None and info.maximum is not None
        assert info.minimum <= info.default <= info.maximum


@pytest.mark.parametrize(
    ("identifier", "parameters", "sentence"),
    [
        ("sgd", {"learning_rate": -1}, "Learning rate of SGD must be a number from 0 to 1000, but -1 arrived."),
        ("adam", {"beta1": 1.0}, "β₁ of Adam must be a number from 0 to 1, but 1.0 arrived."),
        ("nesterov", {"momentum": 0}, "Momentum μ of Nesterov momentum must be a number from 0 to 1, but 0 arrived."),
        ("rmsprop", {"alpha": "high"}, "Averaging α of RMSProp must be a number from 0 to 1, but 'high' arrived."),
        ("adagrad", {"decay": 1}, "AdaGrad has no parameter “decay”. It knows: learning_rate, epsilon."),
        ("adamw", {"weight_decay": float("nan")}, "Weight decay λ of AdamW must be a number from 0 to 10"),
    ],
)
def test_bad_parameters_are_refused_with_a_sentence(identifier: str, parameters: dict[str, Any], sentence: str) -> None:
    kind = next(kind for kind in OPTIMIZERS if kind.id == identifier)
    (problem,) = kind.parameter_problems(parameters)
    assert problem[0] in parameters
    assert problem[1].startswith(sentence)
    with pytest.raises(ValidationError):
        optimizer_of(Choice.model_construct(id=identifier, parameters=parameters))


def test_an_unknown_optimizer_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="lion"):
        optimizer_of(Choice(id="lion"))
