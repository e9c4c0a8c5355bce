#!/usr/bin/env bash
# safetensors 0.8.0, torch 2.13.0 (CPU build), numpy 2.4.6
#
# One would guess: saving tensors leaves nothing behind in memory, and least of all depends on their sizes.
# What happens: safetensors.torch.save looks at a tensor's memory by numpy.ctypeslib.as_array, which makes a ctypes array type
#   for its number of bytes; such types are never given back. A thousand different sizes leave some three thousand classes
#   and several megabytes behind; the same sizes once more leave none. safetensors.numpy.save of the same numbers leaves none.
# Why it matters: a program that saves all the time tensors whose sizes change (curves that grow, histories) grows for as long as
#   it runs. Playground writes its checkpoints as numpy arrays.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6 safetensors==0.8.0
"$folder/venv/bin/python" - <<'PYTHON'
import gc
import sys

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

print(f"safetensors {safetensors.__version__}, torch {torch.__version__}, numpy {np.__version__}")


def classes() -> int:
    """How many classes there are."""
    gc.collect()
    return sum(isinstance(thing, type) for thing in gc.get_objects())


def left_behind(save, make) -> int:
    """Classes that saving a thousand sizes leaves behind."""
    save({"a": make(1)})
    before = classes()
    for size in range(2, 1002):
        save({"a": make(size)})
    return classes() - before


by_numpy = left_behind(safetensors.numpy.save, lambda size: np.zeros(size, dtype=np.uint8))
by_torch = left_behind(safetensors.torch.save, lambda size: torch.zeros(size, dtype=torch.uint8))
again = left_behind(safetensors.torch.save, lambda size: torch.zeros(size, dtype=torch.uint8))
print(f"classes left behind by 1,000 sizes: {by_torch} as tensors, {again} the second time, {by_numpy} as numpy arrays")
good = by_torch >= 1000 and again < 10 and by_numpy < 10
print("as described" if good else "CHANGED: saving tensors leaves other things behind")
sys.exit(not good)
PYTHON
