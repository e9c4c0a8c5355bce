#!/usr/bin/env bash
# ziamath 0.13
#
# One would guess: `\left( ... \right)` around a sum with limits is about as high as the sum, some 45 px at a size of 16.
# What happens: it is 1,985 px high, as soon as a `\sum` or `\prod` with a limit stands inside; the brackets take the largest
#   size there is. Around a fraction, an integral with limits, or a sum without limits they are right, and so is `\Big(...\Big)`.
# Why it matters: the formula of a softmax written so makes an SVG forty times as high as the line that it belongs to, without
#   any error. Playground puts such brackets into the fixed sizes before it draws.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check ziamath==0.13
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import ziamath

print(f"ziamath {ziamath.__version__}")
formulas = {
    "sum": r"\left(\sum_k b\right)",
    "product": r"\left(\prod_k b\right)",
    "sum in fixed brackets": r"\Big(\sum_k b\Big)",
    "sum without limits": r"\left(\sum b\right)",
    "integral": r"\left(\int_a^b x\right)",
    "fraction": r"\left(\frac{a}{b}\right)",
}
heights = {name: ziamath.Latex(formula, size=16).getsize()[1] for name, formula in formulas.items()}
for name, height in heights.items():
    print(f"{name}: {height:.1f} px")
good = all((height > 1_900) == (name in ("sum", "product")) for name, height in heights.items())
good = good and max(height for height in heights.values() if height < 1_900) < 60
print("as described" if good else "CHANGED: brackets have other sizes")
sys.exit(not good)
PYTHON
