"""Networks of others as blocks, with their weights."""
