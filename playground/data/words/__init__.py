"""Words: the vectors they have, and data made of them."""
