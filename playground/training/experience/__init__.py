"""Where a run takes its examples from: rows of data, or what is made while it learns."""
