"""Views of what one finds in a time series."""
