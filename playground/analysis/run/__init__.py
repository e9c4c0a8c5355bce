"""Analyses of a run and of its neighbours."""
