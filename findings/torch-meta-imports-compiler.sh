#!/usr/bin/env bash
# torch 2.13.0 (CPU build), numpy 2.4.6
#
# One would guess: the meta device computes shapes only and is the cheapest of all; and building a plain optimizer has nothing to
#   do with torch's compiler, which nobody has asked for.
# What happens: the first use of some operations on the meta device (an embedding's first weights, `arange` of floats, a sum)
#   imports torch._dynamo, and with it sympy and the inductor: more than 800 modules. Building SGD or Adam on the CPU
#   does the same. Linear layers, `uniform_` on meta and embeddings on the CPU do not.
# Why it matters: what was meant as a quick check of shapes takes seconds and some 100 MB at its first call, and holds up a
#   window, as imports keep Python's lock. It comes at the first embedding, not at the first dense layer, so it is found late.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

PROBE = """
import sys, time
import torch
from torch import nn
before = len(sys.modules)
assert "torch._dynamo" not in sys.modules and "sympy" not in sys.modules
began = time.perf_counter()
{code}
took = time.perf_counter() - began
print("torch._dynamo" in sys.modules, "sympy" in sys.modules, len(sys.modules) - before, took)
"""
with_compiler = {
    "embedding on meta": 'nn.Embedding(4, 2, device="meta")',
    "arange of floats on meta": 'torch.arange(0, 3, dtype=torch.float64, device="meta")',
    "a sum on meta": 'torch.zeros(2, device="meta") + 1',
    "SGD": "torch.optim.SGD([torch.zeros(2, requires_grad=True)], 0.1)",
    "Adam": "torch.optim.Adam([torch.zeros(2, requires_grad=True)], 0.1)",
}
without = {
    "embedding on the CPU": "nn.Embedding(4, 2)",
    "linear layer on meta": 'nn.Linear(4, 2, device="meta")',
    "uniform_ on meta": 'torch.empty(2, device="meta").uniform_()',
    "a sum on the CPU": "torch.zeros(2) + 1",
}
print(subprocess.check_output([sys.executable, "-c", "import torch; print('torch', torch.__version__)"], text=True).strip())
good = True
for expected, cases in ((True, with_compiler), (False, without)):
    for name, code in cases.items():
        answer = subprocess.check_output([sys.executable, "-c", PROBE.format(code=code)], text=True).split()
        dynamo, sympy, modules, seconds = answer[0] == "True", answer[1] == "True", int(answer[2]), float(answer[3])
        print(f"{name}: {modules:,} more modules in {seconds:.1f} s; torch._dynamo {dynamo}, sympy {sympy}")
        good &= dynamo == sympy == expected and (modules > 500) == expected
print("as described" if good else "CHANGED: the compiler is imported by others than the head of this script says")
sys.exit(not good)
PYTHON
