"""Taking weights from elsewhere in the window: where they may come from, what fits, and giving them to the run."""
