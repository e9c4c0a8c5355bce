"""How fast the program is: `make bench`, or `python -m tests.benchmarks`. Timed tests do not belong in the suite.

Each measure runs in a process of its own, after a warm-up, several times; the table shows medians. Where two things are
compared they take turns in the same process, and the median of the ratios counts, so that a busy machine harms both.
"""
