"""The canvas: cards, wires, neurons, and every gesture on them."""
