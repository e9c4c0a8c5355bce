#!/usr/bin/env bash
# torch 2.13.0 (CPU build), onnx 1.23.2, onnxscript 0.7.2
#
# One would guess: what a submodule is called does not matter when a network is exported to ONNX.
# What happens: a submodule called like an attribute of fx.GraphModule, such as `code` or `graph`, makes the export fail with
#   "Failed to decompose the FX graph", caused by "references nonexistent attribute weight of code". The network itself runs, and
#   torch.export.export takes it; only the step to ONNX does not.
# Why it matters: an autoencoder names its middle layer `code`. Playground gives every module another name before it exports.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PYTHON'
import sys

import torch
from torch import nn

print(f"torch {torch.__version__}")


class Net(nn.Module):
    """One layer under a chosen name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.add_module(name, nn.Linear(2, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.get_submodule(self.name)(x)


def told(name: str) -> str:
    """Why the export fails; empty when it does not."""
    torch.export.export(Net(name), (torch.zeros(2, 2),))
    try:
        torch.onnx.export(Net(name), (torch.zeros(2, 2),), dynamo=True, verbose=False)
    except torch.onnx.errors.OnnxExporterError as error:
        return str(error.__cause__)
    return ""


found = {name: told(name) for name in ("layer", "code", "graph")}
for name, reason in found.items():
    print(f"{name}: {reason or 'exported'}")
good = not found["layer"] and all(f"nonexistent attribute weight of {name}" in found[name] for name in ("code", "graph"))
print("as described" if good else "CHANGED: names matter otherwise")
sys.exit(not good)
PYTHON
