"""What is never compiled loads no compiler: in a fresh process, all that checking and learning meet."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from playground.document import library
from playground.document.files import read
from playground.network.check import check
from playground.training.session.session import Session

for preset in library.presets():
    check(read(preset.path).graph)
for name in ("encoder-block", "spirals", "remember-gru"):
    Session(read(library.find(name)), device="cpu").advance(2)

import torch
from playground.network.lean import NothingDrawn

with torch.device("meta"), NothingDrawn():
    assert torch.nn.Embedding(3, 2).weight.is_meta
with torch.device("cpu"), NothingDrawn():
    assert torch.nn.init.ones_(torch.empty(2)).tolist() == [1.0, 1.0]
print(sorted({"sympy", "torch._dynamo", "torch._inductor"} & set(sys.modules)))
"""


def test_checking_and_learning_load_neither_compiler_nor_symbolic_algebra() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr[-2_000:]
