#!/usr/bin/env bash
# torch 2.13.0 (CPU build)
#
# One would guess: `len(x)` and `x.shape[0]` are the same number for torch.export, as they are for Python.
# What happens: with a dynamic first axis, a forward that says `len(x)` is refused ("Constraints violated (batch)": it "specialized
#   it to be a constant"), while one that says `x.shape[0]` is exported and takes batches of any size. Python's `len` must give an
#   ordinary whole number, so the symbol of the size cannot pass through it.
# Why it matters: a network that ran for years cannot be exported for the sake of one word, and the message names neither the line
#   nor `len`. Playground's blocks say `x.shape[0]`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PYTHON'
import sys

import torch
from torch import nn

print(f"torch {torch.__version__}")


class ByLength(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.new_zeros((len(x), 2)) + x


class ByShape(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.new_zeros((x.shape[0], 2)) + x


def told(module: nn.Module) -> str:
    """Why the export fails; else the shape that comes out for a batch of five."""
    batch = torch.export.Dim("batch")
    try:
        program = torch.export.export(module, (torch.zeros(3, 2),), dynamic_shapes=({0: batch},))
    except torch._dynamo.exc.UserError as error:
        return str(error).splitlines()[0]
    return str(tuple(program.module()(torch.ones(5, 2)).shape))


by_length, by_shape = told(ByLength()), told(ByShape())
print(f"len(x): {by_length}")
print(f"x.shape[0]: {by_shape}")
good = by_length.startswith("Constraints violated (batch)") and by_shape == "(5, 2)"
print("as described" if good else "CHANGED: len and shape are treated otherwise")
sys.exit(not good)
PYTHON
