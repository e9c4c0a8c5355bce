"""Views of what happens inside the network."""
