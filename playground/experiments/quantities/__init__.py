"""What can be measured of a run beside its metrics."""
