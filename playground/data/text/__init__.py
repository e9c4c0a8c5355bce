"""Text and sequences of symbols."""
