"""How a person gives examples of their own: a row, a picture, a text, a series, and what makes arrays of them."""
