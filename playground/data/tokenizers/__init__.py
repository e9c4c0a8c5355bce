"""Tokenizers: how a text becomes numbers, and how the vocabulary for that is learned."""
