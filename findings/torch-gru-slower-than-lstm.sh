#!/usr/bin/env bash
# torch 2.13.0 (CPU build)
#
# One would guess: a GRU has three quarters of the weights and of the products of an LSTM of the same size, so a step of
#   training takes about three quarters of the time; that is why it is recommended for small machines.
# What happens: on a processor the LSTM goes through oneDNN's fused kernel, the GRU step by step through single operations.
#   Forward and back, batch 32, 30 steps, 8 inputs, 16 units, on one thread, a GRU takes several times as long as an LSTM.
#   With oneDNN switched off the LSTM loses its lead.
# Why it matters: a lesson that says "the GRU is cheaper" is right about weights and wrong about seconds. Playground's
#   experiment `gru-costs-less` measures both and says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import time
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
torch.set_num_threads(1)
print(f"torch {torch.__version__}")
x = torch.randn(32, 30, 8)


def seconds(net: nn.Module) -> float:
    """Processor time of a step, forward and back: the least of thirty."""
    found = []
    for _ in range(30):
        begun = time.thread_time()
        net(x)[0][:, -1].sum().backward()
        found.append(time.thread_time() - begun)
    return min(found)


lstm, gru = nn.LSTM(8, 16, batch_first=True), nn.GRU(8, 16, batch_first=True)
weights = [sum(one.numel() for one in net.parameters()) for net in (lstm, gru)]
fused, plain = seconds(lstm), seconds(gru)
with torch.backends.mkldnn.flags(enabled=False):
    unfused = seconds(lstm)
print(f"weights: LSTM {weights[0]}, GRU {weights[1]} ({weights[1] / weights[0]:.2f} times)")
print(f"step: LSTM {1e3 * fused:.2f} ms, GRU {1e3 * plain:.2f} ms ({plain / fused:.1f} times); "
      f"LSTM without oneDNN {1e3 * unfused:.2f} ms")
good = weights[1] * 4 == weights[0] * 3 and plain > 1.5 * fused and unfused > 1.5 * fused
print("as described" if good else "CHANGED: the GRU is no longer the slower one, or for another reason")
sys.exit(not good)
PYTHON
