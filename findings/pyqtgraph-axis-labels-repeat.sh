#!/usr/bin/env bash
# pyqtgraph 0.14.0, PySide6-Essentials 6.10.3, numpy 2.4.6
#
# One would guess: the labels of neighbouring ticks of an axis differ, as those of every plotting program do.
# What happens: from 10,000 on an AxisItem without units writes its ticks with "%g", that is with six digits, whatever the
#   distance between the ticks. A plot over seconds since 1970, over dates written as 20240131, or over 1,000,000 to 1,000,005
#   shows the same word at nearly every tick. With a label that has units, the SI prefix hides the fault, since then enough
#   digits are written ("1.70000001" and a factor of 1e9).
# Why it matters: nothing fails, the plot only says nothing. An axis of one's own (tickStrings) must take the number of digits
#   from the spacing. Playground does so in its Axis.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check \
    pyqtgraph==0.14.0 PySide6-Essentials==6.10.3 numpy==2.4.6
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import PySide6
import pyqtgraph as pg

print(f"pyqtgraph {pg.__version__}, PySide6 {PySide6.__version__}, numpy {np.__version__}")
application = pg.mkQApp()


def ticks(start: float, step: float, units: str | None) -> list[str]:
    """The words at the ticks of the lower axis of a plot of 50 points."""
    plot = pg.PlotWidget()
    plot.resize(600, 300)
    if units:
        plot.setLabel("bottom", "x", units=units)
    x = start + step * np.arange(50)
    plot.plot(x, np.arange(50.0))
    plot.show()
    application.processEvents()
    axis = plot.getAxis("bottom")
    spacing, values = axis.tickValues(*axis.range, 500)[0]
    return axis.tickStrings(values, axis.autoSIPrefixScale * axis.scale, spacing)


good = True
for start, step, units, repeats in (
    (1.7e9, 1.0, None, True),
    (20_240_101.0, 1.0, None, True),
    (1e6, 0.1, None, True),
    (1_000.0, 0.1, None, False),
    (1.7e9, 1.0, "s", False),
):
    words = ticks(start, step, units)
    print(f"from {start:.0f} in steps of {step}, units {units}: {words}")
    good &= len(words) >= 5 and (len(set(words)) <= 2) == repeats
print("as described" if good else "CHANGED: the ticks are no longer as the head of this script says")
sys.exit(not good)
PYTHON
