"""One widget for each analysis: it draws a result, knows no torch, and can save itself."""
