"""Searches: settings proposed by Optuna, each trial run as cells, in any number of processes on one study. No Qt."""
