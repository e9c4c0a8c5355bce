"""The names of the measures, and where each is taken."""

from __future__ import annotations

MEASURES = {
    "steps": "tests.benchmarks.steps:measure",
    "steps-with-window": "tests.benchmarks.live:measure_steps",
    "lenet-with-window": "tests.benchmarks.live:measure_lenet",
    "all-maps": "tests.benchmarks.all_maps:measure",
    "feature-maps": "tests.benchmarks.live:measure_maps",
    "lateness": "tests.benchmarks.live:measure_lateness",
    "pause": "tests.benchmarks.live:measure_pause",
    "attention": "tests.benchmarks.attention:measure",
    "forecasts": "tests.benchmarks.forecasts:measure",
    "surface": "tests.benchmarks.surface:measure",
    "curvature": "tests.benchmarks.curvature:measure",
    "own-pictures": "tests.benchmarks.own_pictures:measure",
    "race": "tests.benchmarks.race:measure",
    "variants": "tests.benchmarks.cells:measure_variants",
    "lenet-runs": "tests.benchmarks.cells:measure_lenet",
    "scrubbing": "tests.benchmarks.time_machine:measure_scrubbing",
    "views": "tests.benchmarks.time_machine:measure_views",
    "million": "tests.benchmarks.time_machine:measure_million",
    "start": "tests.benchmarks.start:measure",
    "gallery": "tests.benchmarks.gallery:measure",
    "opening": "tests.benchmarks.opening:measure",
    "check": "tests.benchmarks.checking:measure",
    "code": "tests.benchmarks.written:measure",
    "code-panel": "tests.benchmarks.code_panel:measure",
    "full-size": "tests.benchmarks.full_size:measure",
    "deep": "tests.benchmarks.deep_networks:measure",
    "drag": "tests.benchmarks.dragging:measure",
    "exports": "tests.benchmarks.exports:measure",
    "groups": "tests.benchmarks.grouped:measure",
    "search": "tests.benchmarks.searching:measure",
    "memory": "tests.benchmarks.memory:measure_session",
    "memory-with-window": "tests.benchmarks.memory:measure_window",
}
"""Function of each measure, as module:function; it takes nothing and returns rows."""
