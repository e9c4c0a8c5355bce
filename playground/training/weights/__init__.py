"""Weights from elsewhere: reading them, finding what fits, and giving them to a run."""
