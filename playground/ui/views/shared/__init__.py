"""What several views draw with: curves, contours, planes."""
