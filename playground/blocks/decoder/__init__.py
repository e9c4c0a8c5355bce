"""Decoders: networks that say a sequence token by token, each with what they have said before."""
