"""Learning: sessions, optimizers, schedules, regularization, initialization, metrics, snapshots and history. No Qt."""
