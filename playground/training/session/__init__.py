"""A session: one run of whatever learns on the canvas. `session.py` is its face, the others one concern each."""
