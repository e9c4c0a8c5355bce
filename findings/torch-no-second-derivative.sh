#!/usr/bin/env bash
# torch 2.13.0 (CPU build), numpy 2.4.6
#
# One would guess: what autograd can differentiate once, it can differentiate twice, at least where the mathematics is as simple
#   as a sum of squares or a piecewise straight line.
# What happens: a few functions have a backward pass written by hand that has none of its own. multi_margin_loss and
#   multilabel_margin_loss (straight lines, so the answer would be 0), cdist and pdist (even when squared at once, which
#   is a polynomial), hardsigmoid and ctc_loss raise "derivative for ..._backward is not implemented", and only at the second
#   differentiation: the forward pass, the first gradient and create_graph=True go well.
# Why it matters: Newton's method, Hessian products and gradient penalties fail in the middle of a run on losses that train
#   well by gradient. The same loss written with plain operations (clamp, sums of squares) has both derivatives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import torch
import torch.nn.functional as F

print(f"torch {torch.__version__}")
torch.manual_seed(0)
classes, centres = torch.tensor([0, 1, 2, 0]), torch.randn(2, 3)


def by_hand(x: torch.Tensor) -> torch.Tensor:
    """The multi-class hinge loss with plain operations."""
    margins = (1.0 - x.gather(1, classes[:, None]) + x).clamp(min=0.0)
    others = torch.ones_like(x).scatter(1, classes[:, None], 0.0)
    return (margins * others).sum(1).mean() / x.shape[1]


def outcome(function) -> tuple[bool, bool]:
    """Whether the first and the second derivative can be had."""
    x = torch.randn(4, 3, requires_grad=True)
    (first,) = torch.autograd.grad((function(x) + x.square().sum()).sum(), x, create_graph=True)
    try:
        torch.autograd.grad(first.sum(), x)
    except RuntimeError as error:
        assert "not implemented" in str(error), error
        return True, False
    return True, True


cases = {
    "multi_margin_loss": (lambda x: F.multi_margin_loss(x, classes), False),
    "multilabel_margin_loss": (lambda x: F.multilabel_margin_loss(x, torch.tensor([[0, -1, 1]] * 4)), False),
    "cdist, squared": (lambda x: torch.cdist(x, centres).square(), False),
    "pdist": (torch.pdist, False),
    "hardsigmoid": (F.hardsigmoid, False),
    "ctc_loss": (
        lambda x: F.ctc_loss(x.log_softmax(1)[:, None], torch.tensor([[1, 2]]), (4,), (2,)), False,
    ),
    "cross_entropy": (lambda x: F.cross_entropy(x, classes), True),
    "the hinge by hand": (by_hand, True),
    "squared distances by hand": (lambda x: (x[:, None] - centres).square().sum(-1), True),
}  # fmt: skip
good = True
for name, (function, expected) in cases.items():
    _, second = outcome(function)
    print(f"{name}: second derivative {'there' if second else 'not implemented'}")
    good &= second == expected
same = torch.randn(4, 3)
good &= bool(torch.isclose(by_hand(same), F.multi_margin_loss(same, classes)))
print("as described" if good else "CHANGED: not the functions that the head of this script names")
sys.exit(not good)
PYTHON
