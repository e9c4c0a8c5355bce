"""Where examples come from: one class per dataset, one file per family, and the split and scaling they share."""
