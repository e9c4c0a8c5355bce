"""How good a network is, in numbers for people: one class for each, in tuples joined in `registry.py`.

Only `metric_set.py` imports torch, as the window needs the words of metrics before anything learns.
"""
