"""The inspector: forms generated from declarations, and what one sees of a block, its data and its training."""
