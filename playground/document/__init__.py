"""What is saved: the project as frozen values, its files, and the pure edits that lead from one value to the next.

Nothing in this room knows torch or Qt.
"""
