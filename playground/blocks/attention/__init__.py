"""Attention: every step of a sequence looks at others, and what tells them where each of them stands."""
