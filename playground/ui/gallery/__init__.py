"""The first page: presets by chapter as cards, recent files, search. Imports no torch, so that it is there at once."""
