"""Views of what the network answers."""
