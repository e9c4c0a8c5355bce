#!/usr/bin/env bash
# torch 2.13.0 (CPU build), numpy 2.4.6
#
# One would guess: the gradient of binary_cross_entropy is the derivative of what it returns: -1/p for a target of 1, and 0 where
#   the documented clamp of the logarithm at -100 makes the loss constant. In double precision it is good to 15 digits.
# What happens: the way back divides by max(p (1 - p), 1e-12), whatever the clamp does. At p = 0 the loss stands still at 100, but
#   its gradient is -1e12; at p = 1e-13 the loss is an ordinary 29.9 and the gradient ten times too small. In double
#   precision the floor is the single-precision neighbour of 1e-12, so that the gradient at p = 0 is -1000000003995.8.
# Why it matters: a check by finite differences fails, and one's own formula, right by the mathematics, differs by a factor of
#   ten from torch's exactly where a network is certain and wrong. Playground's plan of array operations has the same floor.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import torch
from torch.nn import functional

print(f"torch {torch.__version__}")


def gradient(p: float, dtype: torch.dtype) -> tuple[float, float]:
    """Loss and gradient at a probability whose answer is yes."""
    probability = torch.tensor([p], dtype=dtype, requires_grad=True)
    loss = functional.binary_cross_entropy(probability, torch.ones(1, dtype=dtype))
    loss.backward()
    return loss.item(), probability.grad.item()


for p in (0.0, 1e-13, 1e-10):
    for dtype in (torch.float32, torch.float64):
        print(f"{dtype}, p = {p:g}: loss {gradient(p, dtype)[0]:.4f}, gradient {gradient(p, dtype)[1]:.16g}")
single, double = gradient(0.0, torch.float32), gradient(0.0, torch.float64)
good = single[0] == double[0] == 100.0 and abs(single[1] + 1e12) < 1e6 and abs(double[1] + 1000000003995.8) < 1.0
loss, slope = gradient(1e-13, torch.float64)
good = good and abs(loss - 29.9336) < 1e-3 and abs(slope * 1e-13 + 0.1) < 1e-6
good = good and abs(gradient(1e-10, torch.float64)[1] * 1e-10 + 1.0) < 1e-6
print("as described" if good else "CHANGED: the gradient has another floor")
sys.exit(not good)
PYTHON
