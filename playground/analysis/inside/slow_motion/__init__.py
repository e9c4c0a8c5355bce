"""One step of learning told number by number."""
