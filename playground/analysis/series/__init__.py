"""What one finds in a time series before a network sees it."""
